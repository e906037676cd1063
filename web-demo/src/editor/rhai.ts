// Rhai for CodeMirror: keywords, comments that nest, templates with `${..}` inside `${..}`, numbers, calls and settings.
import { indentService, LanguageSupport, StreamLanguage, type StringStream } from "@codemirror/language";

const KEYWORDS = new Set([
  "let", "const", "fn", "if", "else", "for", "in", "switch", "return", "import", "as", "export", "private", "break", "continue",
]);
const REFUSED = new Set(["while", "loop", "do", "until", "try", "catch", "throw", "eval", "Fn", "curry", "call", "is_shared"]);
const ATOMS = new Set(["true", "false", "missing"]);
/** Words that declare what a scorecard is made of. */
const DECLARES = new Set([
  "scorecard", "param", "table", "segment", "cross", "period", "journey", "outcome", "metric", "score", "link", "initiative",
  "objective", "list", "alert", "test", "language",
]);

interface State {
  /** Open comments. */
  comment: number;
  /** For every open template: how many braces are open in its present `${`; -1 while in its text. */
  templates: number[];
  dot: boolean;
}

export function token(stream: StringStream, state: State): string | null {
  if (state.comment > 0) return comment(stream, state);
  if (state.templates.at(-1) === -1) return template(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match("//")) {
    stream.skipToEnd();
    return "lineComment";
  }
  if (stream.match("/*")) {
    state.comment = 1;
    return comment(stream, state);
  }
  const dot = state.dot;
  state.dot = false;
  if (stream.match("`")) {
    state.templates.push(-1);
    return template(stream, state);
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*(?:"|\\?$)/) || stream.match(/^'(?:[^'\\]|\\.)*'/)) return "string";
  if (stream.match(/^(?:0x[\da-f_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d+)?)/i)) return "number";
  if (stream.match(/^[A-Za-z_]\w*/)) return word(stream, dot);
  return symbol(stream, state);
}

function word(stream: StringStream, dot: boolean): string {
  const word = stream.current();
  const calls = /^\s*\(/.test(stream.string.slice(stream.pos));
  if (dot) return calls ? "propertyName.function" : "propertyName";
  if (KEYWORDS.has(word)) return "keyword";
  if (REFUSED.has(word)) return "invalid";
  if (ATOMS.has(word)) return "atom";
  if (calls) return DECLARES.has(word) ? "definitionKeyword" : "variableName.function";
  return "variableName";
}

function symbol(stream: StringStream, state: State): string {
  const next = stream.next();
  const top = state.templates.length - 1;
  if (next === ".") {
    state.dot = stream.peek() !== ".";
    return "operator";
  }
  if (next === "{" && top >= 0) state.templates[top]!++;
  if (next === "}" && top >= 0) {
    // The brace that ends `${` gives the word back to the template's text.
    if (state.templates[top] === 0) {
      state.templates[top] = -1;
      return "special.brace";
    }
    state.templates[top]!--;
  }
  if (next && "()[]{}".includes(next)) return "bracket";
  if (next && ",;".includes(next)) return "punctuation";
  return "operator";
}

function comment(stream: StringStream, state: State): string {
  while (!stream.eol() && state.comment > 0) {
    if (stream.match("/*")) state.comment++;
    else if (stream.match("*/")) state.comment--;
    else stream.next();
  }
  return "blockComment";
}

function template(stream: StringStream, state: State): string {
  const top = state.templates.length - 1;
  while (!stream.eol()) {
    if (stream.peek() === "$" && stream.string[stream.pos + 1] === "{") {
      if (stream.pos > stream.start) return "string";
      stream.match("${");
      state.templates[top] = 0;
      return "special.brace";
    }
    const next = stream.next();
    if (next === "\\") stream.next();
    else if (next === "`") {
      // Two ticks stand for one.
      if (stream.eat("`")) continue;
      state.templates.pop();
      return "string";
    }
  }
  return "string";
}

export const startState = (): State => ({ comment: 0, templates: [], dot: false });

export const rhaiLanguage = StreamLanguage.define<State>({
  name: "rhai",
  startState,
  copyState: (state) => ({ ...state, templates: [...state.templates] }),
  token,
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", '"', "`"] },
    indentOnInput: /^\s*[)\]}.]$/,
  },
});

/** Indentation of a new line, by the line before it. */
const indent = indentService.of((context, position) => {
  const after = context.textAfterPos(position);
  const { text } = context.lineAt(Math.max(0, position - 1), -1);
  const before = text.trimEnd();
  const now = /^\s*/.exec(text)![0].length;
  if (/^[)\]}]/.test(after)) return Math.max(0, now - context.unit);
  // A setting on a line of its own hangs under its statement.
  if (/^\./.test(after)) return /^\s*\./.test(text) ? now : now + context.unit;
  if (/[([{]$/.test(before)) return now + context.unit;
  return /;$/.test(before) && /^\s*\./.test(text) ? Math.max(0, now - context.unit) : now;
});

export const rhai = () => new LanguageSupport(rhaiLanguage, indent);

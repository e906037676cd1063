import { StringStream } from "@codemirror/language";
import { describe, expect, it } from "vitest";
import { startState, token } from "../../src/editor/rhai";

/** Words with what they are taken for. */
function read(text: string): [string, string | null][] {
  const state = startState();
  return text.split("\n").flatMap((line) => {
    const stream = new StringStream(line, 4, 4);
    const found: [string, string | null][] = [];
    while (!stream.eol()) {
      stream.start = stream.pos;
      const kind = token(stream, state);
      if (stream.pos === stream.start) throw new Error(`stuck at ${stream.pos} of ${line}`);
      if (kind) found.push([stream.current(), kind]);
    }
    return found;
  });
}

const kindOf = (text: string, word: string) => read(text).find(([found]) => found === word)?.[1];

describe("Rhai in the editor", () => {
  it("knows comments that nest", () => {
    expect(read("/* a /* b */ c */ let").map(([, kind]) => kind)).toEqual(["blockComment", "keyword"]);
    expect(read("/* a\n/* b\n*/ c\n*/ let").at(-1)).toEqual(["let", "keyword"]);
  });

  it("knows templates with code in them, and templates in that", () => {
    const text = "`a ${ x + `b ${ y } c` } d` + z";
    expect(kindOf(text, "x")).toBe("variableName");
    expect(kindOf(text, "y")).toBe("variableName");
    expect(kindOf(text, "z")).toBe("variableName");
    expect(kindOf(text, " d`")).toBe("string");
    expect(kindOf("`${ #{ a: { b: 1 } } } text`", " text`")).toBe("string");
  });

  it("knows declarations, settings, calls and refused words", () => {
    const text = `metric("nps", nps(survey.recommend)).target(40);`;
    expect(kindOf(text, "metric")).toBe("definitionKeyword");
    expect(kindOf(text, "nps")).toBe("variableName.function");
    expect(kindOf(text, "recommend")).toBe("propertyName");
    expect(kindOf(text, "target")).toBe("propertyName.function");
    expect(kindOf("while true {}", "while")).toBe("invalid");
    expect(kindOf("x.while", "while")).toBe("propertyName");
  });

  it("knows numbers and ranges", () => {
    expect(read("1..5").map(([word]) => word)).toEqual(["1", ".", ".", "5"]);
    expect(kindOf("120_000.5e-3", "120_000.5e-3")).toBe("number");
    expect(kindOf("0xff_ee", "0xff_ee")).toBe("number");
  });

  it("never stands still, whatever the text", () => {
    for (const text of ["`", '"', "'", "/*", "${", "}", "`${", "`${`", "\\", "#{", "'ab", "0x", "€ 😀 ü", "\u0000"]) read(text);
  });
});

// The card's text.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, temporarilySetTabFocusMode } from "@codemirror/commands";
import { bracketMatching, codeFolding, indentOnInput, indentUnit } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { findings, text } from "../state/store";
import { assist, format, goToDefinition, startRename } from "./assist";
import { findingsShown, show } from "./findings";
import { look } from "./look";
import { rhai } from "./rhai";

let present: EditorView | undefined;

/** Shows a place of the card. */
export function reveal(start: number, end: number): void {
  if (!present) return;
  const length = present.state.doc.length;
  present.dispatch({
    selection: { anchor: Math.min(start, length), head: Math.min(end, length) },
    effects: EditorView.scrollIntoView(Math.min(start, length), { y: "center" }),
  });
  present.focus();
}

/** The editor on the page. */
export const editor = () => present;
export const formatCard = () => present && void format(present);
export const rename = () => present && void startRename(present);
export const definition = () => present && void goToDefinition(present);

const setup = () => [
  lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), history(), drawSelection(), dropCursor(),
  codeFolding(), indentOnInput(), indentUnit.of("    "), bracketMatching(), closeBrackets(), highlightSelectionMatches(),
  EditorState.allowMultipleSelections.of(true),
  assist, findingsShown, rhai(), look,
  keymap.of([
    ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap,
    // Tab indents; Escape and then Tab leaves the editor, as in every CodeMirror.
    { key: "Escape", run: temporarilySetTabFocusMode }, indentWithTab,
  ]),
  EditorView.contentAttributes.of({ tabindex: "0", "aria-label": "The scorecard's script", spellcheck: "false", autocapitalize: "off" }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) text.value = update.state.doc.toString();
  }),
];

export function Editor() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const view = new EditorView({ parent: host.current!, state: EditorState.create({ doc: text.peek(), extensions: setup() }) });
    present = view;
    const stops = [
      // Another card was opened: a state of its own, so that undo does not lead back into the last one.
      effect(() => {
        const next = text.value;
        if (next !== view.state.doc.toString()) view.setState(EditorState.create({ doc: next, extensions: setup() }));
      }),
      effect(() => {
        const found = findings.value;
        // They belong to the text that they were found for.
        if (text.peek() === view.state.doc.toString()) show(view, found);
      }),
    ];
    return () => {
      stops.forEach((stop) => stop());
      view.destroy();
      present = undefined;
    };
  }, []);
  return <div class="editor" ref={host} data-tour="editor" />;
}

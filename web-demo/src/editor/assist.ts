// The engine's language service in the editor: completion, hover, the parameters of a call, definitions, format.
import { autocompletion, snippet, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, showPanel, showTooltip, type Tooltip } from "@codemirror/view";
import type { Completion as Offered, Hover, Signature } from "@bellwether/engine";
import { CallError, Superseded } from "../engine/client";
import { measures } from "../engine/engines";
import type { Args, Gives, Op } from "../engine/protocol";
import { offsetCard } from "../state/session";
import { notify } from "../ui/toast";
import { markdown } from "./markdown";

/** Asks ahead of everything that waits; nothing when the worker has no answer. */
async function ask<O extends Op>(op: O, args: Args<O>): Promise<Gives<O> | null> {
  try {
    return await measures.call(op, args, { lane: op, urgent: true });
  } catch (error) {
    if (error instanceof Superseded || error instanceof CallError) return null;
    throw error;
  }
}

const ICONS: Record<string, string> = {
  function: "function", setting: "method", keyword: "keyword", variable: "variable", table: "class", column: "property",
  path: "namespace", metric: "interface", outcome: "interface", score: "interface", segment: "type", value: "text",
  key: "property", choice: "enum", module: "namespace",
};

async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const behind = context.matchBefore(/[\w]+|[.("|=,]\s*/);
  if (!context.explicit && !behind) return null;
  const offered = await ask("complete", [offsetCard(context.state.doc.toString()), context.pos]);
  if (!offered?.length || context.aborted) return null;
  const from = Math.min(...offered.map((one) => one.span.start));
  // The half of a word that was just typed is a name of the card as well; as the one that fits best it would stand first.
  const typed = context.state.sliceDoc(from, context.pos);
  const more = offered.filter((one) => one.snippet || one.insert !== typed);
  if (!more.length) return null;
  return { from, filter: true, options: more.map((one) => option(one)), validFor: /^\w*$/ };
}

function option(one: Offered): Completion {
  const made: Completion = { label: one.label, type: ICONS[one.kind] ?? "text", boost: -Math.min(99, one.order / 10) };
  if (one.detail) made.detail = one.detail;
  if (one.docs) made.info = () => markdown(one.docs!);
  made.apply = (view, _, from, to) => {
    const end = Math.max(to, Math.min(one.span.end, view.state.doc.length));
    if (one.snippet) snippet(one.insert)(view, made, from, end);
    else view.dispatch({ changes: { from, to: end, insert: one.insert }, selection: { anchor: from + one.insert.length }, userEvent: "input.complete" });
  };
  return made;
}

const hover = hoverTooltip(async (view, position) => {
  const said = await ask("hover", [offsetCard(view.state.doc.toString()), position]);
  if (!said) return null;
  return { pos: said.span.start, end: said.span.end, above: true, create: () => ({ dom: described(said) }) };
}, { hoverTime: 250 });

function described(said: Hover): HTMLElement {
  const box = document.createElement("div");
  box.className = "hover-docs";
  const title = document.createElement("code");
  title.textContent = said.title;
  box.append(title, markdown(said.docs));
  if (said.facts?.length) {
    const list = document.createElement("dl");
    for (const fact of said.facts) {
      const name = document.createElement("dt");
      name.textContent = fact.name;
      const value = document.createElement("dd");
      value.textContent = fact.value;
      list.append(name, value);
    }
    box.append(list);
  }
  if (said.example) {
    const example = document.createElement("pre");
    example.textContent = said.example;
    box.append(example);
  }
  return box;
}

/** Shows the parameters of the call around the cursor. */
const setSignature = StateEffect.define<Tooltip | null>();
const signatureField = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(setSignature)) return effect.value;
    return shown && transaction.docChanged ? { ...shown, pos: transaction.changes.mapPos(shown.pos) } : shown;
  },
  provide: (field) => showTooltip.from(field),
});

let asked = 0;
const signatures = EditorView.updateListener.of((update) => {
  if (!update.docChanged && !update.selectionSet) return;
  const { view } = update;
  const head = view.state.selection.main.head;
  const mine = ++asked;
  const shown = view.state.field(signatureField);
  const line = view.state.doc.lineAt(head);
  const typed = update.transactions.some((one) => one.isUserEvent("input") || one.isUserEvent("delete"));
  // It opens while typing and follows the cursor until that leaves the call.
  if ((!shown && !typed) || !/[(]/.test(line.text.slice(0, head - line.from))) {
    if (shown) queueMicrotask(() => view.dispatch({ effects: setSignature.of(null) }));
    return;
  }
  void ask("signature", [offsetCard(view.state.doc.toString()), head]).then((said) => {
    if (mine !== asked) return;
    const next = said ? { pos: head, above: true, create: () => ({ dom: parameters(said) }) } : null;
    if (next || view.state.field(signatureField)) view.dispatch({ effects: setSignature.of(next) });
  });
});

function parameters(said: Signature): HTMLElement {
  const box = document.createElement("div");
  box.className = "signature";
  const line = document.createElement("code");
  const active = said.active === undefined ? undefined : said.params[said.active];
  const at = active ? said.text.indexOf(active.name, said.text.indexOf("(")) : -1;
  if (active && at >= 0) {
    const strong = document.createElement("b");
    strong.textContent = active.name;
    line.append(said.text.slice(0, at), strong, said.text.slice(at + active.name.length));
  } else {
    line.textContent = said.text;
  }
  box.append(line);
  const note = document.createElement("small");
  note.textContent = active ? `${active.name}: ${active.kind}${active.optional ? ", may be left out" : ""}` : "";
  if (active) box.append(note);
  return box;
}

/** Goes to where the thing at a position is declared; whether there is such a place. */
export async function goToDefinition(view: EditorView, position = view.state.selection.main.head): Promise<void> {
  const span = await ask("definition", [offsetCard(view.state.doc.toString()), position]);
  if (!span || span.source !== 0) return notify("Nothing in this card declares that.");
  view.dispatch({ selection: { anchor: span.start, head: span.end }, effects: EditorView.scrollIntoView(span.start, { y: "center" }) });
  view.focus();
}

/** Puts the card in good order; the cursor stays at its text, and one undo takes it back. */
export async function format(view: EditorView): Promise<void> {
  const before = view.state.doc.toString();
  const done = await ask("format", [offsetCard(before)]);
  if (!done) return notify("Not while a bracket or a text is left open.");
  if (view.state.doc.toString() !== before) return;
  if (done.text === before) return notify("The card is in good order already.");
  view.dispatch({
    changes: done.edits.map((edit) => ({ from: edit.span.start, to: edit.span.end, insert: edit.text })),
    userEvent: "format",
  });
  view.focus();
}

/** A line at the foot of the editor that asks for the new name of what the cursor is at. */
const setRenaming = StateEffect.define<Panel | null>();
interface Panel {
  at: number;
  name: string;
  places: number;
}
const renamingField = StateField.define<Panel | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(setRenaming)) return effect.value;
    return transaction.docChanged ? null : shown;
  },
  provide: (field) => showPanel.from(field, (panel) => panel && ((view) => ({ dom: renaming(view, panel), mount: () => view.dom.querySelector<HTMLInputElement>(".cm-rename input")?.select() }))),
});

/** Asks for another name for the metric, segment, table or variable at the cursor. */
export async function startRename(view: EditorView): Promise<void> {
  const head = view.state.selection.main.head;
  const text = view.state.doc.toString();
  const places = (await ask("references", [offsetCard(text), head]))?.filter((span) => span.source === 0);
  const here = places?.find((span) => span.start <= head && head <= span.end);
  if (!places || !here || view.state.doc.toString() !== text) return notify("Put the cursor on a name of the card to give it another.");
  const name = text.slice(here.start, here.end).replace(/^"|"$/g, "");
  view.dispatch({ effects: setRenaming.of({ at: head, name, places: places.length }) });
}

function renaming(view: EditorView, { at, name, places }: Panel): HTMLElement {
  const form = document.createElement("form");
  form.className = "cm-rename";
  const label = document.createElement("label");
  label.append(`Rename ${name} to`);
  const input = Object.assign(document.createElement("input"), { type: "text", value: name, spellcheck: false, autocomplete: "off" });
  label.append(input);
  const button = Object.assign(document.createElement("button"), { type: "submit", className: "primary", textContent: `Rename in ${places} ${places === 1 ? "place" : "places"}` });
  const said = Object.assign(document.createElement("small"), { role: "status" });
  form.append(label, button, said);
  const close = () => {
    view.dispatch({ effects: setRenaming.of(null) });
    view.focus();
  };
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const before = view.state.doc.toString();
    const to = input.value.trim();
    if (to === "" || to === name) return close();
    void ask("rename", [offsetCard(before), at, to]).then((edits) => {
      if (view.state.doc.toString() !== before) return close();
      if (!edits?.length) {
        said.textContent = `${to} is taken already, or is no name: letters, digits and _, a letter first.`;
        return input.select();
      }
      view.dispatch({ changes: edits.map((edit) => ({ from: edit.span.start, to: edit.span.end, insert: edit.text })), userEvent: "rename" });
      close();
      notify(`${name} is ${to} now, in ${edits.length} ${edits.length === 1 ? "place" : "places"}.`);
    });
  });
  return form;
}

export const assist: Extension = [
  autocompletion({ override: [complete], activateOnTyping: true, maxRenderedOptions: 80, icons: true, interactionDelay: 30, closeOnBlur: false }),
  hover,
  signatureField,
  signatures,
  renamingField,
  keymap.of([
    { key: "F2", run: (view) => (void startRename(view), true) },
    { key: "F12", run: (view) => (void goToDefinition(view), true) },
    { key: "Shift-Alt-f", run: (view) => (void format(view), true) },
    {
      key: "Escape",
      run: (view) => {
        if (!view.state.field(signatureField)) return false;
        view.dispatch({ effects: setSignature.of(null) });
        return true;
      },
    },
  ]),
  EditorView.domEventHandlers({
    mousedown(event, view) {
      if (!(event.metaKey || event.ctrlKey) || event.button !== 0) return false;
      const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (position === null) return false;
      event.preventDefault();
      void goToDefinition(view, position);
      return true;
    },
  }),
];

// Findings of the engine as squiggles with their fixes.
import { forceLinting, linter, lintGutter, setDiagnostics, type Action, type Diagnostic } from "@codemirror/lint";
import type { EditorState, Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { Diagnostic as Finding } from "@bellwether/engine";

export const findingsShown: Extension = [lintGutter(), linter(null)];

/** Draws what was found in the present text. */
export function show(view: EditorView, findings: readonly Finding[]): void {
  view.dispatch(setDiagnostics(view.state, drawn(view.state, findings)));
  forceLinting(view);
}

export function drawn(state: EditorState, findings: readonly Finding[]): Diagnostic[] {
  return findings
    .filter((finding) => finding.span?.source === 0)
    .map((finding) => {
      const { from, to } = place(state, finding.span!.start, finding.span!.end);
      return {
        from, to, source: finding.code,
        severity: finding.severity === "note" ? ("info" as const) : finding.severity,
        message: [finding.message, finding.help].filter(Boolean).join("\n"),
        actions: fixes(finding),
      };
    })
    .sort((a, b) => a.from - b.from);
}

/** A span within the text, at least one character wide where there is one. */
function place(state: EditorState, start: number, end: number): { from: number; to: number } {
  const length = state.doc.length;
  const from = Math.min(start, length);
  const to = Math.min(Math.max(end, from), length);
  if (to > from) return { from, to };
  return to < length ? { from, to: to + 1 } : { from: Math.max(0, from - 1), to };
}

export function fixes(finding: Finding): Action[] {
  const { fix } = finding;
  if (!fix || fix.span.source !== 0) return [];
  return [
    {
      name: fix.replacement === "" ? "Remove it" : `Write ${fix.replacement.length > 40 ? "what is meant" : fix.replacement}`,
      apply: (view) => applyFix(view, finding),
    },
  ];
}

export function applyFix(view: EditorView, finding: Finding): void {
  const { fix } = finding;
  if (!fix) return;
  view.dispatch({ changes: { from: fix.span.start, to: fix.span.end, insert: fix.replacement }, userEvent: "input.fix" });
  view.focus();
}

// Errors, warnings and notes, each with its place and its way out.
import type { Diagnostic } from "@bellwether/engine";
import { applyFix } from "../editor/findings";
import { editor, reveal } from "../editor/Editor";
import { findings } from "../state/store";
import { Empty } from "../ui/Empty";
import { pane } from "../ui/panes";
import { Chip, type Status } from "./status";

const SEVERITY: Record<Diagnostic["severity"], Status> = {
  error: { tone: "bad", icon: "bad", word: "Error" },
  warning: { tone: "warn", icon: "warn", word: "Warning" },
  note: { tone: "info", icon: "info", word: "Note" },
};

export function Findings() {
  if (findings.value.length === 0) {
    return <Empty title="Nothing to say">Neither the card nor its data give reason for a warning.</Empty>;
  }
  return (
    <ul class="findings">
      {findings.value.map((finding, at) => <Finding key={at} finding={finding} />)}
    </ul>
  );
}

export function Finding({ finding }: { finding: Diagnostic }) {
  const { span, fix, place } = finding;
  const go = () => {
    pane.value = "card";
    requestAnimationFrame(() => reveal(span!.start, span!.end));
  };
  return (
    <li class="finding">
      <Chip status={SEVERITY[finding.severity]} small />
      <div>
        <p>{code(finding.message)}</p>
        {finding.help && <p class="quiet">{code(finding.help)}</p>}
        {place?.table && <p class="quiet small">{[place.file ?? place.table, place.row && `row ${place.row}`, place.column, place.value && `“${place.value}”`].filter(Boolean).join(" · ")}</p>}
        <p class="finding-tools">
          {span?.source === 0 && <button type="button" class="link" onClick={go}>Show line {finding.location?.start.line ?? ""}</button>}
          {fix?.span.source === 0 && (
            <button type="button" class="plain" onClick={() => { const view = editor(); if (view) { pane.value = "card"; applyFix(view, finding); } }}>
              {fix.replacement === "" ? "Remove it" : <>Write <code>{fix.replacement}</code></>}
            </button>
          )}
          <small class="quiet">{finding.code}</small>
        </p>
      </div>
    </li>
  );
}

/** Text with `code` in backticks. */
function code(text: string) {
  return text.split(/(`[^`]+`)/).map((part, at) => (part.startsWith("`") ? <code key={at}>{part.slice(1, -1)}</code> : part));
}

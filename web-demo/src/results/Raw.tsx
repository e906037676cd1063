// The report as the engine gives it.
import { useEffect, useState } from "preact/hooks";
import type { Report } from "@bellwether/engine";
import { CallError, Superseded } from "../engine/client";
import { downloadReport } from "../share/download";
import { whole } from "../state/session";
import { given } from "../state/store";
import { Icon } from "../ui/Icon";
import { count } from "./format";

export function Raw({ report }: { report: Report }) {
  const { provenance } = report;
  const all = useWhole();
  return (
    <section class="block">
      <h2>The report <small>what pages, tables and other tools are made from</small></h2>
      <dl class="facts">
        <dt>Engine</dt><dd>{provenance.engine}</dd>
        <dt>As of</dt><dd>{report.results.as_of ?? "no dates in the data"}</dd>
        <dt>Hash of the results</dt><dd><code class="hash" data-hash={provenance.results_sha256}>{provenance.results_sha256}</code></dd>
        {provenance.tables.map((table) => (
          <><dt key={table.table}>{table.table}</dt><dd>{count(table.rows)} rows {table.sha256 && <code class="hash">{table.sha256.slice(0, 16)}…</code>}</dd></>
        ))}
      </dl>
      <p><button type="button" class="plain" onClick={() => void downloadReport("json")}><Icon name="download" /> Report as JSON</button></p>
      {all ? <div class="json"><Node name="report" value={all} open /></div> : <p class="empty" role="status">Fetching all cells…</p>}
    </section>
  );
}

/** The report with all its cells, which the page else does not have. */
function useWhole(): Report | null {
  const [all, setAll] = useState<Report | null>(null);
  const shown = given.value;
  useEffect(() => {
    let current = true;
    whole().then(
      (report) => current && setAll(report),
      (error: unknown) => {
        if (!(error instanceof Superseded) && !(error instanceof CallError)) throw error;
      },
    );
    return () => {
      current = false;
    };
  }, [shown]);
  return all;
}

/** JSON that unfolds, drawn only where it is open. */
function Node({ name, value, open = false }: { name: string; value: unknown; open?: boolean }) {
  const [shown, setShown] = useState(open);
  const [most, setMost] = useState(100);
  if (value === null || typeof value !== "object") {
    return <div class="leaf"><span>{name}</span> <code class={typeof value}>{JSON.stringify(value)}</code></div>;
  }
  const entries = Object.entries(value);
  const kind = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>{name} <small>{kind}</small></summary>
      {shown && entries.slice(0, most).map(([key, inner]) => <Node key={key} name={key} value={inner} />)}
      {shown && entries.length > most && <button type="button" class="plain" onClick={() => setMost(most + 500)}>{entries.length - most} more</button>}
    </details>
  );
}

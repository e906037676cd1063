// Rows of a table, fetched as they come into sight, below what is known of each column.
import type { RowPage } from "@bellwether/engine";
import { useEffect, useRef, useState } from "preact/hooks";
import { CallError, Superseded } from "../engine/client";
import { measures } from "../engine/engines";
import { count } from "../results/format";
import { plain } from "../results/Why";
import { tables } from "../state/store";
import { ColumnHead } from "./ColumnHead";

/** Height of a row, as the style sheet has it. */
const ROW = 28;
const AHEAD = 30;

export function TableView({ name }: { name: string }) {
  const info = tables.value.get(name)!;
  const host = useRef<HTMLDivElement>(null);
  const [page, setPage] = useState<RowPage | null>(null);
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.floor(top / ROW) - AHEAD);
  const from = first - (first % AHEAD);
  useEffect(() => {
    let current = true;
    const until = Math.min(info.rows, from + AHEAD * 4);
    measures.call("rows", [name, from, until], { lane: "rows", urgent: true }).then(
      (rows) => current && setPage(rows),
      (error: unknown) => {
        if (!(error instanceof Superseded) && !(error instanceof CallError)) throw error;
      },
    );
    return () => {
      current = false;
    };
  }, [name, from, info]);
  const shown = page?.table === name ? page : null;
  return (
    <div class="table-view" ref={host} tabIndex={0} role="region" aria-label={`Rows of ${name}`} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
      <table aria-rowcount={info.rows + 1}>
        <thead>
          <tr>
            <th scope="col" class="row-number">row</th>
            {info.columns.map((column) => <ColumnHead key={column.name} table={name} column={column} rows={info.rows} />)}
          </tr>
        </thead>
        <tbody>
          {shown && <Room rows={shown.from} />}
          {shown?.rows.map((row, at) => (
            <tr key={shown.from + at} aria-rowindex={shown.from + at + 2}>
              <th scope="row" class="row-number">{count(shown.from + at + 1)}</th>
              {row.map((value, column) => <td key={column} class={typeof value === "number" ? "number" : ""}>{plain(value)}</td>)}
            </tr>
          ))}
          {shown && <Room rows={Math.max(0, info.rows - shown.from - shown.rows.length)} />}
        </tbody>
      </table>
    </div>
  );
}

/** The room of rows that are not drawn. A row without a cell would take none. */
function Room({ rows }: { rows: number }) {
  return (
    <tr aria-hidden="true">
      <td style={{ height: `${rows * ROW}px`, padding: 0, border: 0 }} />
    </tr>
  );
}

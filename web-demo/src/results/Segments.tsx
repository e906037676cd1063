// How a number differs between segments, period by period. Every cell opens its explanation.
import type { Cell, Results, SegmentAxis } from "@bellwether/engine";
import { cut, why } from "../state/store";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/Icon";
import { cellAt, questionOf, steps, useCells } from "./cells";
import { chartsOf, ChartFigure } from "./Chart";
import { count, number, plural } from "./format";
import { cellText, change, directionOf, labelOf, type Entry } from "./status";

const COLUMNS = 8;

export function Segments({ results }: { results: Results }) {
  const entries: Entry[] = [...results.scores, ...results.metrics];
  const entry = entries.find((one) => one.name === cut.value.name) ?? entries[0];
  const segments = results.axes.segments;
  const segment = segments.find((one) => one.name === cut.value.segment) ?? segments[0];
  const cells = useCells(entry?.name ?? "");
  if (!entry || !segment) {
    return (
      <Empty title="No segments yet" code={`segment("region", customers.region);`}>
        A segment cuts every number by a column: by region, by plan, by channel. Write one in the card.
      </Empty>
    );
  }
  const drawn = chartsOf("bars").filter(({ chart }) => chart.id === `bars/${entry.name}/${segment.name}`);
  return (
    <section class="block">
      <h2>Segments <small>how a number differs, and where</small></h2>
      <div class="pickers">
        <label>Number
          <select value={entry.name} onChange={(event) => (cut.value = { ...cut.value, name: event.currentTarget.value })}>
            {entries.map((one) => <option key={one.name} value={one.name}>{labelOf(one)}</option>)}
          </select>
        </label>
        <label>Segment
          <select value={segment.name} onChange={(event) => (cut.value = { ...cut.value, segment: event.currentTarget.value })}>
            {segments.map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}
          </select>
        </label>
      </div>
      {cells.length > 0 ? <HeatMap entry={entry} cells={cells} results={results} segment={segment} /> : <p class="empty" role="status">Fetching its cells…</p>}
      {drawn.map((chart) => <ChartFigure key={chart.chart.id} chart={chart} />)}
      <Cross entry={entry} cells={cells} results={results} />
    </section>
  );
}

interface Cut {
  entry: Entry;
  cells: Cell[];
  results: Results;
}

function HeatMap({ entry, cells, results, segment: { name, label, values } }: Cut & { segment: SegmentAxis }) {
  const shown = steps(results).filter((step) => step.complete).slice(-COLUMNS).map((step) => step.label);
  const columns: (string | undefined)[] = [undefined, ...shown];
  return (
    <Heat
      caption={`${labelOf(entry)} by ${label}`} entry={entry} rows={[null, ...values]} columns={columns}
      rowName={(row) => row ?? "Total"} columnName={(column) => column ?? "All time"}
      cell={(row, column) => cellAt(cells, row === null ? {} : { [name]: row }, column)}
      beside={(_, column) => cellAt(cells, {}, column)}
    />
  );
}

/** Two segments crossed, where the card asks for it. */
function Cross({ entry, cells, results }: Cut) {
  const crossed = results.axes.cuts.find((axes) => axes.length === 2);
  const [down, across] = (crossed ?? []).map((at) => results.axes.segments[at]!);
  if (!down || !across) return null;
  const period = results.headline_period ?? undefined;
  const cell = (row: string, column: string) => cellAt(cells, { [down.name]: row, [across.name]: column }, period);
  if (!down.values.some((row) => across.values.some((column) => cell(row, column)))) return null;
  return (
    <Heat
      caption={`${labelOf(entry)} by ${down.label} and ${across.label}${period ? `, ${period}` : ""}`} entry={entry} rows={down.values}
      columns={across.values} rowName={(row) => row} columnName={(column) => column} cell={cell} beside={() => cellAt(cells, {}, period)}
    />
  );
}

interface HeatProps<R, C> {
  caption: string;
  entry: Entry;
  rows: R[];
  columns: C[];
  rowName: (row: R) => string;
  columnName: (column: C) => string;
  cell: (row: R, column: C) => Cell | undefined;
  /** What a cell is compared with: the total of its period. */
  beside: (row: R, column: C) => Cell | undefined;
}

function Heat<R, C>({ caption, entry, rows, columns, rowName, columnName, cell, beside }: HeatProps<R, C>) {
  const better = directionOf(entry) === "lower" ? -1 : 1;
  const gaps = rows.flatMap((row) => columns.map((column) => Math.abs(gap(cell(row, column), beside(row, column)) ?? 0)));
  const widest = gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.95)] || 1;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="heat">
        <caption>
          {caption}
          <span class="legend"><i class="worse" /> worse than the total <i class="better" /> better <Icon name="up" size={12} /> real change</span>
        </caption>
        <thead>
          <tr><td />{columns.map((column, at) => <th key={at} scope="col">{columnName(column)}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              <th scope="row">{rowName(row)}</th>
              {columns.map((column, index) => {
                const one = cell(row, column);
                const apart = gap(one, beside(row, column));
                return <HeatCell key={index} cell={one} entry={entry} tint={apart === null ? 0 : (better * apart) / widest} />;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const gap = (cell: Cell | undefined, total: Cell | undefined) =>
  cell?.value === undefined || total?.value === undefined || cell.state !== "ok" ? null : cell.value - total.value;

function HeatCell({ cell, entry, tint }: { cell: Cell | undefined; entry: Entry; tint: number }) {
  if (!cell) return <td class="none">–</td>;
  const real = cell.change && (cell.change.verdict === "up" || cell.change.verdict === "down") ? change(cell.change, entry.decimals) : null;
  const faint = cell.state !== "ok";
  const said = `${labelOf(entry)} ${Object.values(cell.segments ?? {}).join(" ")} ${cell.period ?? "all time"}: ${cellText(cell, entry.decimals)}, ${plural(cell.n, "row")}`;
  return (
    <td>
      <button
        type="button" class={`heat-cell ${faint ? "faint" : ""}`} onClick={() => (why.value = questionOf(entry.name, cell))}
        style={{ "--tint": `${Math.round(Math.min(1, Math.abs(tint)) * 62)}%`, "--hue": tint < 0 ? "var(--worse)" : "var(--better)" }}
        aria-label={`Why? ${said}${real ? `, ${real.word}` : ""}`} title={`n ${count(cell.n)}${real ? ` · ${real.word}` : ""}`}
      >
        {cell.value === undefined ? <small>{cellText(cell, 0)}</small> : number(cell.value, entry.decimals)}
        {real && <Icon name={real.icon} size={11} />}
      </button>
    </td>
  );
}

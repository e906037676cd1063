// Finding cells of a metric or score by segment values and period.
import type { Cell, Question, Results } from "@bellwether/engine";
import type { Entry } from "./status";

const kept = new WeakMap<Entry, Map<string, Cell>>();

const key = (segments: Record<string, string> | undefined, period: string | undefined) =>
  JSON.stringify([Object.entries(segments ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)), period ?? ""]);

/** The cell of segment values (none: the total) and a period (none: the whole time). */
export function cellAt(entry: Entry, segments: Record<string, string>, period: string | undefined): Cell | undefined {
  let map = kept.get(entry);
  if (!map) {
    map = new Map(entry.cells.map((cell) => [key(cell.segments, cell.period), cell]));
    kept.set(entry, map);
  }
  return map.get(key(segments, period));
}

/** The question that explains a cell. */
export const questionOf = (name: string, cell: Cell): Question => ({
  name, period: cell.period ?? "all", ...(cell.segments && { segments: cell.segments }),
});

/** Steps of the first calendar, oldest first. */
export const steps = (results: Results) => results.axes.periods[0]?.steps ?? [];

export function entryOf(results: Results, name: string): Entry | undefined {
  return results.metrics.find((metric) => metric.name === name) ?? results.scores.find((score) => score.name === name);
}

// Finding cells of a metric or score by segment values and period. The report on the page has those of totals only; the
// others are asked for by the view that shows them.
import type { Cell, Question, Results } from "@bellwether/engine";
import { useEffect, useState } from "preact/hooks";
import { CallError, Superseded } from "../engine/client";
import { cellsOf } from "../state/session";
import { given } from "../state/store";
import type { Entry } from "./status";

/** All cells of a number; while they are fetched those of before, if they are of the same number. */
export function useCells(name: string): Cell[] {
  const [got, setGot] = useState<{ name: string; cells: Cell[] }>({ name: "", cells: [] });
  const of = given.value?.card;
  useEffect(() => {
    if (!of || !name) return;
    let current = true;
    cellsOf(name, of).then(
      (cells) => current && setGot({ name, cells }),
      (error: unknown) => {
        if (!(error instanceof Superseded) && !(error instanceof CallError)) throw error;
      },
    );
    return () => {
      current = false;
    };
  }, [name, of]);
  return got.name === name ? got.cells : [];
}

const kept = new WeakMap<Cell[], Map<string, Cell>>();

const key = (segments: Record<string, string> | undefined, period: string | undefined) =>
  JSON.stringify([Object.entries(segments ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)), period ?? ""]);

/** The cell of segment values (none: the total) and a period (none: the whole time). */
export function cellAt(cells: Cell[], segments: Record<string, string>, period: string | undefined): Cell | undefined {
  let map = kept.get(cells);
  if (!map) {
    map = new Map(cells.map((cell) => [key(cell.segments, cell.period), cell]));
    kept.set(cells, map);
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

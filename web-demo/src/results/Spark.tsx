// The course of a number in a line, small.
import type { Cell, PeriodStep } from "@bellwether/engine";
import { number } from "./format";

const WIDE = 200;
const HIGH = 34;

interface SparkProps {
  cells: Cell[];
  steps: PeriodStep[];
  label: string;
  decimals: number;
  target: number | undefined;
}

export function Spark({ cells, steps, label, decimals, target }: SparkProps) {
  const shown = steps.filter((step) => step.complete).slice(-24);
  if (shown.length < 2) return null;
  const totals = new Map(cells.filter((cell) => cell.period && !cell.segments).map((cell) => [cell.period, cell.value]));
  const values = shown.map((step) => totals.get(step.label));
  const known = values.filter((value): value is number => value !== undefined);
  if (known.length < 2) return null;
  const all = target === undefined ? known : [...known, target];
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const x = (at: number) => (at / (shown.length - 1)) * (WIDE - 8) + 4;
  const y = (value: number) => HIGH - 4 - ((value - low) / span) * (HIGH - 8);
  let pen = "M";
  const path = values
    .map((value, at) => {
      if (value === undefined) {
        pen = "M";
        return "";
      }
      const point = `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = "L";
      return point;
    })
    .join("");
  const last = values.at(-1);
  const told = `${label} from ${shown[0]!.label} to ${shown.at(-1)!.label}: ${number(known[0], decimals)} to ${number(known.at(-1), decimals)}`;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={told}>
      {target !== undefined && <line class="target" x1="0" x2={WIDE} y1={y(target)} y2={y(target)} />}
      <path d={path} />
      {last !== undefined && <path class="last" d={`M${x(values.length - 1)} ${y(last)}h0`} />}
    </svg>
  );
}

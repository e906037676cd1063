// A metric, outcome or score at a glance.
import type { Results, ScoreResult } from "@bellwether/engine";
import { questionOf, steps } from "./cells";
import { date, number, percent, range, STATES, withUnit } from "./format";
import { Spark } from "./Spark";
import { band, change, Chip, directionOf, goal, isScore, labelOf, pace, unitOf, type Entry } from "./status";
import { WhyButton } from "./Why";
import { Icon } from "../ui/Icon";

interface TileProps {
  entry: Entry;
  results: Results;
  big?: boolean;
  /** A word on its definition. */
  note?: string | undefined;
}

export function Tile({ entry, results, big = false, note }: TileProps) {
  const { headline: cell, decimals } = entry;
  const label = labelOf(entry);
  const unit = unitOf(entry);
  const status = isScore(entry) && cell.band ? band(entry, cell.band) : goal(cell, directionOf(entry));
  const speed = results.pace?.find((one) => one.of === entry.name);
  return (
    <article class={`tile ${big ? "big" : ""}`} aria-label={label} data-metric={entry.name}>
      <header>
        <h3>{label}</h3>
        {status && <Chip status={status} small />}
      </header>
      {note && <p class="definition">{note}</p>}
      <p class="figure">
        <b data-value={cell.value ?? ""}>{cell.value === undefined ? STATES[cell.state] : number(cell.value, decimals)}</b>
        {cell.value !== undefined && unit && <span class="unit">{unit}</span>}
      </p>
      <p class="interval">
        {cell.interval ? `${range(cell.interval, decimals)} (${percent(cell.interval.level)})` : (entry.no_interval ?? "")}
      </p>
      <Spark cells={entry.cells} steps={steps(results)} label={label} decimals={decimals} target={cell.target} />
      {isScore(entry) ? <Scale score={entry} /> : <Goal entry={entry} />}
      {cell.change && <p class="change"><Chip status={change(cell.change, decimals)} small /></p>}
      <footer>
        <span class="owner">
          {entry.goal.owner && <span><Icon name="person" size={12} /> {entry.goal.owner}</span>}
          {speed && speed.verdict !== "too_short" && <span class={`pace ${pace(speed).tone}`}><Icon name={pace(speed).icon} size={12} /> {pace(speed).word}</span>}
        </span>
        <WhyButton question={questionOf(entry.name, cell)} label={label} />
      </footer>
    </article>
  );
}

function Goal({ entry }: { entry: Exclude<Entry, ScoreResult> }) {
  const { headline: cell, decimals, goal: to, unit } = entry;
  if (cell.target === undefined) return to.no_target ? <p class="goal quiet">no target: {to.no_target}</p> : null;
  const done = Math.max(0, Math.min(100, cell.progress ?? 0));
  return (
    <div class="goal">
      <p>
        Target <b>{withUnit(number(cell.target, decimals), unit === "%" ? "%" : "")}</b>
        {to.due && <> by {date(to.due)}</>}
        {cell.progress !== undefined && (
          <span class="quiet"> · {cell.progress < 0 ? "further off than at the start" : `${number(cell.progress, 0)}% of the way`}</span>
        )}
      </p>
      {cell.progress !== undefined && (
        <div class="bar" role="img" aria-label={`${number(done, 0)} percent of the way from baseline to target`}>
          <i style={{ width: `${done}%` }} class={cell.target_met ? "met" : ""} />
        </div>
      )}
    </div>
  );
}

/** The bands of a score as a rule with the value on it. */
function Scale({ score }: { score: ScoreResult }) {
  const edges = [0, ...(score.band_edges ?? []), 100];
  const at = Math.max(0, Math.min(100, score.headline.value ?? 0));
  if (!score.bands?.length) return null;
  return (
    <div class="scale" role="img" aria-label={`${number(score.headline.value, score.decimals)} on a scale of 0 to 100 with the bands ${score.bands.join(", ")}`}>
      {score.bands.map((name, index) => {
        const { tone } = band(score, name);
        return <i key={name} class={tone} style={{ width: `${edges[index + 1]! - edges[index]!}%` }}><span>{name}</span></i>;
      })}
      {score.headline.value !== undefined && <b style={{ left: `${at}%` }} />}
    </div>
  );
}

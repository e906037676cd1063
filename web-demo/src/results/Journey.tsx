// The journey as a map: phases, steps, what is measured at each; moments of truth and friction marked.
import type { Cell, JourneyResult, MetricResult, Results } from "@bellwether/engine";
import { why } from "../state/store";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/Icon";
import { questionOf } from "./cells";
import { money, number, plural } from "./format";
import { cellText, EVIDENCE, goal, labelOf } from "./status";

export function Journey({ results }: { results: Results }) {
  if (results.journeys.length === 0) {
    return (
      <Empty title="No journey in this card" code={`journey("first year").along(survey.touchpoint)\n    .phase("buy", ["compare", "order"])\n    .phase("use", ["daily use", "bill"]);`}>
        A journey lays metrics along the way of a customer, step by step. Bind it to a column that says what an answer is about.
      </Empty>
    );
  }
  return (
    <>
      {results.journeys.map((journey) => <Map key={journey.name} journey={journey} results={results} />)}
      {results.friction && results.friction.length > 0 && (
        <section class="block">
          <h2>Friction <small>what it costs</small></h2>
          <ul class="cards">
            {results.friction.map((one) => (
              <li key={one.metric}>
                <b><Icon name="flag" size={14} /> {labelOf(results.metrics.find((metric) => metric.name === one.metric)!)}</b>
                <span>{money(one.a_year.value, one.currency)} a year ({money(one.a_year.low)} to {money(one.a_year.high)}) · {EVIDENCE[one.evidence].word.toLowerCase()}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Map({ journey, results }: { journey: JourneyResult; results: Results }) {
  const steps = journey.phases.flatMap((phase) => phase.steps.map((step) => ({ phase, step })));
  const names = [...new Set(steps.flatMap(({ step }) => step.metrics.map(([name]) => name)))];
  const metrics = names.map((name) => results.metrics.find((metric) => metric.name === name)).filter((metric): metric is MetricResult => metric !== undefined);
  // Metrics that hang on a step alone stand behind those of every step.
  metrics.sort((a, b) => at(b) - at(a));
  function at(metric: MetricResult): number {
    return steps.filter(({ step }) => step.metrics.some(([name]) => name === metric.name)).length;
  }
  return (
    <section class="block">
      <h2>Journey: {journey.name} <small>the way of a customer, step by step</small></h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Journey ${journey.name}`}>
        <table class="journey">
          <thead>
            <tr><td rowSpan={2} />{journey.phases.map((phase) => <th key={phase.name} scope="colgroup" colSpan={Math.max(1, phase.steps.length)}>{phase.name}</th>)}</tr>
            <tr>{journey.phases.map((phase) => (phase.steps.length ? phase.steps.map((step) => <th key={step.name} scope="col">{step.name}</th>) : <th key={phase.name} scope="col">–</th>))}</tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <tr key={metric.name}>
                <th scope="row">
                  {labelOf(metric)}
                  {metric.moment_of_truth && <small class="mark"><Icon name="star" size={12} /> moment of truth: {metric.moment_of_truth}</small>}
                  {metric.friction_point && <small class="mark"><Icon name="flag" size={12} /> friction: {metric.friction_point}</small>}
                </th>
                {journey.phases.map((phase) =>
                  phase.steps.length ? (
                    phase.steps.map((step) => (
                      <Step key={step.name} metric={metric} step={step.name} cell={step.metrics.find(([name]) => name === metric.name)?.[1]} />
                    ))
                  ) : (
                    <td key={phase.name} class="none">–</td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <PhaseMoments journey={journey} results={results} />
      {journey.off_the_map && journey.off_the_map.length > 0 && (
        <p class="quiet">Off the map: {journey.off_the_map.map(([name, rows]) => `${name} (${plural(rows, "row")})`).join(", ")}</p>
      )}
    </section>
  );
}

function Step({ metric, step, cell }: { metric: MetricResult; step: string; cell: Cell | undefined }) {
  if (!cell) return <td class="none" aria-label={`${labelOf(metric)} is not measured at ${step}`}>·</td>;
  const status = goal(cell, metric.direction);
  return (
    <td>
      <button
        type="button" class={`step ${status?.tone ?? "quiet"}`} onClick={() => (why.value = questionOf(metric.name, cell))}
        aria-label={`Why? ${labelOf(metric)} at ${step}: ${cellText(cell, metric.decimals)}${status ? `, ${status.word}` : ""}`}
      >
        <b>{cell.value === undefined ? "–" : number(cell.value, metric.decimals)}</b>
        {status && <small><Icon name={status.icon} size={11} /> {status.word}</small>}
      </button>
    </td>
  );
}

/** Metrics of a whole phase. */
function PhaseMoments({ journey, results }: { journey: JourneyResult; results: Results }) {
  const found = journey.phases.flatMap((phase) =>
    phase.metrics.map((name) => ({ phase, metric: results.metrics.find((metric) => metric.name === name) })),
  );
  if (found.length === 0) return null;
  return (
    <ul class="cards">
      {found.map(({ phase, metric }) => metric && (
        <li key={metric.name}>
          <b>{metric.moment_of_truth && <Icon name="star" size={14} />} {labelOf(metric)} <small class="quiet">{phase.name}</small></b>
          <button type="button" class="link" onClick={() => (why.value = questionOf(metric.name, metric.headline))}>
            {cellText(metric.headline, metric.decimals)}{metric.unit === "%" ? "%" : ""} · why?
          </button>
          {metric.moment_of_truth && <span class="quiet">moment of truth: {metric.moment_of_truth}</span>}
          {metric.friction_point && <span class="quiet">friction: {metric.friction_point}</span>}
        </li>
      ))}
    </ul>
  );
}

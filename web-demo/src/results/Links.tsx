// From activity to outcomes: effects with ranges, the evidence for them, drivers, worth.
import type { Drivers, LinkResult, OutcomeWorth, Results } from "@bellwether/engine";
import { Empty } from "../ui/Empty";
import { chartsOf, ChartFigure } from "./Chart";
import { count, money, number, plural, significant } from "./format";
import { LinkProgress } from "./LinkProgress";
import { Chip, EVIDENCE, labelOf } from "./status";

export function Links({ results }: { results: Results }) {
  if (results.links.length === 0) {
    return (
      <>
        <LinkProgress />
        <Empty title="No links in this card" code={`metric("nps", nps(survey.recommend)).drives("retention");`}>
          A metric earns its place by leading an outcome. Write .drives("…") behind a metric, and the data say whether it does.
        </Empty>
      </>
    );
  }
  const name = (of: string) => label(results, of);
  const curves = chartsOf("curve");
  return (
    <>
      <LinkProgress />
      <section class="block">
        <h2>Links <small>does the metric lead the outcome?</small></h2>
        <ul class="links">
          {results.links.map((one) => {
            const { metric, outcome } = one.link;
            const curve = curves.find(({ chart }) => chart.id === `curve/${metric.value}/${outcome.value}`);
            return (
              <li key={`${metric.value} ${outcome.value}`}>
                <Claim result={one} results={results} />
                {curve && <ChartFigure chart={curve} />}
              </li>
            );
          })}
        </ul>
      </section>
      {results.drivers?.map((one) => <DriversOf key={one.outcome} drivers={one} name={name} />)}
      {results.worth?.map((one) => <Worth key={one.outcome} worth={one} name={name} />)}
    </>
  );
}

export const label = (results: Results, name: string) => {
  const metric = results.metrics.find((one) => one.name === name);
  return metric ? labelOf(metric) : name;
};

function Claim({ result, results }: { result: LinkResult; results: Results }) {
  const { analysis, link } = result;
  const metric = results.metrics.find((each) => each.name === link.metric.value);
  const outcome = results.metrics.find((each) => each.name === link.outcome.value);
  const status = EVIDENCE[analysis.evidence];
  const { effect } = analysis;
  return (
    <div class="claim">
      <header>
        <h3>{label(results, link.metric.value)} → {label(results, link.outcome.value)}</h3>
        <Chip status={status} />
      </header>
      {effect ? (
        <p class="effect">
          One more {one(metric?.unit)} of {label(results, link.metric.value)} goes with{" "}
          <b>{effect.value > 0 ? "+" : ""}{significant(effect.value)}</b>{" "}
          {outcome?.unit === "%" ? "points" : outcome?.unit} of {label(results, link.outcome.value)}
          <span class="quiet"> ({significant(effect.low)} to {significant(effect.high)})</span>
        </p>
      ) : (
        <p class="effect quiet">No effect is stated.</p>
      )}
      <p class="quiet">{status.more}</p>
      <p class="quiet small">
        {plural(analysis.n, "row")} of {analysis.of}
        {analysis.left_out ? `, ${count(analysis.left_out)} left out` : ""} · {analysis.method}
        {analysis.window && ` · ${analysis.window}`}
        {analysis.detectable !== undefined && ` · an effect of ${significant(analysis.detectable)} would have been seen`}
      </p>
      {analysis.notes?.map((note) => <p key={note} class="quiet small">{note.replaceAll("`", "")}</p>)}
    </div>
  );
}

/** One of a unit: a point of a share, `USD per customer` as it is. */
const one = (unit?: string) => (unit === "%" || unit === "points" ? "point" : (unit ?? "unit"));

function DriversOf({ drivers, name }: { drivers: Drivers; name: (of: string) => string }) {
  const widest = Math.max(...drivers.metrics.map((driver) => driver.weight.high), 1e-9);
  const matrix = chartsOf("matrix").filter(({ chart }) => chart.id === `matrix/drivers/${drivers.outcome}`);
  return (
    <section class="block">
      <h2>What drives {name(drivers.outcome)} <small>share of what is explained, {number(drivers.r_squared.value * 100, 1)}% of all differences</small></h2>
      <ul class="drivers">
        {drivers.metrics.map((driver) => (
          <li key={driver.metric}>
            <span>{name(driver.metric)}</span>
            <span class="driver-bar" role="img" aria-label={`${name(driver.metric)}: ${number(driver.share, 0)} percent of what is explained`}>
              <i style={{ width: `${(driver.weight.value / widest) * 100}%` }} />
              <em style={{ left: `${(driver.weight.low / widest) * 100}%`, width: `${((driver.weight.high - driver.weight.low) / widest) * 100}%` }} />
            </span>
            <b>{number(driver.share, 0)}%</b>
            <small>{driver.place ? `to ${driver.place}` : ""}</small>
          </li>
        ))}
      </ul>
      {drivers.without?.map(([metric, because]) => <p key={metric} class="quiet small">Without {name(metric)}: {because}.</p>)}
      {matrix.map((chart) => <ChartFigure key={chart.chart.id} chart={chart} />)}
    </section>
  );
}

function Worth({ worth, name }: { worth: OutcomeWorth; name: (of: string) => string }) {
  return (
    <section class="block">
      <h2>What {name(worth.outcome)} is worth <small>one point, for a year: {money(worth.one_point, worth.currency)}</small></h2>
      {worth.gap_a_year !== undefined && <p>To the target it is {number(worth.gap, 1)} points: <b>{money(worth.gap_a_year, worth.currency)}</b> a year.</p>}
      <div class="scroll">
        <table class="plain-table">
          <thead><tr><th>Metric</th><th>Evidence</th><th>One more is worth, a year</th><th>To its target, a year</th></tr></thead>
          <tbody>
            {worth.metrics.map((one) => (
              <tr key={one.metric}>
                <th scope="row">{name(one.metric)}</th>
                <td><Chip status={EVIDENCE[one.evidence]} small /></td>
                <td>{money(one.one_more.value)} <small>{money(one.one_more.low)} to {money(one.one_more.high)}</small></td>
                <td>{one.to_target ? <>{money(one.to_target.value)} <small>{money(one.to_target.low)} to {money(one.to_target.high)}</small></> : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

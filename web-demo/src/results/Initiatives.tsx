// What is meant to be done, by worth and effort.
import type { InitiativeResult, Results } from "@bellwether/engine";
import { Empty } from "../ui/Empty";
import { chartsOf, ChartFigure } from "./Chart";
import { date, money, number, plural } from "./format";
import { label } from "./Links";
import { LinkProgress } from "./LinkProgress";
import { Chip, EVIDENCE } from "./status";

export function Initiatives({ results }: { results: Results }) {
  if (results.initiatives.length === 0) {
    return (
      <Empty title="No initiatives in this card" code={`initiative("A bill on one page").owner("Billing")\n    .starts("2026-08-01").costs(45_000).person_days(40)\n    .moves("bill_trouble", -3, -1);`}>
        An initiative moves a metric by a range. By the links of the card that becomes worth, with a range of its own.
      </Empty>
    );
  }
  const ranked = [...results.initiatives].sort((a, b) => (a.analysis.rank ?? 99) - (b.analysis.rank ?? 99));
  const matrix = chartsOf("matrix").filter(({ chart }) => chart.id.startsWith("matrix/initiatives/"));
  return (
    <section class="block">
      <LinkProgress />
      <h2>Initiatives <small>by worth and effort</small></h2>
      {matrix.map((chart) => <ChartFigure key={chart.chart.id} chart={chart} />)}
      <ol class="initiatives">
        {ranked.map((one) => <One key={one.initiative.name.value} one={one} results={results} />)}
      </ol>
    </section>
  );
}

function One({ one: { initiative, analysis }, results }: { one: InitiativeResult; results: Results }) {
  const currency = results.header.currency?.value;
  const facts: [string, string][] = [];
  const add = (name: string, value: string | null) => value !== null && facts.push([name, value]);
  add("Owner", initiative.owner?.value ?? null);
  add("When", initiative.starts ? `${date(initiative.starts.value)}${initiative.due ? ` to ${date(initiative.due.value)}` : ""}` : null);
  add("Effort", initiative.person_days ? plural(initiative.person_days.value, "person day") : null);
  add("Cost", initiative.costs ? `${money(initiative.costs.value, currency)}${initiative.yearly_cost ? ` and ${money(initiative.yearly_cost.value)} a year` : ""}` : null);
  add("Worth a year", analysis.a_year ? `${money(analysis.a_year.value, currency)} (${money(analysis.a_year.low)} to ${money(analysis.a_year.high)})` : null);
  add(`Net, ${analysis.horizon_months} months`, analysis.net ? `${money(analysis.net.value, currency)} (${money(analysis.net.low)} to ${money(analysis.net.high)})` : null);
  add("Return", analysis.roi ? `${number(analysis.roi.value, 0)}% (${number(analysis.roi.low, 0)} to ${number(analysis.roi.high, 0)})` : null);
  add("Pays back in", analysis.payback_months !== undefined ? plural(analysis.payback_months, "month") : null);
  add("Chance of a loss", analysis.loss !== undefined ? `${number(analysis.loss, 0)}%` : null);
  return (
    <li class="initiative">
      <header>
        <h3>{analysis.rank !== undefined && <span class="rank">{analysis.rank}</span>}{initiative.name.value}</h3>
        {analysis.quick_win && <Chip status={{ tone: "good", icon: "star", word: "Quick win" }} />}
        {analysis.evidence && <Chip status={EVIDENCE[analysis.evidence]} />}
      </header>
      <p>
        Moves {initiative.moves.map((move) => `${label(results, move.metric.value)} by ${number(move.low, 0)} to ${number(move.high, 0)}`).join(", ")}.
      </p>
      <dl class="facts inline">
        {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {analysis.notes?.map((note) => <p key={note} class="note">{note.replaceAll("`", "")}</p>)}
    </li>
  );
}

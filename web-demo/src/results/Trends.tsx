// The course of every number with its process limits.
import type { Results } from "@bellwether/engine";
import { charts, trendsShown } from "../state/store";
import { Empty } from "../ui/Empty";
import { steps } from "./cells";
import { chartsOf, ChartFigure } from "./Chart";
import { labelOf, type Entry } from "./status";
import { number, range } from "./format";

export function Trends({ results }: { results: Results }) {
  if (steps(results).length < 2) {
    return (
      <Empty title="No course over time yet" code={`let survey = table("survey").date("answered_on");\nperiod("month");`}>
        Give a table its date and the card a period, and every number shows its months or quarters.
      </Empty>
    );
  }
  const entries: Entry[] = [...results.scores, ...results.metrics];
  const asked = new Set(entries.slice(0, trendsShown.value).map(({ name }) => name));
  const trends = chartsOf("trend").filter(({ chart }) => asked.has(chart.id.split("/")[1]!));
  const more = entries.length - trendsShown.value;
  return (
    <section class="block">
      <h2>Trends <small>within the dashed limits, ups and downs are what chance alone gives</small></h2>
      {trends.length === 0 && charts.value.size === 0 && <p class="empty" role="status">Drawing…</p>}
      <div class="charts">
        {trends.map((chart) => <ChartFigure key={chart.chart.id} chart={chart} />)}
      </div>
      {more > 0 && <button type="button" class="plain" onClick={() => (trendsShown.value = entries.length)}>Show {more} more</button>}
      <Signals entries={entries} />
    </section>
  );
}

/** Points that chance alone hardly gives. */
function Signals({ entries }: { entries: Entry[] }) {
  const marked = entries.filter((entry) => entry.process?.signals?.length);
  if (marked.length === 0) return null;
  return (
    <>
      <h3>Out of the ordinary</h3>
      <div class="scroll">
        <table class="plain-table">
          <thead><tr><th>Number</th><th>When</th><th>Value</th><th>Why it is out of the ordinary</th></tr></thead>
          <tbody>
            {marked.flatMap((entry) =>
              entry.process!.signals!.slice(-6).map((signal) => (
                <tr key={`${entry.name} ${signal.period} ${signal.why}`}>
                  <th scope="row">{labelOf(entry)}<small>limits {range(entry.process!, entry.decimals)}</small></th>
                  <td>{signal.period}</td>
                  <td>{number(signal.value, entry.decimals)}</td>
                  <td class="words">{signal.why}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
    </>
  );
}

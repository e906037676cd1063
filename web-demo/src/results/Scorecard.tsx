// The scorecard at a glance: scores, outcomes, what leads to them.
import type { Results } from "@bellwether/engine";
import { charts } from "../state/store";
import { ChartFigure } from "./Chart";
import { Params } from "./Params";
import { Tile } from "./Tile";
import type { Entry } from "./status";

export function Scorecard({ results }: { results: Results }) {
  const outcomes = results.metrics.filter((metric) => metric.role === "outcome");
  const metrics = results.metrics.filter((metric) => metric.role === "metric");
  return (
    <>
      <Params />
      <Scores results={results} />
      <Group title="Outcomes" about="What the business wants" entries={outcomes} results={results} />
      <Group title="Metrics" about="What leads there" entries={metrics} results={results} />
      {results.lists.map((list) => (
        <section key={list.name} class="block">
          <h2>{list.name} <small>{list.passed} rows of {list.table}</small></h2>
          <div class="scroll">
            <table class="plain-table">
              <thead><tr>{list.columns.map((name) => <th key={name}>{name}</th>)}</tr></thead>
              <tbody>{list.rows.map((row, at) => <tr key={at}>{row.map((value, column) => <td key={column}>{value === null ? "–" : String(value)}</td>)}</tr>)}</tbody>
            </table>
          </div>
        </section>
      ))}
    </>
  );
}

function Scores({ results }: { results: Results }) {
  if (results.scores.length === 0) return null;
  return (
    <section class="block">
      <h2>Scores</h2>
      {results.scores.map((score) => {
        const parts = charts.value.get(`waterfall/${score.name}`);
        return (
          <div key={score.name} class="score-block">
            <Tile entry={score} results={results} big />
            {parts && <ChartFigure chart={parts} />}
          </div>
        );
      })}
    </section>
  );
}

function Group({ title, about, entries, results }: { title: string; about: string; entries: Entry[]; results: Results }) {
  if (entries.length === 0) return null;
  return (
    <section class="block">
      <h2>{title} <small>{about}</small></h2>
      <div class="tiles">
        {entries.map((entry) => <Tile key={entry.name} entry={entry} results={results} />)}
      </div>
    </section>
  );
}

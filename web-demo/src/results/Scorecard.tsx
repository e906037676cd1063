// The scorecard at a glance: scores, outcomes, what leads to them.
import type { Results } from "@bellwether/engine";
import { charts } from "../state/store";
import { ChartFigure } from "./Chart";
import { count, plural } from "./format";
import { label } from "./Links";
import { Params } from "./Params";
import { Tile } from "./Tile";
import { Chip, type Entry, type Status } from "./status";
import { Quotes } from "./Voices";
import { Icon } from "../ui/Icon";

export function Scorecard({ results }: { results: Results }) {
  const outcomes = results.metrics.filter((metric) => metric.role === "outcome");
  const listening = new Map((results.programme ?? []).map(({ metric, definition }) => [metric, definition]));
  const metrics = results.metrics.filter((metric) => metric.role === "metric" && !listening.has(metric.name));
  const programme = results.metrics.filter((metric) => listening.has(metric.name));
  return (
    <>
      <Params />
      <Alerts results={results} />
      <Scores results={results} />
      <Objectives results={results} />
      <Group title="Outcomes" about="What the business wants" entries={outcomes} results={results} />
      <Group title="Metrics" about="What leads there" entries={metrics} results={results} />
      <Group title="Programme health" about="Who answers, who is asked too often, who is called back" entries={programme} results={results} notes={listening} />
      {results.quotes?.map((quotes) => <Quotes key={quotes.name} quotes={quotes} />)}
      {results.lists.map((list) => (
        <section key={list.name} class="block">
          <h2>{list.name} <small>{list.rows.length < list.passed ? `${count(list.rows.length)} of ${plural(list.passed, "row")}` : plural(list.passed, "row")} of {list.table}</small></h2>
          <div class="scroll">
            <table class="plain-table">
              <thead><tr>{list.columns.map((name, column) => <th key={name} class={list.rows.some((row) => typeof row[column] === "number") ? "" : "words"}>{name.replaceAll("_", " ")}</th>)}</tr></thead>
              <tbody>{list.rows.map((row, at) => <tr key={at}>{row.map((value, column) => <td key={column} class={typeof value === "number" ? "" : "words"}>{value === null ? "–" : String(value)}</td>)}</tr>)}</tbody>
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

/** What the card wants somebody to be told of. */
function Alerts({ results }: { results: Results }) {
  if (!results.alerts?.length) return null;
  return (
    <section class="block">
      <h2>Alerts</h2>
      <ul class="alerts">
        {results.alerts.map((alert) => (
          <li key={alert.name} data-alert={alert.name}>
            <Chip status={RAISED[String(alert.raised) as keyof typeof RAISED]} />
            <b>{alert.name}</b>
            {alert.to && <span class="quiet"><Icon name="person" size={12} /> {alert.to}</span>}
            <code>{alert.condition}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

const RAISED = {
  true: { tone: "bad", icon: "bad", word: "Raised" },
  false: { tone: "good", icon: "good", word: "Quiet" },
  null: { tone: "quiet", icon: "question", word: "Not known" },
} satisfies Record<string, Status>;

/** What the business is after, with the numbers that serve it. */
function Objectives({ results }: { results: Results }) {
  if (!results.objectives?.length) return null;
  return (
    <section class="block">
      <h2>Objectives</h2>
      <ul class="cards">
        {results.objectives.map(({ objective, served_by }) => (
          <li key={objective.name.value}>
            <b>{objective.name.value}</b>
            {objective.owner && <span><Icon name="person" size={12} /> {objective.owner.value}</span>}
            <span>{served_by.length ? `served by ${served_by.map((name) => label(results, name)).join(", ")}` : "nothing in the card serves it yet"}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface GroupProps {
  title: string;
  about: string;
  entries: Entry[];
  results: Results;
  /** Of some, by which definition they are worked out. */
  notes?: Map<string, string>;
}

function Group({ title, about, entries, results, notes }: GroupProps) {
  if (entries.length === 0) return null;
  return (
    <section class="block">
      <h2>{title} <small>{about}</small></h2>
      <div class="tiles">
        {entries.map((entry) => <Tile key={entry.name} entry={entry} results={results} note={notes?.get(entry.name)} />)}
      </div>
    </section>
  );
}

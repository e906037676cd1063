// The explanation of a number: its formula, filters, rows used and skipped, parts, source rows.
import type { AggregateExplanation, Explanation, FormulaPart, Question, ScoreExplanation, Value } from "@bellwether/engine";
import { useEffect, useState } from "preact/hooks";
import { CallError, Superseded } from "../engine/client";
import { measures } from "../engine/engines";
import { reveal } from "../editor/Editor";
import { card } from "../state/session";
import { given, outline, why } from "../state/store";
import { Icon } from "../ui/Icon";
import { Sheet } from "../ui/Sheet";
import { count, date, number, percent, plural, range, STATES, withUnit } from "./format";
import { change, Chip } from "./status";

/** Opens the explanation of a number. */
export function WhyButton({ question, label }: { question: Question; label: string }) {
  return (
    <button type="button" class="why" onClick={() => (why.value = question)} aria-label={`Why? ${label}`}>
      Why?
    </button>
  );
}

export function Why() {
  const question = why.value;
  const [said, setSaid] = useState<Explanation | string | null>(null);
  const shown = given.value;
  useEffect(() => {
    if (!question) return setSaid(null);
    let current = true;
    measures.call("explain", [card(), { rows: 12, ...question }, { links: false }], { lane: "explain", urgent: true }).then(
      (explanation) => current && setSaid(explanation),
      (error: unknown) => {
        if (current && error instanceof CallError) setSaid(error.message);
        else if (!(error instanceof Superseded)) throw error;
      },
    );
    return () => {
      current = false;
    };
  }, [question, shown]);
  if (!question) return null;
  const ready = said !== null && typeof said !== "string" && said.name === question.name ? said : null;
  return (
    <Sheet title={ready ? `Why ${shownValue(ready)}?` : "Why?"} subtitle={ready ? `${ready.label} · ${where(ready)}` : question.name} onClose={() => (why.value = null)}>
      {ready ? <Told said={ready} /> : <p class="empty">{typeof said === "string" ? said : "Looking it up…"}</p>}
    </Sheet>
  );
}

const shownValue = ({ cell, decimals, unit }: Explanation) =>
  cell.value === undefined ? STATES[cell.state].toLowerCase() : withUnit(number(cell.value, decimals), unit === "%" ? unit : "");

function where({ cell, days }: Explanation): string {
  const segments = Object.entries(cell.segments ?? {}).map(([name, value]) => `${name} ${value}`);
  const period = days ? `${date(days[0])} to ${date(days[1])}` : (cell.period ?? "the whole time");
  return [...segments, period].join(" · ");
}

function Told({ said }: { said: Explanation }) {
  const { cell, decimals } = said;
  const declared = outline.value.find((item) => item.name === said.name && ["metric", "outcome", "score"].includes(item.kind));
  return (
    <div class="told">
      {said.about && <p>{said.about}</p>}
      {said.state_note && <p class="note">{said.state_note}</p>}
      <dl class="facts">
        <dt>Value</dt>
        <dd>{cell.value === undefined ? STATES[cell.state] : withUnit(number(cell.value, decimals), said.unit)}</dd>
        {cell.interval && (
          <>
            <dt>{percent(cell.interval.level)} range</dt>
            <dd>{range(cell.interval, decimals)} <small>({cell.interval.method})</small></dd>
          </>
        )}
        <dt>Rows used</dt>
        <dd>
          {count(cell.n)}
          {cell.n_denominator !== undefined && ` over ${count(cell.n_denominator)}`}
          {cell.skipped > 0 && <small> · {count(cell.skipped)} skipped</small>}
          {cell.not_due > 0 && <small> · {count(cell.not_due)} not due yet</small>}
        </dd>
        {cell.target !== undefined && (
          <>
            <dt>Target</dt>
            <dd>{number(cell.target, decimals)}{said.goal.due && <small> by {date(said.goal.due)}</small>}</dd>
          </>
        )}
        {said.goal.owner && (
          <>
            <dt>Owner</dt>
            <dd>{said.goal.owner}</dd>
          </>
        )}
      </dl>
      {cell.change && <p><Chip status={change(cell.change, decimals)} /></p>}
      {said.formula && <Formula part={said.formula} decimals={decimals} />}
      {said.score && <Score said={said.score} question={said} />}
      {said.aggregates?.map((one) => <Rows key={one.text} said={one} />)}
      {declared && (
        <button type="button" class="plain" onClick={() => { why.value = null; reveal(declared.span.start, declared.span.start); }}>
          <Icon name="file" /> Show it in the card
        </button>
      )}
    </div>
  );
}

function Formula({ part, decimals }: { part: FormulaPart; decimals: number }) {
  return (
    <section>
      <h3>Formula</h3>
      <Part part={part} decimals={decimals} />
    </section>
  );
}

function Part({ part, decimals }: { part: FormulaPart; decimals: number }) {
  return (
    <div class="formula-part">
      <code>{part.text}</code>
      <span>
        = <b>{part.value === null ? STATES[part.state] : number(part.value, Math.max(decimals, 2))}</b>
        {part.n !== undefined && <small> from {plural(part.n, "row")}</small>}
      </span>
      {part.parts?.map((inner, at) => <Part key={at} part={inner} decimals={decimals} />)}
    </div>
  );
}

function Score({ said, question }: { said: ScoreExplanation; question: Explanation }) {
  const ask = (name: string) =>
    (why.value = { name, period: question.cell.period ?? "all", ...(question.cell.segments && { segments: question.cell.segments }) });
  return (
    <section>
      <h3>Parts: {said.aggregation}</h3>
      <div class="scroll">
        <table class="plain-table">
          <thead>
            <tr><th>Part</th><th>Weight</th><th>Value</th><th>On 0–100</th><th>Points</th><th>Lost</th><th /></tr>
          </thead>
          <tbody>
            {said.parts.map((part, at) => (
              <tr key={part.of}>
                <th scope="row">{part.of}<small>{said.scales[at]}</small></th>
                <td>{number(part.share, 0)}%</td>
                <td>{part.value === null ? STATES[part.state] : number(part.value, 2)}</td>
                <td>{number(part.normalised, 1)}</td>
                <td>{number(part.points, 1)}</td>
                <td>{number(part.points_lost, 1)}</td>
                <td><button type="button" class="why" onClick={() => ask(part.of)} aria-label={`Why? ${part.of}`}>Why?</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul class="rules">
        {said.mixed !== null && <li>The mix before caps, floors and overrides: {number(said.mixed, 2)}</li>}
        {said.limits.map((limit) => (
          <li key={limit.condition}>{limit.kind} {number(limit.value, 0)} {limit.outcome}: {limit.reason} <code>{limit.condition}</code></li>
        ))}
        {said.rules.map((rule) => <li key={rule}>{rule}</li>)}
        <li>Bands: {said.bands.join(", ")}</li>
      </ul>
    </section>
  );
}

function Rows({ said }: { said: AggregateExplanation }) {
  return (
    <section>
      <h3>Rows behind <code>{said.text}</code></h3>
      <ol class="funnel">
        <li><b>{count(said.rows_in_table)}</b> rows in <code>{said.table}</code>{said.origin && ` (${said.origin})`}</li>
        <li><b>{count(said.rows_in_cell)}</b> in this period and segment{said.dated_by && <>, dated by <code>{said.dated_by}</code></>}</li>
        {said.filters?.map((filter) => <li key={filter.text}><code>{filter.text}</code> leaves out {count(filter.leaves_out)}</li>)}
        <li>
          <b>{count(said.used)}</b> used{said.skipped > 0 && `, ${count(said.skipped)} skipped`}
          {said.skipped_because && `: ${said.skipped_because.replaceAll("`", "")}`}
        </li>
        {said.weighted_by && <li>weighted by <code>{said.weighted_by}</code></li>}
        {said.joins?.map((join) => (
          <li key={join.path}>
            {join.orphans + join.without_key > 0 &&
              <>{count(join.orphans)} without a row in <code>{join.table}</code>, {count(join.without_key)} without a key: they count under (unknown)</>}
          </li>
        ))}
      </ol>
      {said.sample && said.sample.length > 0 && (
        <div class="scroll">
          <table class="plain-table">
            <caption>The first rows</caption>
            <thead>
              <tr><th>Row</th>{said.columns?.map((name) => <th key={name}>{name}</th>)}<th>Used</th></tr>
            </thead>
            <tbody>
              {said.sample.map((row) => (
                <tr key={row.row}><th scope="row">{count(row.row)}</th>{row.values.map((value, at) => <td key={at}>{plain(value)}</td>)}<td>{row.used}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export const plain = (value: Value) => (value === null ? <i class="missing">missing</i> : String(value));

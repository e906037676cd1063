// What would follow if metrics had other values, and what it takes to reach an outcome.
import type { MetricResult, Results, WhatIf as Answer } from "@bellwether/engine";
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { CallError, Superseded } from "../engine/client";
import { links } from "../engine/engines";
import { card } from "../state/session";
import { given, linkState } from "../state/store";
import { Empty } from "../ui/Empty";
import { money, number } from "./format";
import { label } from "./Links";
import { LinkProgress } from "./LinkProgress";
import { band, Chip, EVIDENCE, labelOf } from "./status";

/** Values that the person gave to metrics. */
const moved = signal<Record<string, number>>({});
/** Values that outcomes are to reach. */
const sought = signal<Record<string, number>>({});

export function WhatIf({ results }: { results: Results }) {
  const drivers = results.metrics.filter((metric) => metric.drives?.length && metric.headline.value !== undefined);
  const outcomes = results.metrics.filter((metric) => metric.role === "outcome" && metric.headline.value !== undefined);
  const { answer, failure } = useAnswer();
  if (drivers.length === 0) {
    return (
      <Empty title="Nothing to move yet" code={`metric("fcr", rate(tickets, |t| t.contacts == 1)).drives("retention");`}>
        Move a metric, and see where its outcomes would go. That needs a metric that drives one.
      </Empty>
    );
  }
  const touched = Object.keys(moved.value).length + Object.keys(sought.value).length > 0;
  return (
    <section class="block">
      <h2>What if? <small>move a metric; outcomes follow by the links of this card</small></h2>
      {linkState.value === "cancelled" && <LinkProgress />}
      <div class="what-if">
        <div class="movers">
          {drivers.map((metric) => <Mover key={metric.name} metric={metric} results={results} />)}
          {touched && <button type="button" class="plain" onClick={() => { moved.value = {}; sought.value = {}; }}>Back to today</button>}
        </div>
        <div class="moved" aria-live="polite">
          {failure && <p class="banner bad">{failure}</p>}
          {!answer && !failure && <p class="empty">{touched ? "Working it out…" : "Move a metric to see what would follow."}</p>}
          {answer && <Told answer={answer} results={results} />}
          <Seek outcomes={outcomes} />
          {answer?.needed && answer.needed.length > 0 && <Needed answer={answer} results={results} />}
        </div>
      </div>
    </section>
  );
}

function useAnswer(): { answer: Answer | null; failure: string } {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState("");
  const set = moved.value;
  const seek = sought.value;
  const of = given.value?.card;
  useEffect(() => {
    if (Object.keys(set).length + Object.keys(seek).length === 0) {
      setAnswer(null);
      setFailure("");
      return;
    }
    let current = true;
    links.call("whatIf", [card(), { set, seek }], { lane: "what if" }).then(
      (told) => current && (setAnswer(told), setFailure("")),
      (error: unknown) => {
        if (error instanceof Superseded) return;
        if (!(error instanceof CallError)) throw error;
        if (current) setFailure(error.message);
      },
    );
    return () => {
      current = false;
    };
  }, [set, seek, of]);
  return { answer, failure };
}

/** The stretch that a metric can be moved over: its scale, or what the links have seen, or around its value. */
function stretch(metric: MetricResult, results: Results): [number, number] {
  if (metric.scale) return metric.scale;
  const seen = results.links.find((one) => one.link.metric.value === metric.name)?.analysis.seen;
  if (seen) return seen;
  if (metric.unit === "%") return [0, 100];
  const value = metric.headline.value ?? 0;
  return [Math.min(0, value * 2), Math.max(0, value * 2)];
}

function Mover({ metric, results }: { metric: MetricResult; results: Results }) {
  const today = metric.headline.value!;
  const value = moved.value[metric.name] ?? today;
  const [low, high] = stretch(metric, results);
  const id = `move-${metric.name}`;
  return (
    <div class="param">
      <label for={id}>
        {labelOf(metric)} <output>{number(value, metric.decimals)}</output>
      </label>
      <input
        id={id} type="range" min={low} max={high} step={(high - low) / 200} value={value}
        onInput={(event) => (moved.value = { ...moved.value, [metric.name]: Number(event.currentTarget.value) })}
      />
      <small>today {number(today, metric.decimals)}{metric.goal.target !== undefined && ` · target ${number(metric.goal.target, metric.decimals)}`} · {number(low, 0)} to {number(high, 0)}</small>
    </div>
  );
}

function Told({ answer, results }: { answer: Answer; results: Results }) {
  return (
    <>
      <ul class="moved-list">
        {answer.moved.map((one) => {
          const metric = results.metrics.find((each) => each.name === one.of);
          const decimals = metric?.decimals ?? 1;
          return (
            <li key={one.of}>
              <span>{label(results, one.of)}</span>
              <b>{number(one.now, decimals)} → {number(one.then.value, decimals)}</b>
              <small>{number(one.then.low, decimals)} to {number(one.then.high, decimals)}</small>
              <Chip status={EVIDENCE[one.evidence]} small />
              {one.worth && <small>{money(one.worth.value, results.header.currency?.value)} a year ({money(one.worth.low)} to {money(one.worth.high)})</small>}
            </li>
          );
        })}
        {answer.scores.map((one) => {
          const score = results.scores.find((each) => each.name === one.score);
          return (
            <li key={one.score}>
              <span>{score ? labelOf(score) : one.score}</span>
              <b>{number(one.now, 1)} → {number(one.then, 1)}</b>
              {score && one.band_then && <Chip status={band(score, one.band_then)} small />}
            </li>
          );
        })}
      </ul>
      {answer.notes?.map((note) => <p key={note} class="note">{note.replaceAll("`", "")}</p>)}
    </>
  );
}

function Seek({ outcomes }: { outcomes: MetricResult[] }) {
  return (
    <form class="seek" onSubmit={(event) => event.preventDefault()}>
      <h3>What would it take?</h3>
      {outcomes.map((outcome) => (
        <label key={outcome.name}>
          {labelOf(outcome)} at
          <input
            type="number" step="any" placeholder={number(outcome.goal.target ?? outcome.headline.value, outcome.decimals)} value={sought.value[outcome.name] ?? ""}
            onChange={(event) => {
              const { [outcome.name]: _, ...others } = sought.value;
              const value = event.currentTarget.valueAsNumber;
              sought.value = Number.isNaN(value) ? others : { ...others, [outcome.name]: value };
            }}
          />
        </label>
      ))}
    </form>
  );
}

function Needed({ answer, results }: { answer: Answer; results: Results }) {
  return (
    <ul class="moved-list">
      {answer.needed!.map((one) => {
        const metric = results.metrics.find((each) => each.name === one.metric);
        const decimals = metric?.decimals ?? 1;
        return (
          <li key={`${one.metric} ${one.outcome}`}>
            <span>{label(results, one.metric)} alone, for {label(results, one.outcome)} {number(one.target, 1)}</span>
            <b>{number(one.now, decimals)} → {one.then ? number(one.then.value, decimals) : "–"}</b>
            {one.then && <small>{number(one.then.low, decimals)} to {number(one.then.high, decimals)}</small>}
            <Chip status={EVIDENCE[one.evidence]} small />
            <small>{one.note.replaceAll("`", "")}</small>
          </li>
        );
      })}
    </ul>
  );
}

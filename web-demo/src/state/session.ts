// Checks and evaluates the card whenever it, a param or a table changes: measures at once, links when the typing rests.
import { batch, effect, untracked } from "@preact/signals";
import type { Card, Cell, Report } from "@bellwether/engine";
import { CallError, Superseded } from "../engine/client";
import { links, measures } from "../engine/engines";
import { view } from "../ui/panes";
import { theme } from "../ui/theme";
import * as store from "./store";

/** Milliseconds of rest before links are worked out. */
const REST = 350;

/** Milliseconds of rest before charts are drawn anew. */
const DRAW = 60;

/** Milliseconds after which one is told that something is being worked out. */
const SLOW = 200;

/** Milliseconds of rest before one is told in the results that the card is not understood: they stay calm while one types. The
 * editor says it at once. */
const TELL = 400;

/** Grows with every change; what comes back for an earlier one is not shown. */
let generation = 0;
let rest: ReturnType<typeof setTimeout> | undefined;
let drawing: ReturnType<typeof setTimeout> | undefined;
let slowly: ReturnType<typeof setTimeout> | undefined;
let telling: ReturnType<typeof setTimeout> | undefined;

/** What follows an edit unless another comes before. */
function calm(): void {
  clearTimeout(rest);
  clearTimeout(slowly);
  clearTimeout(telling);
  store.slow.value = false;
}

export function card(): Card {
  return { text: store.text.value, name: "card", params: store.params.value };
}

export function offsetCard(text: string): Card {
  return { text, name: "card", params: store.params.peek() };
}

const ignore = (error: unknown) => {
  if (!(error instanceof Superseded) && !(error instanceof CallError)) throw error;
};

/** Starts to follow the card. */
export function follow(): void {
  effect(() => {
    const now = card();
    const tables = store.tables.value;
    untracked(() => {
      if (now.text.trim() === "") nothing();
      else void run(now, tables.size);
    });
  });
  effect(() => {
    // Charts have the colours of the theme, and only those in sight are made.
    theme.value;
    view.value;
    store.cut.value;
    store.trendsShown.value;
    if (store.given.peek()) untracked(() => void drawAgain());
  });
}

function nothing(): void {
  generation++;
  calm();
  batch(() => {
    store.given.value = null;
    store.failed.value = null;
    store.troubled.value = false;
    store.checked.value = null;
    store.charts.value = new Map();
    store.working.value = false;
  });
}

async function run(now: Card, _tables: number): Promise<void> {
  const mine = generation + 1;
  generation = mine;
  calm();
  if (links.busy) links.cancel();
  store.working.value = true;
  slowly = setTimeout(() => (store.slow.value = true), SLOW);
  performance.mark("edit");
  const check = measures.call("check", [now], { lane: "check" });
  const start = performance.now();
  const evaluated = measures.call("overview", [now, { links: false }], { lane: "overview" });
  // Not before the numbers: it is of the part of the engine that may still be on its way.
  const outline = measures.call("outline", [now], { lane: "outline" });
  check.then((found) => {
    if (mine === generation) store.checked.value = found;
  }, ignore);
  outline.then((found) => {
    if (mine === generation) store.outline.value = found;
  }, ignore);
  try {
    const report = await evaluated;
    if (mine !== generation) return;
    const before = store.given.peek();
    const linked = wantsLinks(report.results);
    calm();
    batch(() => {
      // Until the new links are there, the old ones stay, so that nothing jumps while a slider moves.
      store.given.value = {
        report: linked && before ? { ...report, results: { ...report.results, ...linkedParts(before.report.results) } } : report,
        card: now, linked: false, ms: performance.now() - start,
      };
      store.failed.value = null;
      store.troubled.value = false;
      store.working.value = false;
      store.linkState.value = linked ? "running" : "none";
    });
    redrawn();
    // The first picture at once; while one types, pictures follow when the fingers rest.
    clearTimeout(drawing);
    drawing = setTimeout(() => void draw(measures, now, false, mine), before ? DRAW : 0);
    if (linked) rest = setTimeout(() => void follows(now, mine), REST);
  } catch (error) {
    if (mine !== generation || error instanceof Superseded) return;
    if (!(error instanceof CallError)) throw error;
    calm();
    telling = setTimeout(() => (store.troubled.value = true), store.given.peek() ? TELL : 0);
    batch(() => {
      store.failed.value = { code: error.failure.code, message: error.message, diagnostics: error.failure.diagnostics };
      store.working.value = false;
      store.linkState.value = "none";
    });
  }
}

type Results = NonNullable<typeof store.report.value>["results"];

const wantsLinks = (results: Results) =>
  results.links.length > 0 || results.initiatives.length > 0 || results.metrics.some((metric) => metric.drives?.length);

/** What `links: false` leaves out. */
function linkedParts(results: Results): Partial<Results> {
  const { links, drivers, worth, friction, initiatives } = results;
  return { links, ...(drivers && { drivers }), ...(worth && { worth }), ...(friction && { friction }), initiatives };
}

/** Links, drivers, worth, initiatives: in a worker of their own. */
async function follows(now: Card, mine: number): Promise<void> {
  store.linkState.value = "running";
  try {
    const report = await links.call("overview", [now, {}], { lane: "overview" });
    if (mine !== generation) return;
    batch(() => {
      const before = store.given.peek();
      store.given.value = { report, card: now, linked: true, ms: before?.ms ?? 0 };
      store.linkState.value = "done";
    });
    if (inSight(report.results).links.length) void draw(links, now, true, mine);
  } catch (error) {
    if (mine !== generation) return;
    if (error instanceof Superseded) {
      store.linkState.value = "cancelled";
      return;
    }
    if (!(error instanceof CallError)) throw error;
    store.linkFailure.value = error.message;
    store.linkState.value = "failed";
  }
}

export function cancelLinks(): void {
  clearTimeout(rest);
  if (links.busy) links.cancel();
  store.linkState.value = "cancelled";
}

/** Asks again for what had no answer. */
export function retry(): void {
  void run(card(), 0);
}

export function resumeLinks(): void {
  void follows(card(), generation);
}

/** How the ids of the charts begin that the present view shows: of measures, and those that wait for links. */
function inSight(results: Results): { measures: string[]; links: string[] } {
  const entries = [...results.scores, ...results.metrics];
  switch (view.peek()) {
    case "scorecard":
      return { measures: results.scores.map(({ name }) => `waterfall/${name}`), links: [] };
    case "trends":
      return { measures: entries.slice(0, store.trendsShown.peek()).map(({ name }) => `trend/${name}`), links: [] };
    case "segments": {
      const { name, segment } = store.cut.peek();
      const entry = entries.find((one) => one.name === name) ?? entries[0];
      const axis = results.axes.segments.find((one) => one.name === segment) ?? results.axes.segments[0];
      return { measures: entry && axis ? [`bars/${entry.name}/${axis.name}`] : [], links: [] };
    }
    case "links":
      return { measures: [], links: ["curve/", "matrix/drivers/"] };
    case "initiatives":
      return { measures: [], links: ["matrix/initiatives/"] };
    default:
      return { measures: [], links: [] };
  }
}

/** Fetches the charts in sight of a report that the worker has just made. */
async function draw(client: typeof links, now: Card, linked: boolean, mine: number): Promise<void> {
  const results = store.report.peek()?.results;
  if (!results) return;
  const wanted = inSight(results);
  const ids = linked ? wanted.links : wanted.measures;
  if (!ids.length) return;
  try {
    const drawn: readonly unknown[] = await client.call("charts", [now, { links: linked, theme: theme.peek(), ids }], { lane: "charts" });
    if (mine === generation) store.charts.value = new Map((drawn as store.Drawn[]).map((one) => [one.chart.id, one]));
  } catch (error) {
    ignore(error);
  }
}

async function drawAgain(): Promise<void> {
  const shown = store.given.peek();
  if (!shown) return;
  const { links: linked } = inSight(shown.report.results);
  if (!linked.length) await draw(measures, shown.card, false, generation);
  else if (shown.linked) await draw(links, shown.card, true, generation);
}

/** The whole report that is shown, all cells in it. */
export async function whole(): Promise<Report | null> {
  const shown = store.given.peek();
  if (!shown) return null;
  return (shown.linked ? links : measures).call("evaluate", [shown.card, { links: shown.linked }], { lane: "whole" });
}

/** All cells of a metric or score that is shown. */
export const cellsOf = (name: string, of: Card): Promise<Cell[]> => measures.call("cells", [of, name, { links: false }]);

/** Measures from the edit to the picture of it. */
function redrawn(): void {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => performance.measure("edit to redraw", "edit");
    channel.port2.postMessage(null);
  });
}

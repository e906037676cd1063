// The class that people use, over the bindings of the WebAssembly: options go in as JSON, answers come out as JSON.

import { RawEngine } from "./bellwether.js";
import { fill, listOf } from "./cells.js";
import { addColumn } from "./columns.js";
import { BellwetherError, usage } from "./errors.js";
import { addRest, during, hasRest, lacksRest, panicWords, setRest } from "./host.js";
import { byteAt, textsOf, toUtf16 } from "./spans.js";

export { BellwetherError };

const encoder = new TextEncoder();

let loader;
let loading;
let preparing;
/** Why no engine of this page answers any more; a trap leaves the memory of the WebAssembly in an unknown state. */
let broken;

/** Says how the two files of WebAssembly are loaded: the entries for browsers and for Node do. */
export function setLoader(given) {
  loader = given;
}

/** Loads the file that every page needs. The other one is on its way then, where the host has it fetched early. */
async function load(wasm, rest) {
  if (loader === undefined) throw usage("import the package, not its parts");
  setRest(await loader.first(wasm), () => loader.restNow(rest));
  const fetchRest = async () => {
    if (!hasRest()) addRest(await loader.rest(rest));
  };
  // Who needs it and it has not come learns why.
  prepare = () => (preparing ??= fetchRest().catch(later));
  if (loader.early) prepare().catch(() => {});
}

let prepare;

function later(error) {
  preparing = undefined;
  throw new BellwetherError("loading", `the second file of WebAssembly cannot be loaded: ${error?.message ?? error}`);
}

export class Engine {
  #raw;
  #clock;

  constructor(key, raw, clock) {
    if (key !== encoder) throw usage("make an engine with `await Engine.create()`");
    this.#raw = raw;
    this.#clock = clock;
  }

  static async create(options = {}) {
    const { preset, limits, clock, wasm, rest } = options;
    if (clock !== undefined && typeof clock !== "function") throw usage("`clock` is a function");
    loading ??= load(wasm, rest);
    try {
      await loading;
    } catch (error) {
      // The next one may have the network back.
      loading = undefined;
      if (error instanceof BellwetherError) throw error;
      // What has come and cannot be compiled does not become better.
      const isHere = error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError;
      throw new BellwetherError(isHere ? "internal" : "loading", `the WebAssembly cannot be loaded: ${error?.message ?? error}`);
    }
    const raw = guard({ clock }, () => new RawEngine(JSON.stringify({ ...limits, preset })));
    return new Engine(encoder, raw, clock);
  }

  prepare() {
    return prepare();
  }

  get version() {
    return this.#call({}, (raw) => raw.version());
  }

  get limits() {
    return this.#ask({}, (raw) => raw.limits());
  }

  get broken() {
    return broken !== undefined;
  }

  setTable(name, source, options = {}) {
    if (typeof name !== "string" || name === "") throw usage("a table has a name");
    const { progress, ...settings } = options;
    const how = JSON.stringify(settings);
    const told = progress !== undefined;
    if (source?.csv !== undefined) {
      return this.#ask(options, (raw) => raw.setCsv(name, bytesOf(source.csv), how, told));
    }
    if (source?.json !== undefined) {
      const { json } = source;
      const bytes = Array.isArray(json) ? encoder.encode(JSON.stringify(json)) : bytesOf(json);
      return this.#ask(options, (raw) => raw.setJson(name, bytes, how, told));
    }
    if (source?.columns !== undefined) {
      return this.#ask(options, (raw) => {
        raw.beginColumns();
        for (const [column, data] of Object.entries(source.columns)) addColumn(raw, column, data);
        return raw.setColumns(name, how);
      });
    }
    throw usage("a table comes as csv, json or columns");
  }

  dropTable(name) {
    return this.#call({}, (raw) => raw.dropTable(String(name)));
  }

  tables() {
    return this.#ask({}, (raw) => raw.tables());
  }

  distribution(table, column, options = {}) {
    const { top = 20, bins = 20 } = options;
    return this.#ask({}, (raw) => raw.distribution(String(table), String(column), whole(top), whole(bins)));
  }

  rows(table, from, to) {
    return this.#ask({}, (raw) => raw.rows(String(table), whole(from), whole(to)));
  }

  check(card, options = {}) {
    return this.#askOfCard(card, options, (raw, text, how, told) => raw.check(text, how, told));
  }

  evaluate(card, options = {}) {
    return this.#askReport(card, options, (raw, text, how, told) => raw.evaluate(text, how, told));
  }

  overview(card, options = {}) {
    return this.#askReport(card, options, (raw, text, how, told) => raw.overview(text, how, told));
  }

  cells(card, name, options = {}) {
    const [texts, numbers] = this.#askPacked(card, options, (raw, text, how, told) => raw.cells(text, String(name), how, told));
    return listOf(texts, numbers);
  }

  evaluateJson(card, options = {}) {
    const [text, how] = [cardJson(card), optionsJson(options)];
    return this.#call(options, (raw) => raw.evaluateJson(text, how, options.progress !== undefined), card);
  }

  explain(card, question, options = {}) {
    const asked = JSON.stringify(question ?? {});
    return this.#askOfCard(card, options, (raw, text, how, told) => raw.explain(text, asked, how, told));
  }

  whatIf(card, question, options = {}) {
    const asked = JSON.stringify(question ?? {});
    return this.#askOfCard(card, options, (raw, text, how, told) => raw.whatIf(text, asked, how, told));
  }

  backtest(card, outcome, options = {}) {
    return this.#askOfCard(card, options, (raw, text, how, told) => raw.backtest(text, outcome, how, told));
  }

  markdown(card, options = {}) {
    const [text, how] = [cardJson(card), optionsJson(options)];
    return JSON.parse(this.#call(options, (raw) => raw.markdown(text, how, options.progress !== undefined), card));
  }

  html(card, options = {}) {
    const [text, how] = [cardJson(card), optionsJson(options)];
    const { audience, progress } = options;
    return JSON.parse(this.#call(options, (raw) => raw.html(text, how, audience, progress !== undefined), card));
  }

  charts(card, options = {}) {
    const { theme = "light", ids = null } = options;
    const wanted = JSON.stringify(ids);
    return this.#askOfCard(card, options, (raw, text, how, told) => raw.charts(text, how, String(theme), wanted, told));
  }

  complete(card, offset) {
    return this.#askAt(card, offset, (raw, text, byte) => raw.complete(text, byte));
  }

  hover(card, offset) {
    return this.#askAt(card, offset, (raw, text, byte) => raw.hover(text, byte));
  }

  signature(card, offset) {
    return this.#askAt(card, offset, (raw, text, byte) => raw.signature(text, byte));
  }

  definition(card, offset) {
    return this.#askAt(card, offset, (raw, text, byte) => raw.definition(text, byte));
  }

  references(card, offset) {
    return this.#askAt(card, offset, (raw, text, byte) => raw.references(text, byte));
  }

  rename(card, offset, name) {
    return this.#askAt(card, offset, (raw, text, byte) => raw.rename(text, byte, String(name)));
  }

  format(card) {
    return this.#askAt(card, 0, (raw, text) => raw.format(text));
  }

  outline(card) {
    return this.#askAt(card, 0, (raw, text) => raw.outline(text));
  }

  starter(title, tables = []) {
    return this.#ask({}, (raw) => raw.starter(String(title), JSON.stringify(tables)));
  }

  reference() {
    return this.#ask({}, (raw) => raw.reference());
  }

  free() {
    this.#call({}, (raw) => raw.free());
    this.#raw = undefined;
  }

  /** A call whose answer is JSON about a card. */
  #askOfCard(card, options, run) {
    const [text, how] = [cardJson(card), optionsJson(options)];
    const told = options.progress !== undefined;
    return toUtf16(JSON.parse(this.#call(options, (raw) => run(raw, text, how, told), card)), textsOf(card));
  }

  /** A call whose answer is a report. */
  #askReport(card, options, run) {
    const [{ report, cells }, numbers] = this.#askPacked(card, options, run);
    fill(report.results, cells, numbers);
    return toUtf16(report, textsOf(card));
  }

  /** A call whose answer is JSON, with the numbers of cells. */
  #askPacked(card, options, run) {
    const [text, how] = [cardJson(card), optionsJson(options)];
    const told = options.progress !== undefined;
    const [json, numbers] = this.#call(options, (raw) => [run(raw, text, how, told), raw.takeNumbers()], card);
    return [JSON.parse(json), numbers];
  }

  /** A question about a place of a card. */
  #askAt(card, offset, run) {
    const text = cardJson(card);
    const byte = byteAt(card.text, whole(offset));
    return toUtf16(JSON.parse(this.#call({}, (raw) => run(raw, text, byte), card)), textsOf(card));
  }

  /** A call whose answer is JSON. */
  #ask(options, run) {
    return JSON.parse(this.#call(options, run));
  }

  #call(options, run, card) {
    if (this.#raw === undefined) throw usage("the engine was given back");
    const { progress } = options;
    if (progress !== undefined && typeof progress !== "function") throw usage("`progress` is a function");
    return guard({ clock: this.#clock, progress }, () => run(this.#raw), card);
  }
}

/** Runs a call of the WebAssembly, and makes every way in which it can fail an error of ours. */
function guard(call, run, card) {
  if (broken !== undefined) {
    throw new BellwetherError("internal", `the engine has broken before (${broken}): start another page or worker`);
  }
  try {
    return during(call, run);
  } catch (error) {
    // What the caller's own callback threw is the caller's.
    if (call.thrown) throw call.thrown.error;
    if (error instanceof BellwetherError) throw error;
    if (typeof error === "string") {
      const { code, message, diagnostics } = JSON.parse(error);
      throw new BellwetherError(code, message, card ? toUtf16(diagnostics, textsOf(card)) : diagnostics);
    }
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
      broken = panicWords() || error.message;
      // A file that is lost on its way is nobody's bug.
      if (lacksRest()) throw new BellwetherError("loading", `the call cannot go on: ${broken}. Start another page or worker when it is at hand`);
      throw new BellwetherError("internal", `the engine broke: ${broken}. This is a bug of ours: please report it`);
    }
    throw usage(error?.message ?? String(error));
  }
}

function bytesOf(data) {
  if (typeof data === "string") return encoder.encode(data);
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw usage("data come as text or bytes");
}

function cardJson(card) {
  if (typeof card?.text !== "string") throw usage("a card is an object with a text");
  const { text, name, modules, params } = card;
  return JSON.stringify({ text, name, modules, params });
}

function optionsJson(options) {
  const { progress, theme, ids, audience, ...settings } = options;
  return JSON.stringify(settings);
}

function whole(value) {
  if (Number.isSafeInteger(value) && value >= 0) return Math.min(value, 0xffff_ffff);
  throw usage(`${value} is no row or count`);
}

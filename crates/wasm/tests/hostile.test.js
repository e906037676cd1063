// Every hostile script of `tests/hostile/scripts` gets what it gets natively (its `// must:`), ends by the engine's own
// limits, never traps, and leaves the engine whole. The tables are those of `tests/src/hostile/script.rs`.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { Engine } from "../pkg/node.js";

const FOLDER = new URL("../../../tests/hostile/scripts/", import.meta.url);

/** Writes repetitions out: `«3×ab№,»` is `ab0,ab1,ab2,`. */
function writtenOut(text) {
  const open = text.indexOf("«");
  const times = text.indexOf("×", open);
  if (open < 0 || times < 0) return text;
  let depth = 1;
  let end = times + 1;
  for (; end < text.length; end += 1) {
    if (text[end] === "«") depth += 1;
    else if (text[end] === "»" && (depth -= 1) === 0) break;
  }
  const count = Number(text.slice(open + 1, times));
  if (end === text.length || !Number.isInteger(count)) return text;
  const body = writtenOut(text.slice(times + 1, end));
  const turns = body.includes("№")
    ? Array.from({ length: count }, (_, turn) => body.replaceAll("№", String(turn))).join("")
    : body.repeat(count);
  return text.slice(0, open) + turns + writtenOut(text.slice(end + 1));
}

function caseOf(file) {
  const raw = readFileSync(new URL(file, FOLDER), "utf8");
  const head = [];
  for (const line of raw.split("\n")) {
    if (!line.startsWith("//")) break;
    head.push(line.replace(/^\/+/, "").trim());
  }
  const of = (name) => head.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).trim());
  const [outcome, code] = of("must:")[0].split(/\s+/);
  const modules = Object.fromEntries(
    of("module").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim(), writtenOut(line.slice(colon + 1).trim())];
    }),
  );
  return { name: file, outcome, code, rows: Number(of("rows:")[0] ?? 1_000), modules, text: writtenOut(raw) };
}

function tables(rows) {
  const ints = (of) => ({ int: Float64Array.from({ length: rows }, (_, row) => of(row)) });
  const floats = (of) => ({ float: Float64Array.from({ length: rows }, (_, row) => of(row)) });
  const texts = (...names) => ({
    codes: Uint8Array.from({ length: rows }, (_, row) => row % names.length),
    dictionary: names,
  });
  const ids = () => ints((row) => row);
  const owners = () => ints((row) => (row * 7919) % Math.max(rows, 1));
  const days = () => ({ days: Int32Array.from({ length: rows }, (_, row) => 18_262 + (Math.floor(row / 3) % 730)) });
  return {
    customers: {
      customer_id: ids(),
      region: texts("north", "east", "south", "west"),
      plan: texts("free", "plus", "pro"),
      churned: { bool: Uint8Array.from({ length: rows }, (_, row) => Number(row % 5 === 0)) },
      joined_on: days(),
      revenue: floats((row) => (row * 0.37) % 900),
    },
    survey: {
      answer_id: ids(),
      customer_id: owners(),
      answered_on: days(),
      recommend: ints((row) => (row % 13 === 0 ? NaN : (row * 31) % 11)),
      effort: ints((row) => 1 + (row % 7)),
      comment: texts("slow", "kind", "lost my bag", "", "ok"),
    },
    tickets: {
      ticket_id: ids(),
      customer_id: owners(),
      opened_at: days(),
      contacts: ints((row) => 1 + (row % 4)),
      minutes: floats((row) => (row * 1.7) % 240),
      team: texts("a", "b", "c", "d", "e"),
    },
  };
}

const GOOD = `
scorecard("Good").owner("CX").purpose("Keep customers").min_n(1);
let survey = table("answers").rows(["recommend", "plan"], [[10, "pro"], [9, "pro"], [2, "free"], [7, "free"]]);
survey.column("recommend").scale(0, 10);
metric("nps", nps(survey.recommend)).target(40).owner("CX");
`;

const files = readdirSync(FOLDER).filter((file) => file.endsWith(".rhai"));
// The limits of a stranger's card; ten times the time, as natively in tests, so that what else runs decides nothing.
const WALL_TIME_MS = 20_000;
const engine = await Engine.create({ preset: "untrusted", limits: { wallTimeMs: WALL_TIME_MS } });
let rowsNow;

for (const file of files) {
  const hostile = caseOf(file);
  test(`${hostile.name} is ${hostile.outcome}`, () => {
    if (rowsNow !== hostile.rows) {
      for (const [name, columns] of Object.entries(tables(hostile.rows))) engine.setTable(name, { columns });
      rowsNow = hostile.rows;
    }
    const started = performance.now();
    let codes = [];
    let kind = "fine";
    try {
      engine.evaluate({ text: hostile.text, modules: hostile.modules, name: "hostile" });
    } catch (error) {
      kind = error.code;
      codes = (error.diagnostics ?? []).filter(({ severity }) => severity === "error").map(({ code }) => code);
      assert.notEqual(kind, "internal", error.message);
      assert.notEqual(kind, "usage", error.message);
    }
    const took = performance.now() - started;
    if (hostile.outcome === "fine") assert.equal(kind, "fine", codes.join());
    else assert.ok(codes.includes(hostile.code), `${hostile.code}, not ${kind} ${codes}`);
    assert.ok(took < 2 * WALL_TIME_MS, `${Math.round(took)} ms`);
    const good = engine.evaluate({ text: GOOD, name: "good" });
    assert.equal(good.results.metrics[0].headline.value, 25);
  });
}

// The API of the built package, in Node. `cargo xtask wasm && node --test crates/wasm/tests/`

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { BellwetherError, Engine } from "../pkg/node.js";

const CARD = `
scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
let survey = table("survey").date("answered_on");
survey.column("recommend").scale(0, 10);
segment("region", survey.region);
period("month");
metric("nps", nps(survey.recommend)).target(45).owner("Loyalty");
metric("answers", count(survey)).target(3).owner("Loyalty");
`;

const CSV = `answered_on,recommend,region
2026-05-03,10,West
2026-05-04,9,East
2026-05-05,2,West
2026-06-01,,East
2026-06-02,10,West
`;

/** What a call throws, which must be an error of ours. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof BellwetherError, `an error of ours, not ${error}`);
    return error;
  }
  throw new Error("nothing was thrown");
}

async function withSurvey(options) {
  const engine = await Engine.create(options);
  engine.setTable("survey", { csv: CSV });
  return engine;
}

const metric = (report, name) => report.results.metrics.find((metric) => metric.name === name);

test("a card is evaluated over a table that was read once", async () => {
  const engine = await withSurvey();
  const report = engine.evaluate({ text: CARD });
  // May: two promoters and one detractor of three; June: one promoter, one answer missing.
  const cells = metric(report, "nps").cells.filter((cell) => cell.segments === undefined && cell.period);
  assert.deepEqual(
    cells.map((cell) => [cell.period, cell.n, cell.skipped, Math.round(cell.value * 1e9) / 1e9]),
    [
      ["2026-05", 3, 0, 33.333333333],
      ["2026-06", 1, 1, 100],
    ],
  );
  assert.equal(report.results.as_of, "2026-06-02");
  assert.equal(report.provenance.engine, engine.version);
  const table = report.provenance.tables[0];
  assert.equal(table.sha256, createHash("sha256").update(CSV).digest("hex"));
  engine.free();
  assert.equal(thrown(() => engine.tables()).code, "usage");
});

/** The canonical JSON of RFC 8785; keys of a report are ASCII but for names of segments, which are the same in both orders here. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${fields.join(",")}}`;
}

const sha256 = (value) => createHash("sha256").update(canonical(value)).digest("hex");

/** The hash of results by docs/history.md. */
function resultsHash(results) {
  const cells = [];
  const emptied = (of) => {
    const flat = of.cells.map(({ change, ...cell }) => ({
      ...cell,
      ...Object.fromEntries(Object.entries(change ?? {}).map(([name, value]) => [`change.${name}`, value])),
    }));
    const columns = {};
    for (const name of new Set(flat.flatMap(Object.keys))) {
      const values = flat.map((cell) => cell[name] ?? null);
      if (values.some((value) => value !== null)) columns[name] = sha256(values);
    }
    cells.push(columns);
    return { ...of, cells: [] };
  };
  const rest = { ...results, metrics: results.metrics.map(emptied), scores: results.scores.map(emptied) };
  return sha256({ cells, results: rest });
}

test("the report's hash follows from the bytes of its results", async () => {
  const engine = await withSurvey();
  const bytes = engine.evaluateJson({ text: CARD }, { by: ["region"] });
  const report = engine.evaluate({ text: CARD }, { by: ["region"] });
  const results = JSON.parse(new TextDecoder().decode(bytes));
  assert.equal(resultsHash(results), report.provenance.results_sha256);
  assert.deepEqual(results, report.results);
});

test("tables tell their columns, their spread and their rows", async () => {
  const engine = await withSurvey();
  const [table] = engine.tables();
  assert.equal(table.rows, 5);
  assert.deepEqual(
    table.columns.map(({ name, type, blank, distinct, min, max }) => [name, type, blank, distinct, min, max]),
    [
      ["answered_on", "date", 0, 5, "2026-05-03", "2026-06-02"],
      ["recommend", "int", 1, 3, 2, 10],
      ["region", "text", 0, 2, "East", "West"],
    ],
  );
  const spread = engine.distribution("survey", "recommend", { top: 2, bins: 3 });
  assert.deepEqual(spread.top, [
    { value: 10, count: 2 },
    { value: 2, count: 1 },
  ]);
  assert.deepEqual([spread.valid, spread.missing, spread.other], [4, 1, 1]);
  assert.deepEqual(
    spread.bins.map(({ from, to, count }) => [from, to, count]),
    [
      [2, 5, 1],
      [5, 8, 0],
      [8, 11, 3],
    ],
  );
  assert.deepEqual(engine.rows("survey", 3, 99), {
    table: "survey",
    columns: ["answered_on", "recommend", "region"],
    from: 3,
    total: 5,
    rows: [
      ["2026-06-01", null, "East"],
      ["2026-06-02", 10, "West"],
    ],
  });
  assert.ok(engine.dropTable("survey"));
  assert.deepEqual(engine.tables(), []);
  assert.equal(thrown(() => engine.rows("survey", 0, 1)).code, "usage");
});

test("CSV, JSON and typed columns of the same rows give the same numbers", async () => {
  const engine = await Engine.create();
  const rows = CSV.trim().split("\n").slice(1).map((line) => line.split(","));
  const objects = rows.map(([answered_on, recommend, region]) => ({
    answered_on,
    recommend: recommend === "" ? undefined : Number(recommend),
    region,
  }));
  const day = (text) => Date.parse(`${text}T00:00Z`) / 86_400_000;
  const sources = {
    csv: { csv: new TextEncoder().encode(CSV) },
    semicolons: { csv: CSV.replaceAll(",", ";") },
    objects: { json: objects },
    lines: { json: objects.map((row) => JSON.stringify(row)).join("\n") },
    columns: {
      columns: {
        answered_on: { days: Int32Array.from(rows, ([date]) => day(date)) },
        recommend: { int: Uint8Array.from(rows, ([, value]) => Number(value)), missing: Uint8Array.of(0, 0, 0, 1, 0) },
        region: { codes: Uint8Array.of(0, 1, 0, 1, 0), dictionary: ["West", "East"] },
      },
    },
    loose: {
      columns: {
        answered_on: { values: rows.map(([date]) => date) },
        recommend: { float: Float64Array.from(rows, ([, value]) => (value === "" ? NaN : Number(value))) },
        region: { text: rows.map(([, , region]) => region) },
      },
    },
    moments: {
      columns: {
        answered_on: { millis: Float64Array.from(rows, ([date]) => day(date) * 86_400_000) },
        recommend: { int: BigInt64Array.from(rows, ([, value]) => BigInt(value)), missing: Uint8Array.of(0, 0, 0, 1, 0) },
        region: { text: rows.map(([, , region]) => region) },
      },
    },
  };
  const cells = Object.values(sources).map((source) => {
    engine.setTable("survey", source);
    return metric(engine.evaluate({ text: CARD }), "nps").cells;
  });
  for (const other of cells.slice(1)) assert.deepEqual(other, cells[0]);
});

test("options of reading are taken as if the card said them", async () => {
  const engine = await Engine.create();
  const csv = "recommend,zip\n10,01234\n99,01235\n9,01235\n";
  const text = `scorecard("H").owner("CX").purpose("p").min_n(1);
    let survey = table("survey"); segment("zip", survey.zip);
    metric("mean", mean(survey.recommend)).target(9).owner("x");`;
  const info = engine.setTable("survey", { csv }, { missing: { recommend: [99] }, types: { zip: "text" } });
  assert.deepEqual(
    info.columns.map(({ name, type, coded_missing, codedMissing, min }) => [name, type, codedMissing, min]),
    [
      ["recommend", "int", 1, 9],
      ["zip", "text", 0, "01234"],
    ],
  );
  const mean = metric(engine.evaluate({ text }), "mean");
  assert.equal(mean.headline.value, 9.5);
  const said = text.replace('table("survey");', 'table("survey").types(#{ zip: "text" }); survey.column("recommend").missing(99);');
  engine.setTable("survey", { csv });
  assert.deepEqual(metric(engine.evaluate({ text: said }), "mean").cells, mean.cells);
  const error = thrown(() => engine.setTable("survey", { csv: "a\nx\n" }, { types: { a: "int" } }));
  assert.deepEqual([error.code, error.diagnostics[0].place.row], ["data", 1]);
  assert.equal(engine.tables()[0].rows, 3, "the table of that name stays");
});

test("a column is read again where a card wants it in another way, as natively", async () => {
  const engine = await Engine.create();
  engine.setTable("visits", { csv: "visit,seen_on\n1.10,5/6/2026\n1.1,6/6/2026\n" });
  const text = `scorecard("H").owner("CX").purpose("p").min_n(1);
    let visits = table("visits").key("visit").date("seen_on", "d/M/yyyy");
    metric("visits", count(visits)).target(9).owner("x");`;
  const report = engine.evaluate({ text });
  assert.equal(report.results.as_of, "2026-06-06");
  assert.equal(metric(report, "visits").headline.value, 2, "1.10 and 1.1 are two keys");
});

test("a mistake of the card is found by UTF-16 offsets, lines and columns", async () => {
  const engine = await withSurvey();
  const text = `// 😀 größe\nscorecard("😀").owner("CX").purpose("p"); let s = table("survey"); metric("n", nps(s.recommend)).traget(45).owner("x");`;
  const found = engine.check({ text, name: "emoji.rhai" });
  assert.equal(found.ok, false);
  const slip = found.diagnostics.find((diagnostic) => diagnostic.message.includes("traget"));
  assert.equal(text.slice(slip.span.start, slip.span.end), "traget");
  assert.equal(text.slice(slip.fix.span.start, slip.fix.span.end), "traget");
  assert.equal(slip.fix.replacement, "target");
  assert.equal(slip.location.file, "emoji.rhai");
  assert.equal(slip.location.start.line, 2);
  assert.equal(text.split("\n")[1].slice(slip.location.start.utf16_column - 1).startsWith("traget"), true);
  const error = thrown(() => engine.evaluate({ text, name: "emoji.rhai" }));
  assert.equal(error.code, "card");
  assert.deepEqual(error.diagnostics, found.diagnostics);
});

test("spans in a report and in modules count UTF-16, too", async () => {
  const engine = await withSurvey();
  const module = `// 😀😀\nexport const GOAL = 45;`;
  const text = `import "cx" as cx; // 😀
scorecard("Größe").owner("CX 😀").purpose("p").min_n(1); let s = table("survey"); metric("n", nps(s.recommend)).target(cx::GOAL).owner("x");`;
  const { header } = engine.evaluate({ text, modules: { cx: module } }).results;
  assert.equal(text.slice(header.title.span.start, header.title.span.end), '"Größe"');
  assert.equal(text.slice(header.owner.span.start, header.owner.span.end), '"CX 😀"');
  const wrong = engine.check({ text, modules: { cx: `${module}\nlet x = nosuch();` } });
  const slip = wrong.diagnostics.find((diagnostic) => diagnostic.message.includes("nosuch"));
  assert.equal(slip.span.source, 1);
  assert.ok(`${module}\nlet x = nosuch();`.slice(slip.span.start, slip.span.end).startsWith("nosuch"));
});

test("a card's findings about data come with the check that asks for them", async () => {
  const engine = await withSurvey();
  const text = CARD.replace("survey.region", "survey.regoin");
  assert.equal(engine.check({ text }).ok, true);
  const found = engine.check({ text }, { data: true });
  assert.equal(found.ok, false);
  assert.match(found.diagnostics[0].help, /region/);
  const [wanted] = engine.check({ text: CARD }).tables;
  assert.deepEqual(wanted, { name: "survey", here: true, columns: ["answered_on", "recommend", "region"] });
  engine.dropTable("survey");
  const error = thrown(() => engine.evaluate({ text: CARD }));
  assert.deepEqual([error.code, error.diagnostics[0].severity], ["data", "error"]);
});

test("every number can be explained", async () => {
  const engine = await withSurvey();
  const told = engine.explain({ text: CARD }, { name: "nps", segments: { region: "West" }, period: "2026-05", rows: 2 });
  assert.equal(told.cell.value, 0);
  const error = thrown(() => engine.explain({ text: CARD }, { name: "nsp" }));
  assert.equal(error.code, "options");
  assert.match(error.diagnostics[0].help, /nps/);
});

test("links can be left for later", async () => {
  const engine = await Engine.create();
  const rows = Array.from({ length: 400 }, (_, row) => `${row},${row % 11},${(row * 7) % 11 > row % 11 ? "true" : "false"}`);
  engine.setTable("customers", { csv: `id,recommend,churned\n${rows.join("\n")}\n` });
  const text = `scorecard("H").owner("CX").purpose("p").min_n(1);
    let customers = table("customers").key("id"); customers.column("recommend").scale(0, 10);
    outcome("churn", rate(customers, |c| c.churned)).lower_is_better().target(10).owner("x").worth(1000, "EUR");
    metric("nps", nps(customers.recommend)).target(45).owner("x").drives("churn");`;
  const fast = engine.evaluate({ text }, { links: false });
  const full = engine.evaluate({ text });
  assert.deepEqual(fast.results.links, []);
  assert.equal(full.results.links.length, 1);
  assert.deepEqual(fast.results.metrics, full.results.metrics);
  const then = engine.whatIf({ text }, { set: { nps: 30 } });
  assert.deepEqual(then.set[0].slice(0, 1), ["nps"]);
  assert.equal(then.moved[0].of, "churn");
});

test("an evaluation tells how far it is, and can be stopped", async () => {
  const engine = await Engine.create();
  const days = new Int32Array(400_000).map((_, row) => 20_000 + (row % 365));
  const int = new Int8Array(400_000).map((_, row) => row % 11);
  engine.setTable("survey", { columns: { answered_on: { days }, recommend: { int }, region: { codes: new Uint8Array(400_000), dictionary: ["West"] } } });
  const told = [];
  const report = engine.evaluate({ text: CARD }, { progress: (done) => void told.push(done) });
  assert.equal(metric(report, "answers").cells[0].n, 400_000);
  assert.ok(told.length > 0 && told.every((done, at) => done >= 0 && done <= 1 && done >= (told[at - 1] ?? 0)), told.join());
  // What an engine has measured already it does not measure again, so there would be nothing to stop.
  const other = (measure) => ({ text: CARD.replace("nps(survey.recommend)", measure) });
  const error = thrown(() => engine.evaluate(other("top_box(survey.recommend, 2)"), { progress: () => false }));
  assert.equal(error.code, "cancelled");
  assert.throws(
    () => engine.evaluate(other("bottom_box(survey.recommend, 2)"), { progress: () => { throw new TypeError("mine"); } }),
    { name: "TypeError", message: "mine" },
  );
  for (const measure of ["top_box(survey.recommend, 2)", "bottom_box(survey.recommend, 2)"]) {
    assert.equal(engine.evaluate(other(measure)).results.metrics.length, 2, "what was stopped can be run again");
  }
  const reading = thrown(() => engine.setTable("s", { csv: CSV.repeat(1) }, { progress: () => false }));
  assert.equal(reading.code, "cancelled");
});

test("an engine that is called from its own callback says so and stays whole", async () => {
  const engine = await withSurvey();
  const inside = [];
  engine.setTable("survey", { csv: CSV }, { progress: () => { inside.push(thrown(() => engine.tables()).code); } });
  assert.ok(inside.length > 0 && inside.every((code) => code === "usage"));
  assert.equal(engine.tables().length, 1);
});

test("limits hold, by the engine's own clock", async () => {
  let time = 0;
  const engine = await withSurvey({ clock: () => (time += 1_000), limits: { wallTimeMs: 5_000, operations: 2 ** 40 } });
  const busy = "fn busy() { for i in 0..999 { for j in 0..999 { } } } for k in 0..999 { busy(); }";
  const error = thrown(() => engine.evaluate({ text: busy }));
  assert.deepEqual([error.code, error.diagnostics[0].message], ["limit", "the card takes too long"]);
  const strict = await Engine.create({ preset: "untrusted" });
  assert.ok(strict.limits.operations < engine.limits.operations);
  assert.equal(thrown(() => strict.evaluate({ text: busy })).code, "limit");
  assert.equal(strict.check({ text: busy }).ok, false);
  await assert.rejects(Engine.create({ preset: "nosuch" }), { code: "usage" });
});

test("whole numbers that no JavaScript number holds come as text", async () => {
  const engine = await Engine.create();
  const large = [2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n)];
  const { columns } = engine.setTable("t", { columns: { a: { int: BigInt64Array.from(large) } } });
  assert.deepEqual([columns[0].min, columns[0].max], ["-9223372036854775808", "9007199254740992"]);
  assert.deepEqual(engine.rows("t", 0, 3).rows, [[9007199254740991], ["9007199254740992"], ["-9223372036854775808"]]);
});

test("what is no option, no table and no card is told by name", async () => {
  const engine = await Engine.create();
  const told = (call) => {
    const { code, message } = thrown(call);
    assert.equal(code, "usage");
    return message;
  };
  assert.match(told(() => engine.setTable("t", {})), /csv, json or columns/);
  assert.match(told(() => engine.setTable("t", { columns: { a: { int: [1, 2] } } })), /typed array/);
  assert.match(told(() => engine.setTable("t", { columns: { a: { days: Int32Array.of(2 ** 31 - 1) } } })), /9999/);
  assert.match(told(() => engine.setTable("t", { columns: { a: { float: Float64Array.of(Infinity) } } })), /finite/);
  assert.match(told(() => engine.setTable("t", { csv: CSV }, { delimiter: "··" })), /delimiter|character/);
  assert.match(told(() => engine.setTable("t", { csv: CSV }, { encoding: "utf-16" })), /utf-8/);
  assert.match(told(() => engine.evaluate("scorecard()")), /text/);
  assert.match(told(() => engine.evaluate({ text: CARD }, { asOf: "June" })), /2026-06-30/);
  assert.match(told(() => engine.evaluate({ text: CARD }, { by: "region" })), /option/);
  assert.equal(thrown(() => engine.setTable("t", { csv: "" })).code, "data");
  assert.equal(thrown(() => engine.setTable("t", { json: "{" })).code, "data");
  assert.throws(() => new Engine(), BellwetherError);
});

test("an editor's questions are answered with UTF-16 places and the tables at hand", async () => {
  const engine = await withSurvey();
  const text = `// 😀\n${CARD}segment("area", survey.`;
  engine.check({ text: CARD });
  const offers = engine.complete({ text }, text.length);
  const region = offers.find(({ label }) => label === "region");
  assert.equal(region.kind, "column");
  assert.deepEqual([region.span.start, region.span.end], [text.length, text.length]);
  const at = text.indexOf("nps(survey") + 1;
  const hover = engine.hover({ text }, at);
  assert.equal(text.slice(hover.span.start, hover.span.end), "nps");
  assert.equal(engine.hover({ text }, 1), null);
  const inCall = engine.signature({ text }, text.indexOf("survey.recommend)"));
  assert.equal(inCall.text, "nps(column)");
  const declared = engine.definition({ text }, text.indexOf("survey.recommend)") + 1);
  assert.equal(text.slice(declared.start, declared.end), "survey");
  assert.ok(engine.references({ text }, declared.start).length > 3);
  const edits = engine.rename({ text }, declared.start, "answers");
  assert.ok(edits.every(({ span, text: put }) => text.slice(span.start, span.end) === "survey" && put === "answers"));
  const names = engine.outline({ text: CARD }).map(({ kind, name }) => `${kind} ${name}`);
  assert.ok(names.includes("metric nps") && names.includes("table survey"), names.join());
  const untidy = `/* 😀 */ metric( "n",count(survey) ) ;`;
  const { text: tidy, edits: changes } = engine.format({ text: untidy });
  let applied = untidy;
  for (const { span, text: put } of changes.toReversed()) {
    applied = applied.slice(0, span.start) + put + applied.slice(span.end);
  }
  assert.equal(applied, tidy);
  assert.equal(tidy.trimEnd(), `/* 😀 */ metric("n", count(survey));`);
  assert.equal(engine.format({ text: "f(" }), null);
});

test("a report's charts come with their drawings", async () => {
  const engine = await withSurvey();
  const drawn = engine.charts({ text: CARD }, { theme: "dark" });
  assert.ok(drawn.length > 0);
  for (const { chart, vegaLite } of drawn) {
    assert.match(vegaLite.$schema, /vega-lite/);
    assert.ok(chart.id && chart.title && chart.about);
  }
  assert.equal(thrown(() => engine.charts({ text: CARD }, { theme: "pink" })).code, "usage");
});

test("a card is begun from the columns of a file", async () => {
  const engine = await withSurvey();
  const text = engine.starter("A first look");
  assert.match(text, /table\("survey"\)/);
  assert.equal(engine.check({ text }).ok, true);
  assert.equal(thrown(() => engine.starter("A", ["nosuch"])).code, "usage");
});

test("every word of the language is described", async () => {
  const engine = await Engine.create();
  const nps = engine.reference().find((word) => word.name === "nps");
  assert.equal(nps.signature, "nps(column)");
  assert.ok(nps.example.length > 0);
});

test("the WebAssembly asks its host for the time, for progress, for its second module and for nothing else", async () => {
  const { readFile } = await import("node:fs/promises");
  const module = await WebAssembly.compile(await readFile(new URL("../pkg/bellwether_bg.wasm", import.meta.url)));
  const asked = WebAssembly.Module.imports(module).map(({ name }) => name.replace(/^__wbg_(\w+?)_[0-9a-f]{16}$/, "$1"));
  const host = ["loadRest", "now", "panicked", "progress"];
  assert.deepEqual(asked.filter((name) => !/^__wb(g|indgen)_/.test(name)).sort(), host);
  const rest = await WebAssembly.compile(await readFile(new URL("../pkg/bellwether_rest.wasm", import.meta.url)));
  assert.deepEqual([...new Set(WebAssembly.Module.imports(rest).map(({ module }) => module))], ["first"]);
  const glue = await readFile(new URL("../pkg/bellwether.js", import.meta.url), "utf8");
  assert.doesNotMatch(glue, /getRandomValues|Math\.random|crypto/);
});

test("sums of floats lose no value whose size is new in its cell", async () => {
  // Sizes that come for the first time after many rows: an address that wraps around in 32 bits once lost them.
  const amounts = [0.5, 14.25, 256.125, 0.140625, 3000.5, 0.001953125, 70000.75, 1e9 + 0.5];
  const usual = "p0,0.5\n".repeat(100_000);
  const engine = await Engine.create();
  engine.setTable("payments", { csv: `place,amount\n${usual}${amounts.map((amount, at) => `p${at},${amount}\n`).join("")}` });
  const text = `
    scorecard("Payments").min_n(1);
    let payments = table("payments");
    segment("place", payments.place);
    metric("paid", sum(payments.amount));`;
  const cells = metric(engine.evaluate({ text }), "paid").cells.filter((cell) => cell.segments !== undefined);
  assert.deepEqual(
    cells.map((cell) => cell.value),
    [0.5 * 100_001, ...amounts.slice(1)],
  );
  engine.free();
});

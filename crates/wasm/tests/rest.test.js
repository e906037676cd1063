// The second file of WebAssembly: read in the middle of the call that wants it first, or before.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

const CARD = `
  scorecard("Loyalty").owner("CX").min_n(1);
  let survey = table("survey");
  survey.column("recommend").scale(0, 10);
  metric("nps", nps(survey.recommend)).target(45).owner("CX");`;

/** What a module says that runs in a thread, which loads the package anew. */
function inThread(body) {
  const pkg = new URL("../pkg/", import.meta.url);
  const source = `
    import { parentPort } from "node:worker_threads";
    import { hasRest } from "${pkg}host.js";
    import { Engine } from "${pkg}node.js";
    const card = { text: ${JSON.stringify(CARD)} };
    const table = (engine) => engine.setTable("survey", { csv: "recommend\\n10\\n2\\n9\\n" });
    ${body}`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  return new Promise((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
}

test("numbers need the first file only, and a page has the second one read in its call", async () => {
  const [before, html, after] = await inThread(`
    const engine = await Engine.create();
    table(engine);
    engine.overview(card, { links: false });
    const before = hasRest();
    const html = engine.html(card);
    parentPort.postMessage([before, html, hasRest()]);`);
  assert.deepEqual([before, after], [false, true]);
  assert.match(html, /^<!doctype html>/iu);
});

test("what the playground asks until it shows numbers, and at an edit, needs the first file only", async () => {
  const examples = new URL("../../../examples/subscriber-health/", import.meta.url);
  const has = await inThread(`
    import { readFileSync } from "node:fs";
    const here = (file) => readFileSync(new URL(file, ${JSON.stringify(examples)}));
    const text = here("scorecard.rhai").toString();
    const progress = () => true;
    const engine = await Engine.create();
    for (const file of ["customers.csv", "survey.csv", "tickets.csv"]) {
      engine.setTable(file.replace(".csv", ""), { csv: here(file) }, { origin: file, progress });
    }
    const has = [];
    for (const edit of ["", "\\n// more"]) {
      const asked = { text: text + edit, name: "card", params: {} };
      engine.check(asked, { progress });
      has.push(hasRest());
      const { results } = engine.overview(asked, { links: false, progress });
      has.push(hasRest());
      engine.cells(asked, results.metrics[0].name, { links: false, progress });
      has.push(hasRest());
    }
    parentPort.postMessage(has);`);
  assert.deepEqual(has, [false, false, false, false, false, false]);
});

test("who prepares has both, once", async () => {
  const seen = await inThread(`
    const engine = await Engine.create();
    const both = [engine.prepare(), engine.prepare()];
    await Promise.all(both);
    table(engine);
    parentPort.postMessage([both[0] === both[1], hasRest(), engine.markdown(card).length > 100]);`);
  assert.deepEqual(seen, [true, true, true]);
});

test("the second file may be handed in", async () => {
  const rest = fileURLToPath(new URL("../pkg/bellwether_rest.wasm", import.meta.url));
  const length = await inThread(`
    import { readFileSync } from "node:fs";
    const engine = await Engine.create({ rest: readFileSync(${JSON.stringify(rest)}) });
    table(engine);
    parentPort.postMessage(engine.markdown(card).length);`);
  assert.ok(length > 100);
});

test("a second file that is not there is refused, and breaks the engine in the middle of a call alone", async () => {
  const [refused, works, broke, broken, again] = await inThread(`
    const engine = await Engine.create({ rest: "file:///nowhere/bellwether_rest.wasm" });
    const told = (error) => [error.name, error.code, error.message];
    const refused = await engine.prepare().catch(told);
    table(engine);
    const works = engine.overview(card, { links: false }).results.metrics.length;
    let broke, again;
    try { engine.html(card); } catch (error) { broke = told(error); }
    try { engine.tables(); } catch (error) { again = told(error); }
    parentPort.postMessage([refused, works, broke, engine.broken, again]);`);
  assert.deepEqual(refused.slice(0, 2), ["BellwetherError", "loading"]);
  assert.match(refused[2], /second file.*ENOENT/u);
  assert.equal(works, 1);
  assert.deepEqual(broke.slice(0, 2), ["BellwetherError", "loading"]);
  assert.match(broke[2], /second file.*ENOENT/u);
  assert.doesNotMatch(broke[2], /bug/u);
  assert.equal(broken, true);
  assert.equal(again[1], "internal");
});

test("nothing of the second file is in the first", async () => {
  const [first, rest] = await Promise.all(["bg", "rest"].map((name) => readFile(new URL(`../pkg/bellwether_${name}.wasm`, import.meta.url))));
  const taken = WebAssembly.Module.imports(await WebAssembly.compile(rest));
  const given = new Set(WebAssembly.Module.exports(await WebAssembly.compile(first)).map(({ name }) => name));
  assert.ok(taken.length > 100);
  for (const { module, name } of taken) assert.ok(module === "first" && given.has(name), name);
});

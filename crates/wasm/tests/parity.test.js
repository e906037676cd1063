// The results of the WebAssembly are the same bytes as those of the native engine, for every example and every card of
// `tests/cards`. The native side is `tests/examples/native_results.rs`; cards over real data need BELLWETHER_DATA.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

import { Engine } from "../pkg/node.js";

const root = new URL("../../../", import.meta.url);

/** A line for each card; made by cargo, or before by whoever sets BELLWETHER_NATIVE_RESULTS. */
function nativeResults() {
  const made = process.env.BELLWETHER_NATIVE_RESULTS;
  if (made) return readFileSync(made, "utf8");
  // Of the whole workspace, so that nothing is built a second time for other features.
  const build = spawnSync("cargo", ["build", "--quiet", "--workspace", "--example", "native_results"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  assert.equal(build.status, 0, "the native side is built");
  const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("target", root));
  const run = spawnSync(`${target}/debug/examples/native_results`, { maxBuffer: 1 << 30, encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

const native = nativeResults()
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line));

test("there are native results", () => assert.ok(native.length >= 12, `${native.length} cards`));

for (const { name, card, options, tables, results, sha256 } of native) {
  test(`${name} has the same bytes`, async () => {
    // The limits of strangers' cards leave no room for a million rows in a page's memory on top of the tables.
    const engine = await Engine.create({ preset: "batch" });
    for (const table of tables) {
      const stored = readFileSync(table.path);
      const csv = table.path.endsWith(".gz") ? gunzipSync(stored) : stored;
      const as = table.path.replace(/\.gz$/, "").endsWith(".csv") ? { csv } : { json: csv };
      engine.setTable(table.name, as, { encoding: table.latin1 ? "latin-1" : "utf-8", origin: table.path });
    }
    const how = { asOf: options.asOf ?? undefined, valuesFrom: options.valuesFrom };
    const made = new TextDecoder().decode(engine.evaluateJson(card, how));
    const report = engine.evaluate(card, how);
    assert.ok(made === results, differing(made, results));
    // Cells come another way than the rest.
    assert.deepEqual(report.results, JSON.parse(made));
    for (const { name, cells } of [...report.results.metrics, ...report.results.scores]) {
      assert.deepEqual(engine.cells(card, name, how), cells);
    }
    assert.equal(report.provenance.results_sha256, sha256);
    engine.free();
  });
}

/** Where two texts part. */
function differing(made, wanted) {
  let at = 0;
  while (at < made.length && made[at] === wanted[at]) at += 1;
  const near = (text) => text.slice(Math.max(0, at - 80), at + 80);
  return `from byte ${at} on: ${near(made)}\nnatively: ${near(wanted)}`;
}

// The entry for browsers: it finds the WebAssembly beside itself, and takes one that is handed in. Node has no pages, so that
// `fetch` is played here; `bench/chromium.js` and the playground load it in a browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const asked = [];
globalThis.fetch = async (address) => {
  asked.push(String(address));
  return new Response(await readFile(new URL(address)), { headers: { "content-type": "application/wasm" } });
};
const { Engine } = await import("../pkg/index.js");
const beside = new URL("../pkg/bellwether_bg.wasm", import.meta.url);
const rest = new URL("../pkg/bellwether_rest.wasm", import.meta.url);

test("without a word, the WebAssembly beside the module is fetched once", async () => {
  const engines = await Promise.all([Engine.create(), Engine.create({ wasm: beside })]);
  assert.deepEqual(asked, [beside.href, rest.href], "each file once, the second one early");
  for (const engine of engines) assert.match(engine.version, /^bellwether \d/u);
});

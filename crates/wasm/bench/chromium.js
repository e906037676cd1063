// node crates/wasm/bench/chromium.js [turns]: the package in Chromium, by way of Playwright from web-demo/node_modules.
// CHROMIUM names the program; /usr/bin/chromium by default.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { loadavg } from "node:os";
import { extname } from "node:path";

const require = createRequire(new URL("../../../web-demo/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const turns = Number(process.argv[2] ?? 15);
const folder = new URL("../", import.meta.url);
const kinds = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

const server = createServer(async ({ url }, response) => {
  if (url === "/") {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>bench</title>");
    return;
  }
  try {
    const bytes = await readFile(new URL(`.${url}`, folder));
    response.setHeader("content-type", kinds[extname(url)] ?? "application/octet-stream");
    response.end(bytes);
  } catch {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const seen = await page.evaluate(async (turns) => {
    const { Engine } = await import("/pkg/index.js");
    const { measure } = await import("/bench/workload.js");
    return measure(Engine, turns);
  }, turns);
  console.log(`load ${loadavg()[0].toFixed(1)}, Chromium ${browser.version()}`);
  console.log(JSON.stringify(seen, null, 2));
} finally {
  await browser.close();
  server.close();
}

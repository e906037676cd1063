// Measures the built site in Chromium: time to ready, edit to redraw at 100,000 rows, sizes.
//
//   npm run build && npm run measure
import { chromium } from "@playwright/test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { brotliCompressSync, constants } from "node:zlib";
import { preview } from "vite";

const ROUNDS = 15;
const server = await preview({ preview: { port: 4174, strictPort: true } });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const middle = (of) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)];
const show = (what, of) => console.log(`${what.padEnd(58)} ${middle(of).toFixed(0).padStart(6)} ms   (best ${Math.min(...of).toFixed(0)}, worst ${Math.max(...of).toFixed(0)}, of ${of.length})`);

/** Seconds of CPU that the pages of the browser have taken so far, their workers included. */
const system = await browser.newBrowserCDPSession();
async function cpu() {
  const { processInfo } = await system.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
const showCpu = (what, seconds, rounds) => console.log(`${what.padEnd(58)} ${((seconds / rounds) * 1000).toFixed(0).padStart(6)} ms of CPU each`);
const load = () => console.log(`load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);

async function page() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
  await context.addInitScript(() => localStorage.setItem("bellwether.shown-around", "1"));
  return context.newPage();
}

const fresh = (of) => of.locator('.status[data-state="fresh"]').waitFor();

// From the request of the page to numbers on it: the example of 18,000 rows.
const loads = [];
const engines = [];
for (let round = 0; round < 5; round++) {
  const of = await page();
  await of.addInitScript(() => {
    const seen = new MutationObserver(() => {
      if (!document.querySelector(".tile")) return;
      performance.mark("numbers");
      seen.disconnect();
    });
    seen.observe(document, { childList: true, subtree: true });
  });
  await of.goto("http://localhost:4174/");
  await fresh(of);
  loads.push(await of.evaluate(() => performance.getEntriesByName("numbers")[0].startTime));
  engines.push(await of.evaluate(() => performance.getEntriesByName("engine ready")[0].startTime));
  await of.context().close();
}
load();
show("page asked for -> engine ready", engines);
show("page asked for -> numbers of the first example", loads);

// Edits of a card over 100,000 answers: 12 measures, 10 segment values by 6 months.
const of = await page();
await of.goto("http://localhost:4174/");
await fresh(of);
await of.evaluate(() => {
  let state = 7;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const rows = ["id,day,region,channel,recommend,satisfaction,effort,solved"];
  for (let at = 0; at < 100000; at++) {
    rows.push([at, `2026-0${1 + Math.floor(next() * 6)}-1${Math.floor(next() * 10)}`, "NESWX"[Math.floor(next() * 5)], "abcde"[Math.floor(next() * 5)],
      Math.floor(next() * 11), 1 + Math.floor(next() * 5), 1 + Math.floor(next() * 7), next() < 0.7].join());
  }
  const transfer = new DataTransfer();
  transfer.items.add(new File([rows.join("\n")], "answers.csv"));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
});
await of.getByRole("button", { name: /answers 100,000 rows/ }).waitFor();
const card = [
  'scorecard("Speed").owner("A").purpose("B");', 'let a = table("answers").file("answers.csv").key("id").date("day");',
  'a.column("recommend").scale(0, 10);', 'a.column("satisfaction").scale(1, 5);', 'a.column("effort").scale(1, 7);',
  'segment("region", a.region);', 'segment("channel", a.channel);', 'period("month");',
  ...["nps(a.recommend)", "top_box(a.satisfaction, 2)", "mean(a.effort)", "rate(a, |r| r.solved)", "mean(a.satisfaction)", "bottom_box(a.satisfaction, 2)",
    "ces_mean(a.effort)", "at_least(a.recommend, 9)", "median(a.effort)", "count(a)", "mean(a.recommend)", "rate(a, |r| r.effort <= 2 && r.solved)"]
    .map((measure, at) => `metric("m${at}", ${measure}).target(3).owner("A");`),
].join("\n");
await of.context().grantPermissions(["clipboard-read", "clipboard-write"]);
await of.locator(".cm-content").focus();
await of.keyboard.press("ControlOrMeta+a");
await of.evaluate((value) => navigator.clipboard.writeText(value), card);
await of.keyboard.press("ControlOrMeta+v");
await of.locator('[data-metric="m11"]').waitFor();
await fresh(of);
await of.keyboard.press("ControlOrMeta+Home");
await of.keyboard.press("End");
await of.keyboard.type(" //");
await of.waitForTimeout(1500);
await of.evaluate(() => performance.clearMeasures());
let before = await cpu();
for (let round = 0; round < ROUNDS; round++) {
  await of.keyboard.type("x");
  await of.waitForTimeout(700);
}
let spent = (await cpu()) - before;
load();
show("edit -> redraw, a comment, 100,000 rows x 12 measures", await of.evaluate(() => performance.getEntriesByName("edit to redraw").map((one) => one.duration)));
showCpu("  the same, charts and all that follows included", spent, ROUNDS);
// Another filter at each edit: the rows are counted again. A line comes at once, as a completion or a paste does.
await of.keyboard.press("ControlOrMeta+End");
await of.evaluate(() => performance.clearMeasures());
before = await cpu();
for (let round = 0; round < ROUNDS; round++) {
  await of.keyboard.insertText(`\nmetric("x${round}", mean(a.effort).where(|r| r.recommend > ${round % 10})).target(3).owner("A");`);
  await of.waitForTimeout(900);
}
spent = (await cpu()) - before;
load();
show("edit -> redraw, one more measure at each", await of.evaluate(() => performance.getEntriesByName("edit to redraw").map((one) => one.duration)));
showCpu("  the same, charts and all that follows included", spent, ROUNDS);
// The same typed letter by letter: each letter is an edit, and the card is not understood before the last one.
await of.evaluate(() => performance.clearMeasures());
before = await cpu();
const line = 'metric("y", mean(a.effort).where(|r| r.recommend > 5)).target(3).owner("A");';
for (let round = 0; round < 3; round++) {
  await of.keyboard.press("Enter");
  for (const letter of line.replace('"y"', `"y${round}"`)) {
    await of.keyboard.type(letter);
    await of.waitForTimeout(40);
  }
  await of.waitForTimeout(900);
}
spent = (await cpu()) - before;
load();
showCpu("a letter of a line that is typed, 25 a second", spent, 3 * (line.length + 2));

await browser.close();
await new Promise((done) => server.httpServer.close(done));

// What a first visit fetches, and what follows when it is needed.
console.log("\nfile".padEnd(50), "raw kB".padStart(9), "brotli kB".padStart(10));
const folder = new URL("../dist/assets/", import.meta.url);
for (const name of readdirSync(folder).toSorted((a, b) => statSync(new URL(b, folder)).size - statSync(new URL(a, folder)).size)) {
  const bytes = readFileSync(new URL(name, folder));
  const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  console.log(name.padEnd(49), (bytes.length / 1000).toFixed(0).padStart(9), (packed.length / 1000).toFixed(0).padStart(10));
}

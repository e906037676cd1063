// Looks at the pages of the examples in a browser, as their readers do.
//
//   node tests/browser/reports.mjs [target/debug/bellwether] [--pictures FOLDER]
//
// For every example and audience: drawn as HTML, opened in light, dark and at the width of a telephone. Each must be accessible
// (axe, WCAG 2.2 A and AA and good practice), no wider than the screen, silent on the console, and ask for nothing outside; the
// executive's page must print on one sheet of A4. With --pictures, what was seen is kept there.
//
// Playwright and axe are those of the playground (web-demo/node_modules); the browser is its Chromium, or the one that
// CHROMIUM names.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const args = process.argv.slice(2);
const at = args.indexOf("--pictures");
const pictures = at >= 0 ? resolve(args.splice(at, 2)[1]) : undefined;
const bellwether = resolve(args[0] ?? process.env.BELLWETHER ?? join(root, "target/debug/bellwether"));

const require = createRequire(join(process.env.NODE_MODULES_OF ?? join(root, "web-demo"), "package.json"));
const { chromium } = first("playwright-core", "playwright", "@playwright/test");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

function first(...names) {
  for (const name of names) {
    try {
      return require(name);
    } catch {
      continue;
    }
  }
  throw new Error(`none of ${names.join(", ")} is installed in web-demo: run npm ci there`);
}

const LOOKS = [
  { name: "light", width: 1280, colorScheme: "light" },
  { name: "dark", width: 1280, colorScheme: "dark" },
  { name: "phone", width: 390, colorScheme: "light" },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync),
  args: ["--no-sandbox"],
});
const folder = mkdtempSync(join(tmpdir(), "bellwether-reports-"));
if (pictures) mkdirSync(pictures, { recursive: true });
const faults = [];
let seen = 0;
try {
  const examples = readdirSync(join(root, "examples")).filter((name) => existsSync(join(root, "examples", name, "scorecard.rhai")));
  for (const example of examples) {
    const card = join("examples", example, "scorecard.rhai");
    for (const audience of ["executive", "team", "analyst"]) {
      const file = join(folder, `${example}-${audience}.html`);
      execFileSync(bellwether, ["run", card, "--format", "html", "--audience", audience, "--out", file, "--quiet"], { cwd: root });
      for (const look of LOOKS) await see(`${example}, ${audience}, ${look.name}`, file, look);
      if (audience === "executive") await print(`${example}, ${audience}, printed`, file);
    }
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
for (const fault of faults) console.error(fault);
console.log(`${seen} pages seen, ${faults.length} faults`);
process.exit(faults.length === 0 && seen > 0 ? 0 : 1);

async function see(name, file, look) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.colorScheme,
    bypassCSP: true, // axe is put into the page, which lets no script in
  });
  const page = await context.newPage();
  page.on("console", (message) => faults.push(`${name}: console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${name}: error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) faults.push(`${name}: asks for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) faults.push(`${name}: ${wide} pixels wider than the screen`);
  if (pictures) await page.screenshot({ path: join(pictures, `${name.replaceAll(", ", "-")}.png`), fullPage: true });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) {
    faults.push(`${name}: ${id} (${help}) at ${nodes.length}: ${nodes[0].html.slice(0, 160)}`);
  }
  seen += 1;
  await context.close();
}

async function print(name, file) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  if (pages !== 1) faults.push(`${name}: ${pages} sheets, one is wanted`);
  seen += 1;
  await context.close();
}

import type { Page, Worker } from "@playwright/test";
import { editor, expect, linked, settled, start, test, tile, valueOf, write } from "./page";

test("a script that would run for ever is refused at once, and the page goes on", async ({ page }) => {
  await start(page);
  const before = await editor(page).innerText();
  await write(page, "loop {}");
  await expect(page.locator(".trouble")).toContainText(/loop/);
  await write(page, before);
  await settled(page);
  await expect(page.locator(".trouble")).toHaveCount(0);
});

/** The worker that evaluates measures: the first one of the page. */
async function engine(page: Page): Promise<Worker> {
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
  return page.workers()[0]!;
}

// When exactly it is replaced, a unit test tells (client.test.ts): here the page's clock stands, and then leaps.
test("a worker that hangs is replaced; text and tables are kept", async ({ page }) => {
  await page.clock.install();
  let started = 0;
  page.on("worker", () => started++);
  await start(page);
  await linked(page);
  const value = await valueOf(page, "nps");
  const worker = await engine(page);
  const before = started;
  // An endless loop within the worker itself: nothing there answers any more.
  void worker.evaluate("for (;;) {}").catch(() => undefined);
  await page.clock.pauseAt(Date.now() + 60_000);
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type("// kept");
  await expect(editor(page)).toContainText("// kept");
  // It says nothing for as long as it may.
  await page.clock.runFor(1_000);
  await expect(page.locator(".mishap")).toHaveCount(0);
  expect(started).toBe(before);
  // Longer than any card that has ever been shown may take.
  await page.clock.runFor(10_000);
  await expect(page.locator(".mishap")).toContainText("did not answer");
  await page.clock.resume();
  await expect.poll(() => started - before).toBe(1);
  await page.getByRole("button", { name: "Try again with more time" }).click();
  await settled(page);
  await expect(editor(page)).toContainText("// kept");
  expect(await valueOf(page, "nps")).toBe(value);
});

const REST = /\/assets\/bellwether_rest-[^/]*\.wasm$/;

/** A measure of which the first file knows nothing. */
const RARE = 'metric("rare", correlation(survey.effort, survey.recommend)).no_target("a fact").owner("A");';

test.describe("without a part of the engine", () => {
  test.use({ loses: REST });
  test("it is named and asked for again, and nothing else is lost", async ({ page, context }) => {
    await context.route(REST, (route) => route.abort());
    await page.goto("./");
    await settled(page);
    const value = await valueOf(page, "nps");
    const mishap = page.locator(".mishap");
    await expect(mishap).toContainText("could not be fetched");
    await expect(mishap).not.toContainText("bug");
    // What is shown first needs nothing of it: also what is typed meanwhile.
    await editor(page).focus();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type("// kept");
    await settled(page);
    expect(await valueOf(page, "nps")).toBe(value);
    // A card that needs it in the middle of a call: the engine is lost with it, and started again with the tables.
    await page.keyboard.press("Enter");
    await page.keyboard.insertText(RARE);
    await expect(page.locator(".status").first()).toHaveAttribute("data-state", "working");
    await expect(mishap).toContainText("Your text and your tables are still here");
    await expect(mishap).not.toContainText("bug");
    await mishap.getByRole("button", { name: "Try again now" }).click();
    await expect(mishap).toContainText("could not be fetched");
    await context.unroute(REST);
    // It asks again by itself, too; the browser tells it when the network is back.
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await settled(page);
    await expect(tile(page, "rare")).toBeVisible();
    expect(await valueOf(page, "nps")).toBe(value);
    await expect(editor(page)).toContainText("// kept");
    await expect(mishap).toHaveCount(0);
    // Charts and links are of that part.
    await linked(page);
    await page.locator("#tab-trends").click();
    await expect(page.locator("[data-chart=trend] svg").first()).toBeVisible();
  });
});

test("a trap of the engine is our bug, says so, and loses nothing", async ({ page }) => {
  // The memory of the WebAssembly is reached by wrapping what makes it, before the worker's own code runs.
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const answer = await route.fetch();
    const wrap = `{ const made = WebAssembly.instantiateStreaming; WebAssembly.instantiateStreaming = async (...given) => {
      const result = await made.apply(WebAssembly, given); globalThis.theMemory = result.instance.exports.memory; return result; }; }\n`;
    await route.fulfill({ response: answer, body: wrap + (await answer.text()) });
  });
  await start(page);
  const value = await valueOf(page, "nps");
  const worker = await engine(page);
  await worker.evaluate("new Uint8Array(theMemory.buffer).fill(255)");
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type("// kept");
  const mishap = page.locator(".mishap");
  await expect(mishap).toContainText("our bug, not yours");
  await mishap.getByRole("button", { name: "Copy the card" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("// kept");
  await mishap.getByRole("button", { name: "Close" }).click();
  await page.keyboard.press("ControlOrMeta+End");
  await editor(page).click();
  await page.keyboard.type(" ");
  await settled(page);
  expect(await valueOf(page, "nps")).toBe(value);
  await expect(tile(page, "health")).toBeVisible();
});

import type { Page, Worker } from "@playwright/test";
import { editor, expect, settled, start, test, tile, valueOf, write } from "./page";

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

test("a worker that hangs is replaced within 1.5 s; text and tables are kept", async ({ page }) => {
  await start(page);
  const value = await valueOf(page, "nps");
  const worker = await engine(page);
  // An endless loop within the worker itself: nothing there answers any more.
  void worker.evaluate("for (;;) {}").catch(() => undefined);
  await page.waitForTimeout(100);
  await page.evaluate(() => {
    const seen = new MutationObserver(() => {
      if (!document.querySelector(".mishap")) return;
      performance.measure("until told", "typed");
      seen.disconnect();
    });
    seen.observe(document.body, { childList: true, subtree: true });
    performance.mark("typed");
  });
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type("// kept");
  await expect(page.locator(".mishap")).toContainText("did not answer");
  const took = await page.evaluate(() => performance.getEntriesByName("until told")[0]!.duration);
  expect(took).toBeLessThan(await patience(page));
  await page.getByRole("button", { name: "Try again with more time" }).click();
  await settled(page);
  await expect(editor(page)).toContainText("// kept");
  expect(await valueOf(page, "nps")).toBe(value);
});

/** 1.5 s, or more on a machine that is slow just now, by the time of a small card. */
async function patience(page: Page): Promise<number> {
  const start = Date.now();
  await page.evaluate(() => {
    for (let at = 0, sum = 0; at < 3e7; at++) sum += at % 7;
  });
  return Math.max(1500, (Date.now() - start) * 60);
}

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

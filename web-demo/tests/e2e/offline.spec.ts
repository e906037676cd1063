import { expect, openExample, start, test, tile, valueOf } from "./page";

test.use({ serviceWorkers: "allow" });

test("after one visit the page works without a network, examples and charts included", async ({ page, context }) => {
  await start(page);
  const value = await valueOf(page, "nps");
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  });
  await context.setOffline(true);
  await start(page);
  expect(await valueOf(page, "nps")).toBe(value);
  await openExample(page, "Support desk");
  await expect(tile(page, "in_time")).toBeVisible();
  await page.locator("#tab-trends").click();
  await expect(page.locator("[data-chart=trend] svg").first()).toBeVisible();
});

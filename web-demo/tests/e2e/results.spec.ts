import { readFileSync } from "node:fs";
import { cursorBehind, drop, editor, example, expect, linked, openExample, settled, start, test, tile, valueOf, write } from "./page";

test("Why? opens how a number came about, down to its rows", async ({ page }) => {
  await start(page);
  await tile(page, "nps").getByRole("button", { name: /Why\?/ }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet).toContainText("Why 40.7");
  await expect(sheet).toContainText("nps(survey.recommend)");
  await expect(sheet).toContainText("adjusted Wald");
  // 354 answers of June 2026, 17 of them 99 or blank: counted in survey.csv.
  await expect(sheet).toContainText("337 used, 17 skipped");
  await expect(sheet.getByRole("row")).toHaveCount(13);
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
});

test("Why? of a score leads to its parts", async ({ page }) => {
  await start(page);
  await tile(page, "health").getByRole("button", { name: /Why\?/ }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet).toContainText("0 scores 0, 60 scores 100");
  await expect(sheet).toContainText("first contact resolution has collapsed");
  await sheet.getByRole("button", { name: "Why? effort" }).click();
  await expect(sheet).toContainText("mean(survey.effort)");
});

test("a slider moves a param, and what depends on it follows", async ({ page }) => {
  await start(page);
  await expect(tile(page, "health").locator(".chip").first()).toHaveText("amber");
  const slider = page.getByLabel(/^collapse/);
  await slider.focus();
  for (let at = 0; at < 12; at++) await page.keyboard.press("ArrowRight");
  // At 72 the share of tickets solved at first contact, 69, is below: the cap of 40 applies.
  await expect(page.locator("output").nth(1)).toHaveText("72");
  await settled(page);
  await expect(tile(page, "health").locator("[data-value]")).toHaveText("40.0");
  await expect(tile(page, "health").locator(".chip").first()).toHaveText("red");
  await page.getByRole("button", { name: "As the card says" }).click();
  await expect(tile(page, "health").locator("[data-value]")).toHaveText("68.5");
});

test("what if: outcomes follow a moved metric, with ranges", async ({ page }) => {
  await start(page);
  await linked(page);
  await page.locator("#tab-what-if").click();
  const slider = page.getByLabel(/^NPS/);
  await slider.focus();
  for (let at = 0; at < 5; at++) await page.keyboard.press("ArrowRight");
  const moved = page.locator(".moved-list li").filter({ hasText: "Renewals kept" }).first();
  await expect(moved).toContainText("→", { timeout: 30_000 });
  await expect(moved).toContainText(" to ");
  await page.getByLabel("Renewals kept at").fill("78");
  await page.getByLabel("Renewals kept at").press("Enter");
  await expect(page.locator(".moved-list").last()).toContainText("alone, for Renewals kept 78.0", { timeout: 30_000 });
});

test("every view has its contents, and charts are drawn", async ({ page }) => {
  await start(page);
  await linked(page);
  await expect(page.locator("[data-chart=waterfall] svg").first()).toBeVisible();
  await page.locator("#tab-trends").click();
  await expect(page.locator("[data-chart=trend] svg").first()).toBeVisible();
  await page.locator("#tab-segments").click();
  await expect(page.getByRole("button", { name: /Why\? Health North 2026-06/ })).toBeVisible();
  await page.locator("#tab-journey").click();
  await expect(page.locator(".journey")).toContainText("friction: the bill cannot be understood");
  await expect(page.locator(".panel")).toContainText("moment of truth: a second call is where patience ends");
  await page.locator("#tab-links").click();
  await expect(page.locator(".claim").first()).toContainText("Leading");
  await expect(page.locator("[data-chart=curve] svg").first()).toBeVisible();
  await expect(page.locator("[data-chart=matrix] svg").first()).toBeVisible();
  await page.locator("#tab-initiatives").click();
  await expect(page.locator(".initiative").first()).toContainText("A bill on one page");
  await page.locator("#tab-findings").click();
  await expect(page.locator(".finding").first()).toContainText("no row of customers has");
});

test("a segment cell says why", async ({ page }) => {
  await start(page);
  await page.locator("#tab-segments").click();
  await page.getByLabel("Number").selectOption("nps");
  await page.getByRole("button", { name: /Why\? NPS North 2026-06/ }).click();
  // The same as `bellwether explain .. nps --where region=North`.
  await expect(page.getByRole("dialog")).toContainText("70 used, 4 skipped");
});

test("what customers say is quoted as the card asks, masked", async ({ page }) => {
  await start(page);
  await cursorBehind(page, "// What a reader may move");
  await page.keyboard.press("End");
  await editor(page).press("ControlOrMeta+End");
  await page.keyboard.insertText('\nquotes("in their words", survey.comment).where(|s| s.recommend <= 6).limit(3).show("recommend");\n');
  const quotes = page.locator("[data-quotes='in their words']");
  await expect(quotes.locator("blockquote")).toHaveCount(3);
  // Each is a comment of the file, of an answer that is a detractor's.
  const comments = readFileSync(example("subscriber-health/survey.csv"), "utf8");
  for (const text of await quotes.locator("blockquote").allTextContents()) {
    const words = text.split(/\[[a-z-]+\]/).sort((a, b) => b.length - a.length)[0]!.trim();
    expect(comments).toContain(words);
  }
  for (const beside of await quotes.locator("figcaption").allTextContents()) expect(beside).toMatch(/recommend [0-6]$/);
});

test("programme health, alerts and lists have their places", async ({ page }) => {
  await start(page);
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /Your own data/ }).click();
  const folder = "../tests/cards/09-programme/";
  await drop(page, ["customers", "invites", "answers", "callbacks"].map((name) => ({ name: `${name}.csv`, body: readFileSync(example(`${folder}${name}.csv`)) })));
  await write(page, readFileSync(example(`${folder}card.rhai`), "utf8"));
  const programme = page.locator("section.block").filter({ has: page.getByRole("heading", { name: /^Programme health/ }) });
  await expect(programme.locator(".tile").first()).toBeVisible();
  await expect(programme.locator(".definition").first()).not.toBeEmpty();
  await expect(page.locator("[data-alert='loop broken']")).toContainText(/Raised|Quiet|Not known/);
  await expect(page.getByRole("heading", { name: /detractors to call/ })).toBeVisible();
});

test("a card without journey, links and initiatives says what would fill those views", async ({ page }) => {
  await start(page);
  await openExample(page, "CX maturity");
  for (const view of ["journey", "initiatives"]) {
    await page.locator(`#tab-${view}`).click();
    await expect(page.locator(".empty-state pre")).toBeVisible();
  }
});

test("links are worked out apart and can be stopped and resumed", async ({ page }) => {
  await page.goto("./");
  await expect(page.locator(".status")).toHaveAttribute("data-links", "running");
  await page.locator("#tab-links").click();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.locator(".status")).toHaveAttribute("data-links", "cancelled");
  expect(await page.locator(".claim").count()).toBe(0);
  await page.getByRole("button", { name: "Work them out" }).click();
  await linked(page);
  await expect(page.locator(".claim")).toHaveCount(6);
});

test.describe("a first visit", () => {
  test.use({ fresh: true });
  test("is shown around in three steps, once", async ({ page }) => {
    await start(page);
    const guide = page.locator(".tour");
    for (const title of ["This is a scorecard", "Every number answers"]) {
      await expect(guide).toContainText(title);
      await guide.getByRole("button", { name: "Next" }).click();
    }
    await expect(guide).toContainText("Now with your data");
    await guide.getByRole("button", { name: "Start" }).click();
    await expect(guide).toHaveCount(0);
    await page.reload();
    await settled(page);
    await expect(guide).toHaveCount(0);
    await expect(tile(page, "nps")).toBeVisible();
    expect(await valueOf(page, "nps")).toBeGreaterThan(0);
  });
});

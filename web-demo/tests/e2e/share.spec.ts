import { readFileSync } from "node:fs";
import { drop, editor, expect, fixture, settled, start, test, tile, valueOf, write } from "./page";

test("a link from version 1 opens with its data and its sliders", async ({ page }) => {
  await start(page, `./${fixture("link-v1.txt")}`);
  await expect(page.getByRole("heading", { level: 1, name: "An old link" })).toBeVisible();
  // Three of four tickets took one contact; the link's slider stands at 60.
  expect(await valueOf(page, "fcr")).toBe(75);
  await expect(tile(page, "fcr")).toContainText("Target 60.0");
});

test("a link gives back card, sliders and example", async ({ page, context }) => {
  await start(page);
  await page.getByLabel(/^fcr goal/).fill("80");
  await expect(tile(page, "fcr")).toContainText("Target 80.0");
  await page.getByRole("button", { name: "Share" }).click();
  const link = page.getByRole("textbox", { name: "Link" });
  await expect(link).toHaveValue(/#v1\./);
  const address = await link.inputValue();
  const other = await context.newPage();
  await other.goto(address);
  await settled(other);
  await expect(tile(other, "fcr")).toContainText("Target 80.0");
  expect(await valueOf(other, "nps")).toBe(await valueOf(page, "nps"));
});

test("a link holds small data of one's own", async ({ page, context }) => {
  await start(page);
  await drop(page, [{ name: "mine.csv", body: "v\n1\n3\n" }]);
  await write(page, 'scorecard("Mine").owner("A").purpose("B").min_n(1);\nmetric("m", mean(table("mine").file("mine.csv").v)).target(2).owner("A");');
  await page.getByRole("button", { name: /Data/ }).first().click();
  for (const name of ["customers", "survey", "tickets"]) {
    await page.locator(".table-chip").filter({ hasText: name }).click();
    await page.getByRole("button", { name: "Remove" }).click();
  }
  await page.getByRole("button", { name: "Share" }).click();
  const link = page.getByRole("textbox", { name: "Link" });
  await expect(link).toHaveValue(/#v1\./);
  const other = await context.newPage();
  await other.goto(await link.inputValue());
  await expect(tile(other, "m")).toBeVisible();
  expect(await valueOf(other, "m")).toBe(2);
});

test("a broken link says so, and the page still opens", async ({ page }) => {
  await start(page, "./#v1.broken");
  await expect(page.locator(".toast")).toContainText("incomplete");
});

test("what is written is kept", async ({ page }) => {
  await start(page);
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.type("// my own words\n");
  await page.reload();
  await settled(page);
  await expect(editor(page)).toContainText("// my own words");
});

test("card, reports and charts are downloaded", async ({ page }) => {
  await start(page);
  const get = async (choose: () => Promise<void>) => {
    const [download] = await Promise.all([page.waitForEvent("download"), choose()]);
    return { name: download.suggestedFilename(), text: readFileSync((await download.path())!) };
  };
  const menu = (item: string) => async () => {
    await page.locator(".menu summary").click();
    await page.getByRole("button", { name: item }).click();
  };
  const card = await get(menu("The card"));
  expect([card.name, card.text.toString()]).toEqual(["subscriber-health.rhai", await page.evaluate(() => fetch("./examples/subscriber-health/scorecard.rhai").then((got) => got.text()))]);
  const json = await get(menu("Report as JSON"));
  const report = JSON.parse(json.text.toString());
  expect(report.results.metrics).toHaveLength(8);
  // All cells are in it, those of segments too, which the page itself does not hold.
  expect(report.results.metrics[2].cells.some((cell: { segments?: object }) => cell.segments)).toBe(true);
  const markdown = await get(menu("Report as Markdown"));
  expect(markdown.text.toString()).toContain("# Subscriber health");
  const html = await get(menu("Report as a page"));
  expect(html.name).toBe("subscriber-health.html");
  const body = html.text.toString();
  expect(body).toMatch(/^<!doctype html>/);
  expect(body).toContain("<svg");
  // A page of its own: nothing runs in it and nothing is fetched.
  expect(body).not.toMatch(/<script|src="http|href="http/);
  const figure = page.locator("[data-chart=waterfall]").first();
  await expect(figure.locator("svg").first()).toBeVisible();
  const svg = await get(() => figure.getByRole("button", { name: /SVG/ }).click());
  expect(svg.text.toString()).toContain("<svg");
  const png = await get(() => figure.getByRole("button", { name: /PNG/ }).click());
  expect(png.text.subarray(1, 4).toString()).toBe("PNG");
});

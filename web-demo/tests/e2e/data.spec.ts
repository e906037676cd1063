import { readFileSync } from "node:fs";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { drop, expect, settled, start, test, tile, valueOf, write } from "./page";

const CSV = "id,answered_on,ease,solved,region\n1,2026-01-05,5,true,North\n2,2026-01-09,1,false,South\n3,2026-02-02,4,true,North\n4,2026-02-03,99,true,South\n";

const CARD = [
  'scorecard("Mine").owner("A").purpose("B").min_n(1);',
  'let survey = table("survey").file("survey");',
  'metric("mean_ease", mean(survey.ease)).target(4).owner("A");',
].join("\n");

async function empty(page: Parameters<typeof start>[0]) {
  await start(page);
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /Your own data/ }).click();
  await expect(page.locator(".empty-state").first()).toBeVisible();
}

test("a table shows kinds, missing values and rows; codes that mean missing can be set", async ({ page }) => {
  await empty(page);
  await drop(page, [{ name: "survey.csv", body: CSV }]);
  await write(page, CARD);
  await expect(tile(page, "mean_ease")).toBeVisible();
  expect(await valueOf(page, "mean_ease")).toBe((5 + 1 + 4 + 99) / 4);
  await expect(page.getByLabel("Kind of ease")).toHaveValue("");
  await expect(page.locator(".column-head").filter({ hasText: "ease" })).toContainText("none missing");
  await page.getByLabel("Codes of ease that mean missing").fill("99");
  await page.getByLabel("Codes of ease that mean missing").press("Enter");
  await expect(page.locator(".column-head").filter({ hasText: "ease" })).toContainText("1 missing (25%)");
  await expect(tile(page, "mean_ease").locator("[data-value]")).toHaveAttribute("data-value", /^3\.33333/);
  await page.getByLabel("Kind of ease").selectOption("text");
  await expect(page.locator(".trouble")).toBeVisible();
  await page.getByLabel("Kind of ease").selectOption("");
  await expect(page.locator(".trouble")).toHaveCount(0);
});

test("a card is started from the columns of a file, and works at once", async ({ page }) => {
  await empty(page);
  await drop(page, [{ name: "survey.csv", body: CSV.replace("99", "2") }]);
  await page.getByRole("button", { name: "Start a card from this file" }).click();
  await expect(page.locator(".cm-content")).toContainText('segment("region", survey.region);');
  await settled(page);
  await expect(page.locator(".tile").first()).toBeVisible();
});

for (const [name, body] of [
  ["survey.tsv", CSV.replaceAll(",", "\t")],
  ["survey.json", JSON.stringify([{ ease: 5 }, { ease: 1 }, { ease: null }, { ease: 3 }])],
  ["survey.jsonl", '{"ease":5}\n{"ease":1}\n{"ease":3}\n'],
  ["survey.arrow", Buffer.from(tableToIPC(tableFromArrays({ ease: Int32Array.of(5, 1, 3) }), "file"))],
  ["survey.parquet", readFileSync(new URL("../fixtures/survey.parquet", import.meta.url))],
  ["survey.feather", readFileSync(new URL("../fixtures/survey.feather", import.meta.url))],
] as const) {
  test(`${name} is read`, async ({ page }) => {
    await empty(page);
    await drop(page, [{ name, body }]);
    await write(page, CARD.replace("mean(", "median("));
    await expect(tile(page, "mean_ease")).toBeVisible();
    const expected = name === "survey.tsv" ? 4.5 : 3;
    expect(await valueOf(page, "mean_ease")).toBe(expected);
  });
}

test("kinds of Parquet columns come through", async ({ page }) => {
  await empty(page);
  await drop(page, [{ name: "survey.parquet", body: readFileSync(new URL("../fixtures/survey.parquet", import.meta.url)) }]);
  const head = (name: string) => page.getByLabel(`Kind of ${name}`);
  for (const [column, kind] of Object.entries({ ease: "whole number", score: "number", solved: "yes or no", region: "text", answered_on: "date", at: "date and time" })) {
    await expect(head(column).locator("option").first()).toHaveText(kind);
  }
  await expect(page.locator(".table-view tbody")).toContainText("2026-01-05");
});

test("a file that nothing here reads says what to do", async ({ page }) => {
  await start(page);
  await drop(page, [{ name: "book.xlsx", body: "PK" }]);
  await expect(page.getByRole("alert")).toContainText("save it as CSV");
});

test("a card without its data says which file it wants, and takes it", async ({ page }) => {
  await empty(page);
  await write(page, 'scorecard("Wants").owner("A").purpose("B").min_n(1);\nlet s = table("answers").file("wave 1.csv");\nmetric("m", mean(s.ease)).target(4).owner("A");');
  await expect(page.locator(".trouble")).toContainText("wave 1.csv");
  await drop(page, [{ name: "wave 1.csv", body: CSV }]);
  await expect(tile(page, "m")).toBeVisible();
});

test("100,000 rows scroll", async ({ page }) => {
  await empty(page);
  await drop(page, [{ name: "many.csv", body: `n\n${Array.from({ length: 100_000 }, (_, at) => at + 1).join("\n")}` }]);
  const view = page.locator(".table-view");
  await expect(view.getByRole("cell", { name: "100", exact: true })).toBeAttached();
  await view.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await expect(view.getByRole("cell", { name: "100000", exact: true })).toBeInViewport();
  // Half-way down is the middle of the table: rows that are not drawn take the room of those that are.
  await view.evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
  await expect.poll(() => view.locator("tbody td:visible").filter({ hasText: /^\d+$/ }).evaluateAll((cells) => cells.some((cell) => {
    const box = cell.getBoundingClientRect();
    // A row may be taken away while it is looked at.
    const host = cell.closest(".table-view")?.getBoundingClientRect();
    return host !== undefined && box.top > host.top && box.bottom < host.bottom && Math.abs(Number(cell.textContent) - 50_000) < 40;
  }))).toBe(true);
});

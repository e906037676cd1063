import { mkdirSync, writeFileSync } from "node:fs";
import { BINARY, drop, example, expect, linked, native, openExample, settled, start, test, tile, valueOf, write } from "./page";

const EXAMPLES = [
  ["subscriber-health", "Subscriber health"],
  ["support-desk", "Support desk"],
  ["first-year-journey", "First year with us"],
  ["maturity", "CX maturity"],
  ["employee-voice", "Employee voice"],
] as const;

test("every example of the gallery opens with its numbers", async ({ page }) => {
  await start(page);
  for (const [name, title] of EXAMPLES) {
    await openExample(page, title);
    expect(await page.locator(".tile").count(), name).toBeGreaterThan(3);
    await expect(page.locator(".trouble")).toHaveCount(0);
  }
});

test("every example has the same results, to the last byte, as the native engine gives", async ({ page }) => {
  test.skip(!BINARY, "BELLWETHER_BIN names no native engine");
  await start(page);
  for (const [name, title] of EXAMPLES) {
    await openExample(page, title);
    await linked(page);
    await page.locator("#tab-report").click();
    const expected = native(example(`${name}/scorecard.rhai`)).provenance.results_sha256;
    await expect(page.locator("[data-hash]"), name).toHaveAttribute("data-hash", expected);
    await page.locator("#tab-scorecard").click();
  }
});

test("a dropped file of 100,000 rows gives the values that counting gives, and those of the native engine", async ({ page }, info) => {
  // Numbers without a library: the same rows are counted here by hand.
  let state = 12345;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const rows = Array.from({ length: 100_000 }, (_, at) => {
    const recommend = next() < 0.1 ? "" : String(Math.floor(next() * 11));
    return { id: at + 1, day: `2026-0${1 + Math.floor(next() * 6)}-1${Math.floor(next() * 10)}`, region: ["North", "South", "West"][Math.floor(next() * 3)]!, recommend, solved: next() < 0.7 };
  });
  const csv = ["answer_id,answered_on,region,recommend,solved", ...rows.map((row) => `${row.id},${row.day},${row.region},${row.recommend},${row.solved}`)].join("\n");
  const card = [
    'scorecard("Hundred thousand").owner("Test").purpose("Count");',
    'let survey = table("survey").file("survey.csv").key("answer_id").date("answered_on");',
    'survey.column("recommend").scale(0, 10);',
    'segment("region", survey.region);',
    'period("month");',
    'metric("nps", nps(survey.recommend)).target(10).owner("Test");',
    'metric("solved", rate(survey, |s| s.solved)).target(80).owner("Test");',
  ].join("\n");
  // The last whole month: the data end in the middle of June.
  const last = rows.filter((row) => row.day.startsWith("2026-05"));
  const answers = last.filter((row) => row.recommend !== "").map((row) => Number(row.recommend));
  const nps = ((answers.filter((answer) => answer >= 9).length - answers.filter((answer) => answer <= 6).length) / answers.length) * 100;
  const solved = (last.filter((row) => row.solved).length / last.length) * 100;

  await start(page);
  await drop(page, [{ name: "survey.csv", body: csv }]);
  await expect(page.getByRole("button", { name: /survey 100,000 rows/ })).toBeVisible();
  await write(page, card);
  await expect(tile(page, "solved")).toBeVisible();
  await settled(page);
  expect(await valueOf(page, "nps")).toBeCloseTo(nps, 10);
  expect(await valueOf(page, "solved")).toBeCloseTo(solved, 10);

  test.skip(!BINARY, "BELLWETHER_BIN names no native engine");
  mkdirSync(info.outputDir, { recursive: true });
  writeFileSync(info.outputPath("survey.csv"), csv);
  writeFileSync(info.outputPath("card.rhai"), card);
  const told = native(info.outputPath("card.rhai"));
  for (const metric of told.results.metrics) expect(await valueOf(page, metric.name)).toBe(metric.headline.value);
  await page.locator("#tab-report").click();
  await expect(page.locator("[data-hash]")).toHaveAttribute("data-hash", told.provenance.results_sha256);
});

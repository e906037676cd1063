import { cursorBehind, editor, expect, settled, start, test, tile, valueOf, write } from "./page";

test("a mistake gets a squiggle, a reason and a fix that mends it", async ({ page }) => {
  await start(page);
  await cursorBehind(page, "survey.recommend");
  await page.keyboard.type("ed");
  const squiggle = page.locator(".cm-lintRange-error").first();
  await expect(squiggle).toBeVisible();
  await expect(page.locator(".trouble")).toContainText("recommended");
  // What is shown is still the last result that worked, and says so.
  await expect(page.locator(".trouble")).toContainText("last result that worked");
  await squiggle.hover();
  const tip = page.locator(".cm-tooltip-lint");
  await expect(tip).toContainText("recommended");
  await tip.getByRole("button", { name: /recommend/ }).click();
  await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
  await expect(page.locator(".trouble")).toHaveCount(0);
  await settled(page);
  expect(await valueOf(page, "nps")).toBeCloseTo(40.652818991, 8);
});

test("columns, settings and segment values are completed", async ({ page }) => {
  await start(page);
  await cursorBehind(page, "nps(survey.recommend");
  for (let at = 0; at < "commend".length; at++) await page.keyboard.press("Backspace");
  await page.keyboard.press("ControlOrMeta+Space");
  const list = page.locator(".cm-tooltip-autocomplete");
  await expect(list.getByRole("option", { name: /^recommend/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await cursorBehind(page, '.cadence("monthly")');
  await page.keyboard.type(".curr");
  await expect(list.getByRole("option", { name: /currency/ })).toBeVisible();
  await page.keyboard.press("Escape");
});

test("hovering tells what a word is, and typing a call tells its parameters", async ({ page }) => {
  await start(page);
  await editor(page).getByText("nps", { exact: true }).first().hover();
  await expect(page.locator(".hover-docs")).toContainText(/net promoter score/i);
  await page.mouse.move(5, 5);
  await cursorBehind(page, '.cadence("monthly")');
  await page.keyboard.type('.audience(');
  await expect(page.locator(".signature")).toContainText("audience");
});

test("a metric is found where it is declared, by keyboard", async ({ page }) => {
  await start(page);
  await cursorBehind(page, '.mix("fcr');
  await cursorBehind(page, '.moves("fcr');
  await page.keyboard.press("F12");
  await expect(page.locator(".cm-activeLine")).toContainText('metric("fcr"');
});

test("format puts a card in order, and one undo takes it back", async ({ page }) => {
  await start(page);
  const untidy = 'scorecard("Untidy").owner("A").purpose("B").min_n(1);\nlet t=table("t").rows(["v"],[[1],[2]]);\nmetric("m",mean( t.v )).target(2)\n.owner("A");\n';
  await write(page, untidy);
  await expect(tile(page, "m")).toBeVisible();
  await page.getByRole("button", { name: "Format" }).click();
  await expect(editor(page)).toContainText('metric("m", mean(t.v))');
  await page.keyboard.press("ControlOrMeta+z");
  await expect(editor(page)).toContainText('metric("m",mean( t.v ))');
});

test("results follow as one types, and undo brings them back", async ({ page }) => {
  await start(page);
  await cursorBehind(page, 'target(45');
  await page.keyboard.press("Backspace");
  await page.keyboard.type("8");
  await expect(tile(page, "nps")).toContainText("Target 48.0");
  await page.keyboard.press("ControlOrMeta+z");
  await page.keyboard.press("ControlOrMeta+z");
  await expect(tile(page, "nps")).toContainText("Target 45.0");
});

test("the editor is left by keyboard", async ({ page }) => {
  await start(page);
  await editor(page).focus();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(editor(page)).not.toBeFocused();
});

test("Enter takes what the list offers", async ({ page }) => {
  await start(page);
  await cursorBehind(page, "nps(survey.recommend");
  for (let at = 0; at < "commend".length; at++) await page.keyboard.press("Backspace");
  await page.keyboard.press("ControlOrMeta+Space");
  const list = page.locator(".cm-tooltip-autocomplete");
  await expect(list.getByRole("option", { name: /^recommend/ })).toBeVisible();
  // A list that was just drawn takes no Enter yet, so that none is taken by mistake.
  await page.waitForTimeout(150);
  await page.keyboard.press("Enter");
  await expect(editor(page)).toContainText("nps(survey.recommend)");
});

test("F2 gives a metric another name wherever it is meant, and one undo takes it back", async ({ page }) => {
  await start(page);
  await cursorBehind(page, 'metric("fcr');
  await page.keyboard.press("F2");
  const field = page.getByRole("textbox", { name: "Rename fcr to" });
  await expect(field).toBeFocused();
  // A name that the card has already is refused, with a reason.
  await field.fill("nps");
  await field.press("Enter");
  await expect(page.locator(".cm-rename small")).toContainText("nps is taken already");
  await field.fill("solved_at_once");
  await field.press("Enter");
  await expect(field).toHaveCount(0);
  await expect(editor(page)).toBeFocused();
  await expect(tile(page, "solved_at_once")).toBeVisible();
  await expect(tile(page, "fcr")).toHaveCount(0);
  // What is kept of the card is its text.
  const kept = () => page.evaluate(() => (JSON.parse(localStorage.getItem("bellwether.card.1") ?? "{}") as { text?: string }).text ?? "");
  await expect.poll(kept).toContain('.moves("solved_at_once"');
  const text = await kept();
  expect(text).toContain("|m| m.solved_at_once < collapse");
  expect(text).toContain('.expect("solved_at_once", 50)');
  // A param that only begins with the same letters keeps its name.
  expect(text).toContain('param("fcr_goal"');
  await page.keyboard.press("ControlOrMeta+z");
  await expect(tile(page, "fcr")).toBeVisible();
});

test("F2 where there is no name says what to do", async ({ page }) => {
  await start(page);
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.press("F2");
  await expect(page.locator(".toast")).toContainText("Put the cursor on a name");
});

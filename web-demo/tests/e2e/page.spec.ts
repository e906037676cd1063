import AxeBuilder from "@axe-core/playwright";
import { expect, linked, settled, start, test, tile, type Page } from "./page";

const VIEWS = ["scorecard", "trends", "segments", "journey", "links", "what-if", "initiatives", "findings", "report"];

async function accessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  expect(violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(" | ")}`)).toEqual([]);
}

for (const theme of ["light", "dark"] as const) {
  test(`every view is accessible in ${theme} colours`, async ({ page }) => {
    test.setTimeout(300_000);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await start(page);
    await linked(page);
    for (const view of VIEWS) {
      await page.locator(`#tab-${view}`).click();
      await page.waitForTimeout(400);
      await accessible(page, view);
    }
    await page.locator("#tab-scorecard").click();
    await tile(page, "nps").getByRole("button", { name: /Why\?/ }).click();
    await expect(page.getByRole("dialog")).toContainText("337 used");
    await accessible(page, "why");
    await page.keyboard.press("Escape");
    await page.locator(".table-chip").first().click();
    await expect(page.locator(".table-view tbody tr").nth(2)).toBeVisible();
    await accessible(page, "data");
    await page.getByRole("button", { name: "Examples" }).click();
    await expect(page.getByRole("dialog")).toContainText("Support desk");
    await accessible(page, "gallery");
  });
}

test("nothing is wider than a phone of 390 px, in any view", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await start(page);
  await linked(page);
  const fits = async (what: string) => {
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll(".panel, .data, .card-pane, .page-head")].map((element) => element.scrollWidth)]);
    expect(Math.max(...wide), what).toBeLessThanOrEqual(390);
  };
  for (const view of VIEWS) {
    await page.locator(`#tab-${view}`).click();
    await page.waitForTimeout(300);
    await fits(view);
  }
  for (const pane of ["Card", "Data"]) {
    await page.getByRole("navigation", { name: "Panes" }).getByRole("button", { name: pane }).click();
    await fits(pane);
  }
});

test("everything is reached by keyboard", async ({ page }) => {
  await start(page);
  await page.locator("#tab-scorecard").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("#tab-trends")).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("End");
  await expect(page.locator("#tab-report")).toBeFocused();
  await page.keyboard.press("Home");
  await expect(page.locator("#tab-scorecard")).toBeFocused();
  const why = tile(page, "health").getByRole("button", { name: /Why\?/ });
  await why.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(why).toBeFocused();
});

test("colours follow the button and are kept", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await start(page);
  await page.getByRole("button", { name: "Dark colours" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("the policy forbids all but the origin", async ({ page }) => {
  const response = await page.goto("./");
  const header = response!.headers()["content-security-policy"]!;
  const meta = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  for (const policy of [header, meta!]) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toContain("http");
  }
  await settled(page);
});

test.describe("whatever tries to call out", () => {
  test.use({ tries: true });
  test("is refused by the policy: no request leaves the origin", async ({ page }) => {
    await start(page);
    const refused = await page.evaluate(async () => {
      const seen: string[] = [];
      document.addEventListener("securitypolicyviolation", (event) => seen.push(`${event.effectiveDirective} ${new URL(event.blockedURI).origin}`));
      const fetched = await fetch("https://example.com/").then(() => "answered", () => "refused");
      const drawn = await new Promise((done) => Object.assign(new Image(), { onload: () => done("drawn"), onerror: () => done("refused"), src: "https://example.com/x.png" }));
      // The policy of the headers and that of the page each tell of it.
      for (let tries = 0; seen.length < 4 && tries < 100; tries++) await new Promise((done) => setTimeout(done, 20));
      return { fetched, drawn, seen: [...new Set(seen)].toSorted() };
    });
    expect(refused).toEqual({ fetched: "refused", drawn: "refused", seen: ["connect-src https://example.com", "img-src https://example.com"] });
  });
});

// The playground as tests drive it. Every test watches that nothing leaves the origin and that nothing goes wrong unseen.
import { expect, test as base, type Locator, type Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export { expect };
export type { Page };

/** The native engine, to compare with; none: those tests say that they skip. */
export const BINARY = process.env["BELLWETHER_BIN"];

export const example = (path: string) => new URL(`../../../examples/${path}`, import.meta.url).pathname;
export const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8").trim();

export function native(...args: string[]): { provenance: { results_sha256: string }; results: { metrics: { name: string; headline: { value: number } }[] } } {
  return JSON.parse(execFileSync(BINARY!, ["run", ...args, "--format", "json"], { maxBuffer: 1 << 28 }).toString());
}

export const test = base.extend<{ watched: void; fresh: boolean; tries: boolean; loses: RegExp | null }>({
  /** Whether the test itself tries what the policy refuses. */
  tries: [false, { option: true }],
  /** Addresses whose answers the test itself loses. */
  loses: [null, { option: true }],
  /** Whether the page is that of a first visit. */
  fresh: [false, { option: true }],
  watched: [
    async ({ page, fresh, tries, loses }, use) => {
      const wrong: string[] = [];
      page.on("request", (request) => {
        const url = new URL(request.url());
        if (!tries && !["localhost", ""].includes(url.hostname)) wrong.push(`request to ${url.href}`);
      });
      page.on("pageerror", (error) => wrong.push(String(error)));
      page.on("console", (message) => {
        if (message.type() !== "error" || (tries && /Content Security Policy/.test(message.text()))) return;
        if (!loses?.test(message.location().url)) wrong.push(message.text());
      });
      if (!fresh) await page.addInitScript(() => localStorage.setItem("bellwether.shown-around", "1"));
      await use();
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens the page and waits for its numbers. */
export async function start(page: Page, path = "./"): Promise<void> {
  await page.goto(path);
  await settled(page);
}

/** Waits until what is shown is of the present text. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator(".status").first()).toHaveAttribute("data-state", "fresh", { timeout: 30_000 });
}

export const linked = (page: Page) => expect(page.locator(".status").first()).toHaveAttribute("data-links", "done", { timeout: 40_000 });

export async function openExample(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("dialog").getByRole("button", { name: title }).click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await settled(page);
}

export const editor = (page: Page): Locator => page.locator(".cm-content");

/** Puts another text into the editor, as a person would who selects all and pastes. */
export async function write(page: Page, text: string): Promise<void> {
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.evaluate((value) => navigator.clipboard.writeText(value), text);
  await page.keyboard.press("ControlOrMeta+v");
}

/** Puts the cursor behind the first place where `text` stands. */
export async function cursorBehind(page: Page, text: string): Promise<void> {
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+f");
  const field = page.locator(".cm-search input[name=search]");
  await field.fill(text);
  await field.dispatchEvent("change");
  await field.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
}

export const tile = (page: Page, name: string): Locator => page.locator(`[data-metric="${name}"]`);

/** The value of a tile, to its last digit. */
export async function valueOf(page: Page, name: string): Promise<number> {
  return Number(await tile(page, name).locator("[data-value]").getAttribute("data-value"));
}

/** Drops files on the page. */
export async function drop(page: Page, files: { name: string; body: string | Buffer }[]): Promise<void> {
  const packed = files.map(({ name, body }) => ({ name, body: Buffer.from(body).toString("base64") }));
  await page.evaluate((given) => {
    const transfer = new DataTransfer();
    for (const { name, body } of given) {
      transfer.items.add(new File([Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))], name));
    }
    for (const kind of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  }, packed);
}

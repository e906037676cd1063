// Files for the person: the card, the report, pictures of charts.
import { CallError, Superseded } from "../engine/client";
import { links, measures } from "../engine/engines";
import type { RenderOp } from "../engine/protocol";
import { whole } from "../state/session";
import { given, text } from "../state/store";
import { notify } from "../ui/toast";

export function download(name: string, content: Blob | string, type = "text/plain"): void {
  const address = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  const anchor = Object.assign(document.createElement("a"), { href: address, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function fileName(title: string, ending: string): string {
  const plain = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  return `${plain || "bellwether"}.${ending}`;
}

const title = () => given.peek()?.report.results.header.title.value ?? "scorecard";

export const downloadCard = () => download(fileName(title(), "rhai"), text.peek());

export type ReportFormat = "json" | RenderOp;

export async function downloadReport(format: ReportFormat): Promise<void> {
  const shown = given.peek();
  if (!shown) return notify("There is no report yet.");
  try {
    if (format === "json") return download(fileName(title(), "json"), JSON.stringify(await whole(), null, 2), "application/json");
    const linked = shown.linked;
    const drawn = await (linked ? links : measures).call(format, [shown.card, { links: linked }]);
    download(fileName(title(), format === "html" ? "html" : "md"), drawn, format === "html" ? "text/html" : "text/markdown");
  } catch (error) {
    if (error instanceof Superseded) return notify("The card has changed since; try again.");
    if (!(error instanceof CallError)) throw error;
    notify(error.message);
  }
}

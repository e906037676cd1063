// What the page knows. Views read it; only `session` and `files` write to it.
import { computed, signal } from "@preact/signals";
import type { Card, CheckResult, Diagnostic, Literal, OutlineItem, Question, Report, TableInfo } from "@bellwether/engine";
import type { Source } from "../engine/protocol";

/** The card as it stands in the editor. */
export const text = signal("");
/** Values that sliders gave to params. */
export const params = signal<Record<string, Literal>>({});
/** Tables that the engine has read, by name. */
export const tables = signal<ReadonlyMap<string, TableInfo>>(new Map());
/** The files behind them. */
export const sources = signal<ReadonlyMap<string, Source>>(new Map());
/** Files that could not be read, with what was said. */
export const unread = signal<ReadonlyMap<string, string>>(new Map());
/** Names of tables that are being read. */
export const reading = signal<ReadonlySet<string>>(new Set());
/** The example that the card and all tables come from. */
export const example = signal<string | null>(null);
/** The text of that example as it is shipped. */
export const exampleText = signal("");

export const checked = signal<CheckResult | null>(null);
export const outline = signal<OutlineItem[]>([]);

/** What the engine gave last, and for which text. */
export interface Given {
  /** Without the cells of segment values, which a view asks for when it shows them. */
  report: Report;
  /** Of which card. */
  card: Card;
  /** Whether links and what follows from them are in it. */
  linked: boolean;
  /** Milliseconds in the engine. */
  ms: number;
}
export const given = signal<Given | null>(null);
/** Why the present text has no report. */
export const failed = signal<{ code: string; message: string; diagnostics: Diagnostic[] } | null>(null);
export const working = signal(false);
/** Whether that takes so long that it is worth a word. */
export const slow = signal(false);
/** Whether the person is told of it: while one types, half a word is no mistake. */
export const troubled = signal(false);

export type LinkState = "none" | "running" | "done" | "cancelled" | "failed";
export const linkState = signal<LinkState>("none");
export const linkFailure = signal("");

/** A chart as the page shows it: its place in the report, its words, its picture. */
export interface Drawn {
  chart: { id: string; kind: string; title: string; subtitle?: string; about: string };
  vegaLite: object;
}

/** Charts by id: of measures as soon as they are there, of links when they follow. */
export const charts = signal<ReadonlyMap<string, Drawn>>(new Map());

/** Which number is cut by which segment, in the view of segments. */
export const cut = signal<{ name: string; segment: string }>({ name: "", segment: "" });
/** How many trends are drawn. */
export const trendsShown = signal(6);

/** The number whose coming about is asked for. */
export const why = signal<Question | null>(null);

export const report = computed(() => given.value?.report ?? null);
/** Whether what is shown is of an earlier text. */
export const outdated = computed(() => given.value !== null && failed.value !== null && troubled.value);

/** Everything found in the present text and its data, errors first, each once. */
export const findings = computed<Diagnostic[]>(() => {
  const all = [...(checked.value?.diagnostics ?? []), ...(failed.value ? failed.value.diagnostics : (report.value?.diagnostics ?? []))];
  const seen = new Set<string>();
  const once = all.filter((finding) => {
    const key = `${finding.code} ${finding.message} ${finding.span?.start ?? ""}`;
    return !seen.has(key) && seen.add(key);
  });
  const rank = { error: 0, warning: 1, note: 2 };
  return once.sort((a, b) => rank[a.severity] - rank[b.severity]);
});

/** Tables that the card reads and nobody has given yet. */
export const wanted = computed(() => (checked.value?.tables ?? []).filter((table) => !table.here && !tables.value.has(table.name)));

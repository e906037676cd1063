// The API of @bellwether/engine, written by hand. The shapes of what it gives (Report, Diagnostic, TableInfo ..) are in
// data.d.ts, which is made from the Rust types; those of reports are the same as in docs/report.schema.json.
//
// Every place in a text (spans, offsets, columns) is counted in UTF-16 code units, as JavaScript strings count.

import type {
  Backtest,
  Cell,
  CheckResult,
  ColumnDistribution,
  Completion,
  Diagnostic,
  Edit,
  Explanation,
  FormattedText,
  FunctionDoc,
  Hover,
  LimitsInfo,
  OutlineItem,
  Report,
  ReportChart,
  RowPage,
  Signature,
  Span,
  TableInfo,
  WhatIf,
} from "./data.js";

export type * from "./data.js";

/** A scorecard as text, with what it may see from outside. */
export interface Card {
  /** The script. */
  text: string;
  /** What messages and reports call it; `card` by default. */
  name?: string;
  /** Texts that it may import, by name. Their spans have `source` 1, 2 .. in the order of these names. */
  modules?: Record<string, string>;
  /** Values for its params. */
  params?: Record<string, string | number | bigint | boolean>;
}

/** A kind of values, as in `ColumnInfo.type`. */
export type ColumnKind = "bool" | "int" | "float" | "text" | "date" | "timestamp";

/** Where rows come from. */
export type TableSource =
  /** Delimited text: CSV, TSV and their kin, in UTF-8 unless `encoding` says otherwise. Kept, and read again only for
   * columns that a card wants read in another way. */
  | { csv: string | Uint8Array | ArrayBuffer }
  /** JSON: an array of flat objects, the text of one, or JSON Lines. */
  | { json: string | Uint8Array | ArrayBuffer | ReadonlyArray<Readonly<Record<string, JsonValue>>> }
  /** Typed columns of one length: what a reader of Parquet or Arrow files holds. */
  | { columns: Record<string, ColumnData> };

/** A plain value of a row. */
export type JsonValue = string | number | boolean | null | undefined;

/**
 * A column. A row is missing where `missing` is not 0 (one byte a row), where a plain array holds null or undefined, and
 * where a number is NaN.
 */
export type ColumnData =
  | { int: Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | Float64Array; missing?: Uint8Array }
  | { float: Float32Array | Float64Array; missing?: Uint8Array }
  /** 0 is false, anything else true. */
  | { bool: Uint8Array; missing?: Uint8Array }
  /** `dictionary[codes[row]]`; a code beyond the dictionary is missing. */
  | { codes: Uint8Array | Uint16Array | Uint32Array | Int32Array; dictionary: readonly string[]; missing?: Uint8Array }
  /** Days since 1970-01-01. */
  | { days: Int32Array; missing?: Uint8Array }
  /** Civil date and time: milliseconds since 1970-01-01T00:00, or microseconds. */
  | { millis: Float64Array | BigInt64Array; missing?: Uint8Array }
  | { micros: Float64Array | BigInt64Array; missing?: Uint8Array }
  | { text: ReadonlyArray<string | null | undefined> }
  /** Values of any kind, taken as CSV fields are: kinds are inferred. */
  | { values: ReadonlyArray<JsonValue> };

/** How to read a table. */
export interface ReadOptions {
  /** One of `,` `;` `|` or a tab, or any other ASCII character; found out by default. */
  delimiter?: string;
  /** `utf-8` by default. */
  encoding?: "utf-8" | "latin-1";
  /** What messages and reports call the source: the name of the file. */
  origin?: string;
  /** Codes that mean missing: for every column, or by column. As if the card said `.missing(..)`, which comes first. */
  missing?: readonly (string | number)[] | Record<string, readonly (string | number)[]>;
  /** Kinds of columns that inference needs a hand with. As if the card said `.types(..)`, which comes first. */
  types?: Record<string, ColumnKind>;
  /** Told how much is read, from 0 to 1; `false` stops it. */
  progress?: (done: number) => boolean | void;
}

/** What bounds an evaluation. */
export type LimitsPreset = "interactive" | "untrusted" | "batch";

/** Some limits by number, in place of the preset's. */
export interface Limits {
  /** Steps of the script. */
  operations?: number;
  /** Rows read, times steps. */
  rowOperations?: number;
  /** Cells of a report. */
  cells?: number;
  /** Time, in milliseconds. */
  wallTimeMs?: number;
  /** Memory beyond that of the tables, in bytes. */
  memoryBytes?: number;
  /** Memory of states that grow with the data, in bytes. */
  growingBytes?: number;
  /** Longest card, in bytes. */
  sourceBytes?: number;
}

/** How to make an engine. */
export interface EngineOptions {
  /** `interactive` by default. */
  preset?: LimitsPreset;
  /** Limits in place of the preset's. */
  limits?: Limits;
  /** Milliseconds since any moment, never going back; `performance.now` by default. */
  clock?: () => number;
  /** The WebAssembly: an address, a response, bytes or a compiled module. By default the file beside this package. */
  wasm?: string | URL | Request | Response | PromiseLike<Response> | BufferSource | WebAssembly.Module;
  /** Its second file, with what is not needed for the first numbers: an address, bytes or a compiled module. By default the
   * file `bellwether_rest.wasm` beside this package. */
  rest?: string | URL | BufferSource | WebAssembly.Module;
}

/** How to evaluate. */
export interface EvaluateOptions {
  /** As of which day (`2026-06-30`); by default the latest date in the dated tables. */
  asOf?: string;
  /** Cuts beside the card's: a segment, a column as `customers.city`, or several joined by commas for their cube. */
  by?: readonly string[];
  /** A calendar in place of the card's first: `month`, `fiscal quarter`. */
  period?: string;
  /** Whether links, drivers, worth and initiatives are worked out; true by default. They take longer than all measures, so
   * a page may show the measures first and ask again for all. */
  links?: boolean;
  /** Values kept in other cards: card, then metric, outcome or score. */
  valuesFrom?: Record<string, Record<string, number>>;
  /** Told how far it is, from 0 to 1; `false` stops it, with an error of code `cancelled`. */
  progress?: (done: number) => boolean | void;
}

/** How to check. */
export interface CheckOptions extends EvaluateOptions {
  /** Whether the card is evaluated over the tables at hand, so that findings about data are told, too; by default only the
   * text is looked at. */
  data?: boolean;
}

/** Which cell is to be explained. */
export interface Question {
  /** Metric, outcome or score. */
  name: string;
  /** Segment and its value; none: the total. */
  segments?: Record<string, string>;
  /** Label of the period, or `all` for the whole time; by default the headline's. */
  period?: string;
  /** How many source rows to show of each aggregate; 10 by default. */
  rows?: number;
}

/** What if metrics had other values; what must they become? */
export interface WhatIfQuestion {
  /** Metrics and the values that they are to have. */
  set?: Record<string, number>;
  /** Outcomes and the values that they are to reach. */
  seek?: Record<string, number>;
}

/**
 * An engine with its tables. Calls run to their end before they return: in a page, keep it in a worker.
 *
 * Every method throws a {@link BellwetherError}, and nothing else.
 */
export class Engine {
  /** Loads the WebAssembly (once for all engines of a page or process) and makes an engine. */
  static create(options?: EngineOptions): Promise<Engine>;

  /**
   * Waits until the second file of WebAssembly is there: links, charts, pages, explanations, what an editor asks. Nobody needs
   * to: a call that wants it before it has come waits for it, and nothing else goes on meanwhile. In a page or worker it is on
   * its way once the engine is made; in Node it is read when it is wanted. A file that cannot be loaded is refused here, while
   * in the middle of a call it breaks the engine.
   */
  prepare(): Promise<void>;

  /** Name and version: `bellwether 0.1.0`. */
  readonly version: string;
  /** The limits that hold. */
  readonly limits: LimitsInfo;
  /** Whether the WebAssembly has trapped, which is a bug of ours: no engine of this page or worker answers any more. Keep
   * the text, end the worker and start another. */
  readonly broken: boolean;

  /** Keeps a table under the name by which cards call it; one of that name before is gone. */
  setTable(name: string, source: TableSource, options?: ReadOptions): TableInfo;
  /** Forgets a table; whether it was there. */
  dropTable(name: string): boolean;
  /** The tables by name, with the kinds of their columns, missing values and distinct values. */
  tables(): TableInfo[];
  /** The distribution of a column: the commonest values, and a histogram of numbers and dates. */
  distribution(table: string, column: string, options?: { top?: number; bins?: number }): ColumnDistribution;
  /** Rows `from` (counted from 0) to `to` (left out), as they were read. */
  rows(table: string, from: number, to: number): RowPage;

  /** Everything that is to be said about a card. A mistake of the card is no error of the call. */
  check(card: Card, options?: CheckOptions): CheckResult;
  /** Evaluates a card over the tables. */
  evaluate(card: Card, options?: EvaluateOptions): Report;
  /** As `evaluate`, without the cells of segment values, which are most of a report: each metric and score has those of its
   * totals only. For a page that shows them at once, and asks `cells` for the others when they are wanted. */
  overview(card: Card, options?: EvaluateOptions): Report;
  /** All cells of a metric, outcome or score. The report is that of `evaluate` or `overview` with the same card and options,
   * which is not worked out again, as by all that follow. */
  cells(card: Card, name: string, options?: EvaluateOptions): Cell[];
  /** The canonical JSON (RFC 8785) of the report's `results`, in UTF-8: the same bytes as of the native engine. Spans
   * in it count bytes. `provenance.results_sha256` follows from it, as docs/history.md says. */
  evaluateJson(card: Card, options?: EvaluateOptions): Uint8Array;
  /** How the value of a cell came about: filters, rows used and skipped, formula, parts, source rows. */
  explain(card: Card, question: Question, options?: EvaluateOptions): Explanation;
  /** What would follow if metrics had other values, by the links of the card. */
  whatIf(card: Card, question: WhatIfQuestion, options?: EvaluateOptions): WhatIf;
  /** Whether earlier scores told a later outcome; without a name, the first outcome of the card. */
  backtest(card: Card, outcome?: string, options?: EvaluateOptions): Backtest;
  /** The report as Markdown, for pull requests and chat. It is not worked out again where `evaluate` just did. */
  markdown(card: Card, options?: EvaluateOptions): string;
  /** The report as a page: one HTML file without scripts or requests, charts inside; for an audience of the card, or its own. */
  html(card: Card, options?: EvaluateOptions & { audience?: string }): string;
  /** The charts of a report, each with its Vega-Lite specification: all, or those whose ids begin with one of `ids`
   * (`trend/`, `waterfall/health`). */
  charts(card: Card, options?: EvaluateOptions & { theme?: "light" | "dark"; ids?: readonly string[] }): ReportChart[];

  /** Every word of the language. */
  reference(): FunctionDoc[];
  /** What may stand at an offset, best first. The card as it compiled last and the tables at hand are known to it, as to
   * all that follow. */
  complete(card: Card, offset: number): Completion[];
  /** What stands at an offset. */
  hover(card: Card, offset: number): Hover | null;
  /** The call that an offset is in, and which of its parameters. */
  signature(card: Card, offset: number): Signature | null;
  /** Where the thing that stands at an offset is declared: its name there. */
  definition(card: Card, offset: number): Span | null;
  /** Everywhere that the thing at an offset is meant, its declaration included. */
  references(card: Card, offset: number): Span[];
  /** The edits that give the thing at an offset another name; null where that is not safe. */
  rename(card: Card, offset: number, name: string): Edit[] | null;
  /** The card's text in good order, with the edits that bring it there; null where a bracket or a text never ends. */
  format(card: Card): FormattedText | null;
  /** What a card declares, in order of its text; params with their ranges. */
  outline(card: Card): OutlineItem[];
  /** A card begun from the columns of tables: of all, or of those named. */
  starter(title: string, tables?: readonly string[]): string;

  /** Gives the memory of the tables back. Nothing can be asked of it afterwards. */
  free(): void;
}

/** Why a call gave nothing. */
export class BellwetherError extends Error {
  /** Who can mend it: the card's author (`card`), who gave the data (`data`), the caller (`options`, `usage`), nobody as the
   * caller stopped it (`cancelled`), whoever sets limits (`limit`), the network, or who keeps the package's files (`loading`: one of
   * them did not come; call again, in another worker where the engine is `broken`), us (`internal`). */
  readonly code: "card" | "data" | "options" | "usage" | "cancelled" | "limit" | "loading" | "internal";
  /** Everything that was found, errors first. */
  readonly diagnostics: Diagnostic[];
}

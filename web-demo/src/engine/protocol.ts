// What the page and its workers say to each other: a request with a number, any signs of life, one answer.
import type { Diagnostic, Engine, ReadOptions, TableInfo } from "@bellwether/engine";

/** Methods of the engine that are asked for as they are. */
export type PlainOp =
  | "backtest" | "cells" | "charts" | "check" | "complete" | "definition" | "distribution" | "dropTable" | "evaluate" | "explain"
  | "format" | "hover" | "outline" | "overview" | "reference" | "references" | "rename" | "rows" | "signature" | "starter"
  | "tables" | "whatIf" | RenderOp;

/** Drawings of a whole report as text. */
export type RenderOp = "html" | "markdown";

/** A file with how it is to be read. The blob is passed on by reference and read in the worker. */
export interface Source {
  /** The table's name in the card. */
  name: string;
  /** The file's name. */
  file: string;
  blob: Blob;
  kind: FileKind;
  options: Pick<ReadOptions, "missing" | "types" | "delimiter">;
}

export type FileKind = "csv" | "json" | "parquet" | "arrow";

export type Op = PlainOp | "load";

/** Arguments of a call. */
export type Args<O extends Op> = O extends "load" ? [Source] : O extends keyof Engine ? Parameters<Engine[O]> : never;
/** What it gives. */
export type Gives<O extends Op> = O extends "load" ? TableInfo : O extends keyof Engine ? ReturnType<Engine[O]> : never;

export interface Request {
  id: number;
  op: Op;
  args: unknown[];
}

/** Why a call gave nothing. */
export interface Failure {
  code: string;
  message: string;
  diagnostics: Diagnostic[];
  /** The WebAssembly trapped: a bug of ours, unless a file of it did not come. The worker is of no use any more. */
  trap: boolean;
}

/** The code of a failure when a file of the engine did not come. */
export const NOT_FETCHED = "loading";

export type Answer =
  /** `ms`: from the start of the worker. */
  | { kind: "ready"; version: string; ms: number }
  | { kind: "alive"; id: number; done: number }
  | { kind: "done"; id: number; value: unknown; ms: number }
  | { kind: "failed"; id: number; failure: Failure };

// Files as tables for the engine. Text is read by the engine itself; other formats by a reader loaded when needed.
import type { TableSource } from "@bellwether/engine";
import type { FileKind, Source } from "./protocol";

const ENDINGS: Record<string, FileKind> = {
  csv: "csv", tsv: "csv", tab: "csv", txt: "csv", psv: "csv",
  json: "json", jsonl: "json", ndjson: "json",
  parquet: "parquet", pq: "parquet",
  arrow: "arrow", feather: "arrow", arrows: "arrow", ipc: "arrow",
};

export const ACCEPTED = Object.keys(ENDINGS).map((ending) => `.${ending}`).join(",");

/** The kind of a file by its name; none: nothing here reads it. */
export function kindOf(file: string): FileKind | undefined {
  return ENDINGS[file.toLowerCase().split(".").pop() ?? ""];
}

/** A name for the table of a file: `Survey 2026.csv` is `survey_2026`. */
export function tableName(file: string): string {
  const stem = file.replace(/\.[^.]*$/, "");
  const plain = stem.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return /^[a-z]/.test(plain) ? plain : `t_${plain}`;
}

export async function read(source: Source): Promise<TableSource> {
  const bytes = await source.blob.arrayBuffer();
  switch (source.kind) {
    case "csv":
      return { csv: bytes };
    case "json":
      return { json: bytes };
    case "parquet":
      return (await import("./parquet")).parquet(bytes);
    case "arrow":
      return (await import("./arrow")).arrow(bytes);
  }
}

import { readFileSync } from "node:fs";
import { Table, tableFromArrays, tableToIPC, vectorFromArray, DateDay, TimestampMillisecond, Utf8, Dictionary, Int32 } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { arrow } from "../../src/engine/arrow";
import { column } from "../../src/engine/columns";
import { parquet } from "../../src/engine/parquet";
import { kindOf, tableName } from "../../src/engine/read";

describe("files", () => {
  it("are known by their names", () => {
    expect(["a.CSV", "b.tsv", "c.jsonl", "d.parquet", "e.feather", "f.xlsx", "none"].map(kindOf)).toEqual([
      "csv", "csv", "json", "parquet", "arrow", undefined, undefined,
    ]);
  });

  it("give tables names that a card can call", () => {
    expect(["Survey 2026.csv", "2026 wave.parquet", "Übung–Süd.json", "tickets.csv"].map(tableName)).toEqual([
      "survey_2026", "t_2026_wave", "ubung_sud", "tickets",
    ]);
  });
});

describe("columns", () => {
  it("mark what is missing", () => {
    const values = [1n, null, 3n];
    expect(column("int", 3, (row) => values[row])).toEqual({ int: Float64Array.of(1, 0, 3), missing: Uint8Array.of(0, 1, 0) });
  });

  it("keep whole numbers that a JavaScript number cannot", () => {
    const values = [1n, 2n ** 53n + 1n, undefined];
    expect(column("int", 3, (row) => values[row])).toEqual({ int: BigInt64Array.of(1n, 2n ** 53n + 1n, 0n), missing: Uint8Array.of(0, 0, 1) });
  });

  it("keep each text once", () => {
    const values = ["a", "b", null, "a"];
    expect(column("text", 4, (row) => values[row])).toEqual({ codes: Uint32Array.of(0, 1, 0, 0), dictionary: ["a", "b"], missing: Uint8Array.of(0, 0, 1, 0) });
  });
});

describe("Arrow files", () => {
  it("become columns of their kinds", () => {
    const day = Date.UTC(2026, 5, 30);
    const table = tableFromArrays({ n: Int32Array.of(1, 2), x: Float64Array.of(0.5, 1.5) }).assign(
      new Table({
        on: vectorFromArray([new Date(day), null], new DateDay()),
        at: vectorFromArray([day + 3_600_000, null], new TimestampMillisecond()),
        word: vectorFromArray(["a", null], new Dictionary(new Utf8(), new Int32())),
        yes: vectorFromArray([true, false]),
      }),
    );
    const source = arrow(tableToIPC(table, "file").slice().buffer) as { columns: Record<string, unknown> };
    expect(source.columns).toEqual({
      n: { int: Float64Array.of(1, 2), missing: new Uint8Array(2) },
      x: { float: Float64Array.of(0.5, 1.5), missing: new Uint8Array(2) },
      on: { days: Int32Array.of(20634, 0), missing: Uint8Array.of(0, 1) },
      at: { millis: Float64Array.of(day + 3_600_000, 0), missing: Uint8Array.of(0, 1) },
      word: { codes: Uint32Array.of(0, 0), dictionary: ["a"], missing: Uint8Array.of(0, 1) },
      yes: { bool: Uint8Array.of(1, 0), missing: new Uint8Array(2) },
    });
  });
});



/** What `tests/fixtures/make.py` writes. */
const SURVEY = {
  ease: { int: Float64Array.of(5, 1, 0, 3), missing: Uint8Array.of(0, 0, 1, 0) },
  score: { float: Float64Array.of(0.5, 0, 1.5, 2), missing: Uint8Array.of(0, 1, 0, 0) },
  fee: { float: Float64Array.of(0, 12, 7, 9), missing: Uint8Array.of(1, 0, 0, 0) },
  solved: { bool: Uint8Array.of(1, 0, 0, 1), missing: Uint8Array.of(0, 0, 1, 0) },
  region: { codes: Uint32Array.of(0, 1, 0, 0), dictionary: ["North", "Süd"], missing: Uint8Array.of(0, 0, 1, 0) },
  answered_on: { days: Int32Array.of(20458, 0, 20486, 20487), missing: Uint8Array.of(0, 1, 0, 0) },
  at: { millis: Float64Array.of(Date.UTC(2026, 0, 5, 9, 30), 0, 0, Date.UTC(2026, 1, 3, 23, 59)), missing: Uint8Array.of(0, 1, 1, 0) },
  tags: { codes: Uint32Array.of(0, 1, 0, 2), dictionary: ['["a","b"]', "[]", '["c"]'], missing: Uint8Array.of(0, 0, 1, 0) },
};

const bytes = (name: string) => {
  const file = readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
};

describe("files written by pyarrow", () => {
  it("are read from Parquet, packed with Zstandard", async () => {
    expect(await parquet(bytes("survey.parquet"))).toEqual({ columns: SURVEY });
  });

  it("are read from Feather, packed with LZ4", () => {
    expect(arrow(bytes("survey.feather"))).toEqual({ columns: SURVEY });
  });
});

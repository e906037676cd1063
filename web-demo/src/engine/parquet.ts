// Parquet files, by hyparquet; loaded when the first one is opened.
import type { TableSource } from "@bellwether/engine";
import { parquetMetadata, parquetRead, type SchemaElement } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { column, type Holds, type Read } from "./columns";

function holds(element: SchemaElement): Holds {
  const logical = element.logical_type?.type;
  const converted = element.converted_type;
  if (element.type === "BOOLEAN") return "bool";
  if (logical === "DATE" || converted === "DATE") return "days";
  if (logical === "TIMESTAMP" || converted?.startsWith("TIMESTAMP") || element.type === "INT96") return "millis";
  if (logical === "DECIMAL" || converted === "DECIMAL") return "float";
  if (element.type === "INT32" || element.type === "INT64") return "int";
  if (element.type === "FLOAT" || element.type === "DOUBLE" || logical === "FLOAT16") return "float";
  return "text";
}

/** Lists, maps and groups come as their JSON: a card can still read them as text. */
const plain = (value: unknown): Read =>
  value !== null && typeof value === "object"
    ? JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? Number(inner) : inner))
    : (value as Read);

export async function parquet(bytes: ArrayBuffer): Promise<TableSource> {
  const metadata = parquetMetadata(bytes);
  const rows = Number(metadata.num_rows);
  const names = topLevel(metadata.schema);
  const chunks = new Map<string, { start: number; data: ArrayLike<unknown> }[]>();
  await parquetRead({
    file: { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) },
    metadata,
    compressors,
    parsers: {
      dateFromDays: (days) => days,
      timestampFromMilliseconds: (millis) => Number(millis),
      timestampFromMicroseconds: (micros) => Number(micros / 1000n),
      timestampFromNanoseconds: (nanos) => Number(nanos / 1000000n),
    },
    onChunk: ({ columnName, columnData, rowStart }) => {
      const before = chunks.get(columnName) ?? [];
      chunks.set(columnName, [...before, { start: rowStart, data: columnData }]);
    },
  });
  return {
    columns: Object.fromEntries(
      names.map((element) => {
        const values = new Array<Read>(rows);
        for (const { start, data } of chunks.get(element.name) ?? []) {
          for (let row = 0; row < data.length && start + row < rows; row++) values[start + row] = plain(data[row]);
        }
        return [element.name, column(element.num_children ? "text" : holds(element), rows, (row) => values[row])];
      }),
    ),
  };
}

/** The columns: the children of the root, which comes first. */
function topLevel(schema: SchemaElement[]): SchemaElement[] {
  const found: SchemaElement[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) found.push(schema[at]!);
  return found;
}

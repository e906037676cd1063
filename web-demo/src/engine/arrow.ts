// Arrow IPC files and streams (Feather 2), by apache-arrow; loaded when the first one is opened.
import type { TableSource } from "@bellwether/engine";
import { CompressionType, DataType, compressionRegistry, tableFromIPC, type Vector } from "apache-arrow";
import { decompress as zstd } from "fzstd";
import lz4 from "lz4js";
import { column, type Holds, type Read } from "./columns";

compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => zstd(data) });
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (data) => Uint8Array.from(lz4.decompress(data)) });

const DAY = 86_400_000;

/** What a column holds, and how a value of it becomes plain. */
function meaning(type: DataType): [Holds, (value: never) => Read] {
  const same = (value: Read) => value;
  if (DataType.isDictionary(type)) return meaning(type.dictionary as DataType);
  if (DataType.isBool(type)) return ["bool", same];
  if (DataType.isInt(type)) return ["int", same];
  if (DataType.isFloat(type)) return ["float", same];
  if (DataType.isDate(type)) return ["days", (value: number | Date) => Math.floor(Number(value) / DAY)];
  if (DataType.isTimestamp(type)) return ["millis", (value: number) => value];
  if (DataType.isDecimal(type)) {
    return ["float", (value: Uint32Array) => Number(whole(value)) / 10 ** type.scale];
  }
  return ["text", (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value))];
}

/** A whole number in words of 32 bits, the lowest first, in two's complement. */
function whole(words: Uint32Array): bigint {
  let value = 0n;
  for (let at = words.length - 1; at >= 0; at--) value = (value << 32n) | BigInt(words[at]!);
  return BigInt.asIntN(words.length * 32, value);
}

export function arrow(bytes: ArrayBuffer): TableSource {
  const table = tableFromIPC(new Uint8Array(bytes));
  return {
    columns: Object.fromEntries(
      table.schema.fields.map((field) => {
        const vector = table.getChild(field.name) as Vector;
        const [holds, plain] = meaning(field.type as DataType);
        const at = (row: number) => {
          const value: unknown = vector.get(row);
          return value === null || value === undefined ? null : plain(value as never);
        };
        return [field.name, column(holds, table.numRows, at)];
      }),
    ),
  };
}

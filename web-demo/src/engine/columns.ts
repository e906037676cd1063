// Columns for the engine out of the values that a reader of files gives.
import type { ColumnData } from "@bellwether/engine";

/** What a column of a file holds. Days and milliseconds count from 1970-01-01. */
export type Holds = "bool" | "int" | "float" | "days" | "millis" | "text";

/** A value as readers give it; null and undefined are missing. */
export type Read = string | number | bigint | boolean | null | undefined;

export function column(holds: Holds, length: number, at: (row: number) => Read): ColumnData {
  if (holds === "text") return coded(length, at);
  const missing = new Uint8Array(length);
  const fill = <A extends Int32Array | Float64Array | Uint8Array>(to: A): A => {
    for (let row = 0; row < length; row++) {
      const value = at(row);
      if (value === null || value === undefined) missing[row] = 1;
      else to[row] = Number(value);
    }
    return to;
  };
  switch (holds) {
    case "bool":
      return { bool: fill(new Uint8Array(length)), missing };
    case "days":
      return { days: fill(new Int32Array(length)), missing };
    case "millis":
      return { millis: fill(new Float64Array(length)), missing };
    case "float":
      return { float: fill(new Float64Array(length)), missing };
    case "int":
      return integers(length, at, missing);
  }
}

/** Whole numbers: as BigInt only where a JavaScript number could not hold one. */
function integers(length: number, at: (row: number) => Read, missing: Uint8Array): ColumnData {
  const int = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    const value = at(row);
    if (value === null || value === undefined) missing[row] = 1;
    else if (Number.isSafeInteger(Number(value))) int[row] = Number(value);
    else {
      const big = new BigInt64Array(length);
      for (let each = 0; each < length; each++) {
        const whole = at(each);
        if (whole === null || whole === undefined) missing[each] = 1;
        else big[each] = BigInt(whole);
      }
      return { int: big, missing };
    }
  }
  return { int, missing };
}

function coded(length: number, at: (row: number) => Read): ColumnData {
  const codes = new Uint32Array(length);
  const dictionary: string[] = [];
  const known = new Map<string, number>();
  const missing = new Uint8Array(length);
  for (let row = 0; row < length; row++) {
    const value = at(row);
    if (value === null || value === undefined) {
      missing[row] = 1;
      continue;
    }
    const text = String(value);
    let code = known.get(text);
    if (code === undefined) {
      code = dictionary.push(text) - 1;
      known.set(text, code);
    }
    codes[row] = code;
  }
  return { codes, dictionary, missing };
}

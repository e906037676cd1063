// Typed columns on their way into the engine.

import { usage } from "./errors.js";

/** Hands one column over. */
export function addColumn(raw, name, column) {
  if (column === null || typeof column !== "object") throw usage(`the column \`${name}\` is no object`);
  const missing = maskOf(name, column.missing);
  if ("int" in column) addInts(raw, name, column.int, missing);
  else if ("float" in column) raw.addFloats(name, floatsOf(name, column.float), missing, false);
  else if ("bool" in column) raw.addBools(name, bytesOf(name, column.bool), missing);
  else if ("codes" in column) addCodes(raw, name, column, missing);
  else if ("days" in column) raw.addDays(name, of(Int32Array, name, column.days), missing);
  else if ("millis" in column) raw.addMicros(name, microsOf(name, column.millis, 1000n, 1000), missing);
  else if ("micros" in column) raw.addMicros(name, microsOf(name, column.micros, 1n, 1), missing);
  else if ("text" in column) addTexts(raw, name, column.text, missing);
  else if ("values" in column) addValues(raw, name, column.values);
  else throw usage(`the column \`${name}\` has none of int, float, bool, codes, days, millis, micros, text, values`);
}

function maskOf(name, missing) {
  if (missing === undefined || missing === null) return undefined;
  return bytesOf(name, missing);
}

function bytesOf(name, values) {
  if (values instanceof Uint8Array) return values;
  if (Array.isArray(values)) return Uint8Array.from(values, (value) => (value ? 1 : 0));
  throw usage(`the column \`${name}\` wants a Uint8Array`);
}

function of(kind, name, values) {
  if (values instanceof kind) return values;
  throw usage(`the column \`${name}\` wants a ${kind.name}`);
}

function floatsOf(name, values) {
  if (values instanceof Float64Array) return values;
  if (values instanceof Float32Array) return Float64Array.from(values);
  throw usage(`the column \`${name}\` wants a Float64Array or a Float32Array`);
}

function addInts(raw, name, values, missing) {
  if (values instanceof BigInt64Array) raw.addLongs(name, values, missing);
  else if (values instanceof Int32Array) raw.addInts(name, values, missing);
  else if (values instanceof Uint32Array) raw.addLongs(name, BigInt64Array.from(values, BigInt), missing);
  else if (values instanceof Float64Array) raw.addFloats(name, values, missing, true);
  else if (
    values instanceof Int8Array ||
    values instanceof Uint8Array ||
    values instanceof Int16Array ||
    values instanceof Uint16Array
  ) {
    raw.addInts(name, Int32Array.from(values), missing);
  } else throw usage(`the column \`${name}\` wants a typed array of whole numbers`);
}

function microsOf(name, values, timesBig, times) {
  if (values instanceof BigInt64Array) {
    return timesBig === 1n ? values : BigInt64Array.from(values, (value) => value * timesBig);
  }
  if (!(values instanceof Float64Array)) throw usage(`the column \`${name}\` wants a Float64Array or a BigInt64Array`);
  return BigInt64Array.from(values, (value) => BigInt(Number.isFinite(value) ? Math.round(value * times) : 0));
}

function addCodes(raw, name, column, missing) {
  const codes = column.codes;
  if (!Array.isArray(column.dictionary)) throw usage(`the column \`${name}\` wants a dictionary`);
  // A negative code becomes a large one, beyond every dictionary: missing.
  const wide = codes instanceof Uint32Array ? codes : typedCodes(name, codes);
  raw.addCodes(name, wide, JSON.stringify(column.dictionary.map(String)), missing);
}

function typedCodes(name, codes) {
  if (codes instanceof Uint8Array || codes instanceof Uint16Array || codes instanceof Int32Array) {
    return Uint32Array.from(codes);
  }
  throw usage(`the column \`${name}\` wants codes in a typed array`);
}

const MISSING = 0xffff_ffff;

/** Codes and their dictionary of texts. */
function encoded(values, textOf) {
  const dictionary = [];
  const known = new Map();
  const codes = Uint32Array.from(values, (value) => {
    const text = textOf(value);
    if (text === null) return MISSING;
    let code = known.get(text);
    if (code === undefined) {
      code = dictionary.length;
      known.set(text, code);
      dictionary.push(text);
    }
    return code;
  });
  return [codes, JSON.stringify(dictionary)];
}

function addTexts(raw, name, values, missing) {
  if (!Array.isArray(values)) throw usage(`the column \`${name}\` wants an array of texts`);
  const [codes, dictionary] = encoded(values, (value) => (value === null || value === undefined ? null : String(value)));
  raw.addCodes(name, codes, dictionary, missing);
}

function addValues(raw, name, values) {
  if (!Array.isArray(values)) throw usage(`the column \`${name}\` wants an array of values`);
  const textOf = (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return null;
    return value instanceof Date ? value.toISOString() : String(value);
  };
  const [codes, dictionary] = encoded(values, textOf);
  raw.addValues(name, codes, dictionary);
}

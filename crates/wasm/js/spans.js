// Places in texts: the engine counts bytes of UTF-8, JavaScript counts UTF-16 code units.

const encoder = new TextEncoder();

/** The texts of a card in the order of spans: itself, then its modules by name. */
export function textsOf(card) {
  const modules = Object.entries(card.modules ?? {});
  // The engine has them in the order of their bytes, which is that of their code points.
  modules.sort(([a], [b]) => compareBytes(encoder.encode(a), encoder.encode(b)));
  return [card.text, ...modules.map(([, text]) => text)];
}

function compareBytes(a, b) {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    if (a[at] !== b[at]) return a[at] - b[at];
  }
  return a.length - b.length;
}

/** For each byte of a text the UTF-16 offset of its character; null where the two are the same. */
function offsetsOf(text) {
  let ascii = true;
  for (let at = 0; at < text.length && ascii; at += 1) ascii = text.charCodeAt(at) < 0x80;
  if (ascii) return null;
  const offsets = [];
  let units = 0;
  for (const sign of text) {
    const point = sign.codePointAt(0);
    const bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (let byte = 0; byte < bytes; byte += 1) offsets.push(units);
    units += sign.length;
  }
  offsets.push(units);
  return offsets;
}

/** The byte at a UTF-16 offset of a text. */
export function byteAt(text, offset) {
  return encoder.encode(text.slice(0, offset)).length;
}

// Parts of a report that are large and have no place in a text.
const WITHOUT_SPANS = new Set(["metrics", "scores", "lists", "tables", "cells"]);

/** Brings every span in a value from bytes to UTF-16, in place. */
export function toUtf16(value, texts) {
  if (typeof value !== "object" || value === null) return value;
  const offsets = texts.map(offsetsOf);
  if (offsets.some((of) => of !== null)) walk(value, offsets);
  return value;
}

function walk(value, offsets) {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && item !== null) walk(item, offsets);
    return;
  }
  if (typeof value.source === "number" && typeof value.start === "number" && typeof value.end === "number") {
    const of = offsets[value.source];
    if (of) {
      value.start = of[Math.min(value.start, of.length - 1)];
      value.end = of[Math.min(value.end, of.length - 1)];
    }
    return;
  }
  for (const key of Object.keys(value)) {
    const part = value[key];
    if (typeof part === "object" && part !== null && !(WITHOUT_SPANS.has(key) && Array.isArray(part))) {
      walk(part, offsets);
    }
  }
}

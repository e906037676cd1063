// Numbers, dates and words for people. Nothing is computed here; numbers are rounded to the digits the card asks for.
import type { CivilDate, State } from "@bellwether/engine";

const formats = new Map<number, Intl.NumberFormat>();

/** A number to `decimals` digits: `−1,234.5`. */
export function number(value: number | null | undefined, decimals = 1): string {
  if (value === null || value === undefined) return "–";
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(decimals, format);
  }
  return minus(format.format(value));
}

/** A number with its sign: `+3.0`. */
export const signed = (value: number | null | undefined, decimals = 1) =>
  value === null || value === undefined ? "–" : `${value > 0 ? "+" : ""}${number(value, decimals)}`;

/** A number to three digits, for effects whose size is not known beforehand. */
export function significant(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return minus(new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 }).format(value));
}

/** Money, shortly: `65k USD`. */
export function money(value: number | null | undefined, currency?: string | null): string {
  if (value === null || value === undefined) return "–";
  const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 }).format(value);
  return [minus(short).replace("K", "k"), currency].filter(Boolean).join(" ");
}

const minus = (text: string) => text.replace("-", "−");

export const range = (of: { low: number; high: number }, decimals: number) => `${number(of.low, decimals)} to ${number(of.high, decimals)}`;

/** A unit behind its number: `%` at once, words with a space. */
export const withUnit = (text: string, unit?: string | null) => (!unit ? text : unit === "%" ? `${text}%` : `${text} ${unit}`);

export const percent = (level: number) => `${Math.round(level * 100)}%`;

export function date(day: CivilDate | null | undefined): string {
  if (!day) return "–";
  return new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

export const count = (value: number) => number(value, 0);

export const plural = (value: number, one: string, more = `${one}s`) => `${count(value)} ${value === 1 ? one : more}`;

/** What a state means, in a word. */
export const STATES: Record<State, string> = {
  ok: "Counts", too_few: "Too few answers", stale: "Not fresh", suppressed: "Withheld", missing: "No data",
  not_applicable: "Does not apply", failed: "Cannot be computed",
};

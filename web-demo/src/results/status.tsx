// How something stands: a tone, a sign and a word, always together.
import type { Cell, Change, Direction, Evidence, MetricResult, Pace, ScoreResult } from "@bellwether/engine";
import { Icon, type IconName } from "../ui/Icon";
import { number, range, signed, STATES } from "./format";

export type Tone = "good" | "warn" | "bad" | "quiet" | "info";

export interface Status {
  tone: Tone;
  icon: IconName;
  word: string;
  /** The whole sentence. */
  more?: string;
}

export function Chip({ status, small = false }: { status: Status; small?: boolean }) {
  return (
    <span class={`chip ${status.tone} ${small ? "small" : ""}`} title={status.more}>
      <Icon name={status.icon} size={small ? 12 : 14} />
      {status.word}
    </span>
  );
}

const TONES: [Tone, IconName][] = [["bad", "bad"], ["warn", "warn"], ["good", "good"]];

/** A band by its place among the score's bands, the worst first. */
export function band(score: ScoreResult, name: string): Status {
  const bands = score.bands ?? [];
  const at = bands.indexOf(name);
  const part = bands.length > 1 ? at / (bands.length - 1) : 1;
  const [tone, icon] = TONES[Math.round(part * 2)] ?? TONES[1]!;
  const edges = score.band_edges ?? [];
  const more = at === 0 ? `below ${edges[0]}` : at === bands.length - 1 ? `from ${edges[at - 1]}` : `${edges[at - 1]} to under ${edges[at]}`;
  return { tone, icon, word: name, more };
}

export function goal(cell: Cell, direction?: Direction): Status | null {
  if (cell.state !== "ok") return { tone: "quiet", icon: "info", word: STATES[cell.state] };
  if (cell.target_met === undefined || cell.target_met === null) return null;
  if (cell.target_met) return { tone: "good", icon: "good", word: "On target" };
  return { tone: "warn", icon: "warn", word: direction === "lower" ? "Above target" : "Below target" };
}

/** Whether a change is real or noise. */
export function change(of: Change, decimals: number): Status {
  const size = signed(of.difference, decimals);
  const against = `against ${of.from}`;
  const noise = of.interval ? `, ${Math.round(of.interval.level * 100)}% range ${range(of.interval, decimals)}` : "";
  if (of.verdict === "not_tested") {
    return { tone: "quiet", icon: of.difference > 0 ? "up" : of.difference < 0 ? "down" : "same", word: `${size} ${against}, not tested`, more: of.reason ?? "" };
  }
  if (of.verdict === "no_change_shown") {
    return { tone: "quiet", icon: "noise", word: `${size} ${against}: within noise`, more: `no change shown${noise}` };
  }
  return {
    tone: of.better === null ? "info" : of.better ? "good" : "bad",
    icon: of.verdict === "up" ? "up" : "down",
    word: `${size} ${against}: real ${of.better === null ? "change" : of.better ? "gain" : "loss"}`,
    more: `a real change${noise}`,
  };
}

export const EVIDENCE: Record<Evidence, Status> = {
  tested: { tone: "good", icon: "good", word: "Tested", more: "An experiment showed it." },
  leading: { tone: "good", icon: "up", word: "Leading", more: "It comes before the outcome and moves with it. That is not yet proof of a cause." },
  correlated: { tone: "info", icon: "noise", word: "Correlated", more: "It moves with the outcome; nothing shows that it comes first." },
  none_found: { tone: "warn", icon: "same", word: "None found", more: "The data show no effect that would be worth acting on." },
  too_little_data: { tone: "quiet", icon: "question", word: "Too little data", more: "The data cannot tell." },
  assumed: { tone: "quiet", icon: "question", word: "Assumed", more: "Somebody's assumption; no data carry it." },
};

export function pace(of: Pace): Status {
  switch (of.verdict) {
    case "ahead":
      return { tone: "good", icon: "up", word: "Ahead of pace" };
    case "on_track":
      return { tone: "good", icon: "good", word: "On pace" };
    case "behind":
      return { tone: "warn", icon: "clock", word: "Behind pace" };
    case "will_miss":
      return { tone: "bad", icon: "bad", word: "Will miss" };
    case "too_short":
      return { tone: "quiet", icon: "clock", word: "Too early to tell" };
  }
}

/** A cell's value for people, or why there is none. */
export function cellText(cell: Cell | undefined, decimals: number): string {
  if (!cell) return "–";
  return cell.value === undefined || cell.value === null ? STATES[cell.state] : number(cell.value, decimals);
}

export type Entry = MetricResult | ScoreResult;
export const isScore = (entry: Entry): entry is ScoreResult => !("role" in entry);
export const unitOf = (entry: Entry) => (isScore(entry) ? undefined : entry.unit);
export const directionOf = (entry: Entry) => (isScore(entry) ? undefined : entry.direction);
/** A name that the card gave no label, as people write it. */
export const labelOf = (entry: Entry) => (entry.label === entry.name ? capital(entry.name.replaceAll("_", " ")) : entry.label);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

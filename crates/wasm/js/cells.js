// Cells as the engine hands them over: numbers in one list, with the texts that they speak of. What comes out is what the JSON of
// the cells would be, in the same order.

// What a cell has, as bits of its first number; `src/pack.rs` has the same.
const SEGMENTS = 1;
const PERIOD = 1 << 1;
const PARTIAL = 1 << 2;
const VALUE = 1 << 3;
const N_DENOMINATOR = 1 << 4;
const N_EFFECTIVE = 1 << 5;
const INTERVAL = 1 << 6;
const TARGET = 1 << 7;
const TARGET_MET = 1 << 8;
const IS_MET = 1 << 9;
const PROGRESS = 1 << 10;
const BAND = 1 << 11;
const CHANGE = 1 << 12;
const CHANGE_FROM_BASELINE = 1 << 13;
const BETTER = 1 << 14;
const IS_BETTER = 1 << 15;
const CHANGE_INTERVAL = 1 << 16;
const P = 1 << 17;
const REASON = 1 << 18;

/** The lists of cells, one after the other. */
class Lists {
  constructor(texts, numbers) {
    this.texts = texts;
    this.numbers = numbers;
    this.at = 0;
  }

  next() {
    return this.numbers[this.at++];
  }

  list() {
    const cells = new Array(this.next());
    for (let place = 0; place < cells.length; place += 1) cells[place] = this.cell();
    return cells;
  }

  cell() {
    const { texts } = this;
    const has = this.next();
    const cell = {};
    // Each cell has a map of its own, as it would be read from JSON.
    if (has & SEGMENTS) cell.segments = { ...texts.segments[this.next()] };
    if (has & PERIOD) cell.period = texts.periods[this.next()];
    if (has & PARTIAL) cell.partial = true;
    if (has & VALUE) cell.value = this.next();
    cell.state = texts.states[this.next()];
    cell.n = this.next();
    if (has & N_DENOMINATOR) cell.n_denominator = this.next();
    if (has & N_EFFECTIVE) cell.n_effective = this.next();
    cell.skipped = this.next();
    cell.not_due = this.next();
    if (has & INTERVAL) cell.interval = this.interval();
    if (has & TARGET) cell.target = this.next();
    if (has & TARGET_MET) cell.target_met = (has & IS_MET) !== 0;
    if (has & PROGRESS) cell.progress = this.next();
    if (has & BAND) cell.band = texts.words[this.next()];
    if (has & CHANGE) cell.change = this.change(has);
    if (has & CHANGE_FROM_BASELINE) cell.change_from_baseline = this.next();
    return cell;
  }

  change(has) {
    const { texts } = this;
    const from = texts.earlier[this.next()];
    const difference = this.next();
    const verdict = texts.verdicts[this.next()];
    const change = { from, difference, better: has & BETTER ? (has & IS_BETTER) !== 0 : null, verdict };
    if (has & CHANGE_INTERVAL) change.interval = this.interval();
    if (has & P) change.p = this.next();
    if (has & REASON) change.reason = texts.words[this.next()];
    return change;
  }

  interval() {
    const { numbers, at } = this;
    this.at += 4;
    return { low: numbers[at], high: numbers[at + 1], level: numbers[at + 2], method: this.texts.methods[numbers[at + 3]] };
  }
}

/** One list of cells. */
export function listOf(texts, numbers) {
  return new Lists(texts, numbers).list();
}

/** Gives each metric and outcome of a report its cells, and then each score. */
export function fill({ metrics, scores }, texts, numbers) {
  const lists = new Lists(texts, numbers);
  for (const metric of metrics) metric.cells = lists.list();
  for (const score of scores) score.cells = lists.list();
}

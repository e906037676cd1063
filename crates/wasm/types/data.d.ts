// Made from the Rust types; do not edit. After a change of them:
// WRITE_TYPES=1 cargo test -p bellwether-wasm --features schema --test types
//
// Names of fields are those of the published JSON Schemas (docs/report.schema.json). Spans and offsets count UTF-16 code
// units. A whole number beyond 2^53, which a JavaScript number cannot hold, comes as text.

/** A value of the card with the place where it is written. */
export interface Spanned<T> {
  /** The value. */
  value: T;
  /** Where it stands. */
  span: Span;
}

/** The rows behind an aggregate. */
export interface AggregateExplanation {
  /** Names of the columns of `sample`. */
  columns?: string[];
  /** The date that puts rows into periods; none: the table has none. */
  dated_by?: string;
  /** Its filters, and how many rows of the cell each alone leaves out. */
  filters?: FilterExplanation[];
  /** Paths to other tables, with what is known of their rows. */
  joins?: JoinExplanation[];
  /** Of those, rows whose window is not over as of the day: not yet known, done or not. */
  not_due: number;
  /** Where the table comes from. */
  origin?: string;
  /** Rows that passed all filters. */
  passed: number;
  /** Rows of the cell: of its segment values and its period. */
  rows_in_cell: number;
  /** Rows of the table. */
  rows_in_table: number;
  /** The first rows that passed the filters. */
  sample?: RowExplanation[];
  /** Rows skipped. */
  skipped: number;
  /** In words why rows are skipped. */
  skipped_because?: string;
  /** The table. */
  table: string;
  /** As a card writes it. */
  text: string;
  /** Rows used. */
  used: number;
  /** Survey weights, where rows have them. */
  weighted_by?: string;
}

/** An alert. */
export interface AlertResult {
  /** The condition as written. */
  condition: string;
  /** Its name. */
  name: string;
  /** Whether it is raised; none: the condition is unknown. */
  raised: boolean | null;
  /** To whom. */
  to?: string;
}

/** What was asked of an evaluation beside the card and its params. */
export interface Asked {
  /** The day; none: the latest date in the data, which stands in `results.as_of`. */
  as_of?: CivilDate;
  /** Baselines handed in, in place of the card's: metric, outcome or score, then value. */
  baselines?: Record<string, number>;
  /** Cuts beside the card's. */
  by?: string[];
  /** A calendar in place of the card's first. */
  period?: string;
  /** Values kept in other cards: card, then metric, outcome or score. */
  values_from?: Record<string, Record<string, number>>;
}

/** `audience("board").like("executive").shows("headline", "tiles", "quotes").only("retention")`. */
export interface Audience {
  /** The built-in audience that it speaks like and starts from; `team` unless told. */
  like?: Spanned<string>;
  /** Its name. */
  name: Spanned<string>;
  /** Only these outcomes, metrics and scores; empty: all. */
  only?: Spanned<string>[];
  /** Only what these own; empty: all. */
  owners?: Spanned<string>[];
  /** The parts of the report, in this order; empty: those of the audience it is like. */
  shows?: Spanned<string>[];
}

/** What cells are cut by. */
export interface Axes {
  /** The cuts: the empty one (the total), one-way cuts, then crosses; each a list of segment indexes. */
  cuts: number[][];
  /** Calendars, in the order of the card. */
  periods: PeriodAxis[];
  /** Segments, in the order of the card (journeys bound to columns follow). */
  segments: SegmentAxis[];
}

/** An axis of numbers. */
export interface Axis {
  /** Decimals of values. */
  decimals: number;
  /** Highest number shown; always above `low`. */
  high: number;
  /** Lowest number shown. */
  low: number;
  /** Decimals of ticks. */
  tick_decimals: number;
  /** Where ticks stand, upwards, within the axis. */
  ticks: number[];
  /** What stands along it. */
  title: string;
  /** Unit of the numbers. */
  unit?: string;
}

/** How well scores and metrics told an outcome. */
export interface Backtest {
  /** How many of them had the event, 0–100. */
  base_rate: number;
  /** What is told: the outcome for the worse. */
  event: string;
  /** Each metric by itself: name, entities, AUC. */
  metrics: [string, number, Estimate][];
  /** Entities with the outcome. */
  n: number;
  /** What is to be known besides. */
  notes?: string[];
  /** What the rows are. */
  of: string;
  /** The outcome. */
  outcome: string;
  /** Whether all that is used was there before the outcome. */
  precedes: boolean;
  /** Each score of the card that can be told for these entities. */
  scores: ScoreBacktest[];
}

/** A band of a score. */
export interface Band {
  /** Lower edge, which belongs to it; none: the end of the scale. */
  from?: number;
  /** Its name. */
  name: string;
  /** Upper edge. */
  to?: number;
}

/** What came of a band. */
export interface BandStep {
  /** The band. */
  band: string;
  /** Entities in it. */
  n: number;
  /** The rate of the event among them, 0–100; none without entities. */
  rate?: Estimate;
  /** The share of all events that it holds, 0–100. */
  recall: number;
  /** Of all entities, 0–100. */
  share: number;
}

/** A bar. */
export interface Bar {
  /** The band of a score. */
  band?: string;
  /** Whether it is for the better. */
  better?: boolean;
  /** What it stands for. */
  label: string;
  /** The value. */
  measured: Measured;
  /** What is to be known besides. */
  note?: string;
  /** The target that holds for it. */
  target?: number;
  /** Whether that is met. */
  target_met?: boolean;
  /** Whether the change to the period before is more than noise. */
  verdict?: ChangeVerdict;
}

/** Values side by side. */
export interface Bars {
  /** The axis of the values. */
  axis: Axis;
  /** The bars, in the order of the card. */
  bars: Bar[];
  /** What the bars are: the label of a segment. */
  category: string;
  /** Which way is good. */
  direction?: Direction;
  /** Bars that are not shown, as there are too many: those with the fewest rows. */
  left_out?: number;
  /** Metric, outcome or score; none: none alone. */
  of?: string;
  /** The period; none: the whole time. */
  period?: string;
  /** Where bars start on it. */
  start: number;
  /** The value of all together. */
  total?: Level;
}

/** A step of a histogram. */
export interface Bin {
  /** Rows in between. */
  count: number;
  /** From this value on. */
  from: Value;
  /** To this value: left out, except in the last step. */
  to: Value;
}

/** One value with its range, where it started, where it is to be. */
export interface Bullet {
  /** The axis of the values. */
  axis: Axis;
  /** The band of the value. */
  band?: string;
  /** Bands of a score, lowest first. */
  bands?: Band[];
  /** Where it started. */
  baseline?: number;
  /** Value of the period before. */
  before?: number;
  /** Whether the change is for the better. */
  better?: boolean;
  /** Which way is good. */
  direction?: Direction;
  /** By when the final target is to be reached. */
  due?: CivilDate;
  /** The final target, where another holds now. */
  final_target?: number;
  /** The value. */
  measured: Measured;
  /** Metric, outcome or score. */
  of: string;
  /** The period; none: the whole time. */
  period?: string;
  /** Way from baseline to target in percent. */
  progress?: number;
  /** The target that holds now. */
  target?: number;
  /** Whether the target is met. */
  target_met?: boolean;
  /** Whether the change is more than noise. */
  verdict?: ChangeVerdict;
}

/** How time is cut. */
export type Calendar =
  /** Days. */
  | "day"
  /** ISO weeks, Monday to Sunday. */
  | "week"
  /** Calendar months. */
  | "month"
  /** Calendar quarters. */
  | "quarter"
  /** Calendar years. */
  | "year"
  /** Quarters of the fiscal year. */
  | "fiscal_quarter"
  /** Fiscal years; the start month is the header's. */
  | "fiscal_year";

/** A group of like forecasts. */
export interface CalibrationStep {
  /** The mean forecast, 0–100. */
  forecast: number;
  /** Entities. */
  n: number;
  /** What came, 0–100. */
  rate: Estimate;
}

/** A cell: a value for some segment values and a period. */
export interface Cell {
  /** Band of a score. */
  band?: string;
  /** Against the previous complete period. */
  change?: Change;
  /** Against the baseline. */
  change_from_baseline?: number;
  /** The range. */
  interval?: Interval;
  /** Rows used; of a ratio: by its numerator; of a score: its smallest part's. */
  n: number;
  /** Of a ratio: rows used by its denominator. */
  n_denominator?: number;
  /** Kish's effective n, when rows are weighted. */
  n_effective?: number;
  /** Of those: rows whose window is not over as of the day, not yet known, done or not. */
  not_due: number;
  /** Whether the period is cut by the as-of day: shown, never banded or tested. */
  partial?: boolean;
  /** Label of the period; none: the whole time. */
  period?: string;
  /** Way from baseline to target in percent; below 0: backwards. */
  progress?: number;
  /** Segment and its value; empty: the total. */
  segments?: Record<string, string>;
  /** Rows skipped because a value is missing. */
  skipped: number;
  /** What it is worth. */
  state: State;
  /** The target that holds for this cell. */
  target?: number;
  /** Whether the target is met; none where there is none, or the period is partial. */
  target_met?: boolean;
  /** The value, unrounded. */
  value?: number;
}

/** A difference to an earlier period. */
export interface Change {
  /** Whether that is for the better; none: no difference, or no direction. */
  better: boolean | null;
  /** Now minus then. */
  difference: number;
  /** Label of the earlier period. */
  from: string;
  /** The range of the difference, where it was tested; at 95 % for itself alone. */
  interval?: Interval;
  /** The p value of no change, adjusted for all tests of its family (Benjamini and Hochberg). */
  p?: number;
  /** Why it was not tested, in the cells of the headline period. */
  reason?: string;
  /** Real or noise. */
  verdict: ChangeVerdict;
}

/** What one value of a segment gives to a change. */
export interface ChangePart {
  /** By its share of rows. */
  mix: number;
  /** By its own change. */
  rate: number;
  /** The value. */
  value: string;
}

/** The change of a metric's headline, split by a segment into what the values did and how their mix shifted (Kitagawa). */
export interface ChangeSplit {
  /** What the shift of rows between its values gives. */
  mix: number;
  /** What each value gives. */
  parts: ChangePart[];
  /** What the changes within its values give; both add up to the change. */
  rate: number;
  /** Name of the segment. */
  segment: string;
}

/** Whether a change is more than noise. */
export type ChangeVerdict =
  /** It went up by more than noise: it passed the test of its family. */
  | "up"
  /** It went down by more than noise. */
  | "down"
  /** Noise alone can explain it. */
  | "no_change_shown"
  /** There is no test for it. */
  | "not_tested";

/** A chart. */
export type Chart =
  /** Values over time. */
  | {
    data: Trend;
    kind: "trend";
  }
  /** Values side by side. */
  | {
    data: Bars;
    kind: "bars";
  }
  /** Values of two cuts, or of a cut over time, in colours. */
  | {
    data: HeatMap;
    kind: "heat_map";
  }
  /** What adds up to a score, or to a change. */
  | {
    data: Waterfall;
    kind: "waterfall";
  }
  /** An outcome along a metric. */
  | {
    data: Curve;
    kind: "curve";
  }
  /** Two numbers of each thing against each other. */
  | {
    data: Matrix;
    kind: "matrix";
  }
  /** What is measured along a journey. */
  | {
    data: JourneyMap;
    kind: "journey";
  }
  /** One value against its goal. */
  | {
    data: Bullet;
    kind: "bullet";
  };

/** What a check found. */
export interface CheckResult {
  /** Everything that is to be said, errors first. */
  diagnostics: Diagnostic[];
  /** Whether nothing is an error. */
  ok: boolean;
  /** The tables that the card wants of the host. */
  tables: WantedTable[];
}

export type CivilDate = string;

export type Code = string;

/** A coefficient of a fitted model. */
export interface Coefficient {
  /** `intercept`, `metric`, or the name of a control. */
  name: string;
  /** Its value and 95 % range, by the errors that the method names. */
  value: Estimate;
}

/** How the values of a column are spread. */
export interface ColumnDistribution {
  /** Numbers, dates and times in steps of one width from the smallest to the largest; empty for text and truth values. */
  bins: Bin[];
  /** The column. */
  column: string;
  /** Number of distinct values. */
  distinct: number;
  /** Rows without one. */
  missing: number;
  /** Rows of all other values. */
  other: number;
  /** The table. */
  table: string;
  /** The commonest values, the commonest first; of values that are as common the smaller first. */
  top: ValueCount[];
  /** The kind of its values. */
  type: ColumnType;
  /** Rows with a value. */
  valid: number;
}

/** A column of a table. */
export interface ColumnInfo {
  /** Rows without a value: empty fields. */
  blank: number;
  /** Rows whose value is a code for missing. */
  codedMissing: number;
  /** Number of distinct values. */
  distinct: number;
  /** Largest value. */
  max?: Literal;
  /** Smallest value; none where all are missing. */
  min?: Literal;
  /** Its name. */
  name: string;
  /** The kind of its values, inferred where no option names it. */
  type: ColumnType;
}

/** A column as seen from the rows of a table: zero or more steps along `belongs_to` paths, then the column's name. */
export interface ColumnRef {
  /** Names of `belongs_to` paths, then of the column: `["order", "customer", "state"]`. Never empty. */
  path: string[];
  /** Where it is written. */
  span: Span;
  /** The table whose rows are meant. */
  table: string;
}

/** What a column held. */
export interface ColumnSummary {
  /** Empty fields. */
  blank: number;
  /** Codes that mean missing. */
  coded_missing: number;
  /** The column. Missing values are counted over the rows read. */
  column: string;
  /** Its type. */
  column_type: ColumnType;
  /** Number of distinct values; absent where nobody asked for it. */
  distinct?: number;
  /** Largest value; absent as above. */
  max?: Literal;
  /** Smallest value; absent as above. */
  min?: Literal;
  /** Codes that mean: does not apply. */
  not_applicable: number;
}

/** The kinds of values a column can hold. */
export type ColumnType =
  /** `true` or `false`. */
  | "bool"
  /** Whole numbers. */
  | "int"
  /** Numbers with fractions. */
  | "float"
  /** Text. */
  | "text"
  /** Civil dates. */
  | "date"
  /** Civil dates with a time of day. */
  | "timestamp";

/** Something that may stand at the cursor. */
export interface Completion {
  /** Whether a better word has taken its place. */
  deprecated: boolean;
  /** Beside the label: a signature, a type, the label of a metric. */
  detail?: string;
  /** What it is, in Markdown. */
  docs?: string;
  /** What takes the place of `span`; with `snippet` it has fields to fill in, `${1:name}`. */
  insert: string;
  /** What it is. */
  kind: CompletionKind;
  /** What a list shows and what is matched with the letters typed. */
  label: string;
  /** Its place in the list, from 0. */
  order: number;
  /** Whether `insert` has fields. */
  snippet: boolean;
  /** What is replaced: the letters typed, and the rest of the word behind the cursor. */
  span: Span;
}

/** Kinds of completions. */
export type CompletionKind =
  /** A word that stands by itself: `metric`, `nps`. */
  | "function"
  /** A setting, behind a dot. */
  | "setting"
  /** A word of the script: `let`, `if`. */
  | "keyword"
  /** A name of the script: a param, a table's variable, a parameter of a closure. */
  | "variable"
  /** A table. */
  | "table"
  /** A column. */
  | "column"
  /** A path to the table that rows belong to. */
  | "path"
  /** A metric. */
  | "metric"
  /** An outcome. */
  | "outcome"
  /** A score. */
  | "score"
  /** A segment. */
  | "segment"
  /** A value of a column or segment. */
  | "value"
  /** A key of a map. */
  | "key"
  /** A word out of a fixed list: a calendar, a unit, a rule. */
  | "choice"
  /** A module. */
  | "module";

/** What a part gives to a score: a ranked reason code. */
export interface Contribution {
  /** Its value on 0–100. */
  normalised: number | null;
  /** In words: how it was treated, where that is not plain (`missing: the others carry its weight`). */
  note?: string;
  /** The part: metric, outcome or score. */
  of: string;
  /** Points it gives (arithmetic mixes: share × normalised / 100). */
  points: number | null;
  /** Points it loses against a perfect 100. */
  points_lost: number | null;
  /** Its share of all weight that counted, 0–100; 0 where the part did not count. */
  share: number;
  /** Its state. */
  state: State;
  /** Its value. */
  value: number | null;
  /** Its weight as the card states it. */
  weight: number;
}

/** An outcome along a metric. */
export interface Curve {
  /** The axis of the outcome. */
  axis: Axis;
  /** What stands below the points: the metric with its unit. */
  category: string;
  /** What one more of the metric gives, with its range. */
  effect?: Measured;
  /** What they are. */
  entities: string;
  /** How good the evidence is. */
  evidence: Evidence;
  /** The metric. */
  metric: string;
  /** Entities of all points. */
  n: number;
  /** The outcome. */
  outcome: string;
  /** The points, by rising values of the metric. */
  points: CurvePoint[];
  /** Whether the data show the reverse of what the card claims. */
  reversed?: boolean;
}

/** The outcome where the metric has some values. */
export interface CurvePoint {
  /** The lowest of them. */
  from: number;
  /** The values of the metric: `9`, `0 to 6`. */
  label: string;
  /** The outcome there. */
  measured: Measured;
  /** The highest. */
  to: number;
}

/** The outcome where the metric has some values. */
export interface CurveStep {
  /** The lowest value of the metric here. */
  from: number;
  /** Entities. */
  n: number;
  /** The outcome of these, in its unit. */
  outcome: number;
  /** Its 95 % range; none where one entity has none. */
  range?: [number, number];
  /** The highest. */
  to: number;
}

/** A place in the data: the parts that are known. */
export interface DataPlace {
  /** The column. */
  column?: string;
  /** The file as the host named it. */
  file?: string;
  /** 1-based row of the data, the header not counted. */
  row?: number;
  /** The table. */
  table?: string;
  /** The value as it stands in the file. */
  value?: string;
}

/** Kinds of things that a card declares. */
export type DeclaredKind =
  /** The scorecard itself. */
  | "scorecard"
  /** A named input. */
  | "param"
  /** A table. */
  | "table"
  /** A segment. */
  | "segment"
  /** A metric. */
  | "metric"
  /** An outcome. */
  | "outcome"
  /** A score. */
  | "score"
  /** An objective. */
  | "objective"
  /** A journey. */
  | "journey"
  /** An initiative. */
  | "initiative"
  /** A list of rows. */
  | "list"
  /** An alert. */
  | "alert"
  /** A test of the card. */
  | "test"
  /** A function of the script. */
  | "function";

/** A finding with its title and its place in lines and columns. */
export interface Diagnostic {
  /** Why it is not to be told: a comment of the card or the host allows it. Nothing that is allowed is an error. */
  allowed?: string;
  /** The registered code. */
  code: Code;
  /** A mechanical repair. */
  fix?: Fix;
  /** What the mechanical repair replaces. */
  fix_location?: Location;
  /** A way out. */
  help?: string;
  /** Where it stands in the card or in one of its modules. */
  location?: Location;
  /** What is wrong, in words of scorecards: lower case, no final stop, user text in backticks. */
  message: string;
  /** Where in the data. */
  place?: DataPlace;
  /** Other places that matter. */
  related?: Related[];
  /** Where the second places stand, one for each of `related`. */
  related_locations?: (Location | null)[];
  /** How much it matters. */
  severity: Severity;
  /** Where in the card. */
  span?: Span;
  /** What its code means, in a few words. */
  title: string;
}

/** Which way is good. */
export type Direction =
  /** Higher is better. */
  | "higher"
  /** Lower is better. */
  | "lower";

/** A metric among the drivers of an outcome. */
export interface Driver {
  /** How far it goes with the others: variance inflation, 1 where not at all. */
  inflation: number;
  /** The metric. */
  metric: string;
  /** How well it does, on 0–100 of its scale; none without a scale. */
  performance?: number;
  /** Its place in the importance–performance matrix: `improve`, `keep`, `watch`, `ease`. */
  place?: string;
  /** Its Shapley value (LMG), another part of R²; none for more than 15 metrics. */
  shapley?: Estimate;
  /** Its share of what all explain together, 0–100 (relative weight). */
  share: number;
  /** Its slope beside the others: outcome units per unit of the metric. */
  slope: number;
  /** Its relative weight: its part of R², with its bootstrap range. */
  weight: Estimate;
}

/** The drivers of an outcome. */
export interface Drivers {
  /** Entities left out, as one is missing. */
  left_out: number;
  /** The metrics, the most important first. */
  metrics: Driver[];
  /** Entities that have all metrics. */
  n: number;
  /** What the rows are. */
  of: string;
  /** The outcome. */
  outcome: string;
  /** The share of the outcome's variance that the metrics explain together, 0–1, with its bootstrap range. */
  r_squared: Estimate;
  /** What the data would weigh the parts of scores. */
  weights?: WeightAdvice[];
  /** Metrics left out, and why. */
  without?: [string, string][];
}

/** A stretch of time: `28, "days"`. */
export interface Duration {
  /** How many. */
  count: number;
  /** Of what. */
  unit: TimeUnit;
}

/** A change of a text: `text` takes the place of `span`. */
export interface Edit {
  /** What is replaced. */
  span: Span;
  /** By what. */
  text: string;
}

/** Scores of the rows of a table. */
export interface EntityScores {
  /** Rows in each band, lowest band first. */
  by_band?: number[];
  /** Names of the key's columns. */
  key: string[];
  /** Rows left out. */
  left_out: number;
  /** Rows scored, and rows of the table that `.only(..)` left out. */
  scored: number;
  /** The table. */
  table: string;
  /** Rows without a score. */
  without_score: number;
}

/** A number with its range. */
export interface Estimate {
  /** Upper end. */
  high: number;
  /** Lower end. */
  low: number;
  /** The best guess. */
  value: number;
}

/** How good the evidence for a link is. */
export type Evidence =
  /** The card says so; no data stand behind the number. */
  | "assumed"
  /** The data cannot tell. */
  | "too_little_data"
  /** The data show no effect. */
  | "none_found"
  /** Both move together; which comes first is not known. */
  | "correlated"
  /** The metric was measured before the outcome, and both move together. */
  | "leading"
  /** An experiment stands behind it. */
  | "tested";

/** How the value of a cell came about. */
export interface Explanation {
  /** What it tells. */
  about?: string;
  /** The rows behind each aggregate of the formula, in its order. */
  aggregates?: AggregateExplanation[];
  /** The cell, as the report has it. */
  cell: Cell;
  /** First and last day of the cell's period; none: the whole time. */
  days?: [CivilDate, CivilDate];
  /** Decimals to show. */
  decimals: number;
  /** Which way is good. */
  direction?: Direction;
  /** The formula with the value of each part; of a metric. */
  formula?: FormulaPart;
  /** Goal. */
  goal: GoalResult;
  /** `metric`, `outcome` or `score`. */
  kind: string;
  /** Name for people. */
  label: string;
  /** Smallest n that is not flagged; of a metric. */
  min_n?: number;
  /** Metric, outcome or score. */
  name: string;
  /** Of a score. */
  score?: ScoreExplanation;
  /** In words what its state means, where that is not plain. */
  state_note?: string;
  /** Unit. */
  unit?: string;
}

/** A fact about a thing. */
export interface Fact {
  /** What is told. */
  name: string;
  /** The value, as text. */
  value: string;
}

/** A filter of an aggregate. */
export interface FilterExplanation {
  /** Rows of the cell for which it is not true. */
  leaves_out: number;
  /** The condition as a card writes it. */
  text: string;
}

/** A mechanical repair: replace `span` by `replacement`. */
export interface Fix {
  /** By what. */
  replacement: string;
  /** What to replace. */
  span: Span;
}

/** A card in good order. */
export interface FormattedText {
  /** The edits that bring it there. */
  edits: Edit[];
  /** Its text. */
  text: string;
}

/** A part of a formula with its value in the cell. */
export interface FormulaPart {
  /** Rows used; none: it does not come from rows of one table. */
  n?: number;
  /** What it is made of. */
  parts?: FormulaPart[];
  /** What it is worth. */
  state: State;
  /** As a card writes it. */
  text: string;
  /** Its value. */
  value: number | null;
}

/** What the distance of a stage's metric to its target costs: friction ranked by money. */
export interface Friction {
  /** What not being at its target costs a year. */
  a_year: Estimate;
  /** ISO code. */
  currency?: string;
  /** `moment of truth`, `friction point` or `stage`, as the card declares it. */
  declared: string;
  /** How good the evidence of the link is. */
  evidence: Evidence;
  /** The metric. */
  metric: string;
  /** The outcome that it costs. */
  outcome: string;
  /** Phase and step of the journey. */
  stage?: [string, string | null];
}

/** A word of the language, described. */
export interface FunctionDoc {
  /** What it does. */
  doc: string;
  /** A fragment of a card; it compiles behind [`PREAMBLE`]. */
  example: string;
  /** The group that it stands in. */
  group: string;
  /** Whether it stands in closures over a row. */
  in_closures: boolean;
  /** The word. */
  name: string;
  /** What it is a setting of; empty for words that stand by themselves. */
  on: string[];
  /** Its parameters, in order. */
  params: ParamDoc[];
  /** What it returns. */
  returns: string;
  /** How it is written: `metric.target(value)`. */
  signature: string;
}

/** What a metric or score is to reach, as the card says it, with the baseline's value filled in. */
export interface GoalResult {
  /** The baseline's value. */
  baseline?: number;
  /** The period the baseline was read from, where it was. */
  baseline_period?: string;
  /** By when. */
  due?: CivilDate;
  /** Why there is no target. */
  no_target?: string;
  /** Who answers for it. */
  owner?: string;
  /** The objective it serves. */
  serves?: string;
  /** The final target. */
  target?: number;
  /** The target that holds on the as-of day: the next way point, or the final target. */
  target_now?: number;
}

/** What the first lines of a card say. */
export interface Header {
  /** For whom: `executive`, `team`, `analyst`, or a name of the card's own. */
  audience: Spanned<string> | null;
  /** How often it is read: free text such as `monthly`. */
  cadence: Spanned<string> | null;
  /** The last day for which the data are known to be complete. */
  complete_until: Spanned<CivilDate> | null;
  /** ISO code of the currency of money without one. */
  currency: Spanned<string> | null;
  /** First month of the fiscal year, 1 to 12. */
  fiscal_year_start: Spanned<number> | null;
  /** Smallest number of answers below which a value is flagged; 30 unless told. */
  min_n: Spanned<number> | null;
  /** Who answers for the scorecard. */
  owner: Spanned<string> | null;
  /** The mission it serves. */
  purpose: Spanned<string> | null;
  /** The title. */
  title: Spanned<string>;
  /** Minutes east of UTC to which timestamps with an offset are converted. */
  utc_offset_minutes: Spanned<number> | null;
}

/** A cell. */
export interface HeatCell {
  /** The band of a score. */
  band?: string;
  /** Index of its column. */
  column: number;
  /** The value. */
  measured: Measured;
  /** Whether the period is not over. */
  partial?: boolean;
  /** Index of its row. */
  row: number;
  /**
   * Its colour: −1 the worst to 1 the best with 0 for the middle; where nothing says which way is good, 0 the lowest to
   * 1 the highest.
   */
  shade?: number;
  /** The target that holds for it. */
  target?: number;
  /** Whether that is met. */
  target_met?: boolean;
}

/** A table of values in colours. */
export interface HeatMap {
  /** The axis of the values that colours show. */
  axis: Axis;
  /** The cells, row by row; each row has one for each column. */
  cells: HeatCell[];
  /** What columns are. */
  column_title: string;
  /** The columns. */
  columns: string[];
  /** Earlier periods, or columns with the fewest answers, that are not shown. */
  columns_left_out?: number;
  /** Which way is good. */
  direction?: Direction;
  /** Metric, outcome or score. */
  of: string;
  /** Whether columns are periods. */
  over_time: boolean;
  /** The period of all cells; none: columns are periods, or it is the whole time. */
  period?: string;
  /** What rows are. */
  row_title: string;
  /** The rows. */
  rows: string[];
  /** Rows that are not shown, as there are too many: those with the fewest answers. */
  rows_left_out?: number;
  /** What colours mean. */
  scale: HeatScale;
}

/** What colours of a heat map mean. */
export interface HeatScale {
  /** Shade 1: the best value, or the highest. */
  best: number;
  /** Shade 0 where something says which way is good. */
  middle?: Level;
  /** Shade −1 (or 0, where nothing says which way is good): the worst value, or the lowest. */
  worst: number;
}

/** What is to be said about the thing under the pointer. */
export interface Hover {
  /** What it is, in Markdown. */
  docs: string;
  /** A fragment of a card; it compiles behind the reference's beginning. */
  example?: string;
  /** Facts, name and value: the type of a column, the owner of a metric. */
  facts?: Fact[];
  /** The thing. */
  span: Span;
  /** How it is written: a signature, `survey.recommend`, `metric("nps", ..)`. */
  title: string;
}

/** An action. */
export interface Initiative {
  /** Cost, once. */
  costs: Spanned<number> | null;
  /** Yearly discount rate in percent. */
  discount: Spanned<number> | null;
  /** Day by which it is done. */
  due: Spanned<CivilDate> | null;
  /** Years over which it is judged. */
  horizon: Spanned<Duration> | null;
  /** What it moves. */
  moves: Move[];
  /** Its name. */
  name: Spanned<string>;
  /** Who answers for it. */
  owner: Spanned<string> | null;
  /** Work in person days. */
  person_days: Spanned<number> | null;
  /** First day. */
  starts: Spanned<CivilDate> | null;
  /** The pilot that tested it. */
  tested_by: Spanned<string> | null;
  /** Cost a year. */
  yearly_cost: Spanned<number> | null;
}

/** What an initiative returns, over its horizon. */
export interface InitiativeAnalysis {
  /** What it gains a year once it works, 95 % range. */
  a_year?: Estimate;
  /** Yearly discount rate in percent. */
  discount: number;
  /** The weakest evidence of the links that carry it; none: no money can be told. */
  evidence?: Evidence;
  /** Months over which it is judged. */
  horizon_months: number;
  /** The chance that it loses money over the horizon, 0–100. */
  loss?: number;
  /** Gains less costs over the horizon. */
  net?: Estimate;
  /** What is to be known besides. */
  notes?: string[];
  /** Months from its start until gains have paid for costs, in the middle draw; none: not within the horizon. */
  payback_months?: number;
  /** Whether it is a quick win by the card's rule; none: no rule, or nothing to judge by. */
  quick_win?: boolean;
  /** Its place by net gain for each person day, 1 the best; none without both. */
  rank?: number;
  /** The same in percent of the costs; none without costs. */
  roi?: Estimate;
}

/** An initiative as declared, and what it returns. */
export interface InitiativeResult {
  /** What it returns, by simulation. */
  analysis: InitiativeAnalysis;
  /** As declared. */
  initiative: Initiative;
}

/** A range that holds the true value with the stated confidence. */
export interface Interval {
  /** Upper limit. */
  high: number;
  /** Confidence, 0.95 unless told. */
  level: number;
  /** Lower limit. */
  low: number;
  /** How it was made: `Wilson`, `adjusted Wald`, `t`. */
  method: string;
}

/** A path from a table to one that its rows belong to. */
export interface JoinExplanation {
  /** Rows whose key has no row there; they count under `(unknown)`. */
  orphans: number;
  /** The name of the path. */
  path: string;
  /** The table it leads to. */
  table: string;
  /** Rows without a key; they count under `(unknown)`. */
  without_key: number;
}

/** A metric along the steps. */
export interface JourneyLane {
  /** Its axis. */
  axis: Axis;
  /** Which way is good. */
  direction?: Direction;
  /** The metric. */
  metric: string;
  /** Its values, by step. */
  points: JourneyPoint[];
  /** The target of all. */
  target?: number;
}

/** A journey with the metrics of each step. */
export interface JourneyMap {
  /** Metrics that are measured at several steps. */
  lanes: JourneyLane[];
  /** Metrics that hang on one phase or step. */
  marks: JourneyMark[];
  /** Its name. */
  of: string;
  /** Values of the data that are not on the map, with their rows. */
  off_the_map?: [string, number][];
  /** The period; none: the whole time. */
  period?: string;
  /** The phases, in order. */
  phases: string[];
  /** The steps, in order; a phase without steps is one stop. */
  stops: JourneyStop[];
}

/** A metric at one place of a journey. */
export interface JourneyMark {
  /** What its distance to the target costs a year. */
  costs_a_year?: Estimate;
  /** ISO code of that money. */
  currency?: string;
  /** Decimals to show. */
  decimals: number;
  /** How good the evidence for that is. */
  evidence?: Evidence;
  /** Declared a friction point: the reason, or an empty text. */
  friction_point?: string;
  /** Its name for people. */
  label: string;
  /** Its value. */
  measured: Measured;
  /** The metric. */
  metric: string;
  /** Declared a moment of truth: the reason, or an empty text. */
  moment_of_truth?: string;
  /** Index of its phase. */
  phase: number;
  /** Index of its stop; none: it is of the whole phase. */
  stop?: number;
  /** The target. */
  target?: number;
  /** Whether it is met. */
  target_met?: boolean;
  /** Unit. */
  unit?: string;
}

/** A value at a step. */
export interface JourneyPoint {
  /** The value. */
  measured: Measured;
  /** Index of the stop. */
  stop: number;
  /** The target that holds for it. */
  target?: number;
  /** Whether that is met. */
  target_met?: boolean;
  /** The lowest of the lane, or the highest where lower is better, among values that rest on enough answers. */
  worst?: boolean;
}

/** A journey with what is measured at each step. */
export interface JourneyResult {
  /** Its name. */
  name: string;
  /** Values of the journey's column that are not on the map, with their rows. */
  off_the_map?: [string, number][];
  /** Its phases. */
  phases: PhaseResult[];
}

/** A step of a journey. */
export interface JourneyStop {
  /** Its name. */
  label: string;
  /** Index of its phase. */
  phase: number;
}

/** A number to compare with, and what it is. */
export interface Level {
  /** What it is: `target`, `all`. */
  label: string;
  /** The number. */
  value: number;
}

/** What the lowest scores hold. */
export interface LiftStep {
  /** That rate over the base rate. */
  lift: number;
  /** The rate of the event among them, 0–100. */
  rate: number;
  /** The share of all events that they hold, 0–100. */
  recall: number;
  /** The share of entities with the lowest scores, 0–100. */
  share: number;
}

/** A cap, floor, knock-out or override and what became of it. */
export interface LimitResult {
  /** The score without it, where it was applied. Limits apply one after the other: floors, caps, knock-outs, overrides. */
  before?: number;
  /** The condition as written, or author and expiry of an override. */
  condition: string;
  /** `cap`, `floor`, `knock_out`, `override`. */
  kind: string;
  /** `applied`, `no effect` (its condition holds and changes nothing), `not applied`, `not checked`, `expired`. */
  outcome: string;
  /**
   * Points that it adds, or takes away (below 0), where it was applied: points of all parts and of all limits add up
   * to the score.
   */
  points?: number;
  /** Why. */
  reason: string;
  /** Its value. */
  value: number;
}

/** The limits that hold. */
export interface LimitsInfo {
  /** Cells of a report. */
  cells: number;
  /** Memory of states that grow with the data, in bytes. */
  growingBytes: number;
  /** Memory beyond that of the tables, in bytes. */
  memoryBytes: number;
  /** Steps of the script. */
  operations: number;
  /** Rows read, times steps. */
  rowOperations: number;
  /** Longest card, in bytes. */
  sourceBytes: number;
  /** Time, in milliseconds. */
  wallTimeMs: number;
}

/** A claim: this metric leads that outcome. Declared and validated here; analysed by the `link` stage. */
export interface Link {
  /** Assumed effect: a range of outcome units per unit of the metric. */
  assumes: Spanned<[number, number]> | null;
  /** Columns held constant. */
  controls: ColumnRef[];
  /** How long the effect takes. */
  lag: Duration | null;
  /** The metric or score. */
  metric: Spanned<string>;
  /** The outcome, or another metric. */
  outcome: Spanned<string>;
  /** Where. */
  span: Span;
  /** The experiment that tested it. */
  tested_by: Spanned<string> | null;
  /** How long a stretch of the metric counts. */
  window: Duration | null;
}

/** What became of a claim that one thing leads another. */
export interface LinkAnalysis {
  /** Whether a squared term adds to the fit (1 % level): the effect is then not the same everywhere. */
  bends?: boolean;
  /** The fitted model: intercept, the metric, controls. Of a logistic fit in log odds. */
  coefficients?: Coefficient[];
  /** The outcome along the metric: links are often curved. */
  curve?: CurveStep[];
  /** The smallest effect that would have been found in four of five tries (5 % two-sided, power 80 %). */
  detectable?: number;
  /**
   * The effect that worth is computed from: units of the outcome per unit of the metric, 95 % range. Assumed or from an
   * experiment where the evidence says so, else from the data.
   */
  effect?: Estimate;
  /** How good the evidence is. */
  evidence: Evidence;
  /** Groups of entities whose errors move together, where there are some. */
  groups?: number;
  /** What the data show, where the effect above is not theirs. */
  in_data?: Estimate;
  /** Entities that have the outcome, and no value of the metric or of a control. */
  left_out?: number;
  /** How it was computed. */
  method: string;
  /** Entities or cells in the fit. */
  n: number;
  /** What is to be known besides, in words. */
  notes?: string[];
  /** Of a logistic fit: the odds of the outcome at one unit more, over those before. */
  odds_ratio?: Estimate;
  /** What they are: a table, or cells of segment and period. */
  of: string;
  /** Whether the metric was measured before the outcome. */
  precedes?: boolean;
  /** The share of the outcome's variance that the metric and its controls explain, 0–1; of a linear fit. */
  r_squared?: number;
  /** Whether the data show the reverse of what the card claims. */
  reversed?: boolean;
  /** Lowest and highest value of the metric that entities have: beyond it nothing is known. */
  seen?: [number, number];
  /** Which rows of the metric count. */
  window?: string;
}

/** A claim and what became of it. */
export interface LinkResult {
  /** What the analysis says. */
  analysis: LinkAnalysis;
  /** The claim. */
  link: Link;
}

/** A list of rows. */
export interface ListResult {
  /** For whom. */
  audience?: string;
  /** Columns shown. */
  columns: string[];
  /** Its title. */
  name: string;
  /** Rows that passed, shown or not. */
  passed: number;
  /** Rows shown. */
  rows: Value[][];
  /** The table. */
  table: string;
}

/** A plain value written in a card. */
export type Literal =
  /** `true` or `false`. */
  | boolean
  /** A whole number. */
  | number
  /** A number with a fraction. */
  | number
  /** Text. */
  | string;

/** A stretch of a text. */
export interface Location {
  /** The place after the last character. */
  end: Place;
  /** The text, as the host named it. */
  file: string;
  /** The first character. */
  start: Place;
}

/** Things by two numbers. */
export interface Matrix {
  /** Names of the corners: above left, above right, below left, below right. Empty without splits. */
  corners?: string[];
  /** What cannot be placed, and why. */
  not_placed?: [string, string][];
  /** What the points are: `driver`, `initiative`. */
  of: string;
  /** The points. */
  points: MatrixPoint[];
  /** The axis across. */
  x: Axis;
  /** Where left and right part. */
  x_split?: Level;
  /** The axis upwards. */
  y: Axis;
  /** Where below and above part. */
  y_split?: Level;
}

/** A thing. */
export interface MatrixPoint {
  /** How good the evidence for its worth is. */
  evidence?: Evidence;
  /** Its name for people. */
  label: string;
  /** Its name. */
  name: string;
  /** What is to be known besides. */
  note?: string;
  /** The corner that it is in: `improve`, `quick win`. */
  place?: string;
  /** Its place across. */
  x: Measured;
  /** Its place upwards. */
  y: Measured;
}

/** A value with its range. */
export interface Measured {
  /** Upper end of its range. */
  high?: number;
  /** Lower end of its range. */
  low?: number;
  /** Answers or rows behind it; none where there is nothing to count. */
  n?: number;
  /** What it is worth. */
  state: State;
  /** The value; none: the state says why. */
  value?: number;
}

/** A metric or outcome with its cells. */
export interface MetricResult {
  /** What it tells. */
  about?: string;
  /** All cells: totals first, then each cut; within a cut by value, then by time. */
  cells: Cell[];
  /** Decimals to show. */
  decimals: number;
  /** Which way is good; none: neither. */
  direction?: Direction;
  /** What it claims to lead. */
  drives?: string[];
  /** The measure as written in the card. */
  formula: string;
  /** Declared a friction point: the reason, or an empty text. */
  friction_point?: string;
  /** Goal. */
  goal: GoalResult;
  /** The cell that the headline is read from. */
  headline: Cell;
  /** Name for people. */
  label: string;
  /** Declared a moment of truth: the reason, or an empty text. */
  moment_of_truth?: string;
  /** Its name. */
  name: string;
  /** Why there is no interval, where there can be none. */
  no_interval?: string;
  /** Signal and noise in the series of totals; none: too short a series, or periods that overlap. */
  process?: ProcessResult;
  /** Metric or outcome. */
  role: Role;
  /** Lowest and highest possible value. */
  scale?: [number, number];
  /** The change of the headline, split by each segment that it can be split by. */
  splits?: ChangeSplit[];
  /** Phase and step of the journey. */
  stage?: [string, string | null];
  /** Unit. */
  unit?: string;
  /** Worth of one point. */
  worth?: WorthResult;
}

/** What moving a metric is worth through its link. */
export interface MetricWorth {
  /** How good the evidence of the link is. */
  evidence: Evidence;
  /** How far the metric is from its target, in its unit: target minus value. */
  gap?: number;
  /** The metric. */
  metric: string;
  /** What is to be known besides: an assumption, a target beyond what the data have seen, a lag, a curve. */
  notes?: string[];
  /** What one more unit is worth a year; below 0: one more costs. */
  one_more: Estimate;
  /** What reaching its target is worth a year. */
  to_target?: Estimate;
}

/** By how much an initiative is expected to move a metric: a range. */
export interface Move {
  /** High end. */
  high: number;
  /** Low end. */
  low: number;
  /** The metric. */
  metric: Spanned<string>;
}

/** A thing that moves. */
export interface Moved {
  /** The weakest evidence on the way. */
  evidence: Evidence;
  /** Its value now. */
  now: number;
  /** Outcome or metric. */
  of: string;
  /** Its value then, 95 % range. */
  then: Estimate;
  /** What the move is worth a year, where the card gives the outcome a worth. */
  worth?: Estimate;
}

/** What a metric must become for an outcome to reach a value. */
export interface Needed {
  /** Whether that lies beyond its scale, or beyond what the data have seen. */
  beyond: boolean;
  /** How good the evidence is. */
  evidence: Evidence;
  /** The metric. */
  metric: string;
  /** In words. */
  note: string;
  /** Its value now. */
  now: number;
  /** The outcome. */
  outcome: string;
  /** What it is to reach. */
  target: number;
  /** What it must become; none: no value of it can be told. */
  then: Estimate | null;
}

/** What several outcomes serve together. */
export interface Objective {
  /** Its words. */
  name: Spanned<string>;
  /** Who answers for it. */
  owner: Spanned<string> | null;
}

/** An objective and the outcomes that serve it. */
export interface ObjectiveResult {
  /** As declared. */
  objective: Objective;
  /** Names of the outcomes, metrics and scores that serve it. */
  served_by: string[];
}

/** Weights that the data of the earlier half suggest, judged on the later half. */
export interface OtherWeights {
  /** AUC on the later half with the data's. */
  found: Estimate;
  /** Entities that the weights were found on, and judged on. */
  halves: [number, number];
  /** Part, the card's weight, the data's, both in percent. */
  parts: [string, number, number][];
  /** AUC on the later half with the card's weights. */
  stated: Estimate;
}

/** What an outcome is worth, and what its metrics are worth through their links. */
export interface OutcomeWorth {
  /** The same for each value of each segment: its own gap to its target, times its share of the entities. */
  by_segment?: SegmentWorth[];
  /** ISO code of the money below. */
  currency?: string;
  /** How far it is from its target, in its unit; 0 where it is met. */
  gap?: number;
  /** What closing that gap is worth a year. */
  gap_a_year?: number;
  /** The metrics that are linked with it. */
  metrics: MetricWorth[];
  /** What one point for the better is worth, held for a year. */
  one_point: number;
  /** The outcome. */
  outcome: string;
}

/** Something that a card declares. */
export interface OutlineItem {
  /** What it is. */
  kind: DeclaredKind;
  /** Its name for people. */
  label?: string;
  /** Its name. */
  name: string;
  /** Its name in the statement. */
  name_span: Span;
  /** Of a param: what it may be. */
  param?: ParamOutline;
  /** The statement that declares it. */
  span: Span;
}

/** The pace of a metric or outcome towards its target. */
export interface Pace {
  /** By when. */
  due: CivilDate;
  /** The value that the line has in the period of the due day, with its 95 % prediction range. */
  forecast?: Estimate;
  /** Metric or outcome. */
  of: string;
  /** How many periods the line was drawn through. */
  periods: number;
  /** The target. */
  target: number;
  /** How much a period changes the value. */
  trend?: Estimate;
  /** The verdict. */
  verdict: PaceVerdict;
}

/** How a goal is getting on. */
export type PaceVerdict =
  /** The whole forecast range reaches the target. */
  | "ahead"
  /** The forecast reaches the target, its range holds both. */
  | "on_track"
  /** The forecast falls short, its range holds the target. */
  | "behind"
  /** The whole range falls short. */
  | "will_miss"
  /** The series is too short to say. */
  | "too_short";

/** A named input. */
export interface Param {
  /** What the card says when nobody sets it. */
  default: Literal;
  /** What it means. */
  help: string | null;
  /** Largest value allowed. */
  max: number | null;
  /** Smallest value allowed. */
  min: number | null;
  /** Its name. */
  name: string;
  /** Where it is declared. */
  span: Span;
  /** The value this scorecard was compiled with. */
  value: Literal;
}

/** A parameter, described. */
export interface ParamDoc {
  /** What kind of value it takes. */
  kind: string;
  /** Its name. */
  name: string;
  /** Whether it may be left out. */
  optional: boolean;
  /** Whether several may follow. */
  several: boolean;
}

/** What a param may be: a slider of an editor. */
export interface ParamOutline {
  /** What the card says when nobody sets it. */
  default?: Literal;
  /** Where the default is written. */
  default_span?: Span;
  /** What it means. */
  help?: string;
  /** Largest value. */
  max?: number;
  /** Smallest value. */
  min?: number;
  /** The value that the card was compiled with, or its default where it does not compile. */
  value?: Literal;
}

/** A calendar of the card: `period("month")`, `.rolling(3)`, `.to_date("year")`. */
export interface Period {
  /** The steps. */
  calendar: Calendar;
  /** Each cell covers the last n steps, its own included; 1 is a plain calendar. */
  rolling: number;
  /** Where it is declared. */
  span: Span;
  /** Each cell covers everything since the start of this larger calendar's step. */
  to_date: Calendar | null;
}

/** A calendar with the steps that the data reach. */
export interface PeriodAxis {
  /** The step that headlines are read from: the last complete one. */
  headline: number | null;
  /** How it was declared. */
  period: Period;
  /** The steps in order of time, without gaps. */
  steps: PeriodStep[];
}

/** A step of a calendar. */
export interface PeriodStep {
  /** Whether it is over as of the report's day. */
  complete: boolean;
  /** Last day covered. */
  end: CivilDate;
  /** `2026-05`, `2026-W22`, `2026-Q2`, `2026`, `FY2027`, `FY2027-Q1`, `2026-05-31`. */
  label: string;
  /** First day covered (of a rolling or to-date period: of its whole window). */
  start: CivilDate;
}

/** A phase of a journey. */
export interface PhaseResult {
  /** Metrics that hang on the phase itself. */
  metrics: string[];
  /** Its name. */
  name: string;
  /** Its steps. */
  steps: StepResult[];
}

/** A place in a text. */
export interface Place {
  /** The column in characters (Unicode scalar values), from 1. */
  column: number;
  /** The line, from 1. */
  line: number;
  /** The column in UTF-16 code units, from 1: what JavaScript, the Language Server Protocol and SARIF count. */
  utf16_column: number;
}

/** What noise does to a series of totals, and which values are more than that (XmR). */
export interface ProcessResult {
  /** The upper limit. */
  high: number;
  /** Natural limits: the mean less and plus 2.66 mean moving ranges, neither beyond the ends of the scale. */
  low: number;
  /** Their mean. */
  mean: number;
  /** How many complete periods it rests on. */
  points: number;
  /** Whether there are fewer than 17 values, so that limits will still move. */
  provisional: boolean;
  /** Values that stand out, in order of time. */
  signals?: SignalResult[];
}

/**
 * A metric of the listening programme itself: who answers, who is asked too often, who is called back, whose revenue is
 * heard.
 */
export interface ProgrammeMetric {
  /** The named definition: `AAPOR RR3`, `contacted within 48 hours`. */
  definition: string;
  /** The metric. */
  metric: string;
}

/**
 * Where the numbers come from: everything that is needed to compute them again, and no secret.
 *
 * The texts and the data themselves are not in it; their hashes are, so that whoever has them can show that they are the
 * same ([`super::verify`]).
 */
export interface Provenance {
  /** What was asked beside the card: day, cuts, calendar, values of other cards. */
  asked?: Asked;
  /** Name and version of the engine. */
  engine: string;
  /** Params with the values used. */
  params: Param[];
  /** The hash of `results`, over the hashes of their cells field by field (see docs/history.md). */
  results_sha256: string;
  /** Of which report this is a slice; none: it is whole. */
  slice?: SliceOf;
  /** The card and its modules with their hashes. */
  sources: SourceInfo[];
  /** Tables with the hashes of their source bytes. */
  tables: TableProvenance[];
}

/** What a customer said. */
export interface Quote {
  /** Values of the columns beside. */
  beside?: Value[];
  /** The day of the row; none: it has none, or the table promises anonymity. */
  date?: CivilDate;
  /** How many places were masked. */
  masked?: number;
  /** The text, masked: `[e-mail]`, `[number]`, `[link]`, `[name]`. */
  text: string;
}

/** Quotes of a group. */
export interface QuoteGroup {
  /** Whether it is hidden, as too few people of a table that promises anonymity said something. */
  hidden?: boolean;
  /** Its name; none: there are no groups. */
  label?: string;
  /** The quotes. */
  quotes: Quote[];
  /** Rows in which something was said; none where the table promises anonymity. */
  said?: number;
}

/** By which rule quotes are chosen. */
export type QuotePick =
  /** The newest first. */
  | "newest"
  /** Those that say what many say. */
  | "typical";

/** What customers say in their own words, chosen by rule and masked. */
export interface QuotesResult {
  /** For whom. */
  audience?: string;
  /** The segment whose values are the groups; none: other groups, or none. */
  by?: string;
  /** The column of texts, with the path to it. */
  column: string;
  /** Columns shown beside each quote. */
  columns?: string[];
  /** The groups. */
  groups: QuoteGroup[];
  /** Its title. */
  name: string;
  /** Label of the period that they are of; none: the whole time. */
  period?: string;
  /** By which rule they were chosen. */
  pick: QuotePick;
  /** The table. */
  table: string;
}

/** A second place that a diagnostic talks about. */
export interface Related {
  /** What is there. */
  message: string;
  /** Where. */
  span: Span;
}

/** A report, as `docs/report.schema.json` describes it; its diagnostics have titles, lines and columns, too. */
export interface Report {
  /** What is to be said about card and data. */
  diagnostics: Diagnostic[];
  /** Where the numbers come from. */
  provenance: Provenance;
  /** The numbers: the same bits for the same card, data and as-of day, on any machine. */
  results: Results;
}

/** A chart with its drawing. */
export interface ReportChart {
  /** What it shows, as data. */
  chart: Chart;
  /** Its Vega-Lite specification, with its data in it. */
  vegaLite: unknown;
}

/** The numbers of a report. */
export interface Results {
  /** Alerts, raised or not. */
  alerts: AlertResult[];
  /** The day as of which; none: no table has a date. */
  as_of: CivilDate | null;
  /** Reports for some readers, as the card declares them. */
  audiences?: Audience[];
  /** Calendars, segments and cuts. */
  axes: Axes;
  /** What drives each outcome that several metrics lead to. */
  drivers?: Drivers[];
  /** Stages of journeys by what their distance to the target costs. */
  friction?: Friction[];
  /** Title, owner, purpose. */
  header: Header;
  /** The label of the period that headlines are read from; none: the whole time. */
  headline_period: string | null;
  /** Initiatives. */
  initiatives: InitiativeResult[];
  /** Journeys with the metrics of each step. */
  journeys: JourneyResult[];
  /** Claims that one thing leads another. */
  links: LinkResult[];
  /** Lists of rows. */
  lists: ListResult[];
  /** Outcomes and metrics, in the order of the card. */
  metrics: MetricResult[];
  /** Objectives with the outcomes that serve them. */
  objectives: ObjectiveResult[];
  /** Whether goals are reached in time. */
  pace?: Pace[];
  /** Metrics of the listening programme itself. */
  programme?: ProgrammeMetric[];
  /** What customers say in their own words. */
  quotes?: QuotesResult[];
  /** Scores, in the order of the card. */
  scores: ScoreResult[];
  /** Tables: how many rows were read and used. */
  tables: TableSummary[];
  /** What outcomes and the metrics that lead to them are worth. */
  worth?: OutcomeWorth[];
}

/** What a metric is for. */
export type Role =
  /** A business result. */
  | "outcome"
  /** A measure of customers' experience that should lead an outcome. */
  | "metric";

/** A row behind an aggregate. */
export interface RowExplanation {
  /** Row of the source, 1-based, header not counted. */
  row: number;
  /** `used`, `skipped` or `window not over`. */
  used: string;
  /** The columns read, in the order of `columns`. */
  values: Value[];
}

/** Rows of a table. */
export interface RowPage {
  /** Names of its columns. */
  columns: string[];
  /** The number of the first row, from 0. */
  from: number;
  /** A list of values for each row; missing is null. */
  rows: Value[][];
  /** The table. */
  table: string;
  /** Rows of the table in all. */
  total: number;
}

/** How well a score told the event. */
export interface ScoreBacktest {
  /** The chance that one with the event had the lower score, with its 95 % range (DeLong); 0.5 is a coin. */
  auc: Estimate;
  /** What came of each band. */
  bands: BandStep[];
  /** The rate of the event among them, 0–100. */
  base_rate: number;
  /** Forecast by the score against what came, in ten groups. */
  calibration: CalibrationStep[];
  /** Entities without one. */
  left_out: number;
  /** Among the lowest 10 and 20 % of scores: share, rate, lift, recall. */
  lift: LiftStep[];
  /** Entities with an earlier score. */
  n: number;
  /** The score. */
  score: string;
  /** Other weights, found on the earlier half and judged on the later; none where there are too few. */
  weights?: OtherWeights;
}

/** How a score came about. */
export interface ScoreExplanation {
  /** `weighted mean`, `weighted geometric mean`, `worst part`. */
  aggregation: string;
  /** Bands with their lower edges: `red below 50`, `amber from 50`, `green from 75`. */
  bands: string[];
  /** Caps, floors, knock-outs and overrides, in the order in which they apply. */
  limits: LimitResult[];
  /** The mix before limits. */
  mixed: number | null;
  /** Its parts, most points lost first. */
  parts: Contribution[];
  /** In words: what happens to missing and stale parts. */
  rules: string[];
  /** How each part became 0–100, in the order of `parts`: `0 scores 0, 60 scores 100`. */
  scales: string[];
}

/** A score that moves. */
export interface ScoreMoved {
  /** Its band now. */
  band_now: string | null;
  /** Its band then. */
  band_then: string | null;
  /** Its value now. */
  now: number | null;
  /** The score. */
  score: string;
  /** Its value then. */
  then: number | null;
}

/** A score with its cells. */
export interface ScoreResult {
  /** What it tells. */
  about?: string;
  /** Edges between bands. */
  band_edges?: number[];
  /** Names of the bands, lowest first, and their lower edges but the first. */
  bands?: string[];
  /** All cells. */
  cells: Cell[];
  /** The parts of the headline: what each gives and what it loses, most lost first. */
  contributions: Contribution[];
  /** Decimals to show. */
  decimals: number;
  /** Scores of the rows of a table, where the card asks for them. */
  entities?: EntityScores;
  /** Goal. */
  goal: GoalResult;
  /** The cell that the headline is read from. */
  headline: Cell;
  /** Name for people. */
  label: string;
  /** Caps, floors, knock-outs and overrides of the headline. */
  limits: LimitResult[];
  /** Its name. */
  name: string;
  /** Why the headline has no range, where it has none. */
  no_interval?: string;
  /** Signal and noise in the series of totals; none: too short a series, or periods that overlap. */
  process?: ProcessResult;
}

/** A segment with the values that the data have. */
export interface SegmentAxis {
  /** Name for people. */
  label: string;
  /** Its name. */
  name: string;
  /** Values in order: as the card orders them, then by text; `(unknown)` last. */
  values: string[];
}

/** What closing the gap of a segment's value is worth a year. */
export interface SegmentWorth {
  /** What closing it is worth a year. */
  a_year: number;
  /** The gap, in the outcome's unit. */
  gap: number;
  /** The segment. */
  segment: string;
  /** Its value. */
  value: string;
}

/** How much a diagnostic matters. */
export type Severity =
  /** The card or the data cannot be used. */
  | "error"
  /** The result stands, but something about it deserves a look. */
  | "warning"
  /** A fact worth knowing. */
  | "note";

/** A value of a series that stands out. */
export interface SignalResult {
  /** The period. */
  period: string;
  /** Its value. */
  value: number;
  /** Why: `outside the limits`, `one of eight in a row on one side`, `three of four near a limit`. */
  why: string;
}

/** The call around the cursor. */
export interface Signature {
  /** The parameter at the cursor; none behind the last. */
  active?: number;
  /** What it does. */
  docs: string;
  /** Its parameters, in order. */
  params: SignatureParam[];
  /** How it is written: `metric.target(value)`. */
  text: string;
}

/** A parameter of a call. */
export interface SignatureParam {
  /** What kind of value it takes. */
  kind: string;
  /** Its name, as it stands in the signature. */
  name: string;
  /** Whether it may be left out. */
  optional: boolean;
  /** Whether several may follow. */
  several: boolean;
}

/** The report that a slice is cut from. */
export interface SliceOf {
  /** What the whole report has and a slice has not, in words. */
  left_out?: string[];
  /** The hash of the whole report's `results`. */
  of_results_sha256: string;
  /** The segment. */
  segment: string;
  /** Its value. */
  value: string;
}

/** A text that a scorecard was made from. */
export interface SourceInfo {
  /** The name that the host gave: a path, or a module's name. */
  name: string;
  /** SHA-256 of the text, in hexadecimal. */
  sha256: string;
}

/** A stretch of source text, in bytes: `start` is the first byte, `end` the byte after the last. */
export interface Span {
  /** The byte after the last. */
  end: number;
  /** Which text: 0 is the card itself, higher numbers are its modules, in the order of `Scorecard::sources`. */
  source: number;
  /** First byte. */
  start: number;
}

/** What a cell's value is worth, worst first (DESIGN.md section 4, rule 6). A derived cell takes its inputs' worst. */
export type State =
  /** It could not be computed; a diagnostic says why. No value. */
  | "failed"
  /** Hidden to protect people. No value. */
  | "suppressed"
  /** Nothing to measure. No value. */
  | "missing"
  /** The segment or period cannot reach the measure. No value. */
  | "not_applicable"
  /** Fewer answers than `min_n`; the value is there, flagged. */
  | "too_few"
  /** No new rows for longer than `fresh_for`; the value is there, flagged. */
  | "stale"
  /** Fine. */
  | "ok";

/** A step of a journey. */
export interface StepResult {
  /** Metrics that hang on the step, and cells of `each_step` metrics: metric, cell of the headline period. */
  metrics: [string, Cell][];
  /** Its name. */
  name: string;
}

/** A table that the engine keeps. */
export interface TableInfo {
  /** Its columns, in the order of the source. */
  columns: ColumnInfo[];
  /** What was found on reading. */
  diagnostics: Diagnostic[];
  /** Memory of its columns, in bytes, about. */
  heldBytes: number;
  /** The name by which cards call it. */
  name: string;
  /** What the source was called when it was given. */
  origin?: string;
  /** Rows. */
  rows: number;
  /** SHA-256 of the source's bytes, where it came as bytes or text. */
  sha256?: string;
}

/** Where a table comes from. */
export interface TableProvenance {
  /** The file as the host named it, or the database with the hash of the query; never a user or a password. */
  origin: string | null;
  /** Rows read. */
  rows: number;
  /** SHA-256 of its bytes; of a database: of the values that it answered. */
  sha256: string | null;
  /** The table. */
  table: string;
}

/** What a table held and what became of its rows. */
export interface TableSummary {
  /** Columns that the card reads. */
  columns?: ColumnSummary[];
  /** First and last date, as text. */
  dates?: [string, string];
  /** Rows dated after the as-of day, left out. */
  later_than_as_of: number;
  /** Orphans: path, rows whose key has no row there. */
  orphans?: [string, number][];
  /** Rows read. */
  rows_read: number;
  /** Rows used. */
  rows_used: number;
  /** Rows that gave way to a later row of the same key, or to an identical one. */
  superseded: number;
  /** The table. */
  table: string;
  /** Rows without a key: path, rows. */
  without_key?: [string, number][];
}

/** Units of durations. */
export type TimeUnit =
  /** Minutes. */
  | "minute"
  /** Hours. */
  | "hour"
  /** Days. */
  | "day"
  /** Seven days. */
  | "week"
  /** Calendar months. */
  | "month"
  /** Three calendar months. */
  | "quarter"
  /** Twelve calendar months. */
  | "year";

/** The totals of a metric or score, period by period. */
export interface Trend {
  /** The axis of the values. */
  axis: Axis;
  /** Bands of a score, lowest first. */
  bands?: Band[];
  /** Where it started. */
  baseline?: Level;
  /** What a period is: `month`, `fiscal quarter`. */
  calendar: string;
  /** Which way is good. */
  direction?: Direction;
  /** By when the final target is to be reached. */
  due?: CivilDate;
  /** Metric, outcome or score. */
  of: string;
  /** Every period from the first with a value to the last, in order; a period without a value is a gap. */
  points: TrendPoint[];
  /** What noise does to the series. */
  process?: ProcessResult;
  /** The final target; each point names the one that holds for it. */
  target?: Level;
}

/** A period. */
export interface TrendPoint {
  /** The band of a score. */
  band?: string;
  /** Whether it is for the better. */
  better?: boolean;
  /** Last day. */
  end: CivilDate;
  /** The value. */
  measured: Measured;
  /** Whether the period is not over: shown apart, never judged. */
  partial?: boolean;
  /** Its label. */
  period: string;
  /** Why it stands out of the noise. */
  signal?: string;
  /** Of a value that stands out: whether it is on the better side of the mean. */
  signal_better?: boolean;
  /** First day. */
  start: CivilDate;
  /** The target that holds for it. */
  target?: number;
  /** Whether that is met. */
  target_met?: boolean;
  /** Whether the change to the period before is more than noise. */
  verdict?: ChangeVerdict;
}

/** A plain value of a list. */
export type Value =
  /** Missing. */
  | null
  /** `true` or `false`. */
  | boolean
  /** A whole number. */
  | number
  /** A number. */
  | number
  /** Text, or a date as text. */
  | string;

/** How often a value stands in a column. */
export interface ValueCount {
  /** Rows that have it. */
  count: number;
  /** The value. */
  value: Value;
}

/** A table that a card wants of the host. */
export interface WantedTable {
  /** The columns that the card reads, by name; more than these where it reads whole rows. */
  columns: string[];
  /** The file that the card names for it. */
  file?: string;
  /** Whether the engine has it. */
  here: boolean;
  /** Its name. */
  name: string;
}

/** Steps that add up. */
export interface Waterfall {
  /** The axis of the points. */
  axis: Axis;
  /** The band of the score. */
  band?: string;
  /** Bands of a score, lowest first. */
  bands?: Band[];
  /** Metric, outcome or score. */
  of: string;
  /** The period; none: the whole time. */
  period?: string;
  /** Range of the last total. */
  range?: [number, number];
  /** The steps in order; each starts where the one before ends, but totals, which start at zero. */
  steps: WaterfallStep[];
}

/** A step. */
export interface WaterfallStep {
  /** Whether that is for the better; none: nothing says which way is good. */
  better?: boolean;
  /** Decimals of that value. */
  decimals?: number;
  /** Where it starts. */
  from: number;
  /** Where it would end with these. */
  full?: number;
  /** What it is. */
  kind: WaterfallStepKind;
  /** Its name for people. */
  label: string;
  /** Points that it could have added besides: what it loses against a perfect 100. */
  lost?: number;
  /** How it was treated, or why a limit holds. */
  note?: string;
  /** What it adds: `to` less `from`. */
  points: number;
  /** Its share of all weight, 0–100. */
  share?: number;
  /** What it is worth. */
  state: State;
  /** Where it ends. */
  to: number;
  /** That unit. */
  unit?: string;
  /** Value of the part, in its own unit. */
  value?: number;
}

/** What a step is. */
export type WaterfallStepKind =
  /** A part that gives points. */
  | "part"
  /** A cap, floor, knock-out or override that was applied. */
  | "limit"
  /** Where it starts, or what it comes to. */
  | "total";

/** The weights of a score's parts, as the card states them and as the drivers of an outcome would. */
export interface WeightAdvice {
  /** Part, weight of the card and of the data, both in percent of the parts named here. */
  parts: [string, number, number][];
  /** Segment values whose place among the others would change, of how many. */
  ranks_changed: [number, number];
  /** The score. */
  score: string;
}

/** What follows from other values of some metrics. */
export interface WhatIf {
  /** What moves through links: outcomes, and metrics on the way. */
  moved: Moved[];
  /** What it takes to reach a target. */
  needed?: Needed[];
  /** What is to be known besides. */
  notes?: string[];
  /** The scores of the card, at the best guess of what moves. */
  scores: ScoreMoved[];
  /** The metrics that were set: name, value now, value then. */
  set: [string, number, number][];
}

/** What one point is worth. */
export interface WorthResult {
  /** Money for one point, held for twelve months; none where the measure behind it has no value. */
  amount: number | null;
  /** ISO code. */
  currency: string | null;
  /** Whether it was typed into the card, or measured. */
  measured: boolean;
}

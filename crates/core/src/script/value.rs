//! What the words of a card return: handles on the things that are being declared.
//!
//! Imports: definition, diagnostic.

use std::sync::Arc;

use crate::definition::{AddedSource, Buckets, Calendar, ColumnRef, Expr, Measure, MeasureKind, Period};
use crate::diagnostic::{Span, Spanned};

/// A handle, as a script passes it around. Numbers are places in the lists of the scorecard under construction.
#[derive(Debug, Clone)]
pub enum Value {
    /// The scorecard itself.
    Scorecard,
    /// A table.
    Table(usize),
    /// Settings of some columns of a table.
    Columns(usize, Arc<Vec<Spanned<String>>>),
    /// A column, perhaps along paths; resolved at the end of the script.
    Column(Arc<ColumnRef>),
    /// A function of columns, outside closures: `hours_between(t.opened_at, t.closed_at)`.
    Formula(Arc<Formula>),
    /// A column made with a window over other rows: `count_recent(..)`, `followed_within(..)`.
    Window(Arc<(String, AddedSource)>),
    /// Numbers cut at edges, with the name of rows without a value.
    Buckets(Arc<(Buckets, Option<String>)>),
    /// The calendar step of a date column.
    Cohort(Arc<ColumnRef>, Calendar),
    /// A measure.
    Measure(Arc<Measure>),
    /// `measure.by("team")`, which waits for `.spread()` or the like.
    By(Arc<Measure>, Arc<Spanned<String>>),
    /// A metric or an outcome.
    Metric(usize),
    /// A score.
    Score(usize),
    /// A segment.
    Segment(usize),
    /// Periods: the first and how many.
    Periods(usize, usize),
    /// A cube of segments.
    Cross,
    /// A link.
    Link(usize),
    /// An objective.
    Objective(usize),
    /// A journey.
    Journey(usize),
    /// An initiative.
    Initiative(usize),
    /// The rule for quick wins.
    QuickWins,
    /// A list of rows.
    List(usize),
    /// An alert.
    Alert(usize),
    /// An audience.
    Audience(usize),
    /// Quotes of customers.
    Quotes(usize),
    /// A test of the card.
    Test(usize),
    /// What a mistake leaves behind: it takes every setting without a word, so that one mistake is told once.
    Poison,
}

/// An expression over columns, written outside closures.
#[derive(Debug, Clone)]
pub struct Formula {
    /// The table whose rows it reads.
    pub table: String,
    /// The expression.
    pub expr: Expr,
}

/// Kinds of receivers and arguments, for documentation and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No receiver: a word that stands by itself.
    Free,
    /// See [`Value`].
    Scorecard,
    /// See [`Value`].
    Table,
    /// See [`Value`].
    Columns,
    /// See [`Value`].
    Column,
    /// See [`Value`].
    Formula,
    /// See [`Value`].
    Window,
    /// See [`Value`].
    Buckets,
    /// See [`Value`].
    Cohort,
    /// See [`Value`].
    Measure,
    /// See [`Value`].
    By,
    /// A metric or an outcome.
    Metric,
    /// See [`Value`].
    Score,
    /// See [`Value`].
    Segment,
    /// See [`Value`].
    Period,
    /// See [`Value`].
    Cross,
    /// See [`Value`].
    Link,
    /// See [`Value`].
    Objective,
    /// See [`Value`].
    Journey,
    /// See [`Value`].
    Initiative,
    /// See [`Value`].
    QuickWins,
    /// See [`Value`].
    List,
    /// See [`Value`].
    Alert,
    /// See [`Value`].
    Audience,
    /// See [`Value`].
    Quotes,
    /// See [`Value`].
    Test,
    /// A mistake.
    Poison,
    /// A text of the script.
    Text,
    /// A number of the script.
    Number,
    /// `true` or `false`.
    Bool,
    /// A list of the script.
    Array,
    /// A map of the script.
    Map,
    /// A closure.
    Closure,
    /// `()`.
    Nothing,
}

impl Kind {
    /// How messages name it, with its article.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Free => "a word",
            Self::Scorecard => "the scorecard",
            Self::Table => "a table",
            Self::Columns => "column settings",
            Self::Column => "a column",
            Self::Formula => "a formula over columns",
            Self::Window => "a column over other rows",
            Self::Buckets => "buckets",
            Self::Cohort => "a cohort",
            Self::Measure => "a measure",
            Self::By => "a measure by segment",
            Self::Metric => "a metric",
            Self::Score => "a score",
            Self::Segment => "a segment",
            Self::Period => "a period",
            Self::Cross => "a cross",
            Self::Link => "a link",
            Self::Objective => "an objective",
            Self::Journey => "a journey",
            Self::Initiative => "an initiative",
            Self::QuickWins => "quick wins",
            Self::List => "a list of rows",
            Self::Alert => "an alert",
            Self::Audience => "an audience",
            Self::Quotes => "quotes",
            Self::Test => "a test",
            Self::Poison => "a mistake",
            Self::Text => "text",
            Self::Number => "a number",
            Self::Bool => "true or false",
            Self::Array => "a list",
            Self::Map => "a map",
            Self::Closure => "a condition",
            Self::Nothing => "nothing",
        }
    }

    /// How the reference names it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Free => "",
            Self::Scorecard => "scorecard",
            Self::Columns => "columns",
            Self::QuickWins => "quick_wins",
            Self::By => "measure by segment",
            Self::Window => "column",
            Self::Text => "text",
            Self::Bool => "true or false",
            Self::Nothing => "nothing",
            Self::Closure => "condition",
            Self::Poison => "mistake",
            Self::Buckets => "buckets",
            other => {
                let phrase = other.phrase();
                match phrase.as_bytes() {
                    [b'a', b' ', ..] => phrase.split_at(2).1,
                    [b'a', b'n', b' ', ..] => phrase.split_at(3).1,
                    _ => phrase,
                }
            }
        }
    }
}

impl Value {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Scorecard => Kind::Scorecard,
            Self::Table(_) => Kind::Table,
            Self::Columns(..) => Kind::Columns,
            Self::Column(_) => Kind::Column,
            Self::Formula(_) => Kind::Formula,
            Self::Window(_) => Kind::Window,
            Self::Buckets(_) => Kind::Buckets,
            Self::Cohort(..) => Kind::Cohort,
            Self::Measure(_) => Kind::Measure,
            Self::By(..) => Kind::By,
            Self::Metric(_) => Kind::Metric,
            Self::Score(_) => Kind::Score,
            Self::Segment(_) => Kind::Segment,
            Self::Periods(..) => Kind::Period,
            Self::Cross => Kind::Cross,
            Self::Link(_) => Kind::Link,
            Self::Objective(_) => Kind::Objective,
            Self::Journey(_) => Kind::Journey,
            Self::Initiative(_) => Kind::Initiative,
            Self::QuickWins => Kind::QuickWins,
            Self::List(_) => Kind::List,
            Self::Alert(_) => Kind::Alert,
            Self::Audience(_) => Kind::Audience,
            Self::Quotes(_) => Kind::Quotes,
            Self::Test(_) => Kind::Test,
            Self::Poison => Kind::Poison,
        }
    }

    /// A measure of some kind, written at `span`.
    pub fn measure(kind: crate::definition::MeasureKind, span: Span) -> Self {
        Self::Measure(Arc::new(Measure { kind, span }))
    }
}

/// Deepest nesting of a measure or formula.
const MAX_DEPTH: usize = 100;
/// Most pieces of a measure or formula.
const MAX_NODES: usize = 5_000;
/// Most steps of a path to a column.
pub const MAX_STEPS: usize = 32;

impl Value {
    /// Whether a measure or formula has grown beyond what a card needs: a loop can double one at each turn.
    pub fn is_too_large(&self) -> bool {
        let mut nodes = 0;
        let fits = match self {
            Self::Measure(measure) | Self::By(measure, _) => measure_fits(measure, 0, &mut nodes),
            Self::Formula(formula) => expr_fits(&formula.expr, 0, &mut nodes),
            _ => true,
        };
        !fits
    }
}

/// Whether a measure is of reasonable size; stops as soon as it is not.
pub fn measure_fits(measure: &Measure, depth: usize, nodes: &mut usize) -> bool {
    *nodes += 1;
    if depth > MAX_DEPTH || *nodes > MAX_NODES {
        return false;
    }
    match &measure.kind {
        MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } => true,
        MeasureKind::Aggregate(part) => part.exprs().all(|expr| expr_fits(expr, 0, nodes)),
        MeasureKind::Arithmetic(_, left, right) => {
            measure_fits(left, depth + 1, nodes) && measure_fits(right, depth + 1, nodes)
        }
        MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) | MeasureKind::Across { measure: inner, .. } => {
            measure_fits(inner, depth + 1, nodes)
        }
    }
}

fn expr_fits(expr: &Expr, depth: usize, nodes: &mut usize) -> bool {
    *nodes += 1;
    depth <= 2 * MAX_DEPTH
        && *nodes <= 4 * MAX_NODES
        && expr
            .children()
            .into_iter()
            .all(|child| expr_fits(child, depth + 1, nodes))
}

/// A calendar as the card writes it.
pub fn plain_period(calendar: Calendar, span: Span) -> Period {
    Period {
        calendar,
        rolling: 1,
        to_date: None,
        span,
    }
}

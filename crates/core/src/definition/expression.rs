//! Closures as data: untyped expressions over the rows of a table, or over the metrics of a cell.

#[cfg(test)]
pub mod short;

use serde::{Deserialize, Serialize};

use super::column::Literal;
use crate::diagnostic::Span;

/// A closure over the rows of one table, compiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RowExpr {
    /// The table whose rows it reads.
    pub table: String,
    /// The expression.
    pub expr: Expr,
}

/// An expression with its place in the card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is written; empty for what the engine made itself.
    pub span: Span,
}

impl Expr {
    /// Joins a kind and its place.
    #[must_use]
    pub const fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// A column of the row itself.
    pub fn column(name: impl Into<String>, span: Span) -> Self {
        Self::new(ExprKind::Column(vec![name.into()]), span)
    }

    /// `or_else(x, other)`: another value where this one is missing.
    #[must_use]
    pub fn or_else(self, other: Self, span: Span) -> Self {
        Self::new(ExprKind::Call(Function::OrElse, vec![self, other]), span)
    }
}

/// What an expression can be. Missing values follow DESIGN.md section 2 (Kleene logic; `if` on missing is missing;
/// a `switch` on missing takes no arm, not even the default).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExprKind {
    /// A constant: written, captured, or a param.
    Literal(Literal),
    /// `()`: the missing value.
    Missing,
    /// A column: steps along paths, then the name. In a closure over cells: the name of a metric or score.
    Column(Vec<String>),
    /// `-x`, `!x`.
    Unary(UnaryOp, Box<Expr>),
    /// Two operands.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `if .. {} else if .. {} else {}`: conditions with their values, then the rest. Without `else`: missing.
    If {
        /// Condition and value, in order.
        arms: Vec<(Expr, Expr)>,
        /// Value when no condition is true.
        otherwise: Option<Box<Expr>>,
    },
    /// `switch`.
    Switch {
        /// What is looked at.
        on: Box<Expr>,
        /// The arms, in order: the first whose pattern and guard hold.
        arms: Vec<SwitchArm>,
        /// `_ => ..`; missing when absent.
        default: Option<Box<Expr>>,
    },
    /// `let`: binds slot `slot` to `value` in `body`. Slots are unique in one closure.
    Let {
        /// Number of the slot.
        slot: u32,
        /// What it holds.
        value: Box<Expr>,
        /// Where it is known.
        body: Box<Expr>,
    },
    /// The value of a `let`.
    Slot(u32),
    /// `x in [a, b]`; items are expressions.
    In(Box<Expr>, Vec<Expr>),
    /// `x in low..high` or `low..=high`.
    InRange {
        /// The value looked for.
        value: Box<Expr>,
        /// Lower edge, included.
        low: Box<Expr>,
        /// Upper edge.
        high: Box<Expr>,
        /// Whether the upper edge belongs to it.
        inclusive: bool,
    },
    /// A function of the row language.
    Call(Function, Vec<Expr>),
}

/// An arm of a `switch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SwitchArm {
    /// Values or ranges, any of which selects the arm.
    pub patterns: Vec<SwitchPattern>,
    /// `if ..` behind the pattern.
    pub guard: Option<Expr>,
    /// The value of the arm.
    pub value: Expr,
}

/// What selects an arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SwitchPattern {
    /// Equal to a value; numbers match numerically.
    Value(Literal),
    /// `low..high`, `low..=high`.
    Range {
        /// Lower edge, included.
        low: i64,
        /// Upper edge.
        high: i64,
        /// Whether the upper edge belongs to it.
        inclusive: bool,
    },
}

/// Operators of one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnaryOp {
    /// `-x`
    Negate,
    /// `!x`
    Not,
}

/// Operators of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BinaryOp {
    /// `+` of numbers, or texts joined.
    Add,
    /// `-`; of two dates: days.
    Subtract,
    /// `*`
    Multiply,
    /// `/`, always with fractions; by zero: missing.
    Divide,
    /// `%`; by zero: missing.
    Remainder,
    /// `**`
    Power,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `&&`, Kleene.
    And,
    /// `||`, Kleene.
    Or,
}

macro_rules! functions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal ($min:literal, $max:literal),)*) => {
        /// Functions of the row language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Function { $($(#[$doc])* $variant,)* }

        impl Function {
            /// Every function.
            pub const ALL: &'static [Function] = &[$(Function::$variant),*];

            /// Its name in a script.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }

            /// Fewest and most arguments, the receiver of a method counted.
            #[must_use]
            pub const fn arity(self) -> (usize, usize) { match self { $(Self::$variant => ($min, $max)),* } }

            /// The function of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> { match name { $($name => Some(Self::$variant),)* _ => None } }
        }
    };
}

functions! {
    /// Text in lower case.
    ToLower = "to_lower" (1, 1),
    /// Text in upper case.
    ToUpper = "to_upper" (1, 1),
    /// Text without white space at its ends.
    Trim = "trim" (1, 1),
    /// Whether text contains another.
    Contains = "contains" (2, 2),
    /// Whether text starts with another.
    StartsWith = "starts_with" (2, 2),
    /// Whether text ends with another.
    EndsWith = "ends_with" (2, 2),
    /// Number of characters.
    Len = "len" (1, 1),
    /// Part of a text: from (0-based), and optionally how many characters.
    SubString = "sub_string" (2, 3),
    /// Every occurrence replaced.
    Replace = "replace" (3, 3),
    /// Year of a date.
    Year = "year" (1, 1),
    /// Month of a date, 1 to 12.
    Month = "month" (1, 1),
    /// Day of the month, 1 to 31.
    DayOfMonth = "day_of_month" (1, 1),
    /// Day of the week, Monday 1 to Sunday 7.
    Weekday = "weekday" (1, 1),
    /// Hour of a timestamp, 0 to 23.
    Hour = "hour" (1, 1),
    /// The date of a timestamp.
    Day = "day" (1, 1),
    /// Whole or fractional days from the first to the second.
    DaysBetween = "days_between" (2, 2),
    /// Hours from the first to the second, with fractions.
    HoursBetween = "hours_between" (2, 2),
    /// Minutes from the first to the second, with fractions.
    MinutesBetween = "minutes_between" (2, 2),
    /// Whole months from the first to the second.
    MonthsBetween = "months_between" (2, 2),
    /// A date some days later.
    AddDays = "add_days" (2, 2),
    /// A date some months later (the last day of the month where the day does not exist).
    AddMonths = "add_months" (2, 2),
    /// A date from text `yyyy-MM-dd`.
    Date = "date" (1, 1),
    /// End of the cell's period, or the as-of date.
    AsOf = "as_of" (0, 0),
    /// Absolute value.
    Abs = "abs" (1, 1),
    /// Nearest whole number, half away from zero; with a second argument: to so many decimals.
    Round = "round" (1, 2),
    /// Largest whole number not above.
    Floor = "floor" (1, 1),
    /// Smallest whole number not below.
    Ceil = "ceil" (1, 1),
    /// The smaller of two numbers.
    Min = "min" (2, 2),
    /// The larger of two numbers.
    Max = "max" (2, 2),
    /// A number held between two others.
    Clamp = "clamp" (3, 3),
    /// Natural logarithm; missing for zero and below.
    Ln = "ln" (1, 1),
    /// Exponential.
    Exp = "exp" (1, 1),
    /// Square root; missing below zero.
    Sqrt = "sqrt" (1, 1),
    /// A number or text as a whole number; missing where it is none.
    ToInt = "to_int" (1, 1),
    /// A number or text as a number; missing where it is none.
    ToFloat = "to_float" (1, 1),
    /// A value as text.
    ToText = "to_text" (1, 1),
    /// Whether the value is missing.
    IsMissing = "is_missing" (1, 1),
    /// The value, or another where it is missing.
    OrElse = "or_else" (2, 2),
    /// Deadline: end within n units of start: yes, no, or missing while not yet due. (start, end, n, unit)
    DoneWithin = "done_within" (4, 4),
    /// Deadline: done at or before due: yes, no, or missing while not yet due. (done, due)
    DoneBy = "done_by" (2, 2),
    /// Whether something started and not yet ended is open at the end of the cell's period. (start, end)
    IsOpen = "is_open" (2, 2),
}

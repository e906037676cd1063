//! A checked expression, ready to be computed.

use std::sync::Arc;

use super::types::{Mask, Wanted};
use crate::definition::{BinaryOp, ColumnType, Function, TimeUnit};
use crate::diagnostic::{Diagnostic, Span, codes};

/// An expression whose types fit.
#[derive(Debug, Clone)]
pub struct Typed {
    pub(super) root: Node,
    pub(super) columns: Vec<Vec<String>>,
    /// Narrowed types of columns.
    pub(super) types: Vec<Mask>,
    pub(super) slots: usize,
    /// How many pieces it has: what a row costs.
    pub(super) steps: usize,
    /// How many pieces are computed per distinct text.
    pub(super) lifted: usize,
    pub(super) uses_as_of: bool,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) span: Span,
}

impl Typed {
    /// The type of its values; none while the type of some column is not known.
    #[must_use]
    pub fn value_type(&self) -> Option<ColumnType> {
        self.root.ty.only()
    }

    /// The columns that it reads, each as steps and a name.
    #[must_use]
    pub fn columns(&self) -> &[Vec<String>] {
        &self.columns
    }

    /// What its uses say about the type of a column that it reads; `true` when it is surely of that kind.
    #[must_use]
    pub fn column_is(&self, column: usize, wanted: Wanted) -> bool {
        self.types.get(column).is_some_and(|mask| mask.within(wanted.mask()))
    }

    /// Whether it asks for the as-of day, so that its values differ from period to period.
    #[must_use]
    pub const fn uses_as_of(&self) -> bool {
        self.uses_as_of
    }

    /// What deserves a look although it can be computed.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Says that somebody (`by`, such as a measure's name) needs another kind of value, with a way out.
    ///
    /// # Errors
    /// `BW212`.
    pub fn require(&self, wanted: Wanted, by: &str) -> Result<(), Diagnostic> {
        let (found, needed) = (self.root.ty, wanted.mask());
        if found.meets(needed) {
            return Ok(());
        }
        let (message, help) = match wanted {
            Wanted::Bool if found.within(Mask::NUMBER) => (
                format!("`{by}` needs true or false; this is a number"),
                "compare it: `== 1`",
            ),
            Wanted::Bool if found.within(Mask::TEXT) => (
                format!("`{by}` needs true or false; this is text"),
                "compare it: `== \"yes\"`, or declare the column's type",
            ),
            Wanted::Bool => (
                format!("`{by}` needs true or false; this is {}", found.phrase()),
                "compare it with something",
            ),
            Wanted::Number if found.within(Mask::BOOL) => (
                format!("`{by}` needs a number; this is true or false"),
                "count it: `rate(..)`, or write `if .. { 1 } else { 0 }`",
            ),
            Wanted::Number if found.within(Mask::TEXT) => (
                format!("`{by}` needs a number; this is text"),
                "declare codes that mean missing, or the column's type",
            ),
            Wanted::Time if found.within(Mask::TEXT) => (
                format!("`{by}` needs a date; this is text"),
                "declare its format: `.dates(\"d/M/yyyy\")`",
            ),
            Wanted::Number | Wanted::Time | Wanted::Ordered | Wanted::Any => {
                let needed = match wanted {
                    Wanted::Ordered => "a number or a date",
                    _ => needed.phrase(),
                };
                (
                    format!("`{by}` needs {needed}; this is {}", found.phrase()),
                    "take another column, or make one with `.add(..)`",
                )
            }
        };
        Err(Diagnostic::error(codes::TYPE_MISMATCH, message)
            .at(self.span)
            .help(help))
    }
}

/// A piece of a checked expression.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub kind: Kind,
    pub ty: Mask,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    /// Days.
    Date(i32),
    /// Microseconds.
    Timestamp(i64),
}

impl Scalar {
    pub const fn mask(&self) -> Mask {
        match self {
            Self::Bool(_) => Mask::BOOL,
            Self::Int(_) => Mask::INT,
            Self::Float(_) => Mask::FLOAT,
            Self::Text(_) => Mask::TEXT,
            Self::Date(_) => Mask::DATE,
            Self::Timestamp(_) => Mask::TIMESTAMP,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Missing,
    Literal(Scalar),
    Column(usize),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// Arithmetic of numbers, texts joined, the days between two dates.
    Arithmetic(BinaryOp, Box<Node>, Box<Node>),
    Compare(BinaryOp, Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    If(Vec<(Node, Node)>, Option<Box<Node>>),
    Switch(Box<Node>, Vec<Arm>, Option<Box<Node>>),
    Let(usize, Box<Node>, Box<Node>),
    Slot(usize),
    /// Equal to any of some constants.
    In(Box<Node>, Vec<Scalar>),
    /// Value, lower edge, upper edge, whether the upper edge belongs to it.
    Between(Box<Node>, Box<Node>, Box<Node>, bool),
    Call(Function, Vec<Node>),
    /// Start, end, how many, of what.
    DoneWithin(Box<Node>, Box<Node>, i64, TimeUnit),
    /// Depends on one text column alone: computed once for each of its distinct values. Column, number, piece.
    PerText(usize, usize, Box<Node>),
}

#[derive(Debug, Clone)]
pub(super) struct Arm {
    pub values: Vec<Scalar>,
    /// Lower edge, upper edge, whether the upper edge belongs to it.
    pub ranges: Vec<(i64, i64, bool)>,
    pub guard: Option<Node>,
    pub value: Node,
}

/// What a piece reads.
#[derive(Debug, Clone, Default)]
struct Reads {
    column: Option<usize>,
    /// More than one column, or one that is no text.
    other: bool,
    /// Slots bound outside of it.
    slots: Vec<usize>,
}

impl Reads {
    fn add(&mut self, other: Self) {
        self.other |= other.other || (self.column.is_some() && other.column.is_some() && self.column != other.column);
        self.column = self.column.or(other.column);
        self.slots.extend(other.slots);
    }
}

impl Node {
    pub const fn new(kind: Kind, ty: Mask) -> Self {
        Self { kind, ty }
    }

    /// How many pieces it has, itself counted.
    pub fn count(&mut self) -> usize {
        1 + self.parts().into_iter().map(Self::count).sum::<usize>()
    }

    /// The pieces directly in it.
    fn parts(&mut self) -> Vec<&mut Node> {
        match &mut self.kind {
            Kind::Missing | Kind::Literal(_) | Kind::Column(_) | Kind::Slot(_) => Vec::new(),
            Kind::Not(of) | Kind::Negate(of) | Kind::In(of, _) | Kind::PerText(_, _, of) => vec![of],
            Kind::Arithmetic(_, left, right)
            | Kind::Compare(_, left, right)
            | Kind::And(left, right)
            | Kind::Or(left, right)
            | Kind::DoneWithin(left, right, ..)
            | Kind::Let(_, left, right) => vec![left, right],
            Kind::Between(value, low, high, _) => vec![value, low, high],
            Kind::Call(_, arguments) => arguments.iter_mut().collect(),
            Kind::If(arms, otherwise) => arms
                .iter_mut()
                .flat_map(|(condition, value)| [condition, value])
                .chain(otherwise.iter_mut().map(AsMut::as_mut))
                .collect(),
            Kind::Switch(on, arms, default) => std::iter::once(on.as_mut())
                .chain(
                    arms.iter_mut()
                        .flat_map(|arm| arm.guard.iter_mut().chain(std::iter::once(&mut arm.value))),
                )
                .chain(default.iter_mut().map(AsMut::as_mut))
                .collect(),
        }
    }

    /// Marks the largest pieces that depend on one text column alone, so that they are computed per distinct value.
    /// `is_text` tells which columns hold text.
    /// Counts them in `found`.
    pub fn lift(&mut self, is_text: &dyn Fn(usize) -> bool, found: &mut usize) {
        let reads = self.reads(is_text);
        match reads.column {
            Some(column) if !reads.other && reads.slots.is_empty() && !matches!(self.kind, Kind::Column(_)) => {
                let inner = std::mem::replace(self, Self::new(Kind::Missing, self.ty));
                self.kind = Kind::PerText(column, *found, Box::new(inner));
                *found += 1;
            }
            _ => self.parts().into_iter().for_each(|part| part.lift(is_text, found)),
        }
    }

    /// What it reads.
    fn reads(&mut self, is_text: &dyn Fn(usize) -> bool) -> Reads {
        let mut reads = match &self.kind {
            Kind::Column(column) => Reads {
                column: Some(*column),
                other: !is_text(*column),
                slots: Vec::new(),
            },
            Kind::Slot(slot) => Reads {
                slots: vec![*slot],
                ..Reads::default()
            },
            _ => Reads::default(),
        };
        for part in self.parts() {
            reads.add(part.reads(is_text));
        }
        if let Kind::Let(slot, ..) = &self.kind {
            reads.slots.retain(|used| used != slot);
        }
        reads
    }
}

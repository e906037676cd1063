//! Kinds of values as sets, so that a column whose type is not known yet can be narrowed by its uses.

use crate::definition::ColumnType;

/// What a row offers, to the type check.
pub trait RowSchema {
    /// The column at the end of a path: steps along `belongs_to`, then the name.
    fn resolve(&self, path: &[String]) -> Resolved;
}

/// What stands at the end of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// A column of this type.
    Known(ColumnType),
    /// Perhaps a column: there is no data to tell. Only its uses are checked.
    Unknown,
    /// Nothing.
    Nothing {
        /// Which step of the path leads nowhere.
        step: usize,
        /// What is looked at there, for people: `the table survey`.
        place: String,
        /// Names that exist there, for a suggestion.
        candidates: Vec<String>,
        /// A better way, when there is one: `write order.days_late`.
        hint: Option<String>,
    },
}

/// A set of column types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mask(u8);

const ALL_TYPES: [ColumnType; 6] = [
    ColumnType::Bool,
    ColumnType::Int,
    ColumnType::Float,
    ColumnType::Text,
    ColumnType::Date,
    ColumnType::Timestamp,
];

impl Mask {
    pub const BOOL: Self = Self(1);
    pub const INT: Self = Self(2);
    pub const FLOAT: Self = Self(4);
    pub const TEXT: Self = Self(8);
    pub const DATE: Self = Self(16);
    pub const TIMESTAMP: Self = Self(32);
    pub const NUMBER: Self = Self(6);
    pub const TIME: Self = Self(48);
    pub const ANY: Self = Self(63);

    pub const fn of(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Bool => Self::BOOL,
            ColumnType::Int => Self::INT,
            ColumnType::Float => Self::FLOAT,
            ColumnType::Text => Self::TEXT,
            ColumnType::Date => Self::DATE,
            ColumnType::Timestamp => Self::TIMESTAMP,
        }
    }

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it holds nothing beyond another.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The one type in it.
    pub fn only(self) -> Option<ColumnType> {
        ALL_TYPES.into_iter().find(|one| Self::of(*one) == self)
    }

    /// Everything that can be compared with something in it: whole numbers with numbers, dates with timestamps.
    pub const fn comparable(self) -> Self {
        let mut wide = self;
        if self.meets(Self::NUMBER) {
            wide = wide.or(Self::NUMBER);
        }
        if self.meets(Self::TIME) {
            wide = wide.or(Self::TIME);
        }
        wide
    }

    /// How messages name it.
    pub const fn phrase(self) -> &'static str {
        if self.within(Self::NUMBER) {
            "a number"
        } else if self.within(Self::BOOL) {
            "true or false"
        } else if self.within(Self::TEXT) {
            "text"
        } else if self.within(Self::TIME) {
            "a date"
        } else {
            "a value"
        }
    }
}

/// What somebody needs an expression to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// A date, with or without a time.
    Time,
    /// A number or a date: something with an order and a distance.
    Ordered,
    /// Anything.
    Any,
}

impl Wanted {
    pub(super) const fn mask(self) -> Mask {
        match self {
            Self::Bool => Mask::BOOL,
            Self::Number => Mask::NUMBER,
            Self::Time => Mask::TIME,
            Self::Ordered => Mask::NUMBER.or(Mask::TIME),
            Self::Any => Mask::ANY,
        }
    }
}

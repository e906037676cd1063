//! Expressions over rows: types are checked against columns once, then values are computed in vectors.
//!
//! [`check`] turns an [`Expr`](crate::definition::Expr) into a [`Typed`] expression, or says what does not fit, each with
//! its place. [`Evaluator`] (or [`evaluate`], for one range) computes it over the rows of a [`Frame`].
//!
//! Missing values: arithmetic, comparisons and functions of a missing value are missing; `&&` and `||` are Kleene's;
//! an `if` on missing, a `switch` on missing and a `switch` guard that is missing give missing; `is_missing` and
//! `or_else` ask. Whole numbers beyond 64 bits, division by zero, and whatever is not a finite number are missing too.
//!
//! ```
//! use std::sync::Arc;
//! use bellwether::data::{BoundTable, Column, Dataset};
//! use bellwether::definition::{BinaryOp, Expr, ExprKind, Literal};
//! use bellwether::diagnostic::Span;
//! use bellwether::expr::{Context, TableFrame, check, evaluate};
//!
//! let mut survey = BoundTable { name: "survey".into(), rows: 3, ..BoundTable::default() };
//! survey.columns.insert("score".into(), Arc::new(Column::ints(vec![Some(9), None, Some(3)])));
//! let mut data = Dataset::default();
//! data.tables.insert("survey".into(), survey);
//!
//! let here = Span::new(0, 1);
//! let nine = Expr::new(ExprKind::Literal(Literal::Int(9)), here);
//! let expr = Expr::new(ExprKind::Binary(BinaryOp::GreaterOrEqual, Box::new(Expr::column("score", here)), Box::new(nine)), here);
//! let frame = TableFrame::new(&data, "survey").unwrap();
//! let promoter = evaluate(&check(&expr, &frame).unwrap(), &frame, &Context::default(), 0..3);
//! assert_eq!((promoter.number(0), promoter.number(1), promoter.number(2)), (Some(1.0), None, Some(0.0)));
//! ```
//!
//! Imports: definition, data, stats, diagnostic. Never: script, measure or later.

mod check;
mod evaluate;
mod frame;
mod typed;
mod types;

pub use check::check;
pub use evaluate::{Context, Evaluator, evaluate, evaluate_within, holds};
pub use frame::{Bound, Frame, TableFrame};
pub use typed::Typed;
pub use types::{Resolved, RowSchema, Wanted};

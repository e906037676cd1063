//! Closures on their way from a call to the expression that they become.
//!
//! Imports: definition, diagnostic, script::closure.

use std::sync::Arc;

use rhai::FnPtr;

use super::closure::{Programs, compile};
use crate::definition::Expr;
use crate::diagnostic::{Diagnostic, Span};

/// Everything that compiling a closure needs.
pub struct Closures(pub Arc<Programs>);

impl Closures {
    /// A closure over the rows of a table.
    pub fn row(&self, closure: &FnPtr, span: Span) -> Result<Expr, Vec<Diagnostic>> {
        // A name that a mistake left behind was told already.
        let lost = |value: &rhai::Dynamic| super::call::kind_of(value) == super::value::Kind::Poison;
        if closure.curry().iter().any(lost) {
            return Err(Vec::new());
        }
        compile(&self.0, closure).map_err(|found| placed(found, span))
    }

    /// A closure over the metrics and scores of a cell.
    pub fn cells(&self, closure: &FnPtr, span: Span) -> Result<Expr, Vec<Diagnostic>> {
        self.row(closure, span)
    }
}

/// Findings without a place get that of the closure.
fn placed(mut found: Vec<Diagnostic>, span: Span) -> Vec<Diagnostic> {
    for diagnostic in &mut found {
        diagnostic.span.get_or_insert(span);
    }
    found
}

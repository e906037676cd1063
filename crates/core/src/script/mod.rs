//! From the text of a card to a scorecard.

pub mod ast;
pub mod check;
pub mod closure;
pub mod lexer;
pub mod position;
pub mod syntax;
pub mod tree;

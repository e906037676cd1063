//! Tests of the whole: what they share.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

pub mod beside_rhai;
pub mod card;
pub mod fuzz;
pub mod hostile;
pub mod oracle;
pub mod run;

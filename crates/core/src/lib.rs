//! Bellwether.

pub mod definition;
pub mod diagnostic;

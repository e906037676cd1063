#![doc = include_str!("../../../ARCHITECTURE.md")]

pub mod data;
pub mod definition;
pub mod diagnostic;
pub mod engine;
pub mod expr;
pub mod limits;
pub mod measure;
pub mod proof;
pub mod report;
pub mod score;
pub mod script;
pub mod stats;

//! The bodies of the targets, from where the tests have them, without what else the tests need.

#[path = "../../tests/src/fuzz/mod.rs"]
pub mod fuzz;
#[path = "../../tests/src/hostile/mod.rs"]
pub mod hostile;

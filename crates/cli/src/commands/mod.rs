//! One file a command.

pub mod ask;
pub mod batch;
pub mod check;
pub mod diff;
pub mod docs;
pub mod explain;
pub mod fmt;
pub mod history;
pub mod new;
pub mod run;
pub mod shell;
pub mod test;
pub mod verify;

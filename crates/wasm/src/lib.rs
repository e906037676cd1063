//! Bellwether in a browser and in Node: one engine with its tables, behind a small API.
//!
//! What crosses the border is text: options come in as JSON, answers go out as JSON, and JavaScript reads them with
//! `JSON.parse`, which is quicker than building objects field by field and knows no value that it could trap on. Only
//! the data come as bytes and typed arrays, and the cells of a report go as numbers, each text of theirs told once.
//!
//! - [`session`]: the engine, its tables and what it remembers between calls; no JavaScript in it;
//! - [`table`], [`columns`], [`spread`]: tables as they are kept, made from typed arrays, and looked at;
//! - [`options`], [`answer`], [`pack`]: what comes in, and what goes out;
//! - `exports`: the border itself.
//!
//! The files beside `src` complete the package: `js` holds the classes that people use, `types` their types.

pub mod answer;
pub mod columns;
#[cfg(target_arch = "wasm32")]
mod exports;
pub mod options;
pub mod pack;
pub mod session;
pub mod spread;
pub mod table;

pub use session::{Failure, Session};

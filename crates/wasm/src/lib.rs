//! Bellwether in a browser.

pub mod answer;

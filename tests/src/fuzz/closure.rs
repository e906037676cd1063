//! A closure computed in vectors against Rhai's own call of it, row by row: where both give a value, they agree.
//!
//! The bytes choose a closure from the grammar, so that nearly every input is one that both can read.

use crate::beside_rhai::{agree, both};

/// Compares the closure that the bytes choose.
///
/// # Panics
/// Where the two disagree.
pub fn differential(data: &[u8]) {
    let mut chooser = Chooser { data, at: 0, left: 60 };
    let body = match chooser.below(3) {
        0 => chooser.number(4),
        1 => chooser.text(4),
        _ => chooser.condition(4),
    };
    let card = format!("|r| {{ {body} }}");
    // What one of them does not take is no case.
    for (at, pair) in both(&card).into_iter().flatten().enumerate() {
        if let (Some(ours), Some(theirs)) = pair {
            assert!(
                agree(&ours, &theirs),
                "row {at} of {card}: {ours} here, {theirs} by Rhai"
            );
        }
    }
}

struct Chooser<'a> {
    data: &'a [u8],
    at: usize,
    /// Pieces that may still be made.
    left: usize,
}

impl Chooser<'_> {
    fn below(&mut self, most: u8) -> u8 {
        let byte = self.data.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte % most
    }

    fn one<'w>(&mut self, words: &[&'w str]) -> &'w str {
        let place = self.below(u8::try_from(words.len()).unwrap_or(u8::MAX));
        words.get(usize::from(place)).copied().unwrap_or_default()
    }

    /// Whether another level may be opened.
    fn deeper(&mut self, depth: u32) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        depth.checked_sub(1)
    }

    fn number(&mut self, depth: u32) -> String {
        // Whole numbers beyond 2^53 are left out: where a branch has one and another a fraction, a column of both holds
        // it as a number with a fraction, and Rhai keeps each as it is.
        const LEAVES: [&str; 12] = [
            "r.a", "r.b", "r.x", "r.y", "0", "2", "7", "0.5", "1e300", "94906267", "-1e-300", "-3",
        ];
        let kind = self.below(12);
        let Some(below) = self.deeper(depth).filter(|_| kind > 2) else {
            return self.one(&LEAVES).to_owned();
        };
        match kind {
            3..=6 => {
                let operator = self.one(&["+", "-", "*", "/", "%"]);
                format!("{} {operator} {}", self.number(below), self.number(below))
            }
            7 => format!("-({})", self.number(below)),
            8 => {
                let (condition, then) = (self.condition(below), self.number(below));
                format!("(if {condition} {{ {then} }} else {{ {} }})", self.number(below))
            }
            9 => {
                let (on, one) = (self.number(below), self.number(below));
                // No whole number: `switch 1.0 { 1 => .. }` matches in a card and does not in Rhai.
                let label = self.one(&["0..3", "-2..=2", "5..8 if r.p"]);
                format!("(switch {on} {{ {label} => {one}, _ => {} }})", self.number(below))
            }
            10 => {
                let (on, one) = (self.text(below), self.number(below));
                format!(
                    "(switch {on} {{ \"pro\" | \"smb\" => {one}, _ => {} }})",
                    self.number(below)
                )
            }
            _ => format!(
                "({{ let z = {}; z * 2 - ({}) }})",
                self.number(below),
                self.number(below)
            ),
        }
    }

    fn text(&mut self, depth: u32) -> String {
        let kind = self.below(6);
        let Some(below) = self.deeper(depth).filter(|_| kind > 2) else {
            return self.one(&["r.s", "r.t", "\"pro\"", "\"m\"", "\"\""]).to_owned();
        };
        match kind {
            3 => format!("{} + {}", self.text(below), self.text(below)),
            4 => {
                let (condition, then) = (self.condition(below), self.text(below));
                format!("(if {condition} {{ {then} }} else {{ {} }})", self.text(below))
            }
            _ => format!("`${{{}}} ${{{}}}`", self.text(below), self.text(below)),
        }
    }

    fn condition(&mut self, depth: u32) -> String {
        let kind = self.below(12);
        let Some(below) = self.deeper(depth).filter(|_| kind > 1) else {
            return self.one(&["r.p", "r.q", "!r.p", "true", "false"]).to_owned();
        };
        let compare = ["==", "!=", "<", "<=", ">", ">="];
        match kind {
            2..=4 => {
                let operator = self.one(&["&&", "||"]);
                format!("{} {operator} {}", self.condition(below), self.condition(below))
            }
            5..=7 => {
                let operator = self.one(&compare);
                format!("{} {operator} {}", self.number(below), self.number(below))
            }
            8 => {
                let operator = self.one(&compare);
                format!("{} {operator} {}", self.text(below), self.text(below))
            }
            9 => format!("!({})", self.condition(below)),
            10 => format!("({}) in [1, 2, 0.5]", self.number(below)),
            _ => format!("({}) in [\"pro\", \"m\"]", self.text(below)),
        }
    }
}

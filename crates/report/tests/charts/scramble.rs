//! Charts with odd numbers and texts in them: what a drawing must bear.

use std::sync::OnceLock;

use bellwether::report::chart::{Chart, charts};
use serde_json::{Map, Value, json};

use crate::example::{EXAMPLES, report};

/// Texts that are hard to set.
const TEXTS: [&str; 12] = [
    "",
    "a",
    "<b>&\"'</b>",
    "]]><script>alert(1)</script>",
    "Добро пожаловать в наш новый магазин на Невском проспекте",
    "お客様満足度調査の結果に関する詳細な報告書",
    "مؤشر رضا العملاء في المنطقة الشمالية",
    "e\u{301}\u{200b}\u{feff}\u{0}\u{7}\u{fffe}",
    "👩‍👩‍👧 👍🏽",
    "word_without_any_blank_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on",
    "many small words that make a name far longer than any room there may be for it in a chart of this width",
    "line\nbreak\ttab",
];

/// A chart of each kind, the largest of its kind.
pub fn samples() -> &'static [Chart] {
    static SAMPLES: OnceLock<Vec<Chart>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let mut found: Vec<Chart> = Vec::new();
        for chart in EXAMPLES.iter().flat_map(|name| charts(&report(name).results)) {
            let size = |chart: &Chart| serde_json::to_string(chart).unwrap().len();
            match found.iter_mut().find(|other| other.kind.word() == chart.kind.word()) {
                Some(other) if size(other) >= size(&chart) => {}
                Some(other) => *other = chart,
                None => found.push(chart),
            }
        }
        found
    })
}

/// Numbers one after the other (SplitMix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn number(&mut self) -> f64 {
        let odd = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            50.0,
            100.0,
            1e300,
            -1e300,
            1e-300,
            123_456_789.125,
            -0.000_01,
            f64::MAX,
        ];
        match self.below(3) {
            0 => odd[self.below(odd.len())],
            1 => self.below(1000) as f64 / 10.0,
            _ => (self.below(2000) as f64 - 1000.0) * 1e3,
        }
    }
}

/// The chart with other numbers and texts; places, states and kinds of things stay what they are.
pub fn scramble(chart: &Chart, seed: u64) -> Chart {
    let mut draw = Draw(seed);
    // Each field of a chart has a way of its own: all equal, all odd, all missing.
    let mood = draw.below(4);
    let mut value = serde_json::to_value(chart).unwrap();
    change(&mut value, &mut draw, mood, "");
    serde_json::from_value(value).unwrap()
}

fn change(value: &mut Value, draw: &mut Draw, mood: usize, key: &str) {
    match value {
        Value::Object(object) => object_change(object, draw, mood),
        Value::Array(values) => {
            // Lists of points lose some, or all; pairs and corners keep their length.
            let list = [
                "points", "bars", "steps", "cells", "rows", "columns", "lanes", "marks", "signals", "ticks", "stops",
            ];
            if list.contains(&key) {
                match draw.below(5) {
                    0 => values.clear(),
                    1 => values.truncate(1),
                    2 => values.truncate(2),
                    _ => {}
                }
            }
            for one in values {
                change(one, draw, mood, key);
            }
        }
        Value::Number(number) if number.is_f64() => {
            *value = match mood {
                0 => json!(7.5),
                _ => json!(draw.number()),
            };
        }
        Value::String(_) if !fixed(key) => *value = json!(TEXTS[draw.below(TEXTS.len())]),
        _ => {}
    }
}

/// Words that have a meaning.
fn fixed(key: &str) -> bool {
    let words = [
        "kind",
        "state",
        "direction",
        "verdict",
        "evidence",
        "start",
        "end",
        "due",
    ];
    words.contains(&key)
}

fn object_change(object: &mut Map<String, Value>, draw: &mut Draw, mood: usize) {
    if object.contains_key("state") {
        match (mood, draw.below(6)) {
            (3, _) | (_, 0) => {
                object.insert("state".into(), json!("suppressed"));
                for field in ["value", "low", "high", "n"] {
                    object.remove(field);
                }
            }
            (_, 1) => {
                object.insert("state".into(), json!("too_few"));
            }
            _ => {}
        }
    }
    for (key, value) in object.iter_mut() {
        change(value, draw, mood, key);
    }
}

//! Charts of the examples: what stands in them, and that every drawing is well-formed and within its picture.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails loudly"
)]

#[path = "charts/drawing.rs"]
mod drawing;
#[path = "charts/example.rs"]
mod example;
#[path = "charts/scramble.rs"]
mod scramble;

use std::collections::BTreeSet;

use bellwether::measure::State;
use bellwether::report::Value;
use bellwether::report::chart::{Chart, ChartKind, chart, charts};
use bellwether_report::chart::{Size, SvgOptions, Theme, svg, vega_lite};
use example::{EXAMPLES, report};

fn all() -> impl Iterator<Item = (&'static str, Chart)> {
    EXAMPLES.iter().flat_map(|name| {
        charts(&report(name).results)
            .into_iter()
            .map(move |chart| (*name, chart))
    })
}

#[test]
fn every_kind_is_drawn_from_the_examples() {
    let kinds: BTreeSet<&str> = all().map(|(_, chart)| chart.kind.word()).collect();
    let expected = [
        "bars",
        "bullet",
        "curve",
        "heat_map",
        "journey",
        "matrix",
        "trend",
        "waterfall",
    ];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn ids_are_unique_and_find_their_chart() {
    for name in EXAMPLES {
        let results = &report(name).results;
        let mut seen = BTreeSet::new();
        for made in charts(results) {
            assert!(seen.insert(made.id.clone()), "{name}: two charts {}", made.id);
            assert!(made.id.starts_with(made.kind.word()), "{}", made.id);
            assert_eq!(chart(results, &made.id).as_ref(), Some(&made), "{name}");
        }
    }
    assert_eq!(chart(&report("maturity").results, "trend/nothing"), None);
}

#[test]
fn charts_are_the_same_after_a_round_trip() {
    for (name, chart) in all() {
        let text = serde_json::to_string(&chart).unwrap();
        let back: Chart = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name} {}: {error}", chart.id));
        assert_eq!(back, chart, "{name}");
    }
}

/// The numbers are the report's own: each point is a cell.
#[test]
fn points_of_trends_and_bars_are_cells_of_the_report() {
    let results = &report("subscriber-health").results;
    let nps = results.metrics.iter().find(|metric| metric.name == "nps").unwrap();
    let ChartKind::Trend(trend) = chart(results, "trend/nps").unwrap().kind else {
        panic!("a trend");
    };
    assert_eq!(trend.points.len(), 24, "July 2024 to June 2026");
    for point in &trend.points {
        let own = |cell: &&bellwether::report::Cell| {
            cell.segments.is_empty() && cell.period.as_deref() == Some(point.period.as_str())
        };
        let cell = nps.cells.iter().find(own).unwrap();
        assert_eq!((point.measured.value, point.measured.n), (cell.value, Some(cell.n)));
        assert_eq!(point.target, cell.target);
        let interval = cell.interval.as_ref();
        assert_eq!(point.measured.low, interval.map(|interval| interval.low));
    }
    let ChartKind::Bars(bars) = chart(results, "bars/nps/region").unwrap().kind else {
        panic!("bars");
    };
    let labels: Vec<&str> = bars.bars.iter().map(|bar| bar.label.as_str()).collect();
    assert_eq!(labels, ["East", "North", "South", "West", "(unknown)"]);
    assert_eq!(bars.total.as_ref().map(|total| total.value), nps.headline.value);
    // From tests/oracle/subscriber-health.json, which pandas made of the published tables.
    let oracle = std::fs::read_to_string(example::root().join("tests/oracle/subscriber-health.json")).unwrap();
    assert!(oracle.contains("40.652818991097"), "the oracle has this headline");
    assert!((nps.headline.value.unwrap() - 40.652_818_991_097).abs() < 1e-9);
}

/// Parts, limits and the total of a waterfall add up: checked by hand on the example's card (weights 0.4, 0.3, 0.3).
#[test]
fn a_waterfall_adds_up() {
    let ChartKind::Waterfall(waterfall) = chart(&report("subscriber-health").results, "waterfall/health")
        .unwrap()
        .kind
    else {
        panic!("a waterfall");
    };
    let total = waterfall.steps.last().unwrap().to;
    let sum: f64 = waterfall.steps[..3].iter().map(|step| step.points).sum();
    assert!((sum - total).abs() < 1e-9, "{sum} {total}");
    // NPS 40.65 on 0 to 60 is 67.75; 0.4 of it is 27.10, and 40 less that is lost.
    let nps = waterfall.steps.iter().find(|step| step.label == "NPS").unwrap();
    assert!((nps.points - 27.101_879).abs() < 1e-5 && (nps.lost.unwrap() - 12.898_121).abs() < 1e-5);
}

#[test]
fn a_score_whose_points_do_not_add_up_has_no_waterfall() {
    let results = &report("maturity").results;
    assert_eq!(
        chart(results, "waterfall/overall"),
        None,
        "the worst of its parts counts alone"
    );
    assert!(chart(results, "bars/overall/parts").is_some());
}

#[test]
fn what_is_hidden_is_in_no_chart() {
    let mut hidden = 0;
    for (name, chart) in all() {
        let text = serde_json::to_value(&chart).unwrap();
        walk(&text, &mut |object| {
            if object.get("state").and_then(|state| state.as_str()) == Some("suppressed") {
                hidden += 1;
                for field in ["value", "low", "high", "n"] {
                    assert!(object.get(field).is_none(), "{name} {}: {object:?}", chart.id);
                }
            }
        });
    }
    assert!(hidden > 10, "the employee voice hides small branches: {hidden}");
}

fn walk(value: &serde_json::Value, see: &mut dyn FnMut(&serde_json::Map<String, serde_json::Value>)) {
    match value {
        serde_json::Value::Object(object) => {
            see(object);
            object.values().for_each(|value| walk(value, see));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

#[test]
fn colours_of_a_heat_map_follow_the_direction() {
    let results = &report("subscriber-health").results;
    for (id, lower) in [("heat_map/effort/region", true), ("heat_map/nps/region", false)] {
        let ChartKind::HeatMap(map) = chart(results, id).unwrap().kind else {
            panic!("a heat map");
        };
        let middle = map.scale.middle.as_ref().unwrap().value;
        for cell in &map.cells {
            let (Some(value), Some(shade)) = (cell.measured.value, cell.shade) else {
                continue;
            };
            assert!((-1.0..=1.0).contains(&shade));
            if value != middle {
                assert_eq!(shade > 0.0, (value < middle) == lower, "{id}: {value} {shade}");
            }
        }
        assert_eq!(map.cells.len(), map.rows.len() * map.columns.len());
    }
}

#[test]
fn tables_hold_what_is_drawn() {
    for (name, chart) in all() {
        let table = chart.table();
        assert!(!table.rows.is_empty(), "{name} {}", chart.id);
        for row in &table.rows {
            assert_eq!(row.len(), table.heads.len(), "{name} {}", chart.id);
        }
    }
    let table = chart(&report("subscriber-health").results, "bars/csat/region")
        .unwrap()
        .table();
    let heads: Vec<&str> = table.heads.iter().map(|head| head.title.as_str()).collect();
    assert_eq!(
        heads,
        [
            "region",
            "Satisfied",
            "from",
            "to",
            "n",
            "state",
            "target",
            "target met"
        ]
    );
    assert_eq!(table.rows[4][0], Value::Text("(unknown)".into()));
    assert_eq!(table.rows[4][5], Value::Text("too few".into()));
}

/// What a screen reader reads says what is noise, and compares only what has enough answers.
#[test]
fn sentences_say_no_more_than_the_numbers() {
    let results = &report("subscriber-health").results;
    let about = |id: &str| chart(results, id).unwrap().about;
    assert_eq!(
        about("trend/fcr"),
        "Solved at first contact by month, 2024-07 to 2026-06: 69.0 % (range 63.4 to 74.1) in 2026-06. Against 2026-05, noise \
         alone can explain the change. The target of 75 is not met. No month stands out of the range of noise, 61.2 to 80.9."
    );
    assert_eq!(
        about("bars/nps/region"),
        "NPS by region in 2026-06. Best: South with 51.3 points; worst: North with 20.0 points. The ranges of the two do not \
         overlap. Of 5 values 1 rests on too few answers."
    );
    assert_eq!(
        about("curve/chat/retention"),
        "Renewals kept along Tickets by chat: 73.6 % at 0, 73.7 % at 100. The data show no effect."
    );
}

#[test]
fn a_small_drawing_is_as_it_was() {
    let chart = chart(&report("subscriber-health").results, "bullet/nps").unwrap();
    let options = SvgOptions {
        size: Size::Tile,
        ..SvgOptions::default()
    };
    insta::assert_snapshot!(svg(&chart, &options).replace("><", ">\n<"));
}

#[test]
fn every_drawing_is_well_formed_and_within_its_picture() {
    for (name, chart) in all() {
        for options in [
            SvgOptions::default(),
            SvgOptions {
                theme: Theme::Auto,
                width: Some(320.0),
                heading: false,
                ..SvgOptions::default()
            },
            SvgOptions {
                theme: Theme::Page,
                size: Size::Tile,
                background: false,
                ..SvgOptions::default()
            },
        ] {
            drawing::check(&svg(&chart, &options), &format!("{name} {}", chart.id));
        }
    }
}

/// As resvg sets the text in Inter: an estimate of ours is not taken for granted.
#[test]
#[cfg(feature = "png")]
fn set_text_stays_within_the_picture() {
    for (name, chart) in all() {
        let drawn = svg(&chart, &SvgOptions::default());
        drawing::check_set(&drawn, &format!("{name} {}", chart.id));
    }
}

#[test]
#[cfg(feature = "png")]
fn a_chart_becomes_pixels_of_the_size_asked_for() {
    use bellwether_report::chart::{PngOptions, png};
    let chart = chart(&report("subscriber-health").results, "trend/nps").unwrap();
    let bytes = png(
        &chart,
        &PngOptions {
            pixels: 700,
            ..PngOptions::default()
        },
    )
    .unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), 700);
    let huge = PngOptions {
        pixels: 100_000,
        ..PngOptions::default()
    };
    assert!(png(&chart, &huge).unwrap_err().contains("too large"));
}

#[test]
fn specifications_have_what_vega_lite_asks_for() {
    for (name, chart) in all() {
        for theme in [Theme::Light, Theme::Dark] {
            drawing::check_specification(&vega_lite(&chart, theme), &format!("{name} {}", chart.id));
        }
    }
}

/// A cell without enough answers keeps its value in the data, and no full colour.
#[test]
fn few_answers_stand_back() {
    let results = &report("support-desk").results;
    let made = chart(results, "heat_map/desk/channel*topic").unwrap();
    let ChartKind::HeatMap(map) = &made.kind else {
        panic!("a heat map");
    };
    assert!(map.cells.iter().all(|cell| cell.measured.state == State::TooFew));
    let drawn = svg(&made, &SvgOptions::default());
    let cells = drawn.matches("<g><title>").count();
    assert_eq!(cells, 9);
    // Frames for the nine cells and for the note; the colours stand in the legend alone.
    assert_eq!(drawn.matches("stroke-dasharray=\"2 2\"").count(), 10);
    assert_eq!(drawn.matches("#549ad6").count(), 1);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    /// Whatever numbers and texts a chart holds, its drawing is XML within its picture.
    #[test]
    fn any_chart_is_well_formed(seed in proptest::prelude::any::<u64>()) {
        for (index, chart) in scramble::samples().iter().enumerate() {
            let odd = scramble::scramble(chart, seed.wrapping_add(index as u64));
            let place = format!("{} with seed {seed}", chart.id);
            drawing::check(&svg(&odd, &SvgOptions::default()), &place);
            let tile = SvgOptions { size: Size::Tile, theme: Theme::Dark, width: Some(90.0), ..SvgOptions::default() };
            drawing::check(&svg(&odd, &tile), &place);
            drawing::check_specification(&vega_lite(&odd, Theme::Light), &place);
            let _ = odd.table();
        }
    }
}

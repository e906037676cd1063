//! Layers and channels that several kinds of chart share.

use bellwether::measure::State;
use bellwether::report::chart::{Axis, Band, Measured};
use bellwether::report::words;
use serde_json::{Map, Value};

use super::spec::spec;
use crate::chart::figure;
use crate::chart::token::{Theme, Token};

/// The columns of a value that marks and tooltips read.
pub(super) fn measured(name: &str, measured: &Measured, axis: &Axis) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("name".into(), spec!(name));
    row.insert("value".into(), spec!(measured.value));
    row.insert("low".into(), spec!(measured.low.filter(|_| measured.value.is_some())));
    row.insert("high".into(), spec!(measured.high.filter(|_| measured.value.is_some())));
    row.insert("shown".into(), spec!(figure::value(measured, axis)));
    let range = measured.low.zip(measured.high).map(|(low, high)| {
        format!(
            "{} to {}",
            figure::figure(low, axis.decimals),
            figure::figure(high, axis.decimals)
        )
    });
    row.insert("range".into(), spec!(range));
    row.insert("n".into(), spec!(measured.n.map(words::whole)));
    let state = (measured.state != State::Ok).then(|| words::state(measured.state));
    row.insert("state".into(), spec!(state));
    row
}

/// The fields of a tooltip, with their titles. All are texts: what is shown is what the chart says.
pub(super) fn tooltip(fields: &[(&str, &str)]) -> Value {
    let field = |(field, title): &(&str, &str)| spec!({"field": field, "title": title, "type": "nominal"});
    Value::Array(fields.iter().map(field).collect())
}

/// The usual tooltip: name, value, range, n, state, and more.
pub(super) fn usual_tooltip(name: &str, axis: &Axis, more: &[(&str, &str)]) -> Value {
    let heading = axis.heading();
    let mut fields = vec![
        ("name", name),
        ("shown", heading.as_str()),
        ("range", "range"),
        ("n", "n"),
        ("state", "state"),
    ];
    fields.extend(more);
    tooltip(&fields)
}

/// The scale of an axis: its stretch as the chart has it.
pub(super) fn scale(axis: &Axis) -> Value {
    spec!({"domain": [axis.low, axis.high], "zero": false, "nice": false, "clamp": true})
}

/// A channel of numbers along an axis of the chart.
pub(super) fn along(field: &str, axis: &Axis) -> Value {
    spec!({"field": field, "type": "quantitative", "scale": scale(axis), "axis": ticks(axis), "title": axis.heading()})
}

/// A channel at one number.
pub(super) fn at(value: f64, axis: &Axis) -> Value {
    spec!({"datum": value, "type": "quantitative", "scale": scale(axis), "axis": ticks(axis), "title": axis.heading()})
}

fn ticks(axis: &Axis) -> Value {
    spec!({"values": axis.ticks, "format": format!(",.{}f", axis.tick_decimals)})
}

/// A channel of names in the order of the data.
pub(super) fn names(field: &str, axis: Value) -> Value {
    spec!({"field": field, "type": "nominal", "sort": null, "axis": axis})
}

/// A channel that takes its colour, shape or size as the data have it.
pub(super) fn as_given(field: &str) -> Value {
    spec!({"field": field, "type": "nominal", "scale": null, "legend": null})
}

/// Areas of bands along a channel (`x` or `y`), with their names.
pub(super) fn bands(bands: &[Band], axis: &Axis, channel: &str, theme: Theme) -> Vec<Value> {
    let count = bands.len();
    let mut layers = Vec::new();
    for (index, band) in bands.iter().enumerate() {
        let low = band.from.unwrap_or(axis.low).max(axis.low);
        let high = band.to.unwrap_or(axis.high).min(axis.high);
        if low >= high {
            continue;
        }
        let colour = Token::band_area(index, count).hex(theme);
        layers.push(spec!({
            "data": {"values": [{"band": band.name}]},
            "mark": {"type": "rect", "color": colour, "tooltip": null},
            "encoding": {(channel): at(low, axis), (format!("{channel}2")): {"datum": high}}
        }));
        let ink = Token::band(index, count).hex(theme);
        let (mark, place) = if channel == "y" {
            let place = spec!({"x": {"value": 5}, "y": at(high, axis)});
            (
                spec!({"type": "text", "align": "left", "baseline": "top", "dy": 4, "color": ink, "fontSize": 11}),
                place,
            )
        } else {
            let place = spec!({"y": {"value": 0}, "x": at((low + high) / 2.0, axis)});
            (
                spec!({"type": "text", "baseline": "bottom", "dy": -4, "color": ink, "fontSize": 11}),
                place,
            )
        };
        let mut encoding = place;
        if let Some(channels) = encoding.as_object_mut() {
            channels.insert("text".into(), spec!({"value": band.name}));
        }
        layers.push(spec!({"data": {"values": [{"band": band.name}]}, "mark": mark, "encoding": encoding}));
    }
    layers
}

/// The end of a line at which its name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A line across at one number, with its name at an end.
pub(super) fn level(
    value: f64,
    label: &str,
    side: Side,
    axis: &Axis,
    colour: Token,
    dash: [u8; 2],
    theme: Theme,
) -> Vec<Value> {
    if value < axis.low || value > axis.high {
        return Vec::new();
    }
    let colour = colour.hex(theme);
    let (align, x, dx) = match side {
        Side::Left => ("left", spec!(0), 4),
        Side::Right => ("right", spec!("width"), 0),
    };
    vec![
        spec!({
            "data": {"values": [{}]},
            "mark": {"type": "rule", "color": colour, "strokeDash": dash, "strokeWidth": 1.3},
            "encoding": {"y": at(value, axis)}
        }),
        spec!({
            "data": {"values": [{}]},
            "mark": {"type": "text", "align": align, "dx": dx, "baseline": "bottom", "dy": -3, "color": colour, "fontSize": 11},
            "encoding": {"y": at(value, axis), "x": {"value": x}, "text": {"value": label}}
        }),
    ]
}

/// The shape and colours of a value's mark.
pub(super) fn mark_of(row: &mut Map<String, Value>, solid: bool, shape: &str, colour: Token, theme: Theme) {
    let (fill, stroke) = if solid {
        (colour, Token::Surface)
    } else {
        (Token::Surface, colour)
    };
    row.insert("shape".into(), spec!(shape));
    row.insert("fill".into(), spec!(fill.hex(theme)));
    row.insert("stroke".into(), spec!(stroke.hex(theme)));
}

//! Heat maps, matrices and journeys: things at places of a plane.

use bellwether::measure::State;
use bellwether::report::chart::{HeatMap, JourneyMap, Matrix, MatrixPoint};
use bellwether::report::words;
use serde_json::Value;

use super::Parts;
use super::layer::{along, as_given, at, measured, names, tooltip, usual_tooltip};
use super::spec::spec;
use crate::chart::figure;
use crate::chart::token::{Theme, Token};

pub(super) fn heat_map(map: &HeatMap, theme: Theme) -> Parts {
    let axis = &map.axis;
    let rows: Vec<Value> = map
        .cells
        .iter()
        .filter_map(|cell| {
            let (row_name, column) = (map.rows.get(cell.row)?, map.columns.get(cell.column)?);
            let mut row = measured(&format!("{row_name}, {column}"), &cell.measured, axis);
            let value = cell.measured.value.is_some();
            let few = value && (cell.measured.state != State::Ok || cell.partial);
            let colour = match (few, cell.shade) {
                (false, Some(shade)) => Token::heat(shade),
                _ => Token::Surface,
            };
            let text = match (value, cell.measured.state) {
                (true, _) => figure::value(&cell.measured, axis),
                (false, State::Suppressed) => "hidden".to_owned(),
                (false, _) => "–".to_owned(),
            };
            let ink = if value && !few { Token::Ink } else { Token::Muted };
            row.insert("row".into(), spec!(row_name));
            row.insert("column".into(), spec!(column));
            row.insert("colour".into(), spec!(colour.hex(theme)));
            row.insert(
                "frame".into(),
                spec!(if few { Token::Muted } else { Token::Surface }.hex(theme)),
            );
            row.insert("text".into(), spec!(text));
            row.insert("ink".into(), spec!(ink.hex(theme)));
            row.insert(
                "target_shown".into(),
                spec!(cell.target.map(|value| words::goal(value, axis.decimals))),
            );
            row.insert("band".into(), spec!(cell.band));
            Some(Value::Object(row))
        })
        .collect();
    // Months stand in two lines, the year above.
    let months = map.columns.iter().all(|column| {
        let year = column.split('-').next().unwrap_or_default();
        year.len() == 4 && year.len() < column.len() && year.bytes().all(|byte| byte.is_ascii_digit())
    });
    let (label, padding) = if months {
        ("split(datum.label, /-(.*)/)", 18)
    } else {
        ("datum.label", 4)
    };
    let across = spec!({
        "field": "column", "type": "nominal", "sort": null, "scale": {"domain": map.columns},
        "axis": {"orient": "top", "title": null, "labelAngle": 0, "ticks": false, "domain": false,
                 "labelExpr": label, "labelPadding": padding, "labelLimit": 90}
    });
    let down = spec!({
        "field": "row", "type": "nominal", "sort": null, "scale": {"domain": map.rows},
        "axis": {"title": null, "ticks": false, "domain": false}
    });
    let place = format!("{}, {}", map.row_title, map.column_title);
    let tips = usual_tooltip(&place, axis, &[("target_shown", "target"), ("band", "band")]);
    let data = spec!({"values": rows});
    let layers = vec![
        spec!({
            "data": data,
            "mark": {"type": "rect", "cornerRadius": 2, "strokeDash": [2, 2], "strokeWidth": 1.5},
            "encoding": {
                "x": across, "y": down, "fill": as_given("colour"), "stroke": as_given("frame"), "tooltip": tips
            }
        }),
        spec!({
            "data": data,
            "mark": {"type": "text", "tooltip": null, "fontSize": 11},
            "encoding": {"x": across, "y": down, "text": {"field": "text"}, "color": as_given("ink")}
        }),
    ];
    let scale = &map.scale;
    let mut key = match &scale.middle {
        Some(middle) => format!(
            "orange worse (to {}), grey {} {}, blue better (to {})",
            figure::on(axis, scale.worst),
            middle.label,
            figure::on(axis, middle.value),
            figure::on(axis, scale.best)
        ),
        None => format!(
            "grey {} to blue {}",
            figure::on(axis, scale.worst),
            figure::on(axis, scale.best)
        ),
    };
    if map.cells.iter().any(|cell| cell.measured.state == State::TooFew) {
        key.push_str("; dashed frame: too few answers");
    }
    Parts {
        height: spec!({"step": 30}),
        layers,
        key: Some(key),
    }
}

pub(super) fn matrix(matrix: &Matrix, theme: Theme) -> Parts {
    let (x, y) = (&matrix.x, &matrix.y);
    let rows: Vec<Value> = matrix
        .points
        .iter()
        .map(|point| {
            let mut row = measured(&point.label, &point.y, y);
            row.insert("across".into(), spec!(point.x.value));
            row.insert("across_shown".into(), spec!(figure::value(&point.x, x)));
            row.insert("across_low".into(), spec!(point.x.low));
            row.insert("across_high".into(), spec!(point.x.high));
            row.insert("place".into(), spec!(point.place));
            row.insert(
                "evidence".into(),
                spec!(point.evidence.map(|evidence| evidence.words())),
            );
            row.insert("note".into(), spec!(point.note));
            let crowded = matrix
                .points
                .iter()
                .any(|other| near_at_the_right(matrix, point, other));
            // Far to the right a long name would be cut where the chart ends, on a phone above all.
            let far = point.x.value.is_some_and(|at| at - x.low > (x.high - x.low) * 0.65);
            row.insert("side".into(), spec!(if crowded || far { "left" } else { "right" }));
            Value::Object(row)
        })
        .collect();
    let across = x.heading();
    let tips = usual_tooltip(
        &matrix.of,
        y,
        &[
            ("across_shown", &across),
            ("place", "place"),
            ("evidence", "evidence"),
            ("note", "note"),
        ],
    );
    let data = spec!({"values": rows});
    let mut layers = Vec::new();
    let muted = Token::Muted.hex(theme);
    if let Some(split) = &matrix.x_split {
        layers.push(spec!({
            "data": {"values": [{}]}, "mark": {"type": "rule", "strokeDash": [4, 3]}, "encoding": {"x": at(split.value, x)}
        }));
    }
    if let Some(split) = &matrix.y_split {
        layers.push(spec!({
            "data": {"values": [{}]}, "mark": {"type": "rule", "strokeDash": [4, 3]}, "encoding": {"y": at(split.value, y)}
        }));
    }
    for (index, corner) in matrix.corners.iter().take(4).enumerate() {
        let (right, low) = (index % 2 == 1, index >= 2);
        layers.push(spec!({
            "data": {"values": [{}]},
            "mark": {"type": "text", "color": muted, "fontWeight": 600, "align": if right { "right" } else { "left" },
                     "baseline": if low { "bottom" } else { "top" }, "dx": if right { -6 } else { 6 },
                     "dy": if low { -6 } else { 6 }},
            "encoding": {
                "x": at(if right { x.high } else { x.low }, x), "y": at(if low { y.low } else { y.high }, y),
                "text": {"value": corner}
            }
        }));
    }
    layers.extend([
        spec!({
            "data": data,
            "mark": {"type": "rule", "color": Token::Soft.hex(theme), "strokeWidth": 1.6, "clip": true},
            "encoding": {"x": along("across", x), "y": along("low", y), "y2": {"field": "high"}}
        }),
        spec!({
            "data": data,
            "mark": {"type": "point", "filled": true, "size": 110},
            "encoding": {"x": along("across", x), "y": along("value", y), "tooltip": tips}
        }),
    ]);
    // A name stands at the right of its point, or at the left where another is near at the right.
    for (side, align, dx) in [("right", "left", 10), ("left", "right", -10)] {
        layers.push(spec!({
            "data": data,
            "transform": [{"filter": {"field": "side", "equal": side}}],
            "mark": {"type": "text", "align": align, "dx": dx, "limit": 220, "tooltip": null},
            "encoding": {"x": along("across", x), "y": along("value", y), "text": {"field": "name"}}
        }));
    }
    let left_out: Vec<&str> = matrix.not_placed.iter().map(|(name, _)| name.as_str()).collect();
    Parts {
        height: spec!(320),
        layers,
        key: (!left_out.is_empty()).then(|| format!("not placed: {}", left_out.join(", "))),
    }
}

/// Whether a thing stands where the name of another would.
fn near_at_the_right(matrix: &Matrix, point: &MatrixPoint, other: &MatrixPoint) -> bool {
    let (Some(x), Some(y), Some(other_x), Some(other_y)) = (point.x.value, point.y.value, other.x.value, other.y.value)
    else {
        return false;
    };
    let (wide, high) = (matrix.x.high - matrix.x.low, matrix.y.high - matrix.y.low);
    other_x > x && other_x - x < wide * 0.2 && (other_y - y).abs() < high * 0.05
}

pub(super) fn journey(map: &JourneyMap, theme: Theme) -> Parts {
    let stops: Vec<String> = map
        .stops
        .iter()
        .map(|stop| match map.phases.get(stop.phase) {
            Some(phase) if *phase != stop.label => format!("{phase}|{}", stop.label),
            _ => stop.label.clone(),
        })
        .collect();
    let mut rows = Vec::new();
    let mut lanes: Vec<String> = Vec::new();
    for lane in &map.lanes {
        let title = lane.axis.heading();
        for point in &lane.points {
            let mut row = measured(&title, &point.measured, &lane.axis);
            let solid = figure::solid(&point.measured);
            let (colour, mark) = match (point.worst, solid, point.target_met) {
                (true, _, _) => (Token::Heat(-2), "▼ "),
                (_, true, Some(true)) => (Token::GoodArea, ""),
                (_, true, Some(false)) => (Token::BadArea, ""),
                _ => (Token::Surface, ""),
            };
            let shown = figure::value(&point.measured, &lane.axis);
            row.insert("stop".into(), spec!(stops.get(point.stop)));
            row.insert("note".into(), spec!(point.worst.then_some("worst step")));
            row.insert("lane".into(), spec!(title));
            row.insert("colour".into(), spec!(colour.hex(theme)));
            row.insert("text".into(), spec!(format!("{mark}{shown}")));
            let ink = if solid { Token::Ink } else { Token::Muted };
            row.insert("ink".into(), spec!(ink.hex(theme)));
            row.insert(
                "target_shown".into(),
                spec!(point.target.map(|value| words::goal(value, lane.axis.decimals))),
            );
            rows.push(Value::Object(row));
        }
        lanes.push(title);
    }
    for mark in &map.marks {
        let stop = mark
            .stop
            .or_else(|| map.stops.iter().position(|stop| stop.phase == mark.phase))
            .unwrap_or(0);
        let shown = match mark.measured.value {
            Some(value) => words::with_unit(&figure::figure(value, mark.decimals), mark.unit.as_deref()),
            None => words::state(mark.measured.state).to_owned(),
        };
        let (sign, note) = match (&mark.moment_of_truth, &mark.friction_point) {
            (Some(why), _) => ("★ ", format!("moment of truth: {why}")),
            (None, Some(why)) => ("◆ ", format!("friction point: {why}")),
            (None, None) => ("", String::new()),
        };
        let colour = match mark.target_met.filter(|_| figure::solid(&mark.measured)) {
            Some(true) => Token::GoodArea,
            Some(false) => Token::BadArea,
            None => Token::Surface,
        };
        let range = mark.measured.low.zip(mark.measured.high).map(|(low, high)| {
            format!(
                "{} to {}",
                figure::figure(low, mark.decimals),
                figure::figure(high, mark.decimals)
            )
        });
        rows.push(spec!({
            "name": mark.label, "lane": mark.label, "stop": stops.get(stop), "shown": shown, "range": range,
            "n": mark.measured.n.map(words::whole), "text": format!("{sign}{shown}"),
            "colour": colour.hex(theme), "ink": Token::Ink.hex(theme), "note": note,
            "target_shown": mark.target.map(|value| words::goal(value, mark.decimals)),
            "state": (mark.measured.state != State::Ok).then(|| words::state(mark.measured.state))
        }));
        lanes.push(mark.label.clone());
    }
    lanes.dedup();
    let across = spec!({
        "field": "stop", "type": "nominal", "sort": null, "scale": {"domain": stops},
        "axis": {"orient": "top", "title": null, "labelAngle": 0, "ticks": false, "domain": false,
                 "labelExpr": "split(datum.label, '|')", "labelPadding": 18, "labelLimit": 90}
    });
    let down = names("lane", spec!({"title": null, "ticks": false, "domain": false}));
    let tips = tooltip(&[
        ("name", "metric"),
        ("stop", "step"),
        ("shown", "value"),
        ("range", "range"),
        ("n", "n"),
        ("state", "state"),
        ("target_shown", "target"),
        ("note", "note"),
    ]);
    let data = spec!({"values": rows});
    let layers = vec![
        spec!({
            "data": data,
            "mark": {"type": "rect", "cornerRadius": 3, "stroke": Token::Grid.hex(theme), "strokeWidth": 1},
            "encoding": {"x": across, "y": down, "fill": as_given("colour"), "tooltip": tips}
        }),
        spec!({
            "data": data,
            "mark": {"type": "text", "tooltip": null},
            "encoding": {"x": across, "y": down, "text": {"field": "text"}, "color": as_given("ink")}
        }),
    ];
    Parts {
        height: spec!({"step": 38}),
        layers,
        key: Some("green: target met; orange: not met; ▼ worst step; ★ moment of truth; ◆ friction point".to_owned()),
    }
}

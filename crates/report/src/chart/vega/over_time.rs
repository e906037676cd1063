//! Trends and curves: a line through points with ranges.

use bellwether::report::chart::{Curve, Trend};
use bellwether::report::words;
use serde_json::Value;

use super::Parts;
use super::layer::{Side, along, as_given, bands, level, mark_of, measured, names, usual_tooltip};
use super::spec::spec;
use crate::chart::figure;
use crate::chart::token::{Theme, Token};

pub(super) fn trend(trend: &Trend, theme: Theme) -> Parts {
    let axis = &trend.axis;
    let rows: Vec<Value> = trend
        .points
        .iter()
        .map(|point| {
            let mut row = measured(&point.period, &point.measured, axis);
            let (shape, colour) = match (&point.signal, point.signal_better) {
                (None, _) => ("circle", Token::Data),
                (Some(_), Some(true)) => ("diamond", Token::Good),
                (Some(_), Some(false)) => ("diamond", Token::Bad),
                (Some(_), None) => ("diamond", Token::Ink),
            };
            let solid = point.signal.is_some() || (figure::solid(&point.measured) && !point.partial);
            mark_of(&mut row, solid, shape, colour, theme);
            row.insert("size".into(), spec!(if point.signal.is_some() { 170 } else { 60 }));
            row.insert(
                "complete".into(),
                spec!(point.measured.value.filter(|_| !point.partial)),
            );
            row.insert("target".into(), spec!(point.target));
            row.insert(
                "target_shown".into(),
                spec!(point.target.map(|value| words::goal(value, axis.decimals))),
            );
            row.insert("band".into(), spec!(point.band));
            let note = if point.partial {
                Some(format!("{} not over", trend.calendar))
            } else {
                point.signal.clone()
            };
            row.insert("note".into(), spec!(note));
            Value::Object(row)
        })
        .collect();
    let periods: Vec<&str> = trend.points.iter().map(|point| point.period.as_str()).collect();
    let across = spec!({
        "field": "name", "type": "ordinal", "sort": null, "scale": {"domain": periods},
        "axis": {"title": null, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 6, "grid": false}
    });
    let tips = usual_tooltip(
        &trend.calendar,
        axis,
        &[("target_shown", "target"), ("band", "band"), ("note", "note")],
    );
    let mut layers = bands(&trend.bands, axis, "y", theme);
    if let Some(process) = &trend.process {
        if trend.bands.is_empty() {
            layers.push(spec!({
                "data": {"values": [{}]},
                "mark": {"type": "rect", "color": Token::Noise.hex(theme), "clip": true},
                "encoding": {
                    "y": super::layer::at(process.low.max(axis.low), axis), "y2": {"datum": process.high.min(axis.high)}
                }
            }));
        }
        for limit in [process.high, process.low] {
            let lines = level(limit, "", Side::Right, axis, Token::Muted, [1, 3], theme);
            layers.extend(lines.into_iter().take(1));
        }
    }
    if let Some(baseline) = &trend.baseline {
        let label = format!("{} {}", baseline.label, words::goal(baseline.value, axis.decimals));
        layers.extend(level(
            baseline.value,
            &label,
            Side::Left,
            axis,
            Token::Muted,
            [2, 3],
            theme,
        ));
    }
    let data = spec!({"values": rows});
    layers.extend([
        spec!({
            "data": data,
            "mark": {"type": "line", "interpolate": "step", "color": Token::Good.hex(theme), "strokeDash": [6, 3],
                     "strokeWidth": 1.5, "clip": true, "invalid": "break-paths-filter-domains"},
            "encoding": {"x": across, "y": along("target", axis)}
        }),
        spec!({
            "data": data,
            "mark": {"type": "rule", "color": Token::Soft.hex(theme), "strokeWidth": 1.6, "clip": true},
            "encoding": {"x": across, "y": along("low", axis), "y2": {"field": "high"}}
        }),
        spec!({
            "data": data,
            "mark": {"type": "line", "clip": true, "invalid": "break-paths-filter-domains"},
            "encoding": {"x": across, "y": along("complete", axis)}
        }),
        spec!({
            "data": data,
            "mark": {"type": "point", "filled": true, "strokeWidth": 1.5},
            "encoding": {
                "x": across, "y": along("value", axis), "size": {"field": "size", "type": "quantitative", "scale": null, "legend": null}, "shape": as_given("shape"), "fill": as_given("fill"),
                "stroke": as_given("stroke"), "tooltip": tips
            }
        }),
    ]);
    if let Some(target) = trend.points.last().and_then(|point| point.target) {
        let label = format!("target {}", words::goal(target, axis.decimals));
        let text = level(target, &label, Side::Right, axis, Token::Good, [6, 3], theme);
        // The line itself follows the way points.
        layers.extend(text.into_iter().skip(1));
    }
    let mut key: Vec<String> = Vec::new();
    if let Some(process) = &trend.process {
        key.push(format!(
            "range of noise {} to {}",
            figure::on(axis, process.low),
            figure::on(axis, process.high)
        ));
    }
    if trend.points.iter().any(|point| point.signal.is_some()) {
        key.push("diamond: more than noise".to_owned());
    }
    if trend
        .points
        .iter()
        .any(|point| point.measured.value.is_some() && !figure::solid(&point.measured))
    {
        key.push("ring: too few answers, or stale".to_owned());
    }
    Parts {
        height: spec!(230),
        layers,
        key: (!key.is_empty()).then(|| key.join("; ")),
    }
}

pub(super) fn curve(curve: &Curve, theme: Theme) -> Parts {
    let axis = &curve.axis;
    let rows: Vec<Value> = curve
        .points
        .iter()
        .map(|point| Value::Object(measured(&point.label, &point.measured, axis)))
        .collect();
    let across = names(
        "name",
        spec!({"title": curve.category, "labelAngle": 0, "grid": false, "labelOverlap": false}),
    );
    let tips = usual_tooltip(&curve.category, axis, &[]);
    let data = spec!({"values": rows});
    let layers = vec![
        spec!({
            "data": data,
            "mark": {"type": "line", "color": Token::Soft.hex(theme), "strokeWidth": 1.6},
            "encoding": {"x": across, "y": along("value", axis)}
        }),
        spec!({
            "data": data,
            "mark": {"type": "rule", "color": Token::Data.hex(theme), "strokeWidth": 1.6, "clip": true},
            "encoding": {"x": across, "y": along("low", axis), "y2": {"field": "high"}}
        }),
        spec!({
            "data": data,
            "mark": {"type": "point", "filled": true, "size": 90},
            "encoding": {"x": across, "y": along("value", axis), "tooltip": tips}
        }),
        spec!({
            "data": data,
            "mark": {"type": "text", "align": "left", "dx": 9, "dy": -6, "fontWeight": 600},
            "encoding": {"x": across, "y": along("value", axis), "text": {"field": "shown"}}
        }),
    ];
    Parts {
        height: spec!(220),
        layers,
        key: None,
    }
}

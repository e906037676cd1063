//! Bars, waterfalls and bullets: numbers across, names down.

use bellwether::report::chart::{Bars, Bullet, Waterfall, WaterfallStepKind};
use bellwether::report::words;
use serde_json::Value;

use super::Parts;
use super::layer::{along, as_given, at, bands as band_areas, mark_of, measured, names, tooltip, usual_tooltip};
use super::spec::spec;
use crate::chart::figure;
use crate::chart::token::{Theme, Token};

pub(super) fn bars(bars: &Bars, theme: Theme) -> Parts {
    let axis = &bars.axis;
    let rows: Vec<Value> = bars
        .bars
        .iter()
        .map(|bar| {
            let mut row = measured(&bar.label, &bar.measured, axis);
            let solid = figure::solid(&bar.measured);
            mark_of(&mut row, solid, "circle", Token::Data, theme);
            row.insert(
                "bar".into(),
                spec!(if solid { Token::Soft } else { Token::Noise }.hex(theme)),
            );
            row.insert("target".into(), spec!(bar.target));
            row.insert(
                "target_shown".into(),
                spec!(bar.target.map(|value| words::goal(value, axis.decimals))),
            );
            row.insert("band".into(), spec!(bar.band));
            row.insert("note".into(), spec!(bar.note));
            // The name says the value too: it is read without pointing at anything.
            let state = match bar.measured.value {
                Some(_) if !solid => format!(" ({})", words::state(bar.measured.state)),
                _ => String::new(),
            };
            let shown = figure::value(&bar.measured, axis);
            row.insert("row".into(), spec!(format!("{}  {shown}{state}", bar.label)));
            Value::Object(row)
        })
        .collect();
    let order: Vec<Value> = rows.iter().filter_map(|row| row.get("row").cloned()).collect();
    let down = spec!({
        "field": "row", "type": "nominal", "sort": null, "scale": {"domain": order},
        "axis": {"title": null, "labelLimit": 260, "ticks": false, "domain": false}
    });
    let tips = usual_tooltip(
        &bars.category,
        axis,
        &[("target_shown", "target"), ("band", "band"), ("note", "note")],
    );
    let data = spec!({"values": rows});
    let mut layers = vec![
        spec!({
            "data": data,
            "mark": {"type": "bar", "height": 14, "clip": true},
            "encoding": {
                "y": down, "x": along("value", axis), "x2": {"datum": bars.start}, "color": as_given("bar"), "tooltip": tips
            }
        }),
        spec!({
            "data": data,
            "mark": {"type": "rule", "color": Token::Data.hex(theme), "strokeWidth": 1.5, "clip": true},
            "encoding": {"y": down, "x": along("low", axis), "x2": {"field": "high"}}
        }),
        spec!({
            "data": data,
            "mark": {"type": "point", "filled": true, "size": 60, "strokeWidth": 1.5},
            "encoding": {
                "y": down, "x": along("value", axis), "fill": as_given("fill"), "stroke": as_given("stroke"), "tooltip": tips
            }
        }),
        spec!({
            "data": data,
            "mark": {"type": "tick", "color": Token::Good.hex(theme), "thickness": 2, "size": 22},
            "encoding": {"y": down, "x": along("target", axis), "tooltip": tips}
        }),
    ];
    if let Some(total) = bars
        .total
        .as_ref()
        .filter(|total| total.value >= axis.low && total.value <= axis.high)
    {
        layers.push(spec!({
            "data": {"values": [{"text": format!("{} {}", total.label, figure::on(axis, total.value))}]},
            "mark": {"type": "rule", "color": Token::Ink.hex(theme), "strokeDash": [4, 3]},
            "encoding": {"x": at(total.value, axis), "tooltip": {"field": "text"}}
        }));
    }
    let key = bars
        .total
        .as_ref()
        .map(|total| format!("dashed line: {} {}", total.label, figure::on(axis, total.value)));
    Parts {
        height: spec!({"step": 28}),
        layers,
        key,
    }
}

pub(super) fn waterfall(waterfall: &Waterfall, theme: Theme) -> Parts {
    let axis = &waterfall.axis;
    let plain = waterfall.steps.iter().any(|step| step.full.is_some());
    let rows: Vec<Value> = waterfall
        .steps
        .iter()
        .map(|step| {
            let total = step.kind == WaterfallStepKind::Total;
            let token = match (step.kind, step.better) {
                (WaterfallStepKind::Total, _) => Token::Data,
                (WaterfallStepKind::Part, _) if plain => Token::Soft,
                (_, Some(false)) => Token::Heat(-2),
                (_, Some(true)) => Token::Heat(2),
                (_, None) => Token::Soft,
            };
            let points = if total {
                figure::on(axis, step.to)
            } else {
                words::difference(step.points, axis.decimals)
            };
            // Where zero is not on the axis, a total's bar would say nothing by its length.
            let dot = total && !(axis.low..=axis.high).contains(&step.from);
            spec!({
                "name": format!("{}  {points}", step.label),
                "from": if dot { step.to } else { step.from }, "to": step.to, "full": step.full, "dot": dot.then_some(step.to),
                "points": points, "colour": token.hex(theme),
                "lost": step.lost.map(|lost| words::number(lost, axis.decimals.max(1))),
                "value": step.value.zip(step.decimals).map(|(value, decimals)| {
                    words::with_unit(&figure::figure(value, decimals), step.unit.as_deref())
                }),
                "share": step.share.map(|share| format!("{} %", words::number(share, 0))),
                "note": step.note
            })
        })
        .collect();
    let down = names(
        "name",
        spec!({"title": null, "labelLimit": 260, "ticks": false, "domain": false}),
    );
    let tips = tooltip(&[
        ("name", "step"),
        ("value", "value"),
        ("share", "share of weight"),
        ("points", "points"),
        ("lost", "lost"),
        ("note", "note"),
    ]);
    let data = spec!({"values": rows});
    let mut layers = band_areas(&waterfall.bands, axis, "x", theme);
    layers.extend([
        spec!({
            "data": data,
            "mark": {"type": "bar", "height": 18, "clip": true},
            "encoding": {
                "y": down, "x": along("from", axis), "x2": {"field": "to"}, "color": as_given("colour"), "tooltip": tips
            }
        }),
        spec!({
            "data": data,
            "transform": [{"filter": "isValid(datum.full)"}],
            "mark": {"type": "bar", "height": 18, "filled": false, "stroke": Token::Bad.hex(theme), "strokeDash": [3, 2],
                     "clip": true},
            "encoding": {"y": down, "x": along("to", axis), "x2": {"field": "full"}, "tooltip": tips}
        }),
    ]);
    layers.push(spec!({
        "data": data,
        "transform": [{"filter": "isValid(datum.dot)"}],
        "mark": {"type": "point", "filled": true, "size": 110},
        "encoding": {"y": down, "x": along("dot", axis), "tooltip": tips}
    }));
    if let (Some((low, high)), Some(last)) = (waterfall.range, rows.last()) {
        let mut row = last.clone();
        if let Some(fields) = row.as_object_mut() {
            fields.insert("low".into(), spec!(low));
            fields.insert("high".into(), spec!(high));
        }
        layers.push(spec!({
            "data": {"values": [row]},
            "mark": {"type": "rule", "color": Token::Data.hex(theme), "strokeWidth": 1.6, "yOffset": 14, "clip": true},
            "encoding": {"y": down, "x": along("low", axis), "x2": {"field": "high"}}
        }));
    }
    Parts {
        height: spec!({"step": 36}),
        layers,
        key: plain.then(|| "dashed: points lost".to_owned()),
    }
}

pub(super) fn bullet(bullet: &Bullet, theme: Theme) -> Parts {
    let axis = &bullet.axis;
    let period = bullet.period.as_deref().unwrap_or("all time");
    let mut row = measured(period, &bullet.measured, axis);
    mark_of(&mut row, figure::solid(&bullet.measured), "circle", Token::Data, theme);
    let start = bullet.baseline.or((axis.low == 0.0).then_some(0.0));
    row.insert("start".into(), spec!(start));
    row.insert("baseline".into(), spec!(bullet.baseline));
    row.insert(
        "baseline_shown".into(),
        spec!(bullet.baseline.map(|value| words::goal(value, axis.decimals))),
    );
    row.insert("target".into(), spec!(bullet.target));
    row.insert(
        "target_shown".into(),
        spec!(bullet.target.map(|value| words::goal(value, axis.decimals))),
    );
    let met = bullet.target_met.map(|met| if met { "met" } else { "not met" });
    row.insert("met".into(), spec!(met));
    row.insert("band".into(), spec!(bullet.band));
    let tips = usual_tooltip(
        "period",
        axis,
        &[
            ("baseline_shown", "baseline"),
            ("target_shown", "target"),
            ("met", "target"),
            ("band", "band"),
        ],
    );
    let data = spec!({"values": [row]});
    let mut layers = band_areas(&bullet.bands, axis, "x", theme);
    layers.extend([
        spec!({
            "data": data,
            "transform": [{"filter": "isValid(datum.start)"}],
            "mark": {"type": "bar", "height": 12, "clip": true},
            "encoding": {"x": along("start", axis), "x2": {"field": "value"}, "tooltip": tips}
        }),
        spec!({
            "data": data,
            "mark": {"type": "rule", "color": Token::Data.hex(theme), "strokeWidth": 1.6, "clip": true},
            "encoding": {"x": along("low", axis), "x2": {"field": "high"}}
        }),
        spec!({
            "data": data,
            "mark": {"type": "tick", "color": Token::Muted.hex(theme), "thickness": 1.5, "size": 26},
            "encoding": {"x": along("baseline", axis), "tooltip": tips}
        }),
        spec!({
            "data": data,
            "mark": {"type": "tick", "color": Token::Good.hex(theme), "thickness": 2.5, "size": 30},
            "encoding": {"x": along("target", axis), "tooltip": tips}
        }),
        spec!({
            "data": data,
            "mark": {"type": "point", "filled": true, "size": 110, "strokeWidth": 1.5},
            "encoding": {
                "x": along("value", axis), "fill": as_given("fill"), "stroke": as_given("stroke"), "tooltip": tips
            }
        }),
    ]);
    let mut key = vec![words::with_unit(
        &figure::value(&bullet.measured, axis),
        axis.unit.as_deref().filter(|_| bullet.measured.value.is_some()),
    )];
    key.extend(bullet.band.clone());
    if let Some(target) = bullet.target {
        key.push(format!(
            "target {} {}",
            words::goal(target, axis.decimals),
            met.unwrap_or_default()
        ));
    }
    if let Some(baseline) = bullet.baseline {
        key.push(format!("baseline {}", words::goal(baseline, axis.decimals)));
    }
    let key: Vec<&str> = key.iter().map(|part| part.trim()).collect();
    Parts {
        height: spec!(34),
        layers,
        key: Some(key.join("; ")),
    }
}

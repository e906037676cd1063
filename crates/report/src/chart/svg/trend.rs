//! A trend: values with ranges, targets, baseline, noise, bands.

use bellwether::measure::State;
use bellwether::report::chart::{Trend, TrendPoint};

use super::frame::{self, Heading, Mark, Note, Plot, RIM, Scale};
use crate::chart::canvas::{Anchor, Canvas, Shape, Stroke, Type};
use crate::chart::figure;
use crate::chart::lettering;
use crate::chart::token::{SMALL, TEXT, Token};
use bellwether::report::words;

/// More points than this are a line without marks.
const MOST_MARKS: usize = 60;

/// A label at the right end of a line.
struct EndLabel {
    text: String,
    value: f64,
    kind: Type,
}

pub(super) fn draw(canvas: &mut Canvas, heading: &Heading, trend: &Trend) {
    let labels = end_labels(trend);
    let widest = labels
        .iter()
        .map(|label| lettering::width(&label.text, label.kind.size, label.kind.bold))
        .fold(0.0, f64::max)
        .min(canvas.width * 0.28);
    let top = heading.height() + 10.0;
    let plot = Plot {
        left: RIM + frame::tick_width(&trend.axis) + 8.0,
        top,
        right: canvas.width - RIM - widest - 12.0,
        bottom: top + 210.0,
    };
    let notes = notes(trend);
    canvas.height = plot.bottom + 30.0 + frame::notes_height(&notes, canvas.width) + 8.0;
    heading.draw(canvas);
    let scale = Scale::new(&trend.axis, plot.bottom, plot.top);
    bands(canvas, trend, scale, plot);
    noise(canvas, trend, scale, plot);
    frame::level_grid(canvas, &trend.axis, scale, plot);

    let count = trend.points.len();
    let step = plot.width() / count.max(1) as f64;
    let left = plot.left;
    let place = move |index: usize| left + (index as f64 + 0.5) * step;
    levels(canvas, trend, scale, plot, step);
    values(canvas, trend, scale, &place);
    let periods: Vec<&str> = trend.points.iter().map(|point| point.period.as_str()).collect();
    frame::labels_below(canvas, &periods, &place, plot.bottom + 18.0, true);

    let wanted: Vec<f64> = labels.iter().map(|label| scale.at(label.value) + 4.0).collect();
    let places = lettering::spread(&wanted, 14.0, plot.top + 6.0, plot.bottom + 4.0);
    for (label, y) in labels.iter().zip(places) {
        canvas.text(
            (plot.right + 8.0, y),
            Anchor::Start,
            label.kind,
            &label.text,
            widest + 4.0,
        );
    }
    frame::draw_notes(canvas, &notes, plot.bottom + 30.0);
}

/// The last value, target, baseline, limits of noise: each beside its line. The most telling come first, and no more than
/// have room.
fn end_labels(trend: &Trend) -> Vec<EndLabel> {
    let axis = &trend.axis;
    let small = Type::new(SMALL, Token::Muted);
    let mut labels = Vec::new();
    if let Some((value, point)) = last_value(trend) {
        labels.push(EndLabel {
            text: if point.partial {
                format!("{} so far", figure::on(axis, value))
            } else {
                figure::on(axis, value)
            },
            value,
            kind: Type::new(TEXT + 1.0, Token::Data).bold(),
        });
    }
    let stated = |value: f64| {
        if value.abs() < 1e5 {
            words::goal(value, trend.axis.decimals)
        } else {
            figure::on(axis, value)
        }
    };
    if let Some(target) = trend.points.last().and_then(|point| point.target) {
        labels.push(EndLabel {
            text: format!("target {}", stated(target)),
            value: target,
            kind: Type::new(SMALL, Token::Good),
        });
    }
    if let Some(baseline) = &trend.baseline {
        labels.push(EndLabel {
            text: format!("{} {}", baseline.label, stated(baseline.value)),
            value: baseline.value,
            kind: small,
        });
    }
    if let Some(process) = &trend.process {
        for (name, value) in [("usual high", process.high), ("usual low", process.low)] {
            if value >= axis.low && value <= axis.high {
                labels.push(EndLabel {
                    text: format!("{name} {}", figure::on(axis, value)),
                    value,
                    kind: small,
                });
            }
        }
    }
    labels
}

fn last_value(trend: &Trend) -> Option<(f64, &TrendPoint)> {
    let values = trend.points.iter().rev();
    values.filter_map(|point| Some((point.measured.value?, point))).next()
}

fn notes(trend: &Trend) -> Vec<Note> {
    let mut notes = frame::usual_notes(trend.points.iter().map(|point| &point.measured));
    if trend.points.len() > MOST_MARKS {
        notes.clear();
    }
    for (better, words) in [
        (Some(true), ", for the better"),
        (Some(false), ", for the worse"),
        (None, ""),
    ] {
        let any = |point: &TrendPoint| point.signal.is_some() && point.signal_better == better;
        if trend.points.iter().any(any) {
            notes.push(Note::new(
                Mark::Shape(Shape::Diamond, signal_colour(better)),
                format!("more than noise{words}"),
            ));
        }
    }
    if let Some(process) = &trend.process {
        let provisional = if process.provisional { " (provisional)" } else { "" };
        notes.push(Note::new(
            Mark::Box(Token::Noise),
            format!("range of noise, from {} periods{provisional}", process.points),
        ));
    }
    if trend.points.iter().any(|point| point.partial) {
        notes.push(Note::new(
            Mark::Line(Stroke::new(Token::Data, 2.0).dashed("3 3")),
            format!("{} not over", trend.calendar),
        ));
    }
    if let (Some(target), Some(due)) = (&trend.target, trend.due) {
        notes.push(Note::new(
            Mark::Line(Stroke::new(Token::Good, 1.5).dashed("6 3")),
            format!("target; {} by {due}", words::goal(target.value, trend.axis.decimals)),
        ));
    }
    notes
}

/// The colour of a value that stands out.
pub(super) const fn signal_colour(better: Option<bool>) -> Token {
    match better {
        Some(true) => Token::Good,
        Some(false) => Token::Bad,
        None => Token::Ink,
    }
}

fn bands(canvas: &mut Canvas, trend: &Trend, scale: Scale, plot: Plot) {
    let count = trend.bands.len();
    for (index, band) in trend.bands.iter().enumerate() {
        let low = band.from.unwrap_or(trend.axis.low).max(trend.axis.low);
        let high = band.to.unwrap_or(trend.axis.high).min(trend.axis.high);
        if low >= high {
            continue;
        }
        let (bottom, top) = (scale.at(low), scale.at(high));
        canvas.area(
            (plot.left, top),
            (plot.right, bottom),
            Token::band_area(index, count),
            0.0,
        );
        if bottom - top >= 16.0 {
            let kind = Type::new(SMALL, Token::band(index, count));
            canvas.text((plot.left + 5.0, top + 13.0), Anchor::Start, kind, &band.name, 120.0);
        }
    }
}

/// The range of noise: an area, or two lines where bands fill the background.
fn noise(canvas: &mut Canvas, trend: &Trend, scale: Scale, plot: Plot) {
    let Some(process) = &trend.process else {
        return;
    };
    let (high, low) = (scale.at(process.high), scale.at(process.low));
    if trend.bands.is_empty() {
        canvas.area((plot.left, high), (plot.right, low), Token::Noise, 0.0);
    }
    let stroke = Stroke::new(Token::Muted, 0.8).dashed("1 3");
    for (value, y) in [(process.high, high), (process.low, low)] {
        if scale.holds(value) {
            canvas.line((plot.left, y), (plot.right, y), stroke);
        }
    }
}

/// Baseline, and the target that holds in each period.
fn levels(canvas: &mut Canvas, trend: &Trend, scale: Scale, plot: Plot, step: f64) {
    if let Some(baseline) = trend.baseline.as_ref().filter(|baseline| scale.holds(baseline.value)) {
        let y = scale.at(baseline.value);
        canvas.line(
            (plot.left, y),
            (plot.right, y),
            Stroke::new(Token::Muted, 1.2).dashed("2 3"),
        );
    }
    let mut way: Vec<(f64, f64)> = Vec::new();
    let stroke = Stroke::new(Token::Good, 1.5).dashed("6 3");
    for (index, point) in trend.points.iter().enumerate() {
        match point.target.filter(|target| scale.holds(*target)) {
            Some(target) => {
                let y = scale.at(target);
                let from = plot.left + index as f64 * step;
                way.push((from, y));
                way.push((from + step, y));
            }
            None => canvas.way(&std::mem::take(&mut way), stroke),
        }
    }
    canvas.way(&way, stroke);
}

fn values(canvas: &mut Canvas, trend: &Trend, scale: Scale, place: &dyn Fn(usize) -> f64) {
    let marks = trend.points.len() <= MOST_MARKS;
    let axis = &trend.axis;
    if marks {
        for (index, point) in trend.points.iter().enumerate() {
            frame::upright_range(canvas, &point.measured, scale, place(index), Token::Soft);
        }
    }
    // The line stops at gaps, and is dashed on the way to a period that is not over.
    let mut way: Vec<(f64, f64)> = Vec::new();
    let solid = Stroke::new(Token::Data, 2.2);
    for (index, point) in trend.points.iter().enumerate() {
        match point.measured.value {
            Some(value) => {
                let here = (place(index), scale.at(value));
                if point.partial {
                    if let Some(before) = way.last().copied() {
                        canvas.way(&std::mem::take(&mut way), solid);
                        canvas.way(&[before, here], solid.dashed("3 4"));
                    }
                    way = vec![here];
                } else {
                    way.push(here);
                }
            }
            None => canvas.way(&std::mem::take(&mut way), solid),
        }
    }
    canvas.way(&way, solid);
    for (index, point) in trend.points.iter().enumerate() {
        let Some(value) = point.measured.value else {
            continue;
        };
        let at = (place(index), scale.at(value));
        let alone = neighbours(trend, index) == 0;
        if !marks && point.signal.is_none() && !alone {
            continue;
        }
        canvas.open(&told(trend, point, axis));
        if point.signal.is_some() {
            canvas.shape(Shape::Diamond, at, 12.0, signal_colour(point.signal_better));
        } else if point.partial || point.measured.state == State::TooFew || point.measured.state == State::Stale {
            canvas.shape(Shape::Ring, at, 9.0, Token::Data);
        } else {
            canvas.shape(Shape::Dot, at, 9.0, Token::Data);
        }
        canvas.close();
    }
}

/// How many neighbours of a point have values: without one there is no line to see.
fn neighbours(trend: &Trend, index: usize) -> usize {
    let has = |at: Option<usize>| {
        at.and_then(|at| trend.points.get(at))
            .is_some_and(|point| point.measured.value.is_some())
    };
    usize::from(has(index.checked_sub(1))) + usize::from(has(index.checked_add(1)))
}

fn told(trend: &Trend, point: &TrendPoint, axis: &bellwether::report::chart::Axis) -> String {
    let mut text = figure::told(&point.period, &point.measured, axis);
    if let Some(target) = point.target {
        let met = match point.target_met {
            Some(true) => ", met",
            Some(false) => ", not met",
            None => "",
        };
        text.push_str(&format!("; target {}{met}", words::goal(target, trend.axis.decimals)));
    }
    if let Some(band) = &point.band {
        text.push_str(&format!("; {band}"));
    }
    if let Some(why) = &point.signal {
        text.push_str(&format!("; {why}"));
    }
    if point.partial {
        text.push_str(&format!("; {} not over", trend.calendar));
    }
    text
}

//! A trend for a tile: a bare line, its last value, its target.

use bellwether::report::chart::Trend;

use super::frame::Scale;
use crate::chart::canvas::{Canvas, Shape, Stroke};
use crate::chart::token::Token;

pub(super) fn sparkline(canvas: &mut Canvas, trend: &Trend) {
    canvas.height = 48.0;
    let scale = Scale::new(&trend.axis, canvas.height - 7.0, 7.0);
    let (left, right) = (6.0, canvas.width - 8.0);
    let last = trend.points.len().saturating_sub(1).max(1) as f64;
    let place = |index: usize| left + index as f64 / last * (right - left);
    if let Some(process) = trend.process.as_ref().filter(|_| trend.bands.is_empty()) {
        let (high, low) = (scale.at(process.high), scale.at(process.low));
        canvas.area((0.0, high), (canvas.width, low), Token::Noise, 0.0);
    }
    if let Some(target) = trend.points.last().and_then(|point| point.target)
        && scale.holds(target)
    {
        let y = scale.at(target);
        canvas.line((0.0, y), (canvas.width, y), Stroke::new(Token::Good, 1.0).dashed("4 3"));
    }
    let solid = Stroke::new(Token::Data, 1.8);
    let mut way: Vec<(f64, f64)> = Vec::new();
    for (index, point) in trend.points.iter().enumerate() {
        match point.measured.value.filter(|_| !point.partial) {
            Some(value) => way.push((place(index), scale.at(value))),
            None => canvas.way(&std::mem::take(&mut way), solid),
        }
    }
    canvas.way(&way, solid);
    for (index, point) in trend.points.iter().enumerate() {
        if let (Some(value), true) = (point.measured.value, point.signal.is_some()) {
            let colour = super::trend::signal_colour(point.signal_better);
            canvas.shape(Shape::Diamond, (place(index), scale.at(value)), 9.0, colour);
        }
    }
    let complete = |(_, point): &(usize, &bellwether::report::chart::TrendPoint)| !point.partial;
    let end = trend
        .points
        .iter()
        .enumerate()
        .rev()
        .filter(complete)
        .find_map(|(index, point)| Some((index, point.measured.value?)));
    if let Some((index, value)) = end {
        canvas.shape(Shape::Dot, (place(index), scale.at(value)), 9.0, Token::Data);
    }
}

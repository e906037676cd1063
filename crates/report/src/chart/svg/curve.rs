//! An outcome along a metric.

use bellwether::report::chart::Curve;
use bellwether::report::words;

use super::frame::{self, Heading, Mark, Note, Plot, RIM, Scale};
use crate::chart::canvas::{Anchor, Canvas, Shape, Stroke, Type};
use crate::chart::figure;
use crate::chart::token::{SMALL, TEXT, Token};

pub(super) fn draw(canvas: &mut Canvas, heading: &Heading, curve: &Curve) {
    let top = heading.height() + 24.0;
    let plot = Plot {
        left: RIM + frame::tick_width(&curve.axis) + 8.0,
        top,
        right: canvas.width - RIM,
        bottom: top + 200.0,
    };
    let mut notes = frame::usual_notes(curve.points.iter().map(|point| &point.measured));
    if let Some(effect) = &curve.effect
        && let (Some(value), Some(low), Some(high)) = (effect.value, effect.low, effect.high)
    {
        notes.push(Note::new(
            Mark::None,
            format!(
                "one more of it: {} ({} to {})",
                words::significant(value),
                words::significant(low),
                words::significant(high)
            ),
        ));
    }
    canvas.height = plot.bottom + 54.0 + frame::notes_height(&notes, canvas.width) + 8.0;
    heading.draw(canvas);
    let muted = Type::new(SMALL, Token::Muted);
    canvas.text(
        (RIM, plot.top - 10.0),
        Anchor::Start,
        muted,
        &curve.axis.heading(),
        canvas.width - 2.0 * RIM,
    );
    let scale = Scale::new(&curve.axis, plot.bottom, plot.top);
    frame::level_grid(canvas, &curve.axis, scale, plot);
    let step = plot.width() / curve.points.len().max(1) as f64;
    let left = plot.left;
    let place = move |index: usize| left + (index as f64 + 0.5) * step;
    let way: Vec<(f64, f64)> = curve
        .points
        .iter()
        .enumerate()
        .filter_map(|(index, point)| Some((place(index), scale.at(point.measured.value?))))
        .collect();
    canvas.way(&way, Stroke::new(Token::Soft, 1.6));
    for (index, point) in curve.points.iter().enumerate() {
        let Some(value) = point.measured.value else {
            continue;
        };
        let (x, y) = (place(index), scale.at(value));
        canvas.open(&figure::told(&point.label, &point.measured, &curve.axis));
        frame::upright_range(canvas, &point.measured, scale, x, Token::Data);
        canvas.shape(Shape::Dot, (x, y), 11.0, Token::Data);
        let text = figure::on(&curve.axis, value);
        // Beside the range, on the side of it that the line leaves free.
        let rises = way.get(index + 1).is_some_and(|next| next.1 < y);
        let lift = if rises { 15.0 } else { -5.0 };
        let bold = Type::new(TEXT, Token::Ink).bold();
        canvas.text((x + 9.0, y + lift), Anchor::Start, bold, &text, (step - 14.0).max(30.0));
        canvas.close();
    }
    let labels: Vec<&str> = curve.points.iter().map(|point| point.label.as_str()).collect();
    frame::labels_below(canvas, &labels, &place, plot.bottom + 17.0, false);
    let counts: Vec<String> = curve
        .points
        .iter()
        .map(|point| {
            point
                .measured
                .n
                .map_or_else(String::new, |n| format!("n {}", words::whole(n)))
        })
        .collect();
    let counts: Vec<&str> = counts.iter().map(String::as_str).collect();
    frame::labels_below(canvas, &counts, &place, plot.bottom + 31.0, false);
    let middle = ((plot.left + plot.right) / 2.0, plot.bottom + 49.0);
    canvas.text(middle, Anchor::Middle, muted, &curve.category, plot.width());
    frame::draw_notes(canvas, &notes, plot.bottom + 56.0);
}

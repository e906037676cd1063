//! Things by two numbers, with names beside them.

use bellwether::report::chart::{Matrix, MatrixPoint};

use super::frame::{self, Heading, Mark, Note, Plot, RIM, Scale};
use crate::chart::canvas::{Anchor, Canvas, Shape, Stroke, Type};
use crate::chart::figure;
use crate::chart::lettering;
use crate::chart::token::{SMALL, TEXT, Token};

/// Names of things that cannot be placed, at most.
const MOST_NOTES: usize = 6;

/// A rectangle that is taken.
type Taken = (f64, f64, f64, f64);

pub(super) fn draw(canvas: &mut Canvas, heading: &Heading, matrix: &Matrix) {
    let top = heading.height() + 24.0;
    let plot = Plot {
        left: RIM + frame::tick_width(&matrix.y) + 8.0,
        top,
        right: canvas.width - RIM - last_tick(&matrix.x),
        bottom: top + 300.0,
    };
    let notes = notes(matrix);
    canvas.height = plot.bottom + 40.0 + frame::notes_height(&notes, canvas.width) + 8.0;
    heading.draw(canvas);
    let muted = Type::new(SMALL, Token::Muted);
    canvas.text(
        (RIM, plot.top - 10.0),
        Anchor::Start,
        muted,
        &matrix.y.heading(),
        canvas.width - 2.0 * RIM,
    );
    let (x, y) = (
        Scale::new(&matrix.x, plot.left, plot.right),
        Scale::new(&matrix.y, plot.bottom, plot.top),
    );
    frame::level_grid(canvas, &matrix.y, y, plot);
    frame::upright_grid(canvas, &matrix.x, x, plot);
    let at = ((plot.left + plot.right) / 2.0, plot.bottom + 33.0);
    canvas.text(at, Anchor::Middle, muted, &matrix.x.heading(), plot.width());
    let mut taken = corners(canvas, matrix, x, y, plot);
    let places: Vec<(f64, f64, &MatrixPoint)> = matrix
        .points
        .iter()
        .filter_map(|point| Some((x.at(point.x.value?), y.at(point.y.value?), point)))
        .collect();
    for (at_x, at_y, point) in &places {
        canvas.open(&told(matrix, point));
        frame::upright_range(canvas, &point.y, y, *at_x, Token::Soft);
        frame::level_range(canvas, &point.x, x, *at_y, Token::Soft);
        let shape = if point.place.as_deref() == Some("quick win") {
            Shape::Star
        } else {
            Shape::Dot
        };
        let size = if shape == Shape::Star { 17.0 } else { 12.0 };
        canvas.shape(shape, (*at_x, *at_y), size, Token::Data);
        canvas.close();
        taken.push((at_x - 8.0, at_y - 8.0, at_x + 8.0, at_y + 8.0));
    }
    for (at_x, at_y, point) in &places {
        name(canvas, point, (*at_x, *at_y), plot, &mut taken);
    }
    frame::draw_notes(canvas, &notes, plot.bottom + 40.0);
}

/// Half of the last tick's label, which stands out at the right.
fn last_tick(axis: &bellwether::report::chart::Axis) -> f64 {
    let label = axis
        .ticks
        .last()
        .map(|last| figure::tick(axis, *last))
        .unwrap_or_default();
    lettering::width(&label, SMALL, false) / 2.0
}

/// The lines that part the corners, and their names. Says what the names take.
fn corners(canvas: &mut Canvas, matrix: &Matrix, x: Scale, y: Scale, plot: Plot) -> Vec<Taken> {
    let stroke = Stroke::new(Token::Muted, 1.0).dashed("4 3");
    if let Some(split) = &matrix.x_split {
        let at = x.at(split.value);
        canvas.line((at, plot.top), (at, plot.bottom), stroke);
    }
    if let Some(split) = &matrix.y_split {
        let at = y.at(split.value);
        canvas.line((plot.left, at), (plot.right, at), stroke);
    }
    let mut taken = Vec::new();
    for (index, corner) in matrix.corners.iter().take(4).enumerate() {
        let (right, low) = (index % 2 == 1, index >= 2);
        let at = (
            if right { plot.right - 6.0 } else { plot.left + 6.0 },
            if low { plot.bottom - 8.0 } else { plot.top + 16.0 },
        );
        let anchor = if right { Anchor::End } else { Anchor::Start };
        let kind = Type::new(TEXT, Token::Muted).bold();
        canvas.text(at, anchor, kind, corner, plot.width() / 2.0);
        let wide = lettering::width(corner, TEXT, true);
        let left = if right { at.0 - wide } else { at.0 };
        taken.push((left, at.1 - TEXT, left + wide, at.1 + 3.0));
    }
    taken
}

/// Writes a name where it covers nothing: right, left, above, below, or further away; nowhere if all is taken, as the
/// table has it.
fn name(canvas: &mut Canvas, point: &MatrixPoint, (x, y): (f64, f64), plot: Plot, taken: &mut Vec<Taken>) {
    let text = lettering::fit(&point.label, TEXT, false, (plot.width() * 0.45).max(60.0));
    let wide = lettering::width(&text, TEXT, false);
    let tries = [
        (11.0, 4.2, Anchor::Start),
        (-11.0, 4.2, Anchor::End),
        (8.0, -9.0, Anchor::Start),
        (-8.0, -9.0, Anchor::End),
        (8.0, 17.0, Anchor::Start),
        (-8.0, 17.0, Anchor::End),
        (8.0, -24.0, Anchor::Start),
        (8.0, 32.0, Anchor::Start),
        (-8.0, -24.0, Anchor::End),
        (-8.0, 32.0, Anchor::End),
    ];
    for (dx, dy, anchor) in tries {
        let at = (x + dx, y + dy);
        let left = if anchor == Anchor::End { at.0 - wide } else { at.0 };
        let own = (left, at.1 - TEXT + 1.0, left + wide, at.1 + 3.0);
        let inside =
            own.0 >= plot.left && own.2 <= canvas.width - 4.0 && own.1 >= plot.top - 2.0 && own.3 <= plot.bottom;
        let free = taken
            .iter()
            .all(|other| own.2 < other.0 || own.0 > other.2 || own.3 < other.1 || own.1 > other.3);
        if inside && free {
            canvas.text(at, anchor, Type::new(TEXT, Token::Ink), &text, wide + 4.0);
            taken.push(own);
            return;
        }
    }
}

fn told(matrix: &Matrix, point: &MatrixPoint) -> String {
    let mut text = figure::told(&point.label, &point.y, &matrix.y);
    if let Some(x) = point.x.value {
        text.push_str(&format!("; {} {}", matrix.x.heading(), figure::on(&matrix.x, x)));
    }
    for part in [&point.place, &point.note].into_iter().flatten() {
        text.push_str(&format!("; {part}"));
    }
    if let Some(evidence) = point.evidence {
        text.push_str(&format!("; evidence: {}", evidence.words()));
    }
    text
}

fn notes(matrix: &Matrix) -> Vec<Note> {
    let mut notes = frame::usual_notes(matrix.points.iter().map(|point| &point.y));
    if matrix.x_split.is_some() {
        let stroke = Stroke::new(Token::Muted, 1.0).dashed("4 3");
        notes.push(Note::new(Mark::Line(stroke), "mean of these"));
    }
    if matrix
        .points
        .iter()
        .any(|point| point.place.as_deref() == Some("quick win"))
    {
        notes.push(Note::new(Mark::Shape(Shape::Star, Token::Data), "quick win"));
    }
    for (what, why) in matrix.not_placed.iter().take(MOST_NOTES) {
        notes.push(Note::new(Mark::None, format!("Not placed: {what} ({why})")));
    }
    if let Some(more) = matrix.not_placed.len().checked_sub(MOST_NOTES).filter(|more| *more > 0) {
        notes.push(Note::new(Mark::None, format!("and {more} more")));
    }
    notes
}

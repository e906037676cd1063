//! What several kinds of chart share: heading, scales, grids, notes.

use bellwether::report::chart::{Axis, Chart, Measured};

use crate::chart::canvas::{Anchor, Canvas, Shape, Stroke, Type};
use crate::chart::lettering::{self, wrap};
use crate::chart::token::{SMALL, TEXT, TITLE, Token};
use crate::chart::{canvas, figure};

/// Room at the rim.
pub(super) const RIM: f64 = 16.0;

/// Title and subtitle in lines.
pub(super) struct Heading {
    title: Vec<String>,
    subtitle: Vec<String>,
}

impl Heading {
    /// The heading of a chart in a picture of some width.
    pub(super) fn of(chart: &Chart, shown: bool, width: f64) -> Self {
        let room = width - 2.0 * RIM;
        if shown {
            Self {
                title: wrap(&chart.title, TITLE, true, room, 2),
                subtitle: wrap(&chart.subtitle, TEXT, false, room, 2),
            }
        } else {
            Self {
                title: Vec::new(),
                subtitle: Vec::new(),
            }
        }
    }

    /// Where the chart below it starts.
    pub(super) fn height(&self) -> f64 {
        let lines = self.title.len() as f64 * 20.0 + self.subtitle.len() as f64 * 16.0;
        if lines > 0.0 { lines + 22.0 } else { 8.0 }
    }

    /// Writes it; the height of the canvas is set.
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        let room = canvas.width - 2.0 * RIM;
        let mut y = 10.0;
        for line in &self.title {
            y += 18.0;
            canvas.text((RIM, y), Anchor::Start, Type::new(TITLE, Token::Ink).bold(), line, room);
            y += 2.0;
        }
        for line in &self.subtitle {
            y += 15.0;
            canvas.text((RIM, y), Anchor::Start, Type::new(TEXT, Token::Muted), line, room);
            y += 1.0;
        }
    }
}

/// From numbers to places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    pub(super) fn new(axis: &Axis, from: f64, to: f64) -> Self {
        Self {
            low: axis.low,
            high: axis.high,
            from,
            to,
        }
    }

    /// The place of a number; beyond the axis, its end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        let share = if span.is_finite() && span > 0.0 && value.is_finite() {
            ((value - self.low) / span).clamp(0.0, 1.0)
        } else {
            0.5
        };
        self.from + share * (self.to - self.from)
    }

    /// Whether a number is on the axis.
    pub(super) fn holds(&self, value: f64) -> bool {
        value >= self.low && value <= self.high
    }
}

/// The rectangle that data are drawn in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Plot {
    pub(super) fn width(&self) -> f64 {
        (self.right - self.left).max(1.0)
    }
}

/// Draws the range of a value upwards at a place across; ends beyond the axis are cut off, without a cap.
pub(super) fn upright_range(canvas: &mut Canvas, measured: &Measured, scale: Scale, x: f64, colour: Token) {
    if let (Some(low), Some(high), Some(_)) = (measured.low, measured.high, measured.value) {
        let from = ((x, scale.at(low)), scale.holds(low));
        canvas.range(from, ((x, scale.at(high)), scale.holds(high)), colour);
    }
}

/// Draws the range of a value across at a height.
pub(super) fn level_range(canvas: &mut Canvas, measured: &Measured, scale: Scale, y: f64, colour: Token) {
    if let (Some(low), Some(high), Some(_)) = (measured.low, measured.high, measured.value) {
        let from = ((scale.at(low), y), scale.holds(low));
        canvas.range(from, ((scale.at(high), y), scale.holds(high)), colour);
    }
}

/// How wide the ticks of an axis are.
pub(super) fn tick_width(axis: &Axis) -> f64 {
    let widths = axis
        .ticks
        .iter()
        .map(|tick| lettering::width(&figure::tick(axis, *tick), SMALL, false));
    widths.fold(0.0, f64::max)
}

/// Level grid lines with ticks at the left.
pub(super) fn level_grid(canvas: &mut Canvas, axis: &Axis, scale: Scale, plot: Plot) {
    for tick in axis.ticks.iter().filter(|tick| scale.holds(**tick)) {
        let y = scale.at(*tick);
        canvas.line((plot.left, y), (plot.right, y), Stroke::new(Token::Grid, 1.0));
        canvas.text(
            (plot.left - 8.0, y + 3.8),
            Anchor::End,
            Type::new(SMALL, Token::Muted),
            &figure::tick(axis, *tick),
            plot.left,
        );
    }
}

/// Upright grid lines with ticks below.
pub(super) fn upright_grid(canvas: &mut Canvas, axis: &Axis, scale: Scale, plot: Plot) {
    let mut free = f64::NEG_INFINITY;
    for tick in axis.ticks.iter().filter(|tick| scale.holds(**tick)) {
        let x = scale.at(*tick);
        canvas.line((x, plot.top), (x, plot.bottom), Stroke::new(Token::Grid, 1.0));
        let label = figure::tick(axis, *tick);
        let half = lettering::width(&label, SMALL, false) / 2.0;
        if x - half < free {
            continue;
        }
        free = x + half + 6.0;
        canvas.text(
            (x, plot.bottom + 15.0),
            Anchor::Middle,
            Type::new(SMALL, Token::Muted),
            &label,
            2.0 * half + 2.0,
        );
    }
}

/// Labels below places of equal distance, as many as have room, the last for sure. Says how high they are.
pub(super) fn labels_below(canvas: &mut Canvas, labels: &[&str], place: &dyn Fn(usize) -> f64, y: f64, thin: bool) {
    let gap = if labels.len() > 1 {
        (place(1) - place(0)).abs()
    } else {
        canvas.width
    };
    let widest = labels
        .iter()
        .map(|label| lettering::width(label, SMALL, false))
        .fold(0.0, f64::max);
    let every = if thin {
        ((widest + 10.0) / gap.max(0.01)).ceil().max(1.0) as usize
    } else {
        1
    };
    for (index, label) in labels.iter().enumerate() {
        if (labels.len() - 1 - index).is_multiple_of(every) {
            let room = if thin { widest + 4.0 } else { gap - 6.0 };
            canvas.text(
                (place(index), y),
                Anchor::Middle,
                Type::new(SMALL, Token::Muted),
                label,
                room,
            );
        }
    }
}

/// A note below a chart: a shape and what it means.
pub(super) struct Note {
    pub(super) mark: Mark,
    pub(super) text: String,
}

/// What stands before a note.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    Shape(Shape, Token),
    Line(Stroke),
    Range,
    Box(Token),
    Frame(Token),
    None,
}

impl Note {
    pub(super) fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self {
            mark,
            text: text.into(),
        }
    }

    fn width(&self) -> f64 {
        let lead = if matches!(self.mark, Mark::None) { 0.0 } else { 20.0 };
        lead + lettering::width(&self.text, SMALL, false) + 16.0
    }
}

/// Notes in lines: where each stands, and how high all are.
pub(super) fn notes_height(notes: &[Note], width: f64) -> f64 {
    let lines = notes_lines(notes, width);
    if lines == 0 { 0.0 } else { lines as f64 * 17.0 + 10.0 }
}

fn notes_lines(notes: &[Note], width: f64) -> usize {
    let (mut lines, mut x) = (0, f64::INFINITY);
    for note in notes {
        if x + note.width() > width - RIM {
            lines += 1;
            x = RIM;
        }
        x += note.width();
    }
    lines
}

/// Writes notes from a place downwards.
pub(super) fn draw_notes(canvas: &mut Canvas, notes: &[Note], top: f64) {
    let (mut y, mut x) = (top + 3.0, f64::INFINITY);
    for note in notes {
        if x + note.width() > canvas.width - RIM {
            x = RIM;
            y += 17.0;
        }
        let middle = y - 4.0;
        let lead = match note.mark {
            Mark::Shape(shape, colour) => {
                canvas.shape(shape, (x + 6.0, middle), 9.0, colour);
                20.0
            }
            Mark::Line(stroke) => {
                canvas.line((x, middle), (x + 14.0, middle), stroke);
                20.0
            }
            Mark::Range => {
                canvas.whisker((x + 1.0, middle), (x + 13.0, middle), Token::Muted);
                20.0
            }
            Mark::Box(colour) => {
                canvas.area((x, middle - 5.0), (x + 13.0, middle + 5.0), colour, 2.0);
                20.0
            }
            Mark::Frame(colour) => {
                canvas.outline(
                    (x, middle - 5.0),
                    (x + 13.0, middle + 5.0),
                    Stroke::new(colour, 1.0).dashed("2 2"),
                    2.0,
                );
                20.0
            }
            Mark::None => 0.0,
        };
        let room = canvas.width - RIM - x - lead;
        canvas.text(
            (x + lead, y),
            Anchor::Start,
            Type::new(SMALL, Token::Muted),
            &note.text,
            room,
        );
        x += note.width();
    }
}

/// The usual notes about values: ranges, few answers.
pub(super) fn usual_notes<'m>(values: impl Iterator<Item = &'m Measured> + Clone) -> Vec<Note> {
    use bellwether::measure::State;
    let mut notes = Vec::new();
    if values.clone().any(|value| value.low.is_some()) {
        notes.push(Note::new(Mark::Range, "range"));
    }
    if values.clone().any(|value| value.state == State::TooFew) {
        notes.push(Note::new(
            Mark::Shape(canvas::Shape::Ring, Token::Data),
            "too few answers to rely on",
        ));
    }
    if values.clone().any(|value| value.state == State::Stale) {
        notes.push(Note::new(Mark::Shape(canvas::Shape::Ring, Token::Data), "stale"));
    }
    notes
}

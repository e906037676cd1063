//! What adds up: steps that lie, one below the other.

use bellwether::report::chart::{Waterfall, WaterfallStep, WaterfallStepKind};
use bellwether::report::words;

use super::frame::{self, Heading, Mark, Note, Plot, RIM, Scale};
use crate::chart::canvas::{Anchor, Canvas, Shape, Stroke, Type};
use crate::chart::figure;
use crate::chart::lettering;
use crate::chart::token::{SMALL, TEXT, Token};

const ROW: f64 = 38.0;
const BAR: f64 = 18.0;

pub(super) fn draw(canvas: &mut Canvas, heading: &Heading, waterfall: &Waterfall) {
    let names = waterfall
        .steps
        .iter()
        .map(|step| {
            let own = lettering::width(&step.label, TEXT, true);
            own.max(lettering::width(&below(step), SMALL, false))
        })
        .fold(0.0, f64::max)
        .min(canvas.width * 0.34);
    let values = waterfall
        .steps
        .iter()
        .map(|step| lettering::width(&points(waterfall, step), TEXT, true))
        .fold(0.0, f64::max)
        .min(canvas.width * 0.2);
    let top = heading.height() + if waterfall.bands.is_empty() { 6.0 } else { 18.0 };
    let plot = Plot {
        left: RIM + names + 12.0,
        top,
        right: canvas.width - RIM - values - 12.0,
        bottom: top + waterfall.steps.len().max(1) as f64 * ROW,
    };
    let notes = notes(waterfall);
    canvas.height = plot.bottom + 24.0 + frame::notes_height(&notes, canvas.width) + 8.0;
    heading.draw(canvas);
    let scale = Scale::new(&waterfall.axis, plot.left, plot.right);
    bands(canvas, waterfall, scale, plot);
    frame::upright_grid(canvas, &waterfall.axis, scale, plot);
    let mut before: Option<f64> = None;
    for (index, step) in waterfall.steps.iter().enumerate() {
        let upper = plot.top + index as f64 * ROW;
        if let Some(from) = before {
            let x = scale.at(from);
            let stroke = Stroke::new(Token::Muted, 1.0);
            canvas.line((x, upper - (ROW - BAR) / 2.0), (x, upper + (ROW - BAR) / 2.0), stroke);
        }
        row(canvas, waterfall, step, scale, plot, upper, (names, values));
        before = Some(step.to);
    }
    frame::draw_notes(canvas, &notes, plot.bottom + 24.0);
}

/// What stands below a name: the part's own value and its weight, or what is to be known of it.
fn below(step: &WaterfallStep) -> String {
    let mut parts = Vec::new();
    if let (Some(value), Some(decimals)) = (step.value, step.decimals) {
        parts.push(words::with_unit(&figure::figure(value, decimals), step.unit.as_deref()));
    }
    if let Some(share) = step.share {
        parts.push(format!("{} % of weight", words::number(share, 0)));
    }
    if let Some(note) = &step.note {
        parts.push(note.clone());
    }
    parts.join(", ")
}

/// What a step adds, or what a total is.
fn points(waterfall: &Waterfall, step: &WaterfallStep) -> String {
    let decimals = waterfall.axis.decimals;
    if step.kind == WaterfallStepKind::Total || step.points.abs() >= 1e6 {
        figure::on(
            &waterfall.axis,
            if step.kind == WaterfallStepKind::Total {
                step.to
            } else {
                step.points
            },
        )
    } else {
        words::difference(step.points, decimals)
    }
}

fn bands(canvas: &mut Canvas, waterfall: &Waterfall, scale: Scale, plot: Plot) {
    let count = waterfall.bands.len();
    for (index, band) in waterfall.bands.iter().enumerate() {
        let low = band.from.unwrap_or(waterfall.axis.low).max(waterfall.axis.low);
        let high = band.to.unwrap_or(waterfall.axis.high).min(waterfall.axis.high);
        if low < high {
            let (from, to) = (scale.at(low), scale.at(high));
            canvas.area((from, plot.top), (to, plot.bottom), Token::band_area(index, count), 0.0);
            let kind = Type::new(SMALL, Token::band(index, count));
            canvas.text(
                ((from + to) / 2.0, plot.top - 5.0),
                Anchor::Middle,
                kind,
                &band.name,
                to - from,
            );
        }
    }
}

fn row(
    canvas: &mut Canvas,
    waterfall: &Waterfall,
    step: &WaterfallStep,
    scale: Scale,
    plot: Plot,
    top: f64,
    (names, values): (f64, f64),
) {
    let middle = top + ROW / 2.0;
    let (upper, lower) = (middle - BAR / 2.0, middle + BAR / 2.0);
    let total = step.kind == WaterfallStepKind::Total;
    canvas.open(&told(waterfall, step));
    let sub = below(step);
    let name = Type::new(TEXT, Token::Ink);
    let name = if total { name.bold() } else { name };
    let lift = if sub.is_empty() { 4.2 } else { -2.5 };
    canvas.text(
        (plot.left - 12.0, middle + lift),
        Anchor::End,
        name,
        &step.label,
        names + 2.0,
    );
    canvas.text(
        (plot.left - 12.0, middle + 11.5),
        Anchor::End,
        Type::new(SMALL, Token::Muted),
        &sub,
        names + 2.0,
    );
    let (from, to) = (scale.at(step.from), scale.at(step.to));
    if let Some(full) = step.full.filter(|full| *full > step.to) {
        // What it could have given besides.
        canvas.area((to, upper), (scale.at(full), lower), Token::Surface, 0.0);
        canvas.outline(
            (to, upper),
            (scale.at(full), lower),
            Stroke::new(Token::Bad, 1.2).dashed("3 2"),
            1.0,
        );
        if let Some(lost) = step.lost {
            let text = format!("−{}", words::number(lost, waterfall.axis.decimals.max(1)));
            let room = scale.at(full) - to - 4.0;
            if lettering::width(&text, SMALL, false) <= room {
                let at = ((to + scale.at(full)) / 2.0, middle + 4.0);
                canvas.text(at, Anchor::Middle, Type::new(SMALL, Token::Bad), &text, room);
            }
        }
    }
    match step.kind {
        WaterfallStepKind::Total if scale.holds(step.from) => {
            canvas.area((from, upper), (to, lower), Token::Data, 1.5);
        }
        // Not from zero: a bar's length would say nothing.
        WaterfallStepKind::Total => canvas.shape(Shape::Dot, (to, middle), 12.0, Token::Data),
        WaterfallStepKind::Part if waterfall.steps.iter().any(|step| step.full.is_some()) => {
            canvas.area((from, upper), (to, lower), Token::Soft, 1.5);
        }
        WaterfallStepKind::Part | WaterfallStepKind::Limit => {
            let colour = match step.better {
                Some(false) => Token::Heat(-2),
                Some(true) => Token::Heat(2),
                None => Token::Soft,
            };
            if (to - from).abs() < 1.5 {
                canvas.line((to, upper), (to, lower), Stroke::new(colour, 1.5));
            } else {
                canvas.area((from, upper), (to, lower), colour, 1.5);
            }
        }
    }
    if total && let Some((low, high)) = waterfall.range.filter(|_| step.from == 0.0) {
        let y = lower + 5.0;
        canvas.whisker((scale.at(low), y), (scale.at(high), y), Token::Data);
    }
    let kind = Type::new(TEXT, Token::Ink).bold();
    let at = (canvas.width - RIM, middle + 4.2);
    canvas.text(at, Anchor::End, kind, &points(waterfall, step), values + 2.0);
    canvas.close();
}

fn told(waterfall: &Waterfall, step: &WaterfallStep) -> String {
    let mut text = format!("{}: {}", step.label, points(waterfall, step));
    if let Some(lost) = step.lost {
        text.push_str(&format!(", loses {}", words::number(lost, 1)));
    }
    let sub = below(step);
    if !sub.is_empty() {
        text.push_str(&format!("; {sub}"));
    }
    text
}

fn notes(waterfall: &Waterfall) -> Vec<Note> {
    let mut notes = Vec::new();
    if waterfall.steps.iter().any(|step| step.full.is_some()) {
        notes.push(Note::new(Mark::Box(Token::Soft), "points given"));
        notes.push(Note::new(Mark::Frame(Token::Bad), "points lost"));
    }
    for (better, heat, text) in [(true, 2, "for the better"), (false, -2, "for the worse")] {
        let any = |step: &WaterfallStep| step.better == Some(better) && step.points != 0.0;
        if waterfall.steps.iter().any(any) {
            notes.push(Note::new(Mark::Box(Token::Heat(heat)), text));
        }
    }
    if waterfall.range.is_some() {
        notes.push(Note::new(Mark::Range, "range of the score"));
    }
    notes
}

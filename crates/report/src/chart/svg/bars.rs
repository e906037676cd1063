//! Values side by side: bars that lie, so that names have room.

use bellwether::measure::State;
use bellwether::report::chart::{Bar, Bars};
use bellwether::report::words;

use super::frame::{self, Heading, Mark, Note, Plot, RIM, Scale};
use crate::chart::canvas::{Anchor, Canvas, Shape, Stroke, Type};
use crate::chart::figure;
use crate::chart::lettering;
use crate::chart::token::{SMALL, TEXT, Token};

const ROW: f64 = 28.0;
const BAR: f64 = 14.0;

pub(super) fn draw(canvas: &mut Canvas, heading: &Heading, bars: &Bars) {
    let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0_f64, f64::max);
    let names = widest(&mut bars.bars.iter().map(|bar| lettering::width(&bar.label, TEXT, false)));
    let values = widest(&mut bars.bars.iter().map(|bar| {
        let value = figure::value(&bar.measured, &bars.axis);
        lettering::width(&value, TEXT, true)
    }));
    let asides = widest(&mut bars.bars.iter().map(|bar| lettering::width(&aside(bar), SMALL, false)));
    let names = names.min(canvas.width * 0.3);
    let values = values.min(canvas.width * 0.18);
    let asides = asides.min(canvas.width * 0.2);
    let top = heading.height() + if bars.total.is_some() { 20.0 } else { 6.0 };
    let plot = Plot {
        left: RIM + names + 12.0,
        top,
        right: (canvas.width - RIM - values - asides - 26.0).max(RIM + names + 40.0),
        bottom: top + bars.bars.len().max(1) as f64 * ROW,
    };
    let notes = notes(bars);
    canvas.height = plot.bottom + 24.0 + frame::notes_height(&notes, canvas.width) + 8.0;
    heading.draw(canvas);
    let scale = Scale::new(&bars.axis, plot.left, plot.right);
    frame::upright_grid(canvas, &bars.axis, scale, plot);
    for (index, bar) in bars.bars.iter().enumerate() {
        row(
            canvas,
            bars,
            bar,
            scale,
            plot,
            plot.top + index as f64 * ROW,
            (names, values, asides),
        );
    }
    if let Some(total) = bars.total.as_ref().filter(|total| scale.holds(total.value)) {
        let x = scale.at(total.value);
        canvas.line(
            (x, plot.top - 4.0),
            (x, plot.bottom),
            Stroke::new(Token::Ink, 1.2).dashed("4 3"),
        );
        let text = format!("{} {}", total.label, figure::on(&bars.axis, total.value));
        let half = lettering::width(&text, SMALL, false) / 2.0;
        let x = x.clamp(
            (RIM + half).min(canvas.width / 2.0),
            (canvas.width - RIM - half).max(canvas.width / 2.0),
        );
        canvas.text(
            (x, plot.top - 8.0),
            Anchor::Middle,
            Type::new(SMALL, Token::Ink),
            &text,
            300.0,
        );
    }
    frame::draw_notes(canvas, &notes, plot.bottom + 24.0);
}

/// What stands beside the value: n, band, how the target fares.
fn aside(bar: &Bar) -> String {
    let mut parts = Vec::new();
    if let Some(band) = bar.band.as_ref().filter(|band| **band != bar.label) {
        parts.push(band.clone());
    }
    if let Some(n) = bar.measured.n.filter(|_| bar.measured.value.is_some()) {
        parts.push(format!("n {}", words::whole(n)));
    }
    match bar.measured.state {
        State::TooFew => parts.push("few".to_owned()),
        State::Stale => parts.push("stale".to_owned()),
        _ => {}
    }
    parts.join(", ")
}

fn row(
    canvas: &mut Canvas,
    bars: &Bars,
    bar: &Bar,
    scale: Scale,
    plot: Plot,
    top: f64,
    (names, values, asides): (f64, f64, f64),
) {
    let middle = top + ROW / 2.0;
    canvas.open(&told(bars, bar));
    canvas.text(
        (plot.left - 12.0, middle + 4.2),
        Anchor::End,
        Type::new(TEXT, Token::Ink),
        &bar.label,
        names + 2.0,
    );
    if let Some(value) = bar.measured.value {
        let (from, to) = (scale.at(bars.start), scale.at(value));
        let (upper, lower) = (middle - BAR / 2.0, middle + BAR / 2.0);
        if figure::solid(&bar.measured) {
            canvas.area((from, upper), (to, lower), Token::Soft, 1.5);
        } else {
            canvas.outline(
                (from, upper),
                (to, lower),
                Stroke::new(Token::Data, 1.0).dashed("3 2"),
                1.5,
            );
        }
        frame::level_range(canvas, &bar.measured, scale, middle, Token::Data);
        let shape = if figure::solid(&bar.measured) {
            Shape::Dot
        } else {
            Shape::Ring
        };
        canvas.shape(shape, (to, middle), 9.0, Token::Data);
    }
    if let Some(target) = bar.target.filter(|target| scale.holds(*target)) {
        let x = scale.at(target);
        canvas.line((x, middle - 11.0), (x, middle + 11.0), Stroke::new(Token::Good, 2.0));
    }
    let kind = match bar.measured.value {
        Some(_) => Type::new(TEXT, Token::Ink).bold(),
        None => Type::new(TEXT, Token::Muted),
    };
    let x = canvas.width - RIM - asides - if asides > 0.0 { 10.0 } else { 0.0 };
    let room = if bar.measured.value.is_some() {
        values + 2.0
    } else {
        values.max(60.0)
    };
    let value = figure::value(&bar.measured, &bars.axis);
    canvas.text((x, middle + 4.2), Anchor::End, kind, &value, room);
    let x = canvas.width - RIM - asides;
    canvas.text(
        (x, middle + 4.2),
        Anchor::Start,
        Type::new(SMALL, Token::Muted),
        &aside(bar),
        asides + 2.0,
    );
    canvas.close();
}

fn told(bars: &Bars, bar: &Bar) -> String {
    let mut text = figure::told(&bar.label, &bar.measured, &bars.axis);
    if let Some(target) = bar.target {
        let met = match bar.target_met {
            Some(true) => ", met",
            Some(false) => ", not met",
            None => "",
        };
        text.push_str(&format!("; target {}{met}", words::goal(target, bars.axis.decimals)));
    }
    for part in [&bar.band, &bar.note].into_iter().flatten() {
        text.push_str(&format!("; {part}"));
    }
    text
}

fn notes(bars: &Bars) -> Vec<Note> {
    let mut notes = frame::usual_notes(bars.bars.iter().map(|bar| &bar.measured));
    if bars.bars.iter().any(|bar| bar.target.is_some()) {
        notes.push(Note::new(Mark::Line(Stroke::new(Token::Good, 2.0)), "target"));
    }
    if bars.bars.iter().any(|bar| bar.measured.state == State::Suppressed) {
        notes.push(Note::new(Mark::None, "hidden: too few people"));
    }
    if bars.left_out > 0 {
        notes.push(Note::new(
            Mark::None,
            format!("{} with the fewest rows are not shown", bars.left_out),
        ));
    }
    for bar in &bars.bars {
        if let Some(note) = &bar.note {
            notes.push(Note::new(Mark::None, format!("{}: {note}", bar.label)));
        }
    }
    notes
}

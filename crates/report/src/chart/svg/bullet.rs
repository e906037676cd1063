//! One value against its goal.

use bellwether::report::chart::Bullet;
use bellwether::report::words;

use super::frame::{self, Heading, Mark, Note, Plot, RIM, Scale};
use crate::chart::canvas::{Anchor, Canvas, Shape, Stroke, Type};
use crate::chart::figure;
use crate::chart::token::{SMALL, TITLE, Token};

pub(super) fn draw(canvas: &mut Canvas, heading: &Heading, bullet: &Bullet) {
    let top = heading.height() + 34.0;
    let plot = Plot {
        left: RIM + 4.0,
        top,
        right: canvas.width - RIM - 4.0,
        bottom: top + 30.0,
    };
    let notes = notes(bullet);
    canvas.height = plot.bottom + 24.0 + frame::notes_height(&notes, canvas.width) + 8.0;
    heading.draw(canvas);
    let scale = Scale::new(&bullet.axis, plot.left, plot.right);
    frame::upright_grid(canvas, &bullet.axis, scale, plot);
    let mut text = figure::value(&bullet.measured, &bullet.axis);
    if bullet.measured.value.is_some() {
        text = words::with_unit(&text, bullet.axis.unit.as_deref());
    }
    let large = Type::new(TITLE + 4.0, Token::Ink).bold();
    canvas.text((RIM, plot.top - 12.0), Anchor::Start, large, &text, canvas.width * 0.55);
    let status = status(bullet);
    canvas.text(
        (canvas.width - RIM, plot.top - 12.0),
        Anchor::End,
        Type::new(SMALL + 1.0, status.1),
        &status.0,
        canvas.width * 0.42,
    );
    track(canvas, bullet, scale, plot);
    frame::draw_notes(canvas, &notes, plot.bottom + 24.0);
}

/// The bare bar, for a tile.
pub(super) fn bare(canvas: &mut Canvas, bullet: &Bullet) {
    canvas.height = 26.0;
    let plot = Plot {
        left: 4.0,
        top: 3.0,
        right: canvas.width - 4.0,
        bottom: 23.0,
    };
    track(canvas, bullet, Scale::new(&bullet.axis, plot.left, plot.right), plot);
}

fn track(canvas: &mut Canvas, bullet: &Bullet, scale: Scale, plot: Plot) {
    let count = bullet.bands.len();
    if count == 0 {
        canvas.area((plot.left, plot.top), (plot.right, plot.bottom), Token::Noise, 2.0);
    }
    for (index, band) in bullet.bands.iter().enumerate() {
        let low = band.from.unwrap_or(bullet.axis.low).max(bullet.axis.low);
        let high = band.to.unwrap_or(bullet.axis.high).min(bullet.axis.high);
        if low < high {
            let (from, to) = (scale.at(low), scale.at(high));
            canvas.area((from, plot.top), (to, plot.bottom), Token::band_area(index, count), 0.0);
        }
    }
    let middle = (plot.top + plot.bottom) / 2.0;
    let third = (plot.bottom - plot.top) / 5.0;
    if let Some(value) = bullet.measured.value {
        // From where it started, or from the end of the axis where that is zero.
        let start = bullet.baseline.or((bullet.axis.low == 0.0).then_some(0.0));
        if let Some(start) = start {
            let (from, to) = (scale.at(start), scale.at(value));
            canvas.area((from, middle - third), (to, middle + third), Token::Soft, 1.0);
        }
        frame::level_range(canvas, &bullet.measured, scale, middle, Token::Data);
    }
    if let Some(baseline) = bullet.baseline.filter(|baseline| scale.holds(*baseline)) {
        let x = scale.at(baseline);
        let stroke = Stroke::new(Token::Muted, 1.5).dashed("2 2");
        canvas.line((x, plot.top + 2.0), (x, plot.bottom - 2.0), stroke);
    }
    if let Some(target) = bullet.target.filter(|target| scale.holds(*target)) {
        let x = scale.at(target);
        canvas.line((x, plot.top), (x, plot.bottom), Stroke::new(Token::Good, 2.5));
    }
    if let Some(value) = bullet.measured.value {
        let shape = if figure::solid(&bullet.measured) {
            Shape::Dot
        } else {
            Shape::Ring
        };
        canvas.shape(shape, (scale.at(value), middle), 12.0, Token::Data);
    }
}

/// How the goal fares, in words.
fn status(bullet: &Bullet) -> (String, Token) {
    if let Some(band) = &bullet.band {
        let index = bullet.bands.iter().position(|known| known.name == *band);
        let colour = index.map_or(Token::Muted, |index| Token::band(index, bullet.bands.len()));
        return (band.clone(), colour);
    }
    let target = bullet
        .target
        .map(|value| words::goal(value, bullet.axis.decimals))
        .unwrap_or_default();
    match bullet.target_met {
        Some(true) => (format!("target {target} met"), Token::Good),
        Some(false) => (format!("target {target} not met"), Token::Bad),
        None => (String::new(), Token::Muted),
    }
}

fn notes(bullet: &Bullet) -> Vec<Note> {
    let mut notes = frame::usual_notes(std::iter::once(&bullet.measured));
    if let Some(target) = bullet.target {
        let due = bullet.due.map_or_else(String::new, |due| format!(" by {due}"));
        let text = match bullet.final_target {
            Some(last) => format!(
                "target {} now, {}{due}",
                words::goal(target, bullet.axis.decimals),
                words::goal(last, bullet.axis.decimals)
            ),
            None => format!("target {}{due}", words::goal(target, bullet.axis.decimals)),
        };
        notes.push(Note::new(Mark::Line(Stroke::new(Token::Good, 2.5)), text));
    }
    if let Some(baseline) = bullet.baseline {
        let stroke = Stroke::new(Token::Muted, 1.5).dashed("2 2");
        notes.push(Note::new(
            Mark::Line(stroke),
            format!("baseline {}", words::goal(baseline, bullet.axis.decimals)),
        ));
    }
    notes
}

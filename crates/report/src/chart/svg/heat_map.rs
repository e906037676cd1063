//! A heat map: a table of values in colours.

use bellwether::measure::State;
use bellwether::report::chart::{HeatCell, HeatMap};
use bellwether::report::words;

use super::frame::{self, Heading, Mark, Note, RIM};
use crate::chart::canvas::{Anchor, Canvas, Stroke, Type};
use crate::chart::figure;
use crate::chart::lettering;
use crate::chart::token::{SMALL, TEXT, Token};

const ROW: f64 = 30.0;
const LEGEND: f64 = 34.0;

pub(super) fn draw(canvas: &mut Canvas, heading: &Heading, map: &HeatMap) {
    let names = map
        .rows
        .iter()
        .map(|row| lettering::width(row, TEXT, false))
        .fold(0.0, f64::max)
        .min(canvas.width * 0.25);
    let left = RIM + names + 12.0;
    let columns = map.columns.len().max(1) as f64;
    let cell = ((canvas.width - RIM - left) / columns).min(110.0);
    let top = heading.height() + 30.0;
    let bottom = top + map.rows.len().max(1) as f64 * ROW;
    let notes = notes(map);
    canvas.height = bottom + LEGEND + 8.0 + frame::notes_height(&notes, canvas.width) + 6.0;
    heading.draw(canvas);

    let one_line = map
        .columns
        .iter()
        .all(|column| lettering::width(column, SMALL, false) <= cell - 4.0);
    for (index, column) in map.columns.iter().enumerate() {
        let middle = left + (index as f64 + 0.5) * cell;
        let lines = if one_line {
            vec![column.clone()]
        } else {
            column_lines(column, cell - 4.0)
        };
        let first = top - 8.0 - (lines.len().saturating_sub(1)) as f64 * 13.0;
        for (line, text) in lines.iter().enumerate() {
            let at = (middle, first + line as f64 * 13.0);
            canvas.text(at, Anchor::Middle, Type::new(SMALL, Token::Muted), text, cell - 2.0);
        }
    }
    for (index, row) in map.rows.iter().enumerate() {
        let at = (left - 10.0, top + (index as f64 + 0.5) * ROW + 4.2);
        canvas.text(at, Anchor::End, Type::new(TEXT, Token::Ink), row, names + 2.0);
    }
    for one in &map.cells {
        if one.row < map.rows.len() && one.column < map.columns.len() {
            let corner = (left + one.column as f64 * cell, top + one.row as f64 * ROW);
            draw_cell(canvas, map, one, corner, cell);
        }
    }
    legend(canvas, map, left, bottom + 12.0);
    frame::draw_notes(canvas, &notes, bottom + LEGEND + 8.0);
}

/// A column's name in two lines: `2026-01` parts at the dash, words at the blank.
fn column_lines(name: &str, room: f64) -> Vec<String> {
    let parts: Vec<&str> = name.splitn(2, '-').collect();
    if let [year, rest] = parts.as_slice()
        && year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
    {
        return vec![(*year).to_owned(), (*rest).to_owned()];
    }
    lettering::wrap(name, SMALL, false, room, 2)
}

fn draw_cell(canvas: &mut Canvas, map: &HeatMap, cell: &HeatCell, (x, y): (f64, f64), width: f64) {
    let gap = 1.0;
    let (from, to) = ((x + gap, y + gap), (x + width - gap, y + ROW - gap));
    let measured = &cell.measured;
    canvas.open(&told(map, cell));
    let middle = (x + width / 2.0, y + ROW / 2.0 + 4.2);
    let few = measured.value.is_some() && (measured.state != State::Ok || cell.partial);
    match measured.value {
        Some(value) => {
            let heat = Token::heat(cell.shade.unwrap_or(0.0));
            if few {
                // It stands back: a frame in place of a full colour.
                canvas.outline(from, to, Stroke::new(Token::Muted, 1.0).dashed("2 2"), 2.0);
            } else {
                canvas.area(from, to, heat, 2.0);
            }
            let text = figure::on(&map.axis, value);
            let size = fitting(&text, width - 6.0);
            let colour = if few { Token::Muted } else { Token::Ink };
            canvas.text(middle, Anchor::Middle, Type::new(size, colour), &text, width - 2.0);
        }
        None if measured.state == State::Suppressed => {
            canvas.hatch(from, to);
        }
        None => {
            canvas.text(middle, Anchor::Middle, Type::new(SMALL, Token::Muted), "–", width);
        }
    }
    canvas.close();
}

/// The largest size at which a text fits.
fn fitting(text: &str, room: f64) -> f64 {
    let sizes = [TEXT, SMALL, 10.0, 9.0];
    let fits = |size: &&f64| lettering::width(text, **size, false) <= room;
    sizes.iter().find(fits).copied().unwrap_or(9.0)
}

fn told(map: &HeatMap, cell: &HeatCell) -> String {
    let row = map.rows.get(cell.row).map_or("", String::as_str);
    let column = map.columns.get(cell.column).map_or("", String::as_str);
    let mut text = figure::told(&format!("{row}, {column}"), &cell.measured, &map.axis);
    if let Some(target) = cell.target {
        let met = match cell.target_met {
            Some(true) => ", met",
            Some(false) => ", not met",
            None => "",
        };
        text.push_str(&format!("; target {}{met}", words::goal(target, map.axis.decimals)));
    }
    if let Some(band) = &cell.band {
        text.push_str(&format!("; {band}"));
    }
    text
}

/// The colours with their numbers: worst, middle, best.
fn legend(canvas: &mut Canvas, map: &HeatMap, left: f64, top: f64) {
    let bins: Vec<i8> = if map.scale.middle.is_some() {
        (-3..=3).collect()
    } else {
        (0..=3).collect()
    };
    let wide = 20.0;
    let kind = Type::new(SMALL, Token::Muted);
    let (low_word, high_word) = if map.scale.middle.is_some() {
        ("worse", "better")
    } else {
        ("lowest", "highest")
    };
    let low = format!("{low_word} {}", figure::on(&map.axis, map.scale.worst));
    let high = format!("{} {high_word}", figure::on(&map.axis, map.scale.best));
    let lead = lettering::width(&low, SMALL, false).min(canvas.width * 0.3) + 8.0;
    let start = left.min((canvas.width - RIM - lead * 2.0 - wide * 7.0).max(RIM));
    canvas.text((start, top + 10.0), Anchor::Start, kind, &low, lead);
    let mut x = start + lead;
    for bin in bins {
        canvas.area((x, top), (x + wide, top + 13.0), Token::Heat(bin), 0.0);
        if bin == 0
            && let Some(middle) = &map.scale.middle
        {
            let text = format!("{} {}", middle.label, figure::on(&map.axis, middle.value));
            canvas.text((x + wide / 2.0, top + 25.0), Anchor::Middle, kind, &text, 200.0);
        }
        x += wide;
    }
    canvas.text((x + 8.0, top + 10.0), Anchor::Start, kind, &high, 200.0);
}

fn notes(map: &HeatMap) -> Vec<Note> {
    let mut notes = Vec::new();
    let any = |what: &dyn Fn(&HeatCell) -> bool| map.cells.iter().any(what);
    if any(&|cell| cell.measured.state == State::TooFew) {
        notes.push(Note::new(Mark::Frame(Token::Muted), "too few answers to rely on"));
    }
    if any(&|cell| cell.measured.state == State::Stale) {
        notes.push(Note::new(Mark::Frame(Token::Muted), "stale"));
    }
    if any(&|cell| cell.partial) {
        notes.push(Note::new(
            Mark::Frame(Token::Muted),
            format!("{} not over", map.column_title),
        ));
    }
    if any(&|cell| cell.measured.state == State::Suppressed) {
        notes.push(Note::new(Mark::None, "hatched: hidden, too few people"));
    }
    if any(&|cell| cell.measured.value.is_none() && cell.measured.state != State::Suppressed) {
        notes.push(Note::new(Mark::None, "– no value"));
    }
    if map.rows_left_out > 0 {
        notes.push(Note::new(
            Mark::None,
            format!("{} rows with the fewest answers are not shown", map.rows_left_out),
        ));
    }
    if map.columns_left_out > 0 {
        let what = if map.over_time { "earlier periods" } else { "columns" };
        notes.push(Note::new(
            Mark::None,
            format!("{} {what} are not shown", map.columns_left_out),
        ));
    }
    notes
}

//! A journey: phases and steps across, metrics down, what hangs on a phase below it.

use bellwether::measure::State;
use bellwether::report::chart::{JourneyLane, JourneyMap, JourneyMark};
use bellwether::report::words;

use super::frame::{self, Heading, Mark, Note, RIM, Scale};
use crate::chart::canvas::{Anchor, Canvas, Shape, Stroke, Type};
use crate::chart::figure;
use crate::chart::lettering::{self, wrap};
use crate::chart::token::{SMALL, TEXT, Token};

const LANE: f64 = 108.0;
const PHASE: f64 = 26.0;
const STEP: f64 = 34.0;
const LINE: f64 = 15.0;

/// Where stops stand.
struct Track {
    left: f64,
    step: f64,
}

impl Track {
    fn middle(&self, stop: usize) -> f64 {
        self.left + (stop as f64 + 0.5) * self.step
    }

    /// Left and right end of a phase.
    fn phase(&self, map: &JourneyMap, phase: usize) -> Option<(f64, f64)> {
        let first = map.stops.iter().position(|stop| stop.phase == phase)?;
        let last = map.stops.iter().rposition(|stop| stop.phase == phase)?;
        Some((
            self.left + first as f64 * self.step,
            self.left + (last + 1) as f64 * self.step,
        ))
    }
}

/// A box of text below a phase.
struct Card {
    phase: usize,
    lines: Vec<(String, Type)>,
    shape: Option<(Shape, Token)>,
    told: String,
}

pub(super) fn draw(canvas: &mut Canvas, heading: &Heading, map: &JourneyMap) {
    let names = map
        .lanes
        .iter()
        .map(|lane| lettering::width(&lane.axis.title, TEXT, true))
        .fold(40.0, f64::max)
        .min(canvas.width * 0.17);
    let left = RIM + names + 14.0;
    let track = Track {
        left,
        step: (canvas.width - RIM - left) / map.stops.len().max(1) as f64,
    };
    let top = heading.height() + 4.0;
    let lanes_top = top + PHASE + STEP;
    let cards_top = lanes_top + map.lanes.len() as f64 * LANE + 6.0;
    let cards = cards(map, &track);
    let cards_height = (0..map.phases.len())
        .map(|phase| {
            cards
                .iter()
                .filter(|card| card.phase == phase)
                .map(card_height)
                .sum::<f64>()
        })
        .fold(0.0, f64::max);
    let notes = notes(map);
    let notes_top = cards_top + cards_height + 2.0;
    canvas.height = notes_top + frame::notes_height(&notes, canvas.width) + 10.0;
    heading.draw(canvas);
    head(canvas, map, &track, top, cards_top + cards_height);
    for (index, lane) in map.lanes.iter().enumerate() {
        draw_lane(canvas, map, lane, &track, lanes_top + index as f64 * LANE, names);
    }
    let mut used = vec![cards_top; map.phases.len()];
    for card in &cards {
        let (Some((from, to)), Some(y)) = (track.phase(map, card.phase), used.get_mut(card.phase)) else {
            continue;
        };
        draw_card(canvas, card, (from, to), *y);
        *y += card_height(card);
    }
    frame::draw_notes(canvas, &notes, notes_top);
}

/// Phases as bars, steps below them.
fn head(canvas: &mut Canvas, map: &JourneyMap, track: &Track, top: f64, bottom: f64) {
    for (index, phase) in map.phases.iter().enumerate() {
        let Some((from, to)) = track.phase(map, index) else {
            continue;
        };
        canvas.area((from + 1.5, top), (to - 1.5, top + PHASE), Token::Soft, 3.0);
        let kind = Type::new(TEXT, Token::Ink).bold();
        canvas.text(
            ((from + to) / 2.0, top + 17.5),
            Anchor::Middle,
            kind,
            phase,
            to - from - 10.0,
        );
        if index > 0 {
            canvas.line((from, top + PHASE + 4.0), (from, bottom), Stroke::new(Token::Grid, 1.0));
        }
    }
    for (index, stop) in map.stops.iter().enumerate() {
        let alone = map.phases.get(stop.phase).is_some_and(|phase| *phase == stop.label);
        if alone {
            continue;
        }
        let lines = wrap(&stop.label, SMALL, false, track.step - 6.0, 2);
        let first = top + PHASE + if lines.len() > 1 { 15.0 } else { 20.0 };
        for (line, text) in lines.iter().enumerate() {
            let at = (track.middle(index), first + line as f64 * 13.0);
            canvas.text(at, Anchor::Middle, Type::new(SMALL, Token::Ink), text, track.step - 4.0);
        }
    }
}

fn draw_lane(canvas: &mut Canvas, map: &JourneyMap, lane: &JourneyLane, track: &Track, top: f64, names: f64) {
    let (upper, lower) = (top + 26.0, top + LANE - 18.0);
    let scale = Scale::new(&lane.axis, lower, upper);
    let right = track.left + map.stops.len() as f64 * track.step;
    canvas.line((RIM, top), (right, top), Stroke::new(Token::Grid, 1.0));
    let title = wrap(&lane.axis.title, TEXT, true, names, 2);
    let mut y = top + 34.0;
    for line in &title {
        canvas.text(
            (RIM, y),
            Anchor::Start,
            Type::new(TEXT, Token::Ink).bold(),
            line,
            names + 2.0,
        );
        y += 15.0;
    }
    let muted = Type::new(SMALL, Token::Muted);
    let unit = match (&lane.axis.unit, lane.direction) {
        (Some(unit), _) => unit.clone(),
        (None, _) => String::new(),
    };
    if !unit.is_empty() {
        canvas.text((RIM, y), Anchor::Start, muted, &unit, names + 2.0);
        y += 14.0;
    }
    if let Some(target) = lane.target.filter(|target| scale.holds(*target)) {
        let at = scale.at(target);
        let stroke = Stroke::new(Token::Good, 1.2).dashed("6 3");
        canvas.line((track.left, at), (right, at), stroke);
        let kind = Type::new(SMALL, Token::Good);
        canvas.text(
            (RIM, y),
            Anchor::Start,
            kind,
            &format!("target {}", words::goal(target, lane.axis.decimals)),
            names + 2.0,
        );
    }
    let way: Vec<(f64, f64)> = lane
        .points
        .iter()
        .filter_map(|point| Some((track.middle(point.stop), scale.at(point.measured.value?))))
        .collect();
    canvas.way(&way, Stroke::new(Token::Soft, 2.0));
    for point in &lane.points {
        let x = track.middle(point.stop);
        let name = map.stops.get(point.stop).map_or("", |stop| stop.label.as_str());
        canvas.open(&figure::told(name, &point.measured, &lane.axis));
        match point.measured.value {
            Some(value) => {
                let y = scale.at(value);
                frame::upright_range(canvas, &point.measured, scale, x, Token::Soft);
                let solid = figure::solid(&point.measured);
                let (shape, colour) = match (point.worst, solid) {
                    (true, _) => (Shape::Down, Token::Bad),
                    (false, true) => (Shape::Dot, Token::Data),
                    (false, false) => (Shape::Ring, Token::Data),
                };
                canvas.shape(shape, (x, y), 10.0, colour);
                let kind = if solid {
                    Type::new(TEXT, Token::Ink).bold()
                } else {
                    Type::new(TEXT, Token::Muted)
                };
                let text = figure::on(&lane.axis, value);
                canvas.text((x, top + 18.0), Anchor::Middle, kind, &text, track.step - 2.0);
            }
            None => {
                let text = if point.measured.state == State::Suppressed {
                    "hidden"
                } else {
                    "–"
                };
                canvas.text(
                    (x, (upper + lower) / 2.0),
                    Anchor::Middle,
                    muted,
                    text,
                    track.step - 2.0,
                );
            }
        }
        canvas.close();
    }
}

/// What hangs on phases and single steps, in boxes.
fn cards(map: &JourneyMap, track: &Track) -> Vec<Card> {
    map.marks
        .iter()
        .filter_map(|mark| {
            let (from, to) = track.phase(map, mark.phase)?;
            Some(card(map, mark, to - from - 22.0))
        })
        .collect()
}

fn card(map: &JourneyMap, mark: &JourneyMark, room: f64) -> Card {
    let shape = match (&mark.moment_of_truth, &mark.friction_point) {
        (Some(_), _) => Some((Shape::Star, Token::Data)),
        (None, Some(_)) => Some((Shape::Diamond, Token::Bad)),
        (None, None) => None,
    };
    let lead = if shape.is_some() { 15.0 } else { 0.0 };
    let name = Type::new(TEXT, Token::Ink).bold();
    let name_lines = wrap(&mark.label, TEXT, true, room - lead, 2);
    let mut lines: Vec<(String, Type)> = name_lines.into_iter().map(|line| (line, name)).collect();
    let mut add = |text: &str, kind: Type, most: usize| {
        lines.extend(
            wrap(text, kind.size, kind.bold, room, most)
                .into_iter()
                .map(|line| (line, kind)),
        );
    };
    let value = match mark.measured.value {
        Some(value) => words::with_unit(&figure::figure(value, mark.decimals), mark.unit.as_deref()),
        None => words::state(mark.measured.state).to_owned(),
    };
    let few = if mark.measured.value.is_some() && !figure::solid(&mark.measured) {
        format!(" ({})", words::state(mark.measured.state))
    } else {
        String::new()
    };
    add(&format!("{value}{few}"), Type::new(TEXT, Token::Ink), 2);
    if let Some(target) = mark.target {
        let (met, colour) = match mark.target_met {
            Some(true) => ("met", Token::Good),
            Some(false) => ("not met", Token::Bad),
            None => ("", Token::Muted),
        };
        let text = format!("target {} {met}", words::goal(target, mark.decimals));
        add(text.trim_end(), Type::new(SMALL, colour), 1);
    }
    let why = mark.moment_of_truth.as_ref().or(mark.friction_point.as_ref());
    if let Some(why) = why.filter(|why| !why.is_empty()) {
        add(why, Type::new(SMALL, Token::Muted), 3);
    }
    if let Some(cost) = mark.costs_a_year {
        let money = words::with_unit(&figure::short(cost.value, 0), mark.currency.as_deref());
        let evidence = mark.evidence.map_or("", |evidence| evidence.words());
        add(
            &format!("costs {money} a year ({evidence})"),
            Type::new(SMALL, Token::Bad),
            2,
        );
    }
    let place = mark
        .stop
        .and_then(|stop| map.stops.get(stop))
        .map(|stop| stop.label.as_str());
    let told = format!("{} at {}: {value}{few}", mark.label, place.unwrap_or("the phase"));
    Card {
        phase: mark.phase,
        lines,
        shape,
        told,
    }
}

fn card_height(card: &Card) -> f64 {
    card.lines.len() as f64 * LINE + 22.0
}

fn draw_card(canvas: &mut Canvas, card: &Card, (from, to): (f64, f64), top: f64) {
    canvas.open(&card.told);
    let bottom = top + card_height(card) - 6.0;
    canvas.area((from + 4.0, top), (to - 4.0, bottom), Token::Noise, 4.0);
    if let Some((shape, colour)) = card.shape {
        canvas.shape(shape, (from + 17.0, top + 14.5), 12.0, colour);
    }
    let mut y = top + 18.5;
    for (index, (line, kind)) in card.lines.iter().enumerate() {
        let lead = if index == 0 && card.shape.is_some() { 15.0 } else { 0.0 };
        canvas.text(
            (from + 11.0 + lead, y),
            Anchor::Start,
            *kind,
            line.trim_start(),
            to - from - 20.0 - lead,
        );
        y += LINE;
    }
    canvas.close();
}

fn notes(map: &JourneyMap) -> Vec<Note> {
    let mut notes = frame::usual_notes(
        map.lanes
            .iter()
            .flat_map(|lane| lane.points.iter().map(|point| &point.measured)),
    );
    if map.lanes.iter().any(|lane| lane.points.iter().any(|point| point.worst)) {
        notes.push(Note::new(
            Mark::Shape(Shape::Down, Token::Bad),
            "worst step of its metric",
        ));
    }
    if map.marks.iter().any(|mark| mark.moment_of_truth.is_some()) {
        notes.push(Note::new(Mark::Shape(Shape::Star, Token::Data), "moment of truth"));
    }
    let friction = |mark: &JourneyMark| mark.moment_of_truth.is_none() && mark.friction_point.is_some();
    if map.marks.iter().any(friction) {
        notes.push(Note::new(Mark::Shape(Shape::Diamond, Token::Bad), "friction point"));
    }
    if !map.off_the_map.is_empty() {
        let rows: u64 = map.off_the_map.iter().map(|(_, rows)| rows).sum();
        notes.push(Note::new(
            Mark::None,
            format!(
                "{} rows are of {} values that are not on the map",
                words::whole(rows),
                map.off_the_map.len()
            ),
        ));
    }
    notes
}

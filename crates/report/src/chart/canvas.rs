//! Writes SVG: every number finite and inside the picture, every text escaped and as wide as its room.

use std::fmt::Write as _;

use super::lettering;
use super::token::{FONT, Theme, Token, style_sheet};

/// Where a text stands to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// It starts there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Type {
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) colour: Token,
}

impl Type {
    pub(crate) const fn new(size: f64, colour: Token) -> Self {
        Self {
            size,
            bold: false,
            colour,
        }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// How a line looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stroke {
    pub(crate) colour: Token,
    pub(crate) width: f64,
    pub(crate) dash: Option<&'static str>,
}

impl Stroke {
    pub(crate) const fn new(colour: Token, width: f64) -> Self {
        Self {
            colour,
            width,
            dash: None,
        }
    }

    pub(crate) const fn dashed(self, dash: &'static str) -> Self {
        Self {
            dash: Some(dash),
            ..self
        }
    }
}

/// A small shape that stands for a value or a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A value that stands on enough answers.
    Dot,
    /// A value that does not.
    Ring,
    /// A value that stands out.
    Diamond,
    /// The worst of its kind.
    Down,
    /// A moment of truth.
    Star,
}

/// A picture that is being written.
pub(crate) struct Canvas {
    out: String,
    pub(crate) width: f64,
    pub(crate) height: f64,
    theme: Theme,
}

/// A number as short as it can be.
fn n(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0 + 0.0;
    if rounded.is_finite() {
        format!("{rounded}")
    } else {
        "0".to_owned()
    }
}

/// Text as XML may hold it: what has a meaning there is escaped, what it forbids is left out.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => safe.push(other),
        }
    }
    safe
}

impl Canvas {
    pub(crate) fn new(width: f64, theme: Theme) -> Self {
        Self {
            out: String::new(),
            width,
            height: 0.0,
            theme,
        }
    }

    fn x(&self, x: f64) -> f64 {
        if x.is_finite() { x.clamp(0.0, self.width) } else { 0.0 }
    }

    fn y(&self, y: f64) -> f64 {
        if y.is_finite() { y.clamp(0.0, self.height) } else { 0.0 }
    }

    fn stroke(&self, stroke: Stroke) -> String {
        let dash = stroke
            .dash
            .map_or_else(String::new, |dash| format!(" stroke-dasharray=\"{dash}\""));
        format!(
            " stroke=\"{}\" stroke-width=\"{}\"{dash}",
            stroke.colour.paint(self.theme),
            n(stroke.width)
        )
    }

    /// Starts what is told together when one points at it.
    pub(crate) fn open(&mut self, told: &str) {
        let _ = write!(self.out, "<g><title>{}</title>", escape(told));
    }

    /// Ends it.
    pub(crate) fn close(&mut self) {
        self.out.push_str("</g>");
    }

    /// A filled rectangle by two corners.
    pub(crate) fn area(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), fill: Token, round: f64) {
        let (left, right) = (self.x(x1.min(x2)), self.x(x1.max(x2)));
        let (top, bottom) = (self.y(y1.min(y2)), self.y(y1.max(y2)));
        let corners = if round > 0.0 {
            format!(" rx=\"{}\"", n(round.min((right - left) / 2.0)))
        } else {
            String::new()
        };
        let _ = write!(
            self.out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{corners} fill=\"{}\"/>",
            n(left),
            n(top),
            n(right - left),
            n(bottom - top),
            fill.paint(self.theme)
        );
    }

    /// The outline of a rectangle by two corners.
    pub(crate) fn outline(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: Stroke, round: f64) {
        let inset = stroke.width / 2.0;
        let (left, right) = (self.x(x1.min(x2)) + inset, self.x(x1.max(x2)) - inset);
        let (top, bottom) = (self.y(y1.min(y2)) + inset, self.y(y1.max(y2)) - inset);
        if right <= left || bottom <= top {
            return;
        }
        let attributes = self.stroke(stroke);
        let _ = write!(
            self.out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"none\"{attributes}/>",
            n(left),
            n(top),
            n(right - left),
            n(bottom - top),
            n(round)
        );
    }

    /// A straight line.
    pub(crate) fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: Stroke) {
        let attributes = self.stroke(stroke);
        let _ = write!(
            self.out,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{attributes}/>",
            n(self.x(x1)),
            n(self.y(y1)),
            n(self.x(x2)),
            n(self.y(y2))
        );
    }

    /// A line through points.
    pub(crate) fn way(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        if points.len() < 2 {
            return;
        }
        let path: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{},{}", n(self.x(*x)), n(self.y(*y))))
            .collect();
        let attributes = self.stroke(stroke);
        let _ = write!(
            self.out,
            "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{attributes}/>",
            path.join(" ")
        );
    }

    /// A filled shape with corners.
    fn polygon(&mut self, points: &[(f64, f64)], fill: Token) {
        let path: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{},{}", n(self.x(*x)), n(self.y(*y))))
            .collect();
        let _ = write!(
            self.out,
            "<polygon points=\"{}\" fill=\"{}\"/>",
            path.join(" "),
            fill.paint(self.theme)
        );
    }

    /// A range: a line with a cap at each end, upright or level. An end that is cut off has none.
    pub(crate) fn whisker(&mut self, from: (f64, f64), to: (f64, f64), colour: Token) {
        self.range((from, true), (to, true), colour);
    }

    /// A range with or without its caps.
    pub(crate) fn range(&mut self, from: ((f64, f64), bool), to: ((f64, f64), bool), colour: Token) {
        let stroke = Stroke::new(colour, 1.4);
        self.line(from.0, to.0, stroke);
        let upright = (from.0.0 - to.0.0).abs() < (from.0.1 - to.0.1).abs();
        let cap = 3.0;
        for ((x, y), _) in [from, to].into_iter().filter(|(_, capped)| *capped) {
            if upright {
                self.line((x - cap, y), (x + cap, y), stroke);
            } else {
                self.line((x, y - cap), (x, y + cap), stroke);
            }
        }
    }

    /// A small shape around a point.
    pub(crate) fn shape(&mut self, shape: Shape, (x, y): (f64, f64), size: f64, colour: Token) {
        let r = size / 2.0;
        let (x, y) = (
            self.x(x).clamp(r, (self.width - r).max(r)),
            self.y(y).clamp(r, (self.height - r).max(r)),
        );
        match shape {
            Shape::Dot | Shape::Ring => {
                let (fill, stroke) = if shape == Shape::Dot {
                    (colour, Token::Surface)
                } else {
                    (Token::Surface, colour)
                };
                let radius = r - 0.75;
                let _ = write!(
                    self.out,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"{}/>",
                    n(x),
                    n(y),
                    n(radius),
                    fill.paint(self.theme),
                    self.stroke(Stroke::new(stroke, 1.5))
                );
            }
            Shape::Diamond => self.polygon(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], colour),
            Shape::Down => self.polygon(&[(x, y + r), (x + r, y - r * 0.8), (x - r, y - r * 0.8)], colour),
            Shape::Star => {
                // Corners of a five-pointed star of radius 1, from the top.
                const STAR: [(f64, f64); 10] = [
                    (0.0, -1.0),
                    (0.235, -0.324),
                    (0.951, -0.309),
                    (0.380, 0.124),
                    (0.588, 0.809),
                    (0.0, 0.4),
                    (-0.588, 0.809),
                    (-0.380, 0.124),
                    (-0.951, -0.309),
                    (-0.235, -0.324),
                ];
                let points: Vec<(f64, f64)> = STAR.iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect();
                self.polygon(&points, colour);
            }
        }
    }

    /// Lines across a rectangle: what it holds is hidden.
    pub(crate) fn hatch(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let stroke = Stroke::new(Token::Grid, 1.0);
        let (w, h) = (x2 - x1, y2 - y1);
        let mut start = 6.0;
        while start < w + h {
            // From the upper or right rim down to the left or lower rim.
            let from = if start <= w {
                (x1 + start, y1)
            } else {
                (x2, y1 + start - w)
            };
            let to = if start <= h {
                (x1, y1 + start)
            } else {
                (x1 + start - h, y2)
            };
            self.line(from, to, stroke);
            start += 6.0;
        }
    }

    /// A line of text, cut to the room that there is, at most `room` wide.
    pub(crate) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, kind: Type, text: &str, room: f64) {
        let x = self.x(x);
        let own = match anchor {
            Anchor::Start => self.width - x,
            Anchor::Middle => 2.0 * x.min(self.width - x),
            Anchor::End => x,
        };
        let shown = lettering::fit(text, kind.size, kind.bold, own.min(room));
        if shown.is_empty() {
            return;
        }
        let y = self
            .y(y)
            .clamp(kind.size.min(self.height), (self.height - kind.size * 0.3).max(0.0));
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if kind.bold { " font-weight=\"600\"" } else { "" };
        let _ = write!(
            self.out,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight}{anchor} fill=\"{}\">{}</text>",
            n(x),
            n(y),
            n(kind.size),
            kind.colour.paint(self.theme),
            escape(&shown)
        );
    }

    /// The whole file.
    pub(crate) fn finish(self, title: &str, about: &str, paper: bool) -> String {
        let (width, height) = (n(self.width), n(self.height.ceil()));
        let sheet = if self.theme == Theme::Auto {
            format!("<style>{}</style>", style_sheet())
        } else {
            String::new()
        };
        let back = if paper {
            format!(
                "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
                Token::Surface.paint(self.theme)
            )
        } else {
            String::new()
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bw-chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" font-family=\"{FONT}\"><title>{}</title><desc>{}</desc>{sheet}{back}{}</svg>",
            escape(title),
            escape(about),
            self.out
        )
    }
}

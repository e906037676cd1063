//! Charts as static SVG: no script, nothing outside the file, text as text, told to those who hear it by title and
//! description.

mod bars;
mod bullet;
mod curve;
mod frame;
mod heat_map;
mod journey;
mod matrix;
mod tile;
mod trend;
mod waterfall;

use bellwether::report::chart::{Chart, ChartKind};

use super::canvas::Canvas;
use super::token::Theme;

/// How much a chart says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Size {
    /// Everything.
    #[default]
    Full,
    /// For a tile: a trend as a bare line, a bullet as a bare bar, without words. Other kinds are full.
    Tile,
}

/// How a chart is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct SvgOptions {
    /// For which background.
    pub theme: Theme,
    /// Width in pixels; `None`: as wide as the kind of chart needs (720, journeys 960, tiles 240). The picture scales: it
    /// has a view box. At least 240, tiles 80.
    pub width: Option<f64>,
    /// How much it says.
    pub size: Size,
    /// Whether title and subtitle stand in the picture; a page may say them itself.
    pub heading: bool,
    /// Whether the background is painted; a page has its own.
    pub background: bool,
}

impl Default for SvgOptions {
    fn default() -> Self {
        Self {
            theme: Theme::Light,
            width: None,
            size: Size::Full,
            heading: true,
            background: true,
        }
    }
}

/// Draws a chart as SVG.
///
/// Text is text, in the typeface Inter where the reader has it. The file holds no script and refers to nothing outside;
/// points tell their numbers where one points at them.
#[must_use]
pub fn svg(chart: &Chart, options: &SvgOptions) -> String {
    let tile = options.size == Size::Tile && matches!(chart.kind, ChartKind::Trend(_) | ChartKind::Bullet(_));
    let usual = match &chart.kind {
        _ if tile => 240.0,
        ChartKind::Journey(_) => 960.0,
        _ => 720.0,
    };
    let least = if tile { 80.0 } else { 240.0 };
    let width = options.width.filter(|width| width.is_finite()).unwrap_or(usual);
    let mut canvas = Canvas::new(width.clamp(least, 10_000.0), options.theme);
    if tile {
        match &chart.kind {
            ChartKind::Trend(trend) => tile::sparkline(&mut canvas, trend),
            ChartKind::Bullet(bullet) => bullet::bare(&mut canvas, bullet),
            _ => {}
        }
    } else {
        let heading = frame::Heading::of(chart, options.heading, canvas.width);
        match &chart.kind {
            ChartKind::Trend(trend) => trend::draw(&mut canvas, &heading, trend),
            ChartKind::Bars(bars) => bars::draw(&mut canvas, &heading, bars),
            ChartKind::HeatMap(map) => heat_map::draw(&mut canvas, &heading, map),
            ChartKind::Waterfall(waterfall) => waterfall::draw(&mut canvas, &heading, waterfall),
            ChartKind::Curve(curve) => curve::draw(&mut canvas, &heading, curve),
            ChartKind::Matrix(matrix) => matrix::draw(&mut canvas, &heading, matrix),
            ChartKind::Journey(map) => journey::draw(&mut canvas, &heading, map),
            ChartKind::Bullet(bullet) => bullet::draw(&mut canvas, &heading, bullet),
        }
    }
    canvas.finish(&chart.title, &chart.about, options.background)
}

//! Charts as Vega-Lite specifications, version 6: data inside, no address outside, as wide as the element around them.

mod layer;
mod over_time;
mod places;
mod side_by_side;
mod spec;

use bellwether::report::chart::{Chart, ChartKind};
use serde_json::Value;

use self::spec::spec;
use super::token::{FONT, SMALL, TEXT, TITLE, Theme, Token};

/// What a kind of chart adds to the specification.
struct Parts {
    height: Value,
    layers: Vec<Value>,
    /// Below title and subtitle: what colours and shapes mean.
    key: Option<String>,
}

/// Draws a chart as a Vega-Lite specification.
///
/// Shows the numbers, colours and words of [`super::svg()`]. `width` is `"container"`: the element that holds it needs a
/// width. Points tell their numbers in tooltips; the description is the chart's own sentence. [`Theme::Auto`] and
/// [`Theme::Page`] are drawn light: a specification knows nothing of the page.
#[must_use]
pub fn vega_lite(chart: &Chart, theme: Theme) -> Value {
    let parts = match &chart.kind {
        ChartKind::Trend(trend) => over_time::trend(trend, theme),
        ChartKind::Curve(curve) => over_time::curve(curve, theme),
        ChartKind::Bars(bars) => side_by_side::bars(bars, theme),
        ChartKind::Waterfall(waterfall) => side_by_side::waterfall(waterfall, theme),
        ChartKind::Bullet(bullet) => side_by_side::bullet(bullet, theme),
        ChartKind::HeatMap(map) => places::heat_map(map, theme),
        ChartKind::Matrix(matrix) => places::matrix(matrix, theme),
        ChartKind::Journey(map) => places::journey(map, theme),
    };
    let mut subtitle: Vec<&str> = Vec::new();
    if !chart.subtitle.is_empty() {
        subtitle.push(&chart.subtitle);
    }
    subtitle.extend(parts.key.as_deref());
    spec!({
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": chart.about,
        "title": {"text": chart.title, "subtitle": subtitle},
        "width": "container",
        "height": parts.height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": parts.layers,
        "config": config(theme),
        "usermeta": {"id": chart.id, "kind": chart.kind.word()},
    })
}

/// Type and colours of all charts.
fn config(theme: Theme) -> Value {
    let (ink, muted, grid) = (Token::Ink.hex(theme), Token::Muted.hex(theme), Token::Grid.hex(theme));
    spec!({
        "background": Token::Surface.hex(theme),
        "font": FONT,
        "view": {"stroke": null},
        "title": {
            "anchor": "start", "frame": "bounds", "color": ink, "fontSize": TITLE, "fontWeight": 600, "subtitleColor": muted,
            "subtitleFontSize": TEXT, "subtitlePadding": 4, "offset": 12
        },
        "axis": {
            "labelColor": muted, "titleColor": muted, "titleFontWeight": "normal", "labelFontSize": SMALL,
            "titleFontSize": SMALL, "gridColor": grid, "domainColor": grid, "tickColor": grid, "labelLimit": 180
        },
        "text": {"color": ink, "fontSize": TEXT},
        "line": {"color": Token::Data.hex(theme), "strokeWidth": 2.2},
        "rule": {"color": muted},
        "bar": {"color": Token::Soft.hex(theme)},
        "point": {"color": Token::Data.hex(theme), "filled": true, "size": 60, "opacity": 1}
    })
}

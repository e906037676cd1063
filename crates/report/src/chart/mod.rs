//! Draws the charts of a report: as SVG, as Vega-Lite, as PNG.
//!
//! All three show the same numbers in the same colours; the chart ([`bellwether::report::chart::Chart`]) says which.

mod canvas;
mod figure;
mod files;
mod lettering;
#[cfg(feature = "png")]
mod png;
mod svg;
mod token;
mod vega;

pub use files::{ChartFile, chart_files};
#[cfg(feature = "png")]
pub use png::{PngOptions, png};
pub use svg::{Size, SvgOptions, svg};
pub use token::{Theme, css_variables};
pub use vega::vega_lite;

//! Charts as pixels.

use std::sync::{Arc, OnceLock};

use bellwether::report::chart::Chart;
use resvg::{tiny_skia, usvg};

use super::svg::{SvgOptions, svg};
use super::token::Theme;

/// Inter, Latin, Greek and Cyrillic letters; the licence stands beside it (SIL Open Font License 1.1).
const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.otf");
/// More pixels than this in one direction are refused.
const MOST_PIXELS: f64 = 16_384.0;

/// How a chart becomes pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct PngOptions {
    /// How it is drawn. A picture of pixels follows no reader's system: [`Theme::Auto`] and [`Theme::Page`] are light.
    pub svg: SvgOptions,
    /// Pixels of the picture's width; its height follows. Twice the drawing's width is sharp on today's screens.
    pub pixels: u32,
    /// Typefaces for letters that Inter's Latin, Greek and Cyrillic do not have: the bytes of TrueType or OpenType files.
    pub fonts: Vec<Vec<u8>>,
}

impl Default for PngOptions {
    fn default() -> Self {
        Self {
            svg: SvgOptions::default(),
            pixels: 1440,
            fonts: Vec::new(),
        }
    }
}

/// Draws a chart as PNG.
///
/// # Errors
/// A message when the picture is too large, or cannot be made; the latter would be a fault of this crate.
pub fn png(chart: &Chart, options: &PngOptions) -> Result<Vec<u8>, String> {
    let theme = match options.svg.theme {
        Theme::Auto | Theme::Page => Theme::Light,
        other => other,
    };
    let drawing = svg(
        chart,
        &SvgOptions {
            theme,
            ..options.svg.clone()
        },
    );
    let settings = usvg::Options {
        font_family: "Inter".to_owned(),
        fontdb: fonts(&options.fonts),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(&drawing, &settings).map_err(|error| error.to_string())?;
    let size = tree.size();
    let scale = f64::from(options.pixels.max(1)) / f64::from(size.width());
    let (width, height) = (
        f64::from(options.pixels.max(1)),
        (f64::from(size.height()) * scale).ceil(),
    );
    if width > MOST_PIXELS || height > MOST_PIXELS {
        return Err(format!(
            "a picture of {width} by {height} pixels is too large; at most {MOST_PIXELS} in each direction"
        ));
    }
    let mut pixels = tiny_skia::Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| format!("a picture of {width} by {height} pixels cannot be made"))?;
    let transform = tiny_skia::Transform::from_scale(scale as f32, scale as f32);
    resvg::render(&tree, transform, &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}

/// The typefaces of this crate, read once, and those of the caller.
fn fonts(more: &[Vec<u8>]) -> Arc<usvg::fontdb::Database> {
    static OWN: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    let own = OWN.get_or_init(|| {
        let mut database = usvg::fontdb::Database::new();
        database.load_font_data(REGULAR.to_vec());
        database.load_font_data(SEMI_BOLD.to_vec());
        database.set_sans_serif_family("Inter");
        Arc::new(database)
    });
    if more.is_empty() {
        return Arc::clone(own);
    }
    let mut database = usvg::fontdb::Database::clone(own);
    for font in more {
        database.load_font_data(font.clone());
    }
    Arc::new(database)
}

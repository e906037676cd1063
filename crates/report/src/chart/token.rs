//! The colours, sizes and type of all charts: one place for SVG and Vega-Lite.
//!
//! Data are blue, what is for the worse vermillion, after Okabe and Ito: a pair that the colour-blind tell apart. Status is
//! never told by colour alone: a shape or a word says it too.

use std::fmt::Write as _;

/// For which background charts are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// White paper.
    #[default]
    Light,
    /// A dark screen.
    Dark,
    /// As the reader's system is set, by a style sheet in the file; light in print. Vega-Lite cannot: it is light there.
    Auto,
    /// By the variables of [`css_variables`], which the page around the chart declares; light where it does not. The file
    /// holds no style sheet, so that a strict content-security policy lets it pass.
    Page,
}

/// A colour by its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// The background.
    Surface,
    /// Text.
    Ink,
    /// Text beside the point, ticks.
    Muted,
    /// Grid lines.
    Grid,
    /// Areas of noise.
    Noise,
    /// Data.
    Data,
    /// Data that stand back: ranges, bars.
    Soft,
    /// For the better.
    Good,
    /// Deserves a look.
    Warn,
    /// For the worse.
    Bad,
    /// Area of the highest band.
    GoodArea,
    /// Area of bands between.
    WarnArea,
    /// Area of the lowest band.
    BadArea,
    /// Heat, worst to best.
    Heat(i8),
}

/// Text that stands on any heat.
const TOKENS: [Token; 20] = [
    Token::Surface,
    Token::Ink,
    Token::Muted,
    Token::Grid,
    Token::Noise,
    Token::Data,
    Token::Soft,
    Token::Good,
    Token::Warn,
    Token::Bad,
    Token::GoodArea,
    Token::WarnArea,
    Token::BadArea,
    Token::Heat(-3),
    Token::Heat(-2),
    Token::Heat(-1),
    Token::Heat(0),
    Token::Heat(1),
    Token::Heat(2),
    Token::Heat(3),
];

impl Token {
    /// Name of its variable, and its colours on light and dark.
    const fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Surface => ("--bw-surface", "#ffffff", "#14171c"),
            Self::Ink => ("--bw-ink", "#1b1f24", "#e8eaed"),
            Self::Muted => ("--bw-muted", "#5b6470", "#a5adb8"),
            Self::Grid => ("--bw-grid", "#e2e5e9", "#333942"),
            Self::Noise => ("--bw-noise", "#f1f3f5", "#20252c"),
            Self::Data => ("--bw-data", "#0065a8", "#6cb4ee"),
            Self::Soft => ("--bw-soft", "#a9cdea", "#2c5d86"),
            Self::Good => ("--bw-good", "#00785a", "#3ecfa4"),
            Self::Warn => ("--bw-warn", "#8a6100", "#e9b949"),
            Self::Bad => ("--bw-bad", "#b34800", "#ff9a5c"),
            Self::GoodArea => ("--bw-good-area", "#e0f3ec", "#16332b"),
            Self::WarnArea => ("--bw-warn-area", "#fdf3d9", "#37301a"),
            Self::BadArea => ("--bw-bad-area", "#fce8dc", "#3d2619"),
            Self::Heat(..=-3) => ("--bw-heat-worst", "#e07b43", "#9c4414"),
            Self::Heat(-2) => ("--bw-heat-worse", "#efb08b", "#70361a"),
            Self::Heat(-1) => ("--bw-heat-bad", "#f9dfd0", "#452b20"),
            Self::Heat(0) => ("--bw-heat-middle", "#f1f2f4", "#262b33"),
            Self::Heat(1) => ("--bw-heat-good", "#d3e5f5", "#1d3750"),
            Self::Heat(2) => ("--bw-heat-better", "#97c3e7", "#1f527f"),
            Self::Heat(3..) => ("--bw-heat-best", "#549ad6", "#246ba8"),
        }
    }

    /// The colour itself.
    pub(crate) const fn hex(self, theme: Theme) -> &'static str {
        let (_, light, dark) = self.parts();
        match theme {
            Theme::Dark => dark,
            Theme::Light | Theme::Auto | Theme::Page => light,
        }
    }

    /// The colour as an attribute has it.
    pub(crate) fn paint(self, theme: Theme) -> String {
        let (name, light, dark) = self.parts();
        match theme {
            Theme::Light => light.to_owned(),
            Theme::Dark => dark.to_owned(),
            Theme::Auto | Theme::Page => format!("var({name},{light})"),
        }
    }

    /// The heat of a shade from −1 to 1.
    pub(crate) fn heat(shade: f64) -> Self {
        // Thirds: seven colours can be told apart, a hundred cannot.
        Self::Heat((shade.clamp(-1.0, 1.0) * 3.0).round() as i8)
    }

    /// The area of a band by its place among the others.
    pub(crate) const fn band_area(index: usize, bands: usize) -> Self {
        if index == 0 {
            Self::BadArea
        } else if index + 1 >= bands {
            Self::GoodArea
        } else {
            Self::WarnArea
        }
    }

    /// The colour of a band by its place among the others.
    pub(crate) const fn band(index: usize, bands: usize) -> Self {
        if index == 0 {
            Self::Bad
        } else if index + 1 >= bands {
            Self::Good
        } else {
            Self::Warn
        }
    }
}

/// The declarations of the variables that charts of [`Theme::Page`] read: `--bw-ink:#1b1f24;..`, for a page's style sheet.
///
/// ```
/// use bellwether_report::chart::{Theme, css_variables};
/// let sheet = format!(":root{{{}}}", css_variables(Theme::Dark));
/// assert!(sheet.starts_with(":root{--bw-surface:#14171c;"));
/// ```
#[must_use]
pub fn css_variables(theme: Theme) -> String {
    let mut declared = String::new();
    for token in TOKENS {
        let _ = write!(declared, "{}:{};", token.parts().0, token.hex(theme));
    }
    declared
}

/// The style sheet of a chart that follows the reader's system.
pub(crate) fn style_sheet() -> String {
    format!(
        ".bw-chart{{{}}}@media screen and (prefers-color-scheme:dark){{.bw-chart{{{}}}}}",
        css_variables(Theme::Light),
        css_variables(Theme::Dark)
    )
}

/// Typefaces: the one that PNGs have, then what systems have.
pub(crate) const FONT: &str = "Inter, 'Segoe UI', system-ui, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif";
/// Size of titles.
pub(crate) const TITLE: f64 = 16.0;
/// Size of text.
pub(crate) const TEXT: f64 = 12.0;
/// Size of ticks and notes.
pub(crate) const SMALL: f64 = 11.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance by WCAG 2.
    #[expect(clippy::disallowed_methods, reason = "a contrast is no result")]
    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// WCAG 2.2, 1.4.3: text 4.5 to 1; 1.4.11: shapes 3 to 1.
    #[test]
    fn text_and_shapes_stand_off_their_background() {
        for theme in [Theme::Light, Theme::Dark] {
            let areas = TOKENS.into_iter().filter(|token| {
                matches!(
                    token,
                    Token::Surface | Token::Noise | Token::GoodArea | Token::WarnArea | Token::BadArea
                )
            });
            for area in areas {
                for text in [Token::Ink, Token::Muted, Token::Good, Token::Warn, Token::Bad] {
                    let found = contrast(text.hex(theme), area.hex(theme));
                    assert!(found >= 4.5, "{text:?} on {area:?} in {theme:?}: {found:.2}");
                }
                let found = contrast(Token::Data.hex(theme), area.hex(theme));
                assert!(found >= 3.0, "data on {area:?} in {theme:?}: {found:.2}");
            }
            for heat in -3..=3 {
                let found = contrast(Token::Ink.hex(theme), Token::Heat(heat).hex(theme));
                assert!(found >= 4.5, "ink on heat {heat} in {theme:?}: {found:.2}");
            }
        }
    }
}

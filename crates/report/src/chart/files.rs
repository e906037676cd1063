//! Every chart of a report as a file.

use std::collections::BTreeSet;

use bellwether::report::Report;
use bellwether::report::chart::{Chart, charts};

#[cfg(feature = "png")]
use super::{PngOptions, png};
use super::{SvgOptions, Theme, svg, vega_lite};

/// What a chart is written to a file as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartFile {
    /// A drawing that follows the light or dark system of whoever opens it.
    Svg,
    /// Pixels.
    #[cfg(feature = "png")]
    Png,
    /// A Vega-Lite specification.
    Vega,
}

impl ChartFile {
    /// How its files end.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            #[cfg(feature = "png")]
            Self::Png => "png",
            Self::Vega => "vl.json",
        }
    }

    fn draw(self, chart: &Chart) -> Result<Vec<u8>, String> {
        match self {
            Self::Svg => {
                let options = SvgOptions {
                    theme: Theme::Auto,
                    ..SvgOptions::default()
                };
                Ok(svg(chart, &options).into_bytes())
            }
            #[cfg(feature = "png")]
            Self::Png => png(chart, &PngOptions::default()),
            Self::Vega => {
                let text = serde_json::to_string_pretty(&vega_lite(chart, Theme::Light));
                text.map(|text| (text + "\n").into_bytes())
                    .map_err(|error| error.to_string())
            }
        }
    }
}

/// The charts of a report as files: name and bytes of each, in the order of the report. Names are unique, also where a
/// system does not tell capitals.
///
/// # Errors
/// A message when a chart cannot be drawn; that would be a fault of the engine.
pub fn chart_files(report: &Report, form: ChartFile) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut taken = BTreeSet::new();
    let charts = charts(&report.results);
    let drawn = charts
        .iter()
        .map(|chart| Ok((file_name(&chart.id, form, &mut taken), form.draw(chart)?)));
    drawn.collect()
}

/// A name for a file from a chart's id: letters, digits, dots and dashes of any script, `trend-nps.svg`; one that is taken
/// is numbered.
fn file_name(id: &str, form: ChartFile, taken: &mut BTreeSet<String>) -> String {
    let ending = form.ending();
    let plain = |letter: char| {
        if letter.is_alphanumeric() || matches!(letter, '_' | '.') {
            letter
        } else {
            '-'
        }
    };
    let stem: String = id.chars().take(100).map(plain).collect();
    let mut name = format!("{stem}.{ending}");
    let mut count = 1;
    // Some systems do not tell upper from lower case.
    while !taken.insert(name.to_lowercase()) {
        count += 1;
        name = format!("{stem}-{count}.{ending}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain_and_unique() {
        let mut taken = BTreeSet::new();
        let mut name = |id: &str| file_name(id, ChartFile::Svg, &mut taken);
        assert_eq!(name("heat_map/nps/region*plan"), "heat_map-nps-region-plan.svg");
        assert_eq!(name("heat_map/nps/region/plan"), "heat_map-nps-region-plan-2.svg");
        assert_eq!(name("bars/nps/../../etc"), "bars-nps-..-..-etc.svg");
    }
}

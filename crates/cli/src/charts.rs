//! `--charts`: one file a chart.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bellwether::report::Report;
use bellwether::report::chart::{Chart, charts};
use bellwether_report::chart::{PngOptions, SvgOptions, Theme, png, svg, vega_lite};

use crate::args::ChartFormat;
use crate::failure::Failure;

/// Writes every chart of a report into a folder: all of them, or none. The folder is made where it is not there; files of
/// it that have other names stay.
pub fn write(report: &Report, folder: &Path, form: ChartFormat) -> Result<(), Failure> {
    let explain = |error: &dyn std::fmt::Display| Failure::input(format!("cannot write {}: {error}", folder.display()));
    let mut taken = BTreeSet::new();
    let mut drawn = Vec::new();
    for chart in charts(&report.results) {
        let name = file_name(&chart.id, form, &mut taken);
        drawn.push((name, draw(&chart, form).map_err(|error| explain(&error))?));
    }
    // Beside the folder first: a full disk or a missing right leaves nothing half done.
    let beside = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    let made = tempfile::Builder::new()
        .prefix(".bellwether-charts-")
        .tempdir_in(beside.unwrap_or(Path::new(".")))
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => explain(&"there is no folder that it could be made in"),
            _ => explain(&error),
        })?;
    for (name, bytes) in &drawn {
        fs::write(made.path().join(name), bytes).map_err(|error| explain(&error))?;
    }
    fs::create_dir_all(folder).map_err(|error| explain(&error))?;
    for (name, _) in &drawn {
        fs::rename(made.path().join(name), folder.join(name)).map_err(|error| explain(&error))?;
    }
    Ok(())
}

fn draw(chart: &Chart, form: ChartFormat) -> Result<Vec<u8>, String> {
    // A picture in a file follows the system of whoever opens it.
    let options = SvgOptions {
        theme: Theme::Auto,
        ..SvgOptions::default()
    };
    match form {
        ChartFormat::Svg => Ok(svg(chart, &options).into_bytes()),
        ChartFormat::Png => png(chart, &PngOptions::default()),
        ChartFormat::Vega => {
            let text = serde_json::to_string_pretty(&vega_lite(chart, Theme::Light));
            text.map(|text| (text + "\n").into_bytes())
                .map_err(|error| error.to_string())
        }
    }
}

/// A name for a file from a chart's id: letters, digits, dots and dashes of any script, `trend-nps.svg`; one that is taken
/// is numbered.
fn file_name(id: &str, form: ChartFormat, taken: &mut BTreeSet<String>) -> String {
    let ending = match form {
        ChartFormat::Svg => "svg",
        ChartFormat::Png => "png",
        ChartFormat::Vega => "vl.json",
    };
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
        let mut name = |id: &str| file_name(id, ChartFormat::Svg, &mut taken);
        assert_eq!(name("heat_map/nps/region*plan"), "heat_map-nps-region-plan.svg");
        assert_eq!(name("heat_map/nps/region/plan"), "heat_map-nps-region-plan-2.svg");
        assert_eq!(name("bars/nps/../../etc"), "bars-nps-..-..-etc.svg");
    }
}

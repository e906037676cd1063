//! `--charts`: one file a chart.

use std::fs;
use std::path::Path;

use bellwether::report::Report;
use bellwether_report::chart::{ChartFile, chart_files};

use crate::args::ChartFormat;
use crate::failure::Failure;

/// Writes every chart of a report into a folder: all of them, or none. The folder is made where it is not there; files of
/// it that have other names stay.
pub fn write(report: &Report, folder: &Path, form: ChartFormat) -> Result<(), Failure> {
    let explain = |error: &dyn std::fmt::Display| Failure::input(format!("cannot write {}: {error}", folder.display()));
    let form = match form {
        ChartFormat::Svg => ChartFile::Svg,
        ChartFormat::Png => ChartFile::Png,
        ChartFormat::Vega => ChartFile::Vega,
    };
    let drawn = chart_files(report, form).map_err(|error| explain(&error))?;
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

//! A report as a workbook: a sheet a section, numbers as numbers.

mod book;
mod chart;
mod sections;

use bellwether::definition::CivilDate;
use bellwether::report::Report;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use book::Styles;

/// A report as a workbook (XLSX).
///
/// Sheets: Summary, Metrics, Segments, Trends, Scores, Links, Initiatives, a sheet for each list of rows, Findings, Cells, Method; one without rows is left
/// out. Numbers are unrounded and shown by the unit and decimals of their metric; what is hidden or missing is an empty
/// cell beside its state in words. Heads stay in sight, columns can be filtered, targets and bands are coloured by
/// conditions that the reader can change, and the main trends are charts of the workbook's own. The same report gives the
/// same bytes.
///
/// # Errors
/// A message when the workbook cannot be written.
pub fn to_xlsx(report: &Report) -> Result<Vec<u8>, String> {
    build(report).map_err(|error| error.to_string())
}

fn build(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let results = &report.results;
    let mut book = Workbook::new();
    // The day of the numbers, not of the writing.
    let (year, month, day) = results.as_of.map_or((2000, 1, 1), date);
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    let properties = DocProperties::new()
        .set_title(&results.header.title.value)
        .set_author(&report.provenance.engine)
        .set_comment(format!("results {}", report.provenance.results_sha256))
        .set_creation_datetime(&made);
    book.set_properties(&properties);
    let styles = Styles::new();
    sections::summary(&mut book, &styles, report)?;
    sections::metrics(&mut book, &styles, results)?;
    sections::segments(&mut book, &styles, results)?;
    chart::trends(&mut book, &styles, results)?;
    sections::scores(&mut book, &styles, results)?;
    sections::links(&mut book, &styles, results)?;
    sections::initiatives(&mut book, &styles, results)?;
    sections::lists(&mut book, &styles, results)?;
    sections::findings(&mut book, &styles, report)?;
    sections::cells(&mut book, &styles, report)?;
    sections::method(&mut book, &styles, report)?;
    book.save_to_buffer()
}

/// Year, month and day; beyond what a workbook can say, the nearest that it can.
fn date(day: CivilDate) -> (u16, u8, u8) {
    let text = day.to_string();
    let mut numbers = text.split('-').map(|part| part.parse::<u16>().unwrap_or(1));
    let year = numbers.next().unwrap_or(2000).clamp(1900, 9999);
    let mut small = || u8::try_from(numbers.next().unwrap_or(1)).unwrap_or(1);
    (year, small().clamp(1, 12), small().clamp(1, 31))
}

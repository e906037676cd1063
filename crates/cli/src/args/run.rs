//! What is evaluated and reported.

use std::path::PathBuf;

use bellwether::diagnostic::{Code, Switches};
use clap::{Args, ValueEnum, ValueHint};

use super::Input;
use crate::failure::Failure;

/// `bellwether run`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether run scorecard.rhai
  bellwether run scorecard.rhai --data survey=wave-*.csv --as-of 2026-06-30
  bellwether run scorecard.rhai --by region*plan --period quarter --format markdown --out report.md
  bellwether run scorecard.rhai --format html --audience executive --out report.html
  bellwether run scorecard.rhai --entities at-risk.parquet --fail-on red --deny warnings")]
pub struct RunArgs {
    #[command(flatten)]
    pub input: Input,
    /// Cut by these beside the card's own cuts (repeat or separate by commas): a segment of the card, a column as
    /// `customers.city`, or `region*plan` for the cross of two.
    #[arg(long, value_name = "SEGMENT", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Cut time by this calendar in place of the card's: day, week, month, quarter, year, "fiscal quarter", "fiscal year".
    #[arg(long, value_name = "CALENDAR")]
    pub period: Option<String>,
    /// How to print the report.
    #[arg(long, short, value_enum, default_value_t = OutputFormat::Table)]
    pub format: OutputFormat,
    /// For whom: `executive` (one page), `team`, `analyst` (everything), or an audience of the card; for HTML, Markdown and
    /// templates. Without it: the card's own, else `analyst`.
    #[arg(long, value_name = "NAME")]
    pub audience: Option<String>,
    /// Draw the report by a template of your own (Jinja; docs/reports.md) in place of a format.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "format")]
    pub template: Option<PathBuf>,
    /// Write the report to a file, whole or not at all, in place of standard output.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Write every chart of the report into a folder, one file a chart, all of them or none: trends, bars, heat maps,
    /// waterfalls, curves of links, matrices, journeys.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub charts: Option<PathBuf>,
    /// What charts are written as.
    #[arg(long, value_enum, default_value_t = ChartFormat::Svg, requires = "charts")]
    pub chart_format: ChartFormat,
    /// Write the scores of single rows (`score(..).each(table)`), whole or not at all: FILE, or SCORE=FILE where the card has
    /// several. The ending says the format: `.csv`, `.parquet`, `.arrow` (Arrow IPC).
    #[arg(long, value_name = "[SCORE=]FILE")]
    pub entities: Vec<String>,
    /// Exit with 3 when a headline score is in its lowest band (`red`), a headline target is missed (`goal`), an alert of
    /// the card is raised (`alert`), or a past number is another one than in the history (`restated`). The report is
    /// written all the same.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
    /// Say findings, raised alerts and what `--fail-on` finds also as GitHub workflow commands, on standard error.
    #[arg(long)]
    pub annotations: bool,
    /// Record the results in this history, an SQLite file that is made where there is none, and say in the report which
    /// numbers were others before.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub history: Option<PathBuf>,
    /// Judge from the baselines that are frozen in the history, in place of the card's; the report says which.
    #[arg(long, requires = "history")]
    pub frozen_baselines: bool,
    #[command(flatten)]
    pub switches: SwitchArgs,
}

/// Output formats of `run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Aligned text.
    Table,
    /// Markdown, for pull requests and chat.
    Markdown,
    /// One page with charts, in a file of its own.
    Html,
    /// One line a cell.
    Csv,
    /// Everything; the schema is published in the project's docs.
    Json,
    /// A workbook, a sheet a section; with --out.
    Xlsx,
    /// One row a cell, for other programs; with --out.
    Parquet,
}

/// What charts are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChartFormat {
    /// Drawings that follow the light or dark system of whoever opens them.
    Svg,
    /// Pixels.
    Png,
    /// Vega-Lite specifications.
    Vega,
}

/// What counts as failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A headline score in its lowest band.
    Red,
    /// A headline target that is not met.
    Goal,
    /// An alert of the card that is raised.
    Alert,
    /// A past number that is another one than in the history.
    Restated,
}

/// `bellwether batch`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether batch jobs.toml
  bellwether batch jobs.toml --dry-run
  bellwether batch jobs.toml --only 'subscriber*' --jobs 4

A run that was interrupted goes on where it stopped; reports whose card, data and settings did not change are kept.
docs/batch.md says what may stand in the file of jobs. Exit codes: 0 all reports are there, 1 a card failed or the file is
wrong, 2 usage.")]
pub struct BatchArgs {
    /// The file of jobs: cards x data x segments x audiences x formats.
    #[arg(value_name = "JOBS.toml", value_hint = ValueHint::FilePath)]
    pub jobs_file: PathBuf,
    /// How much to do at once; without it: as much as the machine has processors. Reports do not depend on it.
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<usize>,
    /// Say which files would be written, and write none. `*` stands for the values of a segment, which only the data know.
    #[arg(long)]
    pub dry_run: bool,
    /// Run only jobs and cards whose name fits this pattern.
    #[arg(long, value_name = "GLOB")]
    pub only: Option<String>,
    /// Write everything anew, whatever is there.
    #[arg(long)]
    pub fresh: bool,
    /// The folder of the reports, in place of the one that the file of jobs names.
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Record the results of every card that is evaluated in this history, and say in its reports which numbers were others
    /// before. Cards whose reports are kept as they are add nothing.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub history: Option<PathBuf>,
}

/// `bellwether check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether check scorecard.rhai
  bellwether check scorecard.rhai --no-data --deny warnings --allow BW607
  bellwether check scorecard.rhai --format sarif --out findings.sarif

A comment in the card allows a finding about one statement: // bellwether: allow BW600 why")]
pub struct CheckArgs {
    #[command(flatten)]
    pub input: Input,
    /// Do not read data, also where the card names default files.
    #[arg(long)]
    pub no_data: bool,
    #[command(flatten)]
    pub switches: SwitchArgs,
    /// Fail on warnings and notes too, whatever is not allowed.
    #[arg(long)]
    pub strict: bool,
    /// How to print what is found.
    #[arg(long, short, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Write what is found to a file, whole or not at all, in place of standard output.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
}

/// Which findings are allowed and which are denied.
#[derive(Debug, Args)]
pub struct SwitchArgs {
    /// Say nothing of warnings and notes with this code, such as BW600 (repeat or separate by commas). In a card, a
    /// comment does the same for one statement: `// bellwether: allow BW600 why`.
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Count warnings and notes with this code as errors; `warnings` stands for all warnings. What a comment of the card
    /// allows stays allowed.
    #[arg(long, value_name = "CODE|warnings", value_delimiter = ',')]
    pub deny: Vec<String>,
}

impl SwitchArgs {
    /// Reads the codes.
    pub fn read(&self) -> Result<Switches, Failure> {
        let code = |option: &str, name: &str| {
            Code::named(name.trim()).ok_or_else(|| {
                Failure::usage(format!(
                    "{option} takes a code such as BW600, and `{name}` is none; `bellwether docs codes` lists them"
                ))
            })
        };
        let mut switches = Switches::default();
        for name in &self.allow {
            switches.allow.insert(code("--allow", name)?);
        }
        for name in &self.deny {
            if name.trim().eq_ignore_ascii_case("warnings") {
                switches.deny_warnings = true;
            } else {
                switches.deny.insert(code("--deny", name)?);
            }
        }
        if let Some(both) = switches.allow.intersection(&switches.deny).next() {
            return Err(Failure::usage(format!(
                "{both} is both allowed and denied; leave one of them out"
            )));
        }
        Ok(switches)
    }
}

/// How the findings of a check are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// With excerpts of the card.
    Text,
    /// Everything, with lines and columns; the schema is docs/check.schema.json.
    Json,
    /// SARIF 2.1.0, for code review tools.
    Sarif,
    /// One workflow command a finding, for GitHub annotations.
    Github,
}

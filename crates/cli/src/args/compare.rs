//! What is held against something else: versions, reports, earlier results.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::Reading;

/// `bellwether diff`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether diff old.rhai new.rhai --no-data
  git show HEAD:scorecard.rhai | bellwether diff - scorecard.rhai --format markdown
  bellwether diff old.rhai new.rhai --data survey=survey.csv --exit-code")]
pub struct DiffArgs {
    /// The scorecard as it was; `-` reads standard input, and its files are looked for beside the new one.
    #[arg(value_hint = ValueHint::FilePath)]
    pub old: PathBuf,
    /// The scorecard as it is.
    #[arg(value_hint = ValueHint::FilePath)]
    pub new: PathBuf,
    // Both cards are evaluated over the same data; files that they name lie relative to the new card.
    #[command(flatten)]
    pub reading: Reading,
    /// Do not read data, also where the card names default files: say what changed, and not what it does.
    #[arg(long)]
    pub no_data: bool,
    /// How to print the answer.
    #[arg(long, short, value_enum, default_value_t = TextFormat::Text)]
    pub format: TextFormat,
    /// Write the answer to a file, whole or not at all, in place of standard output.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Exit with 3 when anything but layout and comments changed. (1 says, as everywhere, that a card is wrong.)
    #[arg(long)]
    pub exit_code: bool,
}

/// `bellwether verify`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether run scorecard.rhai --format json --out report.json
  bellwether verify report.json
  bellwether verify report.json --card scorecard.rhai --data survey=survey.csv")]
pub struct VerifyArgs {
    /// The report, as `run --format json` wrote it. Params, day and cuts are taken from it.
    #[arg(value_hint = ValueHint::FilePath)]
    pub report: PathBuf,
    /// The scorecard; without it, the file that the report names.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub card: Option<PathBuf>,
    /// Data of a table: NAME=PATH, as for `run`. Without it the card's own files are read, else those that the report
    /// names.
    #[arg(long = "data", short = 'd', value_name = "NAME=PATH", value_hint = ValueHint::FilePath)]
    pub data: Vec<String>,
    /// Folder in which imported modules are looked for, besides the card's own.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub modules: Vec<PathBuf>,
    /// Threads; without it: as many as the machine has.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Nobody has looked at the card and its files: narrow limits.
    #[arg(long)]
    pub untrusted: bool,
    /// How to print the answer.
    #[arg(long, short, value_enum, default_value_t = TextFormat::Text)]
    pub format: TextFormat,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    /// As text.
    Text,
    /// As Markdown.
    Markdown,
    /// As JSON.
    Json,
}

/// `bellwether history`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  bellwether run scorecard.rhai --history results.sqlite
  bellwether history results.sqlite
  bellwether history results.sqlite nps --format csv
  bellwether history results.sqlite --restatements
  bellwether history freeze results.sqlite nps --period 2026-03")]
pub struct HistoryArgs {
    /// Freeze or thaw a baseline.
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
    /// The history. Without a name its runs are listed.
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// A metric, outcome or score: its values over time, as the last run said them.
    pub name: Option<String>,
    /// One card only, by its title.
    #[arg(long, value_name = "TITLE")]
    pub card: Option<String>,
    /// List numbers that a later run said otherwise, with the cause.
    #[arg(long)]
    pub restatements: bool,
    /// List the baselines that are frozen.
    #[arg(long, conflicts_with = "restatements")]
    pub baselines: bool,
    /// Values by segment too, not the totals alone.
    #[arg(long)]
    pub cuts: bool,
    /// How to print the answer.
    #[arg(long, short, value_enum, default_value_t = HistoryFormat::Text)]
    pub format: HistoryFormat,
}

/// What can be done to a history.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Keep the value of a period as the baseline, whatever later runs say of it.
    Freeze(FreezeArgs),
    /// Free a baseline that was frozen.
    Thaw(ThawArgs),
}

/// `bellwether history freeze`
#[derive(Debug, Args)]
pub struct FreezeArgs {
    /// The history.
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// The metric, outcome or score.
    pub name: String,
    /// The period by its label, such as 2026-03; without it, the whole time.
    #[arg(long, value_name = "LABEL")]
    pub period: Option<String>,
    /// The card by its title, where the history has several.
    #[arg(long, value_name = "TITLE")]
    pub card: Option<String>,
}

/// `bellwether history thaw`
#[derive(Debug, Args)]
pub struct ThawArgs {
    /// The history.
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// The metric, outcome or score.
    pub name: String,
    /// The card by its title, where the history has several.
    #[arg(long, value_name = "TITLE")]
    pub card: Option<String>,
}

/// How an answer of a history is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    /// As text.
    Text,
    /// As Markdown.
    Markdown,
    /// As CSV, with all digits.
    Csv,
    /// As JSON.
    Json,
}

//! What can be typed on the command line.

use std::path::PathBuf;

use bellwether::diagnostic::{Code, Switches};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::failure::Failure;

/// Scorecards as scripts: outcome-linked customer-experience measures with a reason for every number.
#[derive(Debug, Parser)]
#[command(
    name = "bellwether",
    version,
    arg_required_else_help = true,
    propagate_version = true
)]
#[command(
    after_help = "Exit codes: 0 fine, 1 card or data wrong, 2 usage, 3 asked and not so: a goal \
                   missed with --fail-on, changes with --exit-code, a report that is not the same."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to colour output.
    #[arg(long, global = true, value_enum, default_value_t = When::Auto)]
    pub color: When,
    /// Say nothing but results and errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// When something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Evaluate a scorecard and print its report.
    Run(RunArgs),
    /// Evaluate many scorecards over the same data and write a report for each reader.
    Batch(BatchArgs),
    /// Check a scorecard without printing results; with data where they are at hand.
    Check(CheckArgs),
    /// Show how a number arose: rows, filters, formula, parts.
    Explain(ExplainArgs),
    /// Say what would follow if metrics had other values, and what it takes to reach an outcome.
    WhatIf(WhatIfArgs),
    /// Ask whether earlier scores told a later outcome.
    Backtest(BacktestArgs),
    /// Say what changed between two versions of a scorecard, and what that does to the numbers.
    Diff(DiffArgs),
    /// Compute a report again from its card and data, and say whether it is the same, bit for bit.
    Verify(VerifyArgs),
    /// Look into a history of results: runs, values over time, numbers that were restated.
    History(HistoryArgs),
    /// Run the tests written in a scorecard.
    Test(TestArgs),
    /// Put scorecards in good order: white space and lines, nothing else.
    Fmt(FmtArgs),
    /// Start a scorecard from a template or from the columns of a file.
    New(NewArgs),
    /// Print the reference of the language, or what a code of a finding means.
    Docs(DocsArgs),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page (troff).
    Man,
    /// Read a file within limits, for `--untrusted`: the command calls itself.
    #[command(name = crate::untrusted::COMMAND, hide = true)]
    ReadUntrusted {
        /// What to read.
        request: PathBuf,
    },
}

/// The card and its inputs.
#[derive(Debug, Args)]
pub struct Input {
    /// The scorecard, a `.rhai` file; `-` reads standard input.
    #[arg(value_hint = ValueHint::FilePath)]
    pub card: PathBuf,
    /// Data of a table: NAME=PATH. PATH may be a glob, a URL-like `file.csv?delimiter=;&encoding=latin1`, `book.xlsx#Sheet`,
    /// `-` for standard input, or a database: `sqlite:cx.db?query=select ..`, `postgres://host/db?query=select ..` with
    /// PGUSER and PGPASSWORD in the environment. Without it the card's own `.file(..)` is read, relative to the card.
    #[arg(long = "data", short = 'd', value_name = "NAME=PATH", value_hint = ValueHint::FilePath)]
    pub data: Vec<String>,
    /// Value of a param: NAME=VALUE.
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// The day as of which everything is seen: `yyyy-MM-dd` or `today`. Without it: the latest date in the data.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Folder in which imported modules are looked for, besides the card's own.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub modules: Vec<PathBuf>,
    /// Threads; without it: as many as the machine has. Results do not depend on it.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// A value kept in another card, for `value_from(card, name)`: CARD.NAME=NUMBER.
    #[arg(long = "value", value_name = "CARD.NAME=NUMBER")]
    pub values: Vec<String>,
    /// A baseline in place of the card's: NAME=NUMBER. The report says that it is not the card's.
    #[arg(long = "baseline", value_name = "NAME=NUMBER")]
    pub baselines: Vec<String>,
    /// Nobody has looked at the card and its files: narrow limits; files in the card's own folder only, each read by a
    /// process of its own that the system limits. Unix only.
    #[arg(long)]
    pub untrusted: bool,
}

/// `bellwether what-if`
#[derive(Debug, Args)]
pub struct WhatIfArgs {
    #[command(flatten)]
    pub input: Input,
    /// A metric and the value that it is to have; repeat for several.
    #[arg(long, value_name = "METRIC=VALUE")]
    pub set: Vec<String>,
    /// An outcome and the value that it is to reach: what must each metric become?
    #[arg(long, value_name = "OUTCOME=VALUE")]
    pub seek: Vec<String>,
    /// How to print the answer.
    #[arg(long, short, value_enum, default_value_t = DiagnosticFormat::Text)]
    pub format: DiagnosticFormat,
}

/// `bellwether backtest`
#[derive(Debug, Args)]
pub struct BacktestArgs {
    #[command(flatten)]
    pub input: Input,
    /// The outcome, a yes or no of single rows; without it, the first of the card.
    #[arg(long, value_name = "NAME")]
    pub outcome: Option<String>,
    /// How to print the answer.
    #[arg(long, short, value_enum, default_value_t = DiagnosticFormat::Text)]
    pub format: DiagnosticFormat,
}

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
    /// Data of a table: NAME=PATH, as for `run`; both cards are evaluated over them. Without it the cards' own files are
    /// read, relative to the new card.
    #[arg(long = "data", short = 'd', value_name = "NAME=PATH", value_hint = ValueHint::FilePath)]
    pub data: Vec<String>,
    /// Do not read data, also where the card names default files: say what changed, and not what it does.
    #[arg(long)]
    pub no_data: bool,
    /// Value of a param: NAME=VALUE.
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// The day as of which everything is seen: `yyyy-MM-dd` or `today`. Without it: the latest date in the data.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Folder in which imported modules are looked for, besides the card's own.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub modules: Vec<PathBuf>,
    /// Threads; without it: as many as the machine has.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// A value kept in another card, for `value_from(card, name)`: CARD.NAME=NUMBER.
    #[arg(long = "value", value_name = "CARD.NAME=NUMBER")]
    pub values: Vec<String>,
    /// Nobody has looked at the cards and their files: narrow limits.
    #[arg(long)]
    pub untrusted: bool,
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

/// How an explanation is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiagnosticFormat {
    /// As text.
    Text,
    /// As JSON.
    Json,
}

/// `bellwether explain`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether explain scorecard.rhai nps
  bellwether explain scorecard.rhai nps --where region=West --period 2026-05
  bellwether explain scorecard.rhai health --rows 0 --format json")]
pub struct ExplainArgs {
    #[command(flatten)]
    pub input: Input,
    /// The metric, outcome or score; without it, those of the card are listed.
    pub metric: Option<String>,
    /// The cell: SEGMENT=VALUE (repeat for a cell of a cross); without it the total.
    #[arg(long = "where", value_name = "SEGMENT=VALUE")]
    pub cell: Vec<String>,
    /// The period by its label, such as 2026-05; `all` is the whole time. Without it: the headline's.
    #[arg(long, value_name = "LABEL")]
    pub period: Option<String>,
    /// Source rows to show.
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub rows: usize,
    /// Print as text or JSON.
    #[arg(long, value_enum, default_value_t = DiagnosticFormat::Text)]
    pub format: DiagnosticFormat,
}

/// `bellwether test`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether test scorecard.rhai
  bellwether test cards/*.rhai --only blank
  bellwether test cards/*.rhai --format junit --out tests.xml")]
pub struct TestArgs {
    /// Scorecards.
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub cards: Vec<PathBuf>,
    /// Run only tests whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Folder in which imported modules are looked for, besides the card's own.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub modules: Vec<PathBuf>,
    /// Value of a param: NAME=VALUE.
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// Nobody has looked at the cards: narrow limits, and modules from their own folder only.
    #[arg(long)]
    pub untrusted: bool,
    /// How to print what became of the tests.
    #[arg(long, short, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Write it to a file, whole or not at all, in place of standard output.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
}

/// How what became of tests is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// With excerpts of the card, and what no test reaches.
    Text,
    /// JUnit XML, which build servers read: a suite for each card.
    Junit,
    /// Everything.
    Json,
    /// One workflow command for each failure, for GitHub annotations.
    Github,
}

/// `bellwether fmt`
#[derive(Debug, Args)]
#[command(
    after_help = "Each statement gets its line, what goes on is indented by four, chains of settings longer than 100
characters are broken; line ends of yours, comments and texts stay. A file is written whole or not at all.

Examples:
  bellwether fmt scorecard.rhai
  bellwether fmt --check cards/*.rhai"
)]
pub struct FmtArgs {
    /// The scorecards and modules; `-` reads standard input and prints.
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub cards: Vec<PathBuf>,
    /// Write nothing; name the cards that are not in good order, and exit with 1 where one is not.
    #[arg(long)]
    pub check: bool,
}

/// `bellwether new`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether new scorecard.rhai --from survey.csv --from customers.parquet
  bellwether new - --template full")]
pub struct NewArgs {
    /// Where to write the card; `-` prints it.
    #[arg(value_hint = ValueHint::FilePath)]
    pub card: PathBuf,
    /// The template.
    #[arg(long, value_enum, default_value_t = Template::Minimal, conflicts_with = "from")]
    pub template: Template,
    /// Start from the columns of these files, one table each.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub from: Vec<PathBuf>,
    /// Overwrite the file if it is there.
    #[arg(long)]
    pub force: bool,
}

/// Templates of `new`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// The smallest useful card.
    Minimal,
    /// A card with every object.
    Full,
}

/// `bellwether docs`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether docs
  bellwether docs top_box
  bellwether docs BW600
  bellwether docs codes")]
pub struct DocsArgs {
    /// A function or setting, a code such as BW600, or `codes` for the list of codes; without it, the list of all words.
    pub name: Option<String>,
    /// Print Markdown: the whole reference, a code's page, or with `codes` all pages.
    #[arg(long)]
    pub markdown: bool,
    /// Print the reference as JSON, for editors.
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
}

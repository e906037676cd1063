//! What can be typed on the command line.

mod ask;
mod author;
mod compare;
mod run;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

pub use ask::{BacktestArgs, DiagnosticFormat, ExplainArgs, WhatIfArgs};
pub use author::{DocsArgs, FmtArgs, NewArgs, Template, TestArgs, TestFormat};
pub use compare::{DiffArgs, HistoryArgs, HistoryCommand, HistoryFormat, TextFormat, VerifyArgs};
pub use run::{BatchArgs, ChartFormat, CheckArgs, CheckFormat, FailOn, OutputFormat, RunArgs};

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
    #[command(flatten)]
    pub reading: Reading,
    /// A baseline in place of the card's: NAME=NUMBER. The report says that it is not the card's.
    #[arg(long = "baseline", value_name = "NAME=NUMBER")]
    pub baselines: Vec<String>,
}

/// What a card is read and evaluated with.
#[derive(Debug, Clone, Args)]
pub struct Reading {
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
    /// Nobody has looked at the card and its files: narrow limits; files in the card's own folder only, each read by a
    /// process of its own that the system limits. Unix only.
    #[arg(long)]
    pub untrusted: bool,
}

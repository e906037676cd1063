//! Writing and testing cards.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

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

//! Questions about a number.

use clap::{Args, ValueEnum};

use super::Input;

/// `bellwether explain`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bellwether explain scorecard.rhai nps
  bellwether explain scorecard.rhai nps --where region=West --period 2026-05
  bellwether explain scorecard.rhai health --rows 0 --format json
  bellwether explain scorecard.rhai nps/retention")]
pub struct ExplainArgs {
    #[command(flatten)]
    pub input: Input,
    /// The metric, outcome or score, a link as METRIC/OUTCOME, or an initiative; without it, those of the card are listed.
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

/// How an explanation is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiagnosticFormat {
    /// As text.
    Text,
    /// As JSON.
    Json,
}

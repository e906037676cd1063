//! How a command ends when it does not end well.

use bellwether::diagnostic::{Diagnostic, codes};
use bellwether_report::findings::tally;

use crate::terminal::{Terminal, Texts, draw};

/// Why a command failed; decides the exit code.
#[derive(Debug)]
pub enum Failure {
    /// The card or its data are wrong: exit code 1.
    Findings {
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
        /// Texts of the card, for excerpts.
        texts: Texts,
    },
    /// An option asks for what the card does not have: exit code 2.
    Options {
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
        /// Texts of the card, for excerpts.
        texts: Texts,
    },
    /// What is wrong was printed already: exit code 1.
    Reported,
    /// A file cannot be read or written: exit code 1.
    Input(String),
    /// The command line makes no sense: exit code 2.
    Usage(String),
    /// A goal was missed with `--fail-on`: exit code 3.
    Goal(Vec<String>),
    /// Something asked for is not so, such as two cards that are the same: exit code 3.
    NotSo(String),
}

impl Failure {
    /// A file that cannot be read or written.
    pub fn input(message: impl Into<String>) -> Self {
        Self::Input(message.into())
    }

    /// A command line that makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// The exit code: 1 card or data wrong, 2 usage, 3 a goal missed.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Findings { .. } | Self::Reported | Self::Input(_) => 1,
            Self::Usage(_) | Self::Options { .. } => 2,
            Self::Goal(_) | Self::NotSo(_) => 3,
        }
    }
}

impl Failure {
    /// What is wrong, as findings.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let unreadable = |message: String| Diagnostic::error(codes::UNREADABLE_FILE, message);
        match self {
            Self::Findings { diagnostics, .. } | Self::Options { diagnostics, .. } => diagnostics,
            Self::Input(message) | Self::Usage(message) | Self::NotSo(message) => vec![unreadable(message)],
            Self::Reported => Vec::new(),
            Self::Goal(reasons) => reasons.into_iter().map(unreadable).collect(),
        }
    }

    /// The failure in words, for standard error.
    pub fn draw(&self, terminal: Terminal) -> String {
        match self {
            Self::Findings { diagnostics, texts } | Self::Options { diagnostics, texts } => {
                let drawn = draw(diagnostics, texts, terminal.colour_err);
                format!("{drawn}{}\n", tally(diagnostics))
            }
            Self::Reported => String::new(),
            Self::Input(message) => format!("error: {message}\n"),
            Self::Usage(message) => format!("error: {message}\n\nFor more, try --help.\n"),
            Self::NotSo(what) => format!("{what}\n"),
            Self::Goal(reasons) => reasons.iter().map(|reason| format!("missed: {reason}\n")).collect(),
        }
    }
}

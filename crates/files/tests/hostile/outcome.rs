//! What a case must get, or got, as the runner writes it.

/// An outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A finding that says what is wrong.
    Refused,
    /// A finding of a limit.
    Limited,
    /// A table.
    Fine,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Refused, Self::Limited, Self::Fine];

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Fine => "fine",
        }
    }

    /// Reads the word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

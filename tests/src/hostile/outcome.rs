//! What a hostile case must get, or got.

/// An outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// An error that says what is wrong.
    Refused,
    /// An error of a limit.
    Limited,
    /// A result.
    Fine,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Refused, Self::Limited, Self::Fine];

    /// The word in a file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Fine => "fine",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

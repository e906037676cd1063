//! A drawing before it has a medium: headings, sentences, tables.

/// What a run of text means; the medium chooses a colour, and never only a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// For the better.
    Good,
    /// Deserves a look.
    Warn,
    /// For the worse.
    Bad,
    /// Beside the point.
    Muted,
    /// Stands out.
    Strong,
}

/// Text with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// The text.
    pub text: String,
    /// What it means.
    pub tone: Tone,
}

impl Run {
    /// Text with a meaning.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }

    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// On which side a column of a table stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Heads of the columns and their sides.
    pub columns: Vec<(String, Align)>,
    /// Rows; each has a run for each column.
    pub rows: Vec<Vec<Run>>,
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The title of the whole.
    Title(String),
    /// The head of a section.
    Heading(String),
    /// A line or a paragraph.
    Line(Vec<Run>),
    /// A table.
    Table(Table),
    /// Items.
    Items(Vec<Vec<Run>>),
}

/// A document: pieces in order.
pub type Document = Vec<Block>;

impl Table {
    /// A table without the columns in which no row has text.
    #[must_use]
    pub(crate) fn of<const N: usize>(columns: [(&str, Align); N], rows: Vec<Vec<Run>>) -> Self {
        let columns = columns.map(|(head, align)| (head.to_owned(), align)).to_vec();
        Self { columns, rows }.without_empty_columns()
    }

    /// Leaves out columns in which no row has text.
    #[must_use]
    pub(crate) fn without_empty_columns(self) -> Self {
        let used: Vec<bool> = (0..self.columns.len())
            .map(|index| {
                index == 0
                    || self
                        .rows
                        .iter()
                        .filter_map(|row| row.get(index))
                        .any(|run| !run.text.is_empty())
            })
            .collect();
        let keep = |index: usize| used.get(index).copied().unwrap_or(false);
        Self {
            columns: self
                .columns
                .into_iter()
                .enumerate()
                .filter(|(index, _)| keep(*index))
                .map(|(_, c)| c)
                .collect(),
            rows: self
                .rows
                .into_iter()
                .map(|row| {
                    row.into_iter()
                        .enumerate()
                        .filter(|(index, _)| keep(*index))
                        .map(|(_, run)| run)
                        .collect()
                })
                .collect(),
        }
    }
}

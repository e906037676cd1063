//! A report as the bytes of a file, in any format: the one place that knows them all.

use bellwether::diagnostic::Diagnostic;
use bellwether::report::Report;

#[cfg(feature = "terminal")]
use crate::compose;
use crate::{HtmlOptions, html, markdown, to_csv, to_json};

/// What a report is written to a file as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileFormat {
    /// One line a cell, for other programs.
    Csv,
    /// The whole report; its schema is `docs/report.schema.json`.
    Json,
    /// One page with charts, in a file of its own.
    Html,
    /// Markdown, for pull requests and chat.
    Markdown,
    /// Aligned text.
    #[cfg(feature = "terminal")]
    Table,
    /// A workbook.
    #[cfg(feature = "xlsx")]
    Xlsx,
}

impl FileFormat {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Csv,
        Self::Json,
        Self::Html,
        Self::Markdown,
        #[cfg(feature = "terminal")]
        Self::Table,
        #[cfg(feature = "xlsx")]
        Self::Xlsx,
    ];

    /// Its name on the command line and in a file of jobs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "markdown",
            #[cfg(feature = "terminal")]
            Self::Table => "table",
            #[cfg(feature = "xlsx")]
            Self::Xlsx => "xlsx",
        }
    }

    /// The format of that name.
    ///
    /// ```
    /// use bellwether_report::FileFormat;
    /// assert_eq!(FileFormat::named("json"), Some(FileFormat::Json));
    /// assert_eq!(FileFormat::named("doc"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// How its files end.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "md",
            #[cfg(feature = "terminal")]
            Self::Table => "txt",
            #[cfg(feature = "xlsx")]
            Self::Xlsx => "xlsx",
        }
    }

    /// Whether it is drawn for an audience: what is for programs is the same for all.
    #[must_use]
    pub const fn is_for_readers(self) -> bool {
        match self {
            Self::Csv | Self::Json => false,
            Self::Html | Self::Markdown => true,
            #[cfg(feature = "terminal")]
            Self::Table => true,
            #[cfg(feature = "xlsx")]
            Self::Xlsx => false,
        }
    }
}

/// How to write a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileOptions {
    /// For whom: `executive`, `team`, `analyst`, or one that the card names; `None`: for everybody.
    pub audience: Option<String>,
}

/// A report as the bytes of a file.
///
/// # Errors
/// A message when the card does not have the audience, or when the report cannot be written in the format; that would be a
/// fault of the engine.
pub fn render_to(report: &Report, format: FileFormat, options: &FileOptions) -> Result<Vec<u8>, String> {
    let page = HtmlOptions {
        audience: options.audience.clone(),
    };
    let told = |finding: Diagnostic| match &finding.help {
        Some(help) => format!("{} ({help})", finding.message),
        None => finding.message.clone(),
    };
    let text = match format {
        FileFormat::Csv => to_csv(report)?,
        FileFormat::Json => to_json(report)?,
        FileFormat::Html => html(report, &page).map_err(told)?,
        FileFormat::Markdown => markdown(report, &page).map_err(told)?,
        #[cfg(feature = "terminal")]
        FileFormat::Table => crate::to_text(&compose(report), &crate::TextOptions::default()),
        #[cfg(feature = "xlsx")]
        FileFormat::Xlsx => return crate::to_xlsx(report),
    };
    Ok(text.into_bytes())
}

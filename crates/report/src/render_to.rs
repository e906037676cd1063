//! A report as files, in any format: the one place that knows them all.

use bellwether::diagnostic::Diagnostic;
use bellwether::report::Report;

use crate::chart::{ChartFile, chart_files};
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
    /// The table of `Csv` with types.
    #[cfg(feature = "parquet")]
    Parquet,
    /// Every chart as a drawing, a file each.
    Svg,
    /// Every chart as pixels, a file each.
    #[cfg(feature = "png")]
    Png,
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
        #[cfg(feature = "parquet")]
        Self::Parquet,
        Self::Svg,
        #[cfg(feature = "png")]
        Self::Png,
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
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
            Self::Svg => "svg",
            #[cfg(feature = "png")]
            Self::Png => "png",
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
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
            Self::Svg => "svg",
            #[cfg(feature = "png")]
            Self::Png => "png",
        }
    }

    /// Whether it is drawn for an audience: what is for programs is the same for all.
    #[must_use]
    pub const fn is_for_readers(self) -> bool {
        match self {
            Self::Csv | Self::Json | Self::Svg => false,
            Self::Html | Self::Markdown => true,
            #[cfg(feature = "terminal")]
            Self::Table => true,
            #[cfg(feature = "xlsx")]
            Self::Xlsx => false,
            #[cfg(feature = "parquet")]
            Self::Parquet => false,
            #[cfg(feature = "png")]
            Self::Png => false,
        }
    }

    /// Whether a report is several files in it: a chart each.
    #[must_use]
    pub const fn is_of_charts(self) -> bool {
        self.charts().is_some()
    }

    const fn charts(self) -> Option<ChartFile> {
        match self {
            Self::Svg => Some(ChartFile::Svg),
            #[cfg(feature = "png")]
            Self::Png => Some(ChartFile::Png),
            _ => None,
        }
    }
}

/// How to write a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileOptions {
    /// For whom: `executive`, `team`, `analyst`, or one that the card names; `None`: for everybody.
    pub audience: Option<String>,
}

/// A file of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// The name of a chart's file, `trend-nps.svg`; `None`: the whole report.
    pub name: Option<String>,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A report as files: one, or one for each of its charts.
///
/// # Errors
/// A message when the card does not have the audience, or when the report cannot be written in the format; that would be a
/// fault of the engine.
pub fn render_to(report: &Report, format: FileFormat, options: &FileOptions) -> Result<Vec<RenderedFile>, String> {
    if let Some(form) = format.charts() {
        let files = chart_files(report, form)?.into_iter();
        let named = |(name, bytes)| RenderedFile {
            name: Some(name),
            bytes,
        };
        return Ok(files.map(named).collect());
    }
    let bytes = whole(report, format, options)?;
    Ok(vec![RenderedFile { name: None, bytes }])
}

fn whole(report: &Report, format: FileFormat, options: &FileOptions) -> Result<Vec<u8>, String> {
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
        #[cfg(feature = "parquet")]
        FileFormat::Parquet => return crate::to_parquet(report),
        FileFormat::Svg => return Err("charts are files of their own".to_owned()),
        #[cfg(feature = "png")]
        FileFormat::Png => return Err("charts are files of their own".to_owned()),
    };
    Ok(text.into_bytes())
}

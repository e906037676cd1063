//! What a file is, by its name and its first bytes.

/// Kinds of files. Text may be packed with gzip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv,
    /// Text delimited by tabs.
    Tsv,
    /// JSON: an object per line, or an array of objects.
    Json,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, the file form (Feather 2).
    ArrowFile,
    /// Arrow IPC, the stream form.
    ArrowStream,
    /// A spreadsheet: XLSX, XLSB, XLS or ODS.
    Xlsx,
}

/// First bytes of a gzip file.
pub(crate) const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Format {
    /// The format of that name, as a user types it.
    ///
    /// ```
    /// use bellwether_files::Format;
    /// assert_eq!(Format::named("ndjson"), Some(Format::Json));
    /// ```
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "csv" | "txt" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "json" | "jsonl" | "ndjson" => Self::Json,
            "parquet" | "pq" => Self::Parquet,
            "arrow" | "feather" | "ipc" => Self::ArrowFile,
            "arrows" | "stream" => Self::ArrowStream,
            "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Self::Xlsx,
            _ => return None,
        })
    }

    /// What the name of a file says; `.gz` at its end does not count.
    #[must_use]
    pub fn of_name(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let name = name.strip_suffix(".gz").unwrap_or(name);
        let (_, extension) = name.rsplit_once('.')?;
        Self::named(extension)
    }

    /// What the first bytes of a file say; `None`: text of some kind.
    #[must_use]
    pub fn of_bytes(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"PAR1") {
            Some(Self::Parquet)
        } else if head.starts_with(b"ARROW1") {
            Some(Self::ArrowFile)
        } else if head.starts_with(&[0xff, 0xff, 0xff, 0xff]) {
            Some(Self::ArrowStream)
        } else if head.starts_with(b"PK\x03\x04") || head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            Some(Self::Xlsx)
        } else {
            None
        }
    }

    /// Its name in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Json => "JSON",
            Self::Parquet => "Parquet",
            Self::ArrowFile => "Arrow file",
            Self::ArrowStream => "Arrow stream",
            Self::Xlsx => "spreadsheet",
        }
    }

    /// Whether it is text.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::Json)
    }
}

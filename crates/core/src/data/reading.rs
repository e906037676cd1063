//! What reading a source may take: every bound by number.
//!
//! Memory is estimated from what the readers hold, so these bounds hold without a meter, too. Putting a column together
//! at the end takes up to eight bytes a row beside it.

use crate::diagnostic::{DataPlace, Diagnostic, codes};

/// Bounds of reading one table.
///
/// ```
/// use bellwether::data::ReadLimits;
/// let limits = ReadLimits { columns: 50, ..ReadLimits::UNTRUSTED };
/// assert_eq!(limits.record_bytes, 1 << 20);
/// assert_eq!(ReadLimits::default(), ReadLimits::TRUSTED);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Most files of one table.
    pub files: usize,
    /// Most columns, wanted or not.
    pub columns: usize,
    /// Most rows.
    pub rows: u64,
    /// Longest row of text, in bytes as it stands in the file.
    pub record_bytes: usize,
    /// Longest file, in bytes as it is stored.
    pub stored_bytes: u64,
    /// Most bytes that a packed file may unpack to: text in gzip, the parts of a spreadsheet.
    pub unpacked_bytes: u64,
    /// Most bytes unpacked for each byte stored, looked at once 64 MiB are unpacked.
    pub unpacked_ratio: u64,
    /// Longest description of a binary file: the footer of Parquet, the header of an Arrow message.
    pub metadata_bytes: u64,
    /// Largest page, buffer or batch of a binary file, unpacked, in bytes.
    pub page_bytes: u64,
    /// Memory of the table, in bytes.
    pub table_bytes: u64,
    /// Whether spreadsheets may be read whose reader cannot be bounded: XLS and ODS.
    pub old_spreadsheets: bool,
}

impl ReadLimits {
    /// For files that people of the house made: larger than any survey, and still an end.
    pub const TRUSTED: Self = Self {
        files: 20_000,
        columns: 20_000,
        rows: u32::MAX as u64 - 1,
        record_bytes: 64 << 20,
        stored_bytes: u64::MAX,
        unpacked_bytes: 1 << 40,
        unpacked_ratio: u64::MAX,
        metadata_bytes: 128 << 20,
        page_bytes: 16 << 30,
        table_bytes: 64 << 30,
        old_spreadsheets: true,
    };

    /// For files that nobody has looked at.
    pub const UNTRUSTED: Self = Self {
        files: 1_000,
        columns: 4_096,
        rows: 50_000_000,
        record_bytes: 1 << 20,
        stored_bytes: 1 << 30,
        unpacked_bytes: 1 << 30,
        unpacked_ratio: 250,
        metadata_bytes: 4 << 20,
        page_bytes: 64 << 20,
        table_bytes: 512 << 20,
        old_spreadsheets: false,
    };

    /// The finding that something is beyond a limit.
    #[must_use]
    pub fn exceeded(file: Option<&str>, message: impl Into<String>) -> Diagnostic {
        let place = DataPlace {
            file: file.map(str::to_owned),
            ..DataPlace::default()
        };
        Diagnostic::error(codes::FILE_LIMIT, message).in_data(place)
    }

    /// Holds the number of columns against the limit.
    ///
    /// # Errors
    /// BW312.
    pub fn check_columns(&self, columns: usize, file: Option<&str>) -> Result<(), Diagnostic> {
        if columns <= self.columns {
            return Ok(());
        }
        let message = format!("the file has {columns} columns, and {} are the most", self.columns);
        Err(Self::exceeded(file, message).help("a table has a column for each fact; facts that repeat stand in rows"))
    }

    /// Holds the number of rows against the limit.
    ///
    /// # Errors
    /// BW312.
    pub fn check_rows(&self, rows: u64, file: Option<&str>) -> Result<(), Diagnostic> {
        if rows <= self.rows {
            return Ok(());
        }
        let message = format!("the file has more than {} rows", self.rows);
        Err(Self::exceeded(file, message).help("read fewer rows, or ask the host for a higher limit"))
    }

    /// Holds the memory of a table in the making against the limit.
    ///
    /// # Errors
    /// BW312.
    pub fn check_memory(&self, bytes: u64, file: Option<&str>) -> Result<(), Diagnostic> {
        if bytes <= self.table_bytes {
            return Ok(());
        }
        let message = format!("the table needs more than {} of memory", bytes_text(self.table_bytes));
        Err(Self::exceeded(file, message).help("read fewer columns or rows, or ask the host for a higher limit"))
    }

    /// Holds what was unpacked so far against the limits of size and ratio.
    ///
    /// # Errors
    /// BW312.
    pub fn check_unpacked(&self, stored: u64, unpacked: u64, file: Option<&str>) -> Result<(), Diagnostic> {
        if unpacked > self.unpacked_bytes {
            let message = format!("the file unpacks to more than {}", bytes_text(self.unpacked_bytes));
            return Err(Self::exceeded(file, message).help("unpack it yourself, and look at what is in it"));
        }
        if unpacked > 64 << 20 && unpacked / self.unpacked_ratio.max(1) > stored {
            let message = format!("each byte of the file unpacks to more than {}", self.unpacked_ratio);
            return Err(Self::exceeded(file, message).help("unpack it yourself, and look at what is in it"));
        }
        Ok(())
    }
}

impl Default for ReadLimits {
    /// [`ReadLimits::TRUSTED`].
    fn default() -> Self {
        Self::TRUSTED
    }
}

/// A number of bytes as a person says it: `64 MiB`.
///
/// ```
/// use bellwether::data::reading::bytes_text;
/// assert_eq!(bytes_text(1_572_864), "1.5 MiB");
/// assert_eq!(bytes_text(900), "900 bytes");
/// ```
#[must_use]
pub fn bytes_text(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    for (unit, bits) in units {
        if bytes >> bits > 0 {
            let tenths = (u128::from(bytes) * 10) >> bits;
            let (whole, tenth) = (tenths / 10, tenths % 10);
            return if tenth == 0 {
                format!("{whole} {unit}")
            } else {
                format!("{whole}.{tenth} {unit}")
            };
        }
    }
    format!("{bytes} bytes")
}

/// The first characters of a value, for a message.
#[must_use]
pub fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

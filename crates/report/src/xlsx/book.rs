//! Sheets: heads, cells, widths, conditions.

use bellwether::report::Value;
use rust_xlsxwriter::{
    Color, ConditionalFormatCell, ConditionalFormatCellRule, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

/// A cell holds no longer text.
const LONGEST: usize = 32_000;
/// Letters of a line in the widest column.
const LINE: usize = 55;
/// Rows of a sheet, its head among them.
pub(super) const MOST_ROWS: usize = 1_048_576;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number with its unit and decimals.
    Number(f64, Show),
}

/// How a number is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Show {
    pub(super) unit: Option<String>,
    pub(super) decimals: u32,
}

impl Show {
    pub(super) fn new(unit: Option<&str>, decimals: u32) -> Self {
        Self {
            unit: unit.map(str::to_owned),
            decimals,
        }
    }

    /// The format of the cell: `#,##0.0" %"`. Long units stand in a column of their own.
    fn pattern(&self) -> String {
        let mut pattern = "#,##0".to_owned();
        if self.decimals > 0 {
            pattern.push('.');
            pattern.push_str(&"0".repeat(self.decimals.min(15) as usize));
        }
        let short = self.unit.as_deref().filter(|unit| {
            !unit.is_empty()
                && unit.chars().count() <= 3
                && unit.chars().all(|letter| letter == '%' || letter.is_alphabetic())
        });
        if let Some(unit) = short {
            pattern.push_str(&format!("\" {unit}\""));
        }
        pattern
    }
}

impl Entry {
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text: String = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    pub(super) fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    pub(super) fn number(value: Option<f64>, unit: Option<&str>, decimals: u32) -> Self {
        value
            .filter(|value| value.is_finite())
            .map_or(Self::Empty, |value| Self::Number(value, Show::new(unit, decimals)))
    }

    pub(super) fn count(value: Option<u64>) -> Self {
        value.map_or(Self::Empty, |value| Self::Number(value as f64, Show::default()))
    }

    /// A plain value of a row.
    pub(super) fn plain(value: &Value) -> Self {
        match value {
            Value::Missing => Self::Empty,
            Value::Bool(value) => Self::text(if *value { "yes" } else { "no" }),
            Value::Int(value) => Self::Number(*value as f64, Show::default()),
            Value::Float(value) => Self::number(Some(*value), None, 2),
            Value::Text(value) => Self::text(value.clone()),
        }
    }
}

/// The looks of a workbook.
pub(super) struct Styles {
    pub(super) title: Format,
    pub(super) muted: Format,
    pub(super) head: Format,
    pub(super) wrapped: Format,
    good: Format,
    warn: Format,
    bad: Format,
}

impl Styles {
    pub(super) fn new() -> Self {
        let cell = Format::new().set_align(FormatAlign::Top);
        let fill = |back: u32, ink: u32| {
            Format::new()
                .set_background_color(Color::RGB(back))
                .set_font_color(Color::RGB(ink))
        };
        Self {
            title: Format::new().set_bold().set_font_size(16),
            muted: Format::new().set_font_color(Color::RGB(0x5b_6470)),
            head: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_background_color(Color::RGB(0xe2_e5e9)),
            wrapped: cell.set_text_wrap(),
            good: fill(0xe0_f3ec, 0x00_785a),
            warn: fill(0xfd_f3d9, 0x8a_6100),
            bad: fill(0xfc_e8dc, 0xb8_4a00),
        }
    }
}

/// What a sheet is made from.
pub(super) struct Sheet {
    pub(super) name: String,
    /// Lines above the table: title first.
    pub(super) lines: Vec<String>,
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Vec<Entry>>,
    /// Columns that stay in sight.
    pub(super) fixed: u16,
}

impl Sheet {
    pub(super) fn new(name: &str, heads: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            lines: Vec::new(),
            heads: heads.iter().map(|head| (*head).to_owned()).collect(),
            rows: Vec::new(),
            fixed: 1,
        }
    }

    /// Writes the sheet; says in which row its head stands, or that it has nothing to say.
    pub(super) fn write<'b>(
        &self,
        book: &'b mut Workbook,
        styles: &Styles,
        bands: &[Vec<String>],
    ) -> Result<Option<(&'b mut Worksheet, u32)>, XlsxError> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let sheet = book.add_worksheet();
        sheet.set_name(&self.name)?;
        let mut top = 0_u32;
        for (index, line) in self.lines.iter().enumerate() {
            let style = if index == 0 { &styles.title } else { &styles.muted };
            sheet.write_string_with_format(top, 0, cut(line), style)?;
            top += 1;
        }
        if !self.lines.is_empty() {
            top += 1;
        }
        let mut widths = vec![0_usize; self.heads.len()];
        for (column, head) in self.heads.iter().enumerate() {
            sheet.write_string_with_format(top, column as u16, cut(head), &styles.head)?;
            note_width(&mut widths, column, head.chars().count().min(14));
        }
        let room = MOST_ROWS - top as usize - 1;
        for (index, row) in self.rows.iter().take(room).enumerate() {
            let at = top + 1 + index as u32;
            let mut lines = 1;
            for (column, entry) in row.iter().enumerate() {
                let wide = write_entry(sheet, at, column as u16, entry, styles)?;
                note_width(&mut widths, column, wide);
                lines = lines.max(wide.div_ceil(LINE));
            }
            // Not every program makes room for wrapped text by itself.
            if lines > 1 {
                sheet.set_row_height(at, 15.0 * lines.min(20) as f64)?;
            }
        }
        for (column, wide) in widths.iter().enumerate() {
            sheet.set_column_width(column as u16, (*wide as f64 * 1.05 + 2.0).clamp(6.0, 60.0))?;
        }
        let last = top + self.rows.len().min(room) as u32;
        let right = (self.heads.len().max(1) - 1) as u16;
        sheet.set_freeze_panes(top + 1, self.fixed)?;
        sheet.autofilter(top, 0, last, right)?;
        sheet.set_repeat_rows(top, top)?;
        sheet.set_landscape();
        sheet.set_print_fit_to_pages(1, 0);
        self.conditions(sheet, styles, bands, (top + 1, last))?;
        Ok(Some((sheet, top)))
    }

    /// Colours for targets, bands and states, by conditions on their columns: words say the same.
    fn conditions(
        &self,
        sheet: &mut Worksheet,
        styles: &Styles,
        bands: &[Vec<String>],
        (first, last): (u32, u32),
    ) -> Result<(), XlsxError> {
        for (column, head) in self.heads.iter().enumerate() {
            let column = column as u16;
            let mut paint = |word: &str, style: &Format| -> Result<(), XlsxError> {
                let rule = ConditionalFormatCell::new()
                    .set_rule(ConditionalFormatCellRule::EqualTo(word.to_owned()))
                    .set_format(style);
                sheet.add_conditional_format(first, column, last, column, &rule)?;
                Ok(())
            };
            match head.as_str() {
                "target is" => {
                    paint("met", &styles.good)?;
                    paint("not met", &styles.bad)?;
                }
                "state" => {
                    paint("too few", &styles.warn)?;
                    paint("stale", &styles.warn)?;
                }
                "raised" => {
                    paint("yes", &styles.bad)?;
                    paint("unknown", &styles.warn)?;
                }
                "severity" => {
                    paint("error", &styles.bad)?;
                    paint("warning", &styles.warn)?;
                }
                "band" => {
                    let mut painted: Vec<&str> = Vec::new();
                    for names in bands {
                        for (index, name) in names.iter().enumerate() {
                            if painted.contains(&name.as_str()) {
                                continue;
                            }
                            painted.push(name);
                            let style = if index == 0 {
                                &styles.bad
                            } else if index + 1 == names.len() {
                                &styles.good
                            } else {
                                &styles.warn
                            };
                            paint(name, style)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn note_width(widths: &mut [usize], column: usize, wide: usize) {
    if let Some(known) = widths.get_mut(column) {
        *known = (*known).max(wide);
    }
}

/// Writes a cell; says about how many letters wide it is.
fn write_entry(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    entry: &Entry,
    styles: &Styles,
) -> Result<usize, XlsxError> {
    match entry {
        Entry::Empty => Ok(0),
        Entry::Text(text) => {
            // As a text, whatever it starts with: never a formula.
            sheet.write_string_with_format(row, column, cut(text), &styles.wrapped)?;
            Ok(text.chars().count())
        }
        Entry::Number(value, show) => {
            let format = Format::new().set_num_format(show.pattern()).set_align(FormatAlign::Top);
            sheet.write_number_with_format(row, column, *value, &format)?;
            let digits = crate::format::number(*value, show.decimals).chars().count();
            Ok((digits + show.unit.as_ref().map_or(0, |unit| unit.chars().count().min(4))).min(24))
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

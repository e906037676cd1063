//! A table under construction: rows of text fields, written as CSV.

use std::fmt::Display;

use crate::output::File;

/// Rows of a CSV file, in the order in which they are added.
pub struct Table {
    text: String,
}

/// One row under construction; [`Row::end`] adds it to its table.
pub struct Row<'t> {
    table: &'t mut Table,
    first: bool,
}

impl Table {
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self { text: String::new() };
        let mut row = table.row();
        for column in columns {
            row = row.field(column);
        }
        row.end();
        table
    }

    pub fn row(&mut self) -> Row<'_> {
        Row {
            table: self,
            first: true,
        }
    }

    pub fn into_file(self, path: impl Into<String>) -> File {
        File {
            path: path.into(),
            text: self.text,
        }
    }
}

impl Row<'_> {
    /// Adds a field, quoted where CSV asks for it.
    pub fn field(mut self, value: impl Display) -> Self {
        self.separate();
        let value = value.to_string();
        if value.contains([',', '"', '\n']) {
            self.table.text.push('"');
            self.table.text.push_str(&value.replace('"', "\"\""));
            self.table.text.push('"');
        } else {
            self.table.text.push_str(&value);
        }
        self
    }

    /// Adds a field that may be missing: an empty one.
    pub fn maybe(mut self, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.field(value),
            None => {
                self.separate();
                self
            }
        }
    }

    /// Adds an amount of hundredths as a decimal number: 1234 becomes `12.34`.
    pub fn cents(self, amount: i64) -> Self {
        self.field(format_args!("{}.{:02}", amount / 100, amount % 100))
    }

    pub fn end(self) {
        self.table.text.push('\n');
    }

    fn separate(&mut self) {
        if !self.first {
            self.table.text.push(',');
        }
        self.first = false;
    }
}

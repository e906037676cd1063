//! SQLite. A column has no type there, each value has: the rows are looked at once to find the types, and read in a second
//! pass, in one transaction.

use std::borrow::Cow;

use bellwether::data::date::{iso_date, iso_timestamp};
use bellwether::data::{Needs, ReadLimits, Table};
use bellwether::diagnostic::Diagnostic;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Statement};

use crate::address::Address;
use crate::rows::{Gathering, Kind, Value};
use crate::{Progress, refused, unusable};

/// What the values of a column are.
#[derive(Debug, Clone, Copy)]
struct Seen {
    any: bool,
    integers: bool,
    reals: bool,
    texts: bool,
    dates: bool,
    timestamps: bool,
    keep_text: bool,
}

pub(crate) fn read(
    address: &Address,
    path: &str,
    needs: &Needs,
    limits: &ReadLimits,
    progress: Progress<'_>,
) -> Result<Table, Diagnostic> {
    let origin = &address.origin;
    if !std::path::Path::new(path).is_file() {
        return Err(refused(origin, format!("there is no database `{path}`")));
    }
    let failed = |error: rusqlite::Error| refused(origin, message(&error));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection
        .busy_timeout(std::time::Duration::from_secs(30))
        .map_err(failed)?;
    connection
        .execute_batch("PRAGMA query_only = ON; BEGIN")
        .map_err(failed)?;
    let mut statement = connection.prepare(&address.query).map_err(failed)?;
    if statement.column_count() == 0 || !statement.readonly() {
        return Err(refused(origin, "the query answers no rows, or would write").help("it is one `select ..`"));
    }
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let seen = look(address, &mut statement, &names, needs)?;
    let columns: Vec<(String, Kind)> = names
        .iter()
        .zip(&seen)
        .map(|(name, seen)| (name.clone(), seen.kind()))
        .collect();
    let kinds: Vec<Kind> = columns.iter().map(|(_, kind)| *kind).collect();
    let mut gathering = Gathering::new(address, columns, needs, limits)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        for (column, kind) in kinds.iter().enumerate() {
            let value = row.get_ref(column).map_err(failed)?;
            let name = names.get(column).map_or("", String::as_str);
            gathering.value(column, &value_of(value, *kind, needs, origin, name)?)?;
        }
        gathering.end_row(progress)?;
    }
    gathering.finish(progress)
}

/// Looks at every value once.
fn look(
    address: &Address,
    statement: &mut Statement<'_>,
    names: &[String],
    needs: &Needs,
) -> Result<Vec<Seen>, Diagnostic> {
    let origin = &address.origin;
    let failed = |error: rusqlite::Error| refused(origin, message(&error));
    let mut seen: Vec<Seen> = names
        .iter()
        .map(|name| Seen {
            any: false,
            integers: false,
            reals: false,
            texts: false,
            dates: true,
            timestamps: true,
            keep_text: needs.column(name).text,
        })
        .collect();
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        for (column, (seen, name)) in seen.iter_mut().zip(names).enumerate() {
            match row.get_ref(column).map_err(failed)? {
                ValueRef::Null => continue,
                ValueRef::Integer(_) => seen.integers = true,
                ValueRef::Real(_) => seen.reals = true,
                ValueRef::Text(bytes) => {
                    let text =
                        std::str::from_utf8(bytes).map_err(|_| unusable(origin, name, "text that is not UTF-8"))?;
                    seen.texts = true;
                    seen.dates = seen.dates && iso_date(text).is_some();
                    seen.timestamps = seen.timestamps && iso_timestamp(text, 0).is_some();
                }
                ValueRef::Blob(_) => return Err(unusable(origin, name, "bytes")),
            }
            seen.any = true;
            if seen.texts && (seen.integers || seen.reals) {
                let message = format!("the column `{name}` holds both numbers and text");
                let help = format!("make them one kind in the query: cast({name} as text)");
                return Err(refused(origin, message).help(help));
            }
        }
    }
    Ok(seen)
}

impl Seen {
    const fn kind(&self) -> Kind {
        if self.texts && self.dates && !self.keep_text {
            Kind::Date
        } else if self.texts && self.timestamps && !self.keep_text {
            Kind::Timestamp
        } else if self.reals {
            Kind::Float
        } else if self.integers {
            Kind::Int
        } else {
            Kind::Text
        }
    }
}

fn value_of<'a>(
    value: ValueRef<'a>,
    kind: Kind,
    needs: &Needs,
    origin: &str,
    name: &str,
) -> Result<Value<'a>, Diagnostic> {
    Ok(match (value, kind) {
        (ValueRef::Null, _) => Value::Missing,
        (ValueRef::Integer(value), _) => Value::Int(value),
        (ValueRef::Real(value), _) => Value::Float(value),
        (ValueRef::Text(bytes), kind) => {
            let text = std::str::from_utf8(bytes).map_err(|_| unusable(origin, name, "text that is not UTF-8"))?;
            let typed = match kind {
                Kind::Date => iso_date(text).map(Value::Date),
                Kind::Timestamp => iso_timestamp(text, needs.utc_offset_minutes).map(Value::Micros),
                _ => None,
            };
            typed.unwrap_or(Value::Text(Cow::Borrowed(text)))
        }
        (ValueRef::Blob(_), _) => return Err(unusable(origin, name, "bytes")),
    })
}

fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(why)) => format!("the database refuses: {why}"),
        rusqlite::Error::SqlInputError { msg, .. } => format!("the database refuses the query: {msg}"),
        rusqlite::Error::MultipleStatement => "the query is more than one statement".to_owned(),
        other => format!("the database refuses: {other}"),
    }
}

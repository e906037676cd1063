//! PostgreSQL. The server says the type of each column; values come in its binary form and are decoded here.

use std::borrow::Cow;
use std::error::Error as _;

use bellwether::data::{Needs, ReadLimits, Table};
use bellwether::diagnostic::Diagnostic;
use postgres::types::{FromSql, Kind as TypeKind, Type};
use postgres::{Config, IsolationLevel, NoTls};

use crate::address::Address;
use crate::encryption::{self, ROOTS};
use crate::rows::{BATCH, Gathering, Kind, Value};
use crate::{Progress, refused, unusable};

/// Days from 1970-01-01 to 2000-01-01, from which the server counts.
const EPOCH_DAYS: i32 = 10_957;
/// The microseconds of those days.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

pub(crate) fn read(
    address: &Address,
    config: &Config,
    needs: &Needs,
    limits: &ReadLimits,
    progress: Progress<'_>,
) -> Result<Table, Diagnostic> {
    let origin = &address.origin;
    let failed = |error: postgres::Error| failed(address, &error);
    let mut client = if address.encrypted {
        config.connect(encryption::connector(origin, address.roots.as_deref())?)
    } else {
        config.connect(NoTls)
    }
    .map_err(failed)?;
    // One snapshot, and nothing that the query calls may write.
    let mut transaction = client
        .build_transaction()
        .read_only(true)
        .isolation_level(IsolationLevel::RepeatableRead)
        .start()
        .map_err(failed)?;
    let statement = transaction.prepare(&address.query).map_err(failed)?;
    if statement.columns().is_empty() {
        return Err(refused(origin, "the query answers no rows").help("it is one `select ..`"));
    }
    if !statement.params().is_empty() {
        return Err(refused(
            origin,
            "the query has places for values, such as `$1`, and nothing fills them",
        ));
    }
    let mut types = Vec::new();
    for column in statement.columns() {
        let kind = Decode::of(column.type_(), column.type_modifier());
        let decode = kind.ok_or_else(|| unusable(origin, column.name(), &in_words(column.type_())))?;
        types.push((column.name().to_owned(), decode));
    }
    let columns = types
        .iter()
        .map(|(name, decode)| (name.clone(), decode.kind()))
        .collect();
    let mut gathering = Gathering::new(address, columns, needs, limits)?;
    let portal = transaction.bind(&statement, &[]).map_err(failed)?;
    loop {
        let batch = transaction
            .query_portal(&portal, i32::try_from(BATCH).unwrap_or(i32::MAX))
            .map_err(failed)?;
        for row in &batch {
            for (column, (name, decode)) in types.iter().enumerate() {
                let raw: Option<Raw<'_>> = row.try_get(column).map_err(failed)?;
                let value = match raw {
                    None => Value::Missing,
                    Some(raw) => decode
                        .value(raw.0)
                        .ok_or_else(|| refused(origin, format!("a value of the column `{name}` cannot be read")))?,
                };
                gathering.value(column, &value)?;
            }
            gathering.end_row(progress)?;
        }
        if batch.len() < BATCH {
            return gathering.finish(progress);
        }
    }
}

/// What the server said, without what must not be said.
fn failed(address: &Address, error: &postgres::Error) -> Diagnostic {
    let why = match error.as_db_error() {
        Some(said) => said.message().to_owned(),
        None => {
            let (mut said, mut cause) = (error.to_string(), error.source());
            while let Some(error) = cause {
                said = format!("{said}: {error}");
                cause = error.source();
            }
            said
        }
    };
    let finding = refused(
        &address.origin,
        format!("the database does not answer: {}", address.scrubbed(&why)),
    );
    let code = error.code().map(postgres::error::SqlState::code).unwrap_or_default();
    match code {
        // Invalid authorization, wrong password; and what the client says when the server asks for one it has not.
        "28000" | "28P01" => finding.help("user and password come from the environment: PGUSER and PGPASSWORD"),
        "25006" => finding.help("a query of a card only reads"),
        "" if why.contains("password") => {
            finding.help("user and password come from the environment: PGUSER and PGPASSWORD")
        }
        "" if why.contains("certificate") => finding.help(format!(
            "where its authority is your own, name its certificate in the environment, {ROOTS}=root.crt"
        )),
        "" if why.contains("does not support TLS") => finding.help(
            "have it encrypt, or reach it through a tunnel that ends on this machine; where the network is trusted, say so: \
             ?unencrypted=yes&query=..",
        ),
        _ => finding,
    }
}

/// The bytes of a value as the server sends them.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// How a column's values are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decode {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    /// Declared without decimals: whole numbers.
    WholeNumeric,
    Numeric,
    Text,
    Uuid,
    Date,
    Timestamp,
    Moment,
}

impl Decode {
    /// How a type is decoded; none: a card cannot use it.
    pub(crate) fn of(kind: &Type, modifier: i32) -> Option<Self> {
        match kind.kind() {
            TypeKind::Enum(_) => return Some(Self::Text),
            TypeKind::Domain(inner) => return Self::of(inner, modifier),
            _ => {}
        }
        Some(match *kind {
            Type::BOOL => Self::Bool,
            Type::INT2 => Self::Int2,
            Type::INT4 => Self::Int4,
            Type::INT8 => Self::Int8,
            Type::OID => Self::Oid,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            // The scale is in the low 11 bits of what is left after the length word, in two's complement.
            Type::NUMERIC if modifier >= 4 && ((modifier - 4) & 0x7ff) == 0 && ((modifier - 4) >> 16) <= 18 => {
                Self::WholeNumeric
            }
            Type::NUMERIC => Self::Numeric,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::CHAR => Self::Text,
            Type::UUID => Self::Uuid,
            Type::DATE => Self::Date,
            Type::TIMESTAMP => Self::Timestamp,
            Type::TIMESTAMPTZ => Self::Moment,
            _ if kind.name() == "citext" => Self::Text,
            _ => return None,
        })
    }

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Bool => Kind::Bool,
            Self::Int2 | Self::Int4 | Self::Int8 | Self::Oid | Self::WholeNumeric => Kind::Int,
            Self::Float4 | Self::Float8 | Self::Numeric => Kind::Float,
            Self::Text | Self::Uuid => Kind::Text,
            Self::Date => Kind::Date,
            Self::Timestamp => Kind::Timestamp,
            Self::Moment => Kind::Moment,
        }
    }

    /// The value of the bytes; none: they are not of the type.
    pub(crate) fn value(self, raw: &[u8]) -> Option<Value<'_>> {
        Some(match self {
            Self::Bool => Value::Bool(*raw.first()? != 0),
            Self::Int2 => Value::Int(i64::from(i16::from_be_bytes(raw.try_into().ok()?))),
            Self::Int4 => Value::Int(i64::from(i32::from_be_bytes(raw.try_into().ok()?))),
            Self::Int8 => Value::Int(i64::from_be_bytes(raw.try_into().ok()?)),
            Self::Oid => Value::Int(i64::from(u32::from_be_bytes(raw.try_into().ok()?))),
            // As its text reads: 0.1 is 0.1, and not the nearest of single precision.
            Self::Float4 => Value::Float(f32::from_be_bytes(raw.try_into().ok()?).to_string().parse().ok()?),
            Self::Float8 => Value::Float(f64::from_be_bytes(raw.try_into().ok()?)),
            Self::WholeNumeric => Value::Int(numeric(raw)?.parse().ok()?),
            Self::Numeric => Value::Float(numeric(raw)?.parse().ok()?),
            Self::Text => Value::Text(Cow::Borrowed(std::str::from_utf8(raw).ok()?)),
            Self::Uuid => Value::Text(Cow::Owned(uuid(raw)?)),
            Self::Date => match i32::from_be_bytes(raw.try_into().ok()?) {
                // What the server calls infinity is beyond every calendar, and refused as such.
                i32::MAX => Value::Date(i32::MAX),
                i32::MIN => Value::Date(i32::MIN),
                days => Value::Date(days.checked_add(EPOCH_DAYS)?),
            },
            Self::Timestamp | Self::Moment => match i64::from_be_bytes(raw.try_into().ok()?) {
                i64::MAX => Value::Micros(i64::MAX),
                i64::MIN => Value::Micros(i64::MIN),
                micros => Value::Micros(micros.checked_add(EPOCH_MICROS)?),
            },
        })
    }
}

/// A decimal number as text. The server sends groups of four digits, the weight of the first group (a power of 10,000),
/// a sign, and how many decimals are shown.
fn numeric(raw: &[u8]) -> Option<String> {
    let word = |at: usize| Some(u16::from_be_bytes(raw.get(at * 2..at * 2 + 2)?.try_into().ok()?));
    let (count, weight, sign, scale) = (word(0)?, word(1)? as i16, word(2)?, word(3)?);
    match sign {
        0xC000 => return Some("NaN".to_owned()),
        0xD000 => return Some("inf".to_owned()),
        0xF000 => return Some("-inf".to_owned()),
        _ => {}
    }
    let group = |at: i32| -> u16 {
        let known = usize::try_from(at).ok().filter(|at| *at < usize::from(count));
        known.and_then(|at| word(4 + at)).unwrap_or(0)
    };
    let mut text = String::from(if sign == 0x4000 { "-" } else { "" });
    text.push('0');
    for at in 0..=i32::from(weight) {
        text.push_str(&format!("{:04}", group(at)));
    }
    if scale > 0 {
        text.push('.');
        let groups = i32::from(scale.div_ceil(4));
        let decimals: String = (1..=groups)
            .map(|step| format!("{:04}", group(i32::from(weight) + step)))
            .collect();
        text.push_str(decimals.get(..usize::from(scale))?);
    }
    Some(text)
}

fn uuid(raw: &[u8]) -> Option<String> {
    let hex = crate::address::hex(raw);
    let part = |range: std::ops::Range<usize>| hex.get(range);
    Some([part(0..8)?, part(8..12)?, part(12..16)?, part(16..20)?, part(20..32)?].join("-"))
}

fn in_words(kind: &Type) -> String {
    match kind.kind() {
        TypeKind::Array(_) => "lists".to_owned(),
        TypeKind::Composite(_) => "nested records".to_owned(),
        TypeKind::Range(_) => "ranges".to_owned(),
        _ => match *kind {
            Type::BYTEA => "bytes".to_owned(),
            Type::JSON | Type::JSONB => "JSON".to_owned(),
            Type::TIME | Type::TIMETZ => "times of day without a date".to_owned(),
            Type::INTERVAL => "durations".to_owned(),
            _ => format!("values of type {}", kind.name()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes that PostgreSQL 15 sends, from `select encode(numeric_send(x), 'hex')`.
    #[test]
    fn decimals_read_as_they_are_written() {
        for (hex, expected) in [
            ("0000000000000000", 0.0),
            ("00010000000000000001", 1.0),
            ("000200000000000200010dac", 1.35),
            ("0002000040000002002d0dac", -45.35),
            ("000300020000000004d2162e2328", 123_456_789_000.0 / 1000.0 * 1.0e3),
            ("0001ffff00000004000c", 0.0012),
            ("0001fffe0000000803e8", 0.000_010_00),
            ("00000000c0000000", f64::NAN),
        ] {
            let raw: Vec<u8> = (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect();
            let Some(Value::Float(value)) = Decode::Numeric.value(&raw) else {
                panic!("{hex}")
            };
            assert!(
                value == expected || value.is_nan() && expected.is_nan(),
                "{hex}: {value}, {expected}"
            );
        }
    }

    #[test]
    fn single_precision_reads_as_its_text() {
        assert_eq!(Decode::Float4.value(&0.1_f32.to_be_bytes()), Some(Value::Float(0.1)));
    }

    #[test]
    fn days_and_moments_are_counted_from_1970() {
        assert_eq!(Decode::Date.value(&0_i32.to_be_bytes()), Some(Value::Date(10_957)));
        assert_eq!(
            Decode::Moment.value(&0_i64.to_be_bytes()),
            Some(Value::Micros(946_684_800_000_000))
        );
        assert_eq!(Decode::Date.value(&i32::MAX.to_be_bytes()), Some(Value::Date(i32::MAX)));
    }

    #[test]
    fn whole_numbers_are_known_by_their_declaration() {
        let numeric = |precision: i32, scale: i32| ((precision << 16) | scale) + 4;
        assert_eq!(Decode::of(&Type::NUMERIC, numeric(10, 0)), Some(Decode::WholeNumeric));
        assert_eq!(Decode::of(&Type::NUMERIC, numeric(10, 2)), Some(Decode::Numeric));
        assert_eq!(Decode::of(&Type::NUMERIC, numeric(30, 0)), Some(Decode::Numeric));
        assert_eq!(Decode::of(&Type::NUMERIC, -1), Some(Decode::Numeric));
        assert_eq!(Decode::of(&Type::INT4_ARRAY, -1), None);
        assert_eq!(in_words(&Type::INT4_ARRAY), "lists");
    }
}

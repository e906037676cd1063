//! `if` and `switch`: values of several branches put together, each row from the first branch that is taken.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::builder::StringBuilder;

use super::text::TextOperand;
use super::time;
use super::vector::{Data, Dictionary, Operand, Vector};
use crate::definition::ColumnType;

/// The rows of a result while it is put together.
pub(super) struct Blend {
    values: Values,
    /// 1 where the result is there.
    valid: Vec<u8>,
    /// 1 where no branch was taken yet.
    open: Vec<u8>,
    /// How many are open.
    left: usize,
    /// 1 where the branch at hand is taken.
    taken: Vec<u8>,
}

enum Values {
    Bool(Vec<u8>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Date(Vec<i32>),
    Timestamp(Vec<i64>),
    /// Which source, and the code in it.
    Text(Vec<(u32, u32)>, Vec<Vector>),
}

impl Blend {
    /// A result of some type; rows that are missing in `on` stay missing.
    pub fn new(column_type: Option<ColumnType>, length: usize, on: Option<&Vector>) -> Self {
        let values = match column_type {
            Some(ColumnType::Bool) => Values::Bool(vec![0; length]),
            Some(ColumnType::Int) => Values::Int(vec![0; length]),
            Some(ColumnType::Date) => Values::Date(vec![0; length]),
            Some(ColumnType::Timestamp) => Values::Timestamp(vec![0; length]),
            Some(ColumnType::Text) => Values::Text(vec![(0, 0); length], Vec::new()),
            Some(ColumnType::Float) | None => Values::Float(vec![0.0; length]),
        };
        let open = match on {
            Some(on) if on.is_missing() => vec![0; length],
            Some(Vector { valid: Some(valid), .. }) => valid.to_vec(),
            _ => vec![1; length],
        };
        let left = count(&open);
        Self {
            values,
            valid: vec![0; length],
            open,
            left,
            taken: Vec::new(),
        }
    }

    /// Whether every row has its branch.
    pub const fn is_decided(&self) -> bool {
        self.left == 0
    }

    /// Takes a branch where its condition is true; where it is missing, so is the result. Whether any row takes it.
    pub fn decide(&mut self, condition: &Vector) -> bool {
        if condition.is_missing() {
            self.open.fill(0);
            self.left = 0;
            self.taken = vec![0; self.open.len()];
            return false;
        }
        self.taken = match condition.as_bools() {
            Operand::Many(values) => self
                .open
                .iter()
                .zip(values.iter())
                .map(|(open, value)| open & value)
                .collect(),
            Operand::One(value) => self.open.iter().map(|open| open & value).collect(),
        };
        match &condition.valid {
            Some(valid) => {
                let known = valid.iter().zip(&self.taken);
                self.open
                    .iter_mut()
                    .zip(known)
                    .for_each(|(open, (valid, taken))| *open &= valid & (taken ^ 1));
            }
            None => self
                .open
                .iter_mut()
                .zip(&self.taken)
                .for_each(|(open, taken)| *open &= taken ^ 1),
        }
        self.left = count(&self.open);
        self.taken.contains(&1)
    }

    /// The values of the branch just taken.
    pub fn put(&mut self, value: &Vector) {
        let taken = std::mem::take(&mut self.taken);
        self.write(value, &taken);
        self.taken = taken;
    }

    /// The values of all rows that took no branch.
    pub fn put_rest(&mut self, value: &Vector) {
        let open = std::mem::take(&mut self.open);
        self.write(value, &open);
        self.open = vec![0; open.len()];
        self.left = 0;
    }

    fn write(&mut self, value: &Vector, rows: &[u8]) {
        if value.is_missing() {
            return;
        }
        match &value.valid {
            Some(valid) => {
                let there = rows.iter().zip(valid.iter());
                self.valid
                    .iter_mut()
                    .zip(there)
                    .for_each(|(known, (row, valid))| *known |= row & valid);
            }
            None => self.valid.iter_mut().zip(rows).for_each(|(known, row)| *known |= row),
        }
        match &mut self.values {
            Values::Bool(values) => select(values, &value.as_bools(), rows),
            Values::Int(values) => select(values, &value.as_ints(), rows),
            Values::Float(values) => select(values, &value.as_floats(), rows),
            Values::Date(values) => select(values, &time::days(value), rows),
            Values::Timestamp(values) => select(values, &time::micros(value), rows),
            Values::Text(places, sources) => {
                let source = sources.len() as u32;
                let codes = match &value.data {
                    Data::Text(codes, _) => Operand::Many(Arc::clone(codes)),
                    _ => Operand::One(0),
                };
                for (row, (place, taken)) in places.iter_mut().zip(rows).enumerate() {
                    if *taken == 1 {
                        *place = (source, codes.get(row).unwrap_or(0));
                    }
                }
                sources.push(value.clone());
            }
        }
    }

    pub fn finish(self) -> Vector {
        let valid = self.valid.contains(&0).then(|| Arc::new(self.valid));
        let data = match self.values {
            Values::Bool(values) => return Vector::bools(values, valid),
            Values::Int(values) => Data::Int(Arc::new(values)),
            Values::Float(values) => Data::Float(Arc::new(values)),
            Values::Date(values) => Data::Date(Arc::new(values)),
            Values::Timestamp(values) => Data::Timestamp(Arc::new(values)),
            Values::Text(places, sources) => texts(&places, &sources, valid.as_deref()),
        };
        Vector { data, valid }
    }
}

fn count(rows: &[u8]) -> usize {
    rows.iter().map(|row| usize::from(*row)).sum()
}

fn select<T: Copy>(values: &mut [T], source: &Operand<T>, rows: &[u8]) {
    match source {
        Operand::Many(source) => {
            for ((value, row), new) in values.iter_mut().zip(rows).zip(source.iter()) {
                *value = if *row == 1 { *new } else { *value };
            }
        }
        Operand::One(new) => {
            for (value, row) in values.iter_mut().zip(rows) {
                *value = if *row == 1 { *new } else { *value };
            }
        }
    }
}

/// One dictionary for several sources. A source with more texts than there are rows gives only those that are used.
fn texts(places: &[(u32, u32)], sources: &[Vector], valid: Option<&Vec<u8>>) -> Data {
    if let [
        Vector {
            data: Data::Text(_, dictionary),
            ..
        },
    ] = sources
    {
        let codes = places.iter().map(|(_, code)| *code).collect();
        return Data::Text(Arc::new(codes), Arc::clone(dictionary));
    }
    let mut builder = StringBuilder::new();
    let mut next = 0_u32;
    let starts: Vec<Option<u32>> = sources
        .iter()
        .map(|source| {
            let start = next;
            match &source.data {
                Data::Text(_, dictionary) if dictionary.texts.len() > places.len() => return None,
                Data::Text(_, dictionary) => {
                    dictionary
                        .texts
                        .iter()
                        .for_each(|text| builder.append_value(text.unwrap_or_default()));
                    next += dictionary.texts.len() as u32;
                }
                _ => {
                    builder.append_value(TextOperand::new(source).get(0));
                    next += 1;
                }
            }
            Some(start)
        })
        .collect();
    let codes = places
        .iter()
        .enumerate()
        .map(|(row, (source, code))| {
            if valid.is_some_and(|valid| valid.get(row) == Some(&0)) {
                return 0;
            }
            match (starts.get(*source as usize), sources.get(*source as usize)) {
                (Some(Some(start)), _) => start + code,
                (_, Some(source)) => {
                    builder.append_value(TextOperand::new(source).get(row));
                    next += 1;
                    next - 1
                }
                _ => 0,
            }
        })
        .collect();
    Data::Text(Arc::new(codes), Dictionary::new(builder.finish()))
}

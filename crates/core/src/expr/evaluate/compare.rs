//! Comparisons, Kleene's logic, membership.

use std::sync::Arc;

use bellwether_order::Sort;

use super::text::TextOperand;
use super::time;
use super::vector::{Data, Operand, Vector, both, zip};
use crate::definition::BinaryOp;
use crate::expr::typed::Scalar;

/// Applies a comparison to two operands of one kind.
fn compared<T: Copy + PartialOrd>(op: BinaryOp, length: usize, one: &Operand<T>, other: &Operand<T>) -> Vec<u8> {
    match op {
        BinaryOp::Equal => zip(length, one, other, |a, b| u8::from(a == b)),
        BinaryOp::NotEqual => zip(length, one, other, |a, b| u8::from(a != b)),
        BinaryOp::Less => zip(length, one, other, |a, b| u8::from(a < b)),
        BinaryOp::LessOrEqual => zip(length, one, other, |a, b| u8::from(a <= b)),
        BinaryOp::Greater => zip(length, one, other, |a, b| u8::from(a > b)),
        _ => zip(length, one, other, |a, b| u8::from(a >= b)),
    }
}

pub(super) fn compare(op: BinaryOp, left: &Vector, right: &Vector, length: usize) -> Vector {
    if left.is_missing() || right.is_missing() {
        return Vector::missing();
    }
    let valid = both(left.valid.as_ref(), right.valid.as_ref());
    let values = if left.is_text() {
        texts(op, left, right, length)
    } else if left.is_bool() {
        compared(op, length, &left.as_bools(), &right.as_bools())
    } else if left.is_int() && right.is_int() {
        compared(op, length, &left.as_ints(), &right.as_ints())
    } else {
        match (time::days_only(left), time::days_only(right)) {
            (Some(one), Some(other)) => compared(op, length, &one, &other),
            _ if time::is_time(left) => compared(op, length, &time::micros(left), &time::micros(right)),
            _ => compared(op, length, &left.as_floats(), &right.as_floats()),
        }
    };
    Vector::bools(values, valid)
}

fn texts(op: BinaryOp, left: &Vector, right: &Vector, length: usize) -> Vec<u8> {
    let (one, other) = (TextOperand::new(left), TextOperand::new(right));
    let test = |row: usize| {
        let (one, other) = (one.get(row), other.get(row));
        u8::from(match op {
            BinaryOp::Equal => one == other,
            BinaryOp::NotEqual => one != other,
            BinaryOp::Less => one < other,
            BinaryOp::LessOrEqual => one <= other,
            BinaryOp::Greater => one > other,
            _ => one >= other,
        })
    };
    (0..length).map(test).collect()
}

/// 1 where a row is there; one value where that holds for all.
fn there(vector: &Vector) -> Operand<u8> {
    match (&vector.data, &vector.valid) {
        (Data::Missing, _) => Operand::One(0),
        (_, Some(valid)) => Operand::Many(Arc::clone(valid)),
        (_, None) => Operand::One(1),
    }
}

pub(super) fn not(value: &Vector, length: usize) -> Vector {
    if value.is_missing() {
        return Vector::missing();
    }
    let flipped = zip(length, &value.as_bools(), &Operand::One(1_u8), |a, b| a ^ b);
    Vector::bools(flipped, value.valid.clone())
}

/// False beats missing, missing beats true.
pub(super) fn and(left: &Vector, right: &Vector, length: usize) -> Vector {
    let (one, other) = (left.as_bools(), right.as_bools());
    // A missing row holds 0, so that the product is 1 only where both are there and true.
    let values = zip(length, &one, &other, |a, b| a & b);
    let known = match (there(left), there(right)) {
        (Operand::One(1), Operand::One(1)) => None,
        (left_there, right_there) => {
            let left_false = zip(length, &one, &left_there, |value, there| there & (value ^ 1));
            let right_false = zip(length, &other, &right_there, |value, there| there & (value ^ 1));
            Some(known(&values, &left_false, &right_false))
        }
    };
    Vector {
        data: Data::Bool(Arc::new(values)),
        valid: known.filter(|known| known.contains(&0)).map(Arc::new),
    }
}

/// True beats missing, missing beats false.
pub(super) fn or(left: &Vector, right: &Vector, length: usize) -> Vector {
    let (one, other) = (left.as_bools(), right.as_bools());
    let values = zip(length, &one, &other, |a, b| a | b);
    let known = match (there(left), there(right)) {
        (Operand::One(1), Operand::One(1)) => None,
        (left_there, right_there) => {
            let both_there = zip(length, &left_there, &right_there, |a, b| a & b);
            Some(
                values
                    .iter()
                    .zip(&both_there)
                    .map(|(value, there)| value | there)
                    .collect::<Vec<u8>>(),
            )
        }
    };
    Vector {
        data: Data::Bool(Arc::new(values)),
        valid: known.filter(|known| known.contains(&0)).map(Arc::new),
    }
}

/// Rows where the result is certain: both true, or one of them surely false.
fn known(both_true: &[u8], left_false: &[u8], right_false: &[u8]) -> Vec<u8> {
    both_true
        .iter()
        .zip(left_false)
        .zip(right_false)
        .map(|((a, b), c)| a | b | c)
        .collect()
}

pub(super) fn is_missing(value: &Vector, length: usize) -> Vector {
    let values = match there(value) {
        Operand::One(there) => vec![there ^ 1; length],
        Operand::Many(valid) => valid.iter().map(|there| there ^ 1).collect(),
    };
    Vector::bools(values, None)
}

/// Whether a value equals one of some constants, or lies in one of some ranges.
pub(super) fn any_of(value: &Vector, items: &[Scalar], ranges: &[(i64, i64, bool)], length: usize) -> Vector {
    if value.is_missing() {
        return Vector::missing();
    }
    let mut found = if value.is_text() {
        one_of_texts(value, items, length)
    } else if value.is_bool() {
        let truths: Vec<u8> = items
            .iter()
            .filter_map(|item| {
                if let Scalar::Bool(value) = item {
                    Some(u8::from(*value))
                } else {
                    None
                }
            })
            .collect();
        among(&value.as_bools(), &truths, length)
    } else if time::is_time(value) {
        let moments: Vec<i64> = items.iter().filter_map(time::moment).collect();
        among(&time::micros(value), &moments, length)
    } else if value.is_int() && items.iter().all(|item| matches!(item, Scalar::Int(_))) {
        let numbers: Vec<i64> = items
            .iter()
            .filter_map(|item| {
                if let Scalar::Int(value) = item {
                    Some(*value)
                } else {
                    None
                }
            })
            .collect();
        among(&value.as_ints(), &numbers, length)
    } else {
        let numbers: Vec<f64> = items
            .iter()
            .filter_map(|item| match item {
                Scalar::Int(value) => Some(*value as f64),
                Scalar::Float(value) => Some(*value),
                _ => None,
            })
            .collect();
        among(&value.as_floats(), &numbers, length)
    };
    for (low, high, inclusive) in ranges {
        let upper = if *inclusive {
            BinaryOp::LessOrEqual
        } else {
            BinaryOp::Less
        };
        let inside = if value.is_int() {
            let value = value.as_ints();
            let above = compared(BinaryOp::GreaterOrEqual, length, &value, &Operand::One(*low));
            (above, compared(upper, length, &value, &Operand::One(*high)))
        } else {
            let value = value.as_floats();
            let above = compared(BinaryOp::GreaterOrEqual, length, &value, &Operand::One(*low as f64));
            (above, compared(upper, length, &value, &Operand::One(*high as f64)))
        };
        found
            .iter_mut()
            .zip(inside.0.iter().zip(&inside.1))
            .for_each(|(found, (above, below))| *found |= above & below);
    }
    Vector::bools(found, value.valid.clone())
}

/// Few constants are compared one after the other in plain loops; many are searched.
fn among<T: Copy + PartialOrd>(value: &Operand<T>, items: &[T], length: usize) -> Vec<u8> {
    const FEW: usize = 8;
    if items.len() <= FEW {
        let mut found = vec![0_u8; length];
        for item in items {
            let equal = zip(length, value, &Operand::One(*item), |a, b| u8::from(a == b));
            found.iter_mut().zip(&equal).for_each(|(found, equal)| *found |= equal);
        }
        return found;
    }
    let mut sorted = items.to_vec();
    sorted.order_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let search = |value: T| {
        sorted
            .binary_search_by(|item| item.partial_cmp(&value).unwrap_or(std::cmp::Ordering::Equal))
            .is_ok()
    };
    zip(length, value, &Operand::One(()), |value, ()| u8::from(search(value)))
}

fn one_of_texts(value: &Vector, items: &[Scalar], length: usize) -> Vec<u8> {
    let mut texts: Vec<&str> = items
        .iter()
        .filter_map(|item| {
            if let Scalar::Text(text) = item {
                Some(text.as_ref())
            } else {
                None
            }
        })
        .collect();
    texts.sort_unstable();
    let value = TextOperand::new(value);
    (0..length)
        .map(|row| u8::from(texts.binary_search(&value.get(row)).is_ok()))
        .collect()
}

//! Arithmetic and functions of numbers.

use std::sync::Arc;

use super::time;
use super::vector::{Operand, Vector, both, with, zip};
use crate::definition::{BinaryOp, Function};
use crate::stats::math;

pub(super) fn negate(value: &Vector, length: usize) -> Vector {
    if value.is_missing() {
        return Vector::missing();
    }
    if value.is_int() {
        return checked(
            &value.as_ints(),
            &Operand::One(0),
            length,
            value.valid.clone(),
            |a, _| a.checked_neg(),
        );
    }
    Vector::floats(
        zip(length, &value.as_floats(), &Operand::One(()), |a, ()| -a),
        value.valid.clone(),
    )
}

/// Whole numbers; beyond 64 bits: missing.
pub(super) fn integers(op: BinaryOp, left: &Vector, right: &Vector, length: usize) -> Vector {
    if left.is_missing() || right.is_missing() {
        return Vector::missing();
    }
    let valid = both(left.valid.as_ref(), right.valid.as_ref());
    if let (BinaryOp::Subtract, Some(one), Some(other)) = (op, time::days_only(left), time::days_only(right)) {
        return Vector::ints(zip(length, &one, &other, |a, b| i64::from(a) - i64::from(b)), valid);
    }
    let (one, other) = (left.as_ints(), right.as_ints());
    match op {
        BinaryOp::Add => overflowing(&one, &other, length, valid, i64::overflowing_add),
        BinaryOp::Subtract => overflowing(&one, &other, length, valid, i64::overflowing_sub),
        BinaryOp::Multiply => overflowing(&one, &other, length, valid, i64::overflowing_mul),
        BinaryOp::Remainder => checked(&one, &other, length, valid, |a, b| {
            if b == 0 { None } else { Some(a.wrapping_rem(b)) }
        }),
        _ => checked(&one, &other, length, valid, |a, b| {
            u32::try_from(b).ok().and_then(|power| a.checked_pow(power))
        }),
    }
}

/// The common operations: the result and whether it overflowed, in two plain loops.
fn overflowing(
    one: &Operand<i64>,
    other: &Operand<i64>,
    length: usize,
    valid: Option<Arc<Vec<u8>>>,
    f: impl Fn(i64, i64) -> (i64, bool),
) -> Vector {
    let fits = zip(length, one, other, |a, b| u8::from(!f(a, b).1));
    let values = zip(length, one, other, |a, b| f(a, b).0);
    Vector::ints(values, with(valid, fits))
}

fn checked(
    one: &Operand<i64>,
    other: &Operand<i64>,
    length: usize,
    valid: Option<Arc<Vec<u8>>>,
    f: impl Fn(i64, i64) -> Option<i64>,
) -> Vector {
    let results = zip(length, one, other, f);
    let fits = results.iter().map(|result| u8::from(result.is_some())).collect();
    Vector::ints(
        results.into_iter().map(Option::unwrap_or_default).collect(),
        with(valid, fits),
    )
}

/// Numbers with fractions; what is not finite: missing.
pub(super) fn floats(op: BinaryOp, left: &Vector, right: &Vector, length: usize) -> Vector {
    if left.is_missing() || right.is_missing() {
        return Vector::missing();
    }
    let valid = both(left.valid.as_ref(), right.valid.as_ref());
    if op == BinaryOp::Subtract && time::is_time(left) {
        return time::days_apart(left, right, length, valid);
    }
    let (one, other) = (left.as_floats(), right.as_floats());
    let values = match op {
        BinaryOp::Add => zip(length, &one, &other, |a, b| a + b),
        BinaryOp::Subtract => zip(length, &one, &other, |a, b| a - b),
        BinaryOp::Multiply => zip(length, &one, &other, |a, b| a * b),
        BinaryOp::Divide => zip(length, &one, &other, |a, b| a / b),
        BinaryOp::Remainder => zip(length, &one, &other, |a, b| a % b),
        _ => zip(length, &one, &other, math::powf),
    };
    Vector::floats(values, valid)
}

/// Powers of ten that are exact.
const TENS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Half away from zero, to some decimals.
fn rounded(value: f64, decimals: f64) -> f64 {
    let place = (decimals.abs() as usize).min(TENS.len() - 1);
    let ten = TENS.get(place).copied().unwrap_or(1.0);
    let scaled = if decimals < 0.0 { value / ten } else { value * ten };
    // Beyond 2^52 there is nothing to round.
    if !scaled.is_finite() || scaled.abs() > 4_503_599_627_370_496.0 {
        return value;
    }
    if decimals < 0.0 {
        scaled.round() * ten
    } else {
        scaled.round() / ten
    }
}

pub(super) fn function(function: Function, arguments: &[Vector], integer: bool, length: usize) -> Vector {
    use Function as F;
    if arguments.iter().any(Vector::is_missing) {
        return Vector::missing();
    }
    let valid = arguments
        .iter()
        .fold(None, |valid, argument| both(valid.as_ref(), argument.valid.as_ref()));
    let unit = Operand::One(());
    match (function, arguments) {
        (F::Abs, [value]) if integer => checked(&value.as_ints(), &Operand::One(0), length, valid, |a, _| {
            a.checked_abs()
        }),
        (F::Round | F::Floor | F::Ceil, [value]) if integer => Vector { valid, ..value.clone() },
        (F::Min, [one, other]) if integer => {
            Vector::ints(zip(length, &one.as_ints(), &other.as_ints(), i64::min), valid)
        }
        (F::Max, [one, other]) if integer => {
            Vector::ints(zip(length, &one.as_ints(), &other.as_ints(), i64::max), valid)
        }
        (F::Clamp, [value, low, high]) if integer => {
            let raised = zip(length, &value.as_ints(), &low.as_ints(), i64::max);
            Vector::ints(
                zip(length, &Operand::Many(Arc::new(raised)), &high.as_ints(), i64::min),
                valid,
            )
        }
        (F::Abs, [value]) => Vector::floats(zip(length, &value.as_floats(), &unit, |a, ()| a.abs()), valid),
        (F::Floor, [value]) => Vector::floats(zip(length, &value.as_floats(), &unit, |a, ()| a.floor()), valid),
        (F::Ceil, [value]) => Vector::floats(zip(length, &value.as_floats(), &unit, |a, ()| a.ceil()), valid),
        (F::Round, [value]) => Vector::floats(zip(length, &value.as_floats(), &unit, |a, ()| a.round()), valid),
        (F::Round, [value, decimals]) => {
            Vector::floats(zip(length, &value.as_floats(), &decimals.as_floats(), rounded), valid)
        }
        (F::Min, [one, other]) => Vector::floats(zip(length, &one.as_floats(), &other.as_floats(), f64::min), valid),
        (F::Max, [one, other]) => Vector::floats(zip(length, &one.as_floats(), &other.as_floats(), f64::max), valid),
        (F::Clamp, [value, low, high]) => {
            let raised = zip(length, &value.as_floats(), &low.as_floats(), f64::max);
            Vector::floats(
                zip(length, &Operand::Many(Arc::new(raised)), &high.as_floats(), f64::min),
                valid,
            )
        }
        (F::Ln, [value]) => Vector::floats(zip(length, &value.as_floats(), &unit, |a, ()| math::ln(a)), valid),
        (F::Exp, [value]) => Vector::floats(zip(length, &value.as_floats(), &unit, |a, ()| math::exp(a)), valid),
        (F::Sqrt, [value]) => Vector::floats(zip(length, &value.as_floats(), &unit, |a, ()| math::sqrt(a)), valid),
        _ => Vector::missing(),
    }
}

//! Numbers as ECMAScript writes them.

use crate::put;

/// Whole numbers up to here are floats with all their neighbours.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Appends a finite number as ECMAScript's `Number::toString` writes it (ECMA-262, section 6.1.6.1.20), as the canonical
/// JSON of RFC 8785 has it; −0 as 0, and what is not finite as 0.
///
/// ```
/// let mut out = Vec::new();
/// bellwether_json::number(&mut out, 1e21);
/// assert_eq!(out, b"1e+21");
/// ```
#[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
#[expect(clippy::cast_precision_loss, reason = "up to 2^53 there is none")]
pub fn number(out: &mut Vec<u8>, value: f64) {
    if value == 0.0 || !value.is_finite() {
        return out.push(b'0');
    }
    let whole = value as i64;
    if value.abs() < WHOLE && whole as f64 == value {
        return signed(out, whole);
    }
    if value < 0.0 {
        out.push(b'-');
    }
    // The digits that ECMAScript asks for: the shortest, the nearest of those, the even one of two as near.
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(value.abs());
    // Without an exponent it is written as ECMAScript writes it, but for the point of whole numbers.
    if shortest.bytes().all(|byte| byte != b'e') {
        put(out, shortest.strip_suffix(".0").unwrap_or(shortest).as_bytes());
    } else {
        with_exponent(out, shortest);
    }
}

#[cold]
fn with_exponent(out: &mut Vec<u8>, shortest: &str) {
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0').as_bytes();
    let written = i64::try_from(whole.len()).unwrap_or(0) - i64::try_from(leading).unwrap_or(0);
    let point = written + exponent.parse::<i64>().unwrap_or(0);
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let zeros = |out: &mut Vec<u8>, count: i64| (0..count).for_each(|_| out.push(b'0'));
    if (count..=21).contains(&point) {
        put(out, digits);
        zeros(out, point - count);
        return;
    }
    let split = if (1..=21).contains(&point) { point } else { 1 };
    let (before, after) = digits.split_at(usize::try_from(split).unwrap_or(0).min(digits.len()));
    if (-5..=0).contains(&point) {
        put(out, b"0.");
        zeros(out, -point);
        put(out, digits);
        return;
    }
    put(out, before);
    if !after.is_empty() {
        out.push(b'.');
        put(out, after);
    }
    if split != point {
        put(out, if point > 0 { b"e+" } else { b"e" });
        signed(out, point - 1);
    }
}

/// Appends a whole number.
pub fn signed(out: &mut Vec<u8>, value: i64) {
    put(out, itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a whole number that is not below 0.
pub fn unsigned(out: &mut Vec<u8>, value: u64) {
    put(out, itoa::Buffer::new().format(value).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: f64) -> String {
        let mut out = Vec::new();
        number(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    /// The samples of RFC 8785, appendix B (bits, text).
    #[test]
    fn numbers_of_the_rfc() {
        for (bits, expected) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(written(f64::from_bits(bits)), expected);
        }
    }

    proptest! {
        #[test]
        fn a_number_reads_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(written(value).parse::<f64>().unwrap(), value);
        }

        #[test]
        fn a_whole_number_has_no_point(value in -9_007_199_254_740_992_i64..=9_007_199_254_740_992) {
            prop_assert_eq!(written(value as f64), value.to_string());
        }
    }
}

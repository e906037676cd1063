//! How wide text is, and how it is made to fit.

use bellwether_order::Sort;

/// Advance widths of the printable ASCII letters of Inter Regular, in thousandths of the size.
const REGULAR: [u16; 95] = [
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357, 625, 464, 605, 636, 642, 608, 624,
    571, 616, 624, 276, 280, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598, 587, 743, 740, 264, 543, 652, 562, 889,
    753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642, 665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621,
    582, 361, 609, 591, 237, 237, 544, 237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362,
    327, 362, 659,
];
/// Semi-bold letters are wider by this.
const BOLD: f64 = 1.05;
/// Readers without Inter see another typeface: room for a wider one.
const SPARE: f64 = 1.06;

/// About how wide a text is.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: f64 = text.chars().map(|letter| f64::from(advance(letter))).sum();
    thousandths / 1000.0 * size * SPARE * if bold { BOLD } else { 1.0 }
}

fn advance(letter: char) -> u16 {
    let code = letter as u32;
    if let Some(known) = code.checked_sub(32).and_then(|at| REGULAR.get(at as usize)) {
        return *known;
    }
    match code {
        // Marks that stand on the letter before, and letters without width.
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x0400..=0x052f => 720,
        0x00a0..=0x10ff => 680,
        // Chinese, Japanese, Korean, signs, symbols.
        _ => 1030,
    }
}

/// The text, or as much of it as fits, with an ellipsis.
pub(crate) fn fit(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = width("…", size, bold);
    for letter in text.chars() {
        let own = width(letter.encode_utf8(&mut [0; 4]), size, bold);
        if used + own > room {
            break;
        }
        used += own;
        kept.push(letter);
    }
    if kept.is_empty() {
        return String::new();
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// The text in at most so many lines; the last is cut where it does not fit.
pub(crate) fn wrap(text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while words.peek().is_some() && lines.len() < most {
        if lines.len() + 1 == most {
            let rest: Vec<&str> = words.by_ref().collect();
            lines.push(fit(&rest.join(" "), size, bold, room));
            break;
        }
        let mut line = String::new();
        while let Some(word) = words.peek() {
            let longer = if line.is_empty() {
                (*word).to_owned()
            } else {
                format!("{line} {word}")
            };
            if width(&longer, size, bold) > room && !line.is_empty() {
                break;
            }
            line = longer;
            words.next();
        }
        lines.push(fit(&line, size, bold, room));
    }
    lines
}

/// Places for labels of so much height each, near where they belong, in order and apart from each other: from above in
/// `low..=high`. What does not fit is pushed over the end, which the caller sees by its own count of rooms.
pub(crate) fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    let at = |index: usize| wanted.get(index).copied().unwrap_or(low);
    order.order_by(|a, b| at(*a).total_cmp(&at(*b)).then(a.cmp(b)));
    let mut placed: Vec<f64> = order.iter().map(|index| at(*index).clamp(low, high.max(low))).collect();
    let mut floor = f64::NEG_INFINITY;
    for place in &mut placed {
        *place = place.max(floor);
        floor = *place + gap;
    }
    let mut ceiling = high.max(low);
    for place in placed.iter_mut().rev() {
        *place = place.min(ceiling);
        ceiling = *place - gap;
    }
    let mut result = vec![low; wanted.len()];
    for (index, place) in order.into_iter().zip(placed) {
        if let Some(slot) = result.get_mut(index) {
            *slot = place;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_to_its_room() {
        assert_eq!(fit("North", 12.0, false, 100.0), "North");
        let cut = fit("a very long name of a segment", 12.0, false, 60.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, false) <= 60.0, "{cut}");
        assert_eq!(fit("North", 12.0, false, 2.0), "");
        assert_eq!(wrap("one two three", 12.0, false, 38.0, 2), ["one", "two…"]);
    }

    #[test]
    fn labels_keep_apart() {
        assert_eq!(spread(&[50.0, 51.0, 10.0], 12.0, 0.0, 60.0), [48.0, 60.0, 10.0]);
        assert_eq!(spread(&[5.0, 5.0], 12.0, 0.0, 60.0), [5.0, 17.0]);
    }
}

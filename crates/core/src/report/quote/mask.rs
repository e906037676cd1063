//! Takes out of a text what tells who wrote it, as far as a rule can: addresses, numbers, links.

/// From so many digits on a run of them is masked: customer numbers, cards, accounts.
const LONG_NUMBER: usize = 6;
/// From so many digits on, with signs as telephone numbers have them between, it is masked.
const TELEPHONE: usize = 7;
/// Texts are cut behind so many characters.
const LONGEST: usize = 400;

/// A text without what was masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// What may be shown.
    pub text: String,
    /// How many places were masked.
    pub places: u64,
}

/// Masks a text: `[e-mail]`, `[number]`, `[link]`, `[name]` for a handle. Characters that no reader sees are dropped,
/// blanks joined, and what is longer than 400 characters is cut.
///
/// ```
/// use bellwether::report::mask;
/// let masked = mask("Call me: +49 (0)30 901820, or jo.doe@example.org");
/// assert_eq!(masked.text, "Call me: [number], or [e-mail]");
/// assert_eq!(masked.places, 2);
/// ```
#[must_use]
pub fn mask(text: &str) -> Masked {
    let mut places = 0;
    let plain = plain(text);
    let words: Vec<String> = spelt_out(&plain)
        .split(' ')
        .map(|word| address(word, &mut places))
        .collect();
    let text = cut(&numbers(&words.join(" "), &mut places));
    Masked { text, places }
}

/// One line of characters that a reader sees.
fn plain(text: &str) -> String {
    let unseen = |c: char| {
        (c.is_control() && !c.is_whitespace())
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
    };
    let seen: String = text
        .chars()
        .filter(|c| !unseen(*c))
        .map(|c| if c == '\u{ff20}' || c == '\u{fe6b}' { '@' } else { c })
        .collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `jo (at) example.org` is an address as well.
fn spelt_out(text: &str) -> String {
    let mut text = text.to_owned();
    for sign in ["(at)", "[at]", "{at}", "(AT)", "[AT]", "{AT}", "(At)"] {
        while let Some(at) = text.find(sign) {
            let end = at + sign.len();
            let before = text.get(..at).unwrap_or_default().trim_end().to_owned();
            let after = text.get(end..).unwrap_or_default().trim_start().to_owned();
            text = format!("{before}@{after}");
        }
    }
    text
}

/// A word without a link or an address in it.
fn address(word: &str, places: &mut u64) -> String {
    let lower = word.to_lowercase();
    let link = ["://", "www."].iter().filter_map(|sign| lower.find(sign)).min();
    if let Some(at) = link {
        *places += 1;
        let start = word.get(..at).map_or(0, |before| {
            before
                .rfind(|c: char| !c.is_ascii_alphanumeric())
                .map_or(0, |at| at + 1)
        });
        let (end, tail) = closing(word);
        let before = word.get(..start).unwrap_or_default();
        return if start < end {
            format!("{before}[link]{tail}")
        } else {
            "[link]".to_owned()
        };
    }
    let Some(at) = word.find('@') else {
        return word.to_owned();
    };
    *places += 1;
    let opening = |c: char| matches!(c, '(' | '<' | '[' | '"' | '\'' | ':' | ';' | ',' | '=');
    let before = word.get(..at).unwrap_or_default();
    let start = before.rfind(opening).map_or(0, |place| place + 1);
    let (end, tail) = closing(word);
    let kept = word.get(..start).unwrap_or_default();
    let sign = if start == at { "[name]" } else { "[e-mail]" };
    if at < end {
        format!("{kept}{sign}{tail}")
    } else {
        sign.to_owned()
    }
}

/// Where the signs that close a word begin, and these.
fn closing(word: &str) -> (usize, &str) {
    let kept = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '>', ']', '"', '\'']);
    (kept.len(), word.get(kept.len()..).unwrap_or_default())
}

/// Masks telephone and other long numbers.
fn numbers(text: &str, places: &mut u64) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        match run(&chars, at) {
            Some(end) => {
                out.push_str("[number]");
                *places += 1;
                at = end;
            }
            None if c.is_numeric() => {
                // The rest of a short number is no number of its own.
                while let Some(&digit) = chars.get(at).filter(|digit| digit.is_numeric()) {
                    out.push(digit);
                    at += 1;
                }
            }
            None => {
                out.push(c);
                at += 1;
            }
        }
    }
    out
}

/// The end of the number to mask that begins here.
fn run(chars: &[char], start: usize) -> Option<usize> {
    let begins = |c: &char| c.is_numeric() || matches!(c, '+' | '(');
    chars.get(start).filter(|c| begins(c))?;
    let between = |c: char| {
        matches!(
            c,
            ' ' | '-' | '.' | '/' | '(' | ')' | '+' | '\u{a0}' | '\u{2010}'..='\u{2013}' | '\u{202f}'
        )
    };
    let (mut digits, mut together, mut longest, mut gap, mut end) = (0, 0, 0, 0, start);
    for (at, &c) in chars.iter().enumerate().skip(start) {
        if c.is_numeric() {
            digits += 1;
            together += 1;
            gap = 0;
            longest = longest.max(together);
            end = at + 1;
        } else if between(c) && gap < 3 {
            gap += 1;
            together = 0;
        } else {
            break;
        }
    }
    (digits >= TELEPHONE || longest >= LONG_NUMBER).then_some(end)
}

/// At most so many characters, cut between words.
fn cut(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else {
        return text.to_owned();
    };
    let kept = text.get(..end).unwrap_or_default();
    let kept = kept.rfind(' ').and_then(|at| kept.get(..at)).unwrap_or(kept);
    format!("{kept} …")
}

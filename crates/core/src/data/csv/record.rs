//! Where records of delimited text end, and where their fields do: RFC 4180 as programs write it.
//!
//! A quote opens a quoted field only as its first byte; inside, a quote is written twice; what follows the closing quote
//! up to the delimiter belongs to the field. A record ends at a line feed, a carriage return, or both; blank lines are
//! none. Both walks below take the same steps; a property test holds them against the `csv` crate.

use memchr::{memchr, memchr_iter, memchr2, memchr3, memrchr2};

const QUOTE: u8 = b'"';

const fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// What stands before the next byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    RecordStart,
    FieldStart,
    Plain,
    Quoted,
    /// After a quote in a quoted field: its end, or the first half of a quote.
    QuoteInQuoted,
}

impl State {
    const fn after(self, byte: u8, delimiter: u8) -> Self {
        match self {
            Self::Quoted if byte == QUOTE => Self::QuoteInQuoted,
            Self::Quoted => Self::Quoted,
            Self::QuoteInQuoted if byte == QUOTE => Self::Quoted,
            Self::RecordStart | Self::FieldStart if byte == QUOTE => Self::Quoted,
            _ if byte == delimiter => Self::FieldStart,
            _ if ends_line(byte) => Self::RecordStart,
            _ => Self::Plain,
        }
    }
}

/// Finds the last end of a record in bytes that come piece by piece, looking at each byte once.
#[derive(Debug)]
pub struct Boundaries {
    delimiter: u8,
    state: State,
}

impl Boundaries {
    /// At the start of a record.
    pub const fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            state: State::RecordStart,
        }
    }

    /// Whether the bytes seen so far end inside a quoted field.
    pub fn in_quotes(&self) -> bool {
        self.state == State::Quoted
    }

    /// Goes on over `bytes`: how many of them lie before the last end of a record, if there is one.
    pub fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut last = None;
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match self.state {
                State::RecordStart => {
                    // Lines up to the one with the next quote are whole records.
                    let quote = memchr(QUOTE, rest);
                    let plain = rest.get(..quote.unwrap_or(rest.len())).unwrap_or_default();
                    if let Some(end) = memrchr2(b'\n', b'\r', plain) {
                        at += end + 1;
                        last = Some(at);
                    } else if quote.is_none() {
                        self.state = match rest.last() {
                            Some(&byte) if byte == self.delimiter => State::FieldStart,
                            _ => State::Plain,
                        };
                        at = bytes.len();
                    } else {
                        self.step(rest, &mut at, &mut last);
                    }
                }
                State::Plain => match memchr3(self.delimiter, b'\n', b'\r', rest) {
                    Some(skip) => {
                        at += skip;
                        self.step(rest.get(skip..).unwrap_or_default(), &mut at, &mut last);
                    }
                    None => at = bytes.len(),
                },
                State::Quoted => match memchr(QUOTE, rest) {
                    Some(skip) => {
                        at += skip + 1;
                        self.state = State::QuoteInQuoted;
                    }
                    None => at = bytes.len(),
                },
                State::FieldStart | State::QuoteInQuoted => self.step(rest, &mut at, &mut last),
            }
        }
        last
    }

    fn step(&mut self, rest: &[u8], at: &mut usize, last: &mut Option<usize>) {
        let Some(&byte) = rest.first() else { return };
        self.state = self.state.after(byte, self.delimiter);
        *at += 1;
        if self.state == State::RecordStart {
            *last = Some(*at);
        }
    }
}

/// Cuts a block of whole records into fields.
pub struct Records<'a> {
    block: &'a [u8],
    delimiter: u8,
    /// Where the next record begins, or blank lines before it.
    at: usize,
    start: usize,
    /// Ends of the fields: in the block, or in `scratch` for a record with quotes.
    ends: Vec<usize>,
    scratch: Vec<u8>,
    in_scratch: bool,
    quotes: bool,
    open: bool,
}

impl<'a> Records<'a> {
    /// At the front of a block.
    pub fn new(block: &'a [u8], delimiter: u8) -> Self {
        Self {
            block,
            delimiter,
            at: 0,
            start: 0,
            ends: Vec::new(),
            scratch: Vec::new(),
            in_scratch: false,
            quotes: memchr(QUOTE, block).is_some(),
            open: false,
        }
    }

    /// Goes to the next record; false where there is none.
    pub fn next(&mut self) -> bool {
        let rest = self.block.get(self.at..).unwrap_or_default();
        let Some(skip) = rest.iter().position(|&byte| !ends_line(byte)) else {
            return false;
        };
        self.start = self.at + skip;
        self.ends.clear();
        let rest = rest.get(skip..).unwrap_or_default();
        let length = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        self.in_scratch = self.quotes && memchr(QUOTE, line).is_some();
        if self.in_scratch {
            self.unquote(rest);
        } else {
            let start = self.start;
            self.ends
                .extend(memchr_iter(self.delimiter, line).map(|end| start + end));
            self.ends.push(start + length);
            self.at = start + length;
        }
        true
    }

    /// Takes the record apart byte by byte, without its quotes.
    fn unquote(&mut self, rest: &[u8]) {
        self.scratch.clear();
        let mut state = State::RecordStart;
        for (at, &byte) in rest.iter().enumerate() {
            let next = state.after(byte, self.delimiter);
            match (state, next) {
                (_, State::RecordStart) => {
                    self.ends.push(self.scratch.len());
                    self.at = self.start + at;
                    return;
                }
                (_, State::FieldStart) => self.ends.push(self.scratch.len()),
                // The quote that opens or closes, and the first of two.
                (State::RecordStart | State::FieldStart, State::Quoted) | (_, State::QuoteInQuoted) => {}
                _ => self.scratch.push(byte),
            }
            state = next;
        }
        self.open = state == State::Quoted;
        self.ends.push(self.scratch.len());
        self.at = self.block.len();
    }

    /// Whether the block ends inside a quoted field of this record.
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Where the record begins in the block.
    pub const fn start(&self) -> usize {
        self.start
    }

    /// Where it ends.
    pub const fn end(&self) -> usize {
        self.at
    }

    /// Number of fields.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The fields, without their quotes.
    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let (bytes, first, gap) = if self.in_scratch {
            (self.scratch.as_slice(), 0, 0)
        } else {
            (self.block, self.start, 1)
        };
        let mut start = first;
        self.ends.iter().map(move |&end| {
            let field = bytes.get(start..end).unwrap_or_default();
            start = end + gap;
            field
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours(text: &[u8], delimiter: u8) -> Vec<Vec<Vec<u8>>> {
        let mut records = Records::new(text, delimiter);
        let mut all = Vec::new();
        while records.next() {
            assert_eq!(records.len(), records.fields().count());
            all.push(records.fields().map(<[u8]>::to_vec).collect());
        }
        all
    }

    fn theirs(text: &[u8], delimiter: u8) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text);
        let records = reader.byte_records().map(Result::unwrap);
        records
            .map(|record| record.iter().map(<[u8]>::to_vec).collect())
            .collect()
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just("\""),
            Just("\"\""),
            Just(","),
            Just("\n"),
            Just("\r\n"),
            Just("\r"),
            Just(" "),
            Just("a"),
            Just("bc;"),
            Just("\",\""),
            Just("\"\n\""),
            Just("é"),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn records_are_those_of_the_csv_crate(text in text()) {
            for delimiter in *b",;" {
                prop_assert_eq!(ours(&text, delimiter), theirs(&text, delimiter));
            }
        }

        #[test]
        fn boundaries_part_records_and_nothing_else(text in text(), cuts in proptest::collection::vec(0_usize..60, 0..6)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.push(text.len());
            cuts.sort_unstable();
            let mut boundaries = Boundaries::new(b',');
            let (mut from, mut last) = (0, 0);
            for cut in cuts {
                if let Some(end) = boundaries.advance(&text[from..cut]) {
                    last = from + end;
                }
                from = cut;
            }
            let mut parts = ours(&text[..last], b',');
            parts.extend(ours(&text[last..], b','));
            prop_assert_eq!(parts, ours(&text, b','));
            // What is left is at most one record.
            prop_assert!(ours(&text[last..], b',').len() <= 1);
        }
    }
}

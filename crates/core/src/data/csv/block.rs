//! Delimited text read in blocks of whole records, on one thread or several.
//!
//! Blocks are cut at the same places whatever the number of threads, parsed apart and put together in order, so that
//! columns and findings are the same. One thread reads and finds where records end; the others parse.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use bellwether_order::{BTreeMap, Sort};
use memchr::{memchr, memchr_iter};

use super::record::{Boundaries, Records};
use crate::data::build::{BuildError, ColumnBuilder};
use crate::data::column::Column;
use crate::data::need::ColumnNeed;

/// What is known of a file before its rows are parsed.
pub struct Plan {
    /// The delimiter.
    pub delimiter: u8,
    /// Whether bytes are characters of ISO 8859-1.
    pub latin: bool,
    /// For each field of a row: what is known of its column, where it is wanted.
    pub wanted: Vec<Option<ColumnNeed>>,
    /// Where timestamps with an offset are brought to.
    pub utc_offset_minutes: i32,
}

impl Plan {
    /// Empty columns.
    pub fn builders(&self) -> Vec<Option<ColumnBuilder>> {
        let builder = |need: &Option<ColumnNeed>| need.map(|need| ColumnBuilder::new(need, self.utc_offset_minutes));
        self.wanted.iter().map(builder).collect()
    }
}

/// Whole records of a file.
pub struct Block {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where they begin in the file.
    pub offset: u64,
    /// Where the first record to parse begins among them.
    pub skip: usize,
}

/// Why a row cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has another number of fields than the header; whether one of them has a line break in it.
    Ragged { fields: usize, has_break: bool },
    /// The field of a column is not UTF-8: where in the file, and its bytes.
    NotUtf8 { column: usize, byte: u64, field: Vec<u8> },
    /// A zero byte in the field of a column.
    Zero { column: usize },
    /// A quote is opened and never closed.
    Open,
}

/// A fault and where it is.
#[derive(Debug)]
pub struct Faulty {
    /// What is wrong.
    pub fault: Fault,
    /// 1-based row of the data.
    pub row: u64,
    /// 1-based line of the file in which the row begins.
    pub line: u64,
}

/// What came of a block, its places counted from its own front.
struct Parsed {
    builders: Vec<Option<ColumnBuilder>>,
    rows: u64,
    lines: u64,
    end: u64,
    faulty: Option<Faulty>,
}

fn parse(plan: &Plan, block: &Block) -> Parsed {
    let mut builders = plan.builders();
    let text = block.bytes.get(block.skip..).unwrap_or_default();
    let front = block.offset + block.skip as u64;
    let zeros = memchr(0, text).is_some();
    let mut records = Records::new(text, plan.delimiter);
    let mut rows = 0;
    let mut faulty = None;
    while records.next() {
        rows += 1;
        if let Err(fault) = row(plan, &records, &mut builders, front, zeros) {
            let before = text.get(..records.start()).unwrap_or_default();
            faulty = Some(Faulty {
                fault,
                row: rows,
                line: newlines(before),
            });
            break;
        }
    }
    Parsed {
        builders,
        rows,
        lines: newlines(text),
        end: block.offset + block.bytes.len() as u64,
        faulty,
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

fn row(
    plan: &Plan,
    records: &Records<'_>,
    builders: &mut [Option<ColumnBuilder>],
    front: u64,
    zeros: bool,
) -> Result<(), Fault> {
    if records.is_open() {
        return Err(Fault::Open);
    }
    if zeros && let Some(column) = records.fields().position(|field| field.contains(&0)) {
        return Err(Fault::Zero { column });
    }
    if records.len() != plan.wanted.len() {
        return Err(Fault::Ragged {
            fields: records.len(),
            has_break: records.fields().any(|field| field.contains(&b'\n')),
        });
    }
    for (column, (builder, field)) in builders.iter_mut().zip(records.fields()).enumerate() {
        let Some(builder) = builder else { continue };
        let pushed = if plan.latin && !field.is_ascii() {
            let text: String = field.iter().map(|&byte| char::from(byte)).collect();
            builder.push(text.as_bytes())
        } else {
            builder.push(field)
        };
        if let Err(near) = pushed {
            let before: usize = records.fields().take(column).map(|field| field.len() + 1).sum();
            return Err(Fault::NotUtf8 {
                column,
                byte: front + (records.start() + before + near) as u64,
                field: field.to_vec(),
            });
        }
    }
    Ok(())
}

/// Why there is no next block.
pub enum Cut {
    /// Reading failed.
    Io(std::io::Error),
    /// A record is longer than the limit; whether it is still inside quotes there.
    TooLong { in_quotes: bool },
}

/// Cuts a source into blocks.
pub struct Blocks<R> {
    source: R,
    buffer: Vec<u8>,
    boundaries: Boundaries,
    /// Bytes of the buffer that `boundaries` has seen.
    seen: usize,
    /// The last end of a record among them.
    last: usize,
    offset: u64,
    size: usize,
    longest: usize,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Blocks of about `size` bytes; no record may have more than `longest`. `head` was read before.
    pub fn new(source: R, head: Vec<u8>, delimiter: u8, size: usize, longest: usize) -> Self {
        Self {
            source,
            buffer: head,
            boundaries: Boundaries::new(delimiter),
            seen: 0,
            last: 0,
            offset: 0,
            size: size.max(1),
            longest,
            ended: false,
        }
    }

    /// Whether the source is at its end.
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// The next block; none at the end.
    ///
    /// # Errors
    /// Where the source cannot be read, or a record has no end within the limit.
    pub fn next(&mut self) -> Result<Option<Block>, Cut> {
        // The same lengths are looked at however the source hands out its bytes, so blocks are always the same.
        let mut target = self.size;
        loop {
            self.fill(target)?;
            let until = self.buffer.len().min(target);
            if until > self.seen {
                let fresh = self.buffer.get(self.seen..until).unwrap_or_default();
                if let Some(end) = self.boundaries.advance(fresh) {
                    self.last = self.seen + end;
                }
                self.seen = until;
            }
            if self.seen - self.last > self.longest {
                let in_quotes = self.boundaries.in_quotes();
                return Err(Cut::TooLong { in_quotes });
            }
            let all = self.ended && self.seen == self.buffer.len();
            if all || self.last > 0 {
                return Ok(self.cut(if all { self.seen } else { self.last }));
            }
            target += self.size;
        }
    }

    fn cut(&mut self, length: usize) -> Option<Block> {
        if length == 0 {
            return None;
        }
        let tail = self.buffer.split_off(length);
        let bytes = std::mem::replace(&mut self.buffer, tail);
        let block = Block {
            bytes,
            offset: self.offset,
            skip: 0,
        };
        self.offset += length as u64;
        self.seen -= length;
        self.last = 0;
        Some(block)
    }

    fn fill(&mut self, target: usize) -> Result<(), Cut> {
        if self.ended || self.buffer.len() >= target {
            return Ok(());
        }
        let missing = target - self.buffer.len();
        self.buffer.reserve(missing);
        let read = self
            .source
            .by_ref()
            .take(missing as u64)
            .read_to_end(&mut self.buffer)
            .map_err(Cut::Io)?;
        self.ended = read < missing;
        Ok(())
    }
}

/// Rows put together so far.
pub struct Merged {
    /// The columns.
    pub builders: Vec<Option<ColumnBuilder>>,
    /// Rows.
    pub rows: u64,
    lines: u64,
}

/// Why reading ended before its time.
pub enum Ended {
    /// A row that cannot be read.
    Faulty(Faulty),
    /// The source, after so many whole rows.
    Cut(Cut, u64),
    /// The caller: `seen` answered with a finding.
    Refused(Box<crate::diagnostic::Diagnostic>),
}

impl Merged {
    fn add(&mut self, parsed: Parsed) -> Result<u64, Ended> {
        if let Some(mut faulty) = parsed.faulty {
            faulty.row += self.rows;
            faulty.line += self.lines + 1;
            return Err(Ended::Faulty(faulty));
        }
        for (whole, part) in self.builders.iter_mut().zip(parsed.builders) {
            match (whole, part) {
                (Some(whole), Some(part)) if whole.is_empty() => *whole = part,
                (Some(whole), Some(part)) => whole.append(part),
                _ => {}
            }
        }
        self.rows += parsed.rows;
        self.lines += parsed.lines;
        Ok(parsed.end)
    }

    /// Memory of the columns, about.
    pub fn held_bytes(&self) -> u64 {
        self.builders.iter().flatten().map(ColumnBuilder::held_bytes).sum()
    }
}

/// Told the rows and how many bytes of the file they end at, after each block.
pub type Seen<'a> = &'a mut dyn FnMut(&Merged, u64) -> Result<(), Box<crate::diagnostic::Diagnostic>>;

/// Parses all blocks. `first` is the block with the header, which ends at `first.skip`.
pub fn read<R: Read>(
    plan: &Plan,
    first: Block,
    blocks: &mut Blocks<R>,
    threads: usize,
    seen: Seen<'_>,
) -> Result<Merged, Ended> {
    let header = newlines(first.bytes.get(..first.skip).unwrap_or_default());
    let mut merged = Merged {
        builders: plan.builders(),
        rows: 0,
        lines: header,
    };
    let mut take = |merged: &mut Merged, parsed: Parsed| {
        let end = merged.add(parsed)?;
        seen(merged, end).map_err(Ended::Refused)
    };
    if threads < 2 || (blocks.ended() && first.bytes.len() <= blocks.size) {
        take(&mut merged, parse(plan, &first))?;
        while let Some(block) = blocks.next().map_err(|cut| Ended::Cut(cut, merged.rows))? {
            take(&mut merged, parse(plan, &block))?;
        }
        return Ok(merged);
    }
    std::thread::scope(|scope| {
        let (jobs, waiting) = mpsc::channel::<(usize, Block)>();
        let (done, results) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let (done, waiting) = (done.clone(), Arc::clone(&waiting));
            scope.spawn(move || {
                loop {
                    let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((index, block)) = job else { return };
                    // A panic goes to the thread that waits for the block.
                    let parsed = catch_unwind(AssertUnwindSafe(|| parse(plan, &block)));
                    if done.send((index, parsed)).is_err() {
                        return;
                    }
                }
            });
        }
        let mut first = Some(first);
        let mut early = BTreeMap::new();
        let (mut sent, mut added) = (0, 0);
        let mut end: Option<Result<(), Cut>> = None;
        loop {
            while end.is_none() && sent - added < 2 * threads + 1 {
                match first.take().map_or_else(|| blocks.next(), |block| Ok(Some(block))) {
                    Ok(Some(block)) => {
                        // Nobody waits only when a thread has panicked, which the results tell.
                        let _ = jobs.send((sent, block));
                        sent += 1;
                    }
                    Ok(None) => end = Some(Ok(())),
                    Err(cut) => end = Some(Err(cut)),
                }
            }
            if added == sent {
                break;
            }
            let Ok((index, parsed)) = results.recv() else { break };
            early.insert(index, parsed);
            while let Some(parsed) = early.remove(&added) {
                added += 1;
                match parsed {
                    Ok(parsed) => take(&mut merged, parsed)?,
                    Err(panic) => resume_unwind(panic),
                }
            }
        }
        match end {
            Some(Err(cut)) => Err(Ended::Cut(cut, merged.rows)),
            _ => Ok(()),
        }
    })?;
    Ok(merged)
}

/// Finishes the columns, on several threads where there are many rows.
pub fn finish(merged: Merged, threads: usize) -> Vec<Option<Result<Column, BuildError>>> {
    let finished = |builder: Option<ColumnBuilder>| builder.map(ColumnBuilder::finish);
    if threads < 2 || merged.rows < 1 << 16 {
        return merged.builders.into_iter().map(finished).collect();
    }
    let count = merged.builders.len();
    let waiting = Mutex::new(merged.builders.into_iter().enumerate());
    let mut columns: Vec<_> = std::thread::scope(|scope| {
        let take = || {
            let mut own = Vec::new();
            loop {
                let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((index, builder)) = job else { return own };
                own.push((index, finished(builder)));
            }
        };
        let workers: Vec<_> = (0..threads.min(count)).map(|_| scope.spawn(take)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .flat_map(|own| own.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    columns.order_by_key(|(index, _)| *index);
    columns.into_iter().map(|(_, column)| column).collect()
}

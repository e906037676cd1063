//! Files opened: found, told apart, unpacked, counted and hashed while they are read.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use bellwether::data::ReadLimits;
use bellwether::data::reading::bytes_text;
use bellwether::diagnostic::{Diagnostic, codes, nearest};
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::format::{Format, GZIP};
use crate::{finding, unreadable};

/// Entries of folders looked at for a pattern, at most.
const MOST_ENTRIES: usize = 1_000_000;

/// The files of a path: itself, or those that a pattern matches, in order of their names.
pub fn expand(path: &str, limits: &ReadLimits) -> Result<Vec<String>, Diagnostic> {
    let (file, _) = split_sheet(path);
    if !path.contains(['*', '?', '[']) || Path::new(file).exists() {
        return Ok(vec![path.to_owned()]);
    }
    let matches =
        glob::glob(path).map_err(|error| unreadable(path, format!("the pattern cannot be read: {}", error.msg)))?;
    let mut found: Vec<String> = matches
        .take(MOST_ENTRIES)
        .filter_map(Result::ok)
        .filter(|path| path.is_file())
        .map(|path| path.to_string_lossy().into_owned())
        .take(limits.files + 1)
        .collect();
    if found.len() > limits.files {
        let message = format!("more than {} files match `{path}`", limits.files);
        return Err(ReadLimits::exceeded(Some(path), message).help("join them into larger files"));
    }
    found.sort();
    if found.is_empty() {
        return Err(unreadable(path, format!("no file matches `{path}`")));
    }
    Ok(found)
}

/// Parts `book.xlsx#Sheet` into path and sheet; a file that has the sign in its name is taken whole.
pub fn split_sheet(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once('#') {
        Some((file, sheet)) if !Path::new(path).exists() && Format::of_name(file) == Some(Format::Xlsx) => {
            (file, Some(sheet))
        }
        _ => (path, None),
    }
}

/// An open file, or standard input.
pub struct Source {
    path: String,
    file: Option<File>,
    /// Bytes that were read to tell what the file is, and are still to be read.
    head: Vec<u8>,
    total: Option<u64>,
    done: Rc<Cell<u64>>,
    hash: Option<Rc<RefCell<Sha256>>>,
    limits: ReadLimits,
    /// Why reading was ended from here, where it was.
    refused: Refused,
}

type Refused = Rc<RefCell<Option<Diagnostic>>>;

impl Source {
    pub fn open(path: &str, limits: &ReadLimits) -> Result<Self, Diagnostic> {
        let mut source = Self {
            path: path.to_owned(),
            file: None,
            head: Vec::new(),
            total: None,
            done: Rc::default(),
            hash: None,
            limits: *limits,
            refused: Refused::default(),
        };
        if path != "-" {
            let metadata = std::fs::metadata(path).map_err(|error| not_found(path, &error))?;
            if metadata.is_dir() {
                let help = format!(
                    "name a file in it, or all of a kind: `{}/*.csv`",
                    path.trim_end_matches('/')
                );
                return Err(unreadable(path, format!("`{path}` is a folder")).help(help));
            }
            let (file, total) = open_file(path, &metadata)?;
            source.file = Some(file);
            source.total = total;
            if total.is_some_and(|total| total > limits.stored_bytes) {
                let message = format!("the file is larger than {}", bytes_text(limits.stored_bytes));
                return Err(
                    ReadLimits::exceeded(Some(path), message).help("part it, or ask the host for a higher limit")
                );
            }
        }
        let mut head = Vec::new();
        let read = match &mut source.file {
            Some(file) => file.take(64).read_to_end(&mut head),
            None => std::io::stdin().take(64).read_to_end(&mut head),
        };
        read.map_err(|error| unreadable(path, format!("reading failed: {error}")))?;
        source.head = head;
        Ok(source)
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub const fn total(&self) -> Option<u64> {
        self.total
    }

    /// Bytes read so far.
    pub fn counter(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.done)
    }

    /// What the source is: as declared, or as its first bytes and its name say. They must not contradict each other.
    pub fn format(&self, declared: Option<Format>) -> Result<Format, Diagnostic> {
        if self.head.is_empty() {
            return Err(finding(codes::BAD_CSV, &self.path, "the file is empty"));
        }
        let by_name = Format::of_name(&self.path);
        let said = declared.or(by_name);
        let seen = if self.head.starts_with(&GZIP) {
            None
        } else {
            Format::of_bytes(&self.head)
        };
        match (said, seen) {
            (Some(said), Some(seen)) => {
                let arrow = |format| matches!(format, Format::ArrowFile | Format::ArrowStream);
                if said == seen || (arrow(said) && arrow(seen)) {
                    Ok(seen)
                } else {
                    Err(self
                        .contradiction(said, seen.word())
                        .help(format!("say what it is: format `{}`", seen.word())))
                }
            }
            (None, Some(seen)) => Ok(seen),
            // An Arrow stream of an old writer begins with a length.
            (Some(Format::ArrowStream), None) => Ok(Format::ArrowStream),
            (Some(said), None) if said.is_text() => Ok(said),
            (Some(said), None) => {
                let packed = self.head.starts_with(&GZIP);
                Err(self.contradiction(said, if packed { "gzip" } else { "text" }))
            }
            (None, None) => Ok(match self.head.trim_ascii_start().first() {
                Some(b'{') => Format::Json,
                _ => Format::Csv,
            }),
        }
    }

    fn contradiction(&self, said: Format, seen: &str) -> Diagnostic {
        finding(
            codes::BAD_CSV,
            &self.path,
            format!("`{}` should be {} and is {seen}", self.path, said.word()),
        )
    }

    pub fn start_hash(&mut self) {
        self.hash = Some(Rc::default());
    }

    /// The SHA-256 of all bytes, in hexadecimal, once they are read; what is left is read for it.
    pub fn finish_hash(&mut self) -> Result<Option<String>, Diagnostic> {
        if self.hash.is_none() {
            return Ok(None);
        }
        let path = self.path.clone();
        std::io::copy(&mut self.raw(), &mut std::io::sink())
            .map_err(|error| unreadable(&path, format!("reading failed: {error}")))?;
        let Some(hash) = self.hash.take() else { return Ok(None) };
        let digest = hash.borrow().clone().finalize();
        Ok(Some(digest.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The bytes as they are, counted and hashed.
    pub fn raw(&mut self) -> Raw {
        let head = Cursor::new(std::mem::take(&mut self.head));
        let rest: Box<dyn Read> = match &self.file {
            Some(file) => match file.try_clone() {
                Ok(file) => Box::new(file),
                Err(error) => Box::new(Failing(Some(error))),
            },
            None => Box::new(std::io::stdin()),
        };
        Raw {
            inner: Box::new(head.chain(rest)),
            done: Rc::clone(&self.done),
            hash: self.hash.clone(),
        }
    }

    /// The bytes of a text file, unpacked where they are packed.
    pub fn text(&mut self) -> Result<Box<dyn Read>, Diagnostic> {
        let packed = self.head.starts_with(&GZIP);
        let raw = self.raw();
        if !packed {
            return Ok(Box::new(raw));
        }
        let mut unpacked = Unpacked {
            inner: MultiGzDecoder::new(std::io::BufReader::with_capacity(1 << 16, raw)),
            path: self.path.clone(),
            stored: Rc::clone(&self.done),
            unpacked: 0,
            limits: self.limits,
            refused: Rc::clone(&self.refused),
        };
        let mut head = Vec::new();
        unpacked.by_ref().take(2).read_to_end(&mut head).map_err(|error| {
            let message = format!("the file is damaged or not compressed as its name says: {error}");
            unreadable(&self.path, message)
        })?;
        if head == GZIP {
            let message = "the file is packed twice: there is gzip inside gzip";
            return Err(finding(codes::BAD_CSV, &self.path, message).help("unpack it once"));
        }
        Ok(Box::new(Cursor::new(head).chain(unpacked)))
    }

    /// Why reading was ended from here, where it was.
    pub fn refused(&self) -> Option<Diagnostic> {
        self.refused.take()
    }

    /// All bytes.
    pub fn bytes(&mut self) -> Result<Vec<u8>, Diagnostic> {
        let path = self.path.clone();
        let most = self.limits.stored_bytes;
        let mut all = Vec::new();
        self.raw()
            .take(most.saturating_add(1))
            .read_to_end(&mut all)
            .map_err(|error| unreadable(&path, format!("reading failed: {error}")))?;
        if all.len() as u64 > most {
            let message = format!("the file is larger than {}", bytes_text(most));
            return Err(ReadLimits::exceeded(Some(&path), message));
        }
        Ok(all)
    }

    /// The file for reading at any place; its hash is worked out at the end. `None`: standard input.
    pub fn file(&self) -> Option<Result<File, Diagnostic>> {
        let file = self.file.as_ref()?;
        Some(
            file.try_clone()
                .map_err(|error| unreadable(&self.path, format!("reading failed: {error}"))),
        )
    }

    /// Starts again at the front, as after reading here and there.
    pub fn rewind(&mut self) -> Result<(), Diagnostic> {
        if let Some(file) = &mut self.file {
            self.head.clear();
            file.seek(SeekFrom::Start(0))
                .map_err(|error| unreadable(&self.path, format!("reading failed: {error}")))?;
        }
        Ok(())
    }
}

/// Opens a file, and its length where it has one. A pipe or a device could keep the reader for ever, so it is refused,
/// but for a pipe that the shell opened: `<(..)`.
fn open_file(path: &str, metadata: &std::fs::Metadata) -> Result<(File, Option<u64>), Diagnostic> {
    let opened = |file: std::io::Result<File>| file.map_err(|error| not_found(path, &error));
    let by_shell = ["/dev/fd/", "/proc/self/fd/", "/dev/stdin"]
        .iter()
        .any(|front| path.starts_with(front));
    if by_shell && is_pipe(metadata) {
        return Ok((opened(File::open(path))?, None));
    }
    let file = opened(open_without_waiting(path))?;
    // What was opened, not what stood there a moment ago.
    let metadata = file.metadata().map_err(|error| not_found(path, &error))?;
    if !metadata.is_file() {
        let finding = unreadable(path, format!("`{path}` is a pipe or a device, and no file"));
        return Err(finding.help("name a file, or `-` for standard input"));
    }
    Ok((file, Some(metadata.len())))
}

#[cfg(unix)]
fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &std::fs::Metadata) -> bool {
    false
}

/// Opening a pipe waits for a writer, unless told not to; for files it makes no difference.
#[cfg(unix)]
fn open_without_waiting(path: &str) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &str) -> std::io::Result<File> {
    File::open(path)
}

/// Text while it is unpacked, counted; reading fails once it is beyond the limits.
struct Unpacked<R> {
    inner: R,
    path: String,
    stored: Rc<Cell<u64>>,
    unpacked: u64,
    limits: ReadLimits,
    refused: Refused,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.unpacked += length as u64;
        let within = self
            .limits
            .check_unpacked(self.stored.get(), self.unpacked, Some(&self.path));
        within.map(|()| length).map_err(|finding| {
            self.refused.replace(Some(finding));
            std::io::Error::other("beyond the limits of unpacking")
        })
    }
}

fn not_found(path: &str, error: &std::io::Error) -> Diagnostic {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            let finding = unreadable(path, format!("no file `{path}`"));
            let given = Path::new(path);
            let folder = given.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            let Ok(entries) = std::fs::read_dir(folder) else {
                return finding.help(format!("there is no folder `{}`", folder.display()));
            };
            let mut names: Vec<String> = entries
                .filter_map(Result::ok)
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            let wanted = given
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            let packed = format!("{wanted}.gz");
            let near = names.iter().find(|name| **name == packed).map(String::as_str);
            match near.or_else(|| nearest(&wanted, names.iter().map(String::as_str))) {
                Some(near) => finding.help(format!("did you mean `{}`?", folder.join(near).display())),
                None => finding,
            }
        }
        std::io::ErrorKind::PermissionDenied => unreadable(path, format!("`{path}` may not be read")),
        _ => unreadable(path, format!("`{path}` cannot be opened: {error}")),
    }
}

/// Bytes of a source, counted and hashed as they pass.
pub struct Raw {
    inner: Box<dyn Read>,
    done: Rc<Cell<u64>>,
    hash: Option<Rc<RefCell<Sha256>>>,
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.done.set(self.done.get() + length as u64);
        if let Some(hash) = &self.hash {
            hash.borrow_mut().update(buffer.get(..length).unwrap_or_default());
        }
        Ok(length)
    }
}

/// A file that could not be opened a second time: says so when it is read.
struct Failing(Option<std::io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        match self.0.take() {
            Some(error) => Err(error),
            None => Ok(0),
        }
    }
}

//! The parent: it starts a child for a file, waits no longer than it must, and trusts nothing that comes back.

use std::io::{Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use bellwether::data::reading::bytes_text;
use bellwether::data::{Needs, ReadLimits, Table};
use bellwether::diagnostic::Diagnostic;

use super::{ADDRESS_SPACE, Answer, COMMAND, PROCESSOR_SECONDS, Request, WALL_SECONDS, finding};
use crate::host::data::Place;

/// The longest answer: the largest table, and its text once more for each batch that repeats a dictionary.
const LONGEST_ANSWER: u64 = 1 << 30;

/// What an answer may hold: the child has kept to [`ReadLimits::UNTRUSTED`], if it is the child it should be.
const LIMITS: ReadLimits = ReadLimits {
    page_bytes: LONGEST_ANSWER,
    unpacked_ratio: u64::MAX,
    ..ReadLimits::UNTRUSTED
};

/// Reads a table in a child.
pub fn open(table: &str, place: &Place, needs: &Needs) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let path = &place.path;
    let failed = |why: &dyn std::fmt::Display| finding(path, format!("`{path}` cannot be read apart: {why}"));
    if !cfg!(unix) {
        return Err(failed(&"this system cannot limit a process"));
    }
    let mut request = tempfile::NamedTempFile::new().map_err(|error| failed(&error))?;
    serde_json::to_writer(&mut request, &Request::new(table, place, needs)).map_err(|error| failed(&error))?;
    request.flush().map_err(|error| failed(&error))?;
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut child = Command::new(program)
        .arg(COMMAND)
        .arg(request.path())
        .env_clear()
        .stdin(if path == "-" { Stdio::inherit() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(&error))?;
    let Some(out) = child.stdout.take() else {
        return Err(failed(&"it has no output"));
    };
    let (sender, received) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut answer = Vec::new();
        let read = out.take(LONGEST_ANSWER + 1).read_to_end(&mut answer);
        // Nobody listens any more once the time is over.
        let _ = sender.send(read.map(|_| answer));
    });
    let answer = received.recv_timeout(Duration::from_secs(WALL_SECONDS));
    // It has closed its output, or is late, or says more than it may.
    let late = answer.is_err();
    let too_long = matches!(&answer, Ok(Ok(answer)) if answer.len() as u64 > LONGEST_ANSWER);
    if late || too_long {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| failed(&error))?;
    let _ = reader.join();
    if late {
        let message = format!("reading `{path}` took longer than {WALL_SECONDS} s, and was ended");
        return Err(finding(path, message).help(HELP));
    }
    if too_long {
        let message = format!("the table of `{path}` is larger than {}", bytes_text(LONGEST_ANSWER));
        return Err(finding(path, message).help(HELP));
    }
    let answer = answer
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))?;
    if !status.success() {
        return Err(ended(path, status));
    }
    read(path, &answer)
}

const HELP: &str = "look at the file; without --untrusted it is read without these limits";

/// What the end of the child says about the file.
fn ended(path: &str, status: ExitStatus) -> Diagnostic {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let message = match signal {
        // SIGXCPU, and SIGKILL where the hard limit ends it.
        Some(9 | 24) => {
            format!("reading `{path}` took more than {PROCESSOR_SECONDS} s of processor time, and was ended")
        }
        // SIGABRT: no memory.
        Some(6) => format!(
            "reading `{path}` needs more than {} of memory, and was ended",
            bytes_text(ADDRESS_SPACE)
        ),
        Some(signal) => format!("reading `{path}` ended with signal {signal}"),
        None => format!("reading `{path}` ended without an answer ({status})"),
    };
    finding(path, message).help(HELP)
}

/// Reads an answer.
fn read(path: &str, answer: &[u8]) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let wrong = || finding(path, format!("reading `{path}` gave an answer that makes no sense"));
    let end = answer.iter().position(|&byte| byte == b'\n').ok_or_else(wrong)?;
    let (head, stream) = answer.split_at_checked(end).ok_or_else(wrong)?;
    match serde_json::from_slice(head).map_err(|_| wrong())? {
        Answer::Finding(finding) => Err(*finding),
        Answer::Table {
            rows,
            columns,
            unread,
            origin,
            sha256,
            notes,
        } => {
            LIMITS.check_rows(rows as u64, Some(path))?;
            let mut table = Table::default();
            if columns > 0 {
                let stream = stream.get(1..).unwrap_or_default();
                table = bellwether_files::read_stream_from(stream, path, &Needs::all(), &LIMITS, &mut || true)?;
                if table.rows != rows || table.columns.len() != columns {
                    return Err(wrong());
                }
            }
            table.rows = rows;
            table.unread = unread;
            table.origin = origin;
            table.sha256 = sha256;
            Ok((table, notes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_lies_is_a_finding() {
        let said = |head: &str, stream: &[u8]| {
            let answer = [head.as_bytes(), b"\n", stream].concat();
            read("a.csv", &answer).unwrap_err().message
        };
        for (head, stream) in [
            ("", &b""[..]),
            ("{}", b""),
            (
                "{\"Table\":{\"rows\":3,\"columns\":1,\"unread\":[],\"origin\":null,\"sha256\":null,\"notes\":[]}}",
                b"rubbish",
            ),
            (
                "{\"Table\":{\"rows\":99999999999,\"columns\":0,\"unread\":[],\"origin\":null,\"sha256\":null,\"notes\":[]}}",
                b"",
            ),
        ] {
            assert!(!said(head, stream).is_empty());
        }
        assert!(read("a.csv", b"no line").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_ended_the_child_is_told() {
        let by = |signal: i32| {
            let status = <ExitStatus as std::os::unix::process::ExitStatusExt>::from_raw(signal);
            ended("a.csv", status).message
        };
        assert!(by(24).contains("60 s of processor time"));
        assert!(by(6).contains("2 GiB of memory"));
        assert!(by(11).contains("signal 11"));
        assert!(by(3 << 8).contains("without an answer"));
    }
}

//! Writing: to standard output, or to a file that appears whole or not at all.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use bellwether_report::{Document, to_text};

use crate::args::DiagnosticFormat;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Writes a file through a temporary one in the same folder, then renames it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_whole_with(path, |file| file.write_all(bytes).map_err(|error| error.to_string()))
}

/// As [`write_whole`], for what is written piece by piece. Where the writer fails nothing appears.
pub fn write_whole_with(path: &Path, write: impl FnOnce(&mut File) -> Result<(), String>) -> Result<(), Failure> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let explain = |error: String| Failure::input(format!("cannot write {}: {error}", path.display()));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bellwether-");
    #[cfg(unix)]
    builder.permissions(permissions());
    let mut file = builder.tempfile_in(folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => explain(format!("there is no folder {}", folder.display())),
        _ => explain(error.to_string()),
    })?;
    write(file.as_file_mut()).map_err(explain)?;
    file.as_file().sync_all().map_err(|error| explain(error.to_string()))?;
    file.persist(path).map_err(|error| explain(error.error.to_string()))?;
    Ok(())
}

/// A report is no secret: what the process's mask leaves of `rw-rw-rw-`, as for any file that a program writes.
#[cfg(unix)]
fn permissions() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(0o666)
}

/// Prints to standard output; a reader that has gone away is not an error.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::input(format!("cannot print: {error}"))),
    }
}

/// Writes a text to a file, whole or not at all, or prints it.
pub fn write_or_print(path: Option<&Path>, text: &str) -> Result<(), Failure> {
    match path {
        Some(path) => write_whole(path, text.as_bytes()),
        None => print(text),
    }
}

/// A value as JSON for people and programs, with a final line break.
pub fn json<T: serde::Serialize>(value: &T) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| Failure::input(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

/// Prints the answer to a question, as text or JSON.
pub fn answer<T: serde::Serialize>(
    answer: &T,
    format: DiagnosticFormat,
    terminal: Terminal,
    compose: impl Fn(&T) -> Document,
) -> Result<(), Failure> {
    match format {
        DiagnosticFormat::Json => print(&json(answer)?),
        DiagnosticFormat::Text => print(&to_text(&compose(answer), &terminal.text_options(false))),
    }
}

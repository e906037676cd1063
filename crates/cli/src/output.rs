//! Writing: to standard output, or to a file that appears whole or not at all.

use std::io::Write as _;
use std::path::Path;

use crate::failure::Failure;

/// Writes a file through a temporary one in the same folder, then renames it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let explain = |error: std::io::Error| Failure::input(format!("cannot write {}: {error}", path.display()));
    let mut file = tempfile::Builder::new()
        .prefix(".bellwether-")
        .tempfile_in(folder)
        .map_err(explain)?;
    file.write_all(bytes).map_err(explain)?;
    file.as_file().sync_all().map_err(explain)?;
    file.persist(path).map_err(|error| explain(error.error))?;
    Ok(())
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

//! Writing into the folder of the reports: a file is complete or absent.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What the folder keeps for itself.
const OWN: &str = ".bellwether";

/// The folder of the reports, held by one run at a time.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// Held as long as the run lasts; the system lets go of it whatever happens to the process.
    _lock: File,
}

impl Folder {
    /// Makes the folder and holds it.
    ///
    /// # Errors
    /// Where it cannot be made, or another run holds it.
    pub fn hold(root: &Path) -> Result<Self, String> {
        let own = root.join(OWN);
        let explain = |error: std::io::Error| format!("cannot write to {}: {error}", root.display());
        fs::create_dir_all(&own).map_err(explain)?;
        let lock = File::create(own.join("lock")).map_err(explain)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(format!("another run writes to {} now", root.display()));
            }
            Err(fs::TryLockError::Error(error)) => return Err(explain(error)),
        }
        // What a run that was killed left half written.
        let partial = own.join("partial");
        match fs::remove_dir_all(&partial) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(explain(error)),
            _ => {}
        }
        fs::create_dir_all(&partial).map_err(explain)?;
        Ok(Self {
            root: root.to_owned(),
            _lock: lock,
        })
    }

    /// The place of a file of the folder's own.
    pub fn own(&self, name: &str) -> PathBuf {
        self.root.join(OWN).join(name)
    }

    /// The place of a report's file.
    pub fn path(&self, file: &str) -> PathBuf {
        file.split('/').fold(self.root.clone(), |path, name| path.join(name))
    }

    /// Writes a file through another beside the reports, then renames it.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.path(file);
        let explain = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(explain)?;
        }
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(permissions());
        let mut partial = builder.tempfile_in(self.own("partial")).map_err(explain)?;
        partial.write_all(bytes).map_err(explain)?;
        partial.persist(&path).map_err(|error| explain(error.error))?;
        Ok(())
    }

    /// Lets go of what was only for this run.
    pub fn tidy(&self) {
        // What cannot be removed is removed by the next run.
        let _ = fs::remove_dir_all(self.own("partial"));
    }
}

/// A report is no secret: what the process's mask leaves of `rw-rw-rw-`, as for any file that a program writes.
#[cfg(unix)]
fn permissions() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o666)
}

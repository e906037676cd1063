//! Files made in memory, then written or compared with what is committed.

use std::fs;
use std::path::Path;

/// A file to be: its path from the top of the repository, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// Writes every file, creating folders as needed, and says what was written.
pub fn write(root: &Path, files: &[File]) -> Result<String, String> {
    for file in files {
        let path = root.join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|why| format!("cannot create {}: {why}", folder.display()))?;
        }
        fs::write(&path, &file.text).map_err(|why| format!("cannot write {}: {why}", path.display()))?;
    }
    Ok(summary("wrote", files))
}

/// Compares every file with the committed one; names all that differ.
pub fn check(root: &Path, files: &[File]) -> Result<String, String> {
    let stale: Vec<&str> = files
        .iter()
        .filter(|file| fs::read_to_string(root.join(&file.path)).ok().as_deref() != Some(file.text.as_str()))
        .map(|file| file.path.as_str())
        .collect();
    if stale.is_empty() {
        Ok(summary("checked", files))
    } else {
        Err(format!(
            "not what the generator writes: {}; run it without --check and commit",
            stale.join(", ")
        ))
    }
}

fn summary(verb: &str, files: &[File]) -> String {
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    format!("{verb} {} files, {} kB", files.len(), bytes.div_ceil(1000))
}

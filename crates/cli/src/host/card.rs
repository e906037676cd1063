//! Reading a card and the modules it imports.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::terminal::Texts;

/// A card with its modules, as text.
#[derive(Debug, Clone)]
pub struct CardText {
    /// The card's name as the user gave it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Modules: import name, text.
    pub modules: Vec<(String, String)>,
    /// Where each module was found, for people.
    pub module_files: Vec<String>,
    /// The folder that default files and modules are relative to.
    pub folder: PathBuf,
}

impl CardText {
    /// Names and texts in the order of spans: the card, then its modules.
    pub fn texts(&self) -> Texts {
        std::iter::once((self.name.clone(), self.text.clone()))
            .chain(
                self.module_files
                    .iter()
                    .cloned()
                    .zip(self.modules.iter().map(|(_, text)| text.clone())),
            )
            .collect()
    }
}

/// The longest text that is read; a card is far shorter.
const LONGEST: u64 = 8 << 20;

/// Reads a card, and every module it imports from its own folder or from `module_folders`, to any depth. Modules of an
/// untrusted card must not lie behind a link.
pub fn read(path: &Path, module_folders: &[PathBuf], untrusted: bool) -> Result<CardText, Failure> {
    let name = path.display().to_string();
    let text = read_one(path)?;
    let folder = path
        .parent()
        .filter(|_| name != "-")
        .map(Path::to_path_buf)
        .unwrap_or_default();
    let mut modules: Vec<(String, String, String)> = Vec::new();
    let mut wanted: Vec<String> = imports(&text);
    let mut seen = BTreeSet::new();
    while let Some(import) = wanted.pop() {
        if !seen.insert(import.clone()) {
            continue;
        }
        let candidates = std::iter::once(&folder).chain(module_folders);
        let found = candidates
            .map(|folder| folder.join(format!("{import}.rhai")))
            .find(|file| file.is_file());
        // A module that is not there is left to the engine, which points at the import and names those that are.
        if let Some(file) = found {
            if untrusted && file.starts_with(&folder) {
                let inside = crate::untrusted::stay_inside(&folder, &format!("{import}.rhai"));
                inside.map_err(|finding| Failure::Findings {
                    diagnostics: vec![finding],
                    texts: Vec::new(),
                })?;
            }
            let text = read_text(&file)?;
            wanted.extend(imports(&text));
            modules.push((import, text, file.display().to_string()));
        }
    }
    modules.sort();
    Ok(CardText {
        name,
        text,
        module_files: modules.iter().map(|(_, _, file)| file.clone()).collect(),
        modules: modules.into_iter().map(|(import, text, _)| (import, text)).collect(),
        folder,
    })
}

/// The text of one card; `-` is standard input.
pub fn read_one(path: &Path) -> Result<String, Failure> {
    if path != Path::new("-") {
        return read_text(path);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|error| Failure::input(format!("cannot read the card from standard input: {error}")))?;
    Ok(text)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::input(format!("there is no file {}", path.display())),
            _ => Failure::input(format!("cannot read {}: {error}", path.display())),
        })?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::input(format!("{} is too long for a card", path.display())));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(bytes);
    String::from_utf8(bytes).map_err(|error| Failure::input(format!("{} is not UTF-8 text ({error})", path.display())))
}

/// Names in `import "name"`, outside comments and strings as far as a look at lines can tell; a name too many is
/// looked for and not found, which does no harm.
fn imports(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix("import"))
        .filter_map(|rest| {
            rest.trim_start()
                .strip_prefix('"')?
                .split_once('"')
                .map(|(name, _)| name.to_owned())
        })
        .filter(|name| !name.contains("..") && !Path::new(name).is_absolute())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_beside_the_card_and_inside_each_other() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("company")).unwrap();
        std::fs::write(
            folder.path().join("company/cx.rhai"),
            "import \"company/base\" as base;\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("company/base.rhai"), "export const GOAL = 75;\n").unwrap();
        std::fs::write(
            folder.path().join("card.rhai"),
            "import \"company/cx\" as cx;\nimport \"gone\" as g;\n",
        )
        .unwrap();
        let card = read(&folder.path().join("card.rhai"), &[], false).unwrap();
        let names: Vec<&str> = card.modules.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["company/base", "company/cx"]);
    }

    #[test]
    fn a_card_that_is_not_there_is_said_so() {
        let failure = read(Path::new("no/such/card.rhai"), &[], false).unwrap_err();
        assert!(matches!(failure, Failure::Input(message) if message == "there is no file no/such/card.rhai"));
    }

    #[test]
    fn imports_do_not_leave_the_folders() {
        assert_eq!(
            imports("import \"../secret\" as s;\nimport \"/etc/passwd\" as p;\n import \"a\" as a;"),
            ["a"]
        );
    }
}

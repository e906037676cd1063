//! The cards of `tests/cards`: text, modules, data and typos of each, as files anyone can add to.
//!
//! A folder holds `card.rhai`, and beside it
//! - `data.toml`: where its tables lie, the as-of day, and values of other cards;
//! - `typos.toml`: what an analyst mistypes, and the words that the message must hold;
//! - further folders: the modules that the host hands in, named by their paths below the card's folder.
//!
//! Further cards of a folder (`business.rhai`) have their data beside them (`business.toml`).

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A card with all that it needs to run.
#[derive(Debug, Clone)]
pub struct CardCase {
    /// `01-airport`, `12-company/business`.
    pub name: String,
    /// Where the card lies.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Names and texts of the modules it may import.
    pub modules: Vec<(String, String)>,
    /// Its data.
    pub data: CardData,
    /// What may be mistyped in it.
    pub typos: Vec<Typo>,
}

/// `data.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardData {
    /// Name of the environment variable whose folder holds the tables; absent: they lie beside the card.
    pub needs: Option<String>,
    /// The as-of day, `yyyy-MM-dd`; absent: the latest day in the data.
    pub as_of: Option<String>,
    /// Tables by name.
    #[serde(default)]
    pub tables: BTreeMap<String, TableFile>,
    /// Values of other cards: card, name, value.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, f64>>,
}

/// A table's file and how to read it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
    /// Path, relative to the folder of the data.
    pub path: PathBuf,
    /// `latin1`; absent: UTF-8.
    pub encoding: Option<String>,
}

/// What is mistyped, and what the message must say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typo {
    /// The slip, in words.
    pub about: String,
    /// Text of the card, which must occur in it.
    pub replace: String,
    /// What is typed in its place.
    pub with: String,
    /// Words that one message and its help must hold together, whatever their case.
    pub expect: Vec<String>,
    /// Text of the line that the message must point at.
    pub on: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typos {
    typo: Vec<Typo>,
}

/// The top of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Every card of `tests/cards`, in order of name.
///
/// # Panics
///
/// When a file cannot be read: a test wants to know.
#[must_use]
pub fn all() -> Vec<CardCase> {
    let mut folders: Vec<PathBuf> = entries(&root().join("tests/cards"));
    folders.retain(|path| path.is_dir());
    folders.iter().flat_map(|folder| cards_of(folder)).collect()
}

/// The cards that a reader meets first: the examples and the templates of `bellwether new`.
///
/// # Panics
///
/// When a file cannot be read.
#[must_use]
pub fn shown() -> Vec<(String, PathBuf, String)> {
    let examples = entries(&root().join("examples"));
    let cards = examples.iter().map(|folder| folder.join("scorecard.rhai"));
    let templates = entries(&root().join("crates/cli/templates"));
    cards
        .chain(templates)
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == "rhai"))
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            let text = read(&path);
            (name, path, text)
        })
        .collect()
}

fn cards_of(folder: &Path) -> Vec<CardCase> {
    let modules: Vec<(String, String)> = entries(folder)
        .iter()
        .filter(|path| path.is_dir())
        .flat_map(|path| {
            modules_below(path)
                .into_iter()
                .map(|(name, text)| (format!("{}/{name}", name_of(path)), text))
        })
        .collect();
    entries(folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rhai"))
        .map(|path| {
            let main = path.file_stem().is_some_and(|stem| stem == "card");
            let group = name_of(folder);
            let facts = if main {
                folder.join("data.toml")
            } else {
                path.with_extension("toml")
            };
            let typos = folder.join("typos.toml");
            CardCase {
                name: if main {
                    group
                } else {
                    format!("{group}/{}", name_of(&path.with_extension("")))
                },
                text: read(&path),
                modules: modules.clone(),
                data: from_toml(&facts),
                typos: if main && typos.exists() {
                    from_toml::<Typos>(&typos).typo
                } else {
                    Vec::new()
                },
                path,
            }
        })
        .collect()
}

/// Modules by their path below the folder, without the ending: `cx`, `europe/cx`.
fn modules_below(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in entries(folder) {
        let name = name_of(&path.with_extension(""));
        if path.is_dir() {
            let below = modules_below(&path);
            found.extend(below.into_iter().map(|(inner, text)| (format!("{name}/{inner}"), text)));
        } else {
            found.push((name, read(&path)));
        }
    }
    found
}

impl CardCase {
    /// The folder of its tables, or `None` when the environment variable that names it is not set. Says so loudly.
    #[must_use]
    pub fn data_folder(&self) -> Option<PathBuf> {
        let Some(variable) = &self.data.needs else {
            return self.path.parent().map(Path::to_path_buf);
        };
        let folder = std::env::var_os(variable).map(PathBuf::from);
        if folder.is_none() {
            // Written past `eprintln!`, whose output a passing test keeps to itself.
            let said = format!(
                "SKIPPED: {} reads real data from the folder that {variable} names, and it names none\n",
                self.name
            );
            std::io::stderr()
                .write_all(said.as_bytes())
                .expect("standard error takes a line");
        }
        folder
    }

    /// The card with a typo made.
    ///
    /// # Panics
    ///
    /// When the text to replace is not in the card.
    #[must_use]
    pub fn mistyped(&self, typo: &Typo) -> String {
        assert!(
            self.text.contains(&typo.replace),
            "{}: `{}` is not in the card",
            self.name,
            typo.replace
        );
        self.text.replacen(&typo.replace, &typo.with, 1)
    }
}

impl Typo {
    /// Whether a message holds all the words.
    #[must_use]
    pub fn is_told_by(&self, message: &str) -> bool {
        let message = message.to_lowercase();
        self.expect.iter().all(|word| message.contains(&word.to_lowercase()))
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut paths: Vec<PathBuf> = listed.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn from_toml<T: for<'de> Deserialize<'de>>(path: &Path) -> T {
    toml::from_str(&read(path)).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

//! Reading the files behind a card's tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bellwether::data::{Encoding, Needs, ReadLimits, Table};
use bellwether::definition::{Scorecard, TableSource};
use bellwether::diagnostic::{Diagnostic, codes, nearest};
use bellwether_files::{FileOptions, Format};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use crate::terminal::Terminal;

/// Files smaller than this are read without a bar.
const BAR_FROM_BYTES: u64 = 16 << 20;

/// Where the rows of a table lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path, glob, `book.xlsx#Sheet` or `-`.
    pub path: String,
    /// `delimiter=;`, `encoding=latin1`, `format=csv`.
    pub options: Vec<(String, String)>,
}

/// Reads `NAME=PATH?option=value&..` pairs of `--data`.
pub fn places(pairs: &[String]) -> Result<BTreeMap<String, Place>, Failure> {
    let mut places = BTreeMap::new();
    for pair in pairs {
        let (name, place) = pair
            .split_once('=')
            .filter(|(name, _)| !name.is_empty() && !name.contains(['/', '?']))
            .ok_or_else(|| {
                // Whoever forgets the name may have typed a password.
                let shown = bellwether_database::masked(pair);
                Failure::usage(format!("--data takes NAME=PATH; `{shown}` names no table"))
            })?;
        if places.insert(name.to_owned(), self::place(place)).is_some() {
            return Err(Failure::usage(format!("--data names the table `{name}` twice")));
        }
    }
    Ok(places)
}

/// Splits read options off a path. A question mark that no known option follows is part of the path (a glob).
pub fn place(text: &str) -> Place {
    if bellwether_database::is_address(text) {
        return Place {
            path: text.to_owned(),
            options: Vec::new(),
        };
    }
    if let Some((path, query)) = text.rsplit_once('?') {
        let options: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let known = |key: &str| matches!(key, "delimiter" | "encoding" | "format");
        if !options.is_empty() && options.len() == query.split('&').count() && options.iter().all(|(key, _)| known(key))
        {
            return Place {
                path: path.to_owned(),
                options,
            };
        }
    }
    Place {
        path: text.to_owned(),
        options: Vec::new(),
    }
}

/// The places of all tables that the host must hand in: `--data` first, else the card's own file beside the card.
///
/// # Errors
/// Usage when `--data` names a table that the card does not have; findings when a table has no place.
pub fn resolve(
    card: &Scorecard,
    given: &BTreeMap<String, Place>,
    folder: &Path,
) -> Result<BTreeMap<String, Place>, (Vec<Diagnostic>, Option<Failure>)> {
    let hosted: Vec<_> = card
        .tables
        .iter()
        .filter(|table| table.source == TableSource::Host)
        .collect();
    let names: Vec<&str> = hosted.iter().map(|table| table.name.value.as_str()).collect();
    if let Some(stranger) = given.keys().find(|name| !names.contains(&name.as_str())) {
        let hint = nearest(stranger, names.iter().copied()).map_or_else(
            || format!("it has {}", names.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        let failure = Failure::usage(format!(
            "--data names `{stranger}`, and the card has no such table; {hint}"
        ));
        return Err((Vec::new(), Some(failure)));
    }
    let mut places = BTreeMap::new();
    let mut missing = Vec::new();
    for table in hosted {
        let name = &table.name.value;
        match (given.get(name), &table.file) {
            (Some(place), _) => {
                places.insert(name.clone(), place.clone());
            }
            // A card does not choose what is connected to.
            (None, Some(file)) if bellwether_database::is_address(&file.value) => missing.push(
                Diagnostic::error(
                    codes::DATABASE,
                    format!("the table `{name}` names a database as its file"),
                )
                .at(file.span)
                .help(format!("name it on the command line: --data {name}=..")),
            ),
            (None, Some(file)) => {
                let place = place(&file.value);
                places.insert(
                    name.clone(),
                    Place {
                        path: beside(folder, &place.path),
                        options: place.options,
                    },
                );
            }
            (None, None) => missing.push(
                Diagnostic::error(codes::NO_SUCH_TABLE_DATA, format!("no data for the table `{name}`"))
                    .at(table.name.span)
                    .help(where_from(name, folder)),
            ),
        }
    }
    if missing.is_empty() {
        Ok(places)
    } else {
        Err((missing, None))
    }
}

/// Where a table's data may come from: a file of its name that lies beside the card, where there is one.
fn where_from(name: &str, folder: &Path) -> String {
    let endings = ["csv", "parquet", "csv.gz", "tsv", "arrow", "jsonl", "xlsx"];
    let beside_card = endings
        .iter()
        .map(|ending| format!("{name}.{ending}"))
        .find(|file| folder.join(file).is_file());
    match beside_card {
        Some(file) => {
            let path = beside(folder, &file);
            format!("{path} is there: pass --data {name}={path}, or name it in the card: .file(\"{file}\")")
        }
        None => format!("pass --data {name}=PATH, or let the card name a default: .file(\"{name}.csv\")"),
    }
}

fn beside(folder: &Path, path: &str) -> String {
    if path == "-" || Path::new(path).is_absolute() {
        return path.to_owned();
    }
    let joined: PathBuf = folder.join(path);
    joined.display().to_string()
}

/// Reads one table, with a progress bar for a long one.
pub fn open(
    name: &str,
    place: &Place,
    needs: &Needs,
    threads: usize,
    terminal: Terminal,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    if bellwether_database::is_address(&place.path) {
        return ask(name, place, needs, terminal).map(|table| (table, Vec::new()));
    }
    let options = file_options(name, place, threads)?;
    let mut bar: Option<ProgressBar> = None;
    let outcome = bellwether_files::open(&place.path, &options, needs, &mut |done, total| {
        if terminal.progress && total.is_none_or(|total| total >= BAR_FROM_BYTES) {
            bar.get_or_insert_with(|| new_bar(name, total)).set_position(done);
        }
        true
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    outcome
}

/// Reads one table from a database, with a line that counts the rows of a long one.
fn ask(name: &str, place: &Place, needs: &Needs, terminal: Terminal) -> Result<Table, Diagnostic> {
    let environment = |variable: &str| std::env::var(variable).ok();
    let options = bellwether_database::Options {
        limits: ReadLimits::TRUSTED,
        environment: &environment,
    };
    let mut line: Option<ProgressBar> = None;
    let outcome = bellwether_database::open(name, &place.path, needs, &options, &mut |rows| {
        if terminal.progress {
            let line = line.get_or_insert_with(|| {
                let line = ProgressBar::new_spinner();
                if let Ok(style) = ProgressStyle::with_template("reading {msg} {spinner} {human_pos} rows") {
                    line.set_style(style);
                }
                line.with_message(name.to_owned())
            });
            line.set_position(rows);
        }
        true
    });
    if let Some(line) = line {
        line.finish_and_clear();
    }
    outcome
}

/// How to read a place.
///
/// # Errors
/// BW301 for an option that is not known.
pub fn file_options(name: &str, place: &Place, threads: usize) -> Result<FileOptions, Diagnostic> {
    let mut options = FileOptions {
        hash: true,
        threads,
        ..FileOptions::default()
    };
    for (key, value) in &place.options {
        read_option(&mut options, key, value)
            .map_err(|message| Diagnostic::error(codes::UNREADABLE_FILE, format!("data of `{name}`: {message}")))?;
    }
    Ok(options)
}

/// Reads a whole file, every column, for `bellwether new --from`.
pub fn open_whole(path: &Path, terminal: Terminal) -> Result<Table, Failure> {
    let place = place(&path.display().to_string());
    open("new", &place, &Needs::all(), 0, terminal)
        .map(|(table, _)| table)
        .map_err(|diagnostic| Failure::Findings {
            diagnostics: vec![diagnostic],
            texts: Vec::new(),
        })
}

fn read_option(options: &mut FileOptions, key: &str, value: &str) -> Result<(), String> {
    match key {
        "delimiter" => {
            options.delimiter = Some(match (value, value.as_bytes()) {
                ("tab" | "\\t", _) => b'\t',
                (_, [byte]) => *byte,
                _ => return Err(format!("a delimiter is one character or `tab`, not `{value}`")),
            });
        }
        "encoding" => {
            options.encoding = match value.to_ascii_lowercase().as_str() {
                "utf8" | "utf-8" => Encoding::Utf8,
                "latin1" | "latin-1" | "iso-8859-1" => Encoding::Latin1,
                _ => return Err(format!("no encoding `{value}`; it is utf8 or latin1")),
            };
        }
        _ => {
            let format = Format::named(value)
                .ok_or_else(|| format!("no format `{value}`; it is csv, tsv, json, parquet, arrow or xlsx"))?;
            options.format = Some(format);
        }
    }
    Ok(())
}

fn new_bar(name: &str, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "reading {msg} {bar:32} {bytes} of {total_bytes}, {eta} to go",
        ),
        None => (ProgressBar::new_spinner(), "reading {msg} {spinner} {bytes}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(name.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_follow_a_question_mark_and_globs_keep_theirs() {
        assert_eq!(
            place("survey.csv?delimiter=;&encoding=latin1"),
            Place {
                path: "survey.csv".to_owned(),
                options: vec![
                    ("delimiter".to_owned(), ";".to_owned()),
                    ("encoding".to_owned(), "latin1".to_owned())
                ]
            }
        );
        assert_eq!(
            place("wave-?.csv"),
            Place {
                path: "wave-?.csv".to_owned(),
                options: Vec::new()
            }
        );
    }

    #[test]
    fn a_pair_without_a_table_is_refused() {
        assert!(places(&["survey.csv".to_owned()]).is_err());
        assert!(places(&["a=x.csv".to_owned(), "a=y.csv".to_owned()]).is_err());
        assert!(places(&["a=x.csv".to_owned()]).unwrap().contains_key("a"));
    }

    #[test]
    fn unknown_encodings_and_formats_are_named() {
        let mut options = FileOptions::default();
        assert!(
            read_option(&mut options, "encoding", "ebcdic")
                .unwrap_err()
                .contains("ebcdic")
        );
        assert!(
            read_option(&mut options, "format", "doc")
                .unwrap_err()
                .contains("parquet")
        );
        read_option(&mut options, "delimiter", "tab").unwrap();
        assert_eq!(options.delimiter, Some(b'\t'));
    }
}

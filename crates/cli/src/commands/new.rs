//! `bellwether new`: a card from a template, or from the columns of files.

use std::path::Path;

use crate::args::{NewArgs, Template};
use crate::failure::Failure;
use crate::host::data;
use crate::output;
use crate::terminal::Terminal;
use bellwether::starter::{self, Source};

const MINIMAL: &str = include_str!("../../templates/minimal.rhai");
const FULL: &str = include_str!("../../templates/full.rhai");

/// Writes a first card.
pub fn new(args: &NewArgs, terminal: Terminal) -> Result<(), Failure> {
    let text = if args.from.is_empty() {
        match args.template {
            Template::Minimal => MINIMAL.to_owned(),
            Template::Full => FULL.to_owned(),
        }
    } else {
        from_files(args, terminal)?
    };
    if args.card.as_os_str() == "-" {
        return output::print(&text);
    }
    if args.card.exists() && !args.force {
        return Err(Failure::usage(format!(
            "{} is there already; --force overwrites it",
            args.card.display()
        )));
    }
    output::write_whole(&args.card, text.as_bytes())?;
    output::print(&format!("wrote {0}; next: bellwether check {0}\n", args.card.display()))
}

fn from_files(args: &NewArgs, terminal: Terminal) -> Result<String, Failure> {
    let mut sources = Vec::new();
    for path in &args.from {
        let table = data::open_whole(path, terminal)?;
        let stem = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let name = stem.split('.').next().unwrap_or("table").to_owned();
        sources.push(Source {
            name,
            file: relative(path, &args.card),
            table,
        });
    }
    let title = args
        .card
        .file_stem()
        .map_or_else(|| "A first look".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let title = if title == "-" { "A first look".to_owned() } else { title };
    Ok(starter::card(&title, &sources))
}

/// The file as the card should name it: relative to the card's folder where it lies below it.
fn relative(file: &Path, card: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).ok();
    let folder = whole(card).and_then(|card| card.parent().map(Path::to_path_buf));
    let inside = folder
        .zip(whole(file))
        .and_then(|(folder, file)| file.strip_prefix(folder).map(Path::to_path_buf).ok());
    inside
        .or_else(|| whole(file))
        .unwrap_or_else(|| file.to_path_buf())
        .display()
        .to_string()
}

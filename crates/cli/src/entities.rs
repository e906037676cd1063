//! `--entities`: the scores of single rows as CSV, Parquet or Arrow IPC, by the ending of the file.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use bellwether::data::to_record_batch;
use bellwether::report::{EntityScores, Provenance, Report, ScoreResult};
use bellwether_report::{file_metadata, write_parquet};

use crate::failure::Failure;
use crate::output;

/// What an ending stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Parquet,
    Arrow,
}

impl Form {
    fn of(path: &Path) -> Result<Self, Failure> {
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("parquet" | "pq") => Ok(Self::Parquet),
            Some("arrow" | "ipc" | "feather") => Ok(Self::Arrow),
            _ => Err(Failure::usage(format!(
                "--entities writes .csv, .parquet and .arrow; the ending of {} says none of them",
                path.display()
            ))),
        }
    }
}

/// Looks at the targets of `--entities` before anything is read: a wrong ending should not cost an evaluation.
pub fn check(targets: &[String]) -> Result<(), Failure> {
    targets
        .iter()
        .try_for_each(|target| Form::of(Path::new(split(target).1)).map(drop))
}

/// `SCORE=FILE` or `FILE`.
fn split(target: &str) -> (Option<&str>, &str) {
    target
        .split_once('=')
        .map_or((None, target), |(name, path)| (Some(name.trim()), path.trim()))
}

/// Writes the scores of rows that a target names.
pub fn write(report: &Report, target: &str) -> Result<(), Failure> {
    let (name, path) = split(target);
    let path = Path::new(path);
    let entities = chosen(&report.results.scores, name)?;
    match Form::of(path)? {
        Form::Csv => {
            let text = bellwether_report::entities_to_csv(entities).map_err(Failure::input)?;
            output::write_whole(path, text.as_bytes())
        }
        form => {
            let batch = batch(entities, &report.provenance).map_err(Failure::input)?;
            output::write_whole_with(path, |file| match form {
                Form::Parquet => write_parquet(&batch, file),
                _ => as_arrow(&batch, file),
            })
        }
    }
}

fn chosen<'a>(scores: &'a [ScoreResult], name: Option<&str>) -> Result<&'a EntityScores, Failure> {
    let scored: Vec<(&str, &EntityScores)> = scores
        .iter()
        .filter_map(|score| Some((score.name.as_str(), score.entities.as_ref()?)))
        .collect();
    let names = || scored.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    match (name, scored.as_slice()) {
        (_, []) => Err(Failure::usage(
            "--entities: no score of the card scores rows with .each(..)",
        )),
        (Some(name), _) => scored
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, entities)| *entities)
            .ok_or_else(|| {
                Failure::usage(format!(
                    "--entities: no score `{name}` scores rows with .each(..); these do: {}",
                    names()
                ))
            }),
        (None, [(_, entities)]) => Ok(entities),
        (None, _) => Err(Failure::usage(format!(
            "--entities: several scores score rows; say SCORE=FILE with one of {}",
            names()
        ))),
    }
}

/// The rows as one batch that says where its numbers come from.
fn batch(entities: &EntityScores, provenance: &Provenance) -> Result<RecordBatch, String> {
    let batch = to_record_batch(&entities.frame).map_err(|error| error.to_string())?;
    let mut metadata = file_metadata(provenance);
    metadata.insert("bellwether.table".to_owned(), entities.table.clone());
    let schema = batch.schema().as_ref().clone().with_metadata(metadata);
    batch.with_schema(Arc::new(schema)).map_err(|error| error.to_string())
}

fn as_arrow(batch: &RecordBatch, file: &mut File) -> Result<(), String> {
    let options = IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::ZSTD))
        .map_err(|error| error.to_string())?;
    let mut writer =
        FileWriter::try_new_with_options(&mut *file, &batch.schema(), options).map_err(|error| error.to_string())?;
    writer.write(batch).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    drop(writer);
    file.flush().map_err(|error| error.to_string())
}

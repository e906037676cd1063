//! Tables read from their places, each place once for all cards that read it alike.

use std::collections::BTreeMap;

use bellwether::data::{Needs, Table};
use bellwether::diagnostic::Diagnostic;
use bellwether::report::TableProvenance;

use crate::host::{Event, Host};
use crate::needs;
use crate::plan::Unit;

/// A place with what is read of it.
#[derive(Debug, Default)]
pub struct Reading {
    place: String,
    needs: Needs,
    made: Option<Result<(Table, Vec<Diagnostic>), Diagnostic>>,
}

impl Reading {
    /// Why it cannot be read.
    pub fn error(&self) -> Option<Diagnostic> {
        self.made.as_ref()?.as_ref().err().cloned()
    }

    /// What was found while it was read.
    pub fn notes(&self) -> Vec<Diagnostic> {
        match &self.made {
            Some(Ok((_, notes))) => notes.clone(),
            Some(Err(_)) | None => Vec::new(),
        }
    }

    fn table(&self) -> Option<&Table> {
        Some(&self.made.as_ref()?.as_ref().ok()?.0)
    }

    /// The hash of its bytes.
    pub fn sha256(&self) -> Option<String> {
        self.table()?.sha256.clone()
    }

    /// Where it comes from.
    pub fn provenance(&self, name: &str) -> Option<TableProvenance> {
        let table = self.table()?;
        Some(TableProvenance {
            table: name.to_owned(),
            origin: table.origin.clone(),
            sha256: table.sha256.clone(),
            rows: table.rows as u64,
        })
    }
}

/// All readings of a run.
#[derive(Debug, Default)]
pub struct Readings(Vec<Reading>);

impl Readings {
    /// The readings of a card's tables, by number.
    pub fn add(
        &mut self,
        places: &BTreeMap<String, String>,
        needed: &BTreeMap<String, Needs>,
    ) -> BTreeMap<String, usize> {
        let all = Needs::all();
        let mut numbers = BTreeMap::new();
        for (table, place) in places {
            let needs = needed.get(table).unwrap_or(&all);
            let fits = |reading: &Reading| reading.place == *place && needs::agree(&reading.needs, needs);
            let number = match self.0.iter().position(fits) {
                Some(number) => number,
                None => {
                    self.0.push(Reading {
                        place: place.clone(),
                        needs: needs.clone(),
                        made: None,
                    });
                    self.0.len() - 1
                }
            };
            if let Some(reading) = self.0.get_mut(number) {
                needs::join(&mut reading.needs, needs);
            }
            numbers.insert(table.clone(), number);
        }
        numbers
    }

    /// Reads one, unless it was read.
    pub fn read(&mut self, number: usize, table: &str, host: &dyn Host) {
        if let Some(reading) = self.0.get_mut(number).filter(|reading| reading.made.is_none()) {
            host.told(Event::Reading(&reading.place));
            reading.made = Some(host.read(table, &reading.place, &reading.needs));
        }
    }

    /// Lets go of those that nobody needs any more.
    pub fn forget(&mut self, over: impl Fn(usize) -> bool) {
        for (number, reading) in self.0.iter_mut().enumerate() {
            if over(number) {
                reading.made = None;
            }
        }
    }

    /// The table of a reading.
    pub fn table(&self, number: usize) -> Option<&Table> {
        self.0.get(number)?.table()
    }

    /// The readings of a unit's tables, in order of their names.
    pub fn of<'u>(&self, unit: &'u Unit, tables: &BTreeMap<String, usize>) -> Vec<(&'u str, &Reading)> {
        let places = unit.places.as_ref().ok();
        let names = places.into_iter().flat_map(BTreeMap::keys);
        names
            .filter_map(|name| Some((name.as_str(), self.0.get(*tables.get(name)?)?)))
            .collect()
    }
}

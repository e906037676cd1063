//! Ways from the rows of a table to the one row of another that each belongs to.

use std::sync::Arc;

use bellwether_order::BTreeMap;

use crate::data::{Dataset, NO_ROW, RowIndex};
use crate::definition::Scorecard;

/// How the rows of one table reach another.
#[derive(Debug, Clone)]
pub(crate) enum Route {
    /// They are its rows.
    Here,
    /// The row there for each row here; [`NO_ROW`] for none.
    Along(RowIndex),
    /// They do not.
    None,
    /// Over several paths, named by their first steps.
    Ambiguous(Vec<String>),
}

/// Routes found so far.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    known: BTreeMap<(String, String), Route>,
}

impl Routes {
    /// The route between two tables, where it was found before.
    pub(crate) fn known(&self, from: &str, to: &str) -> Option<Route> {
        self.known.get(&(from.to_owned(), to.to_owned())).cloned()
    }

    /// Notes a route that is known from elsewhere.
    pub(crate) fn know(&mut self, from: &str, to: &str, route: Route) {
        self.known.insert((from.to_owned(), to.to_owned()), route);
    }

    /// The route between two tables.
    pub(crate) fn find(&mut self, card: &Scorecard, data: &Dataset, from: &str, to: &str) -> Route {
        let key = (from.to_owned(), to.to_owned());
        if let Some(route) = self.known.get(&key) {
            return route.clone();
        }
        let route = find(card, data, from, to, &mut Vec::new());
        self.known.insert(key, route.clone());
        route
    }
}

fn find<'a>(card: &Scorecard, data: &'a Dataset, from: &str, to: &str, passed: &mut Vec<&'a str>) -> Route {
    if from == to {
        return Route::Here;
    }
    let Some(table) = data.table(from) else {
        return Route::None;
    };
    if passed.contains(&table.name.as_str()) {
        return Route::None;
    }
    passed.push(&table.name);
    let mut found: Vec<(String, Route)> = Vec::new();
    for parent in &table.parents {
        let onward = match find(card, data, &parent.table, to, passed) {
            Route::None => continue,
            Route::Here => Route::Along(Arc::clone(&parent.rows)),
            Route::Along(rows) => Route::Along(compose(&parent.rows, &rows)),
            ambiguous @ Route::Ambiguous(_) => ambiguous,
        };
        found.push((parent.path.clone(), onward));
    }
    passed.pop();
    // As in `Scorecard::paths`: a row that belongs to another directly belongs to it that way.
    let direct: Vec<&str> = table
        .parents
        .iter()
        .filter(|parent| parent.table == to)
        .map(|parent| parent.path.as_str())
        .collect();
    if !direct.is_empty() {
        found.retain(|(path, _)| direct.contains(&path.as_str()));
    }
    if found.len() > 1 {
        let chosen: Vec<&str> = card
            .table(from)
            .map(|table| {
                table
                    .belongs_to
                    .iter()
                    .filter_map(|link| Some(link.via.as_ref()?.value.as_str()))
                    .collect()
            })
            .unwrap_or_default();
        if found.iter().any(|(path, _)| chosen.contains(&path.as_str())) {
            found.retain(|(path, _)| chosen.contains(&path.as_str()));
        }
    }
    match found.len() {
        0 => Route::None,
        1 => found.pop().map_or(Route::None, |(_, route)| route),
        _ => Route::Ambiguous(found.into_iter().map(|(path, _)| path).collect()),
    }
}

/// One step after another.
pub(crate) fn compose(first: &[u32], second: &[u32]) -> RowIndex {
    first
        .iter()
        .map(|&row| second.get(row as usize).copied().unwrap_or(NO_ROW))
        .collect()
}

/// Where a chain of paths leads: the table, and the row there for each row here (`None`: the same rows).
/// An unknown path is given back with the table where it was looked for.
pub(crate) fn follow<'a>(
    data: &'a Dataset,
    table: &'a str,
    paths: &[String],
) -> Result<(&'a str, Option<RowIndex>), (&'a str, String)> {
    let mut at = table;
    let mut rows: Option<RowIndex> = None;
    for path in paths {
        let parent = data
            .table(at)
            .and_then(|bound| bound.parent(path))
            .ok_or_else(|| (at, path.clone()))?;
        rows = Some(match rows {
            None => Arc::clone(&parent.rows),
            Some(before) => compose(&before, &parent.rows),
        });
        at = &parent.table;
    }
    Ok((at, rows))
}

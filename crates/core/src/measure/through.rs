//! Many-to-many: rows that share a parent with the rows of another table bear its segment values by a stated rule.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::executor::Dim;
use super::input::Input;
use super::leaf::{Leaf, Time};
use super::reach::{Route, gather};
use super::segment::RowCodes;
use super::session::Session;
use crate::data::{Codes, NO_ROW, RowIndex};

/// The rows of a table, each once for every value that it bears.
#[derive(Debug)]
pub(crate) struct View {
    /// The row of the table.
    pub(crate) rows: RowIndex,
    /// Its value of the segment.
    pub(crate) codes: Arc<RowCodes>,
    /// The part of the row that counts here; `None`: all of it.
    pub(crate) shares: Option<Arc<[f64]>>,
}

impl Session<'_> {
    /// How a table bears a segment through another; `None`: it does not.
    pub(crate) fn view(&mut self, table: &str, dim: &Dim) -> Option<Arc<View>> {
        let key = (table.to_owned(), dim.clone());
        if let Some(view) = self.views.get(&key) {
            return view.clone();
        }
        let view = self.make_view(table, dim).map(Arc::new);
        self.views.insert(key, view.clone());
        view
    }

    fn make_view(&mut self, table: &str, dim: &Dim) -> Option<View> {
        let Dim::Segment(segment) = dim else { return None };
        let through = self.cutters.get(*segment as usize)?.through.clone()?;
        let between = self.rows.data.table(&through.table.value)?.clone();
        let coded = self.row_codes(&between.name, dim)?;
        // The nearest table that both belong to.
        let (shared, way) = between
            .parents
            .iter()
            .find_map(|parent| match self.rows.route(table, &parent.table) {
                Route::Here => Some((Arc::clone(&parent.rows), None)),
                Route::Along(way) => Some((Arc::clone(&parent.rows), Some(way))),
                Route::None | Route::Ambiguous(_) => None,
            })?;
        let parents = shared
            .iter()
            .filter(|&&row| row != NO_ROW)
            .max()
            .map_or(0, |&row| row as usize + 1);
        let mut borne: Vec<Vec<u32>> = vec![Vec::new(); parents];
        for (row, parent) in shared.iter().enumerate() {
            if let Some(list) = borne.get_mut(*parent as usize) {
                list.push(row as u32);
            }
        }
        let value = |row: u32| coded.codes.get(row as usize) as u32;
        let order = || between.key.iter().chain(&between.date);
        let first = |rows: &[u32]| {
            rows.iter().copied().min_by(|&a, &b| {
                order()
                    .map(|name| {
                        between.column(name).map_or(std::cmp::Ordering::Equal, |column| {
                            super::lists::compare(column, a as usize, b as usize)
                        })
                    })
                    .find(|order| order.is_ne())
                    .unwrap_or_else(|| value(a).cmp(&value(b)))
            })
        };
        let unknown = coded.values.len() as u32 - 1;
        let count = self.rows.data.table(table)?.rows;
        let shared_rule = through.rule.value == "shared";
        let (mut rows, mut codes, mut shares) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..count {
            let parent = way
                .as_ref()
                .map_or(Some(row), |way| way.get(row).map(|&parent| parent as usize));
            let list = parent
                .and_then(|parent| borne.get(parent))
                .map_or(&[][..], Vec::as_slice);
            let mut values: Vec<u32> = match through.rule.value.as_str() {
                "first" => first(list).map(value).into_iter().collect(),
                _ => list.iter().map(|&row| value(row)).collect(),
            };
            values.sort_unstable();
            if values.is_empty() {
                values.push(unknown);
            }
            let all = values.len() as f64;
            for same in values.chunk_by(|a, b| a == b) {
                rows.push(row as u32);
                codes.extend(same.first());
                shares.push(same.len() as f64 / all);
            }
        }
        let has_unknown = codes.contains(&unknown);
        Some(View {
            rows: rows.into(),
            codes: Arc::new(RowCodes {
                codes: Codes::pack(codes, unknown as usize + 1),
                values: Arc::clone(&coded.values),
                unknown: has_unknown,
            }),
            shares: shared_rule.then(|| shares.into()),
        })
    }
}

impl View {
    /// The codes of another dimension, for the rows of the view.
    pub(crate) fn codes_of(&self, codes: &RowCodes) -> RowCodes {
        let gathered = self
            .rows
            .iter()
            .map(|&row| codes.codes.get(row as usize) as u32)
            .collect();
        RowCodes {
            codes: Codes::pack(gathered, codes.values.len()),
            values: Arc::clone(&codes.values),
            unknown: codes.unknown,
        }
    }

    /// An aggregate over the rows of the view.
    pub(crate) fn leaf(&self, leaf: &Leaf) -> Leaf {
        let bits = |mask: &Arc<BooleanBuffer>| {
            let value = |at: usize| self.rows.get(at).is_some_and(|&row| mask.value(row as usize));
            Arc::new(BooleanBuffer::collect_bool(self.rows.len(), value))
        };
        let mut made = leaf.clone();
        made.inputs = leaf
            .inputs
            .iter()
            .map(|input| Arc::new(Input::gathered(input, &self.rows)))
            .collect();
        made.mask = leaf.mask.as_ref().map(bits);
        made.not_due = leaf.not_due.as_ref().map(bits);
        if let Time::Dated { days, covers } = &leaf.time {
            made.time = Time::Dated {
                days: Arc::new(gather(days, &self.rows)),
                covers: *covers,
            };
        }
        let weight = leaf.weight.as_ref().map(|weights| {
            self.rows
                .iter()
                .map(|&row| weights.get(row as usize).copied().unwrap_or(0.0))
        });
        made.weight = match (&self.shares, weight) {
            (None, weight) => weight.map(Iterator::collect),
            (Some(shares), None) => super::leaf::uses_weight(leaf.function).then(|| Arc::clone(shares)),
            (Some(shares), Some(weight)) => Some(
                weight
                    .zip(shares.iter())
                    .map(|(weight, share)| weight * share)
                    .collect(),
            ),
        };
        made
    }
}

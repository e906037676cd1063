//! Many-to-many: rows that share a parent with the rows of another table bear its segment values by a stated rule.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::executor::Dim;
use super::input::Input;
use super::leaf::{Leaf, Time};
use super::reach::Route;
use super::segment::RowCodes;
use super::session::Session;
use crate::data::{Codes, NO_ROW, RowIndex};

/// The rows of a table, each once for every value that it bears; of several segments, once for every combination.
#[derive(Debug)]
pub(crate) struct View {
    /// The row of the table.
    pub(crate) rows: RowIndex,
    /// Its values of the segments.
    borne: Vec<(Dim, Arc<RowCodes>)>,
    /// The part of the row that counts here; `None`: all of it.
    pub(crate) shares: Option<Arc<[f64]>>,
}

/// Segments that come through one table by one rule: a row there has a value of each, so that they are borne together.
struct Bearer {
    dims: Vec<Dim>,
    coded: Vec<Arc<RowCodes>>,
    /// For each row of the table that is cut, the combinations that it bears, each with the part of the row that counts.
    lists: Vec<Vec<(Vec<u32>, f64)>>,
    shared: bool,
}

impl Session<'_> {
    /// How a table bears segments through others; `None`: it does not.
    pub(crate) fn view(&mut self, table: &str, dims: &[Dim]) -> Option<Arc<View>> {
        let key = (table.to_owned(), dims.to_vec());
        if let Some(view) = self.views.get(&key) {
            return view.clone();
        }
        let view = self.make_view(table, dims).map(Arc::new);
        self.views.insert(key, view.clone());
        view
    }

    /// Values that come from the same rows of one table stay together: an order of a red shirt and a blue cap bears
    /// (red, shirt) and (blue, cap), and no red cap. Values through different tables, or by different rules, combine freely.
    fn make_view(&mut self, table: &str, dims: &[Dim]) -> Option<View> {
        let mut groups: Vec<(String, String, Vec<Dim>)> = Vec::new();
        for dim in dims {
            let Dim::Segment(segment) = dim else { return None };
            let through = self.cutters.get(*segment as usize)?.through.clone()?;
            let (between, rule) = (through.table.value, through.rule.value);
            match groups.iter_mut().find(|(a, b, _)| *a == between && *b == rule) {
                Some((_, _, dims)) => dims.push(dim.clone()),
                None => groups.push((between, rule, vec![dim.clone()])),
            }
        }
        let mut bearers = Vec::new();
        for (between, rule, dims) in groups {
            bearers.push(self.bearer(table, &between, &rule, dims)?);
        }
        let count = self.rows.data.table(table)?.rows;
        let (mut rows, mut shares) = (Vec::new(), Vec::new());
        let mut codes: Vec<Vec<u32>> = vec![Vec::new(); dims.len()];
        let order: Vec<&Dim> = bearers.iter().flat_map(|bearer| &bearer.dims).collect();
        for row in 0..count {
            let mut all: Vec<(Vec<u32>, f64)> = vec![(Vec::new(), 1.0)];
            for bearer in &bearers {
                let list = bearer.lists.get(row).map_or(&[][..], Vec::as_slice);
                all = all
                    .iter()
                    .flat_map(|(before, share)| {
                        list.iter()
                            .map(move |(values, part)| ([&before[..], values].concat(), share * part))
                    })
                    .collect();
            }
            for (values, share) in all {
                rows.push(row as u32);
                shares.push(share);
                for (codes, value) in codes.iter_mut().zip(values) {
                    codes.push(value);
                }
            }
        }
        let borne = order
            .into_iter()
            .cloned()
            .zip(bearers.iter().flat_map(|bearer| &bearer.coded));
        let borne = borne.zip(codes).map(|((dim, coded), codes)| {
            let unknown = coded.values.len() as u32 - 1;
            let made = RowCodes {
                unknown: codes.contains(&unknown),
                codes: Codes::pack(codes, unknown as usize + 1),
                values: Arc::clone(&coded.values),
            };
            (dim, Arc::new(made))
        });
        Some(View {
            rows: rows.into(),
            borne: borne.collect(),
            shares: bearers.iter().any(|bearer| bearer.shared).then(|| shares.into()),
        })
    }

    /// What each row of a table bears of segments through another table.
    fn bearer(&mut self, table: &str, between: &str, rule: &str, dims: Vec<Dim>) -> Option<Bearer> {
        let between = self.rows.data.table(between)?.clone();
        let coded: Vec<Arc<RowCodes>> = dims
            .iter()
            .map(|dim| self.row_codes(&between.name, dim).map(|codes| codes.in_order()))
            .collect::<Option<_>>()?;
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
        let mut held: Vec<Vec<u32>> = vec![Vec::new(); parents];
        for (row, parent) in shared.iter().enumerate() {
            if let Some(list) = held.get_mut(*parent as usize) {
                list.push(row as u32);
            }
        }
        let values =
            |row: u32| -> Vec<u32> { coded.iter().map(|coded| coded.codes.get(row as usize) as u32).collect() };
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
                    .unwrap_or_else(|| values(a).cmp(&values(b)))
            })
        };
        let unknown: Vec<u32> = coded.iter().map(|coded| coded.values.len() as u32 - 1).collect();
        let of_row = |row: usize| {
            let parent = way
                .as_ref()
                .map_or(Some(row), |way| way.get(row).map(|&parent| parent as usize));
            let list = parent
                .and_then(|parent| held.get(parent))
                .map_or(&[][..], Vec::as_slice);
            let mut borne: Vec<Vec<u32>> = match rule {
                "first" => first(list).map(values).into_iter().collect(),
                _ => list.iter().map(|&row| values(row)).collect(),
            };
            borne.sort_unstable();
            if borne.is_empty() {
                borne.push(unknown.clone());
            }
            let all = borne.len() as f64;
            borne
                .chunk_by(|a, b| a == b)
                .filter_map(|same| {
                    let part = if rule == "shared" { same.len() as f64 / all } else { 1.0 };
                    Some((same.first()?.clone(), part))
                })
                .collect()
        };
        let count = self.rows.data.table(table)?.rows;
        let lists = (0..count).map(of_row).collect();
        Some(Bearer {
            dims,
            coded,
            lists,
            shared: rule == "shared",
        })
    }
}

impl View {
    /// The codes of a segment that is borne.
    pub(crate) fn borne(&self, dim: &Dim) -> Option<&Arc<RowCodes>> {
        self.borne
            .iter()
            .find(|(other, _)| other == dim)
            .map(|(_, codes)| codes)
    }

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
                days: Arc::new(days.take(&self.rows)),
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

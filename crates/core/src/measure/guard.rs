//! Anonymity of tables that promise it: aggregates over the same rows and windows are hidden together.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::blocks::Blocks;
use super::calendar::{Slots, Window};
use super::executor::{Cut, Dim, Request, stopped};
use super::finish::Cell;
use super::input::Input;
use super::leaf::{Leaf, Time};
use super::segment::{NO_VALUE, RowCodes};
use super::session::Session;
use super::suppress::relations::{Kinds, Relations, Valued};
use super::suppress::{self, Difference, Guarded, Member};
use crate::definition::{Expr, MeasureFunction};
use crate::diagnostic::Diagnostic;

/// Aggregates over the same rows and windows, with the key that tells people apart and the fewest that a cell may have.
struct Family {
    /// The places of their requests.
    requests: Vec<usize>,
    windows: Vec<Option<Window>>,
    key: Option<Arc<Input>>,
    floor: u64,
}

/// What the cells of an aggregate tell of each row, by the number of the vector.
struct Vectors {
    used: usize,
    passed: usize,
    class: Option<usize>,
}

/// The cells of an aggregate by cut.
type CutCells = Vec<(Cut, Vec<Cell>)>;

/// What the members of a family tell, how that hangs together, and which of them differ by few.
type Related = (Vec<Vectors>, Relations<Dim>, Vec<Difference<Dim>>);

impl Session<'_> {
    /// Hides cells of tables that promise anonymity.
    pub(super) fn guard(
        &mut self,
        requests: &[Request],
        slots: &Slots,
        blocks: &mut Blocks,
    ) -> Result<(), Vec<Diagnostic>> {
        for family in self.families(requests, slots)? {
            self.guard_family(&family, requests, slots, blocks)?;
        }
        Ok(())
    }

    fn families(&mut self, requests: &[Request], slots: &Slots) -> Result<Vec<Family>, Vec<Diagnostic>> {
        let as_of = self.rows.data.as_of.unwrap_or_default();
        let mut families: Vec<Family> = Vec::new();
        for (at, request) in requests.iter().enumerate() {
            let table = &request.leaf.table;
            let Some(promise) = self.card.table(table).and_then(|table| table.anonymous_below.clone()) else {
                continue;
            };
            let windows = self.windows(&request.leaf, slots);
            let same = |family: &&mut Family| {
                let first = family.requests.first().and_then(|first| requests.get(*first));
                first.is_some_and(|first| in_step(&first.leaf, &request.leaf)) && family.windows == windows
            };
            if let Some(family) = families.iter_mut().find(same) {
                family.requests.push(at);
                continue;
            }
            let key = match &promise.key {
                Some(key) => {
                    let expr = Expr::column(key.value.clone(), key.span);
                    Some(self.shared.input(&mut self.rows, table, &expr, as_of)?)
                }
                None => None,
            };
            families.push(Family {
                requests: vec![at],
                windows,
                key,
                floor: promise.floor.value,
            });
        }
        Ok(families)
    }

    fn guard_family(
        &mut self,
        family: &Family,
        requests: &[Request],
        slots: &Slots,
        blocks: &mut Blocks,
    ) -> Result<(), Vec<Diagnostic>> {
        let members: Vec<&Request> = family.requests.iter().filter_map(|at| requests.get(*at)).collect();
        let counting: Vec<Request> = members
            .iter()
            .map(|request| people_of(request.at, &request.leaf, &request.cuts, family))
            .collect();
        let counted = self.execute(&counting, slots)?;
        let (vectors, relations, differences) = self.relate(&members, family, slots)?;
        let mut taken: Vec<(usize, CutCells)> = Vec::new();
        for request in &members {
            let of_cut = |cut: &Cut| Some((cut.clone(), blocks.remove(&(request.at, cut.clone()))?));
            taken.push((request.at, request.cuts.iter().filter_map(of_cut).collect()));
        }
        let guard = |at: usize, cut: &'_ Cut| -> (Vec<usize>, Vec<u64>) {
            let cells = counted.get(&(at, cut.clone()));
            let people = |cell: &Cell| cell.value.unwrap_or(0.0) as u64;
            (
                cut.iter().map(|dim| self.size(dim)).collect(),
                cells
                    .map(|cells| cells.iter().map(people).collect())
                    .unwrap_or_default(),
            )
        };
        let mut guarded: Vec<Member<'_, Dim>> = taken
            .iter_mut()
            .zip(&vectors)
            .map(|((at, cuts), vectors)| Member {
                cuts: cuts
                    .iter_mut()
                    .map(|(cut, cells)| {
                        let (sizes, people) = guard(*at, cut);
                        Guarded {
                            cut,
                            sizes,
                            cells,
                            people,
                        }
                    })
                    .collect(),
                guarded: std::iter::once(vectors.used).chain(vectors.class).collect(),
                told: vec![vectors.passed],
            })
            .collect();
        suppress::suppress(&mut guarded, &relations, &differences, &family.windows, family.floor);
        for (at, cuts) in taken {
            for (cut, cells) in cuts {
                blocks.insert((at, cut), cells);
            }
        }
        Ok(())
    }

    /// How the aggregates of a family hang together.
    fn relate(&mut self, members: &[&Request], family: &Family, slots: &Slots) -> Result<Related, Vec<Diagnostic>> {
        let [first, _, ..] = members else {
            let one = Vectors {
                used: 0,
                passed: 0,
                class: None,
            };
            return Ok((vec![one], Relations::of_one(), Vec::new()));
        };
        let table = first.leaf.table.clone();
        let rows = self.rows.data.table(&table).map_or(0, |table| table.rows);
        let budget = self.options.budget.clone();
        budget.spend_rows(rows as u64 * members.len() as u64).map_err(stopped)?;
        let (mut kinds, added) = self.kinds(members, rows);
        let mut pairs = Vec::new();
        for (at, whole) in members.iter().enumerate() {
            for (other, part) in members.iter().enumerate() {
                let used = |at: usize| added.get(at).map_or(0, |vectors| vectors.used);
                if same_values(&whole.leaf, &part.leaf) && kinds.is_part(used(other), used(at)) {
                    pairs.push((at, other));
                }
            }
        }
        let numbers = kinds.distinct();
        let number = |at: usize| numbers.get(at).copied().unwrap_or(0);
        let vectors: Vec<Vectors> = added
            .iter()
            .map(|vectors| Vectors {
                used: number(vectors.used),
                passed: number(vectors.passed),
                class: vectors.class.map(number),
            })
            .collect();
        let mut dims: Vec<Dim> = Vec::new();
        for dim in members.iter().flat_map(|request| &request.cuts).flatten() {
            if matches!(dim, Dim::Segment(_)) && !dims.contains(dim) {
                dims.push(dim.clone());
            }
        }
        let codes: Vec<(Dim, usize, Arc<RowCodes>)> = dims
            .into_iter()
            .filter_map(|dim| Some((dim.clone(), self.size(&dim), self.row_codes(&table, &dim)?)))
            .collect();
        budget.spend_rows(rows as u64 * codes.len() as u64).map_err(stopped)?;
        let values: Vec<_> = codes
            .iter()
            .map(|(_, _, codes)| {
                |row: usize| {
                    let value = codes.values.get(codes.codes.get(row)).copied();
                    value.filter(|value| *value != NO_VALUE).map(|value| value as usize)
                }
            })
            .collect();
        let segments: Vec<Valued<'_, Dim>> = codes
            .iter()
            .zip(&values)
            .map(|((dim, size, _), value)| (dim.clone(), *size, value as &dyn Fn(usize) -> Option<usize>))
            .collect();
        let behind: Vec<usize> = vectors.iter().flat_map(|of| [of.used, of.passed]).collect();
        let relations = kinds.relations(&behind, &segments);
        let differences = self.differences(members, &vectors, &pairs, family, slots)?;
        Ok((vectors, relations, differences))
    }

    /// The kinds of rows that the cells of aggregates tell apart.
    fn kinds(&self, members: &[&Request], rows: usize) -> (Kinds, Vec<Vectors>) {
        let days = members.first().and_then(|request| match &request.leaf.time {
            Time::Dated { days, .. } => Some(Arc::clone(days)),
            _ => None,
        });
        let last = self.rows.data.as_of.map_or(i32::MAX, |day| day.0);
        let mut kinds = Kinds::new(rows, |row| {
            days.as_ref()
                .and_then(|days| days.day(row))
                .is_none_or(|day| day <= last)
        });
        let mut count = 0;
        let mut add = |value: &dyn Fn(usize) -> i8| {
            kinds.add(value);
            count += 1;
            count - 1
        };
        let mut made = Vec::new();
        for request in members {
            let leaf = &request.leaf;
            let used = leaf.used();
            let bit = |mask: &Option<Arc<BooleanBuffer>>, row: usize| {
                i8::from(mask.as_ref().is_none_or(|mask| row < mask.len() && mask.value(row)))
            };
            made.push(Vectors {
                used: add(&|row| bit(&used, row)),
                passed: add(&|row| bit(&leaf.mask, row)),
                class: leaf
                    .inputs
                    .first()
                    .filter(|input| tells_class(leaf, input))
                    .map(|input| {
                        let class = |value: f64| {
                            if leaf.is_classes() {
                                leaf.class(value)
                            } else {
                                value as i8
                            }
                        };
                        add(&|row| bit(&used, row) * input.number(row).map_or(0, class))
                    }),
            });
        }
        (kinds, made)
    }

    /// The rows by which two aggregates of the same values differ, with the people in their cells.
    fn differences(
        &mut self,
        members: &[&Request],
        vectors: &[Vectors],
        pairs: &[(usize, usize)],
        family: &Family,
        slots: &Slots,
    ) -> Result<Vec<Difference<Dim>>, Vec<Diagnostic>> {
        let mut found: Vec<((usize, usize), Vec<Cut>)> = Vec::new();
        let mut counting = Vec::new();
        for (whole, part) in pairs {
            let both = members.get(*whole).zip(members.get(*part));
            let numbers = vectors.get(*whole).zip(vectors.get(*part));
            let (Some((whole, part)), Some((of_whole, of_part))) = (both, numbers) else {
                continue;
            };
            let place = (of_whole.used, of_part.used);
            let Some(used) = part
                .leaf
                .used()
                .filter(|_| found.iter().all(|(other, _)| *other != place))
            else {
                continue;
            };
            let more = match whole.leaf.used() {
                Some(whole) => whole.as_ref() & &!used.as_ref(),
                None => !used.as_ref(),
            };
            let mut leaf = whole.leaf.as_ref().clone();
            leaf.mask = Some(Arc::new(more));
            leaf.inputs = Vec::new();
            let cuts: Vec<Cut> = whole
                .cuts
                .iter()
                .filter(|cut| part.cuts.contains(cut))
                .cloned()
                .collect();
            counting.push(people_of(counting.len(), &leaf, &cuts, family));
            found.push((place, cuts));
        }
        // They are no aggregate's own people: nothing of them is kept for other cards.
        let mut counted = self.scan(&counting, slots)?;
        let people = |cells: Vec<Cell>| cells.iter().map(|cell| cell.value.unwrap_or(0.0) as u64).collect();
        Ok(found
            .into_iter()
            .enumerate()
            .map(|(at, ((whole, part), cuts))| Difference {
                whole,
                part,
                people: cuts
                    .into_iter()
                    .filter_map(|cut| Some((cut.clone(), people(counted.remove(&(at, cut))?))))
                    .collect(),
            })
            .collect())
    }
}

/// The request that counts the people in the cells of an aggregate.
fn people_of(at: usize, leaf: &Leaf, cuts: &[Cut], family: &Family) -> Request {
    Request {
        at,
        leaf: Arc::new(leaf.people(family.key.clone())),
        cuts: cuts.to_vec(),
        latest: false,
        people: Some(family.key.clone()),
    }
}

/// Whether two aggregates count the same row of their table in the same periods.
fn in_step(a: &Leaf, b: &Leaf) -> bool {
    let time = match (&a.time, &b.time) {
        (Time::Dated { days: a, covers: x }, Time::Dated { days: b, covers: y }) => Arc::ptr_eq(a, b) && x == y,
        (Time::Undated, Time::Undated) | (Time::Timeless, Time::Timeless) => true,
        _ => false,
    };
    time && a.table == b.table && !a.by_end && !b.by_end
}

/// Whether aggregates tell the same of the values behind them, so that the one of more rows less the other is that of the rest.
fn same_values(whole: &Leaf, part: &Leaf) -> bool {
    use MeasureFunction as F;
    let sums = |leaf: &Leaf| matches!(leaf.function, F::Sum | F::Mean | F::CesMean);
    let same = (sums(whole) && sums(part)) || (whole.is_classes() && whole.function == part.function);
    let inputs = whole.inputs.iter().zip(&part.inputs);
    same && whole.inputs.len() == part.inputs.len()
        && whole.numbers == part.numbers
        && inputs.into_iter().all(|(a, b)| Arc::ptr_eq(a, b))
}

/// Whether the value of an aggregate tells how many rows count for it, less those against it.
fn tells_class(leaf: &Leaf, input: &Input) -> bool {
    use MeasureFunction as F;
    let flags = || {
        let numbers = input.bins.as_ref().map(|bins| bins.numbers.iter().flatten());
        numbers.is_some_and(|mut numbers| numbers.all(|number| [-1.0, 0.0, 1.0].contains(number)))
    };
    let sums = matches!(leaf.function, F::Sum | F::Mean | F::CesMean);
    leaf.weight.is_none() && (leaf.is_classes() || (sums && flags()))
}

//! Which objects have another name, and texts that differ by such names alone.

use super::Effect;
use super::ObjectKind;
use super::facts::{Fact, Object};

/// Names that became others.
#[derive(Debug, Default)]
pub(super) struct Renames {
    /// Family, old name, new name.
    pairs: Vec<(ObjectKind, String, String)>,
}

/// Kinds that are known by name, in the order in which others refer to them.
const NAMED: [ObjectKind; 10] = [
    ObjectKind::Param,
    ObjectKind::Table,
    ObjectKind::Segment,
    ObjectKind::Metric,
    ObjectKind::Score,
    ObjectKind::Objective,
    ObjectKind::Journey,
    ObjectKind::Initiative,
    ObjectKind::List,
    ObjectKind::Alert,
];

/// Pairs what is gone with what is new where their facts are equal: all of them, or those that numbers are made from
/// where only one object on either side has these.
pub(super) fn find(old: &[Object], new: &[Object]) -> Renames {
    let mut renames = Renames::default();
    // Scores may be parts of scores: a second look finds those whose parts were found in the first.
    for family in NAMED.into_iter().chain([ObjectKind::Score]) {
        for equal in [all_facts as Equal, facts_of_numbers] {
            let left = |from: &[Object], other: &[Object], renames: &Renames, is_old: bool| -> Vec<usize> {
                let known = |object: &Object| {
                    let paired = renames
                        .pairs
                        .iter()
                        .any(|(kind, was, now)| *kind == family && object.name == *(if is_old { was } else { now }));
                    paired
                        || other
                            .iter()
                            .any(|other| other.kind.family() == family && other.name == object.name)
                };
                let at = |(place, object): (usize, &Object)| {
                    (object.kind.family() == family && !known(object)).then_some(place)
                };
                from.iter().enumerate().filter_map(at).collect()
            };
            let (gone, fresh) = (left(old, new, &renames, true), left(new, old, &renames, false));
            let mut found = Vec::new();
            for was in gone.iter().filter_map(|at| old.get(*at)) {
                let like = |now: &&Object| equal(was, now, &renames);
                let mut candidates = fresh.iter().filter_map(|at| new.get(*at)).filter(like);
                let (Some(now), None) = (candidates.next(), candidates.next()) else {
                    continue;
                };
                let alone = gone
                    .iter()
                    .filter_map(|at| old.get(*at))
                    .filter(|was| equal(was, now, &renames))
                    .count()
                    == 1;
                if alone {
                    found.push((family, was.name.clone(), now.name.clone()));
                }
            }
            renames.pairs.extend(found);
        }
    }
    renames
}

type Equal = fn(&Object, &Object, &Renames) -> bool;

fn all_facts(was: &Object, now: &Object, renames: &Renames) -> bool {
    equal(
        &was.facts.iter().collect::<Vec<_>>(),
        &now.facts.iter().collect::<Vec<_>>(),
        renames,
    )
}

fn facts_of_numbers(was: &Object, now: &Object, renames: &Renames) -> bool {
    let of = |object: &'_ Object| -> Vec<usize> {
        let at = |(place, fact): (usize, &Fact)| (fact.effect == Effect::Numbers).then_some(place);
        object.facts.iter().enumerate().filter_map(at).collect()
    };
    let pick = |object: &'_ Object, places: Vec<usize>| -> Vec<Fact> {
        places
            .into_iter()
            .filter_map(|at| object.facts.get(at).cloned())
            .collect()
    };
    let (was, now) = (pick(was, of(was)), pick(now, of(now)));
    !was.is_empty()
        && equal(
            &was.iter().collect::<Vec<_>>(),
            &now.iter().collect::<Vec<_>>(),
            renames,
        )
}

fn equal(was: &[&Fact], now: &[&Fact], renames: &Renames) -> bool {
    let there = |fact: &&&Fact| {
        now.iter()
            .any(|new| renames.same_setting(&fact.setting, &new.setting) && renames.same_text(&fact.text, &new.text))
    };
    was.len() == now.len() && was.iter().filter(there).count() == was.len()
}

impl Renames {
    /// The name that an object of the new card had in the old one.
    pub(super) fn old_name<'a>(&'a self, family: ObjectKind, new: &'a str) -> &'a str {
        let pair = self.pairs.iter().find(|(kind, _, now)| *kind == family && now == new);
        pair.map_or(new, |(_, was, _)| was)
    }

    pub(super) fn same_setting(&self, was: &str, now: &str) -> bool {
        self.same_text(was, now)
    }

    /// Whether a text is the same, renamed objects aside.
    pub(super) fn same_text(&self, was: &str, now: &str) -> bool {
        was == now || (!self.pairs.is_empty() && self.renamed(was) == now)
    }

    /// A text of the old card with the new names: whole words only.
    fn renamed(&self, text: &str) -> String {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let pair = self.pairs.iter().find(|(_, was, _)| {
                rest.strip_prefix(was.as_str()).is_some_and(|after| {
                    !after.chars().next().is_some_and(is_word) && !out.chars().next_back().is_some_and(is_word)
                })
            });
            if let Some((_, was, now)) = pair.filter(|(_, was, _)| !was.is_empty()) {
                out.push_str(now);
                rest = rest.get(was.len()..).unwrap_or_default();
            } else if let Some(c) = rest.chars().next() {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
        out
    }
}

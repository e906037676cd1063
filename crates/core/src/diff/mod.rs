//! What changed between two versions of a scorecard, in the words of scorecards, and what that does to the numbers.
//!
//! Both cards are compared as definitions, so that comments, order and layout of the text do not count. Each object is
//! written down as facts (`weight of nps: 0.4`), and facts are compared by name. An object that is gone and one that is
//! new with equal facts are one object that was renamed; names of renamed objects in other facts are no change of these.
//!
//! Imports: definition, measure, report, diagnostic. Never: script, data, engine, how reports are made.

mod facts;
mod impact;
mod rename;
mod split;

use bellwether_order::Sort;
use serde::{Deserialize, Serialize};

use crate::definition::Scorecard;
use facts::{Fact, Object};
pub use impact::{Impact, ImpactRow, Judged, Share, Split, SplitCause};
pub(crate) use impact::{Sides, impact};
use rename::Renames;
pub(crate) use split::steps;

/// What changed from one version of a card to another.
///
/// ```
/// use bellwether::engine::Engine;
/// use bellwether::diff::{Change, compare};
/// use bellwether::limits::Limits;
/// use bellwether::script::Source;
///
/// let card = |target: &str| format!(r#"
///     scorecard("Health").owner("CX").purpose("Keep customers");
///     let survey = table("survey");
///     survey.column("recommend").scale(0, 10);
///     metric("nps", nps(survey.recommend)).target({target}).owner("Loyalty");
/// "#);
/// let engine = Engine::new(Limits::default());
/// let compile = |text: &str| engine.compile(&Source { name: "health", text, modules: &[], params: &[] });
/// let (old, _) = compile(&card("45"))?;
/// let (new, _) = compile(&card("50"))?;
/// let diff = compare(&old, &new);
/// assert_eq!(diff.changes.len(), 1);
/// assert_eq!(diff.changes[0].name, "nps");
/// let Change::Setting { setting, was, now } = &diff.changes[0].change else { panic!() };
/// assert_eq!((setting.as_str(), was.as_deref(), now.as_deref()), ("target", Some("45"), Some("50")));
/// assert!(compare(&old, &old).changes.is_empty());
/// # Ok::<(), bellwether::engine::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CardDiff {
    /// The changes: object by object, in the order of the new card; what is gone comes last of its kind.
    pub changes: Vec<CardChange>,
}

/// A change of one object of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardChange {
    /// What kind of object.
    pub object: ObjectKind,
    /// Its name in the new card; of what is gone: in the old one.
    pub name: String,
    /// What happened to it.
    pub change: Change,
    /// What it can touch.
    pub effect: Effect,
    /// The field of the definition that it is about, for changes of a setting.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
}

/// What can happen to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added {
        /// What it is, in short: the formula of a metric.
        #[serde(skip_serializing_if = "Option::is_none")]
        what: Option<String>,
    },
    /// It is gone.
    Removed {
        /// What it was, in short.
        #[serde(skip_serializing_if = "Option::is_none")]
        what: Option<String>,
    },
    /// It has another name.
    Renamed {
        /// The name it had.
        from: String,
    },
    /// A setting of it changed.
    Setting {
        /// The setting, in words: `weight of nps`.
        setting: String,
        /// What it was; none: it was not set.
        was: Option<String>,
        /// What it is; none: it is not set any more.
        now: Option<String>,
    },
}

/// What a change can touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Values of metrics and scores.
    Numbers,
    /// What is thought of them: targets, bands, flags, alerts, money.
    Judgement,
    /// Names for people, owners, texts, tests.
    Words,
}

/// Kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// Title, owner, purpose and what holds for all.
    Scorecard,
    /// A named input.
    Param,
    /// A table.
    Table,
    /// A segment.
    Segment,
    /// A cube of segments.
    Cross,
    /// A calendar.
    Period,
    /// A business result.
    Outcome,
    /// A measure of customers' experience.
    Metric,
    /// A weighted mix.
    Score,
    /// A claim.
    Link,
    /// What outcomes serve together.
    Objective,
    /// A journey.
    Journey,
    /// An action.
    Initiative,
    /// Which initiatives count as quick wins.
    QuickWins,
    /// A list of rows.
    List,
    /// A rule that raises an alert.
    Alert,
    /// A test of the card.
    Test,
}

impl ObjectKind {
    /// Its word in a sentence.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scorecard => "scorecard",
            Self::Param => "param",
            Self::Table => "table",
            Self::Segment => "segment",
            Self::Cross => "cross",
            Self::Period => "period",
            Self::Outcome => "outcome",
            Self::Metric => "metric",
            Self::Score => "score",
            Self::Link => "link",
            Self::Objective => "objective",
            Self::Journey => "journey",
            Self::Initiative => "initiative",
            Self::QuickWins => "quick wins",
            Self::List => "list",
            Self::Alert => "alert",
            Self::Test => "test",
        }
    }

    /// Metrics and outcomes share their names, and one can become the other.
    const fn family(self) -> Self {
        match self {
            Self::Outcome => Self::Metric,
            other => other,
        }
    }
}

/// The changes from one card to another.
#[must_use]
pub fn compare(old: &Scorecard, new: &Scorecard) -> CardDiff {
    let (old, new) = (facts::objects(old), facts::objects(new));
    let renames = rename::find(&old, &new);
    let mut changes = Vec::new();
    let mut families: Vec<ObjectKind> = Vec::new();
    for kind in old.iter().chain(&new).map(|object| object.kind.family()) {
        if !families.contains(&kind) {
            families.push(kind);
        }
    }
    families.order();
    for family in families {
        let of = |objects: &'_ [Object]| -> Vec<usize> {
            let at = |(place, object): (usize, &Object)| (object.kind.family() == family).then_some(place);
            objects.iter().enumerate().filter_map(at).collect()
        };
        let (before, after) = (of(&old), of(&new));
        let mut matched = Vec::new();
        for object in after.iter().filter_map(|at| new.get(*at)) {
            let earlier = renames.old_name(family, &object.name);
            let found = before
                .iter()
                .find(|at| old.get(**at).is_some_and(|old| old.name == earlier));
            match found.and_then(|at| Some((at, old.get(*at)?))) {
                Some((at, was)) => {
                    matched.push(*at);
                    if was.name != object.name {
                        let from = was.name.clone();
                        changes.push(whole(object, Change::Renamed { from }, Effect::Words));
                    }
                    settings(was, object, &renames, &mut changes);
                }
                None => {
                    let what = object.summary();
                    changes.push(whole(object, Change::Added { what }, object.effect()));
                }
            }
        }
        for object in before
            .iter()
            .filter(|at| !matched.contains(at))
            .filter_map(|at| old.get(*at))
        {
            let what = object.summary();
            changes.push(whole(object, Change::Removed { what }, object.effect()));
        }
    }
    CardDiff { changes }
}

fn whole(object: &Object, change: Change, effect: Effect) -> CardChange {
    CardChange {
        object: object.kind,
        name: object.name.clone(),
        change,
        effect,
        field: String::new(),
    }
}

/// The settings in which an object differs from what it was.
fn settings(was: &Object, now: &Object, renames: &Renames, changes: &mut Vec<CardChange>) {
    let mut note = |fact: &Fact, was: Option<&str>, now_text: Option<&str>| {
        changes.push(CardChange {
            object: now.kind,
            name: now.name.clone(),
            change: Change::Setting {
                setting: fact.setting.clone(),
                was: was.map(str::to_owned),
                now: now_text.map(str::to_owned),
            },
            effect: fact.effect,
            field: fact.field.to_owned(),
        });
    };
    let find = |fact: &Fact| {
        was.facts
            .iter()
            .find(|old| renames.same_setting(&old.setting, &fact.setting))
    };
    for fact in &now.facts {
        match find(fact) {
            Some(old) if renames.same_text(&old.text, &fact.text) => {}
            Some(old) => note(fact, Some(&old.text), Some(&fact.text)),
            None => note(fact, None, Some(&fact.text)),
        }
    }
    for fact in &was.facts {
        let stays = |new: &&Fact| renames.same_setting(&fact.setting, &new.setting);
        if now.facts.iter().find(stays).is_none() {
            note(fact, Some(&fact.text), None);
        }
    }
}

#[cfg(test)]
mod tests;

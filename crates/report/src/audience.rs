//! For whom a report is drawn: which parts, which numbers, in which words.

use std::borrow::Cow;

use bellwether::definition::{BUILT_IN_AUDIENCES, SECTIONS};
use bellwether::diagnostic::{Diagnostic, codes, nearest};
use bellwether::report::{AlertResult, ListResult, QuotesResult, Results};
use bellwether_order::Sort;

/// How a report speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Money and decisions.
    Executive,
    /// Metrics, actions and whom to call.
    Team,
    /// Everything, with how it was found.
    Analyst,
}

impl Voice {
    /// The built-in audience that speaks so.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Executive => "executive",
            Self::Team => "team",
            Self::Analyst => "analyst",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Executive, Self::Team, Self::Analyst]
            .into_iter()
            .find(|voice| voice.word() == name)
    }

    /// The parts that it shows, unless the card says otherwise.
    fn sections(self) -> &'static [&'static str] {
        match self {
            Self::Executive => &["headline", "tiles", "outcomes", "initiatives", "decisions"],
            Self::Team => &[
                "headline",
                "tiles",
                "metrics",
                "programme",
                "scores",
                "trends",
                "journey",
                "initiatives",
                "decisions",
                "lists",
                "alerts",
                "quotes",
            ],
            Self::Analyst => &SECTIONS,
        }
    }
}

/// An audience, with all that a card says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// Its name.
    pub name: String,
    /// How its report speaks.
    pub voice: Voice,
    /// The parts of its report, in order.
    pub sections: Vec<String>,
    only: Vec<String>,
    owners: Vec<String>,
}

impl Audience {
    /// One of the three that every report knows.
    #[must_use]
    pub fn built_in(voice: Voice) -> Self {
        Self {
            name: voice.word().to_owned(),
            voice,
            sections: voice.sections().iter().map(|&part| part.to_owned()).collect(),
            only: Vec::new(),
            owners: Vec::new(),
        }
    }

    /// The audience of a name: built in, declared by the card, or the one of a list, quotes or the card itself. Without a
    /// name the card's own, else the analyst's.
    ///
    /// # Errors
    ///
    /// BW201 for a name that nobody knows.
    pub fn of(results: &Results, name: Option<&str>) -> Result<Self, Diagnostic> {
        let own = results.header.audience.as_ref().map(|name| name.value.as_str());
        let (name, asked) = match (name, own) {
            (Some(name), _) => (name, true),
            (None, Some(own)) => (own, false),
            (None, None) => (Voice::Analyst.word(), false),
        };
        let mut audience = match results.audiences.iter().find(|known| known.name.value == name) {
            Some(declared) => Self::declared(declared),
            None => match Voice::named(name) {
                Some(voice) => Self::built_in(voice),
                None if names(results).iter().any(|known| known == name) => Self {
                    name: name.to_owned(),
                    ..Self::built_in(if asked { Voice::Team } else { Voice::Analyst })
                },
                None => return Err(unknown(results, name)),
            },
        };
        audience.add_what_is_for_it(results);
        Ok(audience)
    }

    fn declared(declared: &bellwether::definition::Audience) -> Self {
        let named = Voice::named(&declared.name.value);
        let voice = declared
            .like
            .as_ref()
            .and_then(|like| Voice::named(&like.value))
            .or(named)
            .unwrap_or(Voice::Team);
        let texts = |texts: &[bellwether::diagnostic::Spanned<String>]| -> Vec<String> {
            texts.iter().map(|text| text.value.clone()).collect()
        };
        let built_in = Self::built_in(voice);
        Self {
            name: declared.name.value.clone(),
            sections: if declared.shows.is_empty() {
                built_in.sections
            } else {
                texts(&declared.shows)
            },
            voice,
            only: texts(&declared.only),
            owners: texts(&declared.owners),
        }
    }

    /// A list or quotes that the card makes for an audience are shown to it, whatever else is.
    fn add_what_is_for_it(&mut self, results: &Results) {
        let mine = |who: &Option<String>| who.as_deref() == Some(self.name.as_str());
        let lists = results.lists.iter().any(|list| mine(&list.audience));
        let quotes = results.quotes.iter().any(|quotes| mine(&quotes.audience));
        for (wanted, part) in [(lists, "lists"), (quotes, "quotes")] {
            if wanted && !self.shows(part) {
                self.sections.push(part.to_owned());
            }
        }
    }

    /// Whether it is shown a part of the report.
    #[must_use]
    pub fn shows(&self, part: &str) -> bool {
        self.sections.iter().any(|known| known == part)
    }

    /// The results that it is shown: all, or those that the card names for it.
    pub(crate) fn keep<'r>(&self, results: &'r Results) -> Cow<'r, Results> {
        if self.only.is_empty() && self.owners.is_empty() {
            return Cow::Borrowed(results);
        }
        let mut kept = results.clone();
        let named = |name: &str| self.only.is_empty() || self.only.iter().any(|known| known == name);
        let owned = |owner: Option<&str>| {
            self.owners.is_empty() || owner.is_some_and(|owner| self.owners.iter().any(|known| known == owner))
        };
        kept.metrics
            .retain(|metric| named(&metric.name) && owned(metric.goal.owner.as_deref()));
        kept.scores
            .retain(|score| named(&score.name) && owned(score.goal.owner.as_deref()));
        kept.initiatives.retain(|result| {
            let moves = |moved: &bellwether::definition::Move| named(&moved.metric.value);
            let owner = result.initiative.owner.as_ref().map(|owner| owner.value.as_str());
            owned(owner) && (self.only.is_empty() || result.initiative.moves.iter().any(moves))
        });
        let shown = |name: &str| {
            kept.metrics.iter().any(|metric| metric.name == name) || kept.scores.iter().any(|score| score.name == name)
        };
        kept.links
            .retain(|result| shown(&result.link.metric.value) || shown(&result.link.outcome.value));
        kept.drivers.retain(|drivers| shown(&drivers.outcome));
        kept.worth.retain(|worth| shown(&worth.outcome));
        kept.friction.retain(|friction| shown(&friction.metric));
        kept.pace.retain(|pace| shown(&pace.of));
        Cow::Owned(kept)
    }

    /// The lists that it is shown.
    pub fn lists<'r>(&'r self, results: &'r Results) -> impl Iterator<Item = &'r ListResult> {
        results.lists.iter().filter(|list| self.reads(list.audience.as_deref()))
    }

    /// The quotes that it is shown.
    pub fn quotes<'r>(&'r self, results: &'r Results) -> impl Iterator<Item = &'r QuotesResult> {
        results
            .quotes
            .iter()
            .filter(|quotes| self.reads(quotes.audience.as_deref()))
    }

    /// The alerts that it is shown: all, the raised ones first.
    pub fn alerts<'r>(&'r self, results: &'r Results) -> Vec<&'r AlertResult> {
        let mut alerts: Vec<&AlertResult> = results.alerts.iter().collect();
        alerts.order_by_key(|alert| match alert.raised {
            Some(true) => 0,
            None => 1,
            Some(false) => 2,
        });
        alerts
    }

    /// Whether something made for some audience, or for all, is for this one. The analyst reads everything.
    fn reads(&self, made_for: Option<&str>) -> bool {
        self.name == Voice::Analyst.word() || made_for.is_none_or(|who| who == self.name)
    }
}

/// Every audience that a report can be drawn for, in order: built in, declared, named by lists and quotes.
#[must_use]
pub fn names(results: &Results) -> Vec<String> {
    let built_in = BUILT_IN_AUDIENCES.iter().map(|&name| name.to_owned());
    let declared = results.audiences.iter().map(|audience| audience.name.value.clone());
    let header = results.header.audience.iter().map(|name| name.value.clone());
    let lists = results.lists.iter().filter_map(|list| list.audience.clone());
    let quotes = results.quotes.iter().filter_map(|quotes| quotes.audience.clone());
    let mut names: Vec<String> = Vec::new();
    for name in built_in.chain(declared).chain(header).chain(lists).chain(quotes) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn unknown(results: &Results, name: &str) -> Diagnostic {
    let known = names(results);
    let help = nearest(name, known.iter().map(String::as_str)).map_or_else(
        || {
            format!(
                "audiences: {}; a card declares its own: audience(\"board\").like(\"executive\")",
                known.join(", ")
            )
        },
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::error(codes::UNKNOWN_OBJECT, format!("no audience `{name}` in this card")).help(help)
}

//! What the numbers say, in sentences made by rule: noise is called noise, what is assumed or not tested is said to be,
//! a number with a range is given with it.

mod claim;
mod decision;
mod headline;
mod section;
mod words;

use bellwether::report::Report;
use serde::Serialize;

pub use decision::Decision;

use crate::audience::Audience;

/// A report in sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Narrative {
    /// What changed, whether it is real, what it is worth, what is next: one sentence.
    pub headline: String,
    /// A short paragraph for each part of the report that says something, in the order of the audience.
    pub sections: Vec<Paragraph>,
    /// What waits for somebody's decision, most pressing first.
    pub decisions: Vec<Decision>,
}

/// Sentences of a part of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paragraph {
    /// The part, as [`bellwether::definition::SECTIONS`] names it.
    pub section: String,
    /// The sentences.
    pub sentences: Vec<String>,
}

/// A report in sentences, in the words of an audience.
///
/// ```
/// # fn show(report: &bellwether::report::Report) {
/// use bellwether_report::{Audience, Voice, narrative};
/// let told = narrative(report, &Audience::built_in(Voice::Executive));
/// println!("{}", told.headline);
/// # }
/// ```
#[must_use]
pub fn narrative(report: &Report, audience: &Audience) -> Narrative {
    let results = audience.keep(&report.results);
    let decisions = decision::decisions(&results, audience.voice);
    let sections = audience.sections.iter().filter_map(|part| {
        let sentences = section::sentences(report, &results, part, audience);
        (!sentences.is_empty()).then(|| Paragraph {
            section: part.clone(),
            sentences,
        })
    });
    Narrative {
        headline: headline::headline(&results, audience.voice, &decisions),
        sections: sections.collect(),
        decisions,
    }
}

#[cfg(test)]
mod tests;

//! Quotes for templates.

use bellwether::report::{Quote, QuotesResult, Results};
use serde::Serialize;

use crate::audience::Audience;
use crate::format;

/// A list of quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotesView {
    /// Its title.
    pub name: String,
    /// `newest` or `typical`.
    pub rule: &'static str,
    /// The period that they are of.
    pub period: Option<String>,
    /// The groups.
    pub groups: Vec<QuoteGroupView>,
}

/// Quotes of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuoteGroupView {
    /// Its name.
    pub label: Option<String>,
    /// Whether too few people said something for any to be quoted.
    pub hidden: bool,
    /// Rows in which something was said.
    pub said: Option<String>,
    /// The quotes.
    pub quotes: Vec<QuoteView>,
}

/// What a customer said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuoteView {
    /// The text, masked.
    pub text: String,
    /// What stands beside: day and columns, `recommend 3`.
    pub beside: Vec<String>,
}

pub(super) fn quotes(results: &Results, audience: &Audience) -> Vec<QuotesView> {
    audience.quotes(results).map(view).collect()
}

fn view(quotes: &QuotesResult) -> QuotesView {
    let one = |quote: &Quote| {
        let day = quote.date.iter().map(|day| day.to_string());
        let columns = quotes
            .columns
            .iter()
            .zip(&quote.beside)
            .filter(|(_, value)| !matches!(value, bellwether::report::Value::Missing))
            .map(|(name, value)| format!("{} {}", name.replace('_', " "), format::plain(value)));
        QuoteView {
            text: quote.text.clone(),
            beside: day.chain(columns).collect(),
        }
    };
    QuotesView {
        name: quotes.name.clone(),
        rule: quotes.pick.word(),
        period: quotes.period.clone(),
        groups: quotes
            .groups
            .iter()
            .map(|group| QuoteGroupView {
                label: group.label.clone(),
                hidden: group.hidden,
                said: group.said.map(format::whole),
                quotes: group.quotes.iter().map(one).collect(),
            })
            .collect(),
    }
}

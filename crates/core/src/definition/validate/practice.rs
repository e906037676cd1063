//! What a customer-experience expert would say: warnings with a reason and a way out.

use super::{Findings, direction};
use crate::definition::{
    AddedSource, Direction, MeasureFunction, MeasureKind, Metric, Role, Score, Scorecard, TableSource,
};
use crate::diagnostic::codes;

/// Gives advice.
pub(super) fn check(findings: &mut Findings<'_>) {
    let card = findings.card;
    if card.metrics.is_empty() && card.scores.is_empty() && card.lists.is_empty() && card.quotes.is_empty() {
        findings.warn(
            codes::NOTHING_MEASURED,
            card.header.title.span,
            "the card declares no metric, outcome, score or list, so its report is empty",
            "metric(\"nps\", nps(survey.recommend)), or start with `bellwether new card.rhai --from survey.csv`",
        );
        return;
    }
    if card.header.owner.is_none() {
        findings.warn(
            codes::NO_OWNER,
            card.header.title.span,
            "nobody owns the scorecard",
            "scorecard(\"..\").owner(\"CX Insights\")",
        );
    }
    for score in &card.scores {
        bandless(findings, score);
    }
    for metric in &card.metrics {
        links(findings, metric);
        goals(findings, metric);
        activity(findings, metric);
        floor(findings, metric);
    }
    paceless(findings);
    nps_alone(findings);
    unused_tables(findings);
    unused_columns(findings);
    unused_objectives(findings);
}

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The widest half of an interval that so many answers may have, in points: Wilson's for a share of one half, adjusted
/// Wald's for as many promoters as detractors (docs/measures.csv); `None` where it hangs on the spread of the values.
fn margin(function: MeasureFunction, n: f64) -> Option<f64> {
    use MeasureFunction as F;
    match function {
        F::Rate | F::TopBox | F::BottomBox | F::AtLeast | F::CesAgree | F::Retention | F::Churn | F::Funnel => {
            Some(50.0 * Z / (n + Z * Z).sqrt())
        }
        F::Nps | F::Net | F::CesNet => Some(100.0 * Z * (n + 1.5).sqrt() / (n + 3.0)),
        _ => None,
    }
}

/// A `min_n` of the card below what an interval of use needs. 1 says that every answer counts, and is left alone.
fn floor(findings: &mut Findings<'_>, metric: &Metric) {
    const USEFUL: u64 = 20;
    let MeasureKind::Aggregate(aggregate) = &metric.measure.kind else {
        return;
    };
    let card = findings.card;
    let Some(min_n) = metric.min_n.as_ref().or(card.header.min_n.as_ref()) else {
        return;
    };
    let census = card.table(&aggregate.table).is_some_and(|table| table.census);
    let Some(wide) =
        margin(aggregate.function, min_n.value as f64).filter(|_| !census && (2..USEFUL).contains(&min_n.value))
    else {
        return;
    };
    let at = |n: f64| margin(aggregate.function, n).unwrap_or(0.0).round();
    findings.warn(
        codes::SMALL_MIN_N,
        min_n.span,
        format!(
            "`{}` is shown from {} answers on, where its 95 % interval may reach {} points to either side",
            metric.name.value,
            min_n.value,
            wide.round()
        ),
        format!(
            "30 answers give ± {} points, 100 ± {}, 400 ± {}; leave `min_n` out for 30",
            at(30.0),
            at(100.0),
            at(400.0)
        ),
    );
}

/// Whether the card says that a metric is a volume or a fact, not a success.
fn is_fact(metric: &Metric) -> bool {
    metric.goal.no_target.is_some()
}

fn links(findings: &mut Findings<'_>, metric: &Metric) {
    let card = findings.card;
    if metric.role == Role::Outcome || is_fact(metric) || metric.no_outcome.is_some() || !metric.drives.is_empty() {
        return;
    }
    let name = &metric.name.value;
    if card.links.iter().any(|link| link.metric.value == *name) {
        return;
    }
    let outcomes: Vec<&str> = card
        .metrics
        .iter()
        .filter(|metric| metric.role == Role::Outcome)
        .map(|metric| metric.name.value.as_str())
        .collect();
    let help = match outcomes.first() {
        Some(first) => format!(".drives(\"{first}\"), or .no_outcome(\"why\")"),
        None => {
            "declare what the business wants: outcome(\"retention\", ..), and say .drives(\"retention\")".to_owned()
        }
    };
    findings.warn(
        codes::DRIVES_NOTHING,
        metric.name.span,
        format!("metric `{name}` drives no outcome, so nobody can tell what it is worth"),
        help,
    );
}

fn goals(findings: &mut Findings<'_>, metric: &Metric) {
    if is_fact(metric) {
        return;
    }
    let name = &metric.name.value;
    let span = metric.name.span;
    let goal = &metric.goal;
    if goal.owner.is_none() {
        findings.warn(
            codes::NO_OWNER,
            span,
            format!("nobody owns `{name}`"),
            ".owner(\"Support\")",
        );
    }
    if goal.target.is_none() {
        // What another card keeps has its target there; what is mixed into a score has its anchors.
        let elsewhere = matches!(metric.measure.kind, MeasureKind::ValueFrom { .. });
        let mixed = findings
            .card
            .scores
            .iter()
            .flat_map(|score| &score.parts)
            .any(|part| part.of.value == *name);
        if elsewhere || mixed {
            return;
        }
        findings.warn(
            codes::NO_TARGET,
            span,
            format!("`{name}` has no target"),
            ".target(80), or .no_target(\"a volume, not a success\")",
        );
        return;
    }
    // An outcome is a promise to the business; a metric on the way to it may do without, which is told once for all.
    if metric.role == Role::Metric {
        return;
    }
    let lacking = match lacking(metric) {
        (true, true) => "no baseline and no due date",
        (true, false) => "no baseline",
        (false, true) => "no due date",
        (false, false) => return,
    };
    let message = format!("`{name}` has {lacking}, so its pace cannot be told");
    findings.warn(codes::NO_BASELINE, span, message, HOW_TO_PACE);
}

/// A score at the top whose colour nobody can tell.
fn bandless(findings: &mut Findings<'_>, score: &Score) {
    let name = &score.name.value;
    let is_part = findings
        .card
        .scores
        .iter()
        .flat_map(|score| &score.parts)
        .any(|part| part.of.value == *name);
    if score.bands.is_none() && !is_part {
        findings.warn(
            codes::BANDS,
            score.name.span,
            format!("`{name}` has no bands, so nobody can tell a good score from a bad one"),
            ".bands(50, 75): red below 50, green from 75",
        );
    }
}

const HOW_TO_PACE: &str = ".baseline(41) or .baseline_at(\"2026-Q1\"), and .by(\"2027-06-30\")";

/// Whether a goal lacks its baseline, and its due date.
const fn lacking(metric: &Metric) -> (bool, bool) {
    (metric.goal.baseline.is_none(), metric.goal.due.is_none())
}

fn paceless(findings: &mut Findings<'_>) {
    let metrics: Vec<&Metric> = findings
        .card
        .metrics
        .iter()
        .filter(|metric| {
            metric.role == Role::Metric && metric.goal.target.is_some() && lacking(metric) != (false, false)
        })
        .collect();
    let Some(first) = metrics.first() else { return };
    let names: Vec<String> = metrics
        .iter()
        .map(|metric| format!("`{}`", metric.name.value))
        .collect();
    let message = format!(
        "the pace cannot be told of {}: no baseline or no due date",
        names.join(", ")
    );
    findings.note(codes::NO_BASELINE, first.name.span, message, HOW_TO_PACE);
}

/// Counting what one does oneself, and calling it success.
fn activity(findings: &mut Findings<'_>, metric: &Metric) {
    let MeasureKind::Aggregate(part) = &metric.measure.kind else {
        return;
    };
    if part.function == MeasureFunction::Count && direction(metric) == Direction::Higher && metric.goal.target.is_some()
    {
        findings.warn(
            codes::ACTIVITY,
            metric.name.span,
            format!(
                "`{}` counts rows of `{}`: activity, not what comes of it",
                metric.name.value, part.table
            ),
            "measure what customers feel or do: a rate, a score; or say .no_target(\"a volume\")",
        );
    }
}

fn nps_alone(findings: &mut Findings<'_>) {
    let metrics: Vec<&Metric> = findings
        .card
        .metrics
        .iter()
        .filter(|metric| metric.role == Role::Metric)
        .collect();
    let is_nps = |metric: &Metric| {
        metric
            .measure
            .aggregates()
            .iter()
            .any(|part| part.function == MeasureFunction::Nps)
    };
    if let [only] = metrics.as_slice()
        && is_nps(only)
        && !is_fact(only)
    {
        findings.warn(
            codes::NPS_ALONE,
            only.name.span,
            "NPS alone stands for the whole experience",
            "add what moves it: effort, satisfaction with moments of truth, resolution at first contact",
        );
    }
}

/// Tables that something reads, parents and sources included.
fn used_tables(card: &Scorecard) -> Vec<&str> {
    let mut used: Vec<&str> = card.row_exprs().into_iter().map(|(table, _)| table).collect();
    used.extend(
        card.measures()
            .flat_map(|measure| measure.aggregates())
            .map(|part| part.table.as_str()),
    );
    used.extend(card.column_refs().into_iter().map(|column| column.table.as_str()));
    used.extend(card.lists.iter().map(|list| list.table.value.as_str()));
    used.extend(
        card.scores
            .iter()
            .filter_map(|score| score.each.as_ref())
            .map(|table| table.value.as_str()),
    );
    used.extend(
        card.scores
            .iter()
            .filter_map(|score| score.override_table.as_ref())
            .map(|t| t.table.value.as_str()),
    );
    for table in &card.tables {
        used.extend(table.belongs_to.iter().map(|step| step.table.value.as_str()));
        match &table.source {
            TableSource::Alias(of) => used.push(of),
            TableSource::Stack(of) => used.extend(of.iter().map(String::as_str)),
            TableSource::Entities(column) => used.push(&column.table),
            TableSource::Host | TableSource::Inline(_) => {}
        }
    }
    used
}

fn unused_tables(findings: &mut Findings<'_>) {
    let used = used_tables(findings.card);
    for table in &findings.card.tables {
        let name = table.name.value.as_str();
        if !used.contains(&name) {
            findings.warn(
                codes::UNUSED,
                table.name.span,
                format!("nothing reads table `{name}`"),
                "leave it out",
            );
        }
    }
}

/// Columns that the card makes or describes, and never reads.
fn unused_columns(findings: &mut Findings<'_>) {
    let card = findings.card;
    let mut read: Vec<(&str, &str)> = Vec::new();
    let mut note = |table, path: &'_ [String]| -> Option<()> {
        let home = card.home(table, path).ok()?;
        let column = path.last()?;
        let place = card.tables.iter().find(|table| table.name.value == home)?;
        // The name lives as long as the card, since it is one of its own texts.
        read.push((place.name.value.as_str(), known_name(card, column)?));
        Some(())
    };
    for (table, expr) in card.row_exprs() {
        for (path, _) in expr.columns() {
            note(table, path);
        }
    }
    for column in card.column_refs() {
        note(&column.table, &column.path);
    }
    for table in &card.tables {
        let mut named: Vec<&str> = table.key.iter().map(|column| column.value.as_str()).collect();
        named.extend(table.date.iter().map(|date| date.column.value.as_str()));
        named.extend(
            table
                .latest_by
                .iter()
                .chain(&table.distinct_by)
                .map(|column| column.value.as_str()),
        );
        named.extend(
            table
                .belongs_to
                .iter()
                .flat_map(|step| &step.columns)
                .map(|column| column.value.as_str()),
        );
        read.extend(named.into_iter().map(|column| (table.name.value.as_str(), column)));
    }
    for list in &card.lists {
        let sort = list.sort.iter().map(|(column, _)| column);
        read.extend(
            list.show
                .iter()
                .chain(sort)
                .map(|column| (list.table.value.as_str(), column.value.as_str())),
        );
    }
    for quotes in &card.quotes {
        let table = quotes.text.table.as_str();
        read.extend(quotes.show.iter().map(|column| (table, column.value.as_str())));
    }
    for table in &card.tables {
        let name = table.name.value.as_str();
        // Rows of a stack, of an alias or unpivoted are read under another name.
        let passed_on = card.tables.iter().any(|other| match &other.source {
            TableSource::Stack(of) => of.iter().any(|of| of == name),
            TableSource::Alias(of) => of == name,
            _ => false,
        });
        if passed_on {
            continue;
        }
        for added in table.added.iter().filter(|added| !added.hidden) {
            let made_by_score = matches!(added.source, AddedSource::Score { .. });
            if !made_by_score && !read.contains(&(name, added.name.value.as_str())) {
                let message = format!("nothing reads column `{}` of `{name}`", added.name.value);
                findings.warn(codes::UNUSED, added.name.span, message, "leave it out");
            }
        }
        for facts in table.columns.iter().filter(|_| table.unpivot.is_none()) {
            if !read.contains(&(name, facts.column.value.as_str())) {
                let message = format!("nothing reads column `{}` of `{name}`", facts.column.value);
                findings.warn(codes::UNUSED, facts.column.span, message, "leave it out, or measure it");
            }
        }
    }
}

/// A column's name as the card's own text, where the card makes or describes a column of that name.
fn known_name<'a>(card: &'a Scorecard, column: &str) -> Option<&'a str> {
    card.tables.iter().find_map(|table| {
        let added = table.added.iter().map(|added| &added.name.value);
        let facts = table.columns.iter().map(|facts| &facts.column.value);
        added.chain(facts).find(|name| *name == column).map(String::as_str)
    })
}

fn unused_objectives(findings: &mut Findings<'_>) {
    let card = findings.card;
    for objective in &card.objectives {
        let name = &objective.name.value;
        let goals = card
            .metrics
            .iter()
            .map(|metric| &metric.goal)
            .chain(card.scores.iter().map(|score| &score.goal));
        let served = goals
            .filter_map(|goal| goal.serves.as_ref())
            .any(|served| served.value == *name);
        if !served {
            findings.warn(
                codes::UNUSED,
                objective.name.span,
                format!("no outcome serves objective `{name}`"),
                format!("outcome(..).serves(\"{name}\")"),
            );
        }
    }
}

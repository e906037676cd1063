//! Names: two objects of one name, and names that nothing declares.

use super::{Findings, suggestion};
use crate::definition::{QuoteGroups, Role, SECTIONS, Score, Scorecard};
use crate::diagnostic::{Code, Diagnostic, Span, Spanned, codes, nearest};

/// Checks names.
pub(super) fn check(findings: &mut Findings<'_>) {
    let card = findings.card;
    let objects = card
        .metrics
        .iter()
        .map(|metric| {
            (
                if metric.role == Role::Outcome {
                    "outcome"
                } else {
                    "metric"
                },
                &metric.name,
            )
        })
        .chain(card.scores.iter().map(|score| ("score", &score.name)));
    duplicates(findings, objects);
    let segments = card.segments.iter().map(|segment| ("segment", &segment.name));
    let journeys = card.journeys.iter().map(|journey| ("journey", &journey.name));
    duplicates(findings, segments.chain(journeys));
    duplicates(findings, card.tables.iter().map(|table| ("table", &table.name)));
    duplicates(
        findings,
        card.objectives.iter().map(|objective| ("objective", &objective.name)),
    );
    duplicates(
        findings,
        card.initiatives.iter().map(|action| ("initiative", &action.name)),
    );
    duplicates(findings, card.lists.iter().map(|list| ("list", &list.name)));
    duplicates(findings, card.quotes.iter().map(|quotes| ("quotation", &quotes.name)));
    duplicates(
        findings,
        card.audiences.iter().map(|audience| ("audience", &audience.name)),
    );
    duplicates(findings, card.alerts.iter().map(|alert| ("alert", &alert.name)));
    duplicates(findings, card.tests.iter().map(|test| ("test", &test.name)));
    for table in &card.tables {
        let visible = table.added.iter().filter(|added| !added.hidden);
        duplicates(findings, visible.map(|added| ("column", &added.name)));
    }
    for journey in &card.journeys {
        duplicates(findings, journey.phases.iter().map(|phase| ("phase", &phase.name)));
        duplicates(
            findings,
            journey
                .phases
                .iter()
                .flat_map(|phase| &phase.steps)
                .map(|step| ("step", step)),
        );
    }
    objects_named(findings);
    segments_named(findings);
    stages_named(findings);
    tests_named(findings);
    readers_named(findings);
}

fn duplicates<'a>(findings: &mut Findings<'_>, names: impl Iterator<Item = (&'a str, &'a Spanned<String>)>) {
    let mut seen: Vec<(&str, &Spanned<String>)> = Vec::new();
    for (what, name) in names {
        if let Some((first_kind, first)) = seen.iter().find(|(_, other)| other.value == name.value) {
            let message = if *first_kind == what {
                format!("two {what}s of the name `{}`", name.value)
            } else {
                format!(
                    "{} and {} of one name: `{}`",
                    with_article(first_kind),
                    with_article(what),
                    name.value
                )
            };
            let diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, message).related(first.span, "the first one");
            findings.push(diagnostic, name.span, "give one of them another name".into());
        } else {
            seen.push((what, name));
        }
    }
}

fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {word}")
}

fn object_names(card: &Scorecard) -> impl Iterator<Item = &str> {
    let metrics = card.metrics.iter().map(|metric| metric.name.value.as_str());
    metrics.chain(card.scores.iter().map(|score| score.name.value.as_str()))
}

fn known_object(findings: &mut Findings<'_>, name: &str, span: Span, what: &str) {
    let card = findings.card;
    if !object_names(card).any(|known| known == name) {
        let help = suggestion(name, object_names(card), "metrics, outcomes and scores");
        findings.error(
            codes::UNKNOWN_OBJECT,
            span,
            format!("no {what} `{name}` in this card"),
            help,
        );
    }
}

fn objects_named(findings: &mut Findings<'_>) {
    let card = findings.card;
    for metric in &card.metrics {
        driven(findings, &metric.name.value, &metric.drives);
        if let Some(objective) = &metric.goal.serves {
            known_objective(findings, objective);
        }
    }
    for score in &card.scores {
        driven(findings, &score.name.value, &score.drives);
        score_parts(findings, score);
        if let Some(objective) = &score.goal.serves {
            known_objective(findings, objective);
        }
    }
    for link in &card.links {
        known_object(findings, &link.metric.value, link.metric.span, "metric");
        known_object(findings, &link.outcome.value, link.outcome.span, "outcome or metric");
        driven(findings, &link.metric.value, std::slice::from_ref(&link.outcome));
    }
    for movement in card.initiatives.iter().flat_map(|action| &action.moves) {
        known_object(findings, &movement.metric.value, movement.metric.span, "metric");
    }
    for condition in card.conditions() {
        for (path, span) in condition.columns() {
            match path {
                [name] => known_object(findings, name, span, "metric or score"),
                _ => findings.error(
                    codes::UNKNOWN_OBJECT,
                    span,
                    format!("`{}` is no metric", path.join(".")),
                    "a condition on a cell reads metrics and scores: |m| m.nps < 0",
                ),
            }
        }
    }
}

/// Readers: what an audience shows, of whom, and who lists and quotes are for.
fn readers_named(findings: &mut Findings<'_>) {
    let card = findings.card;
    for audience in &card.audiences {
        for part in audience
            .shows
            .iter()
            .filter(|part| !SECTIONS.contains(&part.value.as_str()))
        {
            let help = nearest(&part.value, SECTIONS).map_or_else(
                || format!("a report has: {}", SECTIONS.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("no part of a report is named `{}`", part.value);
            findings.error(codes::UNKNOWN_OBJECT, part.span, message, help);
        }
        for name in &audience.only {
            known_object(findings, &name.value, name.span, "metric, outcome or score");
        }
        let owners = owners(card);
        for who in audience
            .owners
            .iter()
            .filter(|who| !owners.contains(&who.value.as_str()))
        {
            let help = suggestion(&who.value, owners.iter().copied(), "owners");
            let message = format!("nothing in this card is owned by `{}`", who.value);
            findings.error(codes::UNKNOWN_OBJECT, who.span, message, help);
        }
    }
    for quotes in &card.quotes {
        if let Some(QuoteGroups::Segment(segment)) = &quotes.by {
            known_segment(findings, &segment.value, segment.span, codes::UNKNOWN_OBJECT);
        }
    }
}

/// Everybody who owns something.
fn owners(card: &Scorecard) -> Vec<&str> {
    let goals = card
        .metrics
        .iter()
        .map(|metric| &metric.goal)
        .chain(card.scores.iter().map(|score| &score.goal));
    let mut owners: Vec<&str> = goals
        .filter_map(|goal| goal.owner.as_ref())
        .chain(card.initiatives.iter().filter_map(|action| action.owner.as_ref()))
        .map(|owner| owner.value.as_str())
        .collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}

fn driven(findings: &mut Findings<'_>, own: &str, drives: &[Spanned<String>]) {
    for name in drives {
        if name.value == own {
            findings.error(
                codes::CYCLE,
                name.span,
                format!("`{own}` drives itself"),
                "name the outcome that it leads",
            );
        } else {
            known_object(findings, &name.value, name.span, "outcome or metric");
        }
    }
}

fn score_parts(findings: &mut Findings<'_>, score: &Score) {
    for part in &score.parts {
        known_object(findings, &part.of.value, part.of.span, "metric or score");
    }
    if let Some(each) = &score.mix_each {
        known_object(findings, &each.of.value, each.of.span, "metric");
    }
    for rule in &score.weights_for {
        for (part, _) in &rule.weights {
            if !score.parts.iter().any(|known| known.of.value == *part) {
                let names = score.parts.iter().map(|part| part.of.value.as_str());
                let help = suggestion(part, names, "parts");
                let message = format!("`{part}` is no part of `{}`", score.name.value);
                findings.error(codes::UNKNOWN_OBJECT, rule.segment.span, message, help);
            }
        }
    }
}

fn known_objective(findings: &mut Findings<'_>, name: &Spanned<String>) {
    let known: Vec<&str> = findings.card.objectives.iter().map(|o| o.name.value.as_str()).collect();
    if !known.contains(&name.value.as_str()) {
        let help = suggestion(&name.value, known, "objectives");
        let message = format!("no objective `{}` in this card", name.value);
        findings.error(codes::UNKNOWN_OBJECT, name.span, message, help);
    }
}

/// Segments by name; a journey along columns is one.
fn segment_names(card: &Scorecard) -> impl Iterator<Item = &str> {
    let journeys = card.journeys.iter().filter(|journey| !journey.along.is_empty());
    card.segments
        .iter()
        .map(|segment| segment.name.value.as_str())
        .chain(journeys.map(|journey| journey.name.value.as_str()))
}

fn known_segment(findings: &mut Findings<'_>, name: &str, span: Span, code: Code) {
    let card = findings.card;
    if !segment_names(card).any(|known| known == name) {
        let help = suggestion(name, segment_names(card), "segments");
        findings.error(code, span, format!("no segment `{name}` in this card"), help);
    }
}

fn segments_named(findings: &mut Findings<'_>) {
    let card = findings.card;
    let mut named: Vec<&Spanned<String>> = card.crosses.iter().flat_map(|cross| &cross.segments).collect();
    for measure in card.measures() {
        named.extend(measure.across());
        named.extend(measure.aggregates().into_iter().flat_map(|part| &part.ignoring));
    }
    for metric in &card.metrics {
        named.extend(metric.goal.segment_targets.iter().map(|targets| &targets.segment));
    }
    for score in &card.scores {
        named.extend(score.goal.segment_targets.iter().map(|targets| &targets.segment));
        named.extend(score.weights_for.iter().map(|rule| &rule.segment));
        named.extend(score.mix_each.iter().map(|each| &each.segment));
        for (hand, (segment, _)) in score
            .overrides
            .iter()
            .filter_map(|hand| Some((hand, hand.cell.as_ref()?)))
        {
            known_segment(findings, segment, hand.span, codes::UNKNOWN_OBJECT);
        }
    }
    for name in named {
        known_segment(findings, &name.value, name.span, codes::UNKNOWN_OBJECT);
    }
}

/// Stages: a card without a journey may use any; with journeys each must be on one.
fn stages_named(findings: &mut Findings<'_>) {
    let card = findings.card;
    if card.journeys.is_empty() {
        return;
    }
    let journeys: Vec<String> = card
        .journeys
        .iter()
        .map(|journey| format!("\"{}\"", journey.name.value))
        .collect();
    let journeys = journeys.join(" or ");
    let phases = || card.journeys.iter().flat_map(|journey| &journey.phases);
    for stage in card.metrics.iter().filter_map(|metric| metric.stage.as_ref()) {
        let wanted = stage.phase.value.as_str();
        let is_phase = phases().any(|phase| phase.name.value == wanted);
        let is_step = phases().flat_map(|phase| &phase.steps).any(|step| step.value == wanted);
        if !(is_phase || is_step && stage.step.is_none()) {
            let names = phases().flat_map(|phase| {
                std::iter::once(phase.name.value.as_str()).chain(phase.steps.iter().map(|step| step.value.as_str()))
            });
            let help = suggestion(wanted, names, "stages");
            let message = format!("no stage `{wanted}` in journey {journeys}");
            findings.error(codes::UNKNOWN_OBJECT, stage.phase.span, message, help);
            continue;
        }
        let Some(step) = &stage.step else { continue };
        let steps: Vec<&str> = phases()
            .filter(|phase| phase.name.value == wanted)
            .flat_map(|phase| phase.steps.iter().map(|step| step.value.as_str()))
            .collect();
        if !steps.contains(&step.value.as_str()) {
            let help = suggestion(&step.value, steps, "steps of this phase");
            let message = format!("no step `{}` in phase `{wanted}` of journey {journeys}", step.value);
            findings.error(codes::UNKNOWN_OBJECT, step.span, message, help);
        }
    }
}

fn tests_named(findings: &mut Findings<'_>) {
    let card = findings.card;
    for test in &card.tests {
        for (number, given) in test.given.iter().enumerate() {
            let name = &given.table.value;
            if card.table(name).is_none() {
                let help = suggestion(
                    name,
                    card.tables.iter().map(|table| table.name.value.as_str()),
                    "tables",
                );
                let message = format!("no table `{name}` in this card");
                findings.error(codes::UNKNOWN_TABLE, given.table.span, message, help);
            }
            if test.given.iter().take(number).any(|other| other.table.value == *name) {
                let message = format!("`{name}` is given twice in this test");
                findings.error(
                    codes::BAD_TEST,
                    given.table.span,
                    message,
                    "put all its rows into one `given`",
                );
            }
        }
        for expect in &test.expects {
            known_object(findings, &expect.of.value, expect.of.span, "metric, outcome or score");
            for (segment, _) in &expect.cell {
                known_segment(findings, segment, expect.span, codes::BAD_TEST);
            }
            if let crate::definition::Expectation::Band(band) = &expect.what {
                band_named(findings, &expect.of, band, expect.span);
            }
        }
        if test.expects.is_empty() {
            let message = format!("test `{}` expects nothing", test.name.value);
            findings.warn(
                codes::BAD_TEST,
                test.name.span,
                message,
                "say what must come out: .expect(\"nps\", 33.3)",
            );
        }
    }
}

fn band_named(findings: &mut Findings<'_>, of: &Spanned<String>, band: &str, span: Span) {
    let Some(score) = findings.card.score(&of.value) else {
        return;
    };
    match &score.bands {
        None => findings.error(
            codes::BAD_TEST,
            span,
            format!("score `{}` has no bands", of.value),
            "say where they begin: .bands(50, 75)",
        ),
        Some(bands) if !bands.names.iter().any(|name| name == band) => {
            let help = suggestion(band, bands.names.iter().map(String::as_str), "bands");
            findings.error(
                codes::BAD_TEST,
                span,
                format!("score `{}` has no band `{band}`", of.value),
                help,
            );
        }
        Some(_) => {}
    }
}

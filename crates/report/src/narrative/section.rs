//! A short paragraph for each part of a report.

use bellwether::definition::Role;
use bellwether::measure::State;
use bellwether::report::{ChangeVerdict, InitiativeResult, Report, Results};

use super::claim;
use super::words::{Subject, counted, currency, few, label, list, money_range, plain, sentence, subjects};
use crate::audience::{Audience, Voice};
use crate::compose::metric;
use crate::format;

pub(super) fn sentences(report: &Report, results: &Results, part: &str, audience: &Audience) -> Vec<String> {
    let voice = audience.voice;
    let said = match part {
        "outcomes" => outcomes(results, voice),
        "metrics" => metrics(results, voice),
        "programme" => programme(results),
        "scores" => scores(results),
        "trends" => trends(results),
        "segments" => segments(results),
        "drivers" => drivers(results, voice),
        "links" => results
            .links
            .iter()
            .map(|result| claim::link(results, result))
            .collect(),
        "journey" => journey(results),
        "initiatives" => initiatives(results, voice),
        "lists" => lists(results, audience),
        "alerts" => alerts(results),
        "quotes" => quotes(results, audience),
        "method" => method(report, results),
        _ => Vec::new(),
    };
    said.iter().map(|text| sentence(text)).collect()
}

/// The metrics of a role, less those of the programme.
fn of_role(results: &Results, role: Role) -> Vec<Subject<'_>> {
    let in_role = |name: &str| metric::of_role(results, role).any(|metric| metric.name == name);
    subjects(results)
        .into_iter()
        .filter(|of| !of.is_score && in_role(of.name))
        .collect()
}

/// An outcome a sentence: its value, its goal, its pace; then its change and its worth. On one page the tile says value and
/// change already.
fn outcomes(results: &Results, voice: Voice) -> Vec<String> {
    let mut said = Vec::new();
    for of in of_role(results, Role::Outcome) {
        let metric = results.metrics.iter().find(|metric| metric.name == of.name);
        let due = metric.and_then(|metric| metric.goal.due).map(|due| due.to_string());
        let pace = results.pace.iter().find(|pace| pace.of == of.name);
        let pace = pace
            .filter(|_| of.cell.target_met != Some(true))
            .map(|pace| claim::pace(of, pace));
        let goal = claim::goal(of, due).into_iter().chain(pace);
        if voice == Voice::Executive {
            let parts: Vec<String> = goal.chain(claim::worth(results, of.name)).collect();
            said.push(if parts.is_empty() {
                claim::value(of)
            } else {
                format!("{}: {}", of.label, parts.join("; "))
            });
            continue;
        }
        let parts: Vec<String> = std::iter::once(claim::value(of)).chain(goal).collect();
        said.push(parts.join("; "));
        if let Some(change) = claim::change(of) {
            let no_range = metric.and_then(|metric| metric.no_interval.as_deref());
            let no_range = no_range.filter(|_| of.cell.interval.is_none() && voice == Voice::Analyst);
            let why = no_range.map_or_else(String::new, |why| format!("; it has no range: {why}"));
            said.push(format!("{} is {change}{why}", of.label));
        }
        said.extend(claim::worth(results, of.name));
    }
    said
}

fn metrics(results: &Results, voice: Voice) -> Vec<String> {
    let all = of_role(results, Role::Metric);
    if all.is_empty() {
        return Vec::new();
    }
    let mut said = Vec::new();
    let with_goal = all.iter().filter(|of| of.cell.target_met.is_some()).count();
    let met: Vec<&str> = named(&all, |of| of.cell.target_met == Some(true));
    let back: Vec<&str> = named(&all, |of| of.cell.progress.is_some_and(|way| way < 0.0));
    if with_goal > 0 {
        let names = if met.is_empty() {
            String::new()
        } else {
            format!(": {}", few(&met, 4))
        };
        said.push(format!(
            "{} of {} meet their target{names}",
            met.len(),
            counted(with_goal, "metric")
        ));
    }
    if !back.is_empty() {
        said.push(format!("Further from target than at the baseline: {}", few(&back, 4)));
    }
    said.extend(changes(&all, voice));
    let thin: Vec<&str> = named(&all, |of| of.cell.state == State::TooFew);
    if !thin.is_empty() {
        said.push(format!("Too few rows to rely on: {}", list(&thin)));
    }
    let stale: Vec<&str> = named(&all, |of| of.cell.state == State::Stale && of.cell.value.is_some());
    if !stale.is_empty() {
        said.push(format!("Older than the card allows: {}", list(&stale)));
    }
    let none: Vec<String> = all
        .iter()
        .filter(|of| of.cell.value.is_none())
        .map(|of| claim::value(*of))
        .collect();
    said.extend(none);
    said
}

/// How well the programme listens: each number with the definition that it keeps to.
fn programme(results: &Results) -> Vec<String> {
    let mut said = Vec::new();
    for of in subjects(results).into_iter().filter(|of| !of.is_score) {
        let metric = results.metrics.iter().find(|metric| metric.name == of.name);
        let Some(definition) = metric.and_then(|metric| metric::definition(results, metric)) else {
            continue;
        };
        let parts = std::iter::once(claim::value(of)).chain(claim::goal(of, None));
        let parts: Vec<String> = parts.chain(claim::change(of)).collect();
        said.push(format!("{} ({definition})", parts.join("; ")));
    }
    said
}

fn named<'r>(all: &[Subject<'r>], keep: impl Fn(&Subject<'r>) -> bool) -> Vec<&'r str> {
    all.iter().filter(|of| keep(of)).map(|of| of.label).collect()
}

/// What moved by more than noise, what did not, what nobody tested.
fn changes(all: &[Subject<'_>], voice: Voice) -> Vec<String> {
    let mut said: Vec<String> = all
        .iter()
        .filter(|of| claim::is_real(**of).is_some())
        .filter_map(|of| Some(format!("{} is {}", of.label, claim::change(*of)?)))
        .collect();
    let verdict = |of: &Subject<'_>, wanted: ChangeVerdict| {
        of.cell
            .change
            .as_ref()
            .is_some_and(|change| change.verdict == wanted && of.shows(change.difference))
    };
    let noise = named(all, |of| verdict(of, ChangeVerdict::NoChangeShown));
    let untested = named(all, |of| verdict(of, ChangeVerdict::NotTested));
    if !noise.is_empty() {
        said.push(format!("Noise alone can explain the change of {}", few(&noise, 6)));
    }
    if !untested.is_empty() {
        said.push(format!("Not tested: the change of {}", few(&untested, 6)));
    }
    if voice == Voice::Executive {
        said.truncate(3);
    }
    said
}

fn scores(results: &Results) -> Vec<String> {
    let mut said = Vec::new();
    for (score, of) in results
        .scores
        .iter()
        .zip(subjects(results).into_iter().filter(|of| of.is_score))
    {
        let mut text = claim::value(of);
        if let Some(change) = claim::change(of) {
            text.push_str(&format!("; {change}"));
        }
        said.push(text);
        if let (None, Some(why)) = (
            &of.cell.interval,
            score.no_interval.as_ref().filter(|_| of.cell.value.is_some()),
        ) {
            said.push(format!("It has no range: {why}"));
        }
        let lost: Vec<String> = score
            .contributions
            .iter()
            .filter_map(|part| {
                let lost = part.points_lost.filter(|lost| *lost >= 0.05)?;
                Some(format!("{} ({})", label(results, &part.of), format::number(lost, 1)))
            })
            .collect();
        if !lost.is_empty() {
            said.push(format!("Points are lost by {}", few(&lost, 3)));
        }
        for limit in score.limits.iter().filter(|limit| limit.outcome == "applied") {
            said.push(format!(
                "A {} sets it to {}: {}",
                limit.kind.replace('_', "-"),
                format::stated(limit.value),
                limit.reason
            ));
        }
    }
    said
}

fn trends(results: &Results) -> Vec<String> {
    let metrics = results
        .metrics
        .iter()
        .map(|metric| (&metric.label, metric.process.as_ref()));
    let scores = results
        .scores
        .iter()
        .map(|score| (&score.label, score.process.as_ref()));
    let (mut calm, mut out, mut provisional) = (Vec::new(), Vec::new(), 0);
    for (label, process) in metrics.chain(scores) {
        let Some(process) = process else { continue };
        provisional += usize::from(process.provisional);
        match process.signals.last() {
            None => calm.push(label.as_str()),
            Some(last) => out.push(format!("{label} (last in {}: {})", last.period, last.why)),
        }
    }
    let mut said = Vec::new();
    if !out.is_empty() {
        said.push(format!("More than noise, over all periods: {}", few(&out, 4)));
    }
    if !calm.is_empty() {
        said.push(format!("Noise alone explains the series of {}", few(&calm, 6)));
    }
    if provisional > 0 {
        said.push(format!(
            "The limits of {} are provisional: fewer than 17 periods stand behind them",
            counted(provisional, "series").replace("seriess", "series")
        ));
    }
    said
}

fn segments(results: &Results) -> Vec<String> {
    let cells = || results.metrics.iter().flat_map(|metric| &metric.cells);
    let hidden = cells().filter(|cell| cell.state == State::Suppressed).count();
    let mut said = Vec::new();
    if hidden > 0 {
        said.push(format!(
            "{} {} hidden, as they would tell of too few people",
            counted(hidden, "cell"),
            if hidden == 1 { "is" } else { "are" }
        ));
    }
    let now = cells().filter(|cell| !cell.segments.is_empty() && cell.period == results.headline_period);
    let (mut all, mut thin) = (0_usize, 0_usize);
    for cell in now.filter(|cell| cell.value.is_some()) {
        all += 1;
        thin += usize::from(cell.state == State::TooFew);
    }
    if thin > 0 {
        said.push(format!(
            "{} of {} values of this period rest on too few rows to compare; they are marked",
            format::whole(thin as u64),
            format::whole(all as u64)
        ));
    }
    said
}

fn drivers(results: &Results, voice: Voice) -> Vec<String> {
    let mut said = Vec::new();
    for drivers in &results.drivers {
        let outcome = label(results, &drivers.outcome);
        let names: Vec<&str> = drivers
            .metrics
            .iter()
            .map(|driver| label(results, &driver.metric))
            .collect();
        let percent = |share: f64| format::number(100.0 * share, 1);
        said.push(format!(
            "{} together explain {} % of what differs in {outcome} ({} to {})",
            list(&names),
            percent(drivers.r_squared.value),
            percent(drivers.r_squared.low),
            percent(drivers.r_squared.high)
        ));
        if let Some(first) = drivers.metrics.first() {
            said.push(format!(
                "Of that, {} carries most: {} %",
                label(results, &first.metric),
                format::number(first.share, 0)
            ));
        }
        let improve: Vec<&str> = drivers
            .metrics
            .iter()
            .filter(|driver| driver.place.as_deref() == Some("improve"))
            .map(|driver| label(results, &driver.metric))
            .collect();
        if !improve.is_empty() {
            said.push(format!("Important and weak, so first to improve: {}", list(&improve)));
        }
        if voice == Voice::Analyst && drivers.left_out > 0 {
            said.push(format!(
                "{} of {} are left out, as an answer is missing",
                format::whole(drivers.left_out),
                drivers.of
            ));
        }
    }
    said
}

fn journey(results: &Results) -> Vec<String> {
    let mut said: Vec<String> = results
        .friction
        .iter()
        .take(3)
        .map(|friction| {
            let at = friction.stage.as_ref().map_or_else(String::new, |(phase, step)| {
                format!(" at `{}`", step.as_ref().unwrap_or(phase))
            });
            format!(
                "{}{at} costs {} a year through {} [{}]",
                label(results, &friction.metric),
                money_range(friction.a_year, friction.currency.as_deref()),
                label(results, &friction.outcome),
                claim::grade(friction.evidence)
            )
        })
        .collect();
    for journey in &results.journeys {
        let blank: Vec<&str> = journey
            .phases
            .iter()
            .filter(|phase| phase.metrics.is_empty())
            .flat_map(|phase| &phase.steps)
            .filter(|step| step.metrics.is_empty())
            .map(|step| step.name.as_str())
            .collect();
        if !blank.is_empty() {
            said.push(format!("Nothing is measured at {}", few(&blank, 4)));
        }
        if !journey.off_the_map.is_empty() {
            let names: Vec<&str> = journey.off_the_map.iter().map(|(name, _)| name.as_str()).collect();
            said.push(format!("In the data and not on the map: {}", few(&names, 4)));
        }
    }
    said
}

fn initiatives(results: &Results, voice: Voice) -> Vec<String> {
    // On one page the table says the rest.
    let told = results.initiatives.iter().filter(|_| voice != Voice::Executive);
    let mut said: Vec<String> = told.map(|result| initiative(results, result)).collect();
    let quick: Vec<&str> = results
        .initiatives
        .iter()
        .filter(|result| result.analysis.quick_win == Some(true))
        .map(|result| result.initiative.name.value.as_str())
        .collect();
    if !quick.is_empty() {
        said.push(format!("Quick wins: {}", list(&quick)));
    }
    let moved: Vec<&str> = results
        .initiatives
        .iter()
        .flat_map(|result| &result.initiative.moves)
        .map(|moved| moved.metric.value.as_str())
        .collect();
    let twice = moved
        .iter()
        .enumerate()
        .any(|(at, name)| moved.iter().skip(at + 1).any(|other| other == name));
    if twice {
        said.push("Gains of initiatives that move the same metric do not add up".to_owned());
    }
    if !results.initiatives.is_empty() {
        said.push("How far an initiative moves its metric is the card's assumption".to_owned());
    }
    said
}

/// What an initiative returns, and how sure that is.
fn initiative(results: &Results, result: &InitiativeResult) -> String {
    let name = &result.initiative.name.value;
    let analysis = &result.analysis;
    let currency = currency(results);
    let Some(net) = analysis.net.or(analysis.a_year) else {
        let why = analysis
            .notes
            .first()
            .map_or_else(|| "nothing tells its worth".to_owned(), |note| plain(results, note));
        return format!("{name} has no return that can be told: {why}");
    };
    let over = match analysis.net {
        Some(_) => format!("net over {} months", analysis.horizon_months),
        None => "a year".to_owned(),
    };
    let pays = match (analysis.net, analysis.payback_months) {
        (Some(_), Some(months)) => format!(", paid back in month {months}"),
        (Some(_), None) => ", not paid back within that time".to_owned(),
        (None, _) => String::new(),
    };
    let risk = analysis.loss.map_or_else(String::new, |loss| {
        format!("; it loses money in {} % of draws", format::number(loss, 0))
    });
    let grade = analysis
        .evidence
        .map_or_else(String::new, |evidence| format!(" [{}]", claim::grade(evidence)));
    let returns = if net.low > 0.0 {
        "is expected to return"
    } else {
        "may gain or lose:"
    };
    format!(
        "{name} {returns} {} {over}{pays}{risk}{grade}",
        money_range(net, currency)
    )
}

fn lists(results: &Results, audience: &Audience) -> Vec<String> {
    audience
        .lists(results)
        .map(|list| {
            let shown = list.rows.len() as u64;
            if shown == list.passed {
                format!("{}: {}", list.name, counted(list.rows.len(), "row"))
            } else {
                format!(
                    "{}: {} of {} rows",
                    list.name,
                    format::whole(shown),
                    format::whole(list.passed)
                )
            }
        })
        .collect()
}

fn alerts(results: &Results) -> Vec<String> {
    if results.alerts.is_empty() {
        return Vec::new();
    }
    let of = |raised: Option<bool>| -> Vec<String> {
        results
            .alerts
            .iter()
            .filter(|alert| alert.raised == raised)
            .map(|alert| format!("`{}`", alert.name))
            .collect()
    };
    let (raised, unknown) = (of(Some(true)), of(None));
    let mut said = Vec::new();
    said.push(if raised.is_empty() {
        "No alert is raised".to_owned()
    } else {
        format!("Raised: {}", list(&raised))
    });
    if !unknown.is_empty() {
        said.push(format!("Not known, as a value is missing: {}", list(&unknown)));
    }
    said
}

fn quotes(results: &Results, audience: &Audience) -> Vec<String> {
    let mut said = Vec::new();
    for quotes in audience.quotes(results) {
        let rule = quotes.pick.word();
        let of = quotes
            .period
            .as_ref()
            .map_or_else(String::new, |period| format!(" of {period}"));
        let hidden = quotes.groups.iter().filter(|group| group.hidden).count();
        let masked: u64 = quotes
            .groups
            .iter()
            .flat_map(|group| &group.quotes)
            .map(|quote| quote.masked)
            .sum();
        let mut text = format!("{}: the {rule} ones{of}", quotes.name);
        if masked > 0 {
            text.push_str(", with addresses and numbers masked");
        }
        if hidden > 0 {
            text.push_str(&format!(
                "; {} not quoted, as too few people said something",
                counted(hidden, "group")
            ));
        }
        said.push(text);
    }
    if !said.is_empty() {
        said.push("Quotes tell a story; the numbers above say how often it is true".to_owned());
    }
    said
}

fn method(report: &Report, results: &Results) -> Vec<String> {
    let mut said = vec![
        "Ranges hold the true value in 95 of 100 cases, as far as rows are a sample of what they stand for".to_owned(),
    ];
    let tested = subjects(results).iter().any(|of| {
        of.cell
            .change
            .as_ref()
            .is_some_and(|change| change.verdict != ChangeVerdict::NotTested)
    });
    if tested {
        said.push("Changes are tested as one family: of those called real, about 5 in 100 are noise".to_owned());
    }
    if !results.links.is_empty() {
        said.push("A link says what goes with what; only an experiment shows what causes what".to_owned());
    }
    let told = report.diagnostics.iter().filter(|finding| finding.is_told()).count();
    if told > 0 {
        said.push(format!("{} to read below", counted(told, "note")));
    }
    said
}

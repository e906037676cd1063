//! What may be claimed of one number: its value, its change, its goal, its link.

use bellwether::measure::State;
use bellwether::report::{Change, ChangeVerdict, Evidence, LinkResult, Pace, PaceVerdict, Results};

use super::words::{Subject, effect_on, estimate, label, money, one_more, plain, range};
use crate::format;

/// `NPS is 40.7 points (33.2 to 47.4)`, or why there is no value.
pub(super) fn value(of: Subject<'_>) -> String {
    let cell = of.cell;
    let label = of.label;
    let band = cell.band.as_ref().map_or_else(String::new, |band| format!(", {band}"));
    match (cell.value, cell.state) {
        (Some(value), State::TooFew) => format!(
            "{label} is {}{}{band}, from {} alone: too few to rely on",
            of.amount(value),
            range(cell, of.decimals),
            answers(cell.n)
        ),
        (Some(value), State::Stale) => format!(
            "{label} is {}{}{band}, from data older than the card allows",
            of.amount(value),
            range(cell, of.decimals)
        ),
        (Some(value), _) => format!("{label} is {}{}{band}", of.amount(value), range(cell, of.decimals)),
        (None, State::Suppressed) => format!("{label} is hidden, as it would tell of too few people"),
        (None, State::Missing) => format!("{label} has no data{}", in_period(of)),
        (None, State::NotApplicable) => format!("{label} does not apply here"),
        (None, State::Failed) => format!("{label} could not be computed"),
        (None, State::TooFew) => format!("{label} has too few answers for a value"),
        (None, State::Stale) => format!("{label} has no data that is new enough"),
        (None, State::Ok) => format!("{label} has no value"),
    }
}

fn answers(n: u64) -> String {
    format!("{} row{}", format::whole(n), if n == 1 { "" } else { "s" })
}

fn in_period(of: Subject<'_>) -> String {
    of.cell
        .period
        .as_ref()
        .map_or_else(String::new, |period| format!(" in {period}"))
}

/// Whether a change may be spoken of as one: it passed its test and shows.
pub(super) fn is_real(of: Subject<'_>) -> Option<&Change> {
    let change = of.cell.change.as_ref()?;
    let called = matches!(change.verdict, ChangeVerdict::Up | ChangeVerdict::Down);
    (called && of.shows(change.difference)).then_some(change)
}

/// `it rose by 31.7 points since 2026-05, for the better, by more than noise`.
pub(super) fn change(of: Subject<'_>) -> Option<String> {
    let change = of.cell.change.as_ref()?;
    if !of.shows(change.difference) {
        return Some(format!("unchanged since {}", change.from));
    }
    let moved = format!(
        "{} {} since {}",
        if change.difference > 0.0 { "up" } else { "down" },
        of.distance(change.difference),
        change.from
    );
    Some(match (change.verdict, change.better) {
        (ChangeVerdict::Up | ChangeVerdict::Down, Some(true)) => {
            format!("{moved}, better by more than noise{}", change_range(of, change))
        }
        (ChangeVerdict::Up | ChangeVerdict::Down, Some(false)) => {
            format!("{moved}, worse by more than noise{}", change_range(of, change))
        }
        (ChangeVerdict::Up | ChangeVerdict::Down, None) => {
            format!("{moved}, by more than noise{}", change_range(of, change))
        }
        (ChangeVerdict::NoChangeShown, _) => format!("{moved}, which noise alone can explain"),
        (ChangeVerdict::NotTested, _) => match &change.reason {
            Some(reason) => format!("{moved}, not tested ({reason})"),
            None => format!("{moved}, not tested: it may be noise"),
        },
    })
}

fn change_range(of: Subject<'_>, change: &Change) -> String {
    change.interval.as_ref().map_or_else(String::new, |interval| {
        format!(
            " ({} to {})",
            format::difference(interval.low, of.decimals),
            format::difference(interval.high, of.decimals)
        )
    })
}

/// `5.5 points short of its target of 80 %, due 2027-06-30`.
pub(super) fn goal(of: Subject<'_>, due: Option<String>) -> Option<String> {
    let (value, target) = of.cell.value.zip(of.cell.target)?;
    let due = due.map_or_else(String::new, |due| format!(", due {due}"));
    Some(match of.cell.target_met {
        Some(true) => format!("its target of {} is met", of.stated(target)),
        Some(false) => format!(
            "{} from its target of {}{due}",
            of.distance(target - value),
            of.stated(target)
        ),
        None => format!("its target is {}{due}", of.stated(target)),
    })
}

/// `at this pace it reaches 75.8 by then (56.8 to 94.8): behind`.
pub(super) fn pace(of: Subject<'_>, pace: &Pace) -> String {
    let Some(forecast) = pace.forecast else {
        return "too few periods to say whether it will be reached in time".to_owned();
    };
    let ends = format!(
        "{} ({} to {})",
        of.amount(forecast.value),
        format::number(forecast.low, of.decimals),
        format::number(forecast.high, of.decimals)
    );
    match pace.verdict {
        PaceVerdict::Ahead => {
            format!("a straight line leads to {ends} by then: ahead, the whole range reaches the target")
        }
        PaceVerdict::OnTrack => format!("a straight line leads to {ends} by then: on track, and not certain"),
        PaceVerdict::Behind => format!("a straight line leads to {ends} by then: behind, and not lost"),
        PaceVerdict::WillMiss => {
            format!("a straight line leads to {ends} by then: it will miss unless something changes")
        }
        PaceVerdict::TooShort => "too few periods to say whether it will be reached in time".to_owned(),
    }
}

/// What a link's evidence allows to say.
pub(super) fn link(results: &Results, result: &LinkResult) -> String {
    let analysis = &result.analysis;
    let metric = label(results, &result.link.metric.value);
    let outcome = label(results, &result.link.outcome.value);
    let reversed = if analysis.reversed {
        "; that is the reverse of what the card claims"
    } else {
        ""
    };
    let per_one = analysis.effect.map(|effect| {
        format!(
            "{} goes with {}",
            one_more(results, &result.link.metric.value),
            effect_on(results, &result.link.outcome.value, effect)
        )
    });
    match (analysis.evidence, per_one) {
        (Evidence::Tested, Some(says)) => format!("{says}: tested by an experiment{reversed}"),
        (Evidence::Leading, Some(says)) => {
            format!("{says}: leading, as {metric} was measured before; no experiment stands behind it{reversed}")
        }
        (Evidence::Correlated, Some(says)) => format!("{says}: correlated, which comes first is not known{reversed}"),
        (Evidence::Assumed, Some(says)) => {
            let data = analysis
                .in_data
                .map_or_else(String::new, |found| format!("; the data show {}", estimate(found)));
            format!("{says}: assumed by the card, not found in data{data}{reversed}")
        }
        (Evidence::NoneFound, _) => {
            let power = analysis.detectable.map_or_else(String::new, |least| {
                format!(
                    "; an effect of {} would have been found in four of five tries",
                    format::significant(least)
                )
            });
            format!("that {metric} leads {outcome} was not found in the data{power}")
        }
        (Evidence::TooLittleData, _) => {
            let why = analysis
                .notes
                .first()
                .map_or_else(String::new, |note| format!(" ({})", plain(results, note)));
            format!("whether {metric} leads {outcome} cannot be told: too little data{why}")
        }
        (_, None) => format!("whether {metric} leads {outcome} has no number"),
    }
}

/// What a grade of evidence means for a sum of money.
pub(super) const fn grade(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Assumed => "assumed by the card",
        Evidence::TooLittleData => "too little data",
        Evidence::NoneFound => "no effect found",
        Evidence::Correlated => "correlated, not shown to lead",
        Evidence::Leading => "leading evidence",
        Evidence::Tested => "tested",
    }
}

/// `closing its gap is worth 659,000 USD a year, at 120,000 USD a point by the card's own figure`.
pub(super) fn worth(results: &Results, name: &str) -> Option<String> {
    let worth = results.worth.iter().find(|worth| worth.outcome == name)?;
    let year = worth.gap_a_year.filter(|_| worth.gap.is_some_and(|gap| gap > 0.0))?;
    let currency = worth.currency.as_deref();
    let stated = results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .and_then(|metric| metric.worth.as_ref())
        .is_some_and(|worth| !worth.measured);
    let source = if stated { "assumed by the card" } else { "measured" };
    Some(format!(
        "closing the gap is worth {} a year, at {} a point ({source})",
        money(year, currency),
        money(worth.one_point, currency)
    ))
}

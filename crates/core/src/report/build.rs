//! From measured and scored cells to the results of a report.

use std::cell::RefCell;
use std::sync::Arc;

use bellwether_order::BTreeSet;

use super::cell::{Frame, Layout, Raw};
use super::finding;
use super::formula::measure_text;
use super::inferred;
use super::journey;
use super::model::{
    AlertResult, Cell, Contribution, EntityScores, GoalResult, InitiativeResult, LimitResult, LinkResult, ListResult,
    MetricResult, ObjectiveResult, ProgrammeMetric, QuotesResult, Results, ScoreResult, WorthResult,
};
use crate::data::{Dataset, TableSummary};
use crate::definition::{
    Baseline, Direction, Goal, LimitKind, Measure, MeasureFunction, MeasureKind, Metric, Score, Scorecard,
};
use crate::diagnostic::Diagnostic;
use crate::inference::{Inference, Range};
use crate::link::Links;
use crate::measure::{CellKey, Measures, MetricCells, State};
use crate::score::{Fate, PartDetail, ScoreDetail, Scorer, Scores, Thing, Treatment, condition, goal, place, plan};

/// Everything that the stages before gave.
pub struct Evaluated<'a> {
    /// The card.
    pub card: &'a Scorecard,
    /// The tables, for values of journeys that are not on the map.
    pub data: &'a Dataset,
    /// Cells of the card's metrics.
    pub measures: &'a Measures,
    /// Cells of the card's scores.
    pub scores: &'a Scores,
    /// What was inferred from them.
    pub inference: &'a Inference,
    /// For each metric the worth of a point where a measure gives it.
    pub worth: Vec<Option<f64>>,
    /// For each score its rows, where it has them.
    pub entities: Vec<Option<EntityScores>>,
    /// Lists of rows.
    pub lists: Vec<ListResult>,
    /// What customers say in their own words.
    pub quotes: Vec<QuotesResult>,
    /// The analysis of links.
    pub links: Links,
    /// What became of each table's rows.
    pub tables: Vec<TableSummary>,
}

/// Builds the results, and finds what can only be found with values at hand: targets already met, due dates past, caps
/// not checked, values set by hand.
#[must_use]
pub fn build(evaluated: Evaluated<'_>) -> (Results, Vec<Diagnostic>) {
    let builder = Builder {
        scorer: Scorer::new(evaluated.card, evaluated.measures),
        from: &evaluated,
        layouts: RefCell::default(),
    };
    let card = evaluated.card;
    let metrics: Vec<MetricResult> = card
        .metrics
        .iter()
        .enumerate()
        .map(|(index, metric)| builder.metric(index, metric))
        .collect();
    let details: Vec<Option<ScoreDetail>> = (0..card.scores.len())
        .map(|index| builder.headline_detail(index))
        .collect();
    let scores: Vec<ScoreResult> = card
        .scores
        .iter()
        .enumerate()
        .map(|(index, score)| builder.score(index, score, details.get(index).and_then(Option::as_ref)))
        .collect();
    let axes = &evaluated.measures.axes;
    let journeys = journey::build(card, evaluated.data, axes, &metrics);
    let mut findings = finding::of_metrics(card, evaluated.measures.as_of, &metrics);
    findings.extend(finding::of_scores(card, evaluated.measures.as_of, &scores, &details));
    findings.extend(finding::of_tables(card, evaluated.measures.as_of, &evaluated.tables));
    let results = Results {
        header: card.header.clone(),
        as_of: evaluated.measures.as_of,
        axes: axes.clone(),
        headline_period: place::headline_period(axes)
            .and_then(|key| place::label(axes, key))
            .cloned(),
        links: card
            .all_links()
            .into_iter()
            .zip(&evaluated.links.links)
            .map(|(link, analysis)| LinkResult {
                link,
                analysis: analysis.clone(),
            })
            .collect(),
        drivers: evaluated.links.drivers.clone(),
        worth: evaluated.links.worth.clone(),
        friction: evaluated.links.friction.clone(),
        pace: evaluated.links.pace.clone(),
        programme: card.metrics.iter().filter_map(programme).collect(),
        objectives: builder.objectives(),
        journeys,
        initiatives: card
            .initiatives
            .iter()
            .zip(&evaluated.links.initiatives)
            .map(|(initiative, analysis)| InitiativeResult {
                initiative: initiative.clone(),
                analysis: analysis.clone(),
            })
            .collect(),
        alerts: builder.alerts(),
        metrics,
        scores,
        lists: evaluated.lists,
        quotes: evaluated.quotes,
        audiences: card.audiences.clone(),
        tables: evaluated.tables,
    };
    (results, findings)
}

/// A layout of cells: which, whether steps of journeys are among them, and how they are laid out.
type KnownLayout = (Arc<[CellKey]>, bool, Arc<Layout>);

/// The layout of a metric's cells, kept with them: with the steps of journeys, and without.
struct LaidOut<const EACH_STEP: bool>(Arc<Layout>);

struct Builder<'a, 'e> {
    from: &'e Evaluated<'a>,
    scorer: Scorer<'a>,
    layouts: RefCell<Vec<KnownLayout>>,
}

/// A name for people, where the card has none.
fn label(own: Option<&String>, name: &str) -> String {
    own.cloned().unwrap_or_else(|| name.replace('_', " "))
}

impl Builder<'_, '_> {
    /// Finds the cell of a metric, perhaps by its number.
    fn look_metric<'s>(&'s self, index: usize) -> impl Fn(&CellKey, usize) -> Option<Raw<'s>> + 's {
        let cells = self.from.measures.metrics.get(index).map(|metric| &metric.cells);
        move |key, at| cells?.get_near(key, at).map(Raw::Measured)
    }

    /// Finds the cell of a score, perhaps by its number.
    fn look_score<'s>(&'s self, index: usize) -> impl Fn(&CellKey, usize) -> Option<Raw<'s>> + 's {
        let cells = self.from.scores.cells.get(index);
        move |key, at| cells?.get_near(key, at).map(Raw::Scored)
    }

    /// Segments that a journey makes: only metrics with a value for each step are cut by them.
    fn journey_segments(&self) -> BTreeSet<u16> {
        let journeys = self
            .from
            .card
            .journeys
            .iter()
            .filter(|journey| !journey.along.is_empty());
        journeys
            .filter_map(|journey| place::segment_index(&self.from.measures.axes, &journey.name.value))
            .collect()
    }

    /// The cells that a report shows of those that a metric has, laid out once for all cards that share them.
    fn layout_of_metric(&self, cells: &MetricCells, each_step: bool) -> Arc<Layout> {
        let keys = cells.cells.shared_keys();
        let known = if each_step {
            cells.memo.get::<LaidOut<true>>().map(|known| Arc::clone(&known.0))
        } else {
            cells.memo.get::<LaidOut<false>>().map(|known| Arc::clone(&known.0))
        };
        match known {
            Some(known) => {
                self.note_layout(keys, each_step, &known);
                known
            }
            None => {
                let made = self.layout(keys, each_step);
                if each_step {
                    cells.memo.keep(LaidOut::<true>(Arc::clone(&made)));
                } else {
                    cells.memo.keep(LaidOut::<false>(Arc::clone(&made)));
                }
                made
            }
        }
    }

    /// The cells that a report shows of those that a metric or score has.
    fn layout(&self, keys: &Arc<[CellKey]>, each_step: bool) -> Arc<Layout> {
        if let Some(known) = self.known_layout(keys, each_step) {
            return known;
        }
        let journeys = self.journey_segments();
        let keep = |key: &CellKey| each_step || !key.segments.iter().any(|(segment, _)| journeys.contains(segment));
        let made = Arc::new(Layout::new(&self.from.measures.axes, keys, keep));
        self.note_layout(keys, each_step, &made);
        made
    }

    fn known_layout(&self, keys: &Arc<[CellKey]>, each_step: bool) -> Option<Arc<Layout>> {
        let layouts = self.layouts.borrow();
        let is = |(of, steps, _): &&KnownLayout| Arc::ptr_eq(of, keys) && *steps == each_step;
        layouts.iter().find(is).map(|(_, _, layout)| Arc::clone(layout))
    }

    fn note_layout(&self, keys: &Arc<[CellKey]>, each_step: bool, layout: &Arc<Layout>) {
        if self.known_layout(keys, each_step).is_none() {
            let noted = (Arc::clone(keys), each_step, Arc::clone(layout));
            self.layouts.borrow_mut().push(noted);
        }
    }

    fn metric(&self, index: usize, metric: &Metric) -> MetricResult {
        let measures = self.from.measures;
        let natural = measures.metrics.get(index);
        let direction = crate::score::direction_of(metric, measures, index);
        let frame = Frame {
            measures,
            goal: &metric.goal,
            direction,
            bands: None,
            tests: self.from.inference.metric_tests.get(index),
            ranges: self.from.inference.metrics.get(index).map(|of| &of.ranges),
        };
        let look = self.look_metric(index);
        let headline_key = place::headline_key(&measures.axes, |key| look(key, usize::MAX).map(|raw| raw.state()));
        let keys = natural
            .map(|cells| Arc::clone(cells.cells.shared_keys()))
            .unwrap_or_default();
        let scale = crate::score::scale_of(metric, measures, index);
        let unit = metric
            .unit
            .as_ref()
            .map(|unit| with_time(&unit.value, &metric.measure))
            .or_else(|| natural?.unit.clone());
        MetricResult {
            name: metric.name.value.clone(),
            label: label(metric.label.as_ref(), &metric.name.value),
            about: metric.about.clone(),
            role: metric.role,
            formula: measure_text(&metric.measure),
            decimals: metric.decimals.unwrap_or_else(|| decimals(metric, unit.as_deref())),
            unit,
            direction,
            scale,
            goal: self.goal(&metric.goal, &frame, &look),
            worth: self.worth(index, metric),
            drives: metric.drives.iter().map(|name| name.value.clone()).collect(),
            stage: metric.stage.as_ref().map(|stage| {
                (
                    stage.phase.value.clone(),
                    stage.step.as_ref().map(|step| step.value.clone()),
                )
            }),
            moment_of_truth: metric
                .moment_of_truth
                .as_ref()
                .map(|why| why.value.clone().unwrap_or_default()),
            friction_point: metric
                .friction_point
                .as_ref()
                .map(|why| why.value.clone().unwrap_or_default()),
            no_interval: match frame.ranges.and_then(|ranges| ranges.get(&headline_key)) {
                Some(Range::Of(..)) => None,
                Some(Range::None(why)) => Some(why.clone()),
                None => natural.and_then(|cells| cells.no_interval.clone()),
            },
            headline: frame.cell(&keys, &headline_key, &look),
            splits: (self.from.inference.metrics.get(index))
                .map_or_else(Vec::new, |of| inferred::splits(&measures.axes, &of.splits)),
            process: (self.from.inference.metrics.get(index))
                .and_then(|of| inferred::process(&measures.axes, of.series.as_ref()?, scale)),
            cells: natural.map_or_else(Vec::new, |cells| {
                frame.cells(&self.layout_of_metric(cells, metric.each_step), &look)
            }),
        }
    }

    fn goal<'c>(
        &self,
        goal: &Goal,
        frame: &Frame<'_>,
        look: &dyn Fn(&CellKey, usize) -> Option<Raw<'c>>,
    ) -> GoalResult {
        let period = match goal.baseline.as_ref().map(|baseline| &baseline.value) {
            Some(Baseline::At(label)) => Some(label.clone()),
            Some(Baseline::Value(_)) | None => None,
        };
        GoalResult {
            baseline: frame.baseline(&CellKey::default(), look),
            baseline_period: period,
            target: goal::final_target(goal),
            target_now: goal::target_on(goal, self.from.measures.as_of),
            due: goal.due.as_ref().map(|due| due.value),
            no_target: goal.no_target.as_ref().map(|why| why.value.clone()),
            owner: goal.owner.as_ref().map(|owner| owner.value.clone()),
            serves: goal.serves.as_ref().map(|serves| serves.value.clone()),
        }
    }

    fn worth(&self, index: usize, metric: &Metric) -> Option<WorthResult> {
        let worth = metric.worth.as_ref()?;
        let currency = worth
            .currency
            .clone()
            .or_else(|| Some(self.from.card.header.currency.as_ref()?.value.clone()));
        let (amount, measured) = match worth.amount.kind {
            MeasureKind::Number(amount) => (Some(amount), false),
            _ => (self.from.worth.get(index).copied().flatten(), true),
        };
        Some(WorthResult {
            amount,
            currency,
            measured,
        })
    }

    fn score_headline(&self, index: usize) -> CellKey {
        let look = self.look_score(index);
        place::headline_key(&self.from.measures.axes, |key| {
            look(key, usize::MAX).map(|raw| raw.state())
        })
    }

    fn headline_detail(&self, index: usize) -> Option<ScoreDetail> {
        self.scorer.detail(index, &self.score_headline(index), self.from.scores)
    }

    fn score(&self, index: usize, score: &Score, detail: Option<&ScoreDetail>) -> ScoreResult {
        let bands = score.bands.as_ref();
        let direction = Some(Direction::Higher);
        let frame = Frame {
            measures: self.from.measures,
            goal: &score.goal,
            direction,
            bands,
            tests: self.from.inference.score_tests.get(index),
            ranges: self.from.inference.score_ranges.get(index),
        };
        let look = self.look_score(index);
        let keys = self.from.scores.cells.get(index);
        let keys = keys.map(|cells| Arc::clone(cells.shared_keys())).unwrap_or_default();
        let hidden = detail.is_some_and(|detail| detail.cell.state == State::Suppressed);
        let shown = detail.filter(|_| !hidden);
        ScoreResult {
            name: score.name.value.clone(),
            label: label(score.label.as_ref(), &score.name.value),
            about: score.about.clone(),
            decimals: score.decimals.unwrap_or(1),
            goal: self.goal(&score.goal, &frame, &look),
            bands: bands.map_or_else(Vec::new, |bands| bands.names.clone()),
            band_edges: bands.map_or_else(Vec::new, |bands| bands.edges.clone()),
            no_interval: match frame.ranges.and_then(|ranges| ranges.get(&self.score_headline(index))) {
                Some(Range::None(why)) => Some(why.clone()),
                Some(Range::Of(..)) | None => None,
            },
            process: (self.from.inference.score_series.get(index))
                .and_then(|series| inferred::process(&self.from.measures.axes, series.as_ref()?, Some((0.0, 100.0)))),
            headline: frame.cell(&keys, &self.score_headline(index), &look),
            contributions: shown.map_or_else(Vec::new, |detail| contributions(&detail.parts)),
            limits: shown.map_or_else(Vec::new, |detail| limits(score, detail)),
            cells: frame.cells(&self.layout(&keys, self.each_step(score)), &look),
            entities: self.from.entities.get(index).cloned().flatten(),
        }
    }

    /// Whether every part of a score has a value for each step of a journey.
    fn each_step(&self, score: &Score) -> bool {
        score.parts.iter().all(|part| {
            self.from
                .card
                .metric(&part.of.value)
                .is_some_and(|metric| metric.each_step)
        })
    }

    fn objectives(&self) -> Vec<ObjectiveResult> {
        let card = self.from.card;
        let goals = card.metrics.iter().map(|metric| (&metric.name.value, &metric.goal));
        let goals: Vec<(&String, &Goal)> = goals
            .chain(card.scores.iter().map(|score| (&score.name.value, &score.goal)))
            .collect();
        let serving = |objective: &str| {
            let serves = |goal: &Goal| goal.serves.as_ref().is_some_and(|serves| serves.value == objective);
            goals
                .iter()
                .filter(|(_, goal)| serves(goal))
                .map(|(name, _)| (*name).clone())
                .collect()
        };
        card.objectives
            .iter()
            .map(|objective| ObjectiveResult {
                objective: objective.clone(),
                served_by: serving(&objective.name.value),
            })
            .collect()
    }

    /// Alerts read the headline of each metric and score that they name.
    fn alerts(&self) -> Vec<AlertResult> {
        let card = self.from.card;
        let value = |name: &str| match plan::find(card, name)? {
            Thing::Metric(index) => {
                let look = self.look_metric(index);
                let axes = &self.from.measures.axes;
                let key = place::headline_key(axes, |key| look(key, usize::MAX).map(|raw| raw.state()));
                look(&key, usize::MAX)?.value()
            }
            Thing::Score(index) => self.from.scores.cell(index, &self.score_headline(index))?.value,
        };
        card.alerts
            .iter()
            .map(|alert| AlertResult {
                name: alert.name.value.clone(),
                to: alert.to.clone(),
                condition: alert.condition.text.clone(),
                raised: condition::holds(&alert.condition, &value),
            })
            .collect()
    }
}

/// Decimals where the card names none: shares and points one, money two, whole numbers none, the rest two.
/// The definition of a metric of the listening programme; none for what customers say.
fn programme(metric: &Metric) -> Option<ProgrammeMetric> {
    let parts = metric.measure.aggregates();
    let definition = parts.into_iter().find_map(|part| match part.function {
        MeasureFunction::RevenueCoverage => Some("revenue of those heard".to_owned()),
        _ => part.named.clone(),
    });
    definition.map(|definition| ProgrammeMetric {
        metric: metric.name.value.clone(),
        definition,
    })
}

/// A unit of the card, with the time that `.per("year")` makes the value one of, where the card does not say it.
fn with_time(unit: &str, measure: &Measure) -> String {
    match &measure.kind {
        MeasureKind::Per(_, per) if !unit.to_lowercase().contains(per.word()) => format!("{unit} per {}", per.word()),
        _ => unit.to_owned(),
    }
}

fn decimals(metric: &Metric, unit: Option<&str>) -> u32 {
    let money = |unit: &str| {
        let code = unit.split(' ').next().unwrap_or_default();
        code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    match unit {
        Some("%" | "points") => 1,
        Some(unit) if money(unit) => 2,
        _ if counts(&metric.measure) => 0,
        Some(unit) if matches!(unit.split(' ').next(), Some("days" | "hours" | "minutes" | "months")) => 1,
        _ => 2,
    }
}

/// Whether a measure gives whole numbers by nature.
fn counts(measure: &crate::definition::Measure) -> bool {
    use crate::definition::{ArithmeticOp, MeasureFunction};
    match &measure.kind {
        MeasureKind::Aggregate(aggregate) => matches!(
            aggregate.function,
            MeasureFunction::Count
                | MeasureFunction::CountDistinct
                | MeasureFunction::Active
                | MeasureFunction::ActiveAtEnd
                | MeasureFunction::ActiveEver
        ),
        MeasureKind::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract, left, right) => {
            counts(left) && counts(right)
        }
        MeasureKind::Negate(inner) => counts(inner),
        _ => false,
    }
}

/// The parts of a score as the report shows them.
pub(super) fn contributions(parts: &[PartDetail]) -> Vec<Contribution> {
    parts
        .iter()
        .map(|part| {
            let hidden = part.input.state == State::Suppressed;
            Contribution {
                of: part.of.clone(),
                weight: part.input.weight,
                share: part.outcome.share,
                value: part.input.value.filter(|_| !hidden),
                state: part.input.state,
                normalised: part.outcome.counted.or(part.input.normalised).filter(|_| !hidden),
                points: part.outcome.points,
                points_lost: part.outcome.lost,
                note: note(part),
            }
        })
        .collect()
}

fn note(part: &PartDetail) -> Option<String> {
    let why = if part.input.state == State::Stale {
        "stale"
    } else {
        "missing"
    };
    match part.outcome.treatment {
        Treatment::Counted if part.input.state == State::TooFew => Some("too few answers".into()),
        Treatment::Counted if part.input.state == State::Stale => Some("stale".into()),
        Treatment::Counted => None,
        Treatment::Halved => Some("stale: it counts with half of its weight".into()),
        Treatment::LeftOut => Some("missing: the others carry its weight".into()),
        Treatment::Dropped => Some("stale: it counts as missing, and the others carry its weight".into()),
        Treatment::Filled => part
            .outcome
            .counted
            .map(|value| format!("{why}: {value} stands in for it")),
        Treatment::Weightless => Some("no weight here".into()),
        Treatment::Blank => part
            .input
            .state
            .has_value()
            .then_some(())
            .map_or_else(|| Some(blank_words(part.input.state)), |()| None),
    }
}

fn blank_words(state: State) -> String {
    match state {
        State::Failed => "failed: the score has no value",
        State::Suppressed => "hidden: the score is hidden too",
        State::Missing => "missing: the score has no value",
        State::NotApplicable => "not applicable here: the score is neither",
        State::TooFew | State::Stale | State::Ok => "",
    }
    .into()
}

/// Limits and overrides of a score as the report shows them.
pub(super) fn limits(score: &Score, detail: &ScoreDetail) -> Vec<LimitResult> {
    let value_of = |fate: Fate, before: Option<f64>, value: f64| {
        let before = before.filter(|_| fate == Fate::Applied);
        (before, before.map(|before| value - before + 0.0))
    };
    let limits = score.limits.iter().zip(&detail.limits).map(|(limit, ruling)| {
        let (before, points) = value_of(ruling.fate, ruling.before, limit.value);
        LimitResult {
            kind: match limit.kind {
                LimitKind::Cap => "cap",
                LimitKind::Floor => "floor",
                LimitKind::KnockOut => "knock_out",
            }
            .into(),
            value: limit.value,
            reason: limit.reason.clone(),
            condition: limit.condition.text.clone(),
            outcome: ruling.fate.words().into(),
            before,
            points,
        }
    });
    let overrides = detail.overrides.iter().filter_map(|(index, ruling)| {
        let set = score.overrides.get(*index)?;
        let (before, points) = value_of(ruling.fate, ruling.before, set.value);
        Some(LimitResult {
            kind: "override".into(),
            value: set.value,
            reason: set.reason.clone(),
            condition: format!("by {}, until {}", set.author, set.expires),
            outcome: ruling.fate.words().into(),
            before,
            points,
        })
    });
    limits.chain(overrides).collect()
}

/// The cell of a metric's headline period for a value of a segment.
pub(super) fn headline_of_value<'m>(metric: &'m MetricResult, segment: &str, value: &str) -> Option<&'m Cell> {
    metric.cells.iter().find(|cell| {
        cell.period == metric.headline.period
            && cell.segments.len() == 1
            && cell.segments.get(segment).is_some_and(|own| own == value)
    })
}

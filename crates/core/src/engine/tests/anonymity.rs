//! What is hidden in one metric cannot be worked out from the others: the linear system of everything that a report publishes,
//! written over the smallest groups of rows that its conditions, segments and months tell apart.

use super::*;
use crate::stats::random::Stream;

/// A group of rows: region, plan, month, late or not, answer (none, bottom, middle, top).
type Group = [usize; 5];
const SIZES: Group = [3, 2, 3, 2, 4];
const REGIONS: [&str; 3] = ["North", "South", "West"];
const PLANS: [&str; 2] = ["basic", "pro"];
const MONTHS: [&str; 3] = ["2026-04", "2026-05", "2026-06"];
const ANSWERS: [&str; 4] = ["()", "3", "8", "10"];
const FLOOR: i64 = 5;

fn groups() -> Vec<Group> {
    let mut made = vec![[0; 5]];
    for (at, size) in SIZES.into_iter().enumerate() {
        let wider = made.iter().flat_map(|group: &Group| {
            (0..size).map(move |value| {
                let mut group = *group;
                group[at] = value;
                group
            })
        });
        made = wider.collect();
    }
    made
}

/// A metric as the card has it, and what its cells tell of a row: whether it passed, is used, and how it counts.
struct Told {
    name: &'static str,
    text: &'static str,
    passed: fn(&Group) -> bool,
    used: fn(&Group) -> bool,
    class: Option<fn(&Group) -> i64>,
}

const METRICS: [Told; 9] = [
    Told {
        name: "all",
        text: "count(t)",
        passed: |_| true,
        used: |_| true,
        class: None,
    },
    Told {
        name: "late",
        text: "count(t).where(|r| r.late)",
        passed: |g| g[3] == 1,
        used: |g| g[3] == 1,
        class: None,
    },
    Told {
        name: "in_time",
        text: "count(t).where(|r| !r.late)",
        passed: |g| g[3] == 0,
        used: |g| g[3] == 0,
        class: None,
    },
    Told {
        name: "late_rate",
        text: "rate(t, |r| r.late)",
        passed: |_| true,
        used: |_| true,
        class: Some(|g| g[3] as i64),
    },
    Told {
        name: "in_north",
        text: "count(t).where(|r| r.region == \"North\")",
        passed: |g| g[0] == 0,
        used: |g| g[0] == 0,
        class: None,
    },
    Told {
        name: "nps",
        text: "nps(t.x)",
        passed: |_| true,
        used: |g| g[4] > 0,
        class: Some(net),
    },
    Told {
        name: "nps_pro",
        text: "nps(t.x).where(|r| r.plan == \"pro\")",
        passed: |g| g[1] == 1,
        used: |g| g[1] == 1 && g[4] > 0,
        class: Some(net),
    },
    Told {
        name: "top",
        text: "top_box(t.x, 2).where(|r| r.late)",
        passed: |g| g[3] == 1,
        used: |g| g[3] == 1 && g[4] > 0,
        class: Some(|g| i64::from(g[4] == 3)),
    },
    Told {
        name: "top_in_time",
        text: "top_box(t.x, 2).where(|r| !r.late)",
        passed: |g| g[3] == 0,
        used: |g| g[3] == 0 && g[4] > 0,
        class: Some(|g| i64::from(g[4] == 3)),
    },
];

fn net(group: &Group) -> i64 {
    match group[4] {
        1 => -1,
        3 => 1,
        _ => 0,
    }
}

/// The cells of a report: metric, state, and which groups lie in the cell.
fn cells(report: &Report) -> Vec<(usize, State, Vec<bool>)> {
    let all = groups();
    let mut made = Vec::new();
    for (at, told) in METRICS.iter().enumerate() {
        let Some(metric) = report.results.metrics.iter().find(|metric| metric.name == told.name) else {
            continue;
        };
        for cell in &metric.cells {
            let lies = |group: &Group| {
                let is = |segment: &str, value: &str| cell.segments.get(segment).is_none_or(|own| own == value);
                is("region", REGIONS[group[0]])
                    && is("plan", PLANS[group[1]])
                    && cell.period.as_deref().is_none_or(|period| period == MONTHS[group[2]])
            };
            made.push((at, cell.state, all.iter().map(lies).collect()));
        }
    }
    made
}

/// A cell in words: the values of its groups.
fn place(all: &[Group], lies: &[bool]) -> String {
    let values = |at: usize| -> Vec<usize> {
        let own = all
            .iter()
            .zip(lies)
            .filter(|(_, lies)| **lies)
            .map(|(group, _)| group[at]);
        let mut own: Vec<usize> = own.collect();
        own.sort_unstable();
        own.dedup();
        own
    };
    format!("region {:?}, plan {:?}, month {:?}", values(0), values(1), values(2))
}

/// The span of vectors of small whole numbers, in the field of a prime: rows in echelon form with a leading 1.
#[derive(Default)]
struct Span(Vec<(usize, Vec<i64>)>);

const PRIME: i64 = 2_147_483_647;

impl Span {
    /// What is left of a vector; nothing where it lies in the span.
    fn left_over(&self, mut vector: Vec<i64>) -> Vec<i64> {
        for (pivot, row) in &self.0 {
            let factor = vector[*pivot];
            if factor != 0 {
                let of_both = vector.iter_mut().zip(row);
                of_both.for_each(|(x, y)| *x = (*x - factor * y).rem_euclid(PRIME));
            }
        }
        vector
    }

    fn add(&mut self, vector: Vec<i64>) {
        let mut rest = self.left_over(vector);
        let Some(pivot) = rest.iter().position(|x| *x != 0) else {
            return;
        };
        // The inverse by Fermat's little theorem.
        let (mut scale, mut base, mut power) = (1, rest[pivot].rem_euclid(PRIME), PRIME - 2);
        while power > 0 {
            if power % 2 == 1 {
                scale = scale * base % PRIME;
            }
            base = base * base % PRIME;
            power /= 2;
        }
        rest.iter_mut().for_each(|x| *x = (*x * scale).rem_euclid(PRIME));
        self.0.push((pivot, rest));
    }

    fn holds(&self, vector: Vec<i64>) -> bool {
        self.left_over(vector).iter().all(|x| *x == 0)
    }
}

/// Cells of too few people whose number, or whose value, everything shown determines; and how many are hidden of how many.
fn leaks(report: &Report, counts: &[usize]) -> (Vec<String>, usize, usize) {
    let all = groups();
    let cells = cells(report);
    let vector = |lies: &[bool], value: &dyn Fn(&Group) -> i64| -> Vec<i64> {
        let of = |(group, lies): (&Group, &bool)| if *lies { value(group) } else { 0 };
        all.iter().zip(lies).map(of).collect()
    };
    let flag = |is: fn(&Group) -> bool| move |group: &Group| i64::from(is(group));
    let mut span = Span::default();
    for (at, _, lies) in cells.iter().filter(|(_, state, _)| *state != State::Suppressed) {
        let told = &METRICS[*at];
        let mut published = vec![vector(lies, &flag(told.passed)), vector(lies, &flag(told.used))];
        published.extend(
            told.class
                .map(|class| vector(lies, &|group| class(group) * flag(told.used)(group))),
        );
        published.into_iter().for_each(|one| span.add(one));
    }
    let mut found = Vec::new();
    for (at, state, lies) in &cells {
        let told = &METRICS[*at];
        let used = vector(lies, &flag(told.used));
        let people: i64 = used.iter().zip(counts).map(|(used, n)| used * *n as i64).sum();
        if people <= 0 || people >= FLOOR {
            continue;
        }
        assert_eq!(*state, State::Suppressed, "{} of {people}", told.name);
        let mut secret = vec![("n", used)];
        let value = |class: fn(&Group) -> i64| vector(lies, &|group| class(group) * flag(told.used)(group));
        secret.extend(told.class.map(|class| ("value", value(class))));
        for (what, secret) in secret {
            if secret.iter().any(|x| *x != 0) && span.holds(secret) {
                found.push(format!("{what} of {} {}: {people}", told.name, place(&all, lies)));
            }
        }
    }
    // The rows that one net score has more than another, where they are few.
    let of = |name: &str| METRICS.iter().position(|told| told.name == name).unwrap();
    let (nps, pro) = (of("nps"), of("nps_pro"));
    for (_, _, lies) in cells.iter().filter(|(at, ..)| *at == nps || *at == pro) {
        let basic = |group: &Group| net(group) * i64::from(group[1] == 0);
        let people = |group: &Group| i64::from(group[1] == 0 && group[4] > 0);
        let n: i64 = vector(lies, &people)
            .iter()
            .zip(counts)
            .map(|(used, n)| used * *n as i64)
            .sum();
        let secret = vector(lies, &basic);
        let both = |metric: usize| cells.iter().any(|(at, _, other)| *at == metric && other == lies);
        if n > 0 && n < FLOOR && both(nps) && both(pro) && span.holds(secret) {
            found.push("what nps has more than nps_pro".to_owned());
        }
    }
    let hidden = cells.iter().filter(|(_, state, _)| *state == State::Suppressed).count();
    (found, hidden, cells.len())
}

fn report_of(counts: &[usize], metrics: &[usize], crossed: bool) -> Report {
    let mut rows = String::new();
    for (group, count) in groups().iter().zip(counts) {
        for day in 0..*count {
            rows.push_str(&format!(
                "[\"{}\", \"{}\", \"{}-{:02}\", {}, {}], ",
                REGIONS[group[0]],
                PLANS[group[1]],
                MONTHS[group[2]],
                day % 28 + 1,
                group[3] == 1,
                ANSWERS[group[4]],
            ));
        }
    }
    let mut text = format!(
        r#"
scorecard("Pulse").owner("People").purpose("Listen").min_n(1);
let t = table("t").date("on").anonymous_below({FLOOR}).rows(["region", "plan", "on", "late", "x"], [{rows}]);
t.column("x").scale(0, 10);
segment("region", t.region);
segment("plan", t.plan);
period("month");
"#
    );
    if crossed {
        text.push_str("cross(\"region\", \"plan\");\n");
    }
    for told in metrics.iter().map(|&at| &METRICS[at]) {
        text.push_str(&format!(
            "metric(\"{}\", {}).no_target(\"watched\");\n",
            told.name, told.text
        ));
    }
    evaluate(&compile(&text), BTreeMap::new(), &as_of("2026-06-30"))
}

/// Counts of groups: many empty, some small, some large.
fn counts_of(seed: u64) -> Vec<usize> {
    let stream = Stream::new(seed, 1);
    let mut counts: Vec<usize> = (0..groups().len() as u64)
        .map(|at| match stream.below(2 * at, 5) {
            0..=2 => 0,
            3 => 1 + stream.below(2 * at + 1, 2) as usize,
            _ => 3 + stream.below(2 * at + 1, 12) as usize,
        })
        .collect();
    // All values of segments and months are there, so that cells stand where the conditions say.
    for (at, group) in groups().iter().enumerate() {
        if group[3] == 0 && group[4] == 2 {
            counts[at] += 1;
        }
    }
    counts
}

/// Three late of fifty in the South: hidden, and neither the rest, nor the share, tells it.
#[test]
fn an_opposite_does_not_tell_what_is_hidden() {
    let of = |region: usize, late: usize, n: usize| (groups().iter().position(|g| *g == [region, 0, 2, late, 2]), n);
    let mut counts = vec![0; groups().len()];
    for (at, n) in [
        of(0, 1, 30),
        of(0, 0, 40),
        of(1, 1, 3),
        of(1, 0, 47),
        of(2, 1, 20),
        of(2, 0, 60),
    ] {
        counts[at.unwrap()] = n;
    }
    for metrics in [vec![0, 1, 2], vec![1, 3], vec![0, 1, 2, 3]] {
        let (found, hidden, all) = leaks(&report_of(&counts, &metrics, false), &counts);
        assert_eq!(found, Vec::<String>::new(), "{metrics:?}");
        assert!(hidden > 0 && hidden < all, "{hidden} of {all}");
    }
}

/// Whatever the rows: no cell of too few people, nor its value, lies in the span of everything that the report shows.
#[test]
fn nothing_published_determines_a_hidden_cell() {
    let mut share = (0, 0);
    for seed in 0..40 {
        let counts = counts_of(seed);
        let metrics: Vec<usize> = match seed % 4 {
            0 => vec![0, 1, 2],
            1 => vec![1, 3, 5],
            2 => vec![0, 4, 5, 6],
            _ => (0..METRICS.len()).collect(),
        };
        let report = report_of(&counts, &metrics, seed % 3 == 0);
        let (found, hidden, all) = leaks(&report, &counts);
        share = (share.0 + hidden, share.1 + all);
        assert_eq!(found, Vec::<String>::new(), "seed {seed}, {metrics:?}");
    }
    // Not by hiding everything.
    assert!(share.0 * 2 < share.1, "{share:?}");
}

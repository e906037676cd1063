//! One edit after another gives what each text gives alone, to the last bit and word.

use super::*;
use crate::data::{CsvOptions, read_csv};
use crate::engine::{Engine, Question};
use crate::limits::Limits;
use crate::script::Source;

const CARD: &str = r#"
scorecard("Edits").owner("CX").purpose("Keep customers").min_n(1);
let customers = table("customers").key("id");
customers.column("plan").label("Tariff");
let survey = table("survey").key("answer").date("day").belongs_to(customers, "customer", "buyer");
survey.column("recommend").scale(0, 10).missing(99);
survey.column("effort").scale(1, 7);
survey.add("glad", |s| s.recommend >= 9);
segment("plan", customers.plan);
segment("region", survey.region);
period("month");
metric("nps", nps(survey.recommend)).target(10).owner("Loyalty");
metric("effort", mean(survey.effort).where(|s| s.glad)).target(3).owner("Care");
score("health").mix("nps", 0.5, -100, 100).mix("effort", 0.5, 7, 1).bands(40, 70);
"#;

fn tables(seed: u32) -> BTreeMap<String, Table> {
    let mut state = seed;
    let mut next = |below: u32| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (state >> 16) % below
    };
    let mut survey = "answer,day,customer,region,recommend,effort,channel\n".to_owned();
    for answer in 0..240 {
        let recommend = [next(11), 99][usize::from(next(12) == 0)];
        let (month, day, customer) = (1 + next(5), 10 + next(9), next(70));
        let (region, effort, channel) = (
            ["North", "South"][next(2) as usize],
            1 + next(7),
            ["web", "shop"][next(2) as usize],
        );
        survey.push_str(&format!(
            "{answer},2026-0{month}-{day},{customer},{region},{recommend},{effort},{channel}\n"
        ));
    }
    let mut customers = "id,plan\n".to_owned();
    (0..60).for_each(|id| customers.push_str(&format!("{id},{}\n", ["a", "b"][next(2) as usize])));
    let read = |text: &str| {
        read_csv(text.as_bytes(), &CsvOptions::default(), &data::Needs::all())
            .unwrap()
            .0
    };
    BTreeMap::from([
        ("survey".to_owned(), read(&survey)),
        ("customers".to_owned(), read(&customers)),
    ])
}

struct Desk {
    engine: Engine,
    bench: Workbench,
    tables: BTreeMap<String, Table>,
}

impl Desk {
    fn new(limits: Limits) -> Self {
        Self {
            engine: Engine::new(limits),
            bench: Workbench::new(limits.memory_bytes / 2),
            tables: tables(1),
        }
    }

    /// Evaluates a text alone and after all that came before; whether what was kept served it.
    fn compare(&mut self, text: &str, options: &EvaluateOptions) -> bool {
        let source = Source {
            name: "card",
            text,
            modules: &[],
            params: &[],
        };
        let (card, _) = self.engine.compile(&source).unwrap();
        let before = self.pool();
        let alone = self.engine.evaluate(&card, self.tables.clone(), options);
        let with = EvaluateOptions {
            workbench: Some(self.bench.clone()),
            ..options.clone()
        };
        let again = self.engine.evaluate(&card, self.tables.clone(), &with);
        // The report has the hash of all its results: where these are the same, so are those.
        assert_eq!(alone, again, "{text}");
        let served = before
            .zip(self.pool())
            .is_some_and(|(before, after)| Arc::ptr_eq(&before, &after));
        if alone.is_ok() {
            let question = Question {
                name: "health".to_owned(),
                segments: vec![("plan".to_owned(), "a".to_owned())],
                ..Question::default()
            };
            let explain = |options| self.engine.explain(&card, self.tables.clone(), options, &question);
            assert_eq!(explain(options), explain(&with), "{text}");
        }
        served
    }

    fn pool(&self) -> Option<Arc<Pool>> {
        self.bench.lock().as_ref().map(|kept| Arc::clone(&kept.pool))
    }
}

#[test]
fn every_edit_has_the_bits_of_its_text_alone() {
    let mut desk = Desk::new(Limits::default());
    let none = EvaluateOptions::default();
    assert!(!desk.compare(CARD, &none), "there is nothing before the first");
    let edits: [(&str, &str, bool); 14] = [
        ("target(10)", "target(25)", true),
        (
            "\nscorecard",
            "\n// A line above moves every place of the card.\nscorecard",
            true,
        ),
        ("s.recommend >= 9", "s.recommend >= 8", false),
        (
            "\"nps\", nps(survey.recommend)",
            "\"nps\", nps(survey.recommend).where(|s| s.effort < 4)",
            true,
        ),
        ("segment(\"region\", survey.region);\n", "", true),
        (
            "segment(\"region\"",
            "segment(\"channel\", survey.channel);\nsegment(\"region\"",
            true,
        ),
        ("period(\"month\")", "period(\"quarter\")", true),
        ("missing(99)", "missing(99, 0)", false),
        ("bands(40, 70)", "bands(30, 60)", true),
        (".min_n(1)", ".min_n(40)", true),
        ("0.5, 7, 1", "0.5, 6, 2", true),
        ("mean(survey.effort)", "median(survey.effort)", true),
        (".belongs_to(customers, \"customer\", \"buyer\")", "", false),
        ("\"Tariff\"", "\"Plan\"", false),
    ];
    for (from, to, served) in edits {
        if from.starts_with(".belongs") {
            // Without the path there is nothing to cut by.
            let text = CARD
                .replace(from, to)
                .replace("segment(\"plan\", customers.plan);\n", "");
            assert_eq!(desk.compare(&text, &none), served, "{from} -> {to}");
        } else {
            assert!(CARD.contains(from), "{from}");
            assert_eq!(desk.compare(&CARD.replace(from, to), &none), served, "{from} -> {to}");
        }
        assert_eq!(desk.compare(CARD, &none), served, "{from}: and back");
    }
}

#[test]
fn other_data_options_and_failures_are_not_confused() {
    let mut desk = Desk::new(Limits::default());
    let none = EvaluateOptions::default();
    desk.compare(CARD, &none);
    let april = EvaluateOptions {
        as_of: CivilDate::parse("2026-04-30"),
        ..EvaluateOptions::default()
    };
    assert!(!desk.compare(CARD, &april));
    assert!(!desk.compare(CARD, &none));
    let by = EvaluateOptions {
        by: vec!["survey.channel".to_owned()],
        period: Some("quarter".to_owned()),
        ..EvaluateOptions::default()
    };
    assert!(desk.compare(CARD, &by));
    assert!(desk.compare(CARD, &none));
    // A column that is not there: the error is the same, and what was kept goes on serving.
    desk.compare(&CARD.replace("mean(survey.effort)", "mean(survey.efort)"), &none);
    desk.compare(CARD, &none);
    desk.tables = tables(2);
    assert!(!desk.compare(CARD, &none), "other data under the same names");
    assert!(desk.compare(CARD, &none));
    desk.tables.get_mut("survey").unwrap().origin = Some("survey.csv".to_owned());
    assert!(!desk.compare(CARD, &none), "what reports say of the table");
    desk.bench.clear();
    assert!(!desk.compare(CARD, &none));
}

#[test]
fn where_memory_is_scarce_it_begins_anew() {
    let most = Limits {
        memory_bytes: 60_000,
        ..Limits::default()
    };
    let mut desk = Desk::new(most);
    let mut begun = 0;
    for target in 0..12 {
        let text = CARD.replace("s.glad", &format!("s.glad && s.effort > {target}"));
        begun += u32::from(!desk.compare(&text, &EvaluateOptions::default()));
    }
    assert!(begun > 1, "{begun}");
}

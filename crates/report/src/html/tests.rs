use std::collections::BTreeMap;

use bellwether::data::{CsvOptions, read_csv};
use bellwether::diagnostic::Diagnostic;
use bellwether::engine::{Engine, EvaluateOptions};
use bellwether::limits::Limits;
use bellwether::report::Report;
use bellwether::script::Source;

use super::*;

/// The report of a bundled example.
pub(crate) fn example(name: &str) -> Report {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name);
    let text = std::fs::read_to_string(folder.join("scorecard.rhai")).unwrap();
    evaluate(&text, &folder)
}

fn evaluate(text: &str, folder: &std::path::Path) -> Report {
    let engine = Engine::new(Limits::BATCH);
    let source = Source {
        name: "card",
        text,
        modules: &[],
        params: &[],
    };
    let (card, _) = engine.compile(&source).unwrap_or_else(|error| panic!("{error:?}"));
    let mut tables = BTreeMap::new();
    for table in &card.tables {
        let Some(file) = &table.file else { continue };
        let bytes = std::fs::read(folder.join(&file.value)).unwrap();
        let needs = engine.needs(&card);
        let name = &table.name.value;
        let (read, _) = read_csv(bytes.as_slice(), &CsvOptions::default(), &needs[name.as_str()]).unwrap();
        tables.insert(table.name.value.clone(), read);
    }
    engine
        .evaluate(&card, tables, &EvaluateOptions::default())
        .unwrap_or_else(|error| panic!("{error:?}"))
}

fn inline(text: &str) -> Report {
    evaluate(text, std::path::Path::new("."))
}

fn of(audience: &str) -> HtmlOptions {
    HtmlOptions {
        audience: Some(audience.to_owned()),
    }
}

fn own(name: &str, text: &str) -> Template {
    Template {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}]]></style>";

/// A card with the same hostile text wherever a text may stand.
pub(crate) fn hostile() -> Report {
    let card = r#"
let x = HOSTILE;
scorecard(x).owner(x).purpose(x).cadence(x).audience("analyst").min_n(1).currency("USD");
let t = table("t").key("id").date("day").rows(["id", "day", "score", "kept", "where", "said"], [
    ["a", "2026-01-05", 9, true, x, x], ["b", "2026-01-06", 3, false, x, x + " again, and much longer"],
    ["c", "2026-02-05", 8, true, x, x], ["d", "2026-02-06", 2, false, "elsewhere", x + " once more, and longer still"],
]);
segment("seg", t.where).label(x);
period("month");
journey("way").phase(x, [x + "1"]);
outcome("kept", rate(t, |r| r.kept)).label(x).about(x).target(80).by("2027-06-30").owner(x).worth(10, "USD");
metric("mean", mean(t.score)).label(x).about(x).unit(x).drives("kept").target(9).owner(x).stage(x).moment_of_truth(x);
score("mix").label(x).mix("mean", 1, 0, 10).cap(40, |m| m.mean < 9, x).bands(50, 75);
initiative(x).owner(x).costs(5).moves("mean", 1, 2);
list(x, t).show(["id", "where"]);
quotes(x, t.said).by("seg").show("where");
alert(x, |m| m.mean < 9).to(x);
"#;
    inline(&card.replace("HOSTILE", &format!("`{}`", HOSTILE.replace("{{", "{ {"))))
}

#[test]
fn no_text_of_a_card_or_its_data_becomes_markup() {
    let report = hostile();
    for audience in ["executive", "team", "analyst"] {
        let page = html(&report, &of(audience)).unwrap();
        let lower = page.to_lowercase();
        assert!(lower.matches("<script").count() == 0, "{audience}: a script element");
        assert!(!lower.contains("<img"), "{audience}: an image element");
        assert_eq!(
            lower.matches("</style>").count(),
            1,
            "{audience}: the style sheet ends once"
        );
        assert!(
            page.contains("&lt;script&gt;alert(1)"),
            "{audience}: the text itself is shown"
        );
        let told = markdown(&report, &of(audience)).unwrap();
        assert!(
            !told.contains("<script") || told.contains("\\<script"),
            "{audience}: Markdown escapes"
        );
        assert!(!told.replace("\\<", "").contains('<'), "{audience}: no tag in Markdown");
    }
}

#[test]
fn a_page_stands_by_itself_and_says_every_part_once() {
    let report = example("subscriber-health");
    for audience in ["executive", "team", "analyst"] {
        let page = html(&report, &of(audience)).unwrap();
        assert!(page.starts_with("<!doctype html>"));
        for outside in ["http://", "https://", "src=", "@import", "url(", "<link", "<script"] {
            let found = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!found.contains(outside), "{audience}: refers outside by {outside}");
        }
        let mut ids: Vec<&str> = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{audience}: an id stands twice");
        assert_eq!(page.matches("<h1").count(), 1);
        assert_eq!(page.matches("<main").count(), 1);
    }
}

#[test]
fn an_audience_of_the_card_shows_what_the_card_says() {
    let report = inline(
        r#"scorecard("Board").owner("CX").purpose("p").min_n(1);
let t = table("t").rows(["score", "said"], [[9, "Very good and quick"], [3, "Write to jo@example.org, please"]]);
metric("mean", mean(t.score)).no_target("x").owner("Care");
metric("least", min(t.score)).no_target("x").owner("Sales");
quotes("said", t.said).audience("board");
list("calls", t).show(["score"]).audience("crew");
audience("board").like("executive").shows("tiles").owner("Care");"#,
    );
    let page = html(&report, &of("board")).unwrap();
    assert!(
        page.contains("<h3>Mean</h3>") && !page.contains("<h3>Least</h3>"),
        "only what Care owns"
    );
    assert!(
        page.contains("[e-mail]") && !page.contains("jo@example.org"),
        "quotes for the board, masked"
    );
    assert!(!page.contains("For decision"), "the card names the parts");
    let crew = html(&report, &of("crew")).unwrap();
    assert!(
        crew.contains("calls") && !crew.contains("[e-mail]"),
        "a list's own audience is one as well"
    );
    assert!(
        html(&report, &of("analyst")).unwrap().contains("[e-mail]"),
        "the analyst reads everything"
    );
    let unknown = html(&report, &of("bord")).unwrap_err();
    assert_eq!(unknown.code, codes::UNKNOWN_OBJECT);
    assert_eq!(unknown.help.as_deref(), Some("did you mean `board`?"));
}

/// The finding of a template that fails, with the text that it points at.
#[track_caller]
fn fails(template: &str) -> (Diagnostic, String) {
    let report = inline("scorecard(\"S\");\nlet t = table(\"t\").rows([\"a\"], [[1]]);\nmetric(\"m\", sum(t.a));");
    let finding = draw(&report, &HtmlOptions::default(), &own("mine.html", template)).unwrap_err();
    let at = finding.span.map_or_else(String::new, |span| {
        template
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
            .to_owned()
    });
    assert!(finding.help.is_some(), "a way out: {finding:?}");
    (finding, at)
}

#[test]
fn a_template_that_fails_says_where_and_what_to_do() {
    let (finding, at) = fails("<p>\n{{ page.title }\n</p>");
    assert_eq!(finding.code, codes::TEMPLATE);
    assert!(!at.is_empty());
    let (finding, at) = fails("<p>{{ page.titel.more }}</p>");
    assert_eq!(finding.code, codes::TEMPLATE_FAILED);
    assert!(at.contains("titel"), "{at}");
    let (finding, _) = fails("{{ page.title | uper }}");
    assert!(finding.help.as_deref().unwrap().contains("upper"), "{finding:?}");
    let (finding, _) = fails("{% include \"/etc/passwd\" %}");
    assert!(finding.help.as_deref().unwrap().contains("report.html"), "{finding:?}");
}

#[test]
fn a_hostile_template_is_stopped() {
    let loops = "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}";
    assert_eq!(fails(loops).0.code, codes::TEMPLATE_FAILED);
    let deep = "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}";
    assert_eq!(fails(deep).0.code, codes::TEMPLATE_FAILED);
    let itself = "{% include \"mine.html\" %}";
    assert_eq!(fails(itself).0.code, codes::TEMPLATE_FAILED);
    let wide = "{% set x = 'x' * 1000000 %}{% for a in range(999) %}{{ x }}{% endfor %}";
    assert_eq!(fails(wide).0.code, codes::TEMPLATE_FAILED);
}

#[test]
fn a_template_may_extend_the_page_and_read_the_whole_report() {
    let report = example("maturity");
    let text =
        "{% extends \"report.html\" %}{% block top %}<h1>{{ report.results.header.title.value }}!</h1>{% endblock %}";
    let page = draw(&report, &HtmlOptions::default(), &own("mine.html", text)).unwrap();
    assert!(page.contains("<h1>CX maturity!</h1>"), "{page:.300}");
    let text = "{{ page.title }} & {{ report.results.metrics[0].name }}";
    let plain = draw(&report, &HtmlOptions::default(), &own("mine.txt", text)).unwrap();
    assert_eq!(plain, "CX maturity & maturity");
}

#[test]
fn every_built_in_template_is_read() {
    let environment = own::built_in_environment();
    for (name, _) in TEMPLATES {
        environment
            .get_template(name)
            .unwrap_or_else(|error| panic!("{error:#}"));
    }
}

#[test]
fn markdown_says_what_the_page_says() {
    let report = example("maturity");
    let told = markdown(&report, &of("executive")).unwrap();
    insta::assert_snapshot!("maturity-executive.md", told);
}

/// Numbers of the listening programme have a part of their own, each with its definition, and are no metrics beside.
#[test]
fn the_health_of_the_programme_is_a_part_of_its_own() {
    let report = inline(
        r#"
scorecard("Listening").owner("Insights").purpose("Hear everybody").min_n(1);
let invites = table("invites").key("id").date("day").rows(["id", "day", "disposition", "score"], [
    [1, "2026-01-05", "done", 9], [2, "2026-01-06", "done", 3], [3, "2026-01-07", "no contact", ()],
    [4, "2026-01-08", "refused", ()], [5, "2026-02-05", "done", 7],
]);
metric("answered", aapor("RR1", invites.disposition, #{ complete: ["done"], unknown: ["no contact"] })).target(70).owner("Insights");
metric("mean", mean(invites.score)).owner("Care").target(5);
"#,
    );
    let part = |page: &str, title: &str, tag: &str| {
        let (_, rest) = page.split_once(title).unwrap_or_else(|| panic!("{title}: {page}"));
        rest.split_once(tag).map_or(rest, |(part, _)| part).to_owned()
    };
    for audience in ["team", "analyst"] {
        let page = html(&report, &of(audience)).unwrap();
        let health = part(&page, ">Programme health</h2>", "<h2");
        // 3 of 5 are complete, and RR1 counts the unknown as eligible: 60 %.
        assert!(health.contains("60") && health.contains("RR1"), "{health}");
        assert!(!part(&page, ">Metrics</h2>", "<h2").contains("nswered"), "{page}");
        let told = markdown(&report, &of(audience)).unwrap();
        assert!(part(&told, "## Programme health", "\n## ").contains("RR1"), "{told}");
        assert!(!part(&told, "## Metrics", "\n## ").contains("nswered"), "{told}");
    }
    assert!(!html(&report, &of("executive")).unwrap().contains("Programme health"));
}

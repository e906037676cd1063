use minijinja::{AutoEscape, Environment, UndefinedBehavior, context, syntax::SyntaxConfig, value::Serde};
use serde_json::json;

use super::*;
use crate::audience::Audience;
use crate::html::TEMPLATES;
use crate::html::tests::{example, hostile};
use crate::page::page;

/// The full engine, set as users' templates are drawn.
fn full(texts: &[(&'static str, &'static str)]) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .unwrap(),
    );
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment.add_filter("md", |text: &str| crate::markdown::escape(text));
    environment.add_filter("css", |text: &str| crate::html::css(text));
    for (name, text) in texts {
        environment.add_template(name, text).unwrap();
    }
    environment
}

/// Draws a text by both.
fn both(text: &'static str, given: serde_json::Value) -> (String, String) {
    let texts = [("one.html", text)];
    let theirs = full(&texts)
        .get_template("one.html")
        .unwrap()
        .render(Serde(&given))
        .unwrap();
    let names = ["page", "list", "word"];
    let given = names.map(|name| (name, given.get(name).cloned().unwrap_or_default().into()));
    let ours = Templates::new(&texts).unwrap().draw("one.html", given.into()).unwrap();
    (ours, theirs)
}

#[test]
fn every_page_is_drawn_as_the_full_engine_draws_it() {
    let examples = [
        "subscriber-health",
        "support-desk",
        "first-year-journey",
        "maturity",
        "employee-voice",
    ];
    let mut reports: Vec<_> = examples.into_iter().map(example).collect();
    reports.push(hostile());
    let environment = full(&TEMPLATES);
    let templates = Templates::new(&TEMPLATES).unwrap();
    for report in reports {
        for audience in ["executive", "team", "analyst"] {
            let page = page(&report, &Audience::of(&report.results, Some(audience)).unwrap());
            let palette = json!({ "light": "--a:#fff;", "dark": "--a:#000;" });
            for name in ["report.html", "report.md"] {
                let template = environment.get_template(name).unwrap();
                let theirs = template
                    .render(context! { page => Serde(&page), palette => Serde(&palette) })
                    .unwrap();
                let given = vec![
                    ("page", serde_json::to_value(&page).unwrap().into()),
                    ("palette", palette.clone().into()),
                ];
                let ours = templates.draw(name, given).unwrap();
                let first = ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs);
                assert_eq!(first, None, "{name} for {audience}");
                assert!(ours == theirs, "{name} for {audience}");
            }
        }
    }
}

#[test]
fn space_around_tags_is_left_out_as_by_the_full_engine() {
    for text in [
        "a\n  {% if word %}\n  b\n  {% endif %}\nc\n",
        "a {% if word %} b {% endif %} c",
        "a\n\n{%- if word -%}\n\n b \n{%- endif %}\n\nc\n\n",
        "{% for one in list %}\n{{ one }}\n{% endfor %}\n",
        "{% for one in list -%}\n  {% if one %}\n    x{{ one }}\n  {% endif %}\n{%- endfor %}",
        "  {{ word }}  \n  {{- word }}\n  {% set more = word %}  \n{{ more }}",
        "{% if word %}{% endif %}\n\n{% if word %}\n{% endif %}\n",
    ] {
        let (ours, theirs) = both(text, json!({ "word": "<w/'\">&", "list": ["1", "2"] }));
        assert_eq!(ours, theirs, "{text:?}");
    }
}

#[test]
fn expressions_mean_what_they_mean_to_the_full_engine() {
    for text in [
        "{{ page.a }} {{ page[\"a\"] }} {{ list[1] }} {{ list[1][:2] }} {{ word[:3] }} {{ word | length }} {{ list | length }}",
        "{{ page.none or \"else\" }} {{ page.a or \"else\" }} {{ \"yes\" if page.a == \"b\" else \"no\" if page.a else \"never\" }}",
        "{% if word | length > 2 %}long{% elif word %}short{% else %}none{% endif %}",
        "{% if not page.none %}not{% endif %}{% if page.a in [\"x\", \"<a>\"] %}in{% endif %}{% if page.a != \"x\" and word or page.none %}other{% endif %}{{ page.a and word }}{{ page.none and word or \"-\" }}",
        "{% for one in list %}{{ loop.index }}{{ loop.index0 }}{% if loop.first %}first{% endif %}{{ one }}{% endfor %}",
        "{% for one in page.empty %}{{ one }}{% else %}nothing{% endfor %}",
        "{{ list | join(\", \") }}{{ word | trim }}{{ page.a | safe }}{{ (page.none or word) | md }}{{ word | css }}",
        "{% macro m(a, b=\"<b>\") %}[{{ a }}{{ b }}]{% endmacro %}{{ m(word) }}{{ m(\"1\", list[0]) }}{{ m(m(\"2\")) }}",
    ] {
        let given = json!({
            "word": " wörd<*_ ", "list": ["one&", "twø"], "page": { "a": "<a>", "none": null, "empty": [] },
        });
        let (ours, theirs) = both(text, given);
        assert_eq!(ours, theirs, "{text:?}");
    }
}

#[test]
fn what_is_not_understood_is_told() {
    for text in [
        "{{ a",
        "{{ a b }}",
        "{% endif %}",
        "{{ \"a }}",
        "{{ (a }}",
        "{{ }}",
        "{% for a %}{% endfor %}",
    ] {
        assert!(Templates::new(&[("one.html", text)]).is_err(), "{text}");
    }
    for text in [
        "{{ a }}",
        "{{ a | length < \"b\" }}",
        "{{ m(1) }}",
        "{{ \"a\" | other }}",
        "{% include \"no\" %}",
    ] {
        let templates = Templates::new(&[("one.html", text)]).unwrap();
        assert!(templates.draw("one.html", Vec::new()).is_err(), "{text}");
    }
}

//! The page that lists all reports, with their headlines and states.

use bellwether_report::FileFormat;

use crate::manifest::{FileRecord, Manifest, ReportRecord, Status, Tile, UnitRecord};

/// Text as HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Control characters have no place in a page.
            control if control.is_control() && control != '\n' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#d8dce2;--soft:#5b6472;--good:#0b6b3a;--bad:#a4262c;--warn:#7a4d00}\
@media (prefers-color-scheme:dark){:root{--line:#3a404a;--soft:#a5afbd;--good:#6fd39b;--bad:#ff9a98;--warn:#f2c063}}\
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.7rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}p{margin:.25rem 0}\
.soft{color:var(--soft)}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}\
ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.1rem 1.25rem}\
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.wide{overflow-x:auto}";

/// The page.
pub fn page(manifest: &Manifest) -> String {
    let title = escaped(&manifest.title);
    let reports: usize = manifest.units.iter().map(|unit| unit.reports.len()).sum();
    let failed = manifest
        .units
        .iter()
        .filter(|unit| unit.status == Status::Failed)
        .count();
    let count = |number: usize, one: &str, more: &str| format!("{number} {}", if number == 1 { one } else { more });
    let mut body = format!(
        "<h1>{title}</h1>\n<p class=\"soft\">{} of {}",
        count(reports, "report", "reports"),
        count(manifest.units.len(), "card", "cards")
    );
    if failed > 0 {
        body.push_str(&format!(
            "; <strong class=\"bad\">{} failed</strong>",
            count(failed, "card", "cards")
        ));
    }
    body.push_str(".</p>\n");
    for unit in &manifest.units {
        body.push_str(&section(unit));
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn section(unit: &UnitRecord) -> String {
    let whole = unit.reports.iter().find(|report| report.segment.is_none());
    let title = whole.map_or_else(
        || {
            unit.reports
                .first()
                .and_then(|report| report.title.split(": ").next())
                .unwrap_or(&unit.card)
        },
        |report| report.title.as_str(),
    );
    let mut about = vec![escaped(&unit.card)];
    about.extend(unit.data.iter().map(|data| format!("data {}", escaped(data))));
    about.extend(
        unit.period
            .iter()
            .map(|period| format!("headlines of {}", escaped(period))),
    );
    about.extend(unit.as_of.iter().map(|day| format!("as of {day}")));
    let mut text = format!(
        "<h2>{}</h2>\n<p class=\"soft\">{}</p>\n",
        escaped(title),
        about.join(" · ")
    );
    if unit.status == Status::Failed {
        text.push_str("<p class=\"bad\"><strong>It has no report:</strong></p>\n<ul class=\"bad\">\n");
        for finding in unit.diagnostics.iter().filter(|finding| finding.is_error()) {
            text.push_str(&format!("<li>{}: {}</li>\n", finding.code, escaped(&finding.message)));
        }
        text.push_str("</ul>\n");
        return text;
    }
    text.push_str(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Reports\">\n<table>\n<thead><tr>\
         <th scope=\"col\">Report</th><th scope=\"col\">Headlines</th><th scope=\"col\">Files</th></tr></thead>\n<tbody>\n",
    );
    unit.reports.iter().for_each(|report| text.push_str(&row(report)));
    text.push_str("</tbody>\n</table>\n</div>\n");
    text
}

fn row(report: &ReportRecord) -> String {
    let name = match (&report.segment, &report.value) {
        (Some(segment), Some(value)) => format!("<span class=\"soft\">{}</span> {}", escaped(segment), escaped(value)),
        _ => "Whole".to_owned(),
    };
    let tiles: String = report.headlines.iter().map(tile).collect();
    let several = |file: &FileRecord| match &file.audience {
        Some(audience) => format!("{} for {audience}", file.format),
        None => file.format.clone(),
    };
    let link =
        |file: &FileRecord, text: &str| format!("<li><a href=\"{}\">{}</a></li>", escaped(&file.file), escaped(text));
    let of_charts = |file: &&FileRecord| FileFormat::named(&file.format).is_some_and(FileFormat::is_of_charts);
    let mut files: String = report
        .files
        .iter()
        .filter(|file| !of_charts(file))
        .map(|file| link(file, &several(file)))
        .collect();
    for format in FileFormat::ALL.iter().filter(|format| format.is_of_charts()) {
        let charts = report.files.iter().filter(|file| file.format == format.name());
        let charts: Vec<String> = charts
            .map(|file| link(file, file.file.rsplit('/').next().unwrap_or_default()))
            .collect();
        if !charts.is_empty() {
            files.push_str(&format!(
                "<li><details><summary>{} {}</summary><ul>{}</ul></details></li>",
                charts.len(),
                if charts.len() == 1 {
                    format!("chart as {}", format.name())
                } else {
                    format!("charts as {}", format.name())
                },
                charts.concat()
            ));
        }
    }
    format!("<tr><th scope=\"row\">{name}</th><td><ul>{tiles}</ul></td><td><ul>{files}</ul></td></tr>\n")
}

fn tile(tile: &Tile) -> String {
    let (class, said) = match (tile.state.as_str(), tile.target_met) {
        ("ok", Some(true)) => (" class=\"good\"", ", target met"),
        ("ok", Some(false)) => (" class=\"bad\"", ", target missed"),
        ("ok", None) => ("", ""),
        _ => (" class=\"warn\"", ""),
    };
    let band = tile
        .band
        .as_ref()
        .map_or_else(String::new, |band| format!(" ({})", escaped(band)));
    format!(
        "<li>{} <strong{class}>{}{band}</strong><span class=\"soft\">{said}</span></li>",
        escaped(&tile.label),
        escaped(&tile.text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::RunRecord;

    #[test]
    fn names_of_people_are_text_and_no_markup() {
        let report = ReportRecord {
            title: "Health: <b>".to_owned(),
            segment: Some("region".to_owned()),
            value: Some("<script>alert(1)</script>".to_owned()),
            results_sha256: String::new(),
            headlines: vec![Tile {
                name: "nps".to_owned(),
                label: "N&P\"S".to_owned(),
                text: "12.0 points".to_owned(),
                state: "ok".to_owned(),
                band: None,
                target_met: Some(false),
            }],
            files: [("x.json", "json"), ("x/trend-a.svg", "svg"), ("x/trend-b.svg", "svg")]
                .map(|(file, format)| FileRecord {
                    file: format!("health/region/{file}"),
                    format: format.to_owned(),
                    audience: None,
                    bytes: 1,
                    sha256: String::new(),
                })
                .into(),
        };
        let unit = UnitRecord {
            job: "1".to_owned(),
            card: "health.rhai".to_owned(),
            card_sha256: None,
            data: None,
            tables: Vec::new(),
            status: Status::Done,
            as_of: None,
            period: None,
            diagnostics: Vec::new(),
            reports: vec![report],
        };
        let page = page(&Manifest {
            version: 1,
            engine: String::new(),
            title: "All".to_owned(),
            jobs_sha256: String::new(),
            units: vec![unit],
            run: RunRecord::default(),
        });
        assert!(!page.contains("<script"), "{page}");
        assert!(
            page.contains("N&amp;P&quot;S <strong class=\"bad\">12.0 points</strong>"),
            "{page}"
        );
        assert!(
            page.contains(
                "<summary>2 charts as svg</summary><ul><li><a href=\"health/region/x/trend-a.svg\">trend-a.svg</a>"
            ),
            "{page}"
        );
        assert!(
            page.contains("href=\"health/region/x.json\"") && page.contains("1 report of 1 card"),
            "{page}"
        );
    }
}

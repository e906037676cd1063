//! The sheet of trends: a column for each metric and score, and charts of the workbook's own.

use std::collections::BTreeMap;

use bellwether::report::{Cell, Results};
use rust_xlsxwriter::{Chart, ChartEmptyCells, ChartLine, ChartLineDashType, Color, Workbook, XlsxError};

use super::book::{Entry, Sheet, Styles};

/// So many charts at most: the first metrics and the scores.
const MOST_CHARTS: usize = 8;

/// A series: values by period, and the targets that hold there.
struct Series<'a> {
    label: &'a str,
    unit: Option<&'a str>,
    decimals: u32,
    cells: BTreeMap<&'a str, &'a Cell>,
    main: bool,
}

/// Values by period, and charts of the main ones.
pub(super) fn trends(book: &mut Workbook, styles: &Styles, results: &Results) -> Result<(), XlsxError> {
    let Some(calendar) = results.axes.periods.first() else {
        return Ok(());
    };
    let all = series(results);
    if all.is_empty() {
        return Ok(());
    }
    let mut sheet = Sheet::new("Trends", &[calendar.period.calendar.word()]);
    for one in &all {
        sheet.heads.push(match one.unit {
            Some(unit) => format!("{}, {unit}", one.label),
            None => one.label.to_owned(),
        });
    }
    sheet
        .heads
        .extend(all.iter().map(|one| format!("{}: target", one.label)));
    let known = |label: &str| all.iter().any(|one| one.cells.contains_key(label));
    for step in calendar.steps.iter().filter(|step| known(&step.label)) {
        let open = all
            .iter()
            .any(|one| one.cells.get(&*step.label).is_some_and(|cell| cell.partial));
        let shown = if open {
            format!("{} (not over)", step.label)
        } else {
            step.label.to_string()
        };
        let mut row = vec![Entry::text(shown)];
        let label = &*step.label;
        row.extend(all.iter().map(|one| {
            let value = one.cells.get(label).and_then(|cell| cell.value);
            Entry::number(value, one.unit, one.decimals)
        }));
        row.extend(all.iter().map(|one| {
            let target = one.cells.get(label).and_then(|cell| cell.target);
            Entry::number(target, one.unit, one.decimals)
        }));
        sheet.rows.push(row);
    }
    let count = all.len();
    let Some((page, top)) = sheet.write(book, styles, &[])? else {
        return Ok(());
    };
    let (first, last) = (top + 1, top + sheet.rows.len() as u32);
    let shown = all.iter().enumerate().filter(|(_, one)| one.main).take(MOST_CHARTS);
    for (place, (index, one)) in shown.enumerate() {
        let column = index as u16 + 1;
        let mut chart = Chart::new_line();
        chart
            .add_series()
            .set_name(one.label)
            .set_categories(("Trends", first, 0, last, 0))
            .set_values(("Trends", first, column, last, column))
            .set_format(ChartLine::new().set_color(Color::RGB(0x00_65a8)).set_width(2.25));
        if one.cells.values().any(|cell| cell.target.is_some()) {
            let target = column + count as u16;
            let mut line = ChartLine::new();
            line.set_color(Color::RGB(0x00_785a))
                .set_dash_type(ChartLineDashType::Dash)
                .set_width(1.25);
            chart
                .add_series()
                .set_name("target")
                .set_categories(("Trends", first, 0, last, 0))
                .set_values(("Trends", first, target, last, target))
                .set_format(&mut line);
        }
        chart.title().set_name(one.label);
        if let Some(unit) = one.unit {
            chart.y_axis().set_name(unit);
        }
        // A hidden or missing value is a gap, not a zero.
        chart.show_empty_cells_as(ChartEmptyCells::Gaps);
        chart.set_alt_text(format!("{} by {}", one.label, calendar.period.calendar.word()));
        chart.set_width(560).set_height(280);
        let row = last + 2 + (place as u32 / 2) * 15;
        let column = if place % 2 == 0 { 0 } else { 6 };
        page.insert_chart(row, column, &chart)?;
    }
    Ok(())
}

fn series(results: &Results) -> Vec<Series<'_>> {
    fn totals(cells: &[Cell]) -> BTreeMap<&str, &Cell> {
        let totals = cells.iter().filter(|cell| cell.segments.is_empty());
        totals
            .filter_map(|cell| Some((cell.period.as_deref()?, cell)))
            .collect()
    }
    let metrics = results.metrics.iter().map(|metric| Series {
        label: &metric.label,
        unit: metric.unit.as_deref(),
        decimals: metric.decimals,
        cells: totals(&metric.cells),
        main: true,
    });
    let scores = results.scores.iter().map(|score| Series {
        label: &score.label,
        unit: None,
        decimals: score.decimals,
        cells: totals(&score.cells),
        main: true,
    });
    // Scores first: they sum up the others.
    let mut all: Vec<Series<'_>> = scores.chain(metrics).collect();
    all.retain(|one| one.cells.values().any(|cell| cell.value.is_some()));
    for one in &mut all {
        one.main = one.cells.values().filter(|cell| cell.value.is_some()).count() >= 2;
    }
    all
}

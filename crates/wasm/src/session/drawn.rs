//! The report drawn: charts and pages.

use bellwether::engine::Progress;
use bellwether::report::chart::charts_where;
use bellwether_report::chart::{Theme, vega_lite};
use bellwether_report::{HtmlOptions, compose, html, to_markdown};

use super::failure::found;
use super::{Failure, Session};
use crate::answer::ReportChart;
use crate::options::{CardText, EvaluateSettings};

impl Session {
    /// The charts of a report, each with its Vega-Lite specification: all, or those whose ids begin with one of `ids`. `theme`
    /// is `light` or `dark`.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn charts(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        (theme, ids): (&str, Option<&[String]>),
        progress: Option<Progress>,
    ) -> Result<Vec<ReportChart>, Failure> {
        let theme = match theme {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            other => {
                return Err(Failure::usage(format!(
                    "there is no theme `{other}`: it is light or dark"
                )));
            }
        };
        let report = self.report(card, settings, progress)?;
        let wanted = |id: &str| ids.is_none_or(|ids| ids.iter().any(|beginning| id.starts_with(beginning.as_str())));
        let drawn = charts_where(&report.results, &wanted)
            .into_iter()
            .map(|chart| ReportChart {
                vega_lite: vega_lite(&chart, theme),
                chart,
            });
        Ok(drawn.collect())
    }

    /// The report as Markdown.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn markdown(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<String, Failure> {
        let report = self.report(card, settings, progress)?;
        Ok(to_markdown(&compose(&report)))
    }

    /// The report as a page: one HTML file without scripts, charts inside; for an audience of the card, or its own.
    ///
    /// # Errors
    /// As [`Session::report`], and for an audience that the card does not have.
    pub fn html(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        audience: Option<String>,
        progress: Option<Progress>,
    ) -> Result<String, Failure> {
        let report = self.report(card, settings, progress)?;
        html(&report, &HtmlOptions { audience }).map_err(|finding| Failure {
            code: "options",
            message: format!("{}: {}", finding.code, finding.message),
            diagnostics: found(card, vec![finding]),
        })
    }
}

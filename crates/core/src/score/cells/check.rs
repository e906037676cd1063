//! What stands in the way of scores whatever the cell.

use super::{Scorer, Scores};
use crate::definition::{Baseline, Normalise};
use crate::diagnostic::{Diagnostic, codes};
use crate::measure::{CellKey, CellMap};
use crate::score::normalise::NotNormalisable;
use crate::score::plan;

impl Scorer<'_> {
    /// What stands in the way of scores whatever the cell: a part without a scale, a baseline that is its target.
    /// Code: `BAD_SETTING`.
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let nothing = Scores {
            cells: vec![CellMap::default(); self.card.scores.len()],
            ..Scores::default()
        };
        for score in &self.card.scores {
            for part in &score.parts {
                let Some(of) = plan::find(self.card, &part.of.value) else {
                    continue;
                };
                let from_data = self.goal(of).is_some_and(|goal| {
                    matches!(
                        goal.baseline.as_ref().map(|baseline| &baseline.value),
                        Some(Baseline::At(_))
                    )
                });
                if let Err(lacks) = self.normaliser(of, &part.normalise, &CellKey::default(), &nothing)
                    && !(from_data && part.normalise == Normalise::BaselineToTarget)
                {
                    found.push(lacking(&part.of.value, lacks).at(part.span));
                }
            }
            if let Some(each) = &score.mix_each
                && let Some(of) = plan::find(self.card, &each.of.value)
                && let Err(lacks) = self.normaliser(of, &each.normalise, &CellKey::default(), &nothing)
            {
                found.push(lacking(&each.of.value, lacks).at(each.of.span));
            }
        }
        found
    }
}

fn lacking(name: &str, lacks: NotNormalisable) -> Diagnostic {
    let (message, help) = match lacks {
        NotNormalisable::NoScale | NotNormalisable::NoDirection => (
            format!("`{name}` has no scale of its own"),
            "give the values that score 0 and 100: `.mix(\"name\", weight, zero, hundred)`",
        ),
        NotNormalisable::SameAnchors => (
            format!("0 and 100 of `{name}` are the same value"),
            "give two different values, or a target that differs from the baseline",
        ),
        NotNormalisable::NoBaselineOrTarget => (
            format!("`{name}` has no baseline or no target to be measured between"),
            "give both with `.baseline(..)` and `.target(..)`, or give the values that score 0 and 100",
        ),
        NotNormalisable::BadCurve => (
            format!("the points of the curve of `{name}` do not ascend"),
            "give two or more points (value, score), values from low to high",
        ),
    };
    Diagnostic::error(codes::BAD_SETTING, message).help(help)
}

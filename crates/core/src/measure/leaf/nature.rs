//! What the values of an aggregate are by nature: unit, direction, bounds, and why they have no interval.

use super::Leaf;
use crate::definition::{Direction, MeasureFunction};

impl Leaf {
    /// The unit of its values.
    pub(crate) fn unit(&self) -> Option<&'static str> {
        use MeasureFunction as F;
        Some(match self.function {
            F::Count => "rows",
            F::CountDistinct => "values",
            F::Active | F::ActiveAtEnd | F::ActiveEver => "entities",
            F::Nps | F::Net | F::CesNet => "points",
            F::CesMean => "scale points",
            F::Rate
            | F::Share
            | F::TopBox
            | F::BottomBox
            | F::AtLeast
            | F::CesAgree
            | F::Retention
            | F::Churn
            | F::RevenueRetention
            | F::Survival
            | F::Funnel => "%",
            _ => return None,
        })
    }

    /// The direction it has by nature.
    pub(crate) const fn direction(&self) -> Option<Direction> {
        use MeasureFunction as F;
        match self.function {
            F::Nps
            | F::TopBox
            | F::AtLeast
            | F::Net
            | F::CesMean
            | F::CesAgree
            | F::CesNet
            | F::Retention
            | F::RevenueRetention
            | F::Survival
            | F::Clv
            | F::Agreement
            | F::Kappa
            | F::Icc
            | F::Funnel => Some(Direction::Higher),
            F::BottomBox | F::Churn => Some(Direction::Lower),
            _ => None,
        }
    }

    /// Lowest and highest value possible.
    pub(crate) fn bounds(&self) -> Option<(f64, f64)> {
        use MeasureFunction as F;
        match self.function {
            F::Nps | F::Net | F::CesNet => Some((-100.0, 100.0)),
            F::Mean | F::CesMean | F::Median | F::Percentile | F::Min | F::Max => self.scale,
            F::Correlation | F::Kappa => Some((-1.0, 1.0)),
            // Net revenue retention may be above 100 %.
            F::RevenueRetention if self.words.iter().any(|word| word == "net") => None,
            _ if self.unit() == Some("%") => Some((0.0, 100.0)),
            _ => None,
        }
    }

    /// Why its cells have no interval, where none has.
    pub(crate) fn no_interval(&self) -> Option<&'static str> {
        use MeasureFunction as F;
        if self.census {
            return Some("the whole population, not a sample");
        }
        Some(match self.function {
            F::Count | F::CountDistinct => "a count of what is in the table, not an estimate",
            F::Sum => "a sum of what is in the table, not an estimate",
            F::Min | F::Max => "an extreme has no interval without a model",
            F::Stddev => "it depends on the shape of the distribution, not on its spread alone",
            F::Active | F::ActiveAtEnd | F::ActiveEver | F::Level => "a stock, not an estimate",
            F::Last => "one value",
            _ => return None,
        })
    }
}

//! How far raters agree: Krippendorff's alpha for any number of raters with gaps, weighted kappa for two, and intraclass
//! correlations for a full table.

mod alpha;
mod icc;
mod kappa;

pub use alpha::{Agreement, Scale, alpha, alpha_limits};
pub use icc::{Icc, IccForm, intraclass};
pub use kappa::{Kappa, KappaWeights, kappa};

//! `bellwether what-if` and `bellwether backtest`: questions about links.

use bellwether::engine::{Backtest, WhatIfQuestion};
use bellwether_report::{compose_backtest, compose_what_if};

use crate::args::{BacktestArgs, WhatIfArgs};
use crate::failure::Failure;
use crate::host::session::Session;
use crate::output;
use crate::terminal::Terminal;

/// Says what would follow from other values.
pub fn what_if(args: &WhatIfArgs, terminal: Terminal) -> Result<(), Failure> {
    let question = WhatIfQuestion {
        set: pairs("--set", &args.set)?,
        seek: pairs("--seek", &args.seek)?,
    };
    if question.set.is_empty() && question.seek.is_empty() {
        return Err(Failure::usage(
            "what-if takes --set METRIC=VALUE, --seek OUTCOME=VALUE, or both".to_owned(),
        ));
    }
    let session = Session::open(&args.input)?;
    let (tables, _) = session.load(&args.input, terminal)?;
    let options = session.options(&args.input)?;
    let answer = session
        .engine()
        .what_if(session.card(), tables, &options, &question)
        .map_err(|error| session.error(error))?;
    output::answer(&answer, args.format, terminal, compose_what_if)
}

/// Asks whether earlier scores told a later outcome.
pub fn backtest(args: &BacktestArgs, terminal: Terminal) -> Result<(), Failure> {
    let session = Session::open(&args.input)?;
    let (tables, _) = session.load(&args.input, terminal)?;
    let options = session.options(&args.input)?;
    let answer: Backtest = session
        .engine()
        .backtest(session.card(), tables, &options, args.outcome.as_deref())
        .map_err(|error| session.error(error))?;
    output::answer(&answer, args.format, terminal, compose_backtest)
}

/// NAME=NUMBER pairs.
fn pairs(option: &str, given: &[String]) -> Result<Vec<(String, f64)>, Failure> {
    given
        .iter()
        .map(|pair| {
            let number = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
            pair.split_once('=')
                .and_then(|(name, value)| Some((name.trim().to_owned(), number(value)?)))
                .ok_or_else(|| Failure::usage(format!("{option} takes NAME=NUMBER; `{pair}` is not that")))
        })
        .collect()
}

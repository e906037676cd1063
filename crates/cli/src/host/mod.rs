//! What core may not do itself: reading files, the clock, the machine.

pub mod card;
pub mod data;
pub mod session;

use std::collections::BTreeMap;

use bellwether::definition::{CivilDate, Literal};

use crate::failure::Failure;

/// The machine's clock in UTC: the day, and seconds since its begin.
fn clock() -> Result<(CivilDate, u64), Failure> {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_err(|_| Failure::input("the machine's clock stands before 1970"))?
        .as_secs();
    let days = i32::try_from(seconds / 86_400).map_err(|_| Failure::input("the machine's clock is off"))?;
    Ok((CivilDate(days), seconds % 86_400))
}

/// The machine's clock as a history has it: `2026-06-30T04:00:00Z`.
pub fn now() -> Result<String, Failure> {
    let (day, seconds) = clock()?;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Ok(format!("{day}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// Reads `--as-of`: a day, or `today` by the machine's clock in UTC. None: core takes the latest date in the data.
pub fn as_of(text: Option<&str>) -> Result<Option<CivilDate>, Failure> {
    match text {
        None => Ok(None),
        Some("today") => clock().map(|(day, _)| Some(day)),
        Some(day) => CivilDate::parse(day).map(Some).ok_or_else(|| {
            Failure::usage(format!(
                "--as-of takes a day written yyyy-MM-dd, or today; `{day}` is neither"
            ))
        }),
    }
}

/// Reads `NAME=VALUE` pairs of `--param`. A value is true or false, a number where it reads as one, else text; quotes
/// keep a number as text.
pub fn params(pairs: &[String]) -> Result<Vec<(String, Literal)>, Failure> {
    pairs
        .iter()
        .map(|pair| {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::usage(format!("--param takes NAME=VALUE; `{pair}` has no `=`")))?;
            Ok((name.trim().to_owned(), literal(value.trim())))
        })
        .collect()
}

fn literal(text: &str) -> Literal {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (quoted, text) {
        (Some(inner), _) => Literal::Text(inner.to_owned()),
        (None, "true") => Literal::Bool(true),
        (None, "false") => Literal::Bool(false),
        (None, _) => text
            .parse()
            .map(Literal::Int)
            .or_else(|_| {
                text.parse::<f64>().map_err(drop).and_then(|value| {
                    if value.is_finite() {
                        Ok(Literal::Float(value))
                    } else {
                        Err(())
                    }
                })
            })
            .unwrap_or_else(|()| Literal::Text(text.to_owned())),
    }
}

/// Reads `CARD.NAME=NUMBER` of `--value`.
pub fn values(pairs: &[String]) -> Result<Vec<(String, String, f64)>, Failure> {
    pairs
        .iter()
        .map(|pair| {
            let wrong = || Failure::usage(format!("--value takes CARD.NAME=NUMBER; got `{pair}`"));
            let (left, right) = pair.split_once('=').ok_or_else(wrong)?;
            let (card, name) = left.rsplit_once('.').ok_or_else(wrong)?;
            let value: f64 = right.trim().parse().map_err(|_| wrong())?;
            if value.is_finite() {
                Ok((card.to_owned(), name.to_owned(), value))
            } else {
                Err(wrong())
            }
        })
        .collect()
}

/// Reads `NAME=NUMBER` of `--baseline`.
pub fn baselines(pairs: &[String]) -> Result<BTreeMap<String, f64>, Failure> {
    let read = |pair: &String| {
        let (name, value) = pair.split_once('=')?;
        let value: f64 = value.trim().parse().ok()?;
        value.is_finite().then(|| (name.trim().to_owned(), value))
    };
    let read = |pair| read(pair).ok_or_else(|| Failure::usage(format!("--baseline takes NAME=NUMBER; got `{pair}`")));
    pairs.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_params_are_read_as_what_they_look_like() {
        assert_eq!(literal("85"), Literal::Int(85));
        assert_eq!(literal("0.5"), Literal::Float(0.5));
        assert_eq!(literal("true"), Literal::Bool(true));
        assert_eq!(literal("West"), Literal::Text("West".to_owned()));
        assert_eq!(literal("\"85\""), Literal::Text("85".to_owned()));
        assert_eq!(literal("inf"), Literal::Text("inf".to_owned()));
    }

    #[test]
    fn the_day_is_a_day_or_today() {
        assert_eq!(as_of(Some("2026-06-30")).unwrap(), CivilDate::new(2026, 6, 30));
        assert_eq!(as_of(Some("30.6.2026")).unwrap_err().exit_code(), 2);
        assert!(as_of(Some("today")).unwrap().unwrap() > CivilDate::new(2026, 1, 1).unwrap());
    }

    #[test]
    fn a_value_of_another_card_names_card_and_metric() {
        assert_eq!(
            values(&["subscriber-health.retention=78.5".to_owned()]).unwrap(),
            vec![("subscriber-health".to_owned(), "retention".to_owned(), 78.5)]
        );
        assert!(values(&["retention=78.5".to_owned()]).is_err());
    }
}

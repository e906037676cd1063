//! What a place in a card asks for: which words, names or values may stand there.
//!
//! Imports: script::{lexer, reference}, assist::{declared, kind, reading}.

use super::declared::Card;
use super::kind::{Closure, Kind, doc_of};
use super::reading::{NONE, Reading, State};
use crate::definition::MONTHS;
use crate::script::lexer::TokenKind;
use crate::script::reference::{FunctionDoc, ParamDoc};

/// Where the cursor is.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// The byte.
    pub offset: u32,
    /// The name that it touches.
    pub word: Option<usize>,
    /// The text in quotes that it is in.
    pub text: Option<usize>,
    /// The last token before the name or the cursor.
    pub before: Option<usize>,
    /// What is open there.
    pub state: State,
    /// At the very start of a line, where whatever stands before is over.
    pub fresh: bool,
    /// In a comment, a number, or text that is no place for names.
    pub nowhere: bool,
}

/// The call around a place.
#[derive(Debug, Clone)]
pub struct CallPlace {
    /// The token of its name.
    pub name: usize,
    /// The number of the argument.
    pub index: usize,
    /// What stands before its dot.
    pub receiver: Option<Kind>,
    /// Its bracket.
    pub open: usize,
    /// Inside of a map that is the argument.
    pub in_map: bool,
}

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Nothing that is known.
    Nothing,
    /// Outcomes, then metrics.
    Outcomes,
    /// Metrics, outcomes and scores.
    Named,
    /// Metrics first, then the others.
    Metrics,
    /// Segments.
    Segments,
    /// Values of a segment.
    SegmentValues(String),
    /// Tables.
    Tables,
    /// Columns of a table.
    Columns(String),
    /// Values of a column: table, column.
    ColumnValues(String, String),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Objectives.
    Objectives,
    /// Stages of journeys.
    Stages,
    /// Steps of a stage.
    Steps(String),
    /// Names of bands.
    Bands,
    /// Days.
    Days,
    /// People and teams that the card names.
    People,
    /// Modules.
    Modules,
}

/// Calendars of `period`.
const CALENDARS: &[&str] = &[
    "month",
    "quarter",
    "week",
    "day",
    "year",
    "fiscal quarter",
    "fiscal year",
];
const UNITS: &[&str] = &["days", "weeks", "months", "quarters", "years", "hours", "minutes"];
const UNIT: &[&str] = &["day", "week", "month", "quarter", "year"];
const CURRENCIES: &[&str] = &[
    "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "CNY", "INR", "BRL", "SEK", "NOK", "DKK", "PLN", "MXN", "ZAR",
    "SGD", "NZD",
];
const STATES: &[&str] = &[
    "ok",
    "missing",
    "too_few",
    "stale",
    "suppressed",
    "not_applicable",
    "failed",
];
const TYPES: &[&str] = &[
    "true or false",
    "whole number",
    "number",
    "text",
    "date",
    "date and time",
];
const FORMATS: &[&str] = &[
    "yyyy-MM-dd",
    "yyyy-MM",
    "yyyy",
    "d/M/yyyy",
    "M/d/yyyy",
    "d.M.yyyy",
    "d/M/yyyy H:mm",
];
const KAPPA_WEIGHTS: &[&str] = &["quadratic", "linear", "none"];
const ICC_FORMS: &[&str] = &[
    "agreement",
    "consistency",
    "one way",
    "agreement of mean",
    "consistency of mean",
    "one way of mean",
];
const MEASURED: &[&str] = &["%", "points", "days", "hours", "minutes", "USD", "USD per customer"];

impl Cursor {
    /// Finds the place of a byte.
    pub fn new(reading: &Reading<'_>, offset: u32) -> Self {
        let count = reading.before(offset);
        let last = count.checked_sub(1);
        let token = last.and_then(|last| reading.tokens().get(last));
        let touched = token.filter(|token| offset <= token.end);
        let inside = |kind: TokenKind| touched.is_some_and(|token| token.kind == kind && offset < token.end);
        let text = inside(TokenKind::Text) || touched.is_some_and(|token| token.kind == TokenKind::Unterminated);
        let word = touched.is_some_and(|token| token.kind == TokenKind::Word);
        let held = text || word;
        let before = if held {
            last.and_then(|last| last.checked_sub(1))
        } else {
            last
        };
        let nowhere = inside(TokenKind::Template)
            || inside(TokenKind::Quoted)
            || touched.is_some_and(|token| matches!(token.kind, TokenKind::Number | TokenKind::ForeignWord))
            || last.is_some_and(|last| text && reading.word(last).starts_with('`'))
            || (touched.is_none() && reading.in_comment(offset));
        // What stands before the word decides: a word that begins a statement by its looks may be half of an argument.
        let held_state = |last: usize| {
            let own = reading.state(last);
            if own.statement == last {
                own
            } else {
                reading.behind(before)
            }
        };
        // A name at the very start of a line, behind what goes on with nothing, begins a statement.
        let start = if word {
            token.map_or(offset, |token| token.start)
        } else {
            offset
        } as usize;
        let line_start = reading
            .text
            .get(..start)
            .is_none_or(|head| head.is_empty() || head.ends_with('\n'));
        let dangling = before
            .is_some_and(|before| matches!(reading.word(before), "." | "?." | ")" | "]") || reading.is_name(before));
        let fresh = line_start && dangling && !text;
        let next = before.map_or(0, |before| before + 1);
        let begun = State {
            outer: NONE,
            statement: next,
            piece: next,
            index: 0,
        };
        Self {
            offset,
            fresh,
            word: last.filter(|_| word),
            text: last.filter(|_| text),
            before,
            state: match last {
                _ if fresh => begun,
                Some(last) if held => held_state(last),
                _ => reading.behind(before),
            },
            nowhere,
        }
    }
}

impl Card<'_, '_> {
    /// The call whose argument a place is, perhaps in a list or map that is the argument.
    pub fn call_at(&self, state: State) -> Option<CallPlace> {
        let reading = self.reading();
        let (mut state, mut in_map) = (state, false);
        for _ in 0..4 {
            if state.outer == NONE {
                return None;
            }
            let name = state
                .outer
                .checked_sub(1)
                .filter(|name| reading.call(*name) == Some(state.outer));
            match (reading.word(state.outer), name) {
                ("(", Some(name)) => {
                    return Some(CallPlace {
                        name,
                        index: state.index,
                        receiver: self.names.receiver(name, 0),
                        open: state.outer,
                        in_map,
                    });
                }
                ("[", _) => {}
                ("#{", _) => in_map = true,
                _ => return None,
            }
            state = reading.state(state.outer);
        }
        None
    }

    /// The closure whose body a place is in.
    pub fn closure_at(&self, cursor: &Cursor) -> Option<Closure> {
        let at = cursor.before.map_or(0, |before| before + 1);
        self.names.closures(at, cursor.state).into_iter().next()
    }

    /// What a text in quotes at a token stands for.
    pub fn wanted_at(&self, token: usize) -> Wanted {
        let reading = self.reading();
        let state = reading.state(token);
        let Some(before) = token.checked_sub(1) else {
            return Wanted::Nothing;
        };
        match reading.word(before) {
            "import" => return Wanted::Modules,
            "==" | "!=" | "<" | ">" | "<=" | ">=" => return self.compared(before),
            "[" | "?[" if self.is_index(before) => return self.members(before),
            _ => {}
        }
        if state.outer != NONE
            && let Some(operator) = state.outer.checked_sub(1)
        {
            // `x in ["a", "b"]`, `switch x { "a" => .. }`
            match (reading.word(state.outer), reading.word(operator)) {
                ("[", "in" | "!in") => return self.compared(operator),
                ("{", _) if self.is_switch(state.outer) => return self.compared(state.outer),
                _ => {}
            }
        }
        match self.call_at(state) {
            Some(call) if call.in_map => self.wanted_in_map(&call, token),
            Some(call) => self.wanted_in_call(&call),
            None => Wanted::Nothing,
        }
    }

    /// Whether a bracket reads a member of what stands before it.
    pub fn is_index(&self, open: usize) -> bool {
        let reading = self.reading();
        reading.is(open, "[")
            && open.checked_sub(1).is_some_and(|before| {
                matches!(reading.word(before), ")" | "]")
                    || reading.is_name(before) && !matches!(reading.word(before), "in" | "return")
            })
    }

    fn members(&self, open: usize) -> Wanted {
        match self.names.before(open, 0) {
            Kind::Table(table) | Kind::Row(table) => Wanted::Columns(table),
            Kind::Cells => Wanted::Named,
            _ => Wanted::Nothing,
        }
    }

    fn is_switch(&self, open: usize) -> bool {
        let reading = self.reading();
        let from = open.saturating_sub(12);
        (from..open).any(|at| reading.is(at, "switch") && reading.state(at).outer == reading.state(open).outer)
    }

    /// Values of the column that stands before an operator.
    fn compared(&self, operator: usize) -> Wanted {
        match self.names.before(operator, 0) {
            Kind::Column(table, column) => Wanted::ColumnValues(table, column),
            _ => Wanted::Nothing,
        }
    }

    /// What an argument of a call may be, as a text.
    pub fn wanted_in_call(&self, call: &CallPlace) -> Wanted {
        let Some((doc, param)) = self.param_at(call) else {
            return Wanted::Nothing;
        };
        let (word, name) = (doc.name.as_str(), param.name.as_str());
        let reading = self.reading();
        let argument = |index: usize| {
            let piece = reading.pieces(call.open).get(index).copied()?;
            reading.only_literal(piece)
        };
        let values_of = |index: usize| argument(index).map_or(Wanted::Nothing, Wanted::SegmentValues);
        let own_columns = || {
            let table = call.receiver.as_ref().and_then(Kind::table);
            table.map_or(Wanted::Nothing, |table| Wanted::Columns(table.to_owned()))
        };
        match (word, name) {
            ("drives", _) | ("link", "outcome") => Wanted::Outcomes,
            ("mix" | "reweigh", "part") => Wanted::Named,
            (_, "of") if word.starts_with("expect") => Wanted::Named,
            ("mix_each" | "link" | "moves", "metric") => Wanted::Metrics,
            ("cross" | "ignoring", "segments") | (_, "segment") => Wanted::Segments,
            ("for_cell" | "weights_for", "value") => values_of(0),
            ("override", "segment_value") => values_of(4),
            ("order", "values") => match &call.receiver {
                Some(Kind::Thing(segment)) => segment.name.clone().map_or(Wanted::Nothing, Wanted::SegmentValues),
                _ => Wanted::Nothing,
            },
            ("table" | "given", "name" | "table") => Wanted::Tables,
            ("expect_band", "band") => Wanted::Bands,
            ("expect_state", "state") => Wanted::Choice(STATES),
            (_, "calendar") => Wanted::Choice(CALENDARS),
            ("unit", "unit") => Wanted::Choice(MEASURED),
            ("per", "unit") => Wanted::Choice(UNIT),
            (_, "unit") => Wanted::Choice(UNITS),
            ("currency", "code") | (_, "currency") => Wanted::Choice(CURRENCIES),
            ("fiscal_year", _) => Wanted::Choice(&MONTHS),
            ("missing_parts", "rule") => Wanted::Choice(&["reweight", "fail", "value"]),
            ("stale_parts", "rule") => Wanted::Choice(&["keep", "half", "drop"]),
            ("if_unknown", "rule") => Wanted::Choice(&["ignore", "fire"]),
            ("through", "rule") => Wanted::Choice(&["once each", "first", "shared"]),
            ("agreement", "scale") => Wanted::Choice(&["ordinal", "nominal", "interval"]),
            ("kappa", "weights") => Wanted::Choice(KAPPA_WEIGHTS),
            ("icc", "form") => Wanted::Choice(ICC_FORMS),
            ("revenue_retention", "kind") => Wanted::Choice(&["net", "gross"]),
            ("audience", "who") => Wanted::Choice(&["executive", "team", "analyst"]),
            ("cadence", _) => Wanted::Choice(&["monthly", "weekly", "quarterly", "yearly", "daily"]),
            ("fixed", _) => Wanted::Choice(&[
                "target", "baseline", "owner", "by", "unit", "decimals", "label", "worth",
            ]),
            ("date" | "dates", "format" | "formats") => Wanted::Choice(FORMATS),
            ("serves", _) => Wanted::Objectives,
            ("stage", "stage") => Wanted::Stages,
            ("stage", "step") => argument(0).map_or(Wanted::Nothing, Wanted::Steps),
            ("owner" | "to" | "override", "who" | "author") => Wanted::People,
            ("overrides_from", "value" | "author" | "reason" | "until") => {
                let of = reading
                    .pieces(call.open)
                    .first()
                    .map(|piece| self.names.of_piece(*piece));
                let table = of.as_ref().and_then(Kind::table).map(str::to_owned);
                table.map_or(Wanted::Nothing, Wanted::Columns)
            }
            ("for_period" | "baseline_at", _) => Wanted::Nothing,
            (_, "day" | "until") => Wanted::Days,
            (
                "key" | "column" | "columns" | "latest_by" | "distinct_by" | "date" | "weight" | "rake" | "belongs_to"
                | "show" | "sort_down" | "sort_up" | "unpivot" | "anonymous_below",
                "name" | "names" | "column" | "columns" | "key",
            ) if !(word == "unpivot" && name == "name") => own_columns(),
            ("rename", "from") => own_columns(),
            _ => Wanted::Nothing,
        }
    }

    /// What a text inside of a map may be: a key, or the value behind one.
    fn wanted_in_map(&self, call: &CallPlace, token: usize) -> Wanted {
        let reading = self.reading();
        let behind_key = token.checked_sub(1).is_some_and(|before| reading.is(before, ":"));
        match (reading.word(call.name), behind_key) {
            ("types", true) => Wanted::Choice(TYPES),
            (_, true) => Wanted::Nothing,
            _ => self.keys(call),
        }
    }

    /// What the keys of a map that is an argument name; [`Wanted::Choice`] for the options of a param.
    pub fn keys(&self, call: &CallPlace) -> Wanted {
        let reading = self.reading();
        match reading.word(call.name) {
            "param" => Wanted::Choice(&["min", "max", "help"]),
            "types" => match &call.receiver {
                Some(Kind::Table(table)) => Wanted::Columns(table.clone()),
                _ => Wanted::Nothing,
            },
            "target_for" => reading
                .literal(call.open + 1)
                .map_or(Wanted::Nothing, Wanted::SegmentValues),
            "weights_for" => Wanted::Named,
            _ => Wanted::Nothing,
        }
    }

    /// The parameter that an argument is given for.
    pub fn param_at(&self, call: &CallPlace) -> Option<(&'static FunctionDoc, &'static ParamDoc)> {
        let reading = self.reading();
        let given = reading.pieces(call.open).len().max(call.index + 1);
        let doc = doc_of(reading.word(call.name), call.receiver.as_ref(), given)?;
        // A function of rows takes what stands before the dot as its first value.
        let skipped = usize::from(call.receiver.is_some() && doc.on.is_empty());
        let index = call.index + skipped;
        let several = doc.params.iter().position(|param| param.several);
        let param = match doc.params.get(index) {
            Some(param) => param,
            None => doc.params.get(several?)?,
        };
        Some((doc, param))
    }
}

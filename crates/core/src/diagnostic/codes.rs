//! The registry of codes: a range per stage, never used twice for different things.
//!
//! | range | stage |
//! | --- | --- |
//! | BW1xx | script: what the text of a card may say |
//! | BW2xx | definition: what the declared objects mean together |
//! | BW3xx | data: what stands in files and tables |
//! | BW4xx | measures and statistics |
//! | BW5xx | scores |
//! | BW6xx | outcomes, links, money, and the checks a CX expert would make |
//! | BW7xx | tests of a card |
//! | BW8xx | what is kept and drawn: histories, reports that are read again, templates |
//! | BW9xx | batches: what a file of jobs asks for |

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A registered code, written `BW210`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl Code {
    /// The registered code of that name, in capitals or not: `BW210`.
    ///
    /// ```
    /// use bellwether::diagnostic::{Code, codes};
    /// assert_eq!(Code::named("bw210"), Some(codes::UNKNOWN_COLUMN));
    /// assert_eq!(Code::named("BW999"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let start = name.get(..2).filter(|start| start.eq_ignore_ascii_case("BW"))?;
        let digits = name.get(start.len()..).filter(|digits| digits.len() == 3)?;
        let number: u16 = digits.parse().ok()?;
        REGISTRY.iter().map(|(code, _)| *code).find(|code| code.0 == number)
    }

    /// What the code means, in a few words; empty for a code that is not registered.
    #[must_use]
    pub fn title(self) -> &'static str {
        REGISTRY
            .iter()
            .find(|(code, _)| *code == self)
            .map_or("", |(_, title)| title)
    }

    /// The stage that its range belongs to.
    #[must_use]
    pub const fn stage(self) -> &'static str {
        match self.0 / 100 {
            1 => "script",
            2 => "definition",
            3 => "data",
            4 => "measures",
            5 => "scores",
            6 => "outcomes and good practice",
            7 => "tests",
            8 => "histories, kept reports, templates",
            9 => "batches",
            _ => "unknown",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BW{:03}", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Codes of other versions may be read, too.
        text.strip_prefix("BW")
            .and_then(|digits| digits.parse().ok())
            .map(Code)
            .ok_or_else(|| serde::de::Error::custom("a code looks like BW210"))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^BW[0-9]{3}$" })
    }
}

macro_rules! registry {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $title:literal;)*) => {
        $($(#[$doc])* #[doc = $title] pub const $name: Code = Code($number);)*
        /// Every code with its title, in order of number.
        pub const REGISTRY: &[(Code, &str)] = &[$((Code($number), $title)),*];
    };
}

registry! {
    // BW1xx script
    SYNTAX = 100, "the card cannot be read";
    UNKNOWN_NAME = 101, "a name that nothing declares";
    UNKNOWN_FUNCTION = 102, "a function or setting that does not exist";
    WRONG_ARGUMENT = 103, "an argument of the wrong kind";
    REFUSED = 104, "a form of script that a card may not use";
    LIMIT = 105, "a limit of the sandbox is reached";
    RAISED = 106, "the card itself raised an error";
    UNKNOWN_MODULE = 107, "a module that the host did not hand in";
    BAD_PARAM = 108, "a param outside its range or of the wrong kind";
    PRINTED = 109, "a line that the card printed";
    NOT_COMPILED = 110, "a closure that cannot be compiled to columns";
    ALLOW = 111, "a comment to bellwether that does nothing";
    // BW2xx definition
    DUPLICATE_NAME = 200, "two objects of one name";
    UNKNOWN_OBJECT = 201, "a name of a metric, outcome, score or segment that is not declared";
    CYCLE = 202, "objects that depend on each other in a circle";
    BAD_SETTING = 203, "a setting whose value makes no sense";
    CONFLICTING_SETTINGS = 204, "settings that contradict each other";
    NOTHING_MEASURED = 205, "a card that measures nothing";
    UNKNOWN_TABLE = 209, "a table that is not declared";
    UNKNOWN_COLUMN = 210, "a column that is not there";
    UNREACHABLE_COLUMN = 211, "a column that cannot be reached from these rows";
    TYPE_MISMATCH = 212, "values of kinds that do not go together";
    AMBIGUOUS_PATH = 213, "two paths lead to one table";
    BANDS = 214, "bands that do not cover the scale once";
    TARGET_OFF_SCALE = 215, "a target or baseline beyond the scale";
    WEIGHTS = 216, "weights that do not add up";
    // BW3xx data
    NO_SUCH_TABLE_DATA = 300, "no data for a table";
    UNREADABLE_FILE = 301, "a file that cannot be read";
    BAD_VALUE = 302, "a value that does not fit its column";
    DUPLICATE_KEY = 303, "a key that repeats";
    ORPHANS = 304, "rows that belong to nobody";
    AMBIGUOUS_DATE = 305, "a date that fits two formats";
    OFF_SCALE = 306, "values outside the declared scale";
    AMBIGUOUS_LATEST = 307, "rows that tie for the latest";
    EMPTY_TABLE = 308, "a table without rows";
    UNKNOWN_VALUE = 309, "a value that no row has";
    BAD_CSV = 310, "a file that is not what its name says";
    OUTSIDE_FOLDER = 311, "a file outside the card's folder";
    FILE_LIMIT = 312, "a file beyond a limit of reading";
    CREDENTIALS = 313, "a password where everybody can read it";
    DATABASE = 314, "a database that does not answer the query";
    // BW4xx measures
    SKIPPED_ROWS = 400, "many rows skipped because a value is missing";
    NOT_REACHED = 402, "a segment that does not reach a measure";
    THIN_PERIOD = 403, "a last period that is nearly empty";
    HIDDEN = 404, "cells hidden to protect people";
    SWAPPED_DATES = 405, "two dates that seem to be the wrong way round";
    NOT_DUE = 406, "rows of the headline whose window is not over";
    TEXT_LEFT_OUT = 407, "text too long to keep";
    STRAY_VALUE = 408, "a value of a segment that one table alone has";
    // BW5xx scores
    NOT_CHECKED = 500, "a cap or floor whose condition is unknown";
    OVERRIDDEN = 501, "a score set by hand";
    // BW6xx outcomes and good practice
    DRIVES_NOTHING = 600, "a metric that drives no outcome";
    NO_OWNER = 601, "nobody owns it";
    NO_TARGET = 602, "no target";
    NPS_ALONE = 603, "one metric stands for everything";
    UNUSED = 604, "declared and never used";
    TARGET_MET = 605, "a target that is already met";
    DUE_PAST = 606, "a due date that is past";
    NO_BASELINE = 607, "no baseline or due date";
    ACTIVITY = 608, "activity used as success";
    SMALL_MIN_N = 610, "a `min_n` that lets through values nobody can rely on";
    BASELINE_GIVEN = 611, "a baseline that the card does not state";
    // BW7xx tests
    TEST_FAILED = 700, "a test of the card failed";
    BAD_TEST = 701, "a test that cannot run";
    // BW8xx histories and kept reports
    HISTORY = 800, "a history that cannot be used";
    KEPT_REPORT = 801, "a report that cannot be read again";
    TEMPLATE = 850, "a template that cannot be read";
    TEMPLATE_FAILED = 851, "a template that cannot be drawn";
    // BW9xx batches
    BAD_BATCH = 900, "a file of jobs that cannot be read";
    BATCH_SETTING = 901, "a setting of a batch that is not known or makes no sense";
    BATCH_MISSING = 902, "a batch that names what is not there";
    BATCH_NAMES = 903, "reports that would have the same file";
}

/// Numbers that were given out once and are not said any more. They are never given out again.
pub const RETIRED: &[u16] = &[401, 609];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_given_out_once_and_in_its_range() {
        for pair in REGISTRY.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} comes before {}", pair[0].0, pair[1].0);
        }
        for (code, title) in REGISTRY {
            assert_ne!(code.stage(), "unknown", "{code} is in no range");
            assert!(!RETIRED.contains(&code.0), "{code} was retired");
            assert!(!title.is_empty() && !title.ends_with('.'), "{code}: {title}");
            assert_eq!(Code::named(&code.to_string()), Some(*code));
            assert_eq!(code.title(), *title);
        }
    }
}

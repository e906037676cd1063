//! Every limit of the sandbox, by number, and the budget that one evaluation spends from.
//!
//! Imports: nothing.

mod budget;

use std::time::Duration;

pub use budget::{Budget, Clock, Host, Meter, Stop};

/// What a card may use. Every limit is set by number, since the defaults of the language differ between builds.
///
/// Sizes (of the text, of lists, of nesting) hold for one thing at a time. The fields under "budget" are spent over a
/// whole evaluation: the script, the closures over columns and the measures spend from one [`Budget`].
///
/// ```
/// use bellwether::limits::Limits;
/// let limits = Limits { operations: 10_000, ..Limits::UNTRUSTED };
/// assert_eq!(limits.source_bytes, 65_536);
/// assert_eq!(Limits::preset("untrusted"), Some(Limits::UNTRUSTED));
/// assert_eq!(Limits::default(), Limits::UNTRUSTED);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest card or module, in bytes.
    pub source_bytes: usize,
    /// Deepest nesting of brackets and blocks in a text, in levels; seen before the text is parsed.
    pub nesting: usize,
    /// Longest chain of steps behind one another (`.owner(..).target(..)`, `&&`, `||`), in links; seen before the text
    /// is parsed.
    pub chain: usize,
    /// Longest chain of other operators, of signs or of `else if`, in links: each takes a turn of the stack.
    pub operators: usize,
    /// Most arms of one `switch`.
    pub switch_arms: usize,
    /// Deepest nesting of function calls, in calls.
    pub call_levels: usize,
    /// Deepest nesting of an expression outside functions, in levels.
    pub expression_depth: usize,
    /// Deepest nesting of an expression inside functions and closures, in levels.
    pub function_expression_depth: usize,
    /// Most stack that running the script may take, in bytes beyond where the compile began: how much a call takes
    /// differs between builds, so calls and expressions are bounded by what they really use as well.
    pub stack_bytes: usize,
    /// Longest text, in bytes.
    pub text_bytes: usize,
    /// Longest list, in items; lists inside are counted with it.
    pub list_items: usize,
    /// Largest map, in entries; maps inside are counted with it.
    pub map_entries: usize,
    /// Most variables at one time.
    pub variables: usize,
    /// Most functions and closures of one text.
    pub functions: usize,
    /// Most modules that a card may import.
    pub modules: usize,
    /// Most closures that a card may hand to its words, counted each time that one is compiled.
    pub closures: usize,
    /// Most tables of a card, those made of others counted.
    pub tables: usize,
    /// Most words of a card that declare, set or compute something, counted each time that one is carried out: no card
    /// has more objects and settings than that.
    pub objects: usize,
    /// Most lines of the log that `print` and `debug` write.
    pub log_lines: usize,
    /// Most diagnostics that one compile reports.
    pub diagnostics: usize,
    /// Most cells of one report: metrics x values of segments x periods.
    pub cells: usize,

    /// Budget: operations of the script, in steps of the interpreter over all of its statements and calls.
    pub operations: u64,
    /// Budget: rows read, in rows x steps: one step of an expression or one measure over one row counts one.
    pub row_operations: u64,
    /// Budget: memory of states that grow with the data (distinct values, percentiles of numbers with fractions,
    /// survival, agreement), in bytes.
    pub growing_bytes: u64,
    /// Budget: time by the host's clock. Without a clock there is no such limit.
    pub wall_time: Duration,
    /// Budget: memory beyond what was in use when the budget began, in bytes by the host's meter. Without a meter there
    /// is no such limit.
    pub memory_bytes: u64,
}

impl Limits {
    /// For an editor or a page, where a person waits and wrote the card: answers in seconds.
    pub const INTERACTIVE: Self = Self {
        source_bytes: 256 << 10,
        operations: 1_000_000,
        row_operations: 4_000_000_000,
        closures: 4_000,
        objects: 100_000,
        cells: 200_000,
        growing_bytes: 256 << 20,
        wall_time: Duration::from_secs(10),
        memory_bytes: 512 << 20,
        ..Self::BATCH
    };

    /// For reports over large data, from cards that people of the house wrote: room for a thousand metrics.
    pub const BATCH: Self = Self {
        source_bytes: 1 << 20,
        nesting: 40,
        chain: 300,
        operators: 50,
        switch_arms: 500,
        call_levels: 16,
        expression_depth: 320,
        function_expression_depth: 64,
        stack_bytes: 384 << 10,
        text_bytes: 1 << 20,
        list_items: 20_000,
        map_entries: 5_000,
        variables: 2_000,
        functions: 5_000,
        modules: 64,
        closures: 20_000,
        tables: 2_000,
        objects: 500_000,
        log_lines: 1_000,
        diagnostics: 500,
        cells: 20_000_000,
        operations: 5_000_000,
        row_operations: u64::MAX,
        growing_bytes: 4 << 30,
        wall_time: Duration::from_secs(3_600),
        memory_bytes: 16 << 30,
    };

    /// For cards that nobody has read: what the largest cards seen need, and little more.
    pub const UNTRUSTED: Self = Self {
        source_bytes: 64 << 10,
        nesting: 40,
        chain: 200,
        operators: 50,
        switch_arms: 500,
        call_levels: 16,
        expression_depth: 260,
        function_expression_depth: 64,
        stack_bytes: 384 << 10,
        text_bytes: 32 << 10,
        list_items: 2_000,
        map_entries: 500,
        variables: 500,
        functions: 1_000,
        modules: 16,
        closures: 1_000,
        tables: 200,
        objects: 20_000,
        log_lines: 100,
        diagnostics: 100,
        cells: 50_000,
        operations: 200_000,
        row_operations: 4_000_000_000,
        growing_bytes: 32 << 20,
        wall_time: Duration::from_secs(2),
        memory_bytes: 64 << 20,
    };

    /// Names of the presets.
    pub const PRESETS: [&str; 3] = ["interactive", "batch", "untrusted"];

    /// A preset by its name.
    #[must_use]
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "interactive" => Some(Self::INTERACTIVE),
            "batch" => Some(Self::BATCH),
            "untrusted" => Some(Self::UNTRUSTED),
            _ => None,
        }
    }
}

impl Default for Limits {
    /// [`Limits::UNTRUSTED`]: scripts are hostile until proven otherwise.
    fn default() -> Self {
        Self::UNTRUSTED
    }
}

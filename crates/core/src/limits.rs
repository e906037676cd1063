//! Every limit of the sandbox, by number.
//!
//! Imports: nothing.

/// What a card may use. Every limit is set by number, since the defaults of the language differ between builds.
///
/// ```
/// use bellwether::limits::Limits;
/// assert_eq!(Limits::default().source_bytes, 65_536);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest card or module, in bytes.
    pub source_bytes: usize,
    /// Operations of one compile: the steps of the script, over all of its statements.
    pub operations: u64,
    /// Deepest nesting of function calls.
    pub call_levels: usize,
    /// Deepest nesting of an expression outside functions.
    pub expression_depth: usize,
    /// Deepest nesting of an expression inside functions and closures.
    pub function_expression_depth: usize,
    /// Longest text, in bytes.
    pub text_bytes: usize,
    /// Longest list.
    pub list_items: usize,
    /// Largest map.
    pub map_entries: usize,
    /// Most variables at one time.
    pub variables: usize,
    /// Most functions and closures.
    pub functions: usize,
    /// Most modules.
    pub modules: usize,
    /// Most diagnostics that one compile reports.
    pub diagnostics: usize,
}

impl Limits {
    /// For cards that people of the house wrote: room for a thousand metrics.
    pub const TRUSTED: Self = Self {
        source_bytes: 1 << 20,
        operations: 5_000_000,
        call_levels: 48,
        expression_depth: 96,
        function_expression_depth: 64,
        text_bytes: 1 << 20,
        list_items: 100_000,
        map_entries: 10_000,
        variables: 2_000,
        functions: 5_000,
        modules: 64,
        diagnostics: 500,
    };

    /// For cards that nobody has read: what the largest cards seen need, and little more.
    pub const HOSTILE: Self = Self {
        source_bytes: 64 << 10,
        operations: 200_000,
        call_levels: 24,
        expression_depth: 64,
        function_expression_depth: 48,
        text_bytes: 32 << 10,
        list_items: 2_000,
        map_entries: 500,
        variables: 500,
        functions: 1_000,
        modules: 16,
        diagnostics: 100,
    };
}

impl Default for Limits {
    /// [`Limits::HOSTILE`]: scripts are hostile until proven otherwise.
    fn default() -> Self {
        Self::HOSTILE
    }
}

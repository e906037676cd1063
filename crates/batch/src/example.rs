//! Texts that are published with the project.

/// A file of jobs that shows every setting: that of `examples/batch`.
///
/// ```
/// use bellwether_batch::{EXAMPLE, Spec};
/// let spec = Spec::read(EXAMPLE).unwrap();
/// assert_eq!(spec.jobs.len(), 2);
/// ```
pub const EXAMPLE: &str = include_str!("../../../examples/batch/jobs.toml");

/// The JSON Schema of the manifest that a run writes.
pub const SCHEMA: &str = include_str!("../../../docs/batch.schema.json");

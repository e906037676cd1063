//! Many scorecards over the same data, a report for each reader.

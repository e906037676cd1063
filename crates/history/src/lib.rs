//! Results of scorecards kept over time, and what restates them.

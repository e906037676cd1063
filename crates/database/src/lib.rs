//! Tables of scorecards read from PostgreSQL and SQLite.

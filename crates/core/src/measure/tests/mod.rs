//! Small tables whose cells were worked out by hand or with numpy; each test says how.

mod added;
mod flows;
mod order;
mod support;

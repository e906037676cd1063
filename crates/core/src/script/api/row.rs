//! Functions of the row language, for the reference: they stand in closures, and most of them on columns outside too.

use crate::definition::Function;

/// A function of the row language, described.
pub struct RowFunction {
    /// Which.
    pub function: Function,
    /// Its parameters, as of a word.
    pub params: &'static str,
    /// What it returns.
    pub returns: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// A fragment behind the reference's preamble.
    pub example: &'static str,
}

macro_rules! rows {
    ($($function:ident ($params:literal) -> $returns:literal, $doc:literal, $example:literal;)*) => {
        /// Every function of the row language.
        pub const ROWS: &[RowFunction] = &[$(RowFunction {
            function: Function::$function,
            params: $params,
            returns: $returns,
            doc: $doc,
            example: $example,
        }),*];
    };
}

rows! {
    ToLower ("text: text") -> "text", "Text in lower case.",
        r#"segment("plan", customers, |c| c.plan.to_lower());"#;
    ToUpper ("text: text") -> "text", "Text in upper case.",
        r#"segment("plan", customers, |c| c.plan.to_upper());"#;
    Trim ("text: text") -> "text", "Text without white space at its ends.",
        r#"segment("branch", customers, |c| c.branch.trim());"#;
    Contains ("text: text, part: text") -> "true or false", "Whether a text contains another.",
        r#"metric("billing", rate(tickets, |t| t.subject.contains("bill"))).lower_is_better();"#;
    StartsWith ("text: text, start: text") -> "true or false", "Whether a text starts with another.",
        r#"metric("outages", rate(tickets, |t| t.subject.starts_with("Outage"))).lower_is_better();"#;
    EndsWith ("text: text, end: text") -> "true or false", "Whether a text ends with another.",
        r#"metric("staff", rate(survey, |s| s.email.ends_with("@example.com"))).lower_is_better();"#;
    Len ("text: text") -> "whole number", "The number of characters of a text.",
        r#"metric("comments", rate(survey, |s| s.comment.len() > 20)).no_target("a fact");"#;
    SubString ("text: text, from: whole number, length?: whole number") -> "text",
        "Part of a text: from the character with this number, the first being 0, and optionally how many.",
        r#"segment("area", customers, |c| c.zip.sub_string(0, 2));"#;
    Replace ("text: text, old: text, new: text") -> "text", "A text with every occurrence of another replaced.",
        r#"segment("branch", customers, |c| c.branch.replace("_", " "));"#;
    Year ("date: date") -> "whole number", "The year of a date.",
        r#"segment("joined", customers, |c| year(c.joined_on));"#;
    Month ("date: date") -> "whole number", "The month of a date, 1 to 12.",
        r#"segment("month", tickets, |t| month(t.opened_at));"#;
    DayOfMonth ("date: date") -> "whole number", "The day of the month, 1 to 31.",
        r#"metric("first days", rate(tickets, |t| day_of_month(t.opened_at) <= 3)).no_target("a fact");"#;
    Weekday ("date: date") -> "whole number", "The day of the week, Monday 1 to Sunday 7.",
        r#"segment("weekend", tickets, |t| if weekday(t.opened_at) >= 6 { "weekend" } else { "weekday" });"#;
    Hour ("time: date and time") -> "whole number", "The hour of a time stamp, 0 to 23.",
        r#"segment("night", tickets, |t| if hour(t.opened_at) < 6 { "night" } else { "day" });"#;
    Day ("time: date and time") -> "date", "The date of a time stamp, so that a day is compared with a day.",
        r#"tickets.add("days", days_between(day(tickets.opened_at), day(tickets.closed_at)));"#;
    DaysBetween ("from: date, to: date") -> "number",
        "Days from the first to the second: whole ones between dates, with fractions where one is a time stamp.",
        r#"metric("days", median(days_between(tickets.opened_at, tickets.closed_at))).unit("days").lower_is_better();"#;
    HoursBetween ("from: date and time, to: date and time") -> "number", "Hours from the first to the second, with fractions.",
        r#"metric("hours", mean(hours_between(tickets.opened_at, tickets.closed_at))).unit("hours").lower_is_better();"#;
    MinutesBetween ("from: date and time, to: date and time") -> "number", "Minutes from the first to the second, with fractions.",
        r#"metric("minutes", mean(minutes_between(tickets.opened_at, tickets.closed_at))).unit("minutes").lower_is_better();"#;
    MonthsBetween ("from: date, to: date") -> "whole number", "Whole months from the first to the second.",
        r#"segment("tenure", buckets(months_between(customers.joined_on, as_of()), [12, 24]));"#;
    AddDays ("date: date, days: whole number") -> "date", "A date some days later.",
        r#"tickets.add("due", |t| add_days(t.opened_at, 3));"#;
    AddMonths ("date: date, months: whole number") -> "date",
        "A date some months later; the last day of the month where the day does not exist.",
        r#"customers.add("renewal", |c| add_months(c.joined_on, 12));"#;
    Date ("text: text") -> "date", "A date from text, year, month and day: `date(\"2026-03-01\")`.",
        r#"metric("new", rate(customers, |c| c.joined_on >= date("2026-01-01"))).no_target("a fact");"#;
    AsOf ("") -> "date", "The end of the cell's period, or the day as of which the card is evaluated when that is earlier.",
        r#"outcome("renewed", rate(customers, |c| c.renewed).where(|c| c.renews_on <= as_of()));"#;
    Abs ("number: number") -> "number", "A number without its sign.",
        r#"metric("off", mean(abs(tickets.estimate - tickets.hours))).lower_is_better();"#;
    Round ("number: number, decimals?: whole number") -> "number",
        "The nearest whole number, half away from zero; with a second value the nearest with so many decimals.",
        r#"segment("stars", survey, |s| round(s.satisfaction));"#;
    Floor ("number: number") -> "number", "The largest whole number that is not above.",
        r#"segment("years", customers, |c| floor(c.months / 12));"#;
    Ceil ("number: number") -> "number", "The smallest whole number that is not below.",
        r#"segment("years begun", customers, |c| ceil(c.months / 12));"#;
    Min ("a: number, b: number") -> "number", "The smaller of two numbers. With one column it is a measure.",
        r#"metric("cost", mean(min(tickets.cost, 500))).lower_is_better();"#;
    Max ("a: number, b: number") -> "number", "The larger of two numbers. With one column it is a measure.",
        r#"metric("cost", mean(max(tickets.cost, 0))).lower_is_better();"#;
    Clamp ("number: number, low: number, high: number") -> "number", "A number held between two others.",
        r#"metric("cost", mean(clamp(tickets.cost, 0, 500))).lower_is_better();"#;
    Ln ("number: number") -> "number", "The natural logarithm; missing for zero and below.",
        r#"metric("log cost", mean(ln(tickets.cost))).lower_is_better();"#;
    Exp ("number: number") -> "number", "The exponential; missing where it is too large to hold.",
        r#"metric("grown", mean(exp(customers.growth)));"#;
    Sqrt ("number: number") -> "number", "The square root; missing below zero.",
        r#"metric("root", mean(sqrt(tickets.cost))).lower_is_better();"#;
    ToInt ("value: number or text") -> "whole number", "A number or text as a whole number; missing where it is none.",
        r#"tickets.add("level", |t| to_int(t.priority.sub_string(0, 1)));"#;
    ToFloat ("value: number or text") -> "number", "A number or text as a number; missing where it is none.",
        r#"tickets.add("amount", |t| to_float(t.amount_text));"#;
    ToText ("value: any value") -> "text", "A value as text.",
        r#"segment("contacts", tickets, |t| to_text(t.contacts));"#;
    IsMissing ("value: any value") -> "true or false", "Whether the value is missing. Missing is neither zero nor false.",
        r#"metric("unsolved", rate(tickets, |t| is_missing(t.closed_at))).lower_is_better();"#;
    OrElse ("value: any value, other: any value") -> "value", "The value, or another where it is missing.",
        r#"segment("plan", customers, |c| or_else(c.plan, "none"));"#;
    DoneWithin ("start: date, end: date, n: number, unit: text") -> "true or false",
        "A deadline: whether the end came within n units of the start. Yes or no once the n units are over at the end of the as-of day (a window that ends on that day is over), and missing before, done or not: a row that is early with its yes would count before its no could. A start without a time counts in whole days where the unit is a day or longer.",
        r#"tickets.add("in_time", done_within(tickets.opened_at, tickets.closed_at, 48, "hours"));
metric("in time", rate(tickets, |t| t.in_time)).target(90);"#;
    DoneBy ("done: date, due: date") -> "true or false",
        "A deadline: whether it was done at or before it was due. Yes or no once the due date is over at the end of the as-of day (one on that day is over), and missing before, done or not. A due date without a time lasts until the end of its day.",
        r#"metric("on time", rate(tickets, |t| done_by(t.closed_at, t.due_at))).target(92);"#;
    IsOpen ("start: date, end: date") -> "true or false",
        "Whether something that started has not ended at the end of the cell's period.",
        r#"metric("open", count(tickets).where(|t| is_open(t.opened_at, t.closed_at))).lower_is_better();"#;
}

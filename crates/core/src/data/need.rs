//! What a card needs of its data: which columns of which table, and what is known of them before they are read.
//!
//! Readers read nothing else, and bind knows from it what a column must be able to do.

use std::collections::BTreeMap;

use crate::definition::{
    AddedSource, Aggregate, BinaryOp, ColumnRef, ColumnType, Expr, ExprKind, Function, Literal, Measure,
    MeasureFunction, MeasureKind, QuoteGroups, RowExpr, Scorecard, SegmentSource, SwitchPattern, Table, TableSource,
    UnaryOp,
};
use crate::diagnostic::Span;

/// What a reader should know of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColumnNeed {
    /// Part of a key: never read as decimals.
    pub key: bool,
    /// Keep the text as it stands, as its type or its date format is declared.
    pub text: bool,
    /// The kind of a column that has no value at all.
    pub when_empty: Option<ColumnType>,
}

/// What is needed of one host table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// All columns, also those not named.
    pub all: bool,
    /// Columns by name.
    pub columns: BTreeMap<String, ColumnNeed>,
    /// Where timestamps with an offset are brought to, in minutes east of UTC.
    pub utc_offset_minutes: i32,
}

impl Needs {
    /// Every column, with nothing known.
    #[must_use]
    pub fn all() -> Self {
        Self {
            all: true,
            ..Self::default()
        }
    }

    /// Whether to read the column.
    #[must_use]
    pub fn wants(&self, column: &str) -> bool {
        self.all || self.columns.contains_key(column)
    }

    /// What is known of the column.
    #[must_use]
    pub fn column(&self, column: &str) -> ColumnNeed {
        self.columns.get(column).copied().unwrap_or_default()
    }
}

/// How a card uses a column of one of its tables.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ColumnUse {
    /// Part of a key.
    pub key: bool,
    /// Its text matters as it stands.
    pub text: bool,
    /// The kind that its uses suggest.
    pub expected: Option<ColumnType>,
    /// The kind without which a use of it makes no sense, and where that use is.
    pub demanded: Option<(ColumnType, Span)>,
    /// Some use needs the column for sure; a list may show a score of that name instead.
    pub certain: bool,
    /// The first use.
    pub span: Span,
}

/// Uses of columns, by table and column of the card.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Uses {
    columns: bellwether_order::BTreeMap<String, bellwether_order::BTreeMap<String, ColumnUse>>,
    /// Tables of which every column counts.
    whole: Vec<String>,
}

impl Uses {
    /// Uses of a table's columns, by name.
    pub fn of<'a>(&'a self, table: &str) -> impl Iterator<Item = (&'a str, &'a ColumnUse)> + use<'a> {
        self.columns
            .get(table)
            .into_iter()
            .flatten()
            .map(|(name, used)| (name.as_str(), used))
    }

    /// The use of a column.
    #[must_use]
    pub fn column(&self, table: &str, column: &str) -> Option<&ColumnUse> {
        self.columns.get(table)?.get(column)
    }
}

/// Tables as they would be had they been read for cards with these needs only.
pub(crate) fn read_for(
    tables: &BTreeMap<String, super::Table>,
    needs: &[&BTreeMap<String, Needs>],
) -> BTreeMap<String, super::Table> {
    let cut = |(name, table): (&String, &super::Table)| {
        let needs: Vec<&Needs> = needs.iter().filter_map(|needs| needs.get(name)).collect();
        let mut table = table.clone();
        if !needs.is_empty() {
            let (read, unread) = std::mem::take(&mut table.columns)
                .into_iter()
                .partition(|(column, _)| needs.iter().any(|needs| needs.wants(column)));
            table.columns = read;
            table.unread.extend(unread.into_iter().map(|(column, _)| column));
        }
        (name.clone(), table)
    };
    tables.iter().map(cut).collect()
}

/// What the card needs of each table that the host hands in.
#[must_use]
pub fn needs(card: &Scorecard) -> BTreeMap<String, Needs> {
    let uses = uses(card);
    let utc_offset_minutes = card.header.utc_offset_minutes.map_or(0, |offset| offset.value);
    let mut out: BTreeMap<String, Needs> = card
        .tables
        .iter()
        .filter(|table| table.source == TableSource::Host)
        .map(|table| {
            let needs = Needs {
                utc_offset_minutes,
                ..Needs::default()
            };
            (table.name.value.clone(), needs)
        })
        .collect();
    for table in &card.tables {
        for (column, used) in uses.of(&table.name.value) {
            lower(card, table, column, *used, 0, &mut out);
        }
    }
    for whole in &uses.whole {
        take_whole(card, whole, 0, &mut out);
    }
    out
}

fn take_whole(card: &Scorecard, name: &str, depth: usize, out: &mut BTreeMap<String, Needs>) {
    let Some(table) = card.table(name).filter(|_| depth < MAX_DEPTH) else {
        return;
    };
    match &table.source {
        TableSource::Host => {
            if let Some(needs) = out.get_mut(name) {
                needs.all = true;
            }
        }
        TableSource::Alias(source) => take_whole(card, source, depth + 1, out),
        TableSource::Stack(sources) => sources
            .iter()
            .for_each(|source| take_whole(card, source, depth + 1, out)),
        TableSource::Entities(_) | TableSource::Inline(_) => {}
    }
}

/// Tables made of tables, at most so deep; circles are reported when they are bound.
const MAX_DEPTH: usize = 32;

/// Follows a column of a card's table down to the host tables that it is made of.
fn lower(
    card: &Scorecard,
    table: &Table,
    column: &str,
    used: ColumnUse,
    depth: usize,
    out: &mut BTreeMap<String, Needs>,
) {
    if depth > MAX_DEPTH || is_constant(table, column) {
        return;
    }
    let declared = declared_use(table, column, used);
    match &table.unpivot {
        Some(unpivot) if unpivot.value == column || unpivot.name == column => {
            let used = if unpivot.value == column {
                declared
            } else {
                ColumnUse::default()
            };
            for source in &unpivot.columns {
                lower_renamed(card, table, &source.value, used, depth, out);
            }
        }
        _ => lower_renamed(card, table, column, declared, depth, out),
    }
}

fn lower_renamed(
    card: &Scorecard,
    table: &Table,
    column: &str,
    used: ColumnUse,
    depth: usize,
    out: &mut BTreeMap<String, Needs>,
) {
    let original = table
        .renames
        .iter()
        .find(|(_, to)| to == column)
        .map_or(column, |(from, _)| from.value.as_str());
    match &table.source {
        TableSource::Host => {
            if let Some(needs) = out.get_mut(&table.name.value) {
                let need = needs.columns.entry(original.to_owned()).or_default();
                need.key |= used.key;
                need.text |= used.text;
                need.when_empty = need.when_empty.or(used.expected);
            }
        }
        TableSource::Alias(source) => {
            if let Some(source) = card.table(source) {
                lower(card, source, original, used, depth + 1, out);
            }
        }
        TableSource::Stack(sources) => {
            for source in sources.iter().filter_map(|source| card.table(source)) {
                lower(card, source, original, used, depth + 1, out);
            }
        }
        TableSource::Entities(_) | TableSource::Inline(_) => {}
    }
}

/// Adds what the table itself declares about the column.
fn declared_use(table: &Table, column: &str, mut used: ColumnUse) -> ColumnUse {
    let facts = table.facts(column);
    let declared = facts
        .and_then(|facts| facts.column_type.map(|declared| declared.value))
        .or_else(|| declared_type(table, column));
    let format = facts.is_some_and(|facts| facts.dates.is_some())
        || table
            .date
            .as_ref()
            .is_some_and(|date| date.column.value == column && date.format.is_some());
    used.text |= format || declared == Some(ColumnType::Text);
    used.expected = declared.or(used.expected);
    used
}

fn declared_type(table: &Table, column: &str) -> Option<ColumnType> {
    let declared = table.types.iter().find(|(name, _)| name.value == column);
    declared.map(|(_, declared)| *declared)
}

/// Whether the column is a constant that the card adds: `add("year", 2017)`.
pub(super) fn is_constant(table: &Table, column: &str) -> bool {
    table.added.iter().any(|added| {
        added.name.value == column
            && matches!(&added.source, AddedSource::Row(expr) if matches!(expr.kind, ExprKind::Literal(_)))
    })
}

/// How the card uses the columns of its tables.
#[must_use]
pub fn uses(card: &Scorecard) -> Uses {
    let mut walk = Walk {
        card,
        uses: Uses::default(),
        certain: true,
    };
    for table in &card.tables {
        walk.table(table);
    }
    for segment in &card.segments {
        for source in &segment.sources {
            match source {
                SegmentSource::Column(column) => walk.reference(column, None, None),
                SegmentSource::Closure(row) => walk.row(row, None),
                SegmentSource::Buckets(buckets) => walk.row(&buckets.of, Some(ColumnType::Float)),
                SegmentSource::Cohort(column, _) => walk.reference(column, Some(ColumnType::Date), None),
            }
        }
    }
    for metric in &card.metrics {
        walk.measure(&metric.measure);
        if let Some(worth) = &metric.worth {
            walk.measure(&worth.amount);
        }
    }
    for score in &card.scores {
        if let Some(only) = &score.only {
            walk.row(only, Some(ColumnType::Bool));
        }
        if let Some(table) = &score.override_table {
            let name = &table.table;
            let columns = [
                (&table.value, ColumnType::Float),
                (&table.author, ColumnType::Text),
                (&table.reason, ColumnType::Text),
                (&table.expires, ColumnType::Date),
            ];
            for (column, kind) in columns {
                walk.path(&name.value, std::slice::from_ref(column), Some(kind), None, name.span);
            }
        }
    }
    for link in &card.links {
        link.controls
            .iter()
            .for_each(|column| walk.reference(column, None, None));
    }
    for journey in &card.journeys {
        let columns = journey.along.iter().chain(&journey.persona);
        columns.for_each(|column| walk.reference(column, Some(ColumnType::Text), None));
    }
    for list in &card.lists {
        list.filters
            .iter()
            .for_each(|row| walk.row(row, Some(ColumnType::Bool)));
        let sort = list.sort.as_ref().map(|(column, _)| column);
        walk.certain = false;
        for column in list.show.iter().chain(sort) {
            let path: Vec<String> = column.value.split('.').map(str::to_owned).collect();
            walk.path(
                &list.table.value,
                std::slice::from_ref(&column.value),
                None,
                None,
                column.span,
            );
            if path.len() > 1 {
                walk.path(&list.table.value, &path, None, None, column.span);
            }
        }
        walk.certain = true;
    }
    for quotes in &card.quotes {
        quotes
            .filters
            .iter()
            .for_each(|row| walk.row(row, Some(ColumnType::Bool)));
        if let Some(QuoteGroups::Buckets(buckets)) = &quotes.by {
            walk.row(&buckets.of, Some(ColumnType::Float));
        }
        walk.reference(&quotes.text, Some(ColumnType::Text), None);
        for column in &quotes.show {
            let path = std::slice::from_ref(&column.value);
            walk.path(&quotes.text.table, path, None, None, column.span);
        }
    }
    walk.uses
}

struct Walk<'a> {
    card: &'a Scorecard,
    uses: Uses,
    /// Whether the uses seen now need a column for sure.
    certain: bool,
}

type Demand = Option<(ColumnType, Span)>;

impl Walk<'_> {
    fn table(&mut self, table: &Table) {
        let name = &table.name.value;
        for key in &table.key {
            self.key(name, &key.value, key.span);
        }
        for belongs in &table.belongs_to {
            for column in &belongs.columns {
                self.key(name, &column.value, column.span);
            }
        }
        if let Some(date) = &table.date {
            let demanded = Some((ColumnType::Date, date.column.span));
            let column = std::slice::from_ref(&date.column.value);
            self.path(name, column, Some(ColumnType::Date), demanded, date.column.span);
        }
        for column in &table.latest_by {
            self.path(name, std::slice::from_ref(&column.value), None, None, column.span);
        }
        if let Some(column) = table.distinct_by.first() {
            // Whether rows are the same throughout can only be seen on all columns.
            self.uses.whole.push(name.clone());
            self.path(name, std::slice::from_ref(&column.value), None, None, column.span);
        }
        if let Some(weight) = &table.weight {
            self.reference(weight, Some(ColumnType::Float), None);
        }
        for margin in &table.rake {
            self.reference(&margin.column, None, None);
        }
        if let Some(key) = table.anonymous_below.as_ref().and_then(|floor| floor.key.as_ref()) {
            self.path(name, std::slice::from_ref(&key.value), None, None, key.span);
        }
        if let Some(unpivot) = &table.unpivot {
            for column in [&unpivot.name, &unpivot.value] {
                self.path(name, std::slice::from_ref(column), None, None, table.name.span);
            }
        }
        if let TableSource::Entities(column) = &table.source {
            self.reference(column, None, None);
            if let Some(last) = column.path.last() {
                self.key(&column.table, last, column.span);
            }
        }
        for added in &table.added {
            match &added.source {
                AddedSource::Row(expr) => self.expr(name, expr, None, None),
                AddedSource::RollUp(measure) => self.measure(measure),
                AddedSource::CountRecent { key, date, .. } | AddedSource::FollowedWithin { key, date, .. } => {
                    self.reference(key, None, None);
                    self.reference(date, Some(ColumnType::Date), Some((ColumnType::Date, date.span)));
                }
                AddedSource::Score { .. } => {}
            }
        }
    }

    fn key(&mut self, table: &str, column: &str, span: Span) {
        let path = [column.to_owned()];
        if let Some(used) = self.entry(table, &path, span) {
            used.key = true;
        }
    }

    fn reference(&mut self, column: &ColumnRef, expected: Option<ColumnType>, demanded: Demand) {
        self.path(&column.table, &column.path, expected, demanded, column.span);
    }

    fn path(&mut self, table: &str, path: &[String], expected: Option<ColumnType>, demanded: Demand, span: Span) {
        if let Some(used) = self.entry(table, path, span) {
            used.expected = used.expected.or(expected);
            used.demanded = used.demanded.or(demanded);
        }
    }

    fn entry(&mut self, table: &str, path: &[String], span: Span) -> Option<&mut ColumnUse> {
        let (column, steps) = path.split_last()?;
        let mut table = table;
        for step in steps {
            table = step_to(self.card, table, step)?;
        }
        let definition = self.card.table(table)?;
        let added = definition.added.iter().any(|added| added.name.value == *column);
        if added && !is_constant(definition, column) {
            return None;
        }
        let columns = self.uses.columns.entry(table.to_owned()).or_default();
        let used = columns.entry(column.clone()).or_insert(ColumnUse {
            span,
            ..ColumnUse::default()
        });
        used.certain |= self.certain;
        Some(used)
    }

    fn row(&mut self, row: &RowExpr, expected: Option<ColumnType>) {
        self.expr(&row.table, &row.expr, expected, None);
    }

    fn measure(&mut self, measure: &Measure) {
        match &measure.kind {
            MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } => {}
            MeasureKind::Aggregate(aggregate) => self.aggregate(aggregate),
            MeasureKind::Arithmetic(_, left, right) => {
                self.measure(left);
                self.measure(right);
            }
            MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => self.measure(inner),
            MeasureKind::Across { measure, .. } => self.measure(measure),
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        for (index, input) in aggregate.inputs.iter().enumerate() {
            let kind = input_kind(aggregate.function, index);
            let demanded = kind.map(|kind| (kind, input.span));
            let expected = match aggregate.function {
                MeasureFunction::Nps => Some(ColumnType::Int),
                _ => kind,
            };
            self.expr(&aggregate.table, input, expected, demanded);
        }
        for filter in &aggregate.filters {
            self.expr(&aggregate.table, filter, Some(ColumnType::Bool), None);
        }
        if let Some(dated) = &aggregate.dated {
            let demanded = Some((ColumnType::Date, dated.span));
            self.expr(&aggregate.table, dated, Some(ColumnType::Date), demanded);
        }
    }

    fn expr(&mut self, table: &str, expr: &Expr, expected: Option<ColumnType>, demanded: Demand) {
        use ColumnType::{Bool, Float};
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Missing | ExprKind::Slot(_) => {}
            ExprKind::Column(path) => self.path(table, path, expected, demanded, expr.span),
            ExprKind::Unary(UnaryOp::Not, inner) => self.expr(table, inner, Some(Bool), None),
            ExprKind::Unary(UnaryOp::Negate, inner) => self.expr(table, inner, Some(Float), None),
            ExprKind::Binary(op, left, right) => {
                let (for_left, for_right) = match op {
                    BinaryOp::And | BinaryOp::Or => (Some(Bool), Some(Bool)),
                    BinaryOp::Add => (literal_kind(right), literal_kind(left)),
                    BinaryOp::Subtract
                    | BinaryOp::Multiply
                    | BinaryOp::Divide
                    | BinaryOp::Remainder
                    | BinaryOp::Power => (Some(Float), Some(Float)),
                    _ => (literal_kind(right), literal_kind(left)),
                };
                self.expr(table, left, for_left, None);
                self.expr(table, right, for_right, None);
            }
            ExprKind::If { arms, otherwise } => {
                for (condition, value) in arms {
                    self.expr(table, condition, Some(Bool), None);
                    self.expr(table, value, expected, None);
                }
                if let Some(otherwise) = otherwise {
                    self.expr(table, otherwise, expected, None);
                }
            }
            ExprKind::Switch { on, arms, default } => {
                let mut patterns = arms.iter().flat_map(|arm| &arm.patterns);
                let kind = patterns.next().map(|pattern| match pattern {
                    SwitchPattern::Value(value) => kind_of(value),
                    SwitchPattern::Range { .. } => Float,
                });
                self.expr(table, on, kind, None);
                for arm in arms {
                    if let Some(guard) = &arm.guard {
                        self.expr(table, guard, Some(Bool), None);
                    }
                    self.expr(table, &arm.value, expected, None);
                }
                if let Some(default) = default {
                    self.expr(table, default, expected, None);
                }
            }
            ExprKind::Let { value, body, .. } => {
                self.expr(table, value, None, None);
                self.expr(table, body, expected, demanded);
            }
            ExprKind::In(value, items) => {
                self.expr(table, value, items.iter().find_map(literal_kind), None);
                let kind = literal_kind(value);
                items.iter().for_each(|item| self.expr(table, item, kind, None));
            }
            ExprKind::InRange { value, low, high, .. } => {
                self.expr(table, value, literal_kind(low).or(Some(Float)), None);
                self.expr(table, low, None, None);
                self.expr(table, high, None, None);
            }
            ExprKind::Call(function, arguments) => {
                for (index, argument) in arguments.iter().enumerate() {
                    let kind = argument_kind(*function, index);
                    let demanded = kind
                        .filter(|kind| matches!(kind, ColumnType::Date | ColumnType::Timestamp))
                        .map(|kind| (kind, argument.span));
                    self.expr(table, argument, kind, demanded);
                }
            }
        }
    }
}

/// The table that a path step leads to.
fn step_to<'a>(card: &'a Scorecard, table: &str, step: &str) -> Option<&'a str> {
    let definition = card.table(table)?;
    let declared = definition
        .belongs_to
        .iter()
        .find(|belongs| belongs.path == step)
        .map(|belongs| belongs.table.value.as_str());
    declared.or_else(|| {
        let entities = card.table(step)?;
        let of_this = matches!(&entities.source, TableSource::Entities(column) if column.table == table);
        of_this.then_some(entities.name.value.as_str())
    })
}

fn kind_of(literal: &Literal) -> ColumnType {
    match literal {
        Literal::Bool(_) => ColumnType::Bool,
        Literal::Int(_) => ColumnType::Int,
        Literal::Float(_) => ColumnType::Float,
        Literal::Text(_) => ColumnType::Text,
    }
}

fn literal_kind(expr: &Expr) -> Option<ColumnType> {
    match &expr.kind {
        ExprKind::Literal(literal) => Some(kind_of(literal)),
        ExprKind::Call(Function::AsOf | Function::Date, _) => Some(ColumnType::Date),
        _ => None,
    }
}

/// The kind that a measure needs as its input of that number.
fn input_kind(function: MeasureFunction, index: usize) -> Option<ColumnType> {
    use MeasureFunction as M;
    match (function, index) {
        (M::Rate, 0) | (M::Share, 1) => Some(ColumnType::Bool),
        (
            M::Sum
            | M::Mean
            | M::Median
            | M::Percentile
            | M::Stddev
            | M::Nps
            | M::TopBox
            | M::BottomBox
            | M::AtLeast
            | M::Net
            | M::CesMean
            | M::CesAgree
            | M::CesNet
            | M::Level
            | M::Share,
            0,
        )
        | (M::Correlation, _)
        | (M::RevenueRetention, 3) => Some(ColumnType::Float),
        (M::Retention | M::Churn | M::Survival | M::Active | M::ActiveAtEnd | M::ActiveEver, 0 | 1)
        | (M::RevenueRetention, 1 | 2)
        | (M::Funnel, 2) => Some(ColumnType::Date),
        _ => None,
    }
}

/// The kind that a function of the row language needs as its argument of that number.
fn argument_kind(function: Function, index: usize) -> Option<ColumnType> {
    use Function as F;
    match (function, index) {
        (F::ToLower | F::ToUpper | F::Trim | F::Len, _)
        | (F::Contains | F::StartsWith | F::EndsWith | F::Replace, _)
        | (F::SubString, 0) => Some(ColumnType::Text),
        (F::Year | F::Month | F::DayOfMonth | F::Weekday | F::Day, 0)
        | (F::DaysBetween | F::MonthsBetween | F::DoneBy | F::IsOpen, _)
        | (F::DoneWithin, 0 | 1)
        | (F::AddDays | F::AddMonths, 0) => Some(ColumnType::Date),
        (F::Hour, 0) | (F::HoursBetween | F::MinutesBetween, _) => Some(ColumnType::Timestamp),
        (
            F::Abs
            | F::Round
            | F::Floor
            | F::Ceil
            | F::Min
            | F::Max
            | F::Clamp
            | F::Ln
            | F::Exp
            | F::Sqrt
            | F::AddDays
            | F::AddMonths,
            _,
        ) => Some(ColumnType::Float),
        _ => None,
    }
}

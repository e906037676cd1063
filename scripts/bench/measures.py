"""The measures of both sets: their names, in the order of a row of values, and how the peers write them."""

LIGHT = ["n", "nps", "nps_deviation", "satisfaction_top_two", "effort_mean", "effort_deviation", "resolved_rate",
         "contacted_rate", "cost_mean", "cost_deviation", "minutes_sum", "effort_minutes_correlation"]
HEAVY = [*LIGHT, "customers", "cost_per_customer", "minutes_p90"]
NAMES = {"light": LIGHT, "heavy": HEAVY}
COUNTS = {"n", "customers"}
KEYS = ["region", "plan", "month"]

# --- DuckDB -----------------------------------------------------------------------------------------------------------

MARK = "CASE WHEN recommend >= 9 THEN 100 WHEN recommend <= 6 THEN -100 WHEN recommend IS NOT NULL THEN 0 END"
SQL_LIGHT = f"""
    count(*) AS n,
    avg({MARK}) AS nps,
    stddev_samp({MARK}) AS nps_deviation,
    100 * avg(CAST(satisfaction >= 4 AS INTEGER)) AS satisfaction_top_two,
    avg(effort) AS effort_mean,
    stddev_samp(effort) AS effort_deviation,
    100 * avg(CAST(resolved AS INTEGER)) AS resolved_rate,
    100 * avg(CAST(contacted AS INTEGER)) AS contacted_rate,
    avg(cost) AS cost_mean,
    stddev_samp(cost) AS cost_deviation,
    sum(minutes) AS minutes_sum,
    corr(effort, minutes) AS effort_minutes_correlation"""
SQL_HEAVY = f"""{SQL_LIGHT},
    count(DISTINCT customer_id) AS customers,
    sum(cost) / count(DISTINCT customer_id) AS cost_per_customer,
    quantile_cont(minutes, 0.9) AS minutes_p90"""


def sql(which, source):
    aggregates = SQL_LIGHT if which == "light" else SQL_HEAVY
    return f"""
    SELECT region, plan, year(answered_on) * 12 + month(answered_on) - 1 AS month, {aggregates}
    FROM {source}
    GROUP BY ALL"""


# --- Polars -----------------------------------------------------------------------------------------------------------


def polars_query(frame, which):
    """A lazy query over a frame; Polars is imported by the caller, after the number of threads is set."""
    import polars as pl

    recommend = pl.col("recommend")
    mark = (
        pl.when(recommend >= 9).then(pl.lit(100, pl.Int8))
        .when(recommend <= 6).then(pl.lit(-100, pl.Int8))
        .when(recommend.is_not_null()).then(pl.lit(0, pl.Int8))
    )
    frame = frame.with_columns(
        mark=mark,
        happy=pl.col("satisfaction") >= 4,
        month=pl.col("answered_on").dt.year().cast(pl.Int32) * 12 + pl.col("answered_on").dt.month() - 1,
    )
    aggregates = [
        pl.len().alias("n"),
        pl.col("mark").mean().alias("nps"),
        pl.col("mark").std().alias("nps_deviation"),
        (pl.col("happy").mean() * 100).alias("satisfaction_top_two"),
        pl.col("effort").mean().alias("effort_mean"),
        pl.col("effort").std().alias("effort_deviation"),
        (pl.col("resolved").mean() * 100).alias("resolved_rate"),
        (pl.col("contacted").mean() * 100).alias("contacted_rate"),
        pl.col("cost").mean().alias("cost_mean"),
        pl.col("cost").std().alias("cost_deviation"),
        pl.col("minutes").sum().alias("minutes_sum"),
        pl.corr("effort", "minutes").alias("effort_minutes_correlation"),
    ]
    if which == "heavy":
        aggregates += [
            pl.col("customer_id").n_unique().alias("customers"),
            (pl.col("cost").sum() / pl.col("customer_id").n_unique()).alias("cost_per_customer"),
            pl.col("minutes").quantile(0.9, "linear").alias("minutes_p90"),
        ]
    return frame.group_by(KEYS).agg(aggregates)

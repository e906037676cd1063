"""A second way to the same numbers: SQL in DuckDB, compared with what make.py wrote.

    BELLWETHER_DATA=folder python3 tests/oracle/by_sql.py

Each query gives metric, period, segment's name and value, value and n. Exits with 1 when one differs from the JSON files.
"""

import gzip
import json
import sys
import tempfile
from pathlib import Path

import duckdb

from oracle import HERE, data

FOLDER = tempfile.TemporaryDirectory()
TEXT = "header = true, all_varchar = true, nullstr = '', quote = '\"', escape = '\"'"


def csv(*parts):
    return f"read_csv('{data(*parts)}', {TEXT})"


def latin1(*parts):
    """The same for a file in Latin-1, written again in UTF-8: DuckDB refuses the bytes 0x80 to 0x9f in it."""
    copy = Path(FOLDER.name, parts[-1]).with_suffix("")
    copy.write_text(gzip.open(data(*parts), "rt", encoding="latin-1", newline="").read(), encoding="utf-8", newline="")
    return f"read_csv('{copy}', {TEXT})"


def airport():
    # Not TRY_CAST: DuckDB 2.0 moves it into the reader, where it fails on the words.
    whole = lambda c: f"CAST(nullif(regexp_extract({c}, '^[0-9]+$'), '') AS INTEGER)"
    years = " UNION ALL BY NAME ".join(
        f"SELECT '{year}' AS period, BAREA AS area, {whole('NETPRO')} AS answer, {whole('Q7ALL')} AS overall,"
        f" CAST(WEIGHT AS DOUBLE) AS w FROM {latin1('sfo-survey', f'sfo_{year}.csv.gz')}"
        for year in (2017, 2018)
    )
    terminal = """CASE WHEN area IN ('A', 'G') THEN 'International' WHEN area IN ('B', 'C') THEN 'Terminal 1'
                       WHEN area = 'D' THEN 'Terminal 2' ELSE 'Terminal 3' END"""
    return "airport", {"weighted": True}, f"""
        WITH rows AS (SELECT period, {terminal} AS terminal, answer, overall, w FROM ({years}))
        SELECT 'nps', period, 'terminal', terminal,
               100 * sum(w * CASE WHEN answer >= 9 THEN 1 WHEN answer <= 6 THEN -1 ELSE 0 END) / sum(w), count(*)
        FROM rows WHERE answer BETWEEN 0 AND 10 GROUP BY GROUPING SETS ((period, terminal), (period), (terminal), ())
        UNION ALL
        SELECT 'overall', period, 'terminal', terminal, 100 * sum(w) FILTER (overall >= 4) / sum(w), count(*)
        FROM rows WHERE overall BETWEEN 1 AND 5 GROUP BY GROUPING SETS ((period, terminal), (period), (terminal), ())"""


def telecom():
    return "telecom", {}, f"""
        WITH rows AS (
          SELECT s.Contract AS contract, CAST(s."Monthly Charge" AS DECIMAL(10, 2)) AS charge, t."Customer Status" AS status,
                 CAST(t."Satisfaction Score" AS INTEGER) AS score
          FROM {csv('telco-churn', 'services.csv')} s JOIN {csv('telco-churn', 'status.csv')} t USING ("Customer ID"))
        SELECT 'churn', NULL, 'contract', contract, 100.0 * count(*) FILTER (status = 'Churned') / count(*), count(*)
        FROM rows WHERE status <> 'Joined' GROUP BY GROUPING SETS ((contract), ())
        UNION ALL
        SELECT 'revenue_churn', NULL, 'contract', contract, 100 * CAST(sum(charge) FILTER (status = 'Churned') AS DOUBLE) / CAST(sum(charge) AS DOUBLE), count(*)
        FROM rows GROUP BY GROUPING SETS ((contract), ())
        UNION ALL
        SELECT 'satisfaction', NULL, 'contract', contract, avg(score), count(*) FROM rows GROUP BY GROUPING SETS ((contract), ())
        UNION ALL
        SELECT 'satisfied', NULL, 'contract', contract, 100.0 * count(*) FILTER (score >= 4) / count(*), count(*)
        FROM rows GROUP BY GROUPING SETS ((contract), ())"""


def incidents():
    stamp = lambda c: f"strptime(nullif({c}, '?'), '%d/%m/%Y %H:%M')"
    return "incidents", {}, f"""
        WITH last AS (
          SELECT priority, strftime({stamp('resolved_at')}, '%Y-%m') AS month, made_sla = 'true' AS sla,
                 reassignment_count = '0' AND reopen_count = '0' AS fcr, CAST(reopen_count AS INTEGER) > 0 AS reopened,
                 date_diff('minute', {stamp('opened_at')}, {stamp('resolved_at')}) AS minutes
          FROM {csv('it-incidents', 'incident_event_log.csv.gz')}
          QUALIFY row_number() OVER (PARTITION BY number ORDER BY {stamp('sys_updated_at')} DESC, CAST(sys_mod_count AS INTEGER) DESC) = 1)
        SELECT UNNEST(['fcr', 'sla', 'reopened', 'p90_hours']), month, 'priority', priority,
               UNNEST([100.0 * count(*) FILTER (fcr) / count(*), 100.0 * count(*) FILTER (sla) / count(*),
                       100.0 * count(*) FILTER (reopened) / count(*), quantile_cont(minutes, 0.9) / 60]), count(*)
        FROM last WHERE month IS NOT NULL GROUP BY GROUPING SETS ((month, priority), (month))"""


def orders():
    stamp = lambda c: f"CAST({c} AS TIMESTAMP)"
    folder = "olist-sample"
    return "orders", {"by_time_stamp": None}, f"""
        WITH o AS (
          SELECT order_id, order_status, strftime({stamp('order_purchase_timestamp')}, '%Y-%m') AS month,
                 date_diff('day', {stamp('order_estimated_delivery_date')}, {stamp('order_delivered_customer_date')}) AS late,
                 {stamp('order_estimated_delivery_date')} < TIMESTAMP '2018-10-18' AS due
          FROM {csv(folder, 'orders.csv.gz')}),
        r AS (
          SELECT order_id, CAST(review_score AS INTEGER) AS score FROM {csv(folder, 'order_reviews.csv.gz')}
          WHERE {stamp('review_answer_timestamp')} < TIMESTAMP '2018-10-18'),
        category AS (
          SELECT DISTINCT order_id, coalesce(product_category_name_english, '(unknown)') AS category
          FROM {csv(folder, 'order_items.csv.gz')} JOIN {csv(folder, 'products.csv.gz')} USING (product_id)
          LEFT JOIN {csv(folder, 'category_translation.csv')} USING (product_category_name)),
        answers AS (
          SELECT month, CASE WHEN due THEN coalesce(late <= 0, false) END AS on_time FROM o
          WHERE order_status NOT IN ('canceled', 'unavailable'))
        SELECT 'rating', NULL, 'lateness', CASE WHEN late IS NULL THEN 'never arrived' WHEN late < 1 THEN 'on time' WHEN late < 4 THEN '1-3 days'
               WHEN late < 8 THEN '4-7 days' ELSE '8 days and more' END AS bucket, avg(score), count(*)
        FROM r JOIN o USING (order_id) GROUP BY bucket
        UNION ALL
        SELECT 'rating', NULL, 'category', coalesce(category, '(unknown)') AS c, avg(score), count(*)
        FROM r LEFT JOIN category USING (order_id) GROUP BY c
        UNION ALL
        SELECT 'on_time', month, NULL, NULL, 100.0 * count(*) FILTER (on_time) / count(on_time), count(on_time)
        FROM answers GROUP BY GROUPING SETS ((month), ())"""


def complaints():
    return "complaints", {}, f"""
        WITH cases AS (
          SELECT CAST(opendate AS DATE) AS opened, CAST(closedate AS DATE) AS closed, opendate[:4] AS year, coalesce(borough, '(unknown)') AS borough
          FROM {csv('nyc-complaints', 'nyc_council_complaints.csv.gz')}
          QUALIFY row_number() OVER (PARTITION BY unique_key ORDER BY closedate DESC NULLS LAST, borough DESC NULLS LAST, zip DESC NULLS LAST) = 1),
        answers AS (
          SELECT *, CASE WHEN opened + 30 <= DATE '2025-01-09' THEN coalesce(closed - opened <= 30, false) END AS quick FROM cases)
        SELECT 'cases', year, 'borough', borough, count(*), NULL FROM answers GROUP BY GROUPING SETS ((year, borough), (year), ())
        UNION ALL
        SELECT 'median_days', year, 'borough', borough, quantile_cont(closed - opened, 0.5), count(closed)
        FROM answers GROUP BY GROUPING SETS ((year, borough), (year), ())
        UNION ALL
        SELECT 'in_30_days', year, 'borough', borough, 100.0 * count(*) FILTER (quick) / nullif(count(quick), 0), count(quick)
        FROM answers GROUP BY GROUPING SETS ((year, borough), (year), ())"""


def compare(name, only, query):
    written = {}
    for row in json.loads((HERE / f"{name}.json").read_text())["values"]:
        if all(row.get(k) == v for k, v in only.items()):
            written.setdefault((row["metric"], row["period"], json.dumps(row["segment"])), []).append(row)
    faults, found = [], duckdb.sql(query).fetchall()
    for metric, period, segment, level, value, n in found:
        key = (metric, period, json.dumps({segment: level} if level is not None else {}))
        same = any(
            (value is row["value"] is None or None not in (value, row["value"]) and abs(row["value"] - float(value)) <= 1e-9 * abs(row["value"]))
            and row.get("n") in (n, None)
            for row in written.get(key, [])
        )
        if not same:
            faults.append(f"{name} {key}: SQL gives {value}, n {n}; the file has {written.get(key)}")
    print(f"{name}: {len(found)} values by SQL, {len(faults)} differ")
    return faults


faults = [fault for table in (airport, telecom, incidents, orders, complaints) for fault in compare(*table())]
print("\n".join(faults[:20]), end="")
sys.exit(1 if faults else 0)

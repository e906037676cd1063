"""One run of a peer, to the contract of README.md: ENGINE --parquet FILE --mode .. --set .. --runs N --threads N."""

import argparse
import json
import os
import resource
import time

import measures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=["duckdb", "polars"])
    parser.add_argument("--parquet", required=True)
    parser.add_argument("--mode", choices=["memory", "parquet"], required=True)
    parser.add_argument("--set", dest="which", choices=["light", "heavy"], required=True)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    query = {"duckdb": duckdb_query, "polars": polars_query}[options.engine](options)
    query()
    for _ in range(options.runs):
        wall, cpu = time.perf_counter(), cpu_seconds()
        rows = query()
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        rows = [[r[0], r[1], f"{r[2] // 12:04}-{r[2] % 12 + 1:02}", *r[3:]] for r in rows]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"wall_s": wall, "cpu_s": cpu, "peak_rss_mb": peak, "values": sorted(rows)}), flush=True)


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def duckdb_query(options):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {options.threads}")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_external_file_cache = false")
    source = f"read_parquet('{options.parquet}')"
    if options.mode == "memory":
        for column in ("region", "plan"):
            connection.execute(f"CREATE TYPE {column}_type AS ENUM (SELECT DISTINCT CAST({column} AS VARCHAR) AS v FROM {source} ORDER BY v)")
        connection.execute(
            f"CREATE TABLE survey AS SELECT * REPLACE (CAST(region AS region_type) AS region, CAST(plan AS plan_type) AS plan) FROM {source}"
        )
        source = "survey"
    text = measures.sql(options.which, source)
    return lambda: connection.execute(text).fetchall()


def polars_query(options):
    os.environ["POLARS_MAX_THREADS"] = str(options.threads)
    import polars as pl

    engine = os.environ.get("BENCH_POLARS_ENGINE", "streaming")
    if options.mode == "memory":
        frame = pl.read_parquet(options.parquet).with_columns(
            pl.col(c).cast(pl.Enum(sorted(pl.scan_parquet(options.parquet).select(pl.col(c).cast(pl.String).unique()).collect()[c])))
            for c in ("region", "plan")
        ).rechunk()
        scan = frame.lazy
    else:
        scan = lambda: pl.scan_parquet(options.parquet)
    return lambda: measures.polars_query(scan(), options.which).collect(engine=engine).rows()


main()

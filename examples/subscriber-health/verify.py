#!/usr/bin/env python3
"""Measures the example independently of Bellwether, with pandas and numpy.

    python3 examples/subscriber-health/verify.py           # measure the planted effects, compare with the committed values
    python3 examples/subscriber-health/verify.py --write   # write tests/oracle/subscriber-health.json again

Needs: pip install numpy pandas. The values it writes are what a test of the engine compares with.
Definitions: docs/measures.csv. Rows are dated by their table's date (retention: by renews_on), up to and including
the as-of date; a row that no customer answers for falls into the segment value (unknown).
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
ORACLE = HERE.parent.parent / "tests" / "oracle" / "subscriber-health.json"
AS_OF = pd.Timestamp("2026-06-30")
MONTHS = [str(m) for m in pd.period_range("2024-07", "2026-06", freq="M")]
UNKNOWN = "(unknown)"


def load():
    customers = pd.read_csv(HERE / "customers.csv", parse_dates=["joined_on", "renews_on", "left_on"])
    survey = pd.read_csv(HERE / "survey.csv", parse_dates=["answered_on"])
    tickets = pd.read_csv(HERE / "tickets.csv", parse_dates=["opened_at", "closed_at"])
    survey["recommend"] = survey["recommend"].where(survey["recommend"] != 99)
    customers["region"] = customers["region"].fillna(UNKNOWN)
    cut = customers[["customer_id", "region", "plan"]]
    survey = survey.merge(cut, on="customer_id", how="left")
    tickets = tickets.merge(cut, on="customer_id", how="left")
    for table in (survey, tickets):
        table[["region", "plan"]] = table[["region", "plan"]].fillna(UNKNOWN)
    survey["month"] = survey["answered_on"].dt.strftime("%Y-%m")
    tickets["month"] = tickets["opened_at"].dt.strftime("%Y-%m")
    customers["month"] = customers["renews_on"].dt.strftime("%Y-%m")
    return customers, survey, tickets


# Each metric: rows of its table -> value, n, skipped.


def of_share(hit, known):
    n = int(known.sum())
    return (100.0 * float((hit & known).sum()) / n if n else None), n, int((~known).sum())


def nps(rows):
    x = rows["recommend"]
    n = int(x.notna().sum())
    value = 100.0 * float((x >= 9).sum() - (x <= 6).sum()) / n if n else None
    return value, n, int(x.isna().sum())


def csat(rows):
    return of_share(rows["satisfaction"] >= 4, rows["satisfaction"].notna())


def effort(rows):
    x = rows["effort"].dropna()
    return (math.fsum(x) / len(x) if len(x) else None), len(x), int(rows["effort"].isna().sum())


def bill_trouble(rows):
    return of_share(rows["satisfaction"] <= 2, rows["satisfaction"].notna())


def fcr(rows):
    return of_share(rows["contacts"] == 1, rows["contacts"].notna())


def chat(rows):
    return of_share(rows["channel"] == "chat", rows["channel"].notna())


def retention(rows):
    return of_share(~rows["churned"], rows["churned"].notna())


def alive_days(customers, first, last):
    """Customer-days from first to last: alive at a day's close = joined on or before it, and not left by it."""
    start = customers["joined_on"].clip(lower=first)
    end = customers["left_on"].fillna(AS_OF + pd.Timedelta(days=1)).clip(upper=last + pd.Timedelta(days=1))
    return int((end - start).dt.days.clip(lower=0).sum())


def cost_to_serve(tickets, customers, month):
    """Sum of cost in the month over the mean of the daily counts of active customers, a year: times the days of the
    year that ends with the month, over the days of the month."""
    first = pd.Timestamp(month + "-01")
    last = first + pd.offsets.MonthEnd(0)
    days = (last - first).days + 1
    active = alive_days(customers, first, last) / days
    cost = math.fsum(tickets["cost"])
    after = last + pd.Timedelta(days=1)
    a_year = (after - (after - pd.DateOffset(years=1))).days / days
    return (cost / active * a_year if active else None), len(tickets), active


METRICS = {
    "nps": ("survey", nps),
    "csat": ("survey", csat),
    "effort": ("survey", effort),
    "bill_trouble": ("bill", bill_trouble),
    "fcr": ("tickets", fcr),
    "chat": ("tickets", chat),
    "retention": ("customers", retention),
}


def cells_of(tables):
    """All cells: the total and each value of each segment, by month and over all months; the cross over all months."""
    cuts = [{}]
    for segment in ("region", "plan"):
        values = set().union(*(set(table[segment]) for table in tables.values()))
        cuts += [{segment: value} for value in sorted(values)]
    cuts += [a | b for a in cuts if "region" in a for b in cuts if "plan" in b]
    for cut in cuts:
        for month in [None] if len(cut) == 2 else MONTHS + [None]:
            yield cut, month


def narrow(table, cut, month):
    for segment, value in cut.items():
        table = table[table[segment] == value]
    return table if month is None else table[table["month"] == month]


def oracle(customers, survey, tickets):
    tables = {
        "survey": survey,
        "bill": survey[survey["touchpoint"] == "bill"],
        "tickets": tickets,
        "customers": customers[customers["renews_on"] <= AS_OF],
    }
    out = {}
    for name, (table, measure) in METRICS.items():
        rows = []
        for cut, month in cells_of(tables):
            value, n, skipped = measure(narrow(tables[table], cut, month))
            rows.append({"cut": cut, "period": month, "value": value, "n": n, "skipped": skipped})
        out[name] = rows
    rows = []
    for cut, month in cells_of(tables):
        if month is not None:
            members = customers
            for segment, wanted in cut.items():
                members = members[members[segment] == wanted]
            value, n, active = cost_to_serve(narrow(tickets, cut, month), members, month)
            rows.append({"cut": cut, "period": month, "value": value, "n": n, "active": active})
    out["cost_to_serve"] = rows
    return {
        "made_by": "python3 examples/subscriber-health/verify.py --write (pandas and numpy; not the engine)",
        "as_of": str(AS_OF.date()),
        "cells": out,
    }


# The planted effects.


def logistic_slope(x, y):
    """Slope and standard error of a logistic regression of y on one x, by Newton's method."""
    design = np.column_stack([np.ones(len(x)), x])
    beta = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ beta))
        hessian = design.T @ (design * (p * (1 - p))[:, None])
        step = np.linalg.solve(hessian, design.T @ (y - p))
        beta += step
        if np.abs(step).max() < 1e-12:
            break
    return beta[1], math.sqrt(np.linalg.inv(hessian)[1, 1])


def effects(customers, survey, tickets):
    """Every planted effect as measured: name -> (text, held)."""
    found = {}
    decided = customers[customers["renews_on"] <= AS_OF]

    # Satisfaction -> retention, from answers of the twelve months before the renewal.
    joined = survey.merge(decided[["customer_id", "renews_on", "churned"]], on="customer_id")
    year = pd.Timedelta(days=365)
    before = joined[(joined["answered_on"] < joined["renews_on"]) & (joined["answered_on"] >= joined["renews_on"] - year)]
    by = before.groupby("customer_id").agg(s=("satisfaction", "mean"), gone=("churned", "first")).dropna()
    slope, error = logistic_slope(by["s"].to_numpy(), 1.0 - by["gone"].to_numpy(dtype=float))
    low, mid, high = (math.exp(slope + z * error) for z in (-1.96, 0, 1.96))
    kept = (100 * (1 - by.groupby(by["s"].round().clip(lower=2))["gone"].mean())).round(0).astype(int).to_dict()
    found["satisfaction raises retention"] = (
        f"odds ratio of renewing {mid:.2f} ({low:.2f} to {high:.2f}) a point, n {len(by)}; renewed by mean answer {kept}",
        low > 1.4 and mid < 2.6,
    )

    # The trap: with the answers given after leaving, the slope is too steep.
    every = joined.groupby("customer_id").agg(s=("satisfaction", "mean"), gone=("churned", "first")).dropna()
    leaky, _ = logistic_slope(every["s"].to_numpy(), 1.0 - every["gone"].to_numpy(dtype=float))
    found["answers after the fact mislead"] = (
        f"odds ratio {math.exp(leaky):.2f} when all answers count, {mid:.2f} with those before the renewal",
        leaky > slope * 1.15,
    )

    # Effort -> cost, a customer at a time.
    first = pd.Timestamp(MONTHS[0] + "-01")
    end = customers["left_on"].fillna(AS_OF + pd.Timedelta(days=1))
    days = (end - customers["joined_on"].clip(lower=first)).dt.days
    frame = customers.assign(
        days=days,
        effort=customers["customer_id"].map(survey.groupby("customer_id")["effort"].mean()),
        cost=customers["customer_id"].map(tickets.groupby("customer_id")["cost"].sum()).fillna(0.0),
    )
    frame = frame[(frame["days"] >= 180) & frame["effort"].notna()]
    yearly = frame["cost"] / frame["days"] * 365.25
    x = frame["effort"] - frame["effort"].mean()
    slope_cost = float((x * yearly).sum() / (x * x).sum())
    rest = yearly - yearly.mean() - slope_cost * x
    error_cost = math.sqrt(float((x * x * rest * rest).sum())) / float((x * x).sum())
    band = frame["effort"].round().clip(2, 5)
    bands = (frame.groupby(band)["cost"].sum() / frame.groupby(band)["days"].sum() * 365.25).round(0).astype(int).to_dict()
    found["effort raises cost"] = (
        f"{slope_cost:.1f} USD a year and point (+- {1.96 * error_cost:.1f}), n {len(frame)}; by mean effort {bands}",
        slope_cost - 1.96 * error_cost > 5,
    )

    # North declines.
    quarters = [MONTHS[0:6], MONTHS[18:24]]
    trend = {r: [nps(survey[(survey.region == r) & survey.month.isin(q)])[0] for q in quarters] for r in ("North", "South", "East", "West")}
    kept_in = {r: [retention(decided[(decided.region == r) & decided.month.isin(q)])[0] for q in quarters] for r in trend}
    text = "; ".join(f"{r} NPS {a:.0f} to {b:.0f}, renewals {kept_in[r][0]:.0f} to {kept_in[r][1]:.0f} %" for r, (a, b) in trend.items())
    found["North declines"] = (
        text + " (first and last half-year)",
        trend["North"][1] < trend["North"][0] - 15 and kept_in["North"][1] < kept_in["North"][0] - 8
        and all(trend[r][1] > trend[r][0] for r in ("South", "East", "West")),
    )

    # One thin month.
    n = survey.groupby("month").size()
    found["one thin month"] = (f"{n['2025-08']} answers in 2025-08, {int(n.drop('2025-08').min())} to {n.max()} in the others",
                               n["2025-08"] < 30 and n.drop("2025-08").min() > 250)

    # The planted nothing: channel, against cost and against renewal.
    k = tickets["channel"] == "chat"
    gap = tickets[k]["cost"].mean() - tickets[~k]["cost"].mean()
    error_gap = math.sqrt(tickets[k]["cost"].var() / k.sum() + tickets[~k]["cost"].var() / (~k).sum())
    tried = tickets.merge(decided[["customer_id", "renews_on", "churned"]], on="customer_id")
    tried = tried[tried["opened_at"] < tried["renews_on"]]
    per = tried.groupby("customer_id").agg(x=("channel", lambda c: (c == "chat").mean()), gone=("churned", "first"))
    s, e = logistic_slope(per["x"].to_numpy(dtype=float), 1.0 - per["gone"].to_numpy(dtype=float))
    found["channel means nothing"] = (
        f"a ticket by chat costs {gap:+.2f} USD (+- {1.96 * error_gap:.2f}); log-odds of renewing {s:+.2f} (+- {1.96 * e:.2f})",
        abs(gap) < 1.96 * error_gap and abs(s) < 1.96 * e,
    )

    # Life: orphans and blanks.
    known = set(customers["customer_id"])
    raw = pd.read_csv(HERE / "survey.csv")
    found["orphans and blanks"] = (
        f"survey: {raw['customer_id'].isna().sum()} without a customer, {(raw['customer_id'].notna() & ~raw['customer_id'].isin(known)).sum()} of an unknown one, "
        f"{(raw['recommend'] == 99).sum()} coded 99, {raw['satisfaction'].isna().sum()} without satisfaction, {raw['effort'].isna().sum()} without effort; "
        f"tickets: {(~tickets['customer_id'].isin(known)).sum()} orphans, {tickets['closed_at'].isna().sum()} not closed; customers: {(customers['region'] == UNKNOWN).sum()} without a region",
        True,
    )
    return found


def as_text(value):
    """JSON with one cell a line, so that a change reads well in review."""
    head = {key: item for key, item in value.items() if key != "cells"}
    lines = ["{"] + [f" {json.dumps(key)}: {json.dumps(item)}," for key, item in head.items()] + [' "cells": {']
    metrics = list(value["cells"].items())
    for at, (name, cells) in enumerate(metrics):
        body = ",\n".join("   " + json.dumps(cell, separators=(",", ":")) for cell in cells)
        lines.append(f"  {json.dumps(name)}: [\n{body}\n  ]" + ("," if at + 1 < len(metrics) else ""))
    return "\n".join(lines + [" }", "}"]) + "\n"


def main():
    customers, survey, tickets = load()
    held = True
    for name, (text, ok) in effects(customers, survey, tickets).items():
        held &= ok
        print(f"{'ok ' if ok else 'NOT'} {name}: {text}")
    made = as_text(oracle(customers, survey, tickets))
    if "--write" in sys.argv[1:]:
        ORACLE.parent.mkdir(parents=True, exist_ok=True)
        ORACLE.write_text(made)
        print(f"wrote {ORACLE.name}, {len(made) // 1000} kB")
    elif ORACLE.read_text() != made:
        held = False
        print("NOT tests/oracle/subscriber-health.json is not what this script measures; look, then --write")
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()

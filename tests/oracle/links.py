#!/usr/bin/env python3
"""Links of the cards, measured without the engine: pandas for the frames, statsmodels for the fits.

    pip install numpy==2.4.6 pandas==2.3.3 statsmodels==0.15.0
    BELLWETHER_DATA=/path/to/data python tests/oracle/links.py        # writes tests/oracle/links.json

Each link: the entities that have the outcome, dated; the metric over the entity's rows of the twelve months before that
day; a logistic fit (average effect in points, delta method) of a yes or no, else least squares; errors HC3 below 250
entities, HC1 above, clustered where several entities share the metric's rows. The subscriber example needs no data.
"""
import json
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / "examples" / "subscriber-health"
DATA = Path(os.environ.get("BELLWETHER_DATA", "."))
made = []


def link(card, metric, outcome, x, y, *, binary=False, weights=None, groups=None, controls=None, evidence=None, linear=False):
    frame = pd.DataFrame({"x": np.asarray(x, float), "y": np.asarray(y, float)})
    names = []
    if controls is not None:
        for name, column in controls.items():
            frame[name] = np.asarray(column, float)
            names.append(name)
    frame["w"] = 1.0 if weights is None else np.asarray(weights, float)
    if groups is not None:
        frame["g"] = np.asarray(groups)
    total = len(frame)
    frame = frame.dropna()
    n = len(frame)
    design = sm.add_constant(frame[["x"] + names].to_numpy(), has_constant="add")
    clustered = groups is not None and frame["g"].nunique() < n
    kind = dict(cov_type="cluster", cov_kwds={"groups": frame["g"]}) if clustered else dict(cov_type="HC1" if n >= 250 else "HC3")
    if binary and not linear:
        yes = (frame["y"] > 50).astype(float)
        model = sm.Logit(yes, design)
        fit = model.fit(disp=0, maxiter=100)
        robust = model.fit(disp=0, maxiter=100, **(kind if clustered else dict(cov_type="HC0")))
        cov = np.asarray(robust.cov_params())
        if clustered:
            cov = cov / ((n - 1) / (n - design.shape[1]))
            z = stats.t.ppf(0.975, frame["g"].nunique() - 1)
        else:
            cov = cov * n / (n - 1)
            z = stats.norm.ppf(0.975)
        b = np.asarray(fit.params)
        values = sorted(set(frame["x"]))
        if len(values) == 2:
            ends = []
            for v in values:
                z0 = design.copy()
                z0[:, 1] = v
                p = 1 / (1 + np.exp(-z0 @ b))
                ends.append((p.mean(), (z0 * (p * (1 - p))[:, None]).mean(axis=0)))
            span = values[1] - values[0]
            effect, gradient = (ends[1][0] - ends[0][0]) / span, (ends[1][1] - ends[0][1]) / span
        else:
            p = 1 / (1 + np.exp(-design @ b))
            s = p * (1 - p)
            effect = (s * b[1]).mean()
            gradient = (b[1] * s * (1 - 2 * p))[:, None] * design
            gradient[:, 1] += s
            gradient = gradient.mean(axis=0)
        error = 100 * math.sqrt(gradient @ cov @ gradient)
        effect *= 100
    else:
        fit = sm.WLS(frame["y"].to_numpy(), design, weights=frame["w"].to_numpy()).fit(**kind)
        effect, error = fit.params[1], math.sqrt(np.asarray(fit.cov_params())[1, 1])
        df = frame["g"].nunique() - 1 if clustered else n - design.shape[1]
        z = stats.t.ppf(0.975, df)
    low, high = effect - z * error, effect + z * error
    found = low > 0 or high < 0
    made.append({"card": card, "metric": metric, "outcome": outcome, "effect": effect, "low": low, "high": high, "n": n,
                 "left_out": total - n, "evidence": evidence if found else "none_found"})
    print(card, metric, outcome, round(effect, 5), round(low, 5), round(high, 5), n, made[-1]["evidence"])


# The bundled example.
as_of = pd.Timestamp("2026-06-30")
customers = pd.read_csv(EXAMPLE / "customers.csv", parse_dates=["joined_on", "renews_on", "left_on"])
survey = pd.read_csv(EXAMPLE / "survey.csv", parse_dates=["answered_on"])
tickets = pd.read_csv(EXAMPLE / "tickets.csv", parse_dates=["opened_at"])
tickets["opened_on"] = tickets["opened_at"].dt.normalize()
survey["nps"] = survey["recommend"].where(survey["recommend"] != 99).map(lambda v: np.nan if pd.isna(v) else 100.0 * ((v >= 9) - (v <= 6)))
survey["csat"] = survey["satisfaction"].map(lambda v: np.nan if pd.isna(v) else 100.0 * (v >= 4))
survey["trouble"] = survey["satisfaction"].map(lambda v: np.nan if pd.isna(v) else 100.0 * (v <= 2)).where(survey["touchpoint"] == "bill")
tickets["fcr"] = 100.0 * (tickets["contacts"] == 1)
tickets["chat"] = tickets["channel"].map(lambda v: np.nan if pd.isna(v) else 100.0 * (v == "chat"))


def before(rows, date, column, entities, day):
    """The mean of the rows of the twelve months before each entity's day."""
    joined = rows[["customer_id", date, column]].merge(entities[["customer_id"]].assign(d=day), on="customer_id")
    start = joined["d"] - pd.DateOffset(months=12)
    joined = joined[(joined[date] < joined["d"]) & (joined[date] >= start)]
    return entities["customer_id"].map(joined.groupby("customer_id")[column].mean())


decided = customers[customers["renews_on"] <= as_of].copy()
kept = 100.0 * (~decided["churned"])
for name, rows, date, column in [("nps", survey, "answered_on", "nps"), ("csat", survey, "answered_on", "csat"),
                                 ("bill_trouble", survey, "answered_on", "trouble"), ("chat", tickets, "opened_on", "chat")]:
    link("subscriber-health", name, "retention", before(rows, date, column, decided, decided["renews_on"]), kept, binary=True, evidence="leading")
start, end = pd.Timestamp("2025-07-01"), as_of + pd.Timedelta(days=1)
alive = ((customers["left_on"].fillna(end).clip(upper=end)) - customers["joined_on"].clip(lower=start)).dt.days.clip(lower=0)
cost = tickets[(tickets["opened_on"] >= start) & (tickets["opened_on"] < end)].groupby("customer_id")["cost"].sum()
there = customers[alive > 0].copy()
days = alive[alive > 0]
yearly = there["customer_id"].map(cost).fillna(0.0) / days * 365
for name, rows, date, column in [("effort", survey, "answered_on", "effort"), ("fcr", tickets, "opened_on", "fcr")]:
    link("subscriber-health", name, "cost_to_serve", before(rows, date, column, there, start), yearly, weights=days / 365, evidence="leading")

if (DATA / "telco-churn").is_dir():
    # Telecom: satisfaction separates churn, so that the effect is a difference of rates.
    status = pd.read_csv(DATA / "telco-churn" / "status.csv")
    status = status[status["Customer Status"] != "Joined"]
    churn = 100.0 * (status["Customer Status"] == "Churned")
    link("telecom", "satisfaction", "churn", status["Satisfaction Score"], churn, binary=True, linear=True, evidence="correlated")
    link("telecom", "satisfied", "churn", 100.0 * (status["Satisfaction Score"] >= 4), churn, binary=True, linear=True, evidence="correlated")

    # Airport: each item's top two boxes against the overall rating's, weighted.
    frames = []
    for year, names in [(2017, {"Q7WALKWAYS": "Q7WALKWAY"}), (2018, {"Q9Boarding": "Q9BOARDING", "Q9Restroom": "Q9RESTROOM", "Q10Safe": "Q10SAFE"})]:
        frame = pd.read_csv(DATA / "sfo-survey" / f"sfo_{year}.csv.gz", encoding="latin-1", low_memory=False)
        frame.columns = [c.strip() for c in frame.columns]
        frames.append(frame.rename(columns=names))
    sfo = pd.concat(frames, ignore_index=True)

    def answers(column, low, high):
        values = pd.to_numeric(sfo[column], errors="coerce")
        return values.where((values >= low) & (values <= high))

    def boxes(column):
        values = answers(column, 1, 5)
        return 100.0 * (values >= 4).where(values.notna())

    overall, weight = boxes("Q7ALL"), pd.to_numeric(sfo["WEIGHT"], errors="coerce")
    have = overall.notna() & (weight > 0)

    def airport(name, x):
        # A weighted logistic fit by its score equations: GLM with frequency weights has the same estimates, and its
        # sandwich takes the square of the weight.
        rows = have & x.notna()
        xs, y, w = x[rows].to_numpy(float), (overall[rows] > 50).to_numpy(float), weight[rows].to_numpy(float)
        design = np.column_stack([np.ones(len(xs)), xs])
        b = sm.GLM(y, design, family=sm.families.Binomial(), freq_weights=w).fit(tol=1e-14, maxiter=200).params
        p = 1 / (1 + np.exp(-design @ b))
        bread = np.linalg.inv((design * (w * p * (1 - p))[:, None]).T @ design)
        score = design * (w * (y - p))[:, None]
        n = len(y)
        cov = bread @ (score.T @ score) @ bread * n / (n - 1)
        values = sorted(set(xs))
        if len(values) == 2:
            ends = []
            for v in values:
                z = np.column_stack([np.ones(n), np.full(n, v)])
                q = 1 / (1 + np.exp(-z @ b))
                ends.append((np.average(q, weights=w), np.average(z * (q * (1 - q))[:, None], axis=0, weights=w)))
            span = values[1] - values[0]
            effect, gradient = (ends[1][0] - ends[0][0]) / span, (ends[1][1] - ends[0][1]) / span
        else:
            s = p * (1 - p)
            effect = np.average(s * b[1], weights=w)
            gradient = (b[1] * s * (1 - 2 * p))[:, None] * design
            gradient[:, 1] += s
            gradient = np.average(gradient, axis=0, weights=w)
        error, effect = 100 * math.sqrt(gradient @ cov @ gradient), 100 * effect
        low, high = effect - stats.norm.ppf(0.975) * error, effect + stats.norm.ppf(0.975) * error
        made.append({"card": "airport", "metric": name, "outcome": "overall", "effect": effect, "low": low, "high": high, "n": n,
                     "left_out": int(have.sum()) - n, "evidence": "correlated" if low > 0 or high < 0 else "none_found"})
        print("airport", name, round(effect, 5), round(low, 5), round(high, 5), n)

    recommend = answers("NETPRO", 0, 10)
    airport("nps", (100.0 * ((recommend >= 9).astype(float) - (recommend <= 6).astype(float))).where(recommend.notna()))
    for item in ["Q7ART", "Q7FOOD", "Q7STORE", "Q7SIGN", "Q7WALKWAY", "Q7SCREENS", "Q7WIFI", "Q9BOARDING", "Q9RESTROOM", "Q10SAFE", "Q14FIND", "Q14PASSTHRU"]:
        airport(item, boxes(item))

    # The drivers of the overall rating: weighted correlations of those who answered everything; Johnson's relative weights
    # and Shapley values over all subsets.
    items = {"nps": (100.0 * ((recommend >= 9).astype(float) - (recommend <= 6).astype(float))).where(recommend.notna())}
    for item in ["Q7ART", "Q7FOOD", "Q7STORE", "Q7SIGN", "Q7WALKWAY", "Q7SCREENS", "Q7WIFI", "Q9BOARDING", "Q9RESTROOM", "Q10SAFE", "Q14FIND", "Q14PASSTHRU"]:
        items[item] = boxes(item)
    table = pd.DataFrame(items).assign(y=overall)[have].dropna()
    cov = np.cov(table.to_numpy(float).T, aweights=weight[table.index].to_numpy(float))
    corr = cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
    rxx, rxy, p = corr[:-1, :-1], corr[:-1, -1], len(items)
    values, vectors = np.linalg.eigh(rxx)
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    johnson = root**2 @ (np.linalg.inv(root) @ rxy) ** 2
    explained = np.zeros(1 << p)
    for subset in range(1, 1 << p):
        at = [i for i in range(p) if subset >> i & 1]
        explained[subset] = rxy[at] @ np.linalg.solve(rxx[np.ix_(at, at)], rxy[at])
    shapley = np.zeros(p)
    for subset in range(1 << p):
        size = bin(subset).count("1")
        if size < p:
            share = math.factorial(size) * math.factorial(p - size - 1) / math.factorial(p)
            for i in range(p):
                if not subset >> i & 1:
                    shapley[i] += share * (explained[subset | 1 << i] - explained[subset])
    drivers = {"card": "airport", "outcome": "overall", "n": len(table), "r_squared": explained[-1],
               "metrics": {name: {"weight": johnson[i], "shapley": shapley[i]} for i, name in enumerate(items)}}
    (HERE / "drivers.json").write_text(json.dumps(drivers, indent=1) + "\n")

    # Incidents: reopened tickets, and time to resolve in hours; with and without priority held constant.
    log = pd.read_csv(DATA / "it-incidents" / "incident_event_log.csv.gz", na_values="?", low_memory=False)
    for column in ["opened_at", "resolved_at", "sys_updated_at"]:
        log[column] = pd.to_datetime(log[column], format="%d/%m/%Y %H:%M")
    last = log.reset_index().sort_values(["number", "sys_updated_at", "sys_mod_count", "index"]).groupby("number").tail(1)
    last = last[(last["opened_at"] <= pd.Timestamp("2017-02-18 23:59")) & last["resolved_at"].notna()]
    last = last[last["resolved_at"] < pd.Timestamp("2016-06-01")]
    hours = (last["resolved_at"] - last["opened_at"]).dt.total_seconds() / 3600
    reopened = 100.0 * (last["reopen_count"] > 0)
    link("incidents", "reopened", "hours", reopened, hours, evidence="correlated")
    words = last["priority"].value_counts()
    controls = {w: (last["priority"] == w).astype(float) for w in words.index[1:]}
    link("incidents, priority held", "reopened", "hours", reopened, hours, controls=controls, evidence="correlated")
    link("incidents", "urgent", "hours", 100.0 * last["priority"].isin(["1 - Critical", "2 - High"]), hours, evidence="correlated")

    # Orders: on time against the rating of the review, clustered by order.
    orders = pd.read_csv(DATA / "olist-sample" / "orders.csv.gz", parse_dates=["order_purchase_timestamp", "order_estimated_delivery_date", "order_delivered_customer_date"])
    reviews = pd.read_csv(DATA / "olist-sample" / "order_reviews.csv.gz", parse_dates=["review_answer_timestamp"])
    today = max(orders["order_purchase_timestamp"].dt.normalize().max(), reviews["review_answer_timestamp"].dt.normalize().max())
    due, came = (orders[c].dt.normalize() for c in ("order_estimated_delivery_date", "order_delivered_customer_date"))
    # Known once the estimate's day is over, as of the last day of the data.
    on_time = pd.Series(np.where(due <= today, 100.0 * (came.notna() & (came <= due)), np.nan), index=orders.index)
    on_time = on_time.where(~orders["order_status"].isin(["canceled", "unavailable"]))
    orders = orders.assign(on_time=on_time, bought=orders["order_purchase_timestamp"].dt.normalize())
    joined = reviews.assign(d=reviews["review_answer_timestamp"].dt.normalize()).merge(orders[["order_id", "on_time", "bought"]], on="order_id", how="left")
    joined = joined[(joined["d"] <= pd.Timestamp("2018-08-31")) & joined["review_score"].notna()]
    in_window = (joined["bought"] < joined["d"]) & (joined["bought"] >= joined["d"] - pd.DateOffset(months=12))
    link("orders", "on_time", "rating", joined["on_time"].where(in_window), joined["review_score"], groups=joined["order_id"], evidence="leading")

text = "[\n" + ",\n".join("  " + json.dumps(entry) for entry in made) + "\n]\n"
(HERE / "links.json").write_text(text)

#!/usr/bin/env python3
"""Reference values for changes of agreement: the jackknife over items, written out.

    .venv-reference/bin/python tests/reference/make_raters.py      # the packages of requirements.txt

Agreement without each item in turn comes from krippendorff, statsmodels and pingouin; none of it shares code with the engine.
"""
import csv
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import scipy.stats
from statsmodels.stats.inter_rater import cohens_kappa

rng = np.random.default_rng(20261123)
pingouin.options["round"] = None
pingouin.options["round.column.CI95"] = None
pingouin.options["round.column.CI95%"] = None


def ratings(items, raters, gap, noise):
    for item in items:
        level = rng.integers(1, 6)
        for rater in range(raters):
            if rng.random() >= gap:
                yield rater, item, int(np.clip(level + rng.integers(-noise, noise + 1), 1, 5))


def alpha(frame, level):
    wide = frame.pivot(index="rater", columns="item", values="level")
    return krippendorff.alpha(reliability_data=wide.to_numpy(), level_of_measurement=level)


def kappa(frame, weights):
    both = frame.pivot(index="item", columns="rater", values="level").dropna()
    table = np.zeros((5, 5))
    for one, other in both.to_numpy().astype(int):
        table[one - 1, other - 1] += 1
    return cohens_kappa(table, wt=None if weights == "none" else weights).kappa


def icc(frame, at):
    wide = frame.pivot(index="item", columns="rater", values="level").dropna()
    long = wide.stack().rename("level").reset_index()
    made = pingouin.intraclass_corr(long, targets="item", raters="rater", ratings="level").reset_index(drop=True)
    return float(made.iloc[at]["ICC"])


def jackknife(frame, statistic, least):
    per_item = frame.groupby("item").size()
    items = per_item[per_item >= least].index
    without = pd.Series({item: statistic(frame[frame.item != item]) for item in items})
    m = len(items)
    return statistic(frame), (m - 1) / m * (without.mean() - without)


rows = []
for shared in (False, True):
    for raters, measure, statistic, least, source in [
        (3, 'agreement(r.level, r.rater, r.item, "nominal")', lambda f: alpha(f, "nominal"), 2, "krippendorff"),
        (3, 'agreement(r.level, r.rater, r.item, "ordinal")', lambda f: alpha(f, "ordinal"), 2, "krippendorff"),
        (3, 'agreement(r.level, r.rater, r.item, "interval")', lambda f: alpha(f, "interval"), 2, "krippendorff"),
        (2, 'kappa(r.level, r.rater, r.item, "none")', lambda f: kappa(f, "none"), 2, "statsmodels"),
        (2, 'kappa(r.level, r.rater, r.item, "quadratic")', lambda f: kappa(f, "quadratic"), 2, "statsmodels"),
        (3, 'icc(r.level, r.rater, r.item, "agreement")', lambda f: icc(f, 1), 3, "pingouin"),
        (3, 'icc(r.level, r.rater, r.item, "consistency of mean")', lambda f: icc(f, 5), 3, "pingouin"),
    ]:
        columns = ["rater", "item", "level"]
        then = pd.DataFrame(list(ratings(range(40), raters, 0.08, 2)), columns=columns)
        # The same items again, or others.
        first = 12 if shared else 100
        now = pd.DataFrame(list(ratings(range(first, first + 35), raters, 0.08, 1)), columns=columns)
        (a, of_a), (b, of_b) = jackknife(now, statistic, least), jackknife(then, statistic, least)
        # An item that was rated in both periods counts once, with what it adds to the difference.
        moved = of_a.sub(of_b, fill_value=0.0)
        m = len(moved)
        error = float(np.sqrt(m / (m - 1) * (moved**2).sum()))
        t = scipy.stats.t(m - 1)
        half = error * t.ppf(0.975)
        both = pd.concat([then.assign(month=0), now.assign(month=1)])
        text = lambda name: " ".join(str(value) for value in both[name])
        numbers = [repr(float(x)) for x in (a - b, a - b - half, a - b + half, 2 * t.sf(abs(a - b) / error))]
        rows.append([measure, *(text(c) for c in (*columns, "month")), *numbers, f"{source} {version(source)}, scipy {version('scipy')}"])

with open(Path(__file__).parent / "agreement_change.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow("measure,rater,item,level,month,difference,low,high,p,source".split(","))
    out.writerows(rows)

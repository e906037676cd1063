#!/usr/bin/env python3
"""Reference values for regressions, drivers and backtests in `stats`, from packages that are not ours.

    pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0 pingouin==0.7.0 scikit-learn==1.9.1 relativeImp==0.0.2
    python tests/reference/make_links.py

Reads nist_linear.csv (data and certified values of NIST StRD, typed in) and checks it with exact fractions; writes
regression.csv, logistic.csv, drivers.csv and roc.csv. Columns of a design are joined by `;`, numbers by blanks.
"""
import csv
import itertools
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import sklearn
import sklearn.metrics
import statsmodels
import statsmodels.api as sm
from relativeImp import relativeImp

HERE = Path(__file__).parent
SM = f"statsmodels {statsmodels.__version__}"


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def joined(values):
    return " ".join(repr(float(v)) for v in values)


def columns(matrix):
    return ";".join(joined(column) for column in np.asarray(matrix, dtype=float).T)


# NIST: the certified values are what exact fractions give.
def solve(a, b):
    """Gauss elimination of fractions; b is a matrix."""
    n = len(a)
    rows = [list(r) + list(s) for r, s in zip(a, b)]
    for at in range(n):
        pivot = next(r for r in range(at, n) if rows[r][at] != 0)
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [v / rows[at][at] for v in rows[at]]
        for other in range(n):
            if other != at and rows[other][at] != 0:
                factor = rows[other][at]
                rows[other] = [v - factor * w for v, w in zip(rows[other], rows[at])]
    return [r[n:] for r in rows]


for line in csv.DictReader(open(HERE / "nist_linear.csv")):
    y = [Fraction(v) for v in line["y"].split()]
    given = [[Fraction(v) for v in column.split()] for column in line["x"].split(";")]
    x = [[Fraction(1)] * len(y)]
    x += [[v**k for v in given[0]] for k in range(1, int(line["degree"]) + 1)] if line["degree"] else given
    cross = [[sum(a * b for a, b in zip(p, q)) for q in x] for p in x]
    p = len(x)
    unit = [[Fraction(int(i == j)) for j in range(p)] for i in range(p)]
    inverse = solve(cross, unit)
    xy = [sum(a * b for a, b in zip(column, y)) for column in x]
    beta = [sum(i * v for i, v in zip(row, xy)) for row in inverse]
    rest = [v - sum(b * column[i] for b, column in zip(beta, x)) for i, v in enumerate(y)]
    rss = sum(r * r for r in rest)
    mean = sum(y) / len(y)
    for ours, certified in zip(beta, line["coefficients"].split()):
        assert math.isclose(ours, float(certified), rel_tol=2e-14), (line["name"], float(ours), certified)
    for at, certified in enumerate(line["errors"].split()):
        assert math.isclose(math.sqrt(rss / (len(y) - p) * inverse[at][at]), float(certified), rel_tol=2e-14, abs_tol=1e-300)
    assert math.isclose(1 - rss / sum((v - mean) ** 2 for v in y), float(line["r_squared"]), rel_tol=2e-14)

# Linear regression with errors of several kinds.
rng = np.random.default_rng(20260701)
rows = []
for n, p, weighted in [(12, 1, False), (60, 3, False), (60, 3, True), (200, 5, False)]:
    x = np.column_stack([np.ones(n), rng.normal(3, 2, (n, p)) + rng.normal(0, 1, (n, 1))])
    groups = np.sort(rng.integers(0, max(4, n // 6), n))
    effect = rng.normal(0, 1, groups.max() + 1)[groups]
    y = x @ rng.normal(0, 2, p + 1) + effect + rng.normal(0, 1 + np.abs(x[:, 1]), n)
    w = rng.uniform(0.3, 3, n) if weighted else np.ones(n)
    model = sm.WLS(y, x, weights=w)
    kinds = {
        "classical": model.fit(),
        "hc1": model.fit(cov_type="HC1"),
        "hc3": model.fit(cov_type="HC3"),
        "clustered": model.fit(cov_type="cluster", cov_kwds={"groups": groups}),
    }
    for kind, fit in kinds.items():
        rows.append([kind, joined(y), columns(x), joined(w) if weighted else "", " ".join(map(str, groups)),
                     joined(fit.params), joined(np.sqrt(np.diag(fit.cov_params()))), repr(float(fit.rsquared)), f"{SM} WLS"])
write("regression.csv", "errors,y,x,weights,groups,coefficients,standard_errors,r_squared,source", rows)

# Logistic regression.
rows = []
spector = sm.datasets.spector.load()
cases = [("spector", np.asarray(sm.add_constant(spector.exog)), np.asarray(spector.endog), None)]
for n, p in [(80, 1), (300, 4)]:
    x = np.column_stack([np.ones(n), rng.normal(100, 3, (n, p))])
    y = (rng.uniform(size=n) < 1 / (1 + np.exp(-((x[:, 1:] - 100) @ rng.normal(0.2, 0.2, p) - 0.5)))).astype(float)
    cases.append(("made", x, y, np.sort(rng.integers(0, n // 5, n))))
x = np.column_stack([np.ones(120), rng.integers(0, 2, 120) * 100.0, rng.normal(0, 1, 120)])
y = (rng.uniform(size=120) < 1 / (1 + np.exp(-(0.01 * x[:, 1] + 0.5 * x[:, 2] - 0.4)))).astype(float)
cases.append(("two values", x, y, np.sort(rng.integers(0, 20, 120))))
for name, x, y, groups in cases:
    groups = np.arange(len(y)) if groups is None else groups
    model = sm.Logit(y, x)
    plain = model.fit(disp=0, tol=1e-14, maxiter=200)
    kinds = {
        "classical": plain,
        "hc1": model.fit(disp=0, tol=1e-14, maxiter=200, cov_type="HC1"),
        "clustered": model.fit(disp=0, tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": groups}),
    }
    for kind, fit in kinds.items():
        # Marginal effect of the first metric: derivative, or difference of a column of two values, per unit.
        b, cov = fit.params, fit.cov_params()
        if set(x[:, 1]) == {0.0, 100.0}:
            ends = []
            for v in (0.0, 100.0):
                z = x.copy()
                z[:, 1] = v
                q = 1 / (1 + np.exp(-z @ b))
                ends.append((q, (z * (q * (1 - q))[:, None]).mean(axis=0)))
            effect, gradient = (ends[1][0] - ends[0][0]).mean() / 100, (ends[1][1] - ends[0][1]) / 100
            error = math.sqrt(gradient @ cov @ gradient)
        else:
            margin = fit.get_margeff(at="overall", method="dydx")
            effect, error = margin.margeff[0], margin.margeff_se[0]
        rows.append([name, kind, joined(y), columns(x), " ".join(map(str, groups)), joined(b), joined(np.sqrt(np.diag(cov))),
                     repr(float(fit.llf)), repr(float(fit.llnull)), repr(float(effect)), repr(float(error)), f"{SM} Logit"])
write("logistic.csv", "name,errors,y,x,groups,coefficients,standard_errors,ln_likelihood,ln_likelihood_null,effect,effect_error,source", rows)


# Drivers.
def r_squared(data, y, subset):
    if not subset:
        return 0.0
    x = np.column_stack([np.ones(len(y))] + [data[:, at] for at in subset])
    return sm.OLS(y, x).fit().rsquared


def orders(data, y):
    """Shapley values by all orders in which metrics may enter."""
    p = data.shape[1]
    value = np.zeros(p)
    for order in itertools.permutations(range(p)):
        for at, metric in enumerate(order):
            before = tuple(sorted(order[:at]))
            value[metric] += r_squared(data, y, sorted(before + (metric,))) - r_squared(data, y, before)
    return value / math.factorial(p)


rows = []
longley = sm.datasets.longley.load_pandas().data
stack = sm.datasets.stackloss.load_pandas().data
made = rng.normal(0, 1, (150, 5)) + rng.normal(0, 1, (150, 1))
sets = {
    "stackloss": (stack[["AIRFLOW", "WATERTEMP", "ACIDCONC"]].to_numpy(float), stack["STACKLOSS"].to_numpy(float)),
    "longley": (longley[["GNPDEFL", "UNEMP", "ARMED", "POP"]].to_numpy(float), longley["TOTEMP"].to_numpy(float)),
    "made": (made, made @ [0.8, 0.4, 0.0, -0.3, 0.1] + rng.normal(0, 1.5, 150)),
}
for name, (x, y) in sets.items():
    frame = pd.DataFrame(x, columns=[f"x{at}" for at in range(x.shape[1])])
    names = list(frame.columns)
    johnson = relativeImp(frame.assign(y=y), "y", names.copy())["rawRelaImpt"].to_numpy(float)
    lmg = pingouin.linear_regression(frame, y, relimp=True)["relimp"].to_numpy(float)[1:]
    own = orders(x, y)
    assert np.allclose(lmg, own, atol=1e-12), (name, lmg, own)
    rows.append([name, joined(y), columns(x), joined(johnson), joined(own), repr(float(sm.OLS(y, sm.add_constant(x)).fit().rsquared)),
                 f"relativeImp 0.0.2 (relative weights); all orders by {SM} OLS, checked against pingouin {pingouin.__version__} (Shapley)"])
write("drivers.csv", "name,y,x,relative_weights,shapley,r_squared,source", rows)

# AUC with DeLong's error, by its definition over all pairs.
rows = []
for n, m, step in [(8, 5, 0), (40, 60, 0.5), (300, 30, 1.0)]:
    a, b = rng.normal(0.8, 1, n), rng.normal(0, 1, m)
    if step:
        a, b = np.round(a / step) * step, np.round(b / step) * step
    pairs = (a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :])
    value = pairs.mean()
    error = math.sqrt(pairs.mean(axis=1).var(ddof=1) / n + pairs.mean(axis=0).var(ddof=1) / m)
    scores, outcome = np.concatenate([a, b]), np.concatenate([np.ones(n), np.zeros(m)])
    assert math.isclose(value, sklearn.metrics.roc_auc_score(outcome, scores), rel_tol=1e-12)
    brier = sklearn.metrics.brier_score_loss(outcome, 1 / (1 + np.exp(-scores)))
    rows.append([joined(scores), joined(outcome), repr(float(value)), repr(error), repr(float(brier)),
                 f"numpy over all pairs (DeLong 1988); scikit-learn {sklearn.__version__}"])
write("roc.csv", "scores,outcome,auc,error,brier,source", rows)

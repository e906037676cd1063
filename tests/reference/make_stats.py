#!/usr/bin/env python3
"""Reference values for `stats`, from packages that are not ours.

    pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0 lifelines==0.30.3 mpmath==1.4.1
    python tests/reference/make_stats.py

Every CSV has a last column that names the source of its row.
"""
import csv
import math
import random
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import scipy
import scipy.optimize
import scipy.stats
import statsmodels
from lifelines import KaplanMeierFitter
from lifelines import __version__ as lifelines_version
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

HERE = Path(__file__).parent
mpmath.mp.dps = 30
MP = f"mpmath {mpmath.__version__}"
SCIPY = f"scipy {scipy.__version__}"
random.seed(20260701)


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def joined(values):
    return " ".join(repr(float(v)) for v in values)


def mp(value):
    return mpmath.nstr(value, 20)


def exact_sqrt(fraction):
    """The float nearest to the square root of a fraction."""
    return float(mpmath.sqrt(mpmath.mpf(fraction.numerator) / fraction.denominator))


# The functions of `math`.
rows = []
for x in [-37.5, -8.1, -5.0, -1.5, -0.3, -1e-9, 0.0, 0.2, 1.0, 1.959963984540054, 6.0, 9.3]:
    rows.append(["normal_cdf", repr(x), "", "", mp(mpmath.ncdf(x)), MP])
for p in [1e-300, 1e-20, 1e-5, 0.001, 0.02425, 0.05, 0.075, 0.3, 0.5, 0.6, 0.9, 0.925, 0.95, 0.975, 0.995, 0.9999, 1 - 1e-12]:
    exact = mpmath.mpf(p)
    root = mpmath.findroot(lambda x: mpmath.log(mpmath.ncdf(x)) - mpmath.log(exact), scipy.stats.norm.ppf(p))
    rows.append(["normal_quantile", repr(p), "", "", mp(root), MP])


def beta_inc(a, b, x):
    if a < 100:
        return mpmath.betainc(a, b, 0, x, regularized=True)
    spread = mpmath.sqrt(mpmath.mpf(a) * b / (a + b) ** 3)
    ends = [max(mpmath.mpf(0), x - step * spread) for step in (60, 30, 15, 8, 4, 2, 1, 0)]
    ln_beta = mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)
    return mpmath.quad(lambda u: mpmath.exp((a - 1) * mpmath.log(u) + (b - 1) * mpmath.log1p(-u) - ln_beta) if u > 0 else 0, sorted(set(ends)))


def t_tail(t, df):
    if df > 100:
        # The series converges too slowly; the integral of the density does not.
        peak = mpmath.gamma((df + 1) / mpmath.mpf(2)) / (mpmath.sqrt(df * mpmath.pi) * mpmath.gamma(df / mpmath.mpf(2)))
        ends = [abs(mpmath.mpf(t)) + step for step in (0, 2, 6, 12, 30, 80)]
        return peak * mpmath.quad(lambda u: mpmath.exp(-(df + 1) / mpmath.mpf(2) * mpmath.log1p(u * u / df)), ends)
    x = mpmath.mpf(df) / (df + mpmath.mpf(t) ** 2)
    return mpmath.betainc(mpmath.mpf(df) / 2, 0.5, 0, x, regularized=True) / 2


for df in [1, 2, 3, 4.5, 9, 30, 99, 1000, 54321.5, 999999, 1000001, 9999999]:
    for p in [0.001, 0.3, 0.6, 0.95, 0.975, 0.995, 0.99999]:
        if df > 1000 and p != 0.975:
            continue
        exact, sign = (1 - mpmath.mpf(p), 1) if p > 0.5 else (mpmath.mpf(p), -1)
        guess = abs(scipy.stats.t.ppf(p, df))
        root = mpmath.findroot(lambda t: t_tail(t, df) - exact, guess)
        rows.append(["t_quantile", repr(p), repr(float(df)), "", mp(sign * root), MP])
for t, df in [(0.0, 3), (0.7, 1), (-2.5, 1), (2.262, 9), (-4, 9), (1e6, 2), (1.96, 500), (-30, 5), (1.1, 250000)]:
    tail = t_tail(t, df)
    rows.append(["t_cdf", repr(float(t)), repr(float(df)), "", mp(1 - tail if t > 0 else tail), MP])
for a, b, x in [(0.5, 0.5, 0.3), (2, 3, 0.1), (2, 3, 0.9), (10, 0.5, 0.999), (300, 500, 0.37), (5000, 3, 0.9995), (1e-2, 4, 0.5), (40000, 60000, 0.402)]:
    rows.append(["beta_inc", repr(float(a)), repr(float(b)), repr(x), mp(beta_inc(a, b, mpmath.mpf(x))), MP])
write("math.csv", "function,a,b,c,value,source", rows)

# Wilson.
rows = []
for hits, n in [(0, 10), (10, 10), (1, 1), (0, 1), (15, 148), (81, 263), (500, 1000), (1, 29), (9_999_999, 10_000_000)]:
    for level in [0.8, 0.95, 0.99]:
        low, high = proportion_confint(hits, n, alpha=1 - level, method="wilson")
        rows.append([hits, n, level, repr(100 * max(low, 0.0)), repr(100 * min(high, 1.0)), f"statsmodels {statsmodels.__version__} proportion_confint"])
write("wilson.csv", "hits,n,level,low,high,source", rows)

# Means.
rows = []
samples = [[1, 2], [1, 2, 3, 4, 5], [3.2, 3.1, 3.3, 2.9, 40.0], [random.gauss(50, 12) for _ in range(37)], [random.lognormvariate(3, 1) for _ in range(60)]]
for values in samples:
    for level in [0.9, 0.95]:
        values = np.array(values, dtype=float)
        low, high = scipy.stats.t.interval(level, len(values) - 1, values.mean(), scipy.stats.sem(values))
        rows.append([joined(values), "", level, repr(float(values.mean())), repr(float(values.std(ddof=1))), repr(float(low)), repr(float(high)), f"{SCIPY} t.interval"])
for values in samples[1:]:
    values = np.array(values, dtype=float)
    w = np.array([random.uniform(0.2, 4) for _ in values])
    n = len(values)
    mean = float(np.average(values, weights=w))
    # The formulas of Lumley's survey package (svymean, svyvar), for independent rows, in exact fractions.
    fw, fx = [Fraction(v) for v in w], [Fraction(v) for v in values]
    fm = sum(a * b for a, b in zip(fw, fx)) / sum(fw)
    variance = Fraction(n, n - 1) * sum(a * (b - fm) ** 2 for a, b in zip(fw, fx)) / sum(fw)
    error = exact_sqrt(Fraction(n, n - 1) * sum((a * (b - fm)) ** 2 for a, b in zip(fw, fx)) / sum(fw) ** 2)
    assert math.isclose(exact_sqrt(variance), DescrStatsW(values, w).std * math.sqrt(n / (n - 1)), rel_tol=1e-12)
    low, high = scipy.stats.t.interval(0.95, n - 1, mean, error)
    rows.append([joined(values), joined(w), 0.95, repr(mean), repr(exact_sqrt(variance)), repr(float(low)), repr(float(high)), "python fractions after svymean and svyvar; sd checked against statsmodels DescrStatsW"])
write("mean_interval.csv", "values,weights,level,mean,sd,low,high,source", rows)

# Percentiles.
def weighted_quantile(x, w, p):
    """The R code published with Akinshin 2023 (arXiv 2304.07265), type 7, line by line."""
    n = w.sum() ** 2 / (w**2).sum()
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order] / w.sum()
    cdf_probs = np.cumsum(np.concatenate([[0], w]))
    h = p * (n - 1) + 1
    u = np.maximum((h - 1) / n, np.minimum(h / n, cdf_probs))
    q = u * n - h + 1
    return float(((q[1:] - q[:-1]) * x).sum())


rows = []
for values in [[5], [1, 2], [1, 2, 3, 10], [0, 0, 0, 7, 7, 10, 10, 10, 10], sorted(random.gauss(0, 1) for _ in range(31)), sorted(random.expovariate(0.01) for _ in range(26))]:
    values = np.array(values, dtype=float)
    for p in [0, 10, 33.3, 50, 75, 99.9, 100]:
        rows.append([joined(values), "", p, repr(float(np.percentile(values, p))), f"numpy {np.__version__} percentile"])
    if len(set(values)) < len(values):
        continue
    w = np.array([random.uniform(0.1, 5) for _ in values])
    for p in [0, 25, 50, 90, 100]:
        rows.append([joined(values), joined(w), p, repr(weighted_quantile(values, w, p / 100)), "python after the R code of arXiv 2304.07265"])
write("percentile.csv", "values,weights,p,value,source", rows)


# Correlation, exactly.
def pearson(xs, ys):
    xs, ys = [Fraction(v) for v in xs], [Fraction(v) for v in ys]
    n = len(xs)
    sxy = n * sum(a * b for a, b in zip(xs, ys)) - sum(xs) * sum(ys)
    sxx = n * sum(a * a for a in xs) - sum(xs) ** 2
    syy = n * sum(b * b for b in ys) - sum(ys) ** 2
    r = exact_sqrt(sxy * sxy / (sxx * syy))
    return -r if sxy < 0 else r


rows = []
for scale, offset in [(1.0, 0.0), (1e-3, 1e6), (1e5, -3.0)]:
    xs = [offset + scale * random.gauss(0, 1) for _ in range(30)]
    ys = [random.choice([-1, 1]) * 0.2 + x / scale * random.uniform(0, 2) for x in xs]
    r = pearson(xs, ys)
    assert math.isclose(r, scipy.stats.pearsonr(xs, ys)[0], rel_tol=1e-6)
    rows.append([joined(xs), joined(ys), repr(r), "python fractions; checked against scipy pearsonr"])
    rows.append([joined(xs), joined([-y for y in ys]), repr(-r), "python fractions; checked against scipy pearsonr"])
write("pearson.csv", "x,y,r,source", rows)

# Survival.
rows = []
for size, horizon in [(6, 4.0), (40, 20.0), (300, 30.0)]:
    lives = [(min(random.expovariate(1 / 15), horizon), random.random() < 0.8) for _ in range(size)]
    lives = [(math.ceil(t), event and t < horizon) for t, event in lives]
    fitter = KaplanMeierFitter(alpha=0.05).fit([t for t, _ in lives], [e for _, e in lives])
    counts = {}
    for t, event in lives:
        counts.setdefault(t, [0, 0])[0 if event else 1] += 1
    data = " ".join(f"{t}:{e}:{c}" for t, (e, c) in sorted(counts.items()))
    median = fitter.median_survival_time_
    for time in [0.5, 3, 4, 9.5, 15, 20, 28, 30]:
        if time > max(counts):
            continue
        at = fitter.survival_function_at_times(time).iloc[0]
        ends = fitter.confidence_interval_[fitter.confidence_interval_.index <= time].iloc[-1]
        defined = 0 < at < 1
        rows.append([data, time, repr(100 * float(at)), repr(100 * float(ends.iloc[0])) if defined else "", repr(100 * float(ends.iloc[1])) if defined else "",
                     "" if math.isinf(median) else repr(float(median)), f"lifelines {lifelines_version} KaplanMeierFitter"])
write("kaplan_meier.csv", "lives,time,percent,low,high,median,source", rows)


# Lifetime value: the two cohorts that Fader and Hardie 2007 print (table 1), and random ones with late entry.
def ln_likelihood(alpha, beta, units):
    total, alive_from = 0.0, [sum(l + s for l, s in units[t:]) for t in range(len(units))]
    for t, (left, _) in enumerate(units):
        hazard = alpha / (alpha + beta + t)
        total += left * math.log(hazard) + (alive_from[t] - left) * math.log1p(-hazard)
    return total


def sbg(units):
    best = min((scipy.optimize.minimize(lambda v: -ln_likelihood(math.exp(v[0]), math.exp(v[1]), units), start, method="Nelder-Mead",
                options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 20000}) for start in [(0, 0), (-1, 1), (2, 3)]), key=lambda r: r.fun)
    return float(math.exp(best.x[0])), float(math.exp(best.x[1])), float(-best.fun)


published = {
    "high end": [86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1],
    "regular": [63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1],
}
cohorts = []
for name, percents in published.items():
    alive = [1000] + [round(10 * p) for p in percents]
    units = [(a - b, 0) for a, b in zip(alive, alive[1:])]
    units[-1] = (units[-1][0], alive[-1])
    cohorts.append((f"Fader and Hardie 2007 table 1, {name}", units))
for n in [2, 5, 12]:
    alive, units = 2000, []
    for t in range(n):
        left = round(alive * 0.8 / (2.8 + t) * random.uniform(0.95, 1.05))
        stayed = random.randrange(20, 90) if t < n - 1 else alive - left
        units.append((left, stayed))
        alive -= left + stayed
    cohorts.append(("made up", units))
rows = []
for name, units in cohorts:
    alpha, beta, height = sbg(units)
    for discount in [0.1, 0.01]:
        lifetime = mpmath.hyp2f1(1, beta, mpmath.mpf(alpha) + beta, 1 / (1 + mpmath.mpf(discount)))
        rows.append([" ".join(f"{l}:{s}" for l, s in units), repr(alpha), repr(beta), repr(height), discount, mp(lifetime), f"{name}; {SCIPY} Nelder-Mead; {MP} hyp2f1"])
write("sbg.csv", "units,alpha,beta,ln_likelihood,discount,lifetime,source", rows)

# Exact sums: correctly rounded sum, mean and variance of floats of many magnitudes.
rows = []
for low, high, size in [(-3, 3, 5), (-30, 30, 20), (-300, 300, 25), (0, 40, 40), (-1060, -1000, 10), (900, 1000, 6)]:
    values = [random.choice([-1, 1]) * math.ldexp(random.random(), random.randint(low, high)) for _ in range(size)]
    exact = [Fraction(v) for v in values]
    n, total, squares = len(exact), sum(exact), sum(v * v for v in exact)
    variance = (n * squares - total * total) / (n * (n - 1))
    as_float = lambda f: repr(float(f)) if f < Fraction(2) ** 1023 else ""
    rows.append([joined(values), repr(float(total)), repr(float(total / n)), as_float(variance), "python fractions"])
    assert float(total) == math.fsum(values)
write("exact.csv", "values,sum,mean,variance,source", rows)

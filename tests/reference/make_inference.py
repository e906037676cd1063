#!/usr/bin/env python3
"""Reference values for intervals, tests, agreement and planning, from packages that are not ours.

    python3 -m venv .venv-reference && .venv-reference/bin/pip install -r tests/reference/requirements.txt
    .venv-reference/bin/python tests/reference/make_inference.py

Every CSV has a last column that names the source of its row. What R makes is in make_inference.R.
"""
import csv
import math
import random
from fractions import Fraction
from pathlib import Path

import krippendorff
import mpmath
import numpy as np
import pandas as pd
import pingouin
import scipy
import scipy.optimize
import scipy.stats
import statsmodels
from importlib.metadata import version
from lifelines.statistics import multivariate_logrank_test
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import normal_power_het
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

HERE = Path(__file__).parent
mpmath.mp.dps = 40
MP = f"mpmath {mpmath.__version__}"
SCIPY = f"scipy {scipy.__version__}"
STATSMODELS = f"statsmodels {statsmodels.__version__}"
random.seed(20261101)


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def joined(values):
    return " ".join(repr(float(v)) if not float(v).is_integer() else str(int(v)) for v in values)


def mp(value):
    return mpmath.nstr(value, 20)


# Tails and quantiles.
rows = []
for p, a, b in [(0.025, 1, 30), (0.025, 4, 17), (0.975, 5, 16), (0.5, 0.5, 0.5), (0.001, 300, 2), (0.999, 2.5, 300), (0.025, 4000, 6000), (0.3, 1, 1)]:
    cdf = lambda x: mpmath.betainc(a, b, 0, x, regularized=True)
    root = mpmath.findroot(lambda x: cdf(x) - mpmath.mpf(p), scipy.stats.beta.ppf(p, a, b), tol=1e-30)
    rows.append(["beta_quantile", p, a, b, mp(root), MP])
for k, n, p in [(0, 10, 0.3), (3, 10, 0.3), (9, 10, 0.9), (480, 1000, 0.5), (20, 1000, 0.03), (30, 36, 0.9)]:
    exact = sum(Fraction(math.comb(n, i)) * Fraction(p) ** i * (1 - Fraction(p)) ** (n - i) for i in range(k + 1))
    rows.append(["binomial_cdf", k, n, p, repr(float(exact)), "python fractions"])
for x, df in [(0.5, 1), (3.84, 1), (30, 1), (7.2, 3), (55, 40), (980, 1000), (1.2e-4, 2), (200, 5)]:
    rows.append(["chi_square_tail", x, df, "", mp(mpmath.gammainc(mpmath.mpf(df) / 2, mpmath.mpf(x) / 2, mpmath.inf, regularized=True)), MP])
for f, a, b in [(1.0, 1, 1), (4.2, 5, 15), (11.02, 5, 15), (0.3, 7, 3), (60.0, 2, 400)]:
    z = mpmath.mpf(b) / (b + a * mpmath.mpf(f))
    rows.append(["f_tail", f, a, b, mp(mpmath.betainc(mpmath.mpf(b) / 2, mpmath.mpf(a) / 2, 0, z, regularized=True)), MP])
for p, a, b in [(0.975, 5, 15), (0.975, 15, 5), (0.025, 5, 15), (0.975, 5, 4.78), (0.975, 400, 3), (0.95, 1, 1)]:
    tail = lambda f: mpmath.betainc(mpmath.mpf(b) / 2, mpmath.mpf(a) / 2, 0, b / (b + a * f), regularized=True)
    root = mpmath.findroot(lambda f: tail(f) - (1 - mpmath.mpf(p)), scipy.stats.f.ppf(p, a, b), tol=1e-30)
    rows.append(["f_quantile", p, a, b, mp(root), MP])
for t, df in [(2.1, 9), (-2.1, 9), (0.0, 4), (12.0, 3), (1.96, 3000)]:
    x = mpmath.mpf(df) / (df + mpmath.mpf(t) ** 2)
    rows.append(["t_two_sided", t, df, "", mp(mpmath.betainc(mpmath.mpf(df) / 2, 0.5, 0, x, regularized=True)) if df < 1000 else repr(float(2 * scipy.stats.t.sf(abs(t), df))), MP if df < 1000 else SCIPY])
write("distribution.csv", "function,a,b,c,value,source", rows)

# Clopper-Pearson.
rows = []
for hits, n in [(0, 10), (10, 10), (1, 1), (0, 1), (4, 20), (15, 148), (81, 263), (500, 1000), (1, 29), (99_990, 100_000)]:
    for level in [0.8, 0.95, 0.99]:
        low, high = proportion_confint(hits, n, alpha=1 - level, method="beta")
        rows.append([hits, n, level, repr(100 * float(low)), repr(100 * float(high)), f"{STATSMODELS} proportion_confint beta"])
write("clopper_pearson.csv", "hits,n,level,low,high,source", rows)

# Two shares. The first eight are the examples of table II of Newcombe 1998.
rows = []
cases = [(56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 0, 29), (0, 10, 0, 20), (0, 10, 0, 10), (10, 10, 0, 20), (10, 10, 0, 10)]
for h1, n1, h2, n2 in cases + [(1, 1, 0, 1), (410, 1000, 371, 990), (30, 30, 60, 60), (3, 500, 12, 480)]:
    low, high = confint_proportions_2indep(h1, n1, h2, n2, method="newcomb", compare="diff")
    degenerate = h1 + h2 in (0, n1 + n2)
    z, p = (None, None) if degenerate else proportions_ztest([h1, h2], [n1, n2])
    show = lambda v: "" if v is None else repr(float(v))
    rows.append([h1, n1, h2, n2, repr(100 * float(low)), repr(100 * float(high)), show(z), show(p), f"{STATSMODELS} confint_proportions_2indep newcomb; proportions_ztest"])
write("shares.csv", "h1,n1,h2,n2,low,high,z,p,source", rows)


# Two shares of the same entities: Newcombe 1998 (paired), method 10, written a second time with mpmath.
def wilson(hits, n, z):
    p = mpmath.mpf(hits) / n
    middle = (2 * n * p + z * z) / (2 * (n + z * z))
    half = z * mpmath.sqrt(z * z + 4 * n * p * (1 - p)) / (2 * (n + z * z))
    return middle - half, middle + half


def newcombe_paired(e, f, g, h):
    n, z = e + f + g + h, mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf("0.95"))
    l2, u2 = wilson(e + f, n, z)
    l3, u3 = wilson(e + g, n, z)
    p2, p3 = mpmath.mpf(e + f) / n, mpmath.mpf(e + g) / n
    margins = (e + f) * (g + h) * (e + g) * (f + h)
    cross = mpmath.mpf(e * h - f * g)
    if cross > mpmath.mpf(n) / 2:
        cross -= mpmath.mpf(n) / 2
    elif cross > 0:
        cross = mpmath.mpf(0)
    phi = cross / mpmath.sqrt(margins) if margins else mpmath.mpf(0)
    dl2, du2, dl3, du3 = p2 - l2, u2 - p2, p3 - l3, u3 - p3
    delta = mpmath.sqrt(dl2**2 - 2 * phi * dl2 * du3 + du3**2)
    epsilon = mpmath.sqrt(du2**2 - 2 * phi * du2 * dl3 + dl3**2)
    return 100 * (p2 - p3 - delta), 100 * (p2 - p3 + epsilon)


rows = []
for e, f, g, h in [(36, 12, 2, 0), (20, 12, 2, 16), (18, 12, 2, 18), (15, 5, 3, 7), (54, 0, 0, 0), (30, 24, 0, 0), (7, 25, 22, 900), (0, 1, 0, 0), (3, 9, 9, 3)]:
    low, high = newcombe_paired(e, f, g, h)
    exact = float(mcnemar([[e, f], [g, h]], exact=True).pvalue) if f + g else 1.0
    # Mid-p: the exact two-sided value less the probability of what was seen.
    mid = min(exact, 1.0) - float(scipy.stats.binom.pmf(min(f, g), f + g, 0.5)) if f + g and f != g else 1.0
    if f == g and f + g:
        mid = float(2 * scipy.stats.binom.cdf(f, f + g, 0.5) - scipy.stats.binom.pmf(f, f + g, 0.5))
    rows.append([e, f, g, h, mp(low), mp(high), repr(min(mid, 1.0)), f"{MP} after Newcombe 1998 method 10; {STATSMODELS} mcnemar exact, less half of each tail's last term"])
write("pairs.csv", "both,first,second,neither,low,high,p,source", rows)


# Two net scores.
def net(counts):
    t, m, b = [mpmath.mpf(c) for c in counts]
    n = t + m + b
    p, q = (t + mpmath.mpf("0.75")) / (n + 3), (b + mpmath.mpf("0.75")) / (n + 3)
    z = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf("0.95"))
    error = mpmath.sqrt((p + q - (p - q) ** 2) / (n + 3))
    score = (t - b) / n
    low, high = max(p - q - z * error, -1), min(p - q + z * error, 1)
    return score, min(low, score), max(high, score), error


rows = []
for a, b in [((52, 25, 23), (40, 30, 30)), ((5, 3, 2), (1, 8, 1)), ((40, 0, 0), (30, 5, 5)), ((1, 0, 0), (0, 0, 1)), ((900, 700, 400), (880, 690, 480))]:
    (s1, l1, u1, e1), (s2, l2, u2, e2) = net(a), net(b)
    d = s1 - s2
    low, high = d - mpmath.sqrt((s1 - l1) ** 2 + (u2 - s2) ** 2), d + mpmath.sqrt((u1 - s1) ** 2 + (s2 - l2) ** 2)
    z = d / mpmath.sqrt(e1**2 + e2**2)
    rows.append([joined(a), joined(b), mp(100 * d), mp(100 * low), mp(100 * high), mp(mpmath.erfc(abs(z) / mpmath.sqrt(2))), f"{MP} after Rocks 2016; Zou and Donner 2008"])
write("net_difference.csv", "a,b,difference,low,high,p,source", rows)

# Welch.
rows = []
samples = [([3, 4, 5, 4, 3], [2, 3, 2, 4, 2, 1]), ([1, 2], [1, 9]), ([random.gauss(50, 12) for _ in range(40)], [random.gauss(55, 30) for _ in range(9)]), ([random.lognormvariate(0, 1) for _ in range(25)], [random.lognormvariate(0, 1) for _ in range(25)])]
for a, b in samples:
    test = scipy.stats.ttest_ind(a, b, equal_var=False)
    ends = test.confidence_interval(0.95)
    rows.append([joined(a), joined(b), repr(float(test.statistic)), repr(float(test.df)), repr(float(test.pvalue)), repr(float(ends.low)), repr(float(ends.high)), f"{SCIPY} ttest_ind"])
write("welch.csv", "a,b,t,df,p,low,high,source", rows)

# Order statistics: the ranks, through the values of a sample that is its own ranks.
rows = []
for n in [5, 6, 10, 30, 35, 36, 100, 101, 1000]:
    for p in [10, 25, 50, 90, 95]:
        for level in [0.9, 0.95]:
            ends = scipy.stats.quantile_test(np.arange(1, n + 1), p=p / 100).confidence_interval(level)
            # One missing limit leaves no interval.
            low, high = ("", "") if math.isnan(ends.low) or math.isnan(ends.high) else (int(ends.low), int(ends.high))
            rows.append([n, p, level, low, high, f"{SCIPY} quantile_test"])
write("percentile_interval.csv", "n,p,level,low,high,source", rows)


# The bootstrap of a mean: draws by a Philox of its own, limits by NumPy and SciPy.
def philox(counter, key):
    (a, b, c, d), (k0, k1) = counter, key
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ k0, q & 0xFFFFFFFF, (p >> 32) ^ d ^ k1, p & 0xFFFFFFFF
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return a, b, c, d


def bits(seed, key, draw):
    low = lambda v: v & 0xFFFFFFFF
    block = philox((low(draw // 2), low(draw // 2 >> 32), low(key), low(key >> 32)), (low(seed), low(seed >> 32)))
    return block[0] | block[1] << 32 if draw % 2 == 0 else block[2] | block[3] << 32


rows = []
for values, seed, key, draws in [([1, 1, 2, 2, 3, 4, 30], 1, 1, 500), ([random.lognormvariate(2, 1) for _ in range(25)], 2027, 9, 400), ([random.gauss(0, 1) for _ in range(12)], 2**40 + 3, 2**35 + 1, 300)]:
    x, n = np.array(values, dtype=float), len(values)
    means = np.array([np.mean([x[bits(seed, key, d * n + i) * n >> 64] for i in range(n)]) for d in range(draws)])
    low, high = np.percentile(means, [2.5, 97.5])
    z0 = scipy.stats.norm.ppf((np.sum(means < x.mean()) + 0.5 * np.sum(means == x.mean())) / draws)
    jack = np.array([np.delete(x, i).mean() for i in range(n)])
    away = jack.mean() - jack
    a = np.sum(away**3) / (6 * np.sum(away**2) ** 1.5)
    ends = [np.percentile(means, 100 * scipy.stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))) for z in scipy.stats.norm.ppf([0.025, 0.975])]
    rows.append([joined(values), seed, key, draws, repr(float(low)), repr(float(high)), repr(float(ends[0])), repr(float(ends[1])), f"numpy {np.__version__} and {SCIPY}; a second writing of Philox4x32-10"])
write("bootstrap.csv", "values,seed,key,draws,low,high,bca_low,bca_high,source", rows)

# Log-rank.
rows = []
sizes = [(20, 25), (60, 40), (30, 30, 30), (50, 20, 70, 15)]
for groups in sizes:
    data = []
    for group, size in enumerate(groups):
        for _ in range(size):
            t = math.ceil(random.expovariate(1 / (10 + 4 * group)))
            censor = random.randint(1, 25)
            data.append((group, min(t, censor), int(t <= censor)))
    test = multivariate_logrank_test([t for _, t, _ in data], [g for g, _, _ in data], [e for _, _, e in data])
    texts = []
    for group in range(len(groups)):
        counts = {}
        for g, t, e in data:
            if g == group:
                counts.setdefault(t, [0, 0])[0 if e else 1] += 1
        texts.append(" ".join(f"{t}:{e}:{c}" for t, (e, c) in sorted(counts.items())))
    from lifelines import __version__ as lifelines_version
    rows.append(["|".join(texts), repr(float(test.test_statistic)), repr(float(test.p_value)), len(groups) - 1, f"lifelines {lifelines_version} multivariate_logrank_test"])
write("log_rank.csv", "groups,statistic,p,df,source", rows)

# Krippendorff's alpha. First the example of Krippendorff 2011, with the values printed there.
nan = float("nan")
observers = [[1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3], [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan]]
published = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849}
rows = []


def items(table):
    return "|".join(joined(v for v in column if not math.isnan(v)) for column in np.array(table, dtype=float).T)


for scale, value in published.items():
    rows.append([items(observers), scale, value, 5e-4, "Krippendorff 2011, example C and D"])
tables = [observers]
for raters, size, levels, gaps in [(2, 30, 5, 0.0), (3, 50, 4, 0.2), (6, 25, 10, 0.4)]:
    truth = [random.randint(1, levels) for _ in range(size)]
    tables.append([[nan if random.random() < gaps else min(levels, max(1, t + random.choice([-1, 0, 0, 0, 1]))) for t in truth] for _ in range(raters)])
for table in tables:
    for scale in published:
        value = krippendorff.alpha(reliability_data=np.array(table, dtype=float), level_of_measurement=scale)
        rows.append([items(table), scale, repr(float(value)), 1e-12, f"krippendorff {version('krippendorff')}"])
write("alpha.csv", "items,scale,alpha,tolerance,source", rows)

# Kappa.
rows = []
for table in [[[20, 5], [10, 15]], [[53, 5, 2], [11, 14, 5], [1, 6, 3]], [[10, 3, 0, 1], [2, 12, 5, 0], [0, 4, 9, 3], [1, 0, 2, 20]]]:
    for name, kind in [("none", None), ("linear", "linear"), ("quadratic", "quadratic")]:
        ours = cohens_kappa(np.array(table), wt=kind)
        rows.append(["|".join(joined(row) for row in table), name, repr(float(ours.kappa)), repr(float(ours.std_kappa)), f"{STATSMODELS} cohens_kappa"])
write("kappa.csv", "table,weights,kappa,error,source", rows)

# Intraclass correlations.
rows = []
shrout = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
tables = [shrout, [[random.gauss(10 + 3 * i % 7, 1.0) + j for j in range(3)] for i in range(12)], [[random.gauss(0, 1) for _ in range(5)] for _ in range(20)]]
names = ["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"]
pingouin.options["round"] = None
pingouin.options["round.column.CI95"] = None
pingouin.options["round.column.CI95%"] = None
for table in tables:
    n, k = len(table), len(table[0])
    frame = pd.DataFrame([(i, j, table[i][j]) for i in range(n) for j in range(k)], columns=["item", "rater", "x"])
    result = pingouin.intraclass_corr(frame, "item", "rater", "x")
    for name, (_, row) in zip(names, result.iterrows()):
        interval = [v for c, v in row.items() if c.startswith("CI95")][0]
        rows.append(["|".join(joined(r) for r in table), name, repr(float(row["ICC"])), repr(float(row["F"])), repr(float(row[[c for c in row.index if c.startswith("p")][0]])), repr(float(interval[0])), repr(float(interval[1])), 1e-9, f"pingouin {pingouin.__version__} intraclass_corr"])
write("icc.csv", "table,form,icc,f,p,low,high,tolerance,source", rows)

# Benjamini-Hochberg. First the 15 tests of Benjamini and Hochberg 1995, section 3.2.
rows = []
families = [[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0], [0.04], [0.01, 0.01, 0.5, 0.02], [random.random() ** 3 for _ in range(60)]]
for p in families:
    rows.append([joined(p), joined(multipletests(p, method="fdr_bh")[1]), f"{STATSMODELS} multipletests fdr_bh"])
write("benjamini_hochberg.csv", "p,adjusted,source", rows)


# Process limits, written a second time with pandas.
def xmr(values):
    x = pd.Series(values, dtype=float)
    moving = x.diff().abs()
    mean, width = x.mean(), moving.mean()
    low, high = mean - 2.66 * width, mean + 2.66 * width
    side = np.sign(x - mean)
    marks = ["."] * len(x)
    for i in range(len(x) - 3):
        for outer, sign in [((x < (mean + low) / 2), -1), ((x > (mean + high) / 2), 1)]:
            if outer[i : i + 4].sum() >= 3:
                for j in range(i, i + 4):
                    if outer[j]:
                        marks[j] = "n"
    for i in range(len(x) - 7):
        if abs(side[i : i + 8].sum()) == 8:
            for j in range(i, i + 8):
                marks[j] = "r"
    for i, v in enumerate(x):
        if v < low or v > high:
            marks[i] = "o"
    steps = "".join("s" if v > 3.267 * width else "." for v in moving.fillna(0))
    return mean, low, high, 3.267 * width, "".join(marks), steps


rows = []
series = [[40, 42, 39, 41, 40, 43, 41, 39, 60], [round(random.gauss(70, 3), 2) for _ in range(24)], [round(random.gauss(50, 1), 3) for _ in range(12)] + [round(random.gauss(51.6, 1), 3) for _ in range(12)], [round(10 + 0.3 * t + random.gauss(0, 1), 2) for t in range(30)], [5, 5, 5, 5, 5, 9, 5, 5, 5, 5, 5, 5]]
for values in series:
    mean, low, high, step, marks, steps = xmr(values)
    rows.append([joined(values), repr(float(mean)), repr(float(low)), repr(float(high)), repr(float(step)), marks, steps, f"pandas {pd.__version__} after Wheeler 1993"])
write("process.csv", "values,mean,low,high,range_limit,signals,steps,source", rows)

# Kitagawa, in exact fractions.
rows = []
for size in [2, 3, 8]:
    s1, s2 = ([random.randint(5, 400) for _ in range(size)] for _ in range(2))
    r1, r2 = ([round(random.uniform(10, 90), 3) for _ in range(size)] for _ in range(2))
    w1, w2 = ([Fraction(v) / sum(s) for v in s] for s in (s1, s2))
    f1, f2 = ([Fraction(v) for v in r] for r in (r1, r2))
    rate = sum((b - a) * (u + v) / 2 for a, b, u, v in zip(f1, f2, w1, w2))
    mix = sum((v - u) * (a + b) / 2 for a, b, u, v in zip(f1, f2, w1, w2))
    rows.append([joined(s1), joined(r1), joined(s2), joined(r2), repr(float(mix)), repr(float(rate)), 1e-12, "python fractions after Kitagawa 1955"])
write("kitagawa.csv", "size_then,rate_then,size_now,rate_now,mix,rate,tolerance,source", rows)

# Planning: the least n by counting up, with the intervals of statsmodels and scipy; power by statsmodels.
rows = []
for percent, margin in [(50, 5), (10, 3), (90, 1.5), (50, 12), (2, 2)]:
    n = 1
    while (lambda ends: (ends[1] - ends[0]) / 2 * 100 > margin)(proportion_confint(percent / 100 * n, n, method="wilson")):
        n += 1
    rows.append(["share_size", percent, margin, 0.95, "", n, 0, f"{STATSMODELS} proportion_confint, counted up"])
for sd, margin in [(2.0, 0.5), (10.0, 1.0), (1.0, 3.0)]:
    n = 2
    while scipy.stats.t.ppf(0.975, n - 1) * sd / math.sqrt(n) > margin:
        n += 1
    rows.append(["mean_size", sd, margin, 0.95, "", n, 0, f"{SCIPY} t.ppf, counted up"])
for top, bottom, margin in [(50, 50, 10), (45, 20, 5), (10, 5, 8)]:
    n, z = 1, scipy.stats.norm.ppf(0.975)
    while True:
        p, q = (top / 100 * n + 0.75) / (n + 3), (bottom / 100 * n + 0.75) / (n + 3)
        if 100 * z * math.sqrt((p + q - (p - q) ** 2) / (n + 3)) <= margin:
            break
        n += 1
    rows.append(["net_size", top, bottom, margin, 0.95, n, 0, f"{SCIPY} norm.ppf after Rocks 2016, counted up"])
for percent, n1, n2, goal in [(60, 400, 400, 0.8), (10, 1200, 300, 0.9), (50, 50, 60, 0.8)]:
    p = percent / 100
    # One sample of the harmonic size has the error of the difference.
    size, sd = 1 / (1 / n1 + 1 / n2), math.sqrt(p * (1 - p))
    # normal_power_het leaves out the wrong tail, as the approximation does.
    found = scipy.optimize.brentq(lambda d: normal_power_het(d, size, 0.05, std_null=sd, alternative="two-sided") - goal, 1e-6, 1)
    rows.append(["detectable_share", percent, n1, n2, goal, repr(100 * found), 1e-4, f"{STATSMODELS} normal_power_het, solved"])
for change, error in [(3.0, 1.0), (0.5, 1.0), (0.0, 2.0), (-6.0, 2.5)]:
    exact = scipy.stats.norm.cdf(change / error - scipy.stats.norm.ppf(0.975)) + scipy.stats.norm.cdf(-change / error - scipy.stats.norm.ppf(0.975))
    rows.append(["power", change, error, 0.95, "", repr(float(exact)), 1e-12, f"{SCIPY} norm.cdf"])
write("power.csv", "function,a,b,c,d,value,tolerance,source", rows)

# Fisher's z.
rows = []
for n, slope in [(4, 0.5), (30, 0.3), (200, -0.8)]:
    xs = [random.gauss(0, 1) for _ in range(n)]
    ys = [slope * x + random.gauss(0, 1) for x in xs]
    test = scipy.stats.pearsonr(xs, ys)
    ends = test.confidence_interval(0.95)
    rows.append([repr(float(test.statistic)), n, repr(float(ends.low)), repr(float(ends.high)), f"{SCIPY} pearsonr"])
write("fisher.csv", "r,n,low,high,source", rows)

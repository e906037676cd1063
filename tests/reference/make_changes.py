#!/usr/bin/env python3
"""Reference values for tests of change: percentiles, survival, stayers, stocks and lifetime values.

    .venv-reference/bin/python tests/reference/make_changes.py      # the packages of requirements.txt

None of it shares code with the engine: binomials by scipy, survival by lifelines, derivatives by differences in mpmath.
"""
import csv
import math
import random
from importlib.metadata import version
from pathlib import Path

import mpmath
import numpy as np
import scipy
import scipy.optimize
import scipy.stats
from lifelines import KaplanMeierFitter
from lifelines.utils import survival_table_from_events

HERE = Path(__file__).parent
mpmath.mp.dps = 40
SCIPY = f"scipy {scipy.__version__}"
LIFELINES = f"lifelines {version('lifelines')}"
random.seed(20261122)
rng = np.random.default_rng(20261122)


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def joined(values):
    return " ".join(repr(float(v)) if not float(v).is_integer() else str(int(v)) for v in values)


# Two percentiles: order-statistic intervals by scipy's binomial, MOVER, and p as the level at which it first leaves 0 out.
def ranks(n, p, level):
    tail = (1 - level) / 2
    # Least rank such that fewer than it lie below with more than the tail, and its counterpart.
    low = next(k for k in range(n + 1) if scipy.stats.binom.cdf(k, n, p) > tail)
    high = next((k for k in range(n + 1) if scipy.stats.binom.cdf(k, n, p) >= 1 - tail), n) + 1
    return (low, high) if low >= 1 and high <= n else None


def mover(a, b, p, level):
    (ra, rb) = ranks(len(a), p, level), ranks(len(b), p, level)
    if ra is None or rb is None:
        return None
    (va, vb) = np.percentile(a, 100 * p), np.percentile(b, 100 * p)
    (la, ua), (lb, ub) = [(min(v, s[r[0] - 1]), max(v, s[r[1] - 1])) for v, s, r in ((va, a, ra), (vb, b, rb))]
    d = va - vb
    return d - math.hypot(va - la, ub - vb), d + math.hypot(ua - va, vb - lb)


rows = []
for n, m, p, shift in [(60, 80, 50, 3.0), (40, 45, 75, 0.0), (120, 90, 90, 20.0), (35, 60, 25, 6.0)]:
    a, b = np.sort(np.round(rng.exponential(20, n) + shift, 2)), np.sort(np.round(rng.exponential(20, m), 2))
    low, high = mover(a, b, p / 100, 0.95)
    # The levels at which an interval changes are those of the binomials; between them it stands still.
    levels = sorted({abs(1 - 2 * scipy.stats.binom.cdf(k, len(s), p / 100)) for s in (a, b) for k in range(len(s))})
    apart = [level for level in levels if 0 < level < 1 and (r := mover(a, b, p / 100, level - 1e-12)) and (r[0] > 0 or r[1] < 0)]
    value = 1 - max(apart) if apart else 1.0
    rows.append([joined(a), joined(b), p, repr(float(np.percentile(a, p) - np.percentile(b, p))), repr(float(low)), repr(float(high)), repr(float(value)), f"{SCIPY} binom, a second writing"])
# Answers of a few steps.
a, b = np.sort(rng.choice([3, 4, 5], 70, p=[0.2, 0.3, 0.5])), np.sort(rng.choice([2, 3, 4], 75, p=[0.2, 0.5, 0.3]))
low, high = mover(a, b, 0.5, 0.95)
levels = sorted({abs(1 - 2 * scipy.stats.binom.cdf(k, len(s), 0.5)) for s in (a, b) for k in range(len(s))})
apart = [level for level in levels if 0 < level < 1 and (r := mover(a, b, 0.5, level - 1e-12)) and (r[0] > 0 or r[1] < 0)]
rows.append([joined(a), joined(b), 50, repr(float(np.percentile(a, 50) - np.percentile(b, 50))), repr(float(low)), repr(float(high)), repr(float(1 - max(apart) if apart else 1.0)), f"{SCIPY} binom, a second writing"])
write("percentile_difference.csv", "a,b,p,difference,low,high,p_value,source", rows)

# Two groups of lives at a time: lifelines' test on ln(-ln S), and MOVER on its own limits.
def group(n, mean, end):
    life = np.ceil(rng.exponential(mean, n))
    seen = np.minimum(life, np.ceil(rng.uniform(0.5, 1.5, n) * end))
    return seen, life <= seen


def at_a_time(time, one, other):
    """Klein et al. 2007 with lifelines' curves and Greenwood sums. Its survival_difference_at_fixed_point_in_time_test draws
    a straight line between the sums at event times, where Greenwood's sum is a step; at an event time of both they agree."""
    s = [float(fit.predict(time)) for fit in (one, other)]
    sums = [float(fit._cumulative_sq_.loc[:time].iloc[-1]) for fit in (one, other)]
    chi = (math.log(-math.log(s[0])) - math.log(-math.log(s[1]))) ** 2 / sum(v / math.log(x) ** 2 for v, x in zip(sums, s))
    return chi, float(scipy.stats.chi2.sf(chi, 1))


def lives(seen, ended):
    table = survival_table_from_events(seen, ended)
    return " ".join(f"{int(t)}:{int(r.observed)}:{int(r.censored)}" for t, r in table.iterrows() if r.observed + r.censored > 0)


rows = []
for n, m, means, time in [(80, 90, (150, 90), 90), (40, 200, (100, 110), 60), (300, 280, (500, 380), 180)]:
    one, other = group(n, means[0], 150), group(m, means[1], 150)
    fits = [KaplanMeierFitter(alpha=0.05).fit(seen, ended) for seen, ended in (one, other)]
    chi, value = at_a_time(time, *fits)
    s = [float(fit.predict(time)) for fit in fits]
    limits = [fit.confidence_interval_.loc[:time].iloc[-1].tolist() for fit in fits]
    d = s[0] - s[1]
    low = d - math.hypot(s[0] - limits[0][0], limits[1][1] - s[1])
    high = d + math.hypot(limits[0][1] - s[0], s[1] - limits[1][0])
    rows.append([lives(*one), lives(*other), time, repr(100 * d), repr(100 * low), repr(100 * high), repr(chi), repr(value), f"{LIFELINES} KaplanMeierFitter and its limits; Klein et al. 2007; scipy chi2"])
write("survival_difference.csv", "a,b,time,difference,low,high,chi_squared,p_value,source", rows)

# The error of a lifetime value by entity: maximum by scipy, information and slopes by differences of 40 digits.
def ln_likelihood(contract, mu, theta):
    units, left, total = contract[1], contract[2], mpmath.mpf(0)
    for s in range(1, units + 1 - (1 if left else 0)):
        total += mpmath.log(1 - mu / (1 + theta * (s - 1)))
    return total + (mpmath.log(mu / (1 + theta * (units - 1))) if left else 0)


def discounted(mu, theta, discount):
    alpha, beta = mu / theta, (1 - mu) / theta
    return mpmath.hyp2f1(1, beta, alpha + beta, 1 / (1 + mpmath.mpf(discount)))


rows = []
for n, alpha, beta, horizon, discount in [(150, 0.9, 3.0, 6, 0.1), (300, 0.6, 2.0, 10, 0.01), (80, 1.2, 2.5, 5, 0.05)]:
    contracts = []
    for at in range(n):
        churn, seen = rng.beta(alpha, beta), int(rng.integers(2, horizon + 1))
        life = int(rng.geometric(churn))
        contracts.append((int(rng.integers(0, n // 2)), min(life, seen), int(life <= seen), round(float(rng.gamma(4, 25)), 2)))
    kinds = {}
    for c in contracts:
        kinds[c[1:3]] = kinds.get(c[1:3], 0) + 1
    whole = lambda mu, theta: sum(count * ln_likelihood((0, *kind), mu, theta) for kind, count in kinds.items())
    start = scipy.optimize.minimize(lambda v: -float(whole(mpmath.mpf(v[0]), mpmath.mpf(v[1]))), [0.25, 0.25], bounds=[(0.01, 0.99), (0.001, 5)]).x
    slope = lambda mu, theta: (mpmath.diff(whole, (mu, theta), (1, 0)), mpmath.diff(whole, (mu, theta), (0, 1)))
    root = mpmath.findroot(slope, (start[0], start[1]), tol=1e-24)
    mu, theta = root[0], root[1]
    info = -mpmath.matrix([[mpmath.diff(whole, (mu, theta), (2, 0)), mpmath.diff(whole, (mu, theta), (1, 1))], [mpmath.diff(whole, (mu, theta), (1, 1)), mpmath.diff(whole, (mu, theta), (0, 2))]])
    dl = discounted(mu, theta, discount)
    of_dl = mpmath.matrix([mpmath.diff(lambda m, t: discounted(m, t, discount), (mu, theta), (1, 0)), mpmath.diff(lambda m, t: discounted(m, t, discount), (mu, theta), (0, 1))])
    inverse = info ** -1
    scores = {kind: mpmath.matrix([mpmath.diff(lambda m, t: ln_likelihood((0, *kind), m, t), (mu, theta), (1, 0)), mpmath.diff(lambda m, t: ln_likelihood((0, *kind), m, t), (mu, theta), (0, 1))]) for kind in kinds}
    margin = sum(mpmath.mpf(c[3]) for c in contracts) / n
    moved = {}
    for c in contracts:
        step = margin * (of_dl.T * inverse * scores[c[1:3]])[0] + dl * (mpmath.mpf(c[3]) - margin) / n
        moved[c[0]] = moved.get(c[0], 0) + step
    m = len(moved)
    error = mpmath.sqrt(sum(z * z for z in moved.values()) * m / (m - 1))
    columns = list(zip(*contracts))
    rows.append([*(joined(column) for column in columns), discount, mpmath.nstr(margin * dl, 17), mpmath.nstr(error, 17), f"mpmath {mpmath.__version__} diff, findroot, hyp2f1"])
write("clv_error.csv", "entity,units,left,margin,discount,value,error,source", rows)

# Changes through the whole engine: spells of customers, June against May 2026 (cohorts of 2026 against 2025 for the lifetime
# value), each worked out from its definition in docs/measures.csv.
import datetime as dt

EPOCH = dt.date(1970, 1, 1)
day = lambda text: (dt.date.fromisoformat(text) - EPOCH).days
Z = float(scipy.stats.norm.ppf(0.975))
SOURCE = "docs/measures.csv by numpy; scipy t and norm"
rows = []


def entry(card, as_of, starts, ends, values, d, low, high, p, method, source):
    rows.append([card, as_of, joined(starts), joined([-1 if e is None else e for e in ends]), joined(values), repr(float(d)), repr(float(low)), repr(float(high)), repr(float(p)), method, source])


def clustered(d, z, card, as_of, starts, ends, values, method, source=SOURCE):
    m = len(z)
    error, t = math.sqrt(m / (m - 1) * sum(v * v for v in z)), scipy.stats.t(m - 1)
    entry(card, as_of, starts, ends, values, d, d - t.ppf(0.975) * error, d + t.ppf(0.975) * error, 2 * t.sf(abs(d) / error), method, source)


n = 160
starts = [int(s) for s in rng.integers(day("2025-06-01"), day("2026-06-28"), n)]
lives_of = rng.exponential(260, n)
ends = [int(s + l) if s + l <= day("2026-06-30") else None for s, l in zip(starts, lives_of)]
alive = lambda i, t: starts[i] < t and (ends[i] is None or ends[i] >= t)
now, then = day("2026-07-01"), day("2026-06-01")

# Who is there at the end: McNemar's statistic without correction.
z = [int(alive(i, now)) - int(alive(i, then)) for i in range(n)]
d, error = sum(z), math.sqrt(sum(v * v for v in z))
entry('active_at_end(c.joined, c.left)', "2026-06-30", starts, ends, [0] * n, d, d - Z * error, d + Z * error, 2 * scipy.stats.norm.sf(abs(d) / error), "who came against who went", "McNemar 1947 by hand; scipy norm")

# The mean of daily numbers: what each customer adds to it.
def daily(i, first, last):
    return sum(alive(i, t + 1) for t in range(first, last)) / (last - first)


z = [daily(i, then, now) - daily(i, day("2026-05-01"), then) for i in range(n)]
d, error = sum(z), math.sqrt(sum(v * v for v in z))
entry('active(c.joined, c.left)', "2026-06-30", starts, ends, [0] * n, d, d - Z * error, d + Z * error, 2 * scipy.stats.norm.sf(abs(d) / error), "who came against who went", SOURCE)

# Who stayed for three months, seen at two ends: many customers are in both.
def stayed(back, end):
    base = [i for i in range(n) if alive(i, back)]
    share = sum(alive(i, end) for i in base) / len(base)
    return 100 * share, {i: 100 * (alive(i, end) - share) / len(base) for i in base}


(a, za), (b, zb) = stayed(day("2026-04-01"), now), stayed(day("2026-03-01"), then)
both = sorted(set(za) | set(zb))
clustered(a - b, [za.get(i, 0) - zb.get(i, 0) for i in both], 'retention(c.joined, c.left, 3, "months")', "2026-06-30", starts, ends, [0] * n, "clustered by entity")

# Revenue kept over the same months, amounts as they are: each row a customer.
amounts = [round(float(v), 2) for v in rng.gamma(3, 30, n)]
def revenue(back, end):
    base = [i for i in range(n) if alive(i, back)]
    whole = sum(amounts[i] for i in base)
    share = sum(amounts[i] * alive(i, end) for i in base) / whole
    return 100 * share, {i: 100 * amounts[i] * (alive(i, end) - share) / whole for i in base}


(a, za), (b, zb) = revenue(day("2026-04-01"), now), revenue(day("2026-03-01"), then)
both = sorted(set(za) | set(zb))
clustered(a - b, [za.get(i, 0) - zb.get(i, 0) for i in both], 'revenue_retention(c.id, c.joined, c.left, c.value, "net", 3, "months")', "2026-06-30", starts, ends, amounts, "clustered by entity")

# Survival of 20 days of those who joined in June and in May.
n = 220
starts = [int(s) for s in rng.integers(day("2026-05-01"), day("2026-06-26"), n)]
ends = [int(s + l) if s + l <= day("2026-06-30") else None for s, l in zip(starts, np.ceil(rng.exponential(45, n)))]
def curve(first, last):
    inside = [i for i in range(n) if first <= starts[i] < last]
    seen = [(ends[i] if ends[i] is not None else day("2026-06-30")) - starts[i] for i in inside]
    return KaplanMeierFitter(alpha=0.05).fit(seen, [ends[i] is not None for i in inside])


fits = [curve(then, now), curve(day("2026-05-01"), then)]
_, value = at_a_time(20, *fits)
s = [float(fit.predict(20)) for fit in fits]
limits = [fit.confidence_interval_.loc[:20].iloc[-1].tolist() for fit in fits]
d = s[0] - s[1]
entry('survival(c.joined, c.left, 20, "days")', "2026-06-30", starts, ends, [0] * n, 100 * d, 100 * (d - math.hypot(s[0] - limits[0][0], limits[1][1] - s[1])), 100 * (d + math.hypot(limits[0][1] - s[0], s[1] - limits[1][0])), value, "two survival curves", f"{LIFELINES} KaplanMeierFitter and its limits; Klein et al. 2007; scipy chi2")

# The median of a value of those who joined in each month.
values = [round(float(v), 2) for v in rng.gamma(2, 20, n)]
a, b = (np.sort([v for v, s in zip(values, starts) if first <= s < last]) for first, last in ((then, now), (day("2026-05-01"), then)))
low, high = mover(a, b, 0.5, 0.95)
levels = sorted({abs(1 - 2 * scipy.stats.binom.cdf(k, len(s), 0.5)) for s in (a, b) for k in range(len(s))})
apart = [level for level in levels if 0 < level < 1 and (r := mover(a, b, 0.5, level - 1e-12)) and (r[0] > 0 or r[1] < 0)]
entry('median(c.value).dated(c.joined)', "2026-06-30", starts, ends, values, np.percentile(a, 50) - np.percentile(b, 50), low, high, 1 - max(apart) if apart else 1.0, "two percentiles", f"{SCIPY} binom, a second writing")

# The spread of the same.
def spread(v):
    v = np.asarray(v)
    s = v.std(ddof=1)
    return s, ((v - v.mean()) ** 2 - s * s * (len(v) - 1) / len(v)) / (2 * s * (len(v) - 1))


(sa, za), (sb, zb) = spread(a), spread(b)
clustered(sa - sb, [*za, *(-zb)], 'stddev(c.value).dated(c.joined)', "2026-06-30", starts, ends, values, "linearised")
write("changes.csv", "measure,as_of,joined,left,value,difference,low,high,p,method,source", rows)

# Ratings as rows, some twice and some not at all: kappa of two raters and the mean of pairs, three intraclass correlations.
import itertools

import pandas as pd
import pingouin
from statsmodels.stats.inter_rater import cohens_kappa

STATSMODELS = f"statsmodels {version('statsmodels')}"
pingouin.options["round"] = None
pingouin.options["round.column.CI95"] = None
pingouin.options["round.column.CI95%"] = None
PINGOUIN = f"pingouin {version('pingouin')}"
rows = []


def ratings(items, raters, gap, noise):
    for item in range(items):
        level = rng.integers(1, 6)
        for rater in range(raters):
            if rng.random() >= gap:
                yield rater, item, int(np.clip(level + rng.integers(-noise, noise + 1) + (rater == 1), 1, 5))


def kappa_of(frame, a, b, weights):
    both = frame[frame.rater.isin([a, b])].pivot(index="item", columns="rater", values="level").dropna()
    table = np.zeros((5, 5))
    for one, other in both.to_numpy().astype(int):
        table[one - 1, other - 1] += 1
    return cohens_kappa(table, wt={"none": None, "linear": "linear", "quadratic": "quadratic"}[weights]), len(both)


for items, raters in [(30, 2), (60, 4)]:
    frame = pd.DataFrame(list(ratings(items, raters, 0.1, 1)), columns=["rater", "item", "level"])
    lists = [joined(frame[c]) for c in ("rater", "item", "level")]
    per_item = frame.groupby("item").size()
    n = int(per_item[per_item >= 2].sum())
    for weights in ["none", "linear", "quadratic"]:
        made = [kappa_of(frame, a, b, weights)[0] for a, b in itertools.combinations(range(raters), 2)]
        value = float(np.mean([m.kappa for m in made]))
        limits = [repr(float(max(made[0].kappa - Z * made[0].std_kappa, -1))), repr(float(min(made[0].kappa + Z * made[0].std_kappa, 1)))] if raters == 2 else ["", ""]
        rows.append([f'kappa(r.level, r.rater, r.item, "{weights}")', *lists, repr(value), *limits, n, f"{STATSMODELS} cohens_kappa{'' if raters == 2 else ', mean of pairs'}"])
    # A rater who rated an item again: the mean counts. Items with a gap are left out.
    again = pd.DataFrame([(0, item, int(rng.integers(1, 6))) for item in range(0, items, 7)], columns=["rater", "item", "level"])
    twice = pd.concat([frame, again])
    lists = [joined(twice[c]) for c in ("rater", "item", "level")]
    wide = twice.groupby(["item", "rater"])["level"].mean().unstack().dropna()
    n = int(twice[twice.item.isin(wide.index)].shape[0])
    long = wide.stack().rename("level").reset_index()
    made = pingouin.intraclass_corr(long, targets="item", raters="rater", ratings="level").reset_index(drop=True)
    for form, at in [("one way", 0), ("agreement", 1), ("consistency", 2), ("one way of mean", 3), ("agreement of mean", 4), ("consistency of mean", 5)]:
        line = made.iloc[at]
        rows.append([f'icc(r.level, r.rater, r.item, "{form}")', *lists, repr(float(line["ICC"])), "", "", n, f"{PINGOUIN} intraclass_corr {line['Type']}"])
write("raters.csv", "measure,rater,item,level,value,low,high,n,source", rows)

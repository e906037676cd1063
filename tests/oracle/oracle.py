"""What the oracle scripts share: where the data lie, statistics from first principles, and the form of the JSON.

Nothing here is bellwether's: sums are `math.fsum` (correctly rounded), quantiles come from numpy and scipy, and each
script reads the published files with pandas. `make.py` runs all of them.
"""

import json
import math
import os
import sys
from pathlib import Path

import numpy
import pandas
from scipy import stats

HERE = Path(__file__).resolve().parent


def data(*parts):
    """The path of a data file below BELLWETHER_DATA."""
    root = os.environ.get("BELLWETHER_DATA")
    if not root:
        sys.exit("BELLWETHER_DATA names no folder: the oracle reads the real data sets from it")
    return Path(root).joinpath(*parts)


def text(*parts, **options):
    """A CSV file with every cell as text and nothing turned into a missing value."""
    frame = pandas.read_csv(data(*parts), dtype=str, keep_default_na=False, **options)
    frame.columns = [name.strip() for name in frame.columns]
    return frame


def number(column):
    """Text to floats; an empty cell is missing."""
    return pandas.to_numeric(column.where(column != "", None)).astype(float)


# --- statistics -----------------------------------------------------------------------------------------------------


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values)


def weighted_mean(values, weights):
    values, weights = list(values), list(weights)
    return math.fsum(w * v for v, w in zip(values, weights)) / math.fsum(weights)


def kish(weights):
    """Kish's effective sample size, (sum of w) squared over the sum of w squared."""
    weights = list(weights)
    return math.fsum(weights) ** 2 / math.fsum(w * w for w in weights)


def percentile(values, percent):
    """Type 7 of Hyndman and Fan, numpy's default."""
    return float(numpy.percentile(numpy.asarray(list(values), dtype=float), percent, method="linear"))


def wilson(yes, n, level=0.95):
    """Wilson's interval for a proportion, in percent."""
    z = float(stats.norm.ppf((1 + level) / 2))
    p = yes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At none and at all the formula gives exactly 0 and 1, but for rounding.
    return (0.0 if yes == 0 else 100 * (centre - half)), (100.0 if yes == n else 100 * (centre + half))


def nps_interval(promoters, detractors, n, level=0.95):
    """Adjusted Wald interval of NPS: 3 more answers, 3/4 each of them promoters and detractors (Rocks 2016)."""
    z = float(stats.norm.ppf((1 + level) / 2))
    m = n + 3
    p, d = (promoters + 0.75) / m, (detractors + 0.75) / m
    half = z * math.sqrt((p + d - (p - d) ** 2) / m)
    return 100 * (p - d - half), 100 * (p - d + half)


def effective(marks, weights):
    """The n whose plain variance of these marks is the linearised one, sum w^2 (x - mean)^2 / (sum w)^2; Kish's where all
    marks are equal."""
    centre, total = weighted_mean(marks, weights), math.fsum(weights)
    plain = math.fsum(w * (x - centre) ** 2 for x, w in zip(marks, weights)) / total
    linear = math.fsum((w * (x - centre)) ** 2 for x, w in zip(marks, weights)) / total**2
    return plain / linear if linear > 0 else kish(weights)


def t_interval(values, level=0.95):
    """Student's interval of a mean."""
    values = list(values)
    n, centre = len(values), mean(values)
    deviation = math.sqrt(math.fsum((v - centre) ** 2 for v in values) / (n - 1))
    half = float(stats.t.ppf((1 + level) / 2, n - 1)) * deviation / math.sqrt(n)
    return centre - half, centre + half


def followed(keys, dates, window, as_of):
    """Whether a later row of the same key lies within the window: True, False, or None (no key, or the window is not over as
    of the day, followed or not). Rows of one key at the same instant do not follow each other."""
    frame = pandas.DataFrame({"key": list(keys), "at": list(dates)})
    times = frame.dropna().drop_duplicates().sort_values(["key", "at"])
    times["next"] = times.groupby("key")["at"].shift(-1)
    frame = frame.merge(times, on=["key", "at"], how="left")
    over = pandas.Timestamp(as_of) + pandas.Timedelta(days=1)
    answers = []
    for key, at, following in zip(frame.key, frame["at"], frame.next):
        if key is None or key != key or at + window >= over:
            answers.append(None)
        else:
            answers.append(bool(pandas.notna(following) and following <= at + window))
    return answers


# --- values ---------------------------------------------------------------------------------------------------------


class Values:
    """The expected values of one card.

    Each has `metric`, `period` (null for the total), `segment` (empty for all rows), `value`, and what is known of
    `n` (rows used), `skipped` (rows of the cell without a value), `n_effective`, `low` and `high` (95 % interval).
    A value of null is expected to be missing.
    """

    def __init__(self, card, script, **facts):
        self.head = {"source": f"python3 tests/oracle/make.py {script}", "card": card, **facts}
        self.values = []

    def add(self, metric, value, period=None, segment=None, **rest):
        value = value if value is None or isinstance(value, int) else float(value)
        row = {"metric": metric, "period": period, "segment": segment or {}, "value": value}
        row.update({k: (int(v) if k in ("n", "skipped") else float(v) if isinstance(v, float) else v) for k, v in rest.items() if v is not None})
        self.values.append(row)

    def rate(self, metric, answers, period=None, segment=None, interval=True, **rest):
        """The share of yes among yes and no, in percent; `answers` holds True, False and None (skipped)."""
        known = [bool(a) for a in answers if a is not None and a == a]
        n, yes = len(known), sum(known)
        skipped = len(answers) - n
        if n == 0:
            return self.add(metric, None, period, segment, n=0, skipped=skipped, **rest)
        low, high = wilson(yes, n) if interval else (None, None)
        return self.add(metric, 100 * yes / n, period, segment, n=n, skipped=skipped, low=low, high=high, **rest)

    def average(self, metric, values, period=None, segment=None, interval=True, **rest):
        """The mean of a column of floats; NaN is skipped."""
        known = [float(v) for v in values if v == v]
        n = len(known)
        low, high = t_interval(known) if interval and n > 1 else (None, None)
        skipped = len(values) - n
        return self.add(metric, mean(known) if known else None, period, segment, n=n, skipped=skipped, low=low, high=high, **rest)

    def text(self):
        """The JSON with one value a line, so that a change shows as the lines it changes."""
        head = "".join(f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)},\n" for k, v in self.head.items())
        rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in self.values)
        return "{\n" + head + '  "values": [\n' + rows + "\n  ]\n}\n"

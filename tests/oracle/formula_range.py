#!/usr/bin/env python3
"""The 95 % range of a ratio of two sums, clustered by customer, of the bundled example: cost per ticket in June 2026.

Prints rows, entities, ratio, low, high. Formula: Cochran 1977, section 6.5, as `svyratio` of R's survey package.
Needs scipy: `python3 tests/oracle/formula_range.py`.
"""
import collections
import csv
import math
import pathlib

from scipy.stats import t

FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "subscriber-health"


def read(name):
    with open(FOLDER / name, newline="") as file:
        return list(csv.DictReader(file))


known = {row["customer_id"] for row in read("customers.csv")}
sums = collections.defaultdict(lambda: [0, 0.0])
rows = 0
for number, row in enumerate(read("tickets.csv")):
    if row["opened_at"].startswith("2026-06"):
        # A ticket of nobody is an entity of its own.
        entity = row["customer_id"] if row["customer_id"] in known else number
        sums[entity][0] += 1
        sums[entity][1] += float(row["cost"])
        rows += 1
tickets = sum(x for x, _ in sums.values())
ratio = sum(y for _, y in sums.values()) / tickets
m = len(sums)
variance = m / (m - 1) * sum(((y - ratio * x) / tickets) ** 2 for x, y in sums.values())
half = t.ppf(0.975, m - 1) * math.sqrt(variance)
print(rows, m, repr(ratio), repr(float(ratio - half)), repr(float(ratio + half)))

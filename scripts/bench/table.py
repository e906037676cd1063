"""Makes the survey table of the benchmark as Parquet: the same data on any machine, whatever the number of rows."""

from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

SEED = 20260101
VERSION = 1  # part of the file's name: change it with anything below
GROUP = 262_144
REGIONS = ["Central", "Coast", "East", "Islands", "North", "Northwest", "South", "West"]
PLANS = ["Basic", "Business", "Family", "Plus"]
CUSTOMERS = 1_500_000
FIRST_DAY, DAYS = "2024-01-01", 731  # 2024 is a leap year


def answers(random, n, low, weights, missing):
    """Whole answers from `low` on with these weights, a part of them missing."""
    weights = numpy.asarray(weights, dtype=float)
    edges = numpy.cumsum(weights / weights.sum())
    values = (numpy.searchsorted(edges, random.random(n), side="right").clip(max=len(weights) - 1) + low).astype(numpy.int8)
    return pyarrow.array(values, mask=random.random(n) < missing)


def words(random, n, values, weights):
    weights = numpy.asarray(weights, dtype=float)
    edges = numpy.cumsum(weights / weights.sum())
    codes = numpy.searchsorted(edges, random.random(n), side="right").clip(max=len(values) - 1).astype(numpy.int8)
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes), pyarrow.array(values))


def group(number, n):
    """One row group; its random numbers depend on its number only."""
    random = numpy.random.Generator(numpy.random.PCG64([SEED, number]))
    day = numpy.datetime64(FIRST_DAY, "D") + random.integers(0, DAYS, n)
    return pyarrow.record_batch({
        "customer_id": pyarrow.array(random.integers(1, CUSTOMERS + 1, n)),
        "answered_on": pyarrow.array(day),
        "region": words(random, n, REGIONS, [5, 4, 6, 1, 5, 3, 4, 7]),
        "plan": words(random, n, PLANS, [8, 2, 4, 6]),
        "recommend": answers(random, n, 0, [3, 1, 1, 2, 2, 5, 5, 9, 17, 20, 28], 0.07),
        "satisfaction": answers(random, n, 1, [4, 7, 17, 38, 34], 0.05),
        "effort": answers(random, n, 1, [20, 24, 18, 14, 11, 8, 5], 0.12),
        "resolved": pyarrow.array(random.random(n) < 0.74),
        "contacted": pyarrow.array(random.random(n) < 0.31),
        "cost": pyarrow.array(numpy.round(random.gamma(2.2, 9.5, n), 2)),
        "minutes": pyarrow.array(random.gamma(1.6, 7.0, n)),
    })


def make(folder, rows):
    """The path of the file with so many rows, made when it is not there."""
    path = Path(folder) / f"survey-{rows}-v{VERSION}.parquet"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    writer = None
    for number, start in enumerate(range(0, rows, GROUP)):
        batch = group(number, min(GROUP, rows - start))
        writer = writer or pyarrow.parquet.ParquetWriter(part, batch.schema, compression="snappy")
        writer.write_batch(batch, row_group_size=GROUP)
    writer.close()
    part.rename(path)
    return path

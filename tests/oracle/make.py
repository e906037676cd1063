"""Makes the expected values of the cards over real data from the published files.

    BELLWETHER_DATA=folder python3 tests/oracle/make.py [--check] [NAME..]

Writes tests/oracle/NAME.json; with --check compares instead, and exits with 1 when a file differs. Needs pandas, numpy
and scipy (`scripts/setup --python`).
"""

import importlib
import sys

from oracle import HERE

NAMES = ["airport", "telecom", "incidents", "orders", "complaints", "made"]


def main(arguments):
    check = "--check" in arguments
    names = [a for a in arguments if a != "--check"] or NAMES
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        sys.exit(f"no oracle {', '.join(unknown)}; there are {', '.join(NAMES)}")
    differ = []
    for name in names:
        values = importlib.import_module(name).make()
        path = HERE / f"{name}.json"
        if check:
            same = path.exists() and path.read_text() == values.text()
            print(f"{name}: {len(values.values)} values, {'as committed' if same else 'DIFFERENT'}")
            if not same:
                differ.append(name)
        else:
            path.write_text(values.text())
            print(f"{name}: {len(values.values)} values")
    if differ:
        sys.exit(1)


main(sys.argv[1:])

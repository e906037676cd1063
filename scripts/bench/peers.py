"""Runs the engines in turn, checks that their values agree, prints medians and ratios. See README.md."""

import argparse
import json
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import measures
import table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = ["duckdb", "polars"]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench-peers")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--mode", choices=["memory", "parquet"], help="only this one")
    parser.add_argument("--set", dest="which", choices=["light", "heavy"], help="only this one")
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "bench", help="where the table is kept")
    parser.add_argument("--bellwether", type=Path, default=ROOT / "target" / "release" / "examples" / "bench_peers")
    parser.add_argument("--out", type=Path, help="also write every run as JSON")
    return parser.parse_args()


def run(command, options, path, mode, which):
    """One process, one timed query."""
    command = [*command, "--parquet", path, "--mode", mode, "--set", which, "--runs", 1, "--threads", options.threads]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def differences(values, expected, which):
    """What does not agree, in words; an empty list when all does."""
    names = measures.NAMES[which]
    found = {tuple(row[:3]): row[3:] for row in values}
    wanted = {tuple(row[:3]): row[3:] for row in expected}
    if found.keys() != wanted.keys():
        return [f"{len(found)} cells, not {len(wanted)}; first other one: {sorted(found.keys() ^ wanted.keys())[0]}"]
    said = []
    for cell, row in wanted.items():
        if len(found[cell]) != len(names):
            return [f"{cell}: {len(found[cell])} values, not {len(names)}"]
        for name, got, want in zip(names, found[cell], row):
            if got is None or want is None:
                same = got is want
            elif name in measures.COUNTS:
                same = got == want
            else:
                # Of a correlation near 0, and an NPS near 0, the digits that count are those of the scale.
                scale = max(abs(want), {"effort_minutes_correlation": 1, "nps": 100}.get(name, 0))
                same = abs(got - want) <= 1e-9 * scale
            if not same:
                said.append(f"{cell} {name}: {got!r}, not {want!r}")
    return said


def main():
    options = arguments()
    sides = {name: [sys.executable, HERE / "side.py", name] for name in PEERS}
    if options.bellwether.exists():
        sides["bellwether"] = [options.bellwether]
    else:
        print("bellwether: no program for its side yet, the peers alone\n")
    path = table.make(options.folder, options.rows)
    print(f"{options.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB of Parquet, {options.threads} threads, medians of {options.runs} runs in turn; "
          f"DuckDB {version('duckdb')}, Polars {version('polars')}; {platform.machine()}, Python {platform.python_version()}\n")
    record, wrong = [], []
    print(f"{'':16} {'':12} {'wall s':>8} {'least':>8} {'most':>8} {'CPU s':>8} {'peak MB':>8}   faster peer / this: wall, CPU")
    for mode in [options.mode] if options.mode else ["memory", "parquet"]:
        for which in [options.which] if options.which else ["light", "heavy"]:
            runs = {name: [] for name in sides}
            for _ in range(options.runs):
                for name, command in sides.items():
                    runs[name].append(run(command, options, path, mode, which))
            expected = runs["duckdb"][0]["values"]
            for name in sides:
                for one in runs[name]:
                    wrong += [f"{name} {mode} {which} {text}" for text in differences(one.pop("values"), expected, which)]
            median = {name: {k: statistics.median(r[k] for r in rs) for k in ("wall_s", "cpu_s", "peak_rss_mb")} for name, rs in runs.items()}
            best = {k: min(median[p][k] for p in PEERS) for k in ("wall_s", "cpu_s")}
            for name, m in median.items():
                walls = [r["wall_s"] for r in runs[name]]
                ratio = "" if name in PEERS else f"   {best['wall_s'] / m['wall_s']:.2f}, {best['cpu_s'] / m['cpu_s']:.2f}"
                print(f"{mode + ' ' + which:16} {name:12} {m['wall_s']:8.3f} {min(walls):8.3f} {max(walls):8.3f} {m['cpu_s']:8.3f} {m['peak_rss_mb']:8.0f}{ratio}", flush=True)
            record.append({"mode": mode, "set": which, "median": median, "runs": runs})
    if options.out:
        options.out.write_text(json.dumps({"rows": options.rows, "threads": options.threads, "results": record}, indent=1) + "\n")
    if wrong:
        sys.exit("\nVALUES DIFFER from DuckDB's:\n" + "\n".join(wrong[:20]) + (f"\nand {len(wrong) - 20} more" if len(wrong) > 20 else ""))
    print("\nall values agree: counts exactly, the rest within 1e-9")


main()

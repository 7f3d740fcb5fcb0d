"""hinges against pwlf, piecewise-regression and SciPy's splines; peers that are not installed are left out.

    python -m pip install pwlf piecewise-regression scikit-learn
    export OPENBLAS_NUM_THREADS=1                                # times are of the processor: one thread each
    python benchmarks/peers.py                                   # an hour; `--quick` for some minutes
    python benchmarks/peers.py --only noise-free noise-150 --rows rows.jsonl --table table.md

Squared errors and times are given as multiples of ours; the peers' are medians over ten of their seeds. Times are of
the processor. A peer that takes longer than a minute for one fit, or gives none, is said to. `--rows` keeps what was
measured, so that parts can be run one by one; `--table` writes all that is kept as a page.
"""

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from _peer_cases import PARTS, Case, cases
from _peer_fits import PACKAGES, PATIENCE, Fitted, installed, ours, peers, timed

from hinges import best_error

Row = dict[str, Any]
HEAD = (
    "| data | pieces | ours: squared error | gap | ms | peer | error, median | error, least | time, median | seeds |",
    "|---|--:|--:|--:|--:|---|--:|--:|--:|--:|",
)


def measured(case: Case, part: str) -> list[Row]:
    """Give one row a peer, and print it: squared error and time as multiples of ours."""
    mine, gap = ours(case.data, case.pieces)
    print(f"\n{case.name}, {case.pieces} pieces: ours {mine.error:.8g} in {1e3 * mine.seconds:.0f} ms, gap {gap:.2%}")
    rows: list[Row] = []
    for peer, fit in peers(case.data, case.pieces, thorough=case.thorough).items():
        seeds = 1 if peer.startswith("SciPy") else case.seeds
        runs: list[Fitted] = []
        for seed in range(seeds):
            run = timed(lambda fit=fit, seed=seed: fit(seed))
            runs += [run] if run is not None else []
            if run is None and not runs:
                break  # a minute in vain
        row: Row = {"part": part, "data": case.name, "pieces": case.pieces, "ours": mine.error, "gap": gap}
        row |= {"seconds": mine.seconds, "peer": peer, "seeds": seeds, "fits": len(runs)}
        if runs:
            row |= {"error": float(np.median([run.error for run in runs])) / mine.error}
            row |= {"least": min(run.error for run in runs) / mine.error}
            row |= {"time": float(np.median([run.seconds for run in runs])) / mine.seconds}
        print("  " + line(row), flush=True)
        rows.append(row)
    return rows


def line(row: Row) -> str:
    """Give a row of the table."""
    first = f"| {row['data']} | {row['pieces']} | {row['ours']:.6g} | {row['gap']:.2%} | {1e3 * row['seconds']:.0f} |"
    if not row["fits"]:
        return f"{first} {row['peer']} | none | none | in {PATIENCE} s | 0 |"
    time = f"{row['time']:.3g} x" if row["time"] >= 0.01 else "< 0.01 x"
    return (
        f"{first} {row['peer']} | {row['error']:.5g} x | {row['least']:.5g} x | {time} | "
        f"{row['fits']} of {row['seeds']} |"
    )


def page(rows: list[Row]) -> str:
    """Give the table as a page, with the day and the versions."""
    day = datetime.now(UTC).date().isoformat()
    packages = ("hinges", "numpy", "scipy", *(name for module, name in PACKAGES.items() if installed(module)))
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    rows = sorted(rows, key=lambda row: PARTS.index(row["part"]))
    machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "as many as there are")
    return "\n".join([
        f"# hinges and its peers, {day}",
        "",
        f"Printed by `benchmarks/peers.py` with {versions}, {machine}; threads: {threads}.",
        "",
        "Errors and times of the peers are multiples of ours; ours include the proven bound, of which the gap is",
        f"shown. Times are of the processor. `none` is a peer that gave no fit within {PATIENCE} s, or failed.",
        "",
        *HEAD,
        *map(line, rows),
        "",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="hinges against its peers")
    parser.add_argument("--quick", action="store_true", help="few cases and seeds")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="the parts to run")
    parser.add_argument("--rows", type=Path, help="a file of JSON lines to which rows are added")
    parser.add_argument("--table", type=Path, help="the page to write")
    given = parser.parse_args()
    for module, package in PACKAGES.items():
        if not installed(module):
            print(f"{package} is not installed and left out: python -m pip install {package}")
    best_error((np.linspace(0, 1, 1000), np.linspace(0, 1, 1000) ** 2), pieces=3)  # what is compiled is, from here on
    rows: list[Row] = []
    if given.rows and given.rows.exists():
        rows = [json.loads(text) for text in given.rows.read_text().splitlines()]
        rows = [row for row in rows if row["part"] not in given.only]  # what is measured anew
    for part in given.only:
        for case in cases(part, quick=given.quick):
            rows += measured(case, part)
            if given.rows:
                given.rows.write_text("".join(json.dumps(row) + "\n" for row in rows))
    if given.table:
        given.table.write_text(page(rows))


if __name__ == "__main__":
    main()

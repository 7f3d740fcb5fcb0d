# ruff: noqa: INP001 - a script, not part of a package
"""Makes the examples that a station of the lab shows where there is no Python: what Python would have answered.

    python tools/lab_examples.py NAME ...      of these stations: doctor, slices, regions
    python tools/lab_examples.py               of all that have examples

Each station's examples are made by a script beside this one, `lab_example_NAME.py`, whose `main()` writes them.
"""

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PREFIX = "lab_example_"


def main(names: list[str]) -> int:
    """Make the examples of these stations, and give the exit status."""
    sys.path.insert(0, str(HERE))
    known = sorted(each.stem.removeprefix(PREFIX) for each in HERE.glob(f"{PREFIX}*.py"))
    for name in names:
        if name not in known:
            sys.stderr.write(f"there are no examples of {name!r}: there are those of {', '.join(known)}\n")
            return 2
    for name in names or known:
        importlib.import_module(f"{PREFIX}{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# ruff: noqa: INP001 - a script, not part of a package
"""Cuts the planes that the station Regions shows where there is no Python, and writes what Python would have answered.

    python tools/lab_example_regions.py

Each file holds one answer, as it would have come over the line.
"""

import sys
from pathlib import Path
from typing import Any

from hinges.lab.questions import _regions

OUT = Path(__file__).resolve().parents[1] / "web" / "stations" / "regions" / "examples"
SPIRAL = {"data": {"example": "spiral"}, "plane": {"kind": "inputs"}, "bounds": [-1.25, 1.25, -1.25, 1.25]}
SAMPLES = {"data": {"example": "digits"}, "plane": {"kind": "samples", "rows": [0, 1, 2]}}
PIXELS = {"data": {"example": "digits"}, "plane": {"kind": "features", "features": [27, 28]}}
QUESTIONS: dict[str, dict[str, Any]] = {
    "spiral-1": {"network": {"example": "spiral"}, **SPIRAL},
    "spiral-deep-1": {"network": {"example": "spiral-deep"}, **SPIRAL, "depth": 1},
    "spiral-deep-2": {"network": {"example": "spiral-deep"}, **SPIRAL},
    "digits-samples": {"network": {"example": "digits"}, **SAMPLES},
    "digits-features": {"network": {"example": "digits"}, **PIXELS},
    "digits-standardized-features": {"network": {"example": "digits-standardized"}, **PIXELS},
}


def main() -> None:
    """Write every file."""
    OUT.mkdir(exist_ok=True)
    for name, question in QUESTIONS.items():
        message = _regions.answer(_regions.check(question)).encoded({})
        (OUT / f"{name}.bin").write_bytes(message)
        sys.stdout.write(f"{name}: {len(message) / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()

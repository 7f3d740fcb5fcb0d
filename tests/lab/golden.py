"""Write web/tests/engine/golden.json: networks and what the library says of them, for node's own tests.

    python tests/lab/golden.py

The large comparisons, on networks made anew each time, are tests/lab/test_engine_golden.py (a thousand) and
tests/evidence/test_engine_networks.py (ten thousand).
"""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from hinges import Network, to_function

TARGET = Path(__file__).resolve().parents[2] / "web" / "tests" / "engine" / "golden.json"
NETWORKS = 24


def main() -> None:
    """Write the file."""
    rng = np.random.default_rng(0)
    cases = []
    for i in range(NETWORKS):
        kind = ("relu", "leaky_relu")[i % 2]
        sizes = [1, *rng.integers(1, 6, 1 + i % 3).tolist(), 1]
        weights = [rng.uniform(-2, 2, shape).round(3) for shape in pairwise(sizes)]
        biases = [rng.uniform(-2, 2, size).round(3) for size in sizes[1:]]
        network = Network.dense(weights, biases, kind)
        f = to_function(network)
        x = np.concatenate([[f.breakpoints[0] - 1], f.breakpoints, [f.breakpoints[-1] + 1]])
        network_case = {"weights": [w.tolist() for w in weights], "biases": [b.tolist() for b in biases]}
        network_case["activations"] = list(network.activations)
        cases.append(
            {
                "network": network_case,
                "breakpoints": f.breakpoints.tolist(),
                "slopes": f.slopes.tolist(),
                "x": x.tolist(),
                "y": f(x).tolist(),
            }
        )
    TARGET.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()

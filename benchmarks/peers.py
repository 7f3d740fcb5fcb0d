"""hinges against pwlf, piecewise-regression and SciPy's splines, in one run; peers that are not installed are left out.

    python -m pip install pwlf piecewise-regression
    python benchmarks/peers.py            # a few minutes; `--quick` for one minute

Squared errors and times are given as multiples of ours; the peers' are medians over ten of their seeds. A peer that
takes longer than a minute for one fit, or gives none, is said to.
"""

import argparse
import importlib
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.interpolate import make_lsq_spline

from hinges import best_error, example

sys.path.insert(0, str(Path(__file__).parent))

PATIENCE = 60  # seconds a fit of a peer may take
Data = tuple[np.ndarray, np.ndarray]
Fitted = tuple[float, float]  # squared error, seconds


def timed(work: Callable[[], float]) -> Fitted | None:
    """Give the squared error and the seconds, or None where it takes too long, fails or gives no number."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    start = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            error = work()
    except Exception:  # noqa: BLE001 - a peer that fails is reported as one that gives nothing
        return None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return (error, time.perf_counter() - start) if np.isfinite(error) else None


def ours(data: Data, pieces: int) -> Fitted:
    """Give our squared error and least time of three."""
    fits = [timed(lambda: best_error(data, pieces=pieces).upper * len(data[0])) for _ in range(3)]
    found = [fit for fit in fits if fit is not None]
    return found[0][0], min(seconds for _, seconds in found)


def pwlf_fits(data: Data, pieces: int, *, quick: bool) -> dict[str, Callable[[int], float]]:
    """Give pwlf's ways to fit, each a function of the seed."""
    pwlf = importlib.import_module("pwlf")

    def fit(seed: int, how: str, **options: int) -> float:
        model = pwlf.PiecewiseLinFit(*data, seed=seed)
        getattr(model, how)(pieces, **options)
        return float(model.ssr)

    ways = {
        "pwlf.fitfast": lambda seed: fit(seed, "fitfast"),
        "pwlf.fitfast(pop=50)": lambda seed: fit(seed, "fitfast", pop=50),
        "pwlf.fit": lambda seed: fit(seed, "fit"),
    }
    return {"pwlf.fitfast": ways["pwlf.fitfast"]} if quick else ways


def muggeo_fit(data: Data, pieces: int, seed: int) -> float:
    """Give the squared error of piecewise-regression."""
    module = importlib.import_module("piecewise_regression")
    np.random.seed(seed)  # noqa: NPY002 - the peer draws from the global state
    results = module.Fit(*data, n_breakpoints=pieces - 1).get_results()
    return float(results["rss"]) if results["estimates"] is not None else float("nan")


def spline_fits(data: Data, pieces: int) -> dict[str, Callable[[int], float]]:
    """Give SciPy's splines of degree one, whose knots are given: at quantiles of x, and evenly spread."""
    order = np.argsort(data[0])
    x, y = data[0][order], data[1][order]

    def at(inner: np.ndarray) -> float:
        spline = make_lsq_spline(x, y, np.concatenate([x[[0, 0]], inner, x[[-1, -1]]]), k=1)
        return float(((spline(x) - y) ** 2).sum())

    shares = np.arange(1, pieces) / pieces
    return {
        "SciPy, knots at quantiles": lambda _: at(np.quantile(x, shares)),
        "SciPy, knots evenly spread": lambda _: at(x[0] + (x[-1] - x[0]) * shares),
    }


def installed(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def peers(data: Data, pieces: int, *, quick: bool) -> dict[str, Callable[[int], float]]:
    """Give all peers that are installed, each a function of the seed."""
    found = pwlf_fits(data, pieces, quick=quick) if installed("pwlf") else {}
    if installed("piecewise_regression"):
        found["piecewise-regression"] = lambda seed: muggeo_fit(data, pieces, seed)
    return found | spline_fits(data, pieces)


def compare(name: str, data: Data, pieces: int, *, seeds: int, quick: bool) -> None:
    """Print one line a peer: squared error and time as multiples of ours."""
    error, seconds = ours(data, pieces)
    print(f"\n{name}, {pieces} pieces: ours {error:.6g} in {1e3 * seconds:.0f} ms")
    for peer, fit in peers(data, pieces, quick=quick).items():
        runs: list[Fitted] = []
        for seed in range(1 if peer.startswith("SciPy") else seeds):
            run = timed(lambda fit=fit, seed=seed: fit(seed))
            if run is None or (runs and run[1] > PATIENCE / 4):
                runs += [run] if run else []
                break
            runs.append(run)
        if not runs:
            print(f"  {peer:<36} none in {PATIENCE} s")
            continue
        median_error, median_seconds = (float(np.median(column)) for column in zip(*runs, strict=True))
        print(
            f"  {peer:<36} {median_error / error:10.4g} x error  {median_seconds / seconds:10.4g} x time  "
            f"(least error {min(run[0] for run in runs) / error:.4g} x, {len(runs)} seeds)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="hinges against its peers, in one run")
    parser.add_argument("--quick", action="store_true", help="few cases and seeds")
    quick = parser.parse_args().quick
    for module, package in (("pwlf", "pwlf"), ("piecewise_regression", "piecewise-regression")):
        if not installed(module):
            print(f"{package} is not installed and left out: python -m pip install {package}")
    data = example("sine")
    sine = (data.x[:, 0].copy(), data.y[:, 0].copy())
    best_error((np.linspace(0, 1, 1000), np.linspace(0, 1, 1000) ** 2), pieces=3)  # what is compiled is, from here on
    seeds = 3 if quick else 10
    for pieces in (5, 10) if quick else (5, 10, 20):
        compare("sine, 150 points", sine, pieces, seeds=seeds, quick=quick)
    for n in (150, 1000) if quick else (150, 1000, 10_000):
        random = np.random.default_rng(n)
        x = random.uniform(0, 10, n)
        noisy = (x, np.sin(x) + 0.2 * random.standard_normal(n))
        for pieces in (5, 10):
            compare(f"sine with noise 0.2, {n} points", noisy, pieces, seeds=seeds if n < 10_000 else 2, quick=True)


if __name__ == "__main__":
    main()

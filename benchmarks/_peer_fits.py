"""Fits of the same data by hinges and by its peers, each measured in squared error and processor seconds."""

import importlib
import signal
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import make_lsq_spline

from hinges import best_error

PATIENCE = 60  # processor seconds a fit of a peer may take
Data = tuple[np.ndarray, np.ndarray]
PACKAGES = {"pwlf": "pwlf", "piecewise_regression": "piecewise-regression"}


@dataclass(frozen=True)
class Fitted:
    """Squared error, and processor seconds: with one thread they are the same whatever else the machine does."""

    error: float
    seconds: float


def installed(module: str) -> bool:
    """Tell whether a module can be imported."""
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def timed(work: Callable[[], float]) -> Fitted | None:
    """Give the squared error and the seconds, or None where it takes too long, fails or gives no number."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            error = work()
    except Exception:  # noqa: BLE001 - a peer that fails is reported as one that gives nothing
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return Fitted(error, time.process_time() - start) if np.isfinite(error) else None


def ours(data: Data, pieces: int) -> tuple[Fitted, float]:
    """Give our squared error with the median time of up to eleven runs, bound included, and the gap."""
    times: list[float] = []
    bounds = best_error(data, pieces=pieces)
    while len(times) < 3 or (len(times) < 11 and sum(times) < 3.0):
        start = time.process_time()
        bounds = best_error(data, pieces=pieces)
        times.append(time.process_time() - start)
    assert bounds.function is not None
    return Fitted(float(((bounds.function(data[0]) - data[1]) ** 2).sum()), float(np.median(times))), bounds.gap


def peers(data: Data, pieces: int, *, thorough: bool) -> dict[str, Callable[[int], float]]:
    """Give the ways of all peers that are installed to fit the data, each from a seed to a squared error.

    thorough: the ways of pwlf that take minutes too.
    """
    found = _pwlf_fits(data, pieces, thorough=thorough) if installed("pwlf") else {}
    if installed("piecewise_regression"):
        found["piecewise-regression"] = lambda seed: _muggeo_fit(data, pieces, seed)
    return found | _spline_fits(data, pieces)


def _pwlf_fits(data: Data, pieces: int, *, thorough: bool) -> dict[str, Callable[[int], float]]:
    pwlf = importlib.import_module("pwlf")

    def fit(seed: int, how: str, **options: int) -> float:
        model = pwlf.PiecewiseLinFit(*data, seed=seed)
        getattr(model, how)(pieces, **options)
        return float(model.ssr)

    quick: dict[str, Callable[[int], float]] = {"pwlf.fitfast": lambda seed: fit(seed, "fitfast")}
    if not thorough:
        return quick
    return quick | {
        "pwlf.fitfast(pop=50)": lambda seed: fit(seed, "fitfast", pop=50),
        "pwlf.fit": lambda seed: fit(seed, "fit"),
    }


def _muggeo_fit(data: Data, pieces: int, seed: int) -> float:
    module = importlib.import_module("piecewise_regression")
    np.random.seed(seed)  # noqa: NPY002 - the peer draws from the global state
    results = module.Fit(*data, n_breakpoints=pieces - 1).get_results()
    return float(results["rss"]) if results["estimates"] is not None else float("nan")


def _spline_fits(data: Data, pieces: int) -> dict[str, Callable[[int], float]]:
    """Give SciPy's splines of degree one, whose knots are given: at quantiles of x, and evenly spread."""
    order = np.argsort(data[0], kind="stable")
    x, y = data[0][order], data[1][order]

    def at(inner: np.ndarray) -> float:
        spline = make_lsq_spline(x, y, np.concatenate([x[[0, 0]], inner, x[[-1, -1]]]), k=1)
        return float(((spline(x) - y) ** 2).sum())

    shares = np.arange(1, pieces) / pieces
    return {
        "SciPy, knots at quantiles": lambda _: at(np.quantile(x, shares)),
        "SciPy, knots evenly spread": lambda _: at(x[0] + (x[-1] - x[0]) * shares),
    }

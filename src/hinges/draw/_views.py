"""The verb `scene`: which views a value has, and the picture of one of them."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from hinges.data import Dataset
from hinges.draw._buildup import buildup_scene
from hinges.draw._classes import class_scene, decision_scene
from hinges.draw._diagram import diagram_scene
from hinges.draw._extrapolation import extrapolation_scene
from hinges.draw._fit import bounds_scene, data_scene, fit_scene, training_scene
from hinges.draw._function import function_scene, is_hinge_sum
from hinges.draw._marks import Scene
from hinges.draw._race import race_scene
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.fits import Approximation, ErrorBounds, FitResult
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear

View = Callable[[Any, Any], Scene]  # of (interval, data)

# Which module has the views of a result of an analysis or of a sweep: loaded with the first such value, not before.
_ANALYSES = {
    "Trace": "hinges.draw._trace",
    "Sensitivity": "hinges.draw._sensitivity",
    "Fan": "hinges.draw._sensitivity",
    "Separation": "hinges.draw._separation",
    "Slice": "hinges.draw._slices",
    "SampledSlice": "hinges.draw._slices",
    "FeatureSweep": "hinges.draw._slices",
    "Regions": "hinges.draw._regions",
    "Sweep": "hinges.draw._sweep",
    "FreeRun": "hinges.draw._free_run",
    "Diagnosis": "hinges.draw._diagnosis",
    "Repair": "hinges.draw._repair",
    "JumpsFit": "hinges.draw._jumps",
    "PiecewiseLinearWithJumps": "hinges.draw._jumps",
    "SharedFit": "hinges.draw._shared",
}
_HOMES = ("hinges.analysis.", "hinges.diagnosis.", "hinges.optimal.", "hinges.sweeps.")


def scene(value: object, view: str | None = None, *, interval: Any = None, data: Any = None) -> Scene:
    """Give the picture of a value as data.

    Arguments:
        value: a PiecewiseLinear ("function"), a Network ("function" with one input, "diagram" where it is dense,
            "buildup" where it is a sum of hinges, "decision" with two inputs, "confusion" with several), a FitResult
            or Approximation ("fit", "extrapolation" and the views of its network, and "training" where it has a
            history), a mapping from names to FitResults, Histories and ErrorBounds ("race", "extrapolation"),
            ErrorBounds ("function"), a Dataset ("points"), a Trace ("layers"), a Sensitivity ("parameters"), a Fan
            ("fan"), a Separation ("space"), a Slice or a list of them ("outputs", "units", "sum"), a FeatureSweep
            ("kinks", "bend"), Regions ("slope", "pattern", "linear", "output"), a FreeRun ("rollout"), a Sweep
            ("losses", "shares", "race", "units"), a Diagnosis or a Repair ("kinks" with one input, "layers" where
            there are hidden layers, "fit"), a JumpsFit ("fit") or its function ("function"), a SharedFit ("fit",
            with two outputs "plane", and views of its network) or a Scene.
        view: the name of a view; the first one the value has where none is given.
        interval: (a, b), what is seen of x; else where the data or the kinks lie.
        data: a Dataset or a pair (x, y) to show with a function or a network.

    Raises:
        InvalidInputError: the value has no picture or no such view; the message lists those there are.

    >>> picture = scene(PiecewiseLinear([0, 1, 2], [0, 1, 0]))
    >>> picture.panels[0].marks[0].x
    array([-1.,  0.,  1.,  2.,  3.])
    """
    if isinstance(value, Scene):
        return value
    views = views_of(value)
    if view is None:
        view = next(iter(views))
    if view not in views:
        listed = ", ".join(repr(name) for name in views)
        raise InvalidInputError(f"view must be one of {listed} for this {type(value).__name__}, not {view!r}")
    return views[view](interval, data)


def views_of(value: object) -> dict[str, View]:
    """Give the views that a value has, the usual one first."""
    kind = type(value[0] if isinstance(value, (list, tuple)) and value else value)  # slices, side by side
    if kind.__module__.startswith(_HOMES) and kind.__name__ in _ANALYSES:
        return importlib.import_module(_ANALYSES[kind.__name__]).views(value)
    if isinstance(value, Network):
        return _network_views(value)
    if isinstance(value, PiecewiseLinear):
        return {"function": lambda a, d: function_scene(value, interval=a, data=d)}
    if isinstance(value, Dataset):
        return {"points": lambda a, _: data_scene(value, interval=a)}
    if isinstance(value, ErrorBounds):
        return {"function": lambda a, d: bounds_scene(value, interval=a, data=d)}
    if isinstance(value, (FitResult, Approximation)):
        views: dict[str, View] = {"fit": lambda a, d: fit_scene(value, interval=a, data=d)}
        if isinstance(value, FitResult) and value.history is not None:
            views["training"] = lambda a, d: training_scene(value, interval=a, data=d)
        views |= _network_views(value.network) if _has_views(value.network) else {}
        if value.network.inputs == value.network.outputs == 1:
            views["extrapolation"] = lambda a, d: extrapolation_scene({"": value}, interval=a, data=d)
        return views
    if isinstance(value, Mapping) and value:
        return _views_of_many(value)
    raise InvalidInputError(
        "value must be a PiecewiseLinear, Network, Dataset, FitResult, Approximation, ErrorBounds, Scene, "
        f"{', '.join(_ANALYSES)}, not {type(value).__name__}"
    )


def _views_of_many(values: Mapping[Any, Any]) -> dict[str, View]:
    """Give the views of several named results: trainings side by side, functions in one picture."""
    networks = {name: each for name, each in values.items() if not isinstance(each, ErrorBounds)}
    extrapolation: View = lambda a, d: extrapolation_scene(networks, interval=a, data=d)  # noqa: E731
    if all(isinstance(each, Network) for each in values.values()):
        return {"extrapolation": extrapolation}
    return {"race": lambda *_: race_scene(values), "extrapolation": extrapolation}


def _network_views(network: Network) -> dict[str, View]:
    views: dict[str, View] = {}
    if network.inputs == 1:
        views["function"] = lambda a, d: function_scene(network, interval=a, data=d)
    if _is_dense(network):
        views["diagram"] = lambda a, d: diagram_scene(network, interval=a, data=d)
    if network.inputs == 2:
        views["decision"] = lambda a, d: decision_scene(network, interval=a, data=d)
    if network.inputs > 1 and views:
        views["confusion"] = lambda _, d: class_scene(network, data=d)
    if is_hinge_sum(network):
        views["buildup"] = lambda a, d: buildup_scene(network, interval=a, data=d)
    if not views:
        raise UnsupportedModelError(
            "this network has several inputs and is not a chain of dense layers, so it has no picture: "
            f"its layers are {', '.join(node.name for node in network.nodes[:8])}"
        )
    return views


def _has_views(network: Network) -> bool:
    return network.inputs <= 2 or _is_dense(network)


def _is_dense(network: Network) -> bool:
    try:
        network.dense_layers()
    except UnsupportedModelError:
        return False
    return True

"""What a live Keras model says: its configuration, as its file would hold it, and its variables by path."""

import json
import sys
import warnings
from typing import Any

import numpy as np

from hinges.errors import UnsupportedModelError
from hinges.interop._keras_config import MODELS, snake_case, unique
from hinges.interop._keras_weights import Arrays, LiveWeights
from hinges.interop._naming import shown

ADVICE = "put layers of Keras in its place that compute the same"


def configuration(model: Any) -> Any:
    """Give the configuration of a live model in the form in which its file holds it.

    Raises:
        UnsupportedModelError: a layer is of a class of its own or holds a function of its own; it is named.
    """
    _check(model)
    keras = sys.modules["keras"]
    try:
        with warnings.catch_warnings():  # about what else is in the model, an initializer say
            warnings.simplefilter("ignore")
            return json.loads(json.dumps(keras.saving.serialize_keras_object(model)))
    except (NotImplementedError, TypeError, ValueError) as error:
        raise UnsupportedModelError(
            f"the model {shown(model.name)} cannot say what it is made of ({shown(str(error))}): read a Sequential or "
            "Functional model that computes the same"
        ) from None


def _check(model: Any) -> None:
    """Refuse classes and functions that are not Keras' own before they are asked anything."""
    kind = type(model)
    if not _is_own(kind) or kind.__name__ not in MODELS:
        raise UnsupportedModelError(
            f"the model {shown(getattr(model, 'name', kind.__name__))} is a {kind.__name__}, whose code cannot be "
            "read: read the Sequential or Functional model that computes the same"
        )
    for layer in model.layers:
        if type(layer).__name__ in MODELS:
            _check(layer)
            continue
        what = f"layer {shown(layer.name)} ({type(layer).__name__})"
        if not _is_own(type(layer)):
            raise UnsupportedModelError(f"{what} is of a class that is not one of Keras' own: {ADVICE}")
        if type(layer).__name__ == "Lambda":
            raise UnsupportedModelError(f"{what} is Python code, which cannot be read: {ADVICE}")
        activation = getattr(layer, "activation", None)
        if activation is not None and not _is_own(
            activation if callable(activation) and hasattr(activation, "__name__") else type(activation)
        ):
            raise UnsupportedModelError(f"{what} has an activation that is not one of Keras' own: {ADVICE}")


def _is_own(kind: Any) -> bool:
    return str(getattr(kind, "__module__", "")).partition(".")[0] == "keras"


def variables(model: Any) -> LiveWeights:
    """Give the variables of a live model by the paths under which its file would hold them."""
    found: dict[str, Arrays] = {}
    _collect(model, "", found)
    return LiveWeights(found)


def _collect(model: Any, path: str, found: dict[str, Arrays]) -> None:
    used: dict[str, int] = {}
    for layer in model.layers:
        where = f"{path}layers/{unique(snake_case(type(layer).__name__), used)}"
        if type(layer).__name__ in MODELS:
            _collect(layer, f"{where}/", found)
            continue
        inner = getattr(layer, "activation", None)
        inside = list(getattr(inner, "weights", ()))
        found[f"{where}/activation"] = [_array(variable) for variable in inside]
        own = [variable for variable in layer.weights if not any(variable is each for each in inside)]
        found[where] = [_array(variable) for variable in own]


def _array(variable: Any) -> Any:
    """Give the numbers of a variable; of the types that NumPy does not know, as float32, which holds them all."""
    array = np.asarray(sys.modules["keras"].ops.convert_to_numpy(variable.value))
    return array if array.dtype.kind in "fiub" else array.astype(np.float32)

"""Cards: what a notebook shows of a value, in words, a picture and, folded away, its numbers."""

import base64
import html
import io
from typing import Any

from hinges.draw._tables import Table, column, number
from hinges.draw._views import scene
from hinges.draw.text import hinge_table
from hinges.errors import HingesError, MissingExtraError
from hinges.fits import Approximation, ErrorBounds, FitResult
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear

# The picture brings its own ground, so that it is readable in light and dark; words and tables take the notebook's.
_GROUND = "max-width:100%;background:#fff;border-radius:6px"
_SMALL_PICTURE = 60_000  # bytes of SVG; of a larger one PNG may be smaller
_PNG_DPI = 144
_MOST_ROWS = 200  # of a table of numbers


def card_html(value: Any) -> str:
    """Give a value as HTML: a sentence, its picture where it has one, and its numbers to unfold."""
    said = "".join(f"<p>{html.escape(line)}</p>" for line in sentences(value))
    folded = "".join(
        f"<details><summary>{name}</summary><pre>{html.escape(text)}</pre></details>"
        if name
        else f'<pre style="white-space:pre-wrap">{html.escape(text)}</pre>'
        for name, text in _numbers(value)
    )
    return f'<div style="line-height:1.45">{said}{_picture(value)}{folded}</div>'


def card_text(value: Any) -> str:
    """Give a value as lines of text: the same sentences and numbers."""
    return "\n".join([*sentences(value), *(text for _, text in _numbers(value))])


def sentences(value: Any) -> list[str]:
    """Give what there is to say of a value, the headline first."""
    if isinstance(value, (FitResult, Approximation)):
        bounds = () if value.bounds is None else (_bounded(value.bounds),)
        return [f"{_sized(value.network)}, loss {number(value.loss)}", *bounds, value.status]
    if isinstance(value, ErrorBounds):
        return [_bounded(value)]
    if isinstance(value, Network):
        return [_sized(value), *value.notes]
    if isinstance(value, PiecewiseLinear):
        kinks = len(value.kinks)
        return [f"A piecewise-linear function with {kinks} {'kink' if kinks == 1 else 'kinks'}"]
    return []


def _sized(network: Network) -> str:
    layers_of = network.hidden_nodes
    units = sum(node.units for node in layers_of)
    layers = "one hidden layer" if len(layers_of) == 1 else f"{len(layers_of)} hidden layers"
    shape = f"{network.inputs} {'input' if network.inputs == 1 else 'inputs'}, {network.outputs} " + (
        "output" if network.outputs == 1 else "outputs"
    )
    return f"A network of {units} {'unit' if units == 1 else 'units'} in {layers}, {shape}"


def _bounded(bounds: ErrorBounds) -> str:
    how = "proven" if bounds.certified else "computed"
    between = f"{number(bounds.lower)} ({how}) and {number(bounds.upper)}"
    return f"The best possible lies between {between}: gap {bounds.gap:.2%}"


def _numbers(value: Any) -> list[tuple[str, str]]:
    """Give tables of numbers as lines of text, each with a name: few hinges or vertices, or nothing."""
    network = value if isinstance(value, Network) else getattr(value, "network", None)
    function = value if isinstance(value, PiecewiseLinear) else None
    if isinstance(network, Network) and network.is_hinge_sum and network.hidden_nodes[0].units <= _MOST_ROWS:
        return [("Hinges", hinge_table(network))]
    if not sentences(value):
        return [("", str(value))]
    if function is None or len(function.breakpoints) > _MOST_ROWS:
        return []
    columns = (
        ("x", column(function.breakpoints.tolist())),
        ("y", column(function.values.tolist())),
        ("slope after", column(function.slopes[1:].tolist())),
    )
    below = (f"slope before the first: {number(function.slopes[0])}",)
    return [("Vertices and slopes", Table("", columns, below).text())]


def _picture(value: Any) -> str:
    """Give the value's first picture as an image, or nothing where it has none or matplotlib is not installed."""
    from hinges.draw.matplotlib import figure

    try:
        drawn = figure(scene(value))
    except MissingExtraError as error:
        return f"<p>{html.escape(str(error))}</p>"
    except HingesError:
        return ""
    kinds: dict[str, dict[str, Any]] = {
        "svg+xml": {"format": "svg", "metadata": {"Date": None}},
        "png": {"format": "png", "dpi": _PNG_DPI},
    }
    drawings: dict[str, bytes] = {}
    for kind, options in kinds.items():
        stream = io.BytesIO()
        drawn.savefig(stream, facecolor=drawn.get_facecolor(), **options)
        drawings[kind] = stream.getvalue()
        if len(drawings[kind]) < _SMALL_PICTURE:
            break
    kind = min(drawings, key=lambda each: len(drawings[each]))
    encoded = base64.b64encode(drawings[kind]).decode()
    alt = html.escape([*sentences(value), str(value)][0])
    return f'<img alt="{alt}" src="data:image/{kind};base64,{encoded}" style="{_GROUND}"/>'

"""The picture of an estimator: its function, or one panel a feature."""

from dataclasses import replace

import numpy as np

from hinges.data import Dataset
from hinges.draw import Scene, function_panel, scene
from hinges.errors import InvalidInputError
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear

COLUMNS = 3
MOST_PANELS = 12  # features whose component swings most


def components_scene(
    network: Network, components: dict[int, PiecewiseLinear], names: list[str], data: Dataset | None
) -> Scene:
    """Give the function of one feature, or a grid of components, those that bend or tilt most first.

    Arguments:
        network: of all features.
        components: the function of each feature that matters, by its index.
        names: of the features, empty where they have none.
        data: rows to show: y with one feature, else what the other components leave of it.
    """

    def name_of(j: int) -> str:
        return names[j] if names else f"x{j}"

    if data is not None and data.x.shape[1] != network.inputs:
        raise InvalidInputError(f"data has {data.x.shape[1]} features, and the estimator {network.inputs}")
    if network.inputs == 1:
        picture = scene(network, "function", data=data)
        return replace(picture, panels=(replace(picture.panels[0], x_label=name_of(0)), *picture.panels[1:]))
    if not components:
        raise InvalidInputError("no feature bends or tilts the output: there is nothing to draw")

    def swing(j: int) -> float:
        f = components[j]
        reach = f.breakpoints if data is None else np.r_[data.x[:, j], f.breakpoints]
        return (
            float(np.ptp(f(np.r_[reach, reach.min() - 1, reach.max() + 1])))
            if data is None
            else float(np.ptp(f(reach)))
        )

    chosen = sorted(components, key=lambda j: -swing(j))[:MOST_PANELS]
    panels = []
    for k, j in enumerate(chosen):
        rows = None
        if data is not None:
            left = data.y[:, 0] - network(data.x)[:, 0] + components[j](data.x[:, j])
            rows = Dataset(data.x[:, j], left)
        panel = function_panel(components[j], data=rows, title=name_of(j))
        panels.append(replace(panel, row=k // COLUMNS, column=k % COLUMNS))
    rows_of_panels = -(-len(panels) // COLUMNS)
    width = 300.0 * min(COLUMNS, len(panels))
    return Scene(tuple(panels), title="What every feature adds", width=max(width, 420.0), height=260.0 * rows_of_panels)

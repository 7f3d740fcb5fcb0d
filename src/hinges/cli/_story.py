"""The story of `hinges demo` in words and numbers."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hinges.data import Dataset
from hinges.fits import ErrorBounds, FitResult

if TYPE_CHECKING:
    from hinges.train import TrainedBatch

GOOD = 0.01  # mean squared error below which a fit of the sine looks right


@dataclass
class Story:
    """What the demo found out.

    Arguments:
        data: the example.
        floor: how good a network of that size can be.
        best: the network that is.
        usual: trainings with the settings that fail, one a seed; None where training is not installed.
        recipe: trainings with the recipe that works.
        missing: the line to type for training, where it is not installed.
        notes: what could not be written.
    """

    data: Dataset
    floor: ErrorBounds
    best: FitResult
    usual: "TrainedBatch | None" = None
    recipe: "TrainedBatch | None" = None
    missing: str = ""
    notes: list[str] = field(default_factory=list[str])

    def shown(self) -> dict[str, Any]:
        """Give the trainings of the picture: of each kind the one with the median loss."""
        if self.usual is None or self.recipe is None:
            return {}
        usual, recipe = _median(self.usual), _median(self.recipe)
        return {
            "start": self.usual.start(usual),
            "stuck": self.usual.result(usual),
            "recipe": self.recipe.result(recipe),
        }


def _median(batch: "TrainedBatch") -> int:
    """Give the seed with the median loss, the larger of two."""
    return int(np.argsort(batch.losses)[len(batch) // 2])


def told(story: Story, *, encoding: str | None) -> str:
    """Give the story as text for a terminal."""
    from hinges.draw import hinge_table, scene, text_picture

    x = story.data.x[:, 0]
    units, floor = len(story.best.network.hinges()), story.floor.lower
    parts = [f"The question: can {units} ReLU units fit {len(x)} points of sin(x) on [{x.min():.0f}, {x.max():.0f}]?"]
    parts += _training_parts(story, floor)
    parts += [
        f"The floor: no {units}-unit network can have an mse below {floor:.6e}: proven.",
        f"The network that reaches it ({story.best.loss / floor:.6f} times the floor):",
        text_picture(scene(story.best, data=story.data), encoding=encoding),
        hinge_table(story.best.network),
    ]
    return "\n\n".join([*parts, *story.notes]) + "\n"


def _training_parts(story: Story, floor: float) -> list[str]:
    if story.usual is None or story.recipe is None:
        return [f"Training is left out: {story.missing}"]
    return [_usual_part(story.usual, floor), _recipe_part(story.recipe, floor)]


def _usual_part(batch: "TrainedBatch", floor: float) -> str:
    start = batch.history(_median(batch))
    dead, always_on = int(start.dead[0].sum()), int(start.always_on[0].sum())
    inside = sum(batch.training.hidden) - dead - always_on
    return (
        f"Trained as usual ({int(batch.steps[-1]):,} steps): {_measured(batch, floor)}.\n"
        f"Why: with zero biases every kink starts at x = 0, the edge of the data. {dead} units are dead, {always_on}\n"
        f"always on, {inside} bend inside the data, where the network is a straight line. At the best straight\n"
        "line every gradient is zero: many runs end there, most others after one or two kinks have wandered in."
    )


def _recipe_part(batch: "TrainedBatch", floor: float) -> str:
    return f"Trained with kinks spread over the data, and idle units moved: {_measured(batch, floor)}."


def _measured(batch: "TrainedBatch", floor: float) -> str:
    good = f"{int((batch.losses < GOOD).sum())} of {len(batch)} seeds get below {GOOD}"
    loss = float(batch.losses[_median(batch)])
    return f"{good},\ntypical error {loss:.2g}, {loss / floor:,.1f} times what is possible"

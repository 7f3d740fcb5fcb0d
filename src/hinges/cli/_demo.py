"""`hinges demo`: the whole idea on one example, from a network that fails to the best there is."""

import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from hinges.cli._json import print_json, result_payload
from hinges.cli._options import JsonOption
from hinges.cli._progress import working
from hinges.cli._story import Story, told
from hinges.data import example
from hinges.errors import InvalidInputError, MissingExtraError
from hinges.fits import fit

UNITS = 10
SEEDS = range(8)


def demo(
    folder: Annotated[Path, typer.Option(help="Where to write the picture and the networks.")] = Path("hinges-demo"),
    json: JsonOption = False,
) -> None:
    """Show why ten ReLU units do not learn a sine, how well they could, and the network that does."""
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(f"--folder {folder} is there, and is not a folder")
    with working("training, bounding and fitting"):
        story = _story()
    files = _written(story, folder)
    if json:
        payload = result_payload("demo", story.best, "mse")
        print_json({**payload, "training": _trainings(story), "files": files})
        return
    print(told(story, encoding=sys.stdout.encoding))
    for path in files:
        print(f"wrote {path}")


def _story() -> Story:
    from hinges.optimal import Best, best_error

    data = example("sine")
    floor = best_error(data, units=UNITS)
    best = fit(data, Best(units=UNITS))
    try:
        from hinges.train import Training, train_many

        usual, recipe = train_many(data, Training.forum(), SEEDS), train_many(data, Training(), SEEDS)
    except MissingExtraError as error:
        return Story(data, floor, best, missing=str(error))
    return Story(data, floor, best, usual=usual, recipe=recipe)


def _trainings(story: Story) -> dict[str, Any] | None:
    if story.usual is None or story.recipe is None:
        return None
    return {"usual": np.sort(story.usual.losses), "recipe": np.sort(story.recipe.losses)}


def _written(story: Story, folder: Path) -> list[str]:
    """Write the picture and the best network in every format whose extra is there, and give the paths."""
    from hinges.draw import demo_scene, save_picture
    from hinges.interop import save

    folder.mkdir(parents=True, exist_ok=True)
    files: list[str] = []
    try:
        files.append(
            str(save_picture(demo_scene(story.data, story.floor, story.best, **story.shown()), folder / "demo.png"))
        )
    except MissingExtraError as error:
        story.notes.append(f"no picture: {error}")
    for suffix in (".json", ".npz", ".onnx"):
        try:
            files.append(str(save(story.best.network, folder / f"best{suffix}")))
        except MissingExtraError as error:
            story.notes.append(f"no {suffix} file: {error}")
    return files

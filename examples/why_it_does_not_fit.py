"""Ten ReLU units do not learn a sine: why, and the network repaired.

    pip install "hinges[train,plot]"
    python examples/why_it_does_not_fit.py

Writes diagnose.png, which is the picture in the README, and repair.png.
"""

from dataclasses import replace

from hinges import Dataset, Training, example, fit, save_picture, scene
from hinges.diagnosis import diagnose, repair


def main() -> None:
    """Train with the settings of a well-known forum question, and say what went wrong."""
    data = example("sine")
    stuck = fit(data, replace(Training.forum(), seed=26))
    rows = Dataset(data.x[:135], data.y[:135])  # the last tenth was held out
    found = diagnose(stuck.network, rows, history=stuck)
    print(found.summary)
    save_picture(scene(found), "diagnose.png")
    repaired = repair(stuck.network, rows)
    print(repaired)
    save_picture(scene(repaired), "repair.png")


if __name__ == "__main__":
    main()

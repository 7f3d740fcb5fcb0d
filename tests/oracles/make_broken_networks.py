"""Train the networks of `broken_networks` again: `python make_broken_networks.py [--missing | NAME ...]`."""

import json
import sys

import numpy as np
from broken_networks import CASES, CONTROLS, FORUM
from zoo_samples import FOLDER, remade

FACTS, ARRAYS = FOLDER / "networks.json", FOLDER / "networks.npz"


def main(names):
    """Train these samples, all that are not stored yet, or all."""
    samples = {sample.name: sample for sample in (*CASES, *CONTROLS, *FORUM)}
    facts = json.loads(FACTS.read_text()) if FACTS.exists() else {}
    arrays = dict(np.load(ARRAYS)) if ARRAYS.exists() else {}
    facts = {name: entry for name, entry in facts.items() if name in samples}
    arrays = {name: entry for name, entry in arrays.items() if name.split("/")[0] in samples}
    if names == ["--missing"]:
        names = [name for name in samples if name not in facts]
    elif not names:
        names = list(samples)
    for name in names:
        facts[name], found = remade(samples[name])
        arrays.update(found)
        keep(facts, arrays)
        before, after = facts[name]["loss"], facts[name].get("mended", np.nan)
        sys.stdout.write(f"{name:40} {before:12.5g} {after:12.5g} {before / max(after, 1e-300):12.5g}\n")
        sys.stdout.flush()


def keep(facts, arrays):
    """Write what there is, so that a run that ends early is not lost."""
    FOLDER.mkdir(exist_ok=True)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(facts[name])}" for name in sorted(facts))
    FACTS.write_text("{\n" + lines + "\n}\n")
    np.savez_compressed(ARRAYS, **{name: arrays[name] for name in sorted(arrays)})


if __name__ == "__main__":
    main(sys.argv[1:])

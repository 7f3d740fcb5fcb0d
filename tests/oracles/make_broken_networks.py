"""Train the networks of `broken_networks` again: `python make_broken_networks.py [--missing | NAME ...]`."""

import json
import sys

import numpy as np
from broken_networks import CASES, CONTROLS, FORUM
from zoo_samples import FOLDER, remade


def main(names):
    facts_at, arrays_at = FOLDER / "networks.json", FOLDER / "networks.npz"
    samples = {sample.name: sample for sample in (*CASES, *CONTROLS, *FORUM)}
    facts = json.loads(facts_at.read_text()) if facts_at.exists() else {}
    arrays = dict(np.load(arrays_at)) if arrays_at.exists() else {}
    facts = {name: entry for name, entry in facts.items() if name in samples}
    arrays = {name: entry for name, entry in arrays.items() if name.split("/")[0] in samples}
    if names == ["--missing"]:
        names = [name for name in samples if name not in facts]
    for name in names or samples:
        facts[name], found = remade(samples[name])
        arrays.update(found)
        sample = facts[name]
        factor = sample["loss"] / max(sample["mended"], 1e-300) if "mended" in sample else 0.0
        sys.stdout.write(f"{name:45} {sample['loss']:12.5g} {sample.get('mended', 0.0):12.5g} {factor:12.5g}\n")
        sys.stdout.flush()
    facts_at.parent.mkdir(exist_ok=True)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(facts[name])}" for name in sorted(facts))
    facts_at.write_text("{\n" + lines + "\n}\n")
    np.savez_compressed(arrays_at, **{name: arrays[name] for name in sorted(arrays)})


if __name__ == "__main__":
    main(sys.argv[1:])

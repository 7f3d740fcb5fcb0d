"""What readers promise of files: hostile and damaged ones end in a sentence soon, random graphs compute the same."""

import gc
import importlib.util
import random
import time
from pathlib import Path

import numpy as np
import pytest

from hinges import HingesError
from hinges.interop import load

TESTS = Path(__file__).parents[1]


def other_test(folder, name):
    """A test module of another folder, for its cases."""
    spec = importlib.util.spec_from_file_location(name, TESTS / folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_hostile_files(record, tmp_path):
    cases = other_test("unit", "test_hostile_files").CASES
    times, read = [], 0
    gc.collect()
    gc.freeze()  # what other tests have left in memory is no part of what reading takes
    for name, (data, _) in cases.items():
        path = tmp_path / name
        path.write_bytes(data() if callable(data) else data)
        start = time.process_time()
        try:
            load(path)
            read += 1
        except HingesError:
            times.append(time.process_time() - start)
        path.unlink()
    record(f"{len(cases)} hostile files: how many are read", read, "== 0")
    record("the same, processor seconds until the slowest is refused", max(times), "<= 1")


@pytest.mark.needs("onnx", "onnxruntime")
def test_damaged_onnx_files(record, tmp_path):
    operators = other_test("interop", "test_onnx_operators")
    files = []
    for build in operators.ON_IMAGES.values():
        files.append(build(operators.Model(*operators.IMAGE)).saved(tmp_path / "net.onnx").read_bytes())
    choose = random.Random(3)
    path, strangers, slowest = tmp_path / "damaged.onnx", 0, 0.0
    for _ in range(10_000):
        path.write_bytes(damaged(choose.choice(files), choose))
        start = time.process_time()
        try:
            load(path)
        except HingesError:
            slowest = max(slowest, time.process_time() - start)
        except Exception:  # noqa: BLE001 - the claim is that there is none
            strangers += 1
    record("10,000 ONNX files with changed bytes: errors that are no sentence of ours", strangers, "== 0")
    record("the same, processor seconds until the slowest is refused", slowest, "<= 1")


def damaged(data, choose):
    content = bytearray(data)
    for _ in range(choose.choice((1, 1, 2, 4))):
        at, kind = choose.randrange(len(content)), choose.random()
        if kind < 0.6:
            content[at] = choose.randrange(256)
        elif kind < 0.75:
            del content[at : at + choose.randrange(1, 9)]
        elif kind < 0.9:
            content[at:at] = choose.randbytes(choose.randrange(1, 9))
        else:
            content[at : at + 1] = b"\xff" * 8 + b"\x7f"
    return bytes(content)


def computed(path, x):
    """What onnxruntime says, or None where the shapes of a chain do not fit."""
    import onnx
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    try:
        model = onnx.load(str(path))
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)  # else onnxruntime may abort
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        return np.asarray(session.run(None, {"x": x})[0])
    except Exception:  # noqa: BLE001 - both have classes of their own for it
        return None


@pytest.mark.needs("onnx", "onnxruntime")
def test_random_chains_of_operators(record, tmp_path):
    operators = other_test("interop", "test_onnx_operators")
    builds, rng, errors = list(operators.ON_IMAGES.values()), np.random.default_rng(4), []
    path, refused = tmp_path / "net.onnx", 0
    for _ in range(1000):
        model = operators.Model(*operators.IMAGE)
        for build in rng.choice(np.array(builds, object), 3):
            build(model)
        x = rng.normal(size=(5, *operators.IMAGE)).astype(np.float32)
        output = computed(model.saved(path), x)
        if output is None or not output.any():
            continue
        try:
            found = load(path)(x.reshape(5, -1)).reshape(output.shape)
        except HingesError:
            refused += 1  # a product of two tensors, and the like
            continue
        errors.append(np.abs(found - output).max() / np.abs(output).max())
    record("random chains of three operators that onnxruntime runs, of 1,000", len(errors), ">= 100")
    record("the same, median difference from onnxruntime, of the output's scale", float(np.median(errors)), "<= 2e-6")
    record("the same, 99 of 100 below", float(np.quantile(errors, 0.99)), "<= 2e-5")
    share = refused / (refused + len(errors))  # products of what the network computes
    record("the same, share of those that run there which the reader refuses", share, "<= 0.05")

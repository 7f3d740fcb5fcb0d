"""The page's engine against the library: golden vectors made on the fly, computed by node, compared here."""

import base64
import json
import math
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hinges import Network, PiecewiseLinear, best_error, example, save, to_function, to_network, to_source, trace
from hinges.construct import sawtooth, sine_by_hand, square
from hinges.construct._tent import Tent, tents_in_one_layer, tents_in_two_layers
from hinges.nets import ACTIVATIONS

pytestmark = pytest.mark.needs("node")
TOLERANCE = 1e-12
SLOPE = 0.3
NETWORKS = 1_000  # `make evidence` compares ten thousand
Engine = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, web: Path) -> Engine:
    return engine_in(tmp_path_factory.mktemp("golden"), web)


def engine_in(folder: Path, web: Path) -> Engine:
    """Give a function that hands cases to the engine and gives its answers."""
    program = folder / "golden.mjs"
    command = [web / "node_modules" / ".bin" / "esbuild", web / "tests" / "engine" / "golden.ts", "--bundle"]
    run([*command, "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={program}"])

    def answers(cases: dict[str, Any]) -> dict[str, Any]:
        source, target = folder / "cases.json", folder / "answers.json"
        source.write_text(json.dumps(cases))
        run(["node", program, source, target])
        return json.loads(target.read_text())

    return answers


def run(command: list[Any]) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def plain(network: Network) -> dict[str, Any]:
    """Give a dense network as the engine's plain value."""
    return {
        "weights": [w.tolist() for w in network.weights],
        "biases": [b.tolist() for b in network.biases],
        "activations": list(network.activations),
        "slope": SLOPE,
    }


def random_network(rng: np.random.Generator, sizes: list[int], activations: list[str]) -> Network:
    weights = [rng.uniform(-2, 2, shape) for shape in pairwise(sizes)]
    biases = [rng.uniform(-2, 2, size) for size in sizes[1:]]
    return Network.dense(weights, biases, activations, negative_slope=SLOPE)


def assert_close(found: Any, expected: Any, scale: float = 1.0) -> None:
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    assert found.shape == expected.shape
    size = max(scale, float(np.abs(expected).max(initial=0.0)))
    assert np.abs(found - expected).max(initial=0.0) <= TOLERANCE * size


def assert_same_network(found: dict[str, Any], expected: Network) -> None:
    assert found["activations"] == list(expected.activations)
    for mine, theirs in zip(found["weights"] + found["biases"], expected.weights + expected.biases, strict=True):
        assert_close(mine, theirs)


def test_a_thousand_random_networks(engine: Engine) -> None:
    off = differences(engine, NETWORKS)
    assert off.max() > 0  # two engines, not one
    assert off.max() <= TOLERANCE


def differences(engine: Engine, count: int) -> np.ndarray:
    """Give how far the two engines are apart at each output of random networks, in units of its size, at least 1."""
    rng = np.random.default_rng(0)
    names = sorted(ACTIVATIONS)
    cases, expected = [], []
    for _ in range(count):
        depth = int(rng.integers(1, 4))
        sizes = [int(rng.integers(1, 3)), *rng.integers(1, 6, depth).tolist(), int(rng.integers(1, 3))]
        weights = [rng.uniform(-2, 2, shape) for shape in pairwise(sizes)]
        biases = [rng.uniform(-2, 2, size) for size in sizes[1:]]
        activations = [names[i] for i in rng.integers(0, 6, depth + 1)]
        x = rng.uniform(-3, 3, (2, sizes[0]))
        expected.append(Network.dense(weights, biases, activations, negative_slope=SLOPE)(x))
        lists = {"weights": [w.tolist() for w in weights], "biases": [b.tolist() for b in biases]}
        cases.append({"network": lists | {"activations": activations, "slope": SLOPE}, "x": x.tolist()})
    found = engine({"forward": cases})["forward"]
    mine = np.array([value for rows in found for row in rows for value in row])
    theirs = np.concatenate([rows.ravel() for rows in expected])
    sizes_of = np.concatenate([np.full(rows.size, max(1.0, np.abs(rows).max())) for rows in expected])
    assert len(found) == count
    return np.abs(mine - theirs) / sizes_of


def probes_of(f: PiecewiseLinear) -> list[float]:
    t = f.breakpoints
    return [t[0] - 2.5, *t, *((t[:-1] + t[1:]) / 2), t[-1] + 2.5]


def test_functions_of_one_hidden_layer(engine: Engine) -> None:
    rng = np.random.default_rng(1)
    networks = [random_network(rng, [1, int(rng.integers(1, 13)), 1], ["relu", "linear"]) for _ in range(300)]
    grid = np.arange(-8, 9) / 4  # kinks coincide and cancel
    for _ in range(100):
        n = int(rng.integers(2, 8))
        weights = [rng.choice([-2.0, -1.0, 0.0, 1.0, 2.0], (1, n)), rng.choice(grid, (n, 1))]
        networks.append(Network.dense(weights, [rng.choice([-1.0, 0.0, 1.0], n), [0.5]]))
    functions = [to_function(network) for network in networks]
    cases = [{"network": plain(n), "probes": probes_of(f)} for n, f in zip(networks, functions, strict=True)]
    for answer, f, case in zip(engine({"functions": cases})["functions"], functions, cases, strict=True):
        mine = answer["f"]
        assert_close(mine["breakpoints"], f.breakpoints)
        assert_close([mine["leftSlope"], mine["rightSlope"]], [f.left_slope, f.right_slope])
        assert_close(answer["at"], f(case["probes"]))


def test_functions_of_deep_networks(engine: Engine) -> None:
    rng = np.random.default_rng(2)
    networks = [
        random_network(rng, [1, *rng.integers(1, 5, 2).tolist(), 1], [kind, kind, "linear"])
        for kind in ("relu", "leaky_relu")
        for _ in range(50)
    ]
    networks += [sine_by_hand()[-1].network, sawtooth(5), square(4), tents_in_two_layers([Tent(0.2, 0.5, 0.8, 2.0)])]
    functions = [to_function(network) for network in networks]
    cases = [{"network": plain(n), "probes": probes_of(f)} for n, f in zip(networks, functions, strict=True)]
    for answer, f, case in zip(engine({"functions": cases})["functions"], functions, cases, strict=True):
        assert len(answer["f"]["breakpoints"]) == len(f.breakpoints)
        assert_close(answer["at"], f(case["probes"]))


def test_networks_of_functions(engine: Engine) -> None:
    rng = np.random.default_rng(3)
    cases, expected = [], []
    for i in range(150):
        k = int(rng.integers(1, 9))
        t = np.cumsum(rng.uniform(0.1, 2, k)) - 4
        f = PiecewiseLinear(t, rng.uniform(-3, 3, k), *rng.choice([0.0, 1.5, -0.7], 2))
        interval = (-5.0, 6.0) if i % 2 else None
        plain_f = {"breakpoints": t.tolist(), "values": f.values.tolist()}
        slopes = {"leftSlope": f.left_slope, "rightSlope": f.right_slope}
        cases.append({"f": plain_f | slopes, "interval": interval})
        expected.append(to_network(f, interval=interval))
    for mine, theirs in zip(engine({"networks": cases})["networks"], expected, strict=True):
        assert_same_network(mine, theirs)


def test_traces(engine: Engine) -> None:
    rng = np.random.default_rng(4)
    cases, expected = [], []
    for i in range(200):
        name = sorted(ACTIVATIONS)[i % 6]
        network = random_network(rng, [2, 4, 3, 3], [name, name, "linear"])
        point = rng.uniform(-2, 2, 2).tolist()
        target: Any = int(rng.integers(3)) if i % 2 else rng.normal(size=3).tolist()
        wanted = {"label": target} if i % 2 else {"values": target}
        cases.append({"network": plain(network), "point": point, "target": wanted})
        expected.append(trace(network, point, target))
    for mine, theirs in zip(engine({"traces": cases})["traces"], expected, strict=True):
        assert_close(mine["loss"], theirs.loss)
        assert_close(mine["inputGradient"], theirs.gradient)
        assert np.concatenate(mine["pattern"]).astype(bool).tolist() == theirs.pattern.tolist()
        for one, layer in zip(mine["layers"], theirs.layers, strict=True):
            for name in ("input", "dot", "z", "a", "gate"):
                assert_close(one[name], getattr(layer, name))
            assert_close(one["withoutBias"], layer.without_bias)
            assert layer.gradient is not None
            for name in ("a", "z", "weights", "bias"):
                assert_close(one["backward"][name], getattr(layer.gradient, name))


def test_bricks_and_examples(engine: Engine) -> None:
    tents = [Tent(0.2, 0.5, 0.8, 2.0), Tent(-1.0, 0.0, 3.0, -0.5)]
    plain_tents = [{"left": t.left, "apex": t.apex, "right": t.right, "height": t.height} for t in tents]
    answers = engine({"bricks": {"tents": plain_tents, "depth": 4}})
    bricks = answers["bricks"]
    assert_same_network(bricks["one"], tents_in_one_layer(tents))
    assert_same_network(bricks["two"], tents_in_two_layers(tents))
    assert_same_network(bricks["sawtooth"], sawtooth(4))
    assert_same_network(bricks["square"], square(4))
    for mine, step in zip(bricks["sine"], sine_by_hand(), strict=True):
        assert (mine["title"], mine["sentence"]) == (step.title, step.sentence)
        assert_same_network(mine["network"], step.network)
    *curves, spiral = answers["examples"]
    for mine, name in zip(curves, ("sine", "relu-lab", "nile"), strict=True):
        data = example(name)
        assert mine["x"] == data.x[:, 0].tolist()
        assert_close(mine["y"], data.y[:, 0])
    assert_close(spiral["points"], example("spiral").x)
    assert spiral["labels"] == example("spiral").y[:, 0].tolist()


def networks_to_write() -> list[Network]:
    rng = np.random.default_rng(5)
    shapes = [[1, 3, 1], [1, 1, 1], [2, 4, 3, 1], [1, 101, 1], [3, 2]]
    names = sorted(ACTIVATIONS)
    written = [random_network(rng, sizes, [name] * (len(sizes) - 2) + ["linear"]) for sizes in shapes for name in names]
    written += [random_network(rng, [2, 3, 2], ["relu", name]) for name in names]
    written.append(Network.dense([[[1.0, 0.0, -1.0]], [[1.0], [-1.0], [0.0]]], [[0.0, -2.0, 1e-7], [0.0]]))
    written.append(Network.dense([[[1e16, 3.0]], [[1e-5], [1e22]]], [[0.1 + 0.2, -0.0], [5e-324]]))
    return written


def test_python_source_is_the_same_text(engine: Engine) -> None:
    networks = networks_to_write()
    found = engine({"sources": [plain(n) for n in networks]})["sources"]
    assert found == [to_source(n, "python") for n in networks]


@pytest.mark.needs("onnx", "onnxruntime")
def test_onnx_files_are_valid_and_run(engine: Engine, tmp_path: Path) -> None:
    import onnx
    import onnxruntime

    networks = networks_to_write()
    rng = np.random.default_rng(6)
    for text, network in zip(engine({"sources": [plain(n) for n in networks]})["onnx"], networks, strict=True):
        data = base64.b64decode(text)
        onnx.checker.check_model(onnx.load_model_from_string(data), full_check=True)
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        x = rng.uniform(-2, 2, (5, network.inputs))
        (found,) = session.run(None, {"x": x})
        assert_close(found, network(x))
    save(networks[0], tmp_path / "same.onnx")
    theirs = onnx.load(tmp_path / "same.onnx").graph
    mine = onnx.load_model_from_string(base64.b64decode(engine({"sources": [plain(networks[0])]})["onnx"][0])).graph
    assert [node.op_type for node in mine.node] == [node.op_type for node in theirs.node]


def test_best_units_meet_the_certified_bounds(engine: Engine) -> None:
    data = example("sine")
    x, y = data.x[:, 0].tolist(), data.y[:, 0].tolist()
    units = [6, 10]
    cases = [{"x": x, "y": y, "units": units, "loss": loss} for loss in ("mse", "max")]
    answers = engine({"best": cases})["best"]
    for case, found in zip(cases, answers, strict=True):
        for n, mine in zip(units, found, strict=True):
            theirs = best_error(data, units=n, loss=case["loss"])
            assert theirs.lower * (1 - 1e-9) <= mine["error"] <= theirs.upper * (1 + 1e-3)
            assert mine["lower"] <= mine["error"]
            # the page's bound needs no pair bound here: the lines of neighbouring runs meet in their gaps
            assert mine["lower"] == pytest.approx(theirs.lower, rel=1e-9)
            network = Network.dense(mine["network"]["weights"], mine["network"]["biases"])
            errors = np.abs(network(data.x)[:, 0] - data.y[:, 0])
            measured = errors.max() if case["loss"] == "max" else np.mean(errors**2)
            assert measured == pytest.approx(mine["error"], rel=1e-9)
            assert len(network.hinges()) == n


def test_starts_are_those_of_the_library(engine: Engine) -> None:
    from hinges.train._draws import stratified_places

    x = example("sine").x[:, 0]
    job = {
        "x": x.tolist(),
        "y": x.tolist(),
        "start": [0.0] * 4,
        "activation": "relu",
        "slope": SLOPE,
        "rates": [],
        "batches": None,
    }
    (mine,) = engine({"training": [job]})["starts"]
    u = np.array(mine["numbers"])
    limit = math.sqrt(6 / 6)
    assert_close(
        mine["keras"], np.concatenate([-limit + 2 * limit * u[:5], np.zeros(5), -limit + 2 * limit * u[5:10], [0]])
    )
    assert_close(mine["torch"], np.concatenate([2 * u[:10] - 1, (2 * u[10:16] - 1) / math.sqrt(5)]))

    class Uniforms:
        """Gives the numbers that the engine read after the five signs."""

        def uniform(self, size: int) -> np.ndarray:
            return u[5 : 5 + size]

    kinks = np.quantile(x, stratified_places(Uniforms(), 5))  # pyright: ignore[reportArgumentType]
    signs = np.where(u[:5] < 0.5, -1.0, 1.0)
    weights = np.abs(mine["keras"][:5]) * signs
    assert_close(mine["stratified"], np.concatenate([weights, -weights * kinks, mine["keras"][10:]]))


@pytest.mark.needs("jax", "optax")
def test_trained_runs_on_the_same_batches(engine: Engine) -> None:
    from hinges.train._dense_model import DenseModel
    from hinges.train._draws import starts
    from hinges.train._engine import Descent
    from hinges.train._engine import Engine as Trainer
    from hinges.train._order import Order
    from hinges.train._problem import scaled_problem

    problem = scaled_problem(example("sine"), validation=0.1, standardize=False)
    jobs, expected = [], []
    for activation, batch, steps, seed in [("relu", 32, 5_000, 3), ("tanh", 135, 500, 5)]:
        model = DenseModel((1, 10, 1), activation)
        initial = starts([seed], model, init="torch", kinks="stratified", x=problem.x)
        trainer = Trainer(problem, initial, [seed], model=model, descent=Descent(batch=batch), stride=steps)
        rates = 1e-2 * 0.5 * (1 + np.cos(np.pi * np.arange(steps) / steps))
        batches = None if batch >= 135 else recorded(Order([seed], 1, rows=135, batch=batch, window=steps), steps)
        while trainer.step < steps:
            trainer.advance(rates[trainer.step : trainer.step + trainer.longest_run])
        jobs.append(
            {
                "x": problem.x[:, 0].tolist(),
                "y": problem.y[:, 0].tolist(),
                "start": initial[:, 0].tolist(),
                "activation": activation,
                "slope": SLOPE,
                "rates": rates.tolist(),
                "batches": batches,
            }
        )
        expected.append(trainer.record())
    for mine, record in zip(engine({"training": jobs})["training"], expected, strict=True):
        np.testing.assert_allclose(mine["parameters"], record.parameters[:, 0], rtol=0, atol=1e-9)
        assert mine["loss"] == pytest.approx(record.loss[0], rel=1e-9)


def recorded(order: Any, steps: int) -> list[list[int]]:
    """Give the rows of the first batches; a short one ends at the row number that stands for none."""
    return [[int(row) for row in batch[:, 0] if row < 135] for batch in order.window()[:steps]]

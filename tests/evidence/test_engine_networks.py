"""The page's engine against the library on ten thousand random networks."""

import importlib.util
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COUNT = 10_000


def test_ten_thousand_random_networks(record, tmp_path):
    if not shutil.which("node") or not (ROOT / "web" / "node_modules" / "esbuild").is_dir():
        pytest.skip("needs node and web/node_modules (make web)")
    spec = importlib.util.spec_from_file_location("engine_golden", ROOT / "tests" / "lab" / "test_engine_golden.py")
    assert spec is not None
    assert spec.loader is not None
    golden = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(golden)
    off = golden.differences(golden.engine_in(tmp_path, ROOT / "web"), COUNT)
    record("ten thousand random networks, page against library: largest difference by size", off.max(), "<= 1e-12")

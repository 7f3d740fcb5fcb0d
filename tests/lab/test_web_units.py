"""The front end's own tests, which node runs."""

import subprocess
import sys
from collections.abc import Callable


def test_units_of_the_front_end(run_node: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run_node("test.mjs")
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr

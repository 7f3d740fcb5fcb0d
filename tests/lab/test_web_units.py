"""The front end's own tests, which node runs."""

import subprocess
import sys

from conftest import WEB, need_web_tools  # pyright: ignore[reportMissingImports]


def test_units_of_the_front_end() -> None:
    need_web_tools()
    done = subprocess.run(["node", str(WEB / "test.mjs")], capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr

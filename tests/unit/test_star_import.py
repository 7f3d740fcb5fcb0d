"""`from hinges import *` works without any extra, and what needs one says what to type."""

import subprocess
import sys
import textwrap

EXTRAS = (
    "anywidget",
    "distributed",
    "jax",
    "joblib",
    "keras",
    "matplotlib",
    "onnx",
    "optax",
    "sklearn",
    "starlette",
    "torch",
)
SCRIPT = f"""
    import sys
    sys.modules |= dict.fromkeys({EXTRAS!r})  # as if none of them were installed
    from hinges import *
    import hinges
    print([name for name in hinges.__all__ if name not in globals()])
    try:
        HingeRegressor(units=3)
    except MissingExtraError as error:
        print(error)
"""


def test_star_import_without_extras():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "[]",
        'this needs the package sklearn; to install it, type: pip install "hinges[sklearn]"',
    ]

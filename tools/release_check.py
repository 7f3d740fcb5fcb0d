# ruff: noqa: INP001, T201 - a script, not part of a package
"""Build what is released and use it as strangers do: `python tools/release_check.py [--only STEP ...]`.

The sdist and the wheel are built, looked into, and installed into empty environments: the core alone, each extra by
itself, and the core under a newer Python where there is one. Every step ends with a real call. The packages come from
pip's own index; torch is the one for processors alone.
"""

import argparse
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# What an extra needs from the user: an open range of torch brings gigabytes of libraries for graphics cards, and Keras
# works with one of several backends.
BESIDE = {"torch": "torch==2.13.0", "keras": "jax"}
STRAY = re.compile(r"__pycache__|\.py[cod]$|\.nb[ic]$|\.DS_Store|\.swp$|node_modules|/\.")
EXTRAS = {  # one real call each
    "plot": "from hinges import *; import os; save_picture(fit(example('sine'), Best(units=3)), 'a.png'); "
    "assert os.path.getsize('a.png') > 10_000",
    "train": "from hinges import *; assert fit(example('sine'), Training(steps=200)).loss < 1",
    "lab": "from hinges import *; from hinges.lab import export_site, serve; export_site('lab'); "
    "assert station('match').state['units']",
    "sklearn": "from hinges import *; d = example('sine'); "
    "assert HingeRegressor(units=10).fit(d.x, d.y[:, 0]).score(d.x, d.y[:, 0]) > 0.999; "
    "assert example('digits').x.shape[1] == 64",
    "onnx": "from hinges import *; n = fit(example('sine'), Best(units=3)).network; save(n, 'a.onnx'); "
    "assert load('a.onnx')(2.0) == n(2.0)",
    "torch": "from hinges import *; import torch; assert torch.__version__.endswith('+cpu'), torch.__version__; "
    "n = fit(example('sine'), Best(units=3)).network; assert load(to_torch(n))(2.0) == n(2.0)",
    "keras": "from hinges import *; n = fit(example('sine'), Best(units=3)).network; "
    "assert load(to_keras(n))(2.0) == n(2.0)",
    "cluster": "import joblib; from distributed import Client; from hinges import *\n"
    "with Client(n_workers=1, processes=False, dashboard_address=None), joblib.parallel_config('dask'):\n"
    "    assert len(sweep(example('relu-lab'), RandomSearch(trials=50), seeds=range(3)).results) == 3",
    "all": "from hinges import *; import matplotlib, jax, starlette, sklearn, onnx, keras, distributed; "
    "found = diagnose(fit(example('sine'), Training.forum()).network, example('sine')); "
    "assert not found.healthy; save_picture(found, 'a.png')",
}


def run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command and give what it printed; end with its messages where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, text=True, capture_output=True, check=False, **options)  # noqa: S603 - our own
    if done.returncode:
        said = f"{done.stdout[-3000:]}\n{done.stderr[-5000:]}"
        sys.exit(f"{' '.join(words)[:200]}\nended with {done.returncode}:\n{said}")
    return done


class Check:
    """One check of a release, in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dist = folder / "dist"
        self.version = runpy.run_path(str(ROOT / "src/hinges/_version.py"))["__version__"]
        self.wheel = self.dist / f"hinges-{self.version}-py3-none-any.whl"
        self.sdist = self.dist / f"hinges-{self.version}.tar.gz"
        self.core = folder / "core"

    def build(self) -> str:
        """Build both from a clone of what is committed and of what is not yet, and look into them."""
        run(sys.executable, "-m", "hatchling", "build", "-d", self.dist, cwd=ROOT)
        tracked = set(run("git", "ls-files", cwd=ROOT).stdout.splitlines())
        with tarfile.open(self.sdist) as archive:
            inside = {name.partition("/")[2] for name in archive.getnames()} - {"PKG-INFO", "", ".gitignore"}
            archive.extractall(self.folder / "unpacked", filter="data")
        with zipfile.ZipFile(self.wheel) as archive:
            packed = set(archive.namelist())
        stray = sorted(name for name in inside | packed if STRAY.search(name)) + sorted(inside - tracked)
        if stray:
            sys.exit(f"stray files: {', '.join(stray[:20])}")
        missing = {name for name in tracked if name.startswith(("src/", "tests/", "docs/", "web/", "tools/"))} - inside
        missing |= {name for name in tracked if name.startswith("src/") and name.removeprefix("src/") not in packed}
        if missing:
            sys.exit(f"not packed: {', '.join(sorted(missing)[:20])}")
        foreign = {name for name in packed if not name.startswith(("hinges/", f"hinges-{self.version}.dist-info/"))}
        if foreign:
            sys.exit(f"the wheel holds {', '.join(sorted(foreign))}")
        unpacked = self.folder / "unpacked" / f"hinges-{self.version}"
        run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", self.folder / "again", cwd=unpacked)
        with zipfile.ZipFile(self.folder / "again" / self.wheel.name) as archive:
            if set(archive.namelist()) != packed:
                sys.exit("the wheel made from the sdist holds other files than the one made here")
        sizes = [f"{path.stat().st_size // 1024} kB" for path in (self.sdist, self.wheel)]
        return f"{len(inside)} files in the sdist ({sizes[0]}), {len(packed)} in the wheel ({sizes[1]})"

    def alone(self) -> str:
        """Install the wheel into an empty environment: the core works, and says what to type for the rest."""
        self.environment(self.core, Path(sys.executable))
        return self.core_works(self.core)

    def core_works(self, environment: Path) -> str:
        """Check the core alone."""
        self.install(environment, str(self.wheel))
        hinges = environment / "bin" / "hinges"
        if "Build, see and repair" not in run(hinges, "--help", cwd=self.folder).stdout:
            sys.exit("hinges --help does not say what hinges is")
        if self.version not in run(hinges, "--version", cwd=self.folder).stdout:
            sys.exit("hinges --version does not give the version of _version.py")
        told = subprocess.run([hinges, "demo"], text=True, capture_output=True, check=False, cwd=self.folder)  # noqa: S603
        lines = [f'pip install "hinges[{extra}]"' for extra in ("train", "plot", "onnx")]
        if told.returncode or any(line not in told.stdout for line in lines):
            sys.exit(f"hinges demo without extras ended with {told.returncode} and said:\n{told.stdout}{told.stderr}")
        run(hinges, "fit", "sine", "--units", "10", "--save", "a.npz", cwd=self.folder)
        run(hinges, "slice", "a.npz", "--low", "0", "--high", "10", cwd=self.folder)
        return "hinges demo says: " + ", ".join(lines)

    def one_extra(self, name: str) -> str:
        """Install one extra upon the core, and nothing else, and call it."""
        environment = self.folder / f"with-{name}"
        self.environment(environment, Path(sys.executable), upon=self.core)
        if name in BESIDE:
            self.install(environment, BESIDE[name])
        self.install(environment, f"{self.wheel}[{name}]")
        variables = os.environ | {"MPLBACKEND": "Agg", "KERAS_BACKEND": "jax"}
        run(environment / "bin" / "python", "-c", EXTRAS[name], cwd=environment, env=variables)
        packages = len(list(environment.glob("lib/python*/site-packages/*.dist-info")))
        shutil.rmtree(environment)
        return f"{packages} packages besides the core"

    def newer(self) -> str:
        """Install the wheel under the newest Python there is, or say that there is none newer."""
        newest = newest_python()
        if newest is None:
            return f"skipped: no Python newer than {sys.version_info[0]}.{sys.version_info[1]} is here"
        environment = self.folder / "newer"
        self.environment(environment, newest)
        self.core_works(environment)
        self.install(environment, f"{self.wheel}[plot,sklearn]")
        for name in ("plot", "sklearn"):
            run(
                environment / "bin" / "python",
                "-c",
                EXTRAS[name],
                cwd=environment,
                env=os.environ | {"MPLBACKEND": "Agg"},
            )
        return run(environment / "bin" / "python", "-V").stdout.strip()

    def environment(self, folder: Path, python: Path, *, upon: Path | None = None) -> None:
        """Make an empty environment, which may see the packages of another one."""
        run(python, "-m", "venv", folder)
        if upon is not None:
            (below,) = upon.glob("lib/python*/site-packages")
            (here,) = folder.glob("lib/python*/site-packages")
            (here / "upon.pth").write_text(f"{below}\n")

    def install(self, environment: Path, what: str) -> None:
        """Install into an environment."""
        run(environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", what)


def newest_python() -> Path | None:
    """Give the newest Python that is newer than this one: on PATH, of pyenv, or of uv."""
    found: dict[int, Path] = {}
    known = [Path(name) for minor in range(12, 20) if (name := shutil.which(f"python3.{minor}"))]
    known += sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin/python3"))
    known += sorted((Path.home() / ".local/share/uv/python").glob("cpython-3.*/bin/python3"))
    for python in known:
        ask = [str(python), "-c", "import ensurepip, sys; print(sys.version_info[1])"]
        told = subprocess.run(ask, text=True, capture_output=True, check=False)  # noqa: S603 - an interpreter
        if told.returncode == 0 and int(told.stdout) > sys.version_info[1]:
            found.setdefault(int(told.stdout), python)
    return found[max(found)] if found else None


def main() -> None:
    """Run the steps."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    if set(extras) != set(EXTRAS):
        sys.exit(f"no call is known for {', '.join(sorted(set(extras) ^ set(EXTRAS)))}")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=[*EXTRAS, "newer"], metavar="STEP", help="extras, or newer")
    wanted = parser.parse_args().only
    with tempfile.TemporaryDirectory(prefix="hinges-release-") as name:
        check = Check(Path(name))
        steps: dict[str, Callable[[], str]] = {"build": check.build, "core": check.alone}
        steps |= {extra: lambda extra=extra: check.one_extra(extra) for extra in EXTRAS} | {"newer": check.newer}
        for step, call in steps.items():
            if wanted is None or step in {"build", "core", *wanted}:
                start = time.monotonic()
                said = call()
                print(f"{step:8} {time.monotonic() - start:5.0f} s  {said}", flush=True)
    print(f"hinges {check.version} can be released.")


if __name__ == "__main__":
    main()

"""Every public name exists and stays itself: a submodule must not shadow a verb of the same name."""

import importlib
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import hinges

SOURCE = Path(hinges.__path__[0])
MODULES = sorted(
    ".".join(("hinges", *file.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for file in SOURCE.rglob("*.py")
    if file.name != "__main__.py"
)
PACKAGES = sorted(".".join(("hinges", *file.relative_to(SOURCE).parent.parts)) for file in SOURCE.rglob("__init__.py"))


@pytest.mark.parametrize("name", PACKAGES)
def test_all_lists_what_can_be_read(name):
    package = importlib.import_module(name)
    names = list(package.__all__)
    assert sorted(set(names)) == sorted(names), "a name is listed twice"
    absent = [public for public in names if not hasattr(package, public)]
    assert absent == []
    assert set(names) <= set(dir(package))


@pytest.mark.parametrize("name", PACKAGES)
def test_everything_public_in_a_package_is_listed(name):
    package = importlib.import_module(name)
    public = {
        attribute
        for attribute, value in vars(package).items()
        if not attribute.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and str(value.__module__).startswith("hinges")
    }
    assert public - set(package.__all__) == set()


def test_names_stay_themselves_after_every_submodule_is_imported():
    script = f"""
        import importlib, types
        import hinges
        before = {{name: getattr(hinges, name) for name in hinges.__all__}}
        for module in {MODULES!r}:
            importlib.import_module(module)
        changed = [name for name in hinges.__all__ if getattr(hinges, name) is not before[name]]
        modules = [name for name, value in before.items() if isinstance(value, types.ModuleType)]
        print(changed, modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "[] []"

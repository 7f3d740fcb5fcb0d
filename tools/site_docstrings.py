# ruff: noqa: INP001 - a script, not part of a package
"""How the site reads docstrings: lines after >>> are an example, and powers are no bold type."""

import re
from typing import Any

import griffe

EXAMPLE = re.compile(r"(?:^|\n)(>>> .*?)(?=\n\n(?!>>>)|\Z)", re.DOTALL)
QUOTED = re.compile(r"(`[^`]*`)")


def prepared(text: str) -> str:
    """Give a docstring as the parser wants it: examples in a section of their own, at the end."""
    examples = [found.strip() for found in EXAMPLE.findall(text)]
    rest = EXAMPLE.sub("\n", text).rstrip()
    parts = QUOTED.split(rest)
    parts[::2] = [part.replace("**", r"\*\*") for part in parts[::2]]  # 2**n is a power
    rest = "".join(parts)
    if not examples:
        return rest
    body = "\n\n".join(examples)
    return rest + "\n\nExamples:\n" + "\n".join(f"    {line}".rstrip() for line in body.splitlines())


class Docstrings(griffe.Extension):
    """Prepares every docstring when its object is read."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Prepare one docstring."""
        if obj.docstring is not None:
            obj.docstring.value = prepared(obj.docstring.value)

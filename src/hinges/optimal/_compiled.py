"""Kernels: plain Python functions over arrays that are compiled on their first large use.

The source of a kernel is plain Python. Called as it is, it runs as such, on lists and any kind of number; its
`Kernel` compiles it with numba, which is imported then and not before, and keeps the machine code on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Any

_LOCK = Lock()


class Kernel:
    """A function over arrays: `plain` as it is written, and compiled when called.

    `helpers` are the plain functions that it calls; they are compiled into it.
    """

    def __init__(self, plain: Callable[..., Any], *helpers: Callable[..., Any]) -> None:
        self.plain = plain
        self._helpers = helpers
        self._compiled: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        """Run the compiled function; both give the same numbers, bit by bit."""
        if self._compiled is None:
            with _LOCK:
                self._compiled = self._compiled or self._compile()
        return self._compiled(*arguments)

    def _compile(self) -> Callable[..., Any]:
        numba: Any = import_module("numba")
        extending: Any = import_module("numba.extending")
        for helper in self._helpers:
            if helper not in _REGISTERED:
                extending.register_jitable(helper)
                _REGISTERED.add(helper)
        try:
            return numba.njit(cache=True, nogil=True)(self.plain)
        except RuntimeError:  # neither the package's directory nor the user's cache can be written to
            return numba.njit(nogil=True)(self.plain)


_REGISTERED: set[Callable[..., Any]] = set()

"""A process that computes answers: started afresh, never forked, and ended at any moment without harm."""

import contextlib
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import cast

from hinges.errors import HingesError
from hinges.lab._questions import Question, answer

PATIENCE = 10  # what a patient process adds to its niceness: about a tenth of the share of another


class StoppedError(HingesError):
    """The process ended before it had answered."""


class Worker:
    """One process, which starts with its first question and answers one at a time; a patient one lets others go first.

    `ask` blocks and belongs into a thread; `stop` may be called from any other and makes `ask` raise.
    """

    def __init__(self, *, patient: bool = False) -> None:
        self.patient = patient
        self._lock = threading.Lock()
        self._stopped = False
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it can be asked again."""
        return not self._stopped and self._process is not None and self._process.is_alive()

    def ask(self, question: Question) -> str:
        """Give the reply as JSON text without its braces: `"answer": ...` or `"error": "a sentence"`."""
        try:
            connection = self._started()
            connection.send((question.kind, question.arguments))
            return connection.recv_bytes().decode()
        except (EOFError, OSError):
            self.stop()
            raise StoppedError("the computation ended before it had an answer: ask again") from None

    def _started(self) -> Connection:
        with self._lock:
            if self._stopped:
                raise EOFError
            if self._connection is None:
                context = multiprocessing.get_context("spawn")
                ours, theirs = context.Pipe()
                process = context.Process(target=serve_questions, args=(theirs, self.patient), daemon=True)
                with _interrupts_held():
                    process.start()
                theirs.close()
                self._process = process
                self._connection = cast(Connection, ours)  # on Windows another class with the same methods
            return self._connection

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
                self._process.join()


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold back Ctrl-C in this thread: a process started meanwhile never sees it, not even before its first line."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve_questions(connection: Connection, patient: bool = False) -> None:  # noqa: FBT001, FBT002 - a process's argument
    """Answer questions until the other end is closed; this is what runs in the process."""
    if patient and hasattr(os, "nice"):
        os.nice(PATIENCE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides when this process ends
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            kind, arguments = connection.recv()
        except EOFError:
            return
        connection.send_bytes(reply_to(Question(0, kind, arguments)).encode())


def _end_with_parent() -> None:
    """End this process, also in the middle of its work, when the server was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def reply_to(question: Question) -> str:
    """Give the reply to a question as JSON text without its braces."""
    try:
        return f'"answer": {json.dumps(answer(question), allow_nan=False)}'
    except HingesError as error:
        sentence = str(error)
    except MemoryError:
        sentence = "this needs more memory than there is: ask with fewer rows or units"
    except Exception as error:  # noqa: BLE001 - a page gets a sentence, whatever went wrong, and no path of this machine
        sentence = f"this could not be computed ({type(error).__name__})"
    return f'"error": {json.dumps(sentence)}'

"""A process that computes answers: started afresh, never forked, and ended at any moment without harm."""

import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import GeneratorType
from typing import Any, cast

from hinges.errors import HingesError
from hinges.lab import _materials
from hinges.lab.questions import Frame, Question, kind_named

Message = str | bytes  # what is sent to a page: text or a binary frame
Hearer = Callable[[Message], object]

MORE, LAST = "m", "l"  # kinds of messages: more of the same answer follow, or none
PATIENCE = 10  # what a patient process adds to its niceness: about a tenth of the share of another


class StoppedError(HingesError):
    """The process ended before it had answered."""


class Worker:
    """One process, which starts with its first question and answers one at a time; a patient one lets others go first.

    `ask` blocks and belongs into a thread; `stop` may be called from any other and makes `ask` raise.
    """

    def __init__(self, *, patient: bool = False, uploads: Path | None = None) -> None:
        self.patient = patient
        self._uploads = uploads
        self._lock = threading.Lock()
        self._stopped = False
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it can be asked again."""
        return not self._stopped and self._process is not None and self._process.is_alive()

    def ask(self, question: Question, hear: Hearer = lambda _: None) -> Message:
        """Give the message that answers; `hear` gets those before the last, and while it has one, none is read.

        A process whose pipe is not read waits: it is never far ahead of the page.
        """
        try:
            connection = self._started()
            connection.send(question)
            while True:
                kind, message = unpacked(connection.recv_bytes())
                if kind == LAST:
                    return message
                hear(message)
        except (EOFError, OSError):
            self.stop()
            raise StoppedError("the computation ended before it had an answer: ask again") from None
        except BaseException:  # whoever hears has gone, and the process would go on for nobody
            self.stop()
            raise

    def _started(self) -> Connection:
        with self._lock:
            if self._stopped:
                raise EOFError
            if self._connection is None:
                context = multiprocessing.get_context("spawn")
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=serve_questions, args=(theirs, self.patient, self._uploads), daemon=True
                )
                with interrupts_held():
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
def interrupts_held() -> Iterator[None]:
    """Hold back Ctrl-C in this thread: a process started meanwhile never sees it, not even before its first line."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve_questions(connection: Connection, patient: bool = False, uploads: Path | None = None) -> None:  # noqa: FBT001, FBT002 - a process's arguments
    """Answer questions until the other end is closed; this is what runs in the process."""
    if patient and hasattr(os, "nice"):
        os.nice(PATIENCE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides when this process ends
    threading.Thread(target=end_with_parent, args=(uploads,), daemon=True).start()
    _materials.uploads_are_in(uploads)
    while True:
        try:
            question = connection.recv()
        except EOFError:
            return
        for kind, message in replies_to(question):
            connection.send_bytes(packed(kind, message))


def end_with_parent(uploads: Path | None) -> None:
    """End this process, also in the middle of its work, when the server was killed, and clear up behind it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        if uploads is not None:
            shutil.rmtree(uploads, ignore_errors=True)
        os._exit(1)


def replies_to(question: Question) -> Iterator[tuple[str, Message]]:
    """Give the messages that answer a question, as they are computed: (MORE, ...) any number of times, (LAST, ...)."""
    try:
        given = kind_named(question.kind).answer(question.arguments)
        while isinstance(given, GeneratorType):
            try:
                value = next(given)
            except StopIteration as end:
                given = end.value
            else:
                yield MORE, message_of(question, value, more=True)
        last = message_of(question, given)
    except HingesError as error:
        sentence = _materials.without_paths(str(error))
    except MemoryError:
        sentence = "this needs more memory than there is: ask with fewer rows or units"
    except Exception as error:  # noqa: BLE001 - a page gets a sentence, whatever went wrong, and no path of this machine
        sentence = f"this could not be computed ({type(error).__name__})"
    else:
        yield LAST, last
        return
    yield LAST, error_of(question.mark, sentence)


def message_of(question: Question, value: Any, *, more: bool = False) -> Message:
    """Give an answer as it is sent."""
    fields = {"id": question.mark} | ({"more": True} if more else {})
    if isinstance(value, Frame):
        return value.encoded(fields)
    return json.dumps({**fields, "answer": value}, allow_nan=False)


def error_of(mark: Any, sentence: str, *, superseded: bool = False) -> str:
    """Give a sentence as it is sent instead of an answer."""
    return json.dumps({"id": mark, "error": sentence} | ({"superseded": True} if superseded else {}))


def packed(kind: str, message: Message) -> bytes:
    """Give a message as it goes through a pipe."""
    text = isinstance(message, str)
    return kind.encode() + (b"t" if text else b"b") + (message.encode() if text else message)


def unpacked(content: bytes) -> tuple[str, Message]:
    """Give the kind and the message that came through a pipe."""
    message = content[2:]
    return content[:1].decode(), message.decode() if content[1:2] == b"t" else message

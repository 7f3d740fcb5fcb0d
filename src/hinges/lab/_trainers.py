"""The processes in which networks are trained for pages: one a core but one, each shared by several pages."""

import asyncio
import concurrent.futures
import contextlib
import itertools
import multiprocessing
import os
import threading
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, cast

from hinges.errors import InvalidInputError
from hinges.lab._worker import LAST, Message, StoppedError, interrupts_held, unpacked
from hinges.lab.questions import Question

MOST = 16  # trainings at once
Queue = asyncio.Queue[tuple[str, Message] | None]


class Trainers:
    """Processes that start when something is to be trained."""

    def __init__(self, size: int | None = None, *, uploads: Path | None = None) -> None:
        self.size = size or max(1, (os.cpu_count() or 1) - 1)
        self._uploads = uploads
        self._processes: list[_Process] = []
        self._count = itertools.count(1)

    async def reply(
        self, question: Question, say: Callable[[Message], Awaitable[None]], room: Callable[[], Awaitable[None]]
    ) -> Message:
        """Give the last message; each one before it is said when there is room for it, and is the newest then.

        When the caller is cancelled, the training ends within a turn.
        """
        process, key = self._process(), next(self._count)
        queue = process.begin(key, question)
        try:
            while True:
                await room()
                process.tell("frame", key)
                found = await queue.get()
                if found is None:
                    raise StoppedError("the training ended before its time: start it again")
                kind, message = found
                if kind == LAST:
                    return message
                await say(message)
        finally:
            process.end(key)

    def change(self, question: Question, change: dict[str, Any]) -> bool:
        """Tell the training that answers a question what to change; gives whether there is one."""
        for process in self._processes:
            for key, asked in process.questions.items():
                if asked is question:
                    process.tell("change", key, change)
                    return True
        return False

    def _process(self) -> "_Process":
        """Give the process with the fewest trainings, or a new one while there are fewer than there may be."""
        self._processes = [each for each in self._processes if each.is_alive]
        if sum(len(each.questions) for each in self._processes) >= MOST:
            raise InvalidInputError(f"{MOST} trainings are on in this lab, and no more at once: end one of them")
        fewest = min(self._processes, key=lambda each: len(each.questions), default=None)
        if fewest is None or (fewest.questions and len(self._processes) < self.size):
            fewest = _Process(self._uploads)
            self._processes.append(fewest)
        return fewest

    def close(self) -> None:
        """End every process at once."""
        for process in self._processes:
            process.stop()


class _Process:
    """One process and what is trained in it. It is told things by a thread of its own, and heard by another."""

    def __init__(self, uploads: Path | None) -> None:
        self.questions: dict[int, Question] = {}
        self.is_alive = True
        self._queues: dict[int, Queue] = {}
        self._loop = asyncio.get_running_loop()
        self._teller = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="lab-training")
        self._connection: Connection | None = None
        self._process: BaseProcess | None = None
        self._lock = threading.Lock()
        self._teller.submit(self._start, uploads)

    def begin(self, key: int, question: Question) -> Queue:
        """Begin a training, and give where its messages come; None is the last one where the process has ended."""
        self.questions[key] = question
        self._queues[key] = asyncio.Queue()
        self.tell("begin", key, question)
        return self._queues[key]

    def end(self, key: int) -> None:
        """End a training, if it is still on."""
        self.questions.pop(key, None)
        self._queues.pop(key, None)
        self.tell("stop", key)

    def tell(self, command: str, key: int, value: Any = None) -> None:
        """Tell the process something, in order and without waiting."""
        with contextlib.suppress(RuntimeError):  # it has been stopped
            self._teller.submit(self._tell, command, key, value)

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            self.is_alive = False
            if self._process is not None:
                self._process.kill()
                self._process.join()
        self._teller.shutdown(wait=False, cancel_futures=True)

    def _start(self, uploads: Path | None) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, uploads), daemon=True)
        with self._lock:
            if not self.is_alive:
                return
            with interrupts_held():
                process.start()
            self._process = process
        theirs.close()
        self._connection = cast(Connection, ours)
        threading.Thread(target=self._hear, args=(self._connection,), daemon=True).start()

    def _tell(self, command: str, key: int, value: Any) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):  # the process has ended; whoever hears it says so
                self._connection.send((command, key, value))

    def _hear(self, connection: Connection) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                content = connection.recv_bytes()
                self._hand_over(int.from_bytes(content[:8], "little"), unpacked(content[8:]))
        self.is_alive = False
        for key in list(self._queues):
            self._hand_over(key, None)

    def _hand_over(self, key: int, found: tuple[str, Message] | None) -> None:
        def put() -> None:
            if key in self._queues:
                self._queues[key].put_nowait(found)

        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(put)


def _serve(connection: Connection, uploads: Path | None) -> None:
    from hinges.lab._floor import serve_training  # here, so that what trains is not loaded by the server

    serve_training(connection, uploads)

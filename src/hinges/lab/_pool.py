"""A few processes for all pages: each works on one question, and one that nobody waits for any more is taken back.

Short questions have processes of their own, to which those of long ones give way.
"""

import asyncio
import concurrent.futures
import contextlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from hinges.lab._worker import Message, StoppedError, Worker
from hinges.lab.questions import Question

Hearer = Callable[[Message], Awaitable[None]]

GRACE = 0.5  # seconds for which abandoned work may still finish: a new process costs more than that
SESSIONS = 12  # that may compute at once: the system shares the cores, so that a short question overtakes long ones
TIME_LIMIT = 120.0  # seconds for one question, and of one that answers in parts from part to part

FIRST = Question(0, "best", {"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 0.0], "pieces": 2, "loss": "mse"})


class Pool:
    """Processes that start when they are needed, at most `size` of them."""

    def __init__(self, size: int | None = None, *, uploads: Path | None = None) -> None:
        self.size = size or max(SESSIONS, os.cpu_count() or 1)
        self._uploads = uploads
        self._gate = asyncio.Semaphore(self.size)
        self._threads = concurrent.futures.ThreadPoolExecutor(self.size, thread_name_prefix="lab")
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._tasks: set[asyncio.Task[Message]] = set()

    async def reply(self, question: Question, hear: Hearer | None = None) -> Message:
        """Give a process's last message; `hear` is awaited with each of those before it, and the next waits for it.

        When the caller is cancelled, the process is free again soon after.
        """
        await self._gate.acquire()
        worker = self._free(patient=not question.is_short)
        part = _Part(asyncio.get_running_loop(), hear or _ignore)
        task = asyncio.create_task(self._run(worker, question, part))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        try:
            async with asyncio.timeout(TIME_LIMIT) as part.limit:
                return await asyncio.shield(task)
        except asyncio.CancelledError:
            part.drop()
            asyncio.get_running_loop().call_later(GRACE, self._take_back, task, worker)
            raise
        except TimeoutError:
            part.drop()
            self._take_back(task, worker)
            raise StoppedError(f"no answer within {TIME_LIMIT:.0f} seconds: ask with fewer rows or units") from None

    async def warm(self) -> None:
        """Have a process ready for the first short question, which otherwise waits for one to start."""
        if not self._idle and not self._busy:
            with contextlib.suppress(StoppedError):
                await self.reply(FIRST)

    def _free(self, *, patient: bool) -> Worker:
        """Give an idle process of this kind, or a new one; where there are too many, the oldest idle one makes room."""
        for worker in reversed(self._idle):
            if worker.patient == patient:
                self._idle.remove(worker)
                return worker
        if self._idle and len(self._idle) + len(self._busy) >= self.size:
            self._idle.pop(0).stop()
        return Worker(patient=patient, uploads=self._uploads)

    async def _run(self, worker: Worker, question: Question, part: "_Part") -> Message:
        self._busy.add(worker)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, worker.ask, question, part.deliver)
        finally:
            self._busy.discard(worker)
            if worker.is_usable:
                self._idle.append(worker)
            self._gate.release()

    def _done(self, task: "asyncio.Task[Message]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # of abandoned work nobody asks for it

    @staticmethod
    def _take_back(task: "asyncio.Task[Message]", worker: Worker) -> None:
        if not task.done():
            worker.stop()

    def close(self) -> None:
        """End every process at once."""
        for worker in [*self._busy, *self._idle]:
            worker.stop()
        self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Part:
    """Hands the parts of an answer from the thread that reads them to the loop, one at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, hear: Hearer) -> None:
        self.limit: asyncio.Timeout | None = None
        self._loop = loop
        self._hear = hear
        self._dropped = False
        self._present: concurrent.futures.Future[None] | None = None

    def deliver(self, message: Message) -> None:
        """Wait in the thread until the part is heard, if anybody still hears."""
        if self._dropped:
            return
        self._present = asyncio.run_coroutine_threadsafe(self._heard(message), self._loop)
        with contextlib.suppress(concurrent.futures.CancelledError):
            self._present.result()

    async def _heard(self, message: Message) -> None:
        if self._dropped:
            return
        await self._hear(message)
        if self.limit is not None and not self.limit.expired():
            self.limit.reschedule(self._loop.time() + TIME_LIMIT)

    def drop(self) -> None:
        """Let nobody hear any more."""
        self._dropped = True
        if self._present is not None:
            self._present.cancel()


async def _ignore(_: Message) -> None:
    """Hear no parts: there are none."""

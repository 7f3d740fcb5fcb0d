"""A few processes for all pages: each works on one question, and one that nobody waits for any more is taken back.

Short questions have processes of their own, to which those of long ones give way.
"""

import asyncio
import concurrent.futures
import os

from hinges.lab._questions import Question
from hinges.lab._worker import StoppedError, Worker

GRACE = 0.5  # seconds for which abandoned work may still finish: a new process costs more than that
SESSIONS = 12  # that may compute at once: the system shares the cores, so that a short question overtakes long ones
TIME_LIMIT = 120.0  # seconds for one question


class Pool:
    """Processes that start when they are needed, at most `size` of them."""

    def __init__(self, size: int | None = None) -> None:
        self.size = size or max(SESSIONS, os.cpu_count() or 1)
        self._gate = asyncio.Semaphore(self.size)
        self._threads = concurrent.futures.ThreadPoolExecutor(self.size, thread_name_prefix="lab")
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._tasks: set[asyncio.Task[str]] = set()

    async def reply(self, question: Question) -> str:
        """Give a process's reply; when the caller is cancelled, the process is free again soon after."""
        await self._gate.acquire()
        worker = self._free(patient=not question.is_short)
        task = asyncio.create_task(self._run(worker, question))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(task), TIME_LIMIT)
        except asyncio.CancelledError:
            asyncio.get_running_loop().call_later(GRACE, self._take_back, task, worker)
            raise
        except TimeoutError:
            self._take_back(task, worker)
            raise StoppedError(f"no answer within {TIME_LIMIT:.0f} seconds: ask with fewer rows or units") from None

    def _free(self, *, patient: bool) -> Worker:
        """Give an idle process of this kind, or a new one; where there are too many, the oldest idle one makes room."""
        for worker in reversed(self._idle):
            if worker.patient == patient:
                self._idle.remove(worker)
                return worker
        if self._idle and len(self._idle) + len(self._busy) >= self.size:
            self._idle.pop(0).stop()
        return Worker(patient=patient)

    async def _run(self, worker: Worker, question: Question) -> str:
        self._busy.add(worker)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, worker.ask, question)
        finally:
            self._busy.discard(worker)
            if worker.is_usable:
                self._idle.append(worker)
            self._gate.release()

    def _done(self, task: "asyncio.Task[str]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # of abandoned work nobody asks for it

    @staticmethod
    def _take_back(task: "asyncio.Task[str]", worker: Worker) -> None:
        if not task.done():
            worker.stop()

    def close(self) -> None:
        """End every process at once."""
        for worker in [*self._busy, *self._idle]:
            worker.stop()
        self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

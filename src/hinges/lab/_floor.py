"""The process in which networks are trained for several pages, in turns."""

import contextvars
import os
import signal
import threading
import time
from collections import deque
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hinges.errors import HingesError
from hinges.lab import _materials
from hinges.lab._race import Race
from hinges.lab._worker import LAST, MORE, PATIENCE, Message, end_with_parent, error_of, message_of, packed
from hinges.lab.questions import Question

FRAMES = 30  # a second, at most
WAIT = 0.004  # seconds until it is looked again whether there is something to do, where somebody waits


_one_at_a_time = threading.Lock()  # what compiles the same at once would compile it several times


class Stand:
    """One page's training: prepared aside, so that others do not wait while it is compiled."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.race = Race(question.arguments)
        self.wanted = False  # whether the page has room for a frame
        self.due = 0.0
        self.sentence: str | None = None
        self.is_given_up = False
        self._changes: list[dict[str, Any]] = []
        self._ready = threading.Event()
        here = contextvars.copy_context()  # where files are that pages brought
        threading.Thread(target=here.run, args=(self._prepare,), daemon=True).start()

    def _prepare(self) -> None:
        try:
            with _one_at_a_time:
                if not self.is_given_up:
                    self.race.prepare()
        except HingesError as error:
            self.sentence = _materials.without_paths(str(error))
        except Exception as error:  # noqa: BLE001 - a page gets a sentence, whatever went wrong
            self.sentence = f"this could not be trained ({type(error).__name__})"
        self._ready.set()

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to be done until something is heard."""
        if not self.is_ready or self.sentence is not None or self._changes:
            return False
        return self.race.is_paused and not self.race.is_over and not (self.wanted and self.race.is_new)

    def change(self, change: dict[str, Any]) -> None:
        """Keep a change until the training has begun."""
        self._changes.append(change)

    def turn(self) -> bool:
        """Take some steps, if any are to be taken."""
        while self._changes:
            self.race.change(self._changes.pop(0))
        if self.race.allowed() == 0:
            return False
        self.race.turn()
        return True


class Floor:
    """The trainings of a process, which take turns; a frame is made only when a page has room for it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stands: dict[int, Stand] = {}
        self._order: deque[int] = deque()

    def run(self) -> None:
        """Work until the other end is closed."""
        busy = False
        while True:
            idle = all(stand.is_idle for stand in self._stands.values())
            timeout = 0.0 if busy else None if idle else WAIT
            while self._connection.poll(timeout):
                try:
                    self._obey(*self._connection.recv())
                except EOFError:
                    return
                timeout = 0.0
            busy = self._next_turn()
            for key, stand in list(self._stands.items()):
                self._show_safely(key, stand)

    def _obey(self, command: str, key: int, value: Any) -> None:
        if command == "begin":
            self._stands[key] = Stand(value)
            self._order.append(key)
        elif key not in self._stands:
            return
        elif command == "stop":
            self._drop(key)
        elif command == "change":
            self._stands[key].change(value)
        elif command == "frame":
            self._stands[key].wanted = True

    def _next_turn(self) -> bool:
        """Give the one who has waited longest its turn."""
        for _ in range(len(self._order)):
            key = self._order[0]
            self._order.rotate(-1)
            stand = self._stands[key]
            if stand.is_ready and stand.sentence is None and self._safely(stand):
                return True
        return False

    def _safely(self, stand: Stand) -> bool:
        try:
            return stand.turn()
        except Exception as error:  # noqa: BLE001 - others are being trained in this process
            stand.sentence = f"the training broke off ({type(error).__name__})"
            return True

    def _show_safely(self, key: int, stand: Stand) -> None:
        try:
            self._show(key, stand)
        except OSError:  # nobody is at the other end
            raise
        except Exception as error:  # noqa: BLE001 - as above
            stand.sentence = f"the training broke off ({type(error).__name__})"

    def _show(self, key: int, stand: Stand) -> None:
        """Send a frame that is due, or the end."""
        if not stand.is_ready:
            return
        now = time.monotonic()
        if stand.sentence is not None:
            self._send(key, LAST, error_of(stand.question.mark, stand.sentence))
        elif stand.race.is_over:
            self._send(key, LAST, message_of(stand.question, stand.race.last_frame()))
        elif stand.wanted and stand.race.is_new and now >= stand.due:
            stand.wanted = False
            # Thirty a second on the whole, though one comes late; after a pause none are owed.
            stand.due = max(stand.due + 1 / FRAMES, now - 1 / FRAMES)
            self._send(key, MORE, message_of(stand.question, stand.race.frame(), more=True))
            return
        else:
            return
        self._drop(key)

    def _send(self, key: int, kind: str, message: Message) -> None:
        self._connection.send_bytes(key.to_bytes(8, "little") + packed(kind, message))

    def _drop(self, key: int) -> None:
        self._stands.pop(key).is_given_up = True
        self._order.remove(key)


def serve_training(connection: Connection, uploads: Path | None) -> None:
    """Train for pages until the other end is closed; this is what runs in the process."""
    if hasattr(os, "nice"):
        os.nice(PATIENCE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides when this process ends
    threading.Thread(target=end_with_parent, args=(uploads,), daemon=True).start()
    _materials.uploads_are_in(uploads)
    Floor(connection).run()

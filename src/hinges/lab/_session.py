"""One page's connection: it asks, and of each of its lanes only the newest question is worked on."""

import asyncio

from starlette.websockets import WebSocket

from hinges.errors import HingesError
from hinges.lab._pool import Pool
from hinges.lab._trainers import Trainers
from hinges.lab._worker import Message, error_of, message_of
from hinges.lab.questions import BadQuestionError, Question, read_question
from hinges.lab.questions._read import CHANGE

LARGE = 100_000  # characters of a message that is read aside, so that other pages do not wait
MOST_LANES = 4  # of a page in which something is in work
WINDOW = 2  # parts of an answer that are under way to a page which has not yet said that it has dealt with them
TRAIN = "train"  # the question that the trainers answer
SUPERSEDED = "a newer question took its place"


class _Work:
    """A question in work, and how many parts of its answer the page has not yet dealt with."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.task: asyncio.Task[None] | None = None
        self._under_way = 0
        self._room = asyncio.Event()
        self._room.set()

    async def take_room(self) -> None:
        """Wait until the page has dealt with enough, and count one part more."""
        await self._room.wait()
        self._under_way += 1
        self._update()

    def give_room(self) -> None:
        """Count one part less."""
        self._under_way = max(0, self._under_way - 1)
        self._update()

    def _update(self) -> None:
        (self._room.set if self._under_way < WINDOW else self._room.clear)()


class Session:
    """A websocket with at most one question in work for each of its lanes."""

    def __init__(self, socket: WebSocket, pool: Pool, trainers: Trainers) -> None:
        self._socket = socket
        self._pool = pool
        self._trainers = trainers
        self._lanes: dict[str, _Work] = {}

    async def run(self) -> None:
        """Take questions until the page goes away; its work ends with it."""
        try:
            while (message := await self._socket.receive())["type"] == "websocket.receive":
                await self._take(message.get("text"))
        finally:
            for lane in list(self._lanes):
                self._abandon(lane)

    async def _take(self, text: str | None) -> None:
        try:
            if text is None:
                raise BadQuestionError("questions are text, not bytes")
            question = await asyncio.to_thread(read_question, text) if len(text) > LARGE else read_question(text)
            if question.kind == "more":
                self._give_room(question)
            elif question.kind == "cancel":
                await self._cancel(question)
            elif question.kind == CHANGE:
                await self._change(question)
            else:
                await self._begin(question)
        except BadQuestionError as error:
            await self._say(error_of(error.mark, str(error)))

    def _give_room(self, question: Question) -> None:
        for work in self._lanes.values():
            if work.question.mark == question.mark:
                work.give_room()

    async def _cancel(self, question: Question) -> None:
        one = question.arguments.get("of")
        for lane, work in list(self._lanes.items()):
            if one is None or one == work.question.mark:
                await self._supersede(lane)

    async def _change(self, question: Question) -> None:
        trained = [work.question for work in self._lanes.values() if work.question.kind == TRAIN]
        trained = [each for each in trained if each.lane == question.lane] or trained
        if not trained or not self._trainers.change(trained[-1], question.arguments):
            raise BadQuestionError("nothing is being trained that could be changed", question.mark)
        await self._say(message_of(question, {"changed": list(question.arguments)}))

    async def _begin(self, question: Question) -> None:
        await self._supersede(question.lane)
        if len(self._lanes) >= MOST_LANES:
            raise BadQuestionError(f"at most {MOST_LANES} lanes of a page are in work at once", question.mark)
        work = self._lanes[question.lane] = _Work(question)
        work.task = asyncio.create_task(self._answer(work))

    async def _supersede(self, lane: str) -> None:
        superseded = self._abandon(lane)
        if superseded is not None:
            await self._say(error_of(superseded.mark, SUPERSEDED, superseded=True))

    async def _answer(self, work: _Work) -> None:
        async def say(part: Message) -> None:
            if self._lanes.get(work.question.lane) is work:
                await self._say(part)

        async def hear(part: Message) -> None:
            await work.take_room()
            await say(part)

        try:
            if work.question.kind == TRAIN:
                reply = await self._trainers.reply(work.question, say, work.take_room)
            else:
                reply = await self._pool.reply(work.question, hear)
        except HingesError as error:
            reply = error_of(work.question.mark, str(error))
        if self._lanes.get(work.question.lane) is work:
            del self._lanes[work.question.lane]
            await self._say(reply)

    def _abandon(self, lane: str) -> Question | None:
        """Let go of what is in work in a lane, and give the question that now stays without an answer."""
        work = self._lanes.pop(lane, None)
        if work is None:
            return None
        if work.task is not None:
            work.task.cancel()
        return work.question

    async def _say(self, message: Message) -> None:
        try:
            await (self._socket.send_text(message) if isinstance(message, str) else self._socket.send_bytes(message))
        except (RuntimeError, OSError):  # the page has just gone; `run` hears of it
            return

"""One page's connection: it asks, and only its newest question is worked on."""

import asyncio
import json

from starlette.websockets import WebSocket

from hinges.errors import HingesError
from hinges.lab._pool import Pool
from hinges.lab._questions import BadQuestionError, Question, read_question

LARGE = 100_000  # characters of a message that is read aside, so that other pages do not wait
SUPERSEDED = "a newer question took its place"


class Session:
    """A websocket with at most one question in work."""

    def __init__(self, socket: WebSocket, pool: Pool) -> None:
        self._socket = socket
        self._pool = pool
        self._work: asyncio.Task[None] | None = None
        self._asked: Question | None = None

    async def run(self) -> None:
        """Take questions until the page goes away; its work ends with it."""
        try:
            while (message := await self._socket.receive())["type"] == "websocket.receive":
                await self._take(message.get("text"))
        finally:
            self._abandon()

    async def _take(self, text: str | None) -> None:
        try:
            if text is None:
                raise BadQuestionError("questions are text, not bytes")
            question = await asyncio.to_thread(read_question, text) if len(text) > LARGE else read_question(text)
        except BadQuestionError as error:
            await self._say(json.dumps(error.mark), f'"error": {json.dumps(str(error))}')
            return
        superseded = self._abandon()
        if superseded is not None:
            await self._say(json.dumps(superseded.mark), f'"error": {json.dumps(SUPERSEDED)}, "superseded": true')
        if question.kind != "cancel":
            self._asked = question
            self._work = asyncio.create_task(self._answer(question))

    async def _answer(self, question: Question) -> None:
        try:
            reply = await self._pool.reply(question)
        except HingesError as error:
            reply = f'"error": {json.dumps(str(error))}'
        if self._asked is question:
            self._asked = None
            await self._say(json.dumps(question.mark), reply)

    def _abandon(self) -> Question | None:
        """Let go of what is in work, and give the question that now stays without an answer."""
        question, self._asked = self._asked, None
        if question is not None and self._work is not None:
            self._work.cancel()
        return question

    async def _say(self, mark: str, reply: str) -> None:
        try:
            await self._socket.send_text(f'{{"id": {mark}, {reply}}}')
        except (RuntimeError, OSError):  # the page has just gone; `run` hears of it
            return

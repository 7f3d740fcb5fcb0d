"""The application: the front end's files from memory, a websocket for questions, and a place to bring files to."""

import contextlib
import json
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from hinges.errors import HingesError
from hinges.lab._guard import Guard
from hinges.lab._session import Session
from hinges.lab._static import MEDIA_TYPES, PAGE, static_files, with_meta
from hinges.lab._workshop import Workshop

ASK = "ask"  # the websocket's address beside the page
UPLOAD = "upload"  # to which files are posted
NAME_HEADER = "x-file-name"


def lab_app(token: str, port: int) -> ASGIApp:
    """Give the lab as an ASGI application under `/TOKEN/`, for one port of this machine."""
    app = _Lab()
    routes = [
        Route(f"/{token}/{UPLOAD}", app.take_file, methods=["POST"]),
        WebSocketRoute(f"/{token}/{ASK}", app.take_questions),
        Route(f"/{token}/{{name:path}}", app.give_file, methods=["GET"]),
    ]
    return Guard(Starlette(routes=routes, lifespan=app.lifespan), token=token, port=port)


class _Lab:
    """What a lab does at each of its addresses."""

    _work: Workshop  # while it runs

    def __init__(self) -> None:
        self._files = dict(static_files())
        for name, address in (("hinges-ask", ASK), ("hinges-upload", UPLOAD)):
            self._files[PAGE] = with_meta(self._files[PAGE], name, address)

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._work = Workshop()
        try:
            yield
        finally:
            self._work.close()

    async def give_file(self, request: Request) -> Response:
        name = request.path_params["name"] or PAGE
        if name not in self._files:
            return PlainTextResponse("There is no such page in the lab.\n", 404)
        if name == PAGE:
            self._work.warm_up()
        suffix = name[name.rindex(".") :]
        return Response(self._files[name], media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"))

    async def take_questions(self, socket: WebSocket) -> None:
        await socket.accept()
        await Session(socket, self._work.pool, self._work.trainers).run()

    async def take_file(self, request: Request) -> Response:
        if "origin" not in request.headers:  # which every browser says of what a page sends, and `Guard` has looked at
            return JSONResponse({"error": "files are brought by the lab's own page"}, 403)
        name, length = request.headers.get(NAME_HEADER, ""), request.headers.get("content-length")
        try:
            reply = json.loads(await self._work.uploads.take(name, length, request.stream(), self._work.pool))
        except HingesError as error:
            reply = {"error": str(error)}
        except ClientDisconnect:
            return Response(status_code=400)
        reply.pop("id", None)
        # A file that is refused is an answer and no failure: browsers write the latter into their console.
        return JSONResponse(reply, headers={"Connection": "close"})

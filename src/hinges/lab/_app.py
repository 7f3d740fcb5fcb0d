"""The application: the front end's files from memory, and a websocket for questions."""

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from hinges.lab._guard import Guard
from hinges.lab._pool import Pool
from hinges.lab._session import Session
from hinges.lab._static import MEDIA_TYPES, PAGE, static_files, with_meta

ASK = "ask"  # the websocket's address beside the page


def lab_app(token: str, port: int) -> ASGIApp:
    """Give the lab as an ASGI application under `/TOKEN/`, for one port of this machine."""
    files = dict(static_files())
    files[PAGE] = with_meta(files[PAGE], "hinges-ask", ASK)
    pools: list[Pool] = []  # made where the loop runs

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        pools.append(Pool())
        try:
            yield
        finally:
            pools.pop().close()

    async def give_file(request: Request) -> Response:
        name = request.path_params["name"] or PAGE
        if name not in files:
            return PlainTextResponse("There is no such page in the lab.\n", 404)
        suffix = name[name.rindex(".") :]
        return Response(files[name], media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"))

    async def take_questions(socket: WebSocket) -> None:
        await socket.accept()
        await Session(socket, pools[0]).run()

    routes = [
        WebSocketRoute(f"/{token}/{ASK}", take_questions),
        Route(f"/{token}/{{name:path}}", give_file, methods=["GET"]),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), token=token, port=port)

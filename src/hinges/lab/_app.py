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
from hinges.lab._pool import Pool
from hinges.lab._session import Session
from hinges.lab._static import MEDIA_TYPES, PAGE, static_files, with_meta
from hinges.lab._trainers import Trainers
from hinges.lab._uploads import Uploads

ASK = "ask"  # the websocket's address beside the page
UPLOAD = "upload"  # to which files are posted
NAME_HEADER = "x-file-name"


def lab_app(token: str, port: int) -> ASGIApp:
    """Give the lab as an ASGI application under `/TOKEN/`, for one port of this machine."""
    files = dict(static_files())
    for name, address in (("hinges-ask", ASK), ("hinges-upload", UPLOAD)):
        files[PAGE] = with_meta(files[PAGE], name, address)
    pools: list[Pool] = []  # made where the loop runs
    trainers: list[Trainers] = []
    folders: list[Uploads] = []

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        folders.append(Uploads())
        pools.append(Pool(uploads=folders[0].folder))
        trainers.append(Trainers(uploads=folders[0].folder))
        try:
            yield
        finally:
            pools.pop().close()
            trainers.pop().close()
            folders.pop().close()

    async def give_file(request: Request) -> Response:
        name = request.path_params["name"] or PAGE
        if name not in files:
            return PlainTextResponse("There is no such page in the lab.\n", 404)
        suffix = name[name.rindex(".") :]
        return Response(files[name], media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"))

    async def take_questions(socket: WebSocket) -> None:
        await socket.accept()
        await Session(socket, pools[0], trainers[0]).run()

    async def take_file(request: Request) -> Response:
        if "origin" not in request.headers:  # which every browser says of what a page sends, and `Guard` has looked at
            return JSONResponse({"error": "files are brought by the lab's own page"}, 403)
        name, length = request.headers.get(NAME_HEADER, ""), request.headers.get("content-length")
        try:
            reply = json.loads(await folders[0].take(name, length, request.stream(), pools[0]))
        except HingesError as error:
            reply = {"error": str(error)}
        except ClientDisconnect:
            return Response(status_code=400)
        reply.pop("id", None)
        return JSONResponse(reply, 422 if "error" in reply else 200, {"Connection": "close"})

    routes = [
        Route(f"/{token}/{UPLOAD}", take_file, methods=["POST"]),
        WebSocketRoute(f"/{token}/{ASK}", take_questions),
        Route(f"/{token}/{{name:path}}", give_file, methods=["GET"]),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), token=token, port=port)

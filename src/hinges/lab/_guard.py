"""What stands before every request: only this machine's own pages with the right token come in."""

import secrets
from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
NAMES = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """An application in front of another: refuses foreign hosts, foreign origins and wrong tokens with status 403.

    A page elsewhere can make a browser send requests here, and can point a name of its own at this machine; it cannot
    know the token, and the browser names it as Host or Origin.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._prefix = f"/{token}/".encode()
        self._hosts = {f"{name}:{port}".encode() for name in NAMES}
        if port == 80:
            self._hosts |= {name.encode() for name in NAMES}
        self._origins = {b"http://" + host for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif not self._is_ours(scope):
            await self._refuse(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _is_ours(self, scope: Scope) -> bool:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        origins = _values(headers, b"origin")
        if _values(headers, b"host") not in [[host] for host in self._hosts]:
            return False
        if any(origin not in self._origins for origin in origins):
            return False
        if scope["type"] == "websocket" and len(origins) != 1:
            return False  # every browser says where a websocket comes from
        start = scope["path"].encode("utf-8", "surrogateescape")[: len(self._prefix)]
        return secrets.compare_digest(start, self._prefix)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: status 403
            return
        sentence = "This is not the address that hinges lab printed: open that one.\n"
        await PlainTextResponse(sentence, 403)(scope, receive, _with_headers(send))


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value.lower() for key, value in headers if key.lower() == name]


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *RAW_HEADERS]
        await send(message)

    return send_with_headers

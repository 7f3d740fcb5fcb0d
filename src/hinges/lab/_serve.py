"""Running the lab: a port of this machine, an address with a token, and an end at Ctrl-C."""

import contextlib
import errno
import secrets
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from typing import Any

from hinges import _arrays
from hinges._extras import require
from hinges.errors import InvalidInputError
from hinges.lab._static import static_files

DEFAULT_PORT = 8747
HOST = "127.0.0.1"  # this machine and no other
TOKEN_BYTES = 16
LARGEST_MESSAGE = 16_000_000  # bytes beyond which a connection is closed unread


def serve(*, port: int | None = None, browser: bool = True, say: Callable[[str], None] = lambda _: None) -> None:
    """Serve the lab on this machine until Ctrl-C.

    Arguments:
        port: 0 for any free one; without it the lab's own, or any free one where that is taken.
        browser: whether to open the page.
        say: hears the address, and whatever else a person should know.

    Raises:
        InvalidInputError: the port asked for is taken or may not be used.
        MissingExtraError: the extra "lab" is not installed.
    """
    for package in ("starlette", "uvicorn", "websockets"):
        require(package, extra="lab")
    import uvicorn

    from hinges.lab._app import lab_app

    static_files()  # says so now if there are none
    with _bound(port, say) as listening:
        used = listening.getsockname()[1]
        token = secrets.token_urlsafe(TOKEN_BYTES)
        config = uvicorn.Config(
            lab_app(token, used),
            log_level="error",
            access_log=False,  # it would write the token
            proxy_headers=False,
            server_header=False,
            http="h11",
            lifespan="on",
            ws_max_size=LARGEST_MESSAGE,
            timeout_graceful_shutdown=1,
        )
        address = f"http://{HOST}:{used}/{token}/"
        server = uvicorn.Server(config)
        with _ended_by_interrupt(server):
            say(f"The lab is at {address} (Ctrl-C ends it)")
            if browser:
                # The socket listens already: a browser that is quicker than the server waits for it.
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            server.run(sockets=[listening])
    say("The lab has ended.")


@contextlib.contextmanager
def _ended_by_interrupt(server: Any) -> Iterator[None]:
    """Let Ctrl-C, and whoever ends the process kindly, end the server also before it is up.

    A note is taken, and no KeyboardInterrupt raised: while modules are imported Python may drop one unseen.
    """
    if threading.current_thread() is not threading.main_thread():  # where no signal arrives
        yield
        return

    def end(*_: object) -> None:
        server.should_exit = True

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _bound(port: int | None, say: Callable[[str], None]) -> socket.socket:
    """Give a listening socket on the port asked for, or on the lab's own or a free one."""
    if port is not None:
        _arrays.count(port, "port", minimum=0, maximum=65535)
        try:
            return _listening(port)
        except OSError as error:
            raise InvalidInputError(_why_not(port, error)) from None
    try:
        return _listening(DEFAULT_PORT)
    except OSError:
        free = _listening(0)
        say(f"Port {DEFAULT_PORT} is taken; the lab takes {free.getsockname()[1]}.")
        return free


def _why_not(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program: name another one, or --port 0 for any that is free"
    return f"port {port} cannot be used ({error.strerror}): name another one, or --port 0 for any that is free"


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: nobody may listen beside us
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening

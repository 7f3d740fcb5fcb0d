"""The real `hinges lab`: who is let in, what it serves, and how it ends."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from running_lab import Lab, start_lab, stop_lab

from hinges.cli import main
from hinges.lab._static import static_files

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

pytestmark = [pytest.mark.needs("starlette", "uvicorn", "websockets")]

ROOT = Path(__file__).parents[2]
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def asked(
    lab: Lab, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    """Send one request exactly as given, and give the status, the headers in lower case and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(lab.origin).port or 0, timeout=20)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": urlsplit(lab.origin).netloc, **(headers or {})}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = b"" if answer.status == 101 else answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def place(lab: Lab, name: str = "") -> str:
    return f"/{lab.token}/{name}"


def test_the_page_is_served_under_a_strict_policy(lab_server: Lab):
    status, headers, body = asked(lab_server, place(lab_server))
    assert status == 200
    assert b'<div id="hinges-lab">' in body
    assert b'<meta name="hinges-ask" content="ask">' in body
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


@pytest.mark.parametrize("name", ["lab.js", "lab.css", "icon.svg", "file.html"])
def test_the_files_beside_the_page_are_served_as_they_are(lab_server: Lab, name: str):
    status, headers, body = asked(lab_server, place(lab_server, name))
    assert status == 200
    assert body == static_files()[name]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
@pytest.mark.parametrize("more", [{}, UPGRADE], ids=["page", "websocket"])
def test_this_machine_is_let_in_under_each_of_its_names(lab_server: Lab, name: str, more: dict[str, str]):
    host = f"{name}:{urlsplit(lab_server.origin).port}"
    path = place(lab_server, "ask" if more else "")
    status, _, _ = asked(lab_server, path, {"Host": host, "Origin": f"http://{host}", **more})
    assert status == (101 if more else 200)


@pytest.mark.parametrize("more", [{}, UPGRADE], ids=["page", "websocket"])
@pytest.mark.parametrize(
    "foreign",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:{port}"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:{other}"},
        {"Host": "127.0.0.1.evil.example:{port}"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:{other}"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
    ],
    ids=lambda headers: "-".join(next(iter(headers.items()))),
)
def test_foreign_hosts_and_origins_are_refused(lab_server: Lab, foreign: dict[str, str], more: dict[str, str]):
    port = urlsplit(lab_server.origin).port or 0
    filled = {name: value.format(port=port, other=port - 1) for name, value in foreign.items()}
    path = place(lab_server, "ask" if more else "")
    status, _, body = asked(lab_server, path, {"Origin": lab_server.origin, **filled, **more})
    assert status == 403
    assert b"hinges-lab" not in body


def test_a_websocket_that_names_no_origin_is_refused(lab_server: Lab):
    assert asked(lab_server, place(lab_server, "ask"), UPGRADE)[0] == 403


@pytest.mark.parametrize("more", [{}, UPGRADE], ids=["page", "websocket"])
@pytest.mark.parametrize(
    "path", ["/", "/{half}/", "/{wrong}/ask", "/{wrong}/", "/ask", "/lab.js", "//{token}/", "/%00/"]
)
def test_wrong_tokens_are_refused(lab_server: Lab, path: str, more: dict[str, str]):
    token = lab_server.token
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    filled = path.format(half=token[:8], wrong=wrong, token=token)
    assert asked(lab_server, filled, {"Origin": lab_server.origin, **more})[0] == 403


@pytest.mark.parametrize(
    "name", ["nothing.html", "../_serve.py", "%2e%2e/_serve.py", "..%2f_serve.py", "/etc/passwd", "lab.js/"]
)
def test_nothing_beside_the_front_end_is_served(lab_server: Lab, name: str):
    status, _, body = asked(lab_server, place(lab_server, name))
    assert status == 404
    assert len(body) < 100


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent_but_questions(lab_server: Lab, method: str):
    status, _, body = asked(lab_server, place(lab_server), {"Content-Length": "0"}, method)
    assert status == 405
    assert str(ROOT).encode() not in body


def test_other_addresses_of_this_machine_do_not_listen(lab_server: Lab):
    port = urlsplit(lab_server.origin).port or 0
    with socket.socket() as attempt:
        attempt.settimeout(5)
        assert attempt.connect_ex(("127.0.0.2", port)) != 0


def test_every_start_has_another_token(lab_server: Lab):
    other = start_lab()
    try:
        assert other.token != lab_server.token
        assert len(other.token) >= 20
    finally:
        assert stop_lab(other) == 0


def test_the_lab_starts_without_anything_heavy():
    code = """
import sys
from hinges.lab._app import lab_app
import hinges.lab._serve, uvicorn
lab_app("token", 1234)
heavy = {"jax", "torch", "scipy", "numba", "matplotlib", "sklearn", "onnx", "anywidget", "IPython", "pandas"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_port_that_is_taken_is_one_sentence(capfd: pytest.CaptureFixture[str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["lab", "--no-browser", "--port", str(port)]) == 2
    assert re.fullmatch(rf"hinges: port {port} is taken by another program: [^\n]+\n", capfd.readouterr().err)


@pytest.mark.parametrize("port", ["-1", "65536", "70000"])
def test_a_port_that_cannot_be_is_one_sentence(port: str, capfd: pytest.CaptureFixture[str]):
    assert main(["lab", "--no-browser", "--port", port]) == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_the_default_port_gives_way(monkeypatch: pytest.MonkeyPatch):
    from hinges.lab import _serve

    said: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(_serve, "DEFAULT_PORT", taken.getsockname()[1])
        with _serve._bound(None, said.append) as listening:
            port = listening.getsockname()[1]
        assert port != taken.getsockname()[1]
    assert said == [f"Port {taken_port(said)} is taken; the lab takes {port}."]


def taken_port(said: list[str]) -> str:
    found = re.match(r"Port (\d+)", said[0])
    assert found is not None
    return found[1]


# ------------------------------------------------------------------------------------------------ its processes


def children(process: subprocess.Popen[str]) -> list[int]:
    """Give the process numbers of the processes that compute for a lab."""
    found = Path(f"/proc/{process.pid}/task").glob("*/children")
    numbers = [int(number) for file in found for number in file.read_text().split()]
    return [number for number in numbers if "spawn_main" in command_of(number)]


def command_of(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_text()
    except OSError:
        return ""


def wait_for(what: object, seconds: float = 30) -> None:
    """Wait until the function given says so."""
    assert callable(what)
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def long_question() -> str:
    rows = [float(i * i % 7919) for i in range(4_000)]
    return json.dumps({"id": 1, "question": "curve", "x": list(range(4_000)), "y": rows, "max_units": 100})


def working(lab: Lab, page: "ClientConnection") -> int:
    """Ask a long question, and give the number of the process that is working on it."""
    page.send(long_question())
    wait_for(lambda: children(lab.process))
    with pytest.raises(TimeoutError):  # no answer yet
        page.recv(0.7)
    (number,) = children(lab.process)
    return number


@pytest.fixture
def own_lab():
    if not Path("/proc/self/task").is_dir():
        pytest.skip("needs /proc")
    lab = start_lab()
    yield lab
    stop_lab(lab)


def connected(lab: Lab):
    from websockets.sync.client import connect

    return connect(f"{lab.url.replace('http', 'ws')}ask", origin=lab.origin, max_size=None)  # pyright: ignore[reportArgumentType]


def test_ctrl_c_in_the_middle_of_work_ends_everything(own_lab: Lab):
    assert children(own_lab.process) == []  # nothing is started before anything is asked
    with connected(own_lab) as page:
        number = working(own_lab, page)
        assert stop_lab(own_lab) == 0
    wait_for(lambda: "spawn_main" not in command_of(number))


def test_a_process_is_ready_once_the_page_is_there(own_lab: Lab):
    assert children(own_lab.process) == []
    for _ in range(2):
        assert asked(own_lab, place(own_lab))[0] == 200
    wait_for(lambda: children(own_lab.process))
    assert len(children(own_lab.process)) == 1
    with connected(own_lab) as page:
        page.send(json.dumps({"id": "a", "question": "best", "x": [0, 1, 2], "y": [0, 1, 0], "pieces": 2}))
        assert json.loads(page.recv(60))["answer"]["upper"] < 1e-20
    assert len(children(own_lab.process)) <= 2


def test_a_lab_that_is_killed_leaves_no_process_behind(own_lab: Lab):
    with connected(own_lab) as page:
        number = working(own_lab, page)
        own_lab.process.kill()
        own_lab.process.wait()
        wait_for(lambda: "spawn_main" not in command_of(number))


def test_a_page_that_goes_away_frees_its_work(own_lab: Lab):
    with connected(own_lab) as page:
        number = working(own_lab, page)
        usual = os.getpriority(os.PRIO_PROCESS, own_lab.process.pid)  # to which a long question gives way
        wait_for(lambda: os.getpriority(os.PRIO_PROCESS, number) > usual)
    wait_for(lambda: not children(own_lab.process))
    with connected(own_lab) as page:  # and the next one is answered
        page.send(json.dumps({"id": "a", "question": "best", "x": [0, 1, 2], "y": [0, 1, 0], "pieces": 2}))
        assert json.loads(page.recv(60))["answer"]["upper"] < 1e-20

"""Files that pages bring: read by the library's own readers, kept nowhere else, and gone with the lab."""

import http.client
import io
import json
import pickle
import signal
import struct
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import numpy as np
import pytest
from running_lab import Lab, start_lab, stop_lab

from hinges import Network, example, examples, load
from hinges.errors import InvalidInputError
from hinges.interop import save
from hinges.lab import _materials
from hinges.lab._uploads import MAX_BYTES, MAX_FILES, named

pytestmark = [pytest.mark.needs("starlette", "uvicorn", "websockets")]

NETWORK = Network.dense([[[1.0, -2.0]], [[0.5], [3.0]]], [[0.25, 1.0], [0.0]])


def bring(lab: Lab, name: str, content: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    """Post a file as a page does, and give the status and the answer."""
    where = urlsplit(lab.origin)
    connection = http.client.HTTPConnection("127.0.0.1", where.port or 0, timeout=90)
    usual = {"Origin": lab.origin, "X-File-Name": quote(name)}
    connection.request("POST", f"/{lab.token}/upload", content, {**usual, **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body) if body[:1] == b"{" else {}


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def network_file(folder: Path, suffix: str) -> bytes:
    return save(NETWORK, folder / f"net{suffix}").read_bytes()


def start_in(place: Path) -> tuple[Lab, Path]:
    """Start a lab whose temporary files are in `place`, and give it and the folder that it has made there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        lab = start_lab()
    until(lambda: any(place.iterdir()))  # the lab prints its address first
    (folder,) = place.iterdir()
    return lab, folder


def until(there: Callable[[], bool]) -> None:
    limit = time.monotonic() + 30
    while not there():
        assert time.monotonic() < limit
        time.sleep(0.02)


@pytest.fixture(scope="module")
def upload_lab(tmp_path_factory: pytest.TempPathFactory):
    lab, folder = start_in(tmp_path_factory.mktemp("uploads"))
    yield lab, folder
    assert stop_lab(lab) == 0
    assert list(folder.parent.iterdir()) == []


# -------------------------------------------------------------------------------------------------- what is brought


def test_a_network_comes_back_as_it_was(upload_lab: tuple[Lab, Path], tmp_path: Path):
    lab, folder = upload_lab
    sync = pytest.importorskip("websockets.sync.client", reason="needs websockets")
    for suffix in (".json", ".npz"):
        status, reply = bring(lab, f"../../my net{suffix}", network_file(tmp_path, suffix))
        assert status == 200
        brought = reply["answer"]
        assert (brought["name"], brought["kind"]) == (f"my net{suffix}", "network")
        summary = brought["summary"]
        assert (summary["inputs"], summary["outputs"], summary["units"]) == (1, 1, 2)
        assert summary["activations"] == ["relu"]
        (kept,) = folder.glob(f"{brought['handle']}*")
        assert kept.name == brought["handle"] + suffix
        assert kept.stat().st_mode & 0o077 == 0
        assert np.array_equal(load(kept)([0.3, -2.0]), NETWORK([0.3, -2.0]))
        with sync.connect(f"{lab.url.replace('http', 'ws')}ask", origin=lab.origin) as page:
            page.send(json.dumps({"id": 1, "question": "open", "network": {"upload": brought["handle"]}}))
            again = json.loads(page.recv(60))["answer"]
        assert again["summary"] == summary


@pytest.mark.parametrize(
    ("name", "content", "rows", "inputs", "columns"),
    [
        ("a.csv", b"x,y\n0,1\n1,2\n2,4\n", 3, 1, ["x", "y"]),
        ("b.tsv", b"a\tb\tc\n1\t2\t3\n4\t5\t6\n", 2, 2, ["a", "b", "c"]),
        ("c.npz", npz(x=np.arange(4.0), y=np.arange(4) ** 2), 4, 1, ["x", "y"]),
        ("one.csv", b"3\n1\n2\n", 3, 1, ["row", "1"]),
    ],
)
def test_data_are_summed_up(
    upload_lab: tuple[Lab, Path], name: str, content: bytes, rows: int, inputs: int, columns: list[str]
):
    status, reply = bring(upload_lab[0], name, content)
    assert status == 200, reply
    assert reply["answer"]["kind"] == "data"
    summary = reply["answer"]["summary"]
    assert (summary["rows"], summary["inputs"], summary["outputs"]) == (rows, inputs, 1)
    assert [each["name"] for each in (*summary["x"], *summary["y"])] == columns


class Harm:
    """An object whose pickle makes a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def bomb(name: str = "document.npy") -> bytes:
    """Give a small zip file that unpacks to a billion bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
        for _ in range(150):
            file.write(bytes(1_000_000))
    return buffer.getvalue()


def claiming(shape: str) -> bytes:
    """Give an .npz whose array says that it has this shape."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(8)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.npy", content)
    return buffer.getvalue()


def test_what_cannot_be_read_is_a_sentence_and_is_not_kept(upload_lab: tuple[Lab, Path], tmp_path: Path):
    lab, folder = upload_lab
    before = sorted(folder.iterdir())
    mark = tmp_path / "executed"
    harm = pickle.dumps(Harm(mark))
    pickled = io.BytesIO()
    np.savez(pickled, document=np.array([Harm(mark)], dtype=object))
    pt2 = io.BytesIO()
    with zipfile.ZipFile(pt2, "w") as archive:
        archive.writestr("archive/data.pkl", harm)
    hostile = [
        ("empty.csv", b"", "is empty"), ("empty.npz", b"", "is empty"), ("empty.json", b"", ""),
        ("nan.csv", b"x,y\n0,1\n1,nan\n", "row 3"), ("inf.csv", b"x,y\n0,inf\n1,2\n", "row 2"),
        ("words.csv", b"name,town\nanna,rome\nben,oslo\n", ""), ("binary.csv", bytes(range(256)) * 9, ""),
        ("ragged.csv", b"1,2\n3\n", "row 2"), ("header.csv", b"x,y\n", "no rows"),
        ("bomb.npz", bomb(), "would unpack"), ("bomb.keras", bomb("config.json"), ""), ("bomb.pt2", bomb("x/y"), ""),
        ("pickle.npz", pickled.getvalue(), "pickled"), ("pickle.pt2", pt2.getvalue(), ""),
        ("negative.npz", claiming("(-1, 3)"), ""), ("huge.npz", claiming("(99999999999, 9999999)"), "shape"),
        ("deep.json", b"[" * 100_000, ""), ("wrong.json", b"{}", ""), ("wrong.onnx", b"no protobuf at all", ""),
        ("cut.npz", network_file(tmp_path, ".npz")[:200], ""),
        ("net.pkl", harm, "never loaded"), ("net.pt", harm, "never loaded"), ("program.py", b"1", "no kind"),
        ("", b"1", "no kind"), ("csv", b"1", "no kind"), ("../../etc/passwd", b"1", "no kind"),
    ]  # fmt: skip
    for name, content, part in hostile:
        status, reply = bring(lab, name, content)
        assert status == 200, (name, reply)
        sentence = reply["error"]
        assert part in sentence, (name, sentence)
        assert 10 < len(sentence) < 400
        assert str(folder) not in sentence
        assert "hinges-lab-" not in sentence
    assert not mark.exists()
    assert sorted(folder.iterdir()) == before
    assert bring(lab, "good.csv", b"0,1\n1,2\n")[0] == 200  # and the lab goes on


def test_what_is_too_long_is_refused_before_it_comes(upload_lab: tuple[Lab, Path]):
    lab, folder = upload_lab
    before = sorted(folder.iterdir())
    where = urlsplit(lab.origin)
    for name, size in (("a.npz", MAX_BYTES + 1), ("b.csv", 16_000_001), ("c.npz", 10**30)):
        connection = http.client.HTTPConnection("127.0.0.1", where.port or 0, timeout=30)
        connection.putrequest("POST", f"/{lab.token}/upload")
        for header, value in {"Origin": lab.origin, "X-File-Name": name, "Content-Length": str(size)}.items():
            connection.putheader(header, value)
        connection.endheaders()  # and nothing after it
        answer = connection.getresponse()
        assert answer.status in {200, 400}
        if answer.status == 200:
            assert "too long" in json.loads(answer.read())["error"]
        connection.close()
    endless = (b"0,1\n" * 250_000 for _ in range(20))  # in chunks that announce no length
    connection = http.client.HTTPConnection("127.0.0.1", where.port or 0, timeout=30)
    headers = {"Origin": lab.origin, "X-File-Name": "a.csv"}
    try:
        connection.request("POST", f"/{lab.token}/upload", endless, headers, encode_chunked=True)
        assert "error" in json.loads(connection.getresponse().read())
    except (BrokenPipeError, ConnectionResetError):
        pass  # the lab has hung up while we were still sending
    connection.close()
    assert sorted(folder.iterdir()) == before


def test_only_the_labs_own_page_brings_files(upload_lab: tuple[Lab, Path]):
    lab, _ = upload_lab
    assert bring(lab, "a.csv", b"1,2\n", Origin="http://evil.example")[0] == 403
    assert bring(lab, "a.csv", b"1,2\n", Host="evil.example")[0] == 403
    other = Lab(lab.url, lab.origin, "A" * len(lab.token), lab.process)
    assert bring(other, "a.csv", b"1,2\n")[0] == 403
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(lab.origin).port or 0, timeout=20)
    connection.request("POST", f"/{lab.token}/upload", b"1,2\n", {"X-File-Name": "a.csv"})
    assert connection.getresponse().status == 403
    connection.close()


def test_forty_files_at_once_are_too_many(upload_lab: tuple[Lab, Path]):
    lab, folder = upload_lab
    there = len(list(folder.iterdir()))
    replies: list[tuple[int, dict[str, Any]]] = []

    def one(number: int) -> None:
        replies.append(bring(lab, f"{number}.csv", b"0,1\n1,2\n"))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [reply["error"] for _, reply in replies if "error" in reply]
    assert len(refused) == there + 40 - MAX_FILES
    assert all(f"holds {MAX_FILES} files" in sentence for sentence in refused)
    assert len(list(folder.iterdir())) == MAX_FILES
    handles = {reply["answer"]["handle"] for _, reply in replies if "answer" in reply}
    assert len(handles) == MAX_FILES - there


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_folder_goes_with_the_lab(end: signal.Signals, tmp_path: Path):
    lab, folder = start_in(tmp_path)
    try:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert bring(lab, "a.csv", b"0,1\n1,2\n")[0] == 200
        assert len(list(folder.iterdir())) == 1
        lab.process.send_signal(end)
        assert lab.process.wait(20) == (-end if end == signal.SIGKILL else 0)
        until(lambda: not folder.exists())  # of a lab that was killed, its processes clear up
    finally:
        stop_lab(lab)


def test_names_are_shown_and_lead_nowhere():
    assert named("..%2F..%2Fnet.onnx") == ("net.onnx", ".onnx")
    assert named("C:\\models\\NET.ONNX") == ("NET.ONNX", ".onnx")
    assert named("a\x00b\n.csv") == ("a b .csv", ".csv")
    long = named("a" * 500 + ".csv")[0]
    assert long.endswith(".csv")
    assert len(long) <= 100


# ------------------------------------------------------------------------------------------------------- references


@pytest.mark.parametrize("name", _materials.NETWORKS)
def test_the_networks_of_the_lab_know_their_data(name: str):
    network = _materials.network_of(_materials.checked_network({"example": name}))
    data = _materials.data_of({"example": _materials.DATA_OF[name]})
    out = network(data.x)
    if network.outputs == 1:
        assert float(np.mean((out - data.y) ** 2)) > 0.3  # the one that fails
    else:
        assert np.mean(out.argmax(1) == data.y[:, 0]) > 0.93
    assert all(np.array_equal(w, w.astype(np.float32)) for w in network.weights)


def test_examples_of_the_library_are_data_of_the_lab():
    assert set(_materials.DATA_OF.values()) <= set(examples())
    assert np.array_equal(_materials.data_of({"example": "spiral"}).x, example("spiral").x)


def test_what_a_page_writes_down_is_a_network_or_data():
    written = _materials.checked_network({"weights": [[[1, 2]], [[3], [4]]], "biases": [[0, 1], [5]]})
    assert _materials.network_of(written)([1.0]).tolist() == [3.0 + 12.0 + 5.0]
    data = _materials.data_of(_materials.checked_data({"x": [[1, 2], [3, 4]], "y": [0, 1]}))
    assert data.x.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        (None, "must be an object"), ([], "must be an object"), ({}, "must have one of"),
        ({"example": "nothing"}, "must be one of"), ({"example": ["digits"]}, "must be one of"),
        ({"example": "digits", "upload": "0" * 32}, "must have one of"),
        ({"upload": "../../etc/passwd"}, "no handle"), ({"upload": "*"}, "no handle"), ({"upload": 7}, "no handle"),
        ({"upload": "0" * 32, "shape": [-1]}, "at least 1"), ({"upload": "0" * 32, "shape": [10**9]}, "at most"),
        ({"upload": "0" * 32, "path": "/etc"}, "has no 'path'"),
        ({"weights": []}, "1 to 20 layers"), ({"weights": [[[1]]] * 21, "biases": [[1]] * 21}, "1 to 20 layers"),
        ({"weights": [[[1]]]}, "biases must be"), ({"weights": [[[1, 2], [3]]], "biases": [[1]]}, "has 1 numbers"),
        ({"weights": [[["a"]]], "biases": [[1]]}, "is no number"),
        ({"weights": [[[1]]], "biases": [[1]], "activations": [["relu"]]}, "name of an activation"),
        ({"weights": [[[0] * 8000] * 80], "biases": [[1]]}, "at most 500000"),
    ],
    ids=range(19),
)  # fmt: skip
def test_a_reference_to_no_network_is_a_sentence(reference: Any, sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        _materials.checked_network(reference)


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ({"x": [1]}, "y must be a list"), ({"x": [1], "y": [1, 2]}, "has 2 rows"), ({"x": [], "y": []}, "no rows"),
        ({"x": [[]], "y": [1]}, "no columns"), ({"x": [[1], [1, 2]], "y": [1, 2]}, "has 2 numbers"),
        ({"x": [[1] * 6000] * 100, "y": [1] * 100}, "at most 500000"), ({"x": [[[1]]], "y": [1]}, "is no number"),
        ({"upload": "0" * 32, "x": []}, "1 to 64 columns"), ({"upload": "0" * 32, "y": [None]}, "column's name"),
        ({"upload": "0" * 32, "y": ["a" * 201]}, "column's name"), ({"example": "sines"}, "must be one of"),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_reference_to_no_data_is_a_sentence(reference: Any, sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        _materials.checked_data(reference)


def test_a_file_that_is_gone_is_a_sentence(tmp_path: Path):
    _materials.uploads_are_in(tmp_path)
    try:
        with pytest.raises(InvalidInputError, match="no longer here"):
            _materials.network_of({"upload": "0" * 32})
        (tmp_path / ("1" * 32 + ".json")).write_text("{}")
        with pytest.raises(InvalidInputError) as refused:
            _materials.network_of({"upload": "1" * 32})
        assert str(tmp_path) in str(refused.value)
        assert str(tmp_path) not in _materials.without_paths(str(refused.value))
    finally:
        _materials.uploads_are_in(None)


def test_images_are_not_fetched_for_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    with pytest.raises(InvalidInputError, match="not on this machine"):
        _materials.data_of({"example": "fashion-mnist"})

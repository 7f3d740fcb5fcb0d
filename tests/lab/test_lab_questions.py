"""Questions of pages: right answers for many at once, the newest wins, and nonsense gets a sentence."""

import asyncio
import concurrent.futures
import json
import threading
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

import numpy as np
import pytest
from lab_messages import read_message
from running_lab import Lab

from hinges import best_error, error_curve, to_network
from hinges.errors import InvalidInputError
from hinges.lab._pool import Pool
from hinges.lab._session import Session
from hinges.lab._worker import StoppedError, Worker, replies_to
from hinges.lab.questions import QUESTIONS, BadQuestionError, Frame, Question, kind_named, read_question
from hinges.lab.questions._best import SHORT_ROWS
from hinges.lab.questions._checks import MAX_ROWS

ROWS = {"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 0.0]}


def finished(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread of its own: Playwright keeps a loop running in that of the tests."""
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def frame(**fields: object) -> str:
    return json.dumps({"id": 1, "question": "best", **ROWS, "pieces": 2} | fields)


def answer(question: Question):
    return kind_named(question.kind).answer(question.arguments)


def replies(question: Question) -> list[dict[str, object]]:
    """Give what is sent, read again; the arrays of binary messages are flat."""
    return [read_message(message) for _, message in replies_to(question)]


def wavy(seed: int, rows: int = 18) -> dict[str, list[float]]:
    x = np.linspace(0, 6, rows)
    return {"x": x.tolist(), "y": (np.sin(x) + np.random.default_rng(seed).normal(0, 0.2, rows)).tolist()}


# -------------------------------------------------------------------------------------------------- what is read


def test_a_question_is_read_with_its_defaults():
    question = read_question(frame())
    assert question == Question(1, "best", {**ROWS, "pieces": 2, "loss": "mse"})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id":' * 100_000, "nested too deeply"),
        ("[]", "must be an object"),
        ("3", "must be an object"),
        ("null", "must be an object"),
        ("{}", "id must be"),
        ('{"id": true}', "id must be"),
        ('{"id": 1.5}', "id must be"),
        ('{"id": "' + "a" * 65 + '"}', "id must be"),
        ('{"id": ' + "9" * 5000 + "}", "not JSON"),
        ('{"id": 1}', "question must be one of"),
        ('{"id": 1, "question": "rm -rf"}', "question must be one of"),
        ('{"id": 1, "question": ["best"]}', "question must be one of"),
        (frame(x=[0, 1, float("nan")]), "NaN is not a number of JSON"),
        (frame(x=[0, 1, float("inf")]), "Infinity is not a number of JSON"),
        (frame().replace("2.0]", "1e999]"), "x[2] is too large"),
        (frame(x=[0, 1, 10**400]), "x[2] is too large"),
        (frame(x=[0, 1, "2"]), "x[2] is no number"),
        (frame(x=[0, 1, None]), "x[2] is no number"),
        (frame(x=[0, 1, True]), "x[2] is no number"),
        (frame(x=[[0], [1], [2]]), "x[0] is no number"),
        (frame(x="012"), "x must be a list"),
        (frame(x={"0": 1}), "x must be a list"),
        (frame(x=[0] * (MAX_ROWS + 1)), "at most 100000"),
        (frame(pieces=0), "pieces must be at least 1"),
        (frame(pieces=101), "pieces must be at most 100"),
        (frame(pieces=1.5), "pieces must be a whole number"),
        (frame(pieces="2"), "pieces must be a whole number"),
        (frame(pieces=True), "pieces must be a whole number"),
        (frame(loss="mae"), "loss must be one of"),
        (frame(loss=["mse"]), "loss must be one of"),
        (frame(path="/etc/passwd"), "has no 'path'"),
        (frame(question="curve"), "has no 'pieces'"),
        (json.dumps({"id": 1, "question": "curve", **ROWS}), "needs max_units"),
        (json.dumps({"id": 1, "question": "best", "pieces": 2, "x": [1]}), "y must be a list"),
        ('"' + "a" * 8_000_001 + '"', "at most 8000000"),
        (frame(lane=1), "lane must be a text"),
        (frame(lane="a" * 21), "lane must be a text"),
        ('{"id": 1, "question": "cancel", "of": [7]}', "of must be the id"),
        ('{"id": 1, "question": "cancel", "units": 7}', "the question cancel has no 'units'"),
    ],
    ids=range(42),
)
def test_nonsense_is_a_sentence(text: str, sentence: str):
    with pytest.raises(BadQuestionError) as refused:
        read_question(text)
    assert sentence in str(refused.value)
    assert len(str(refused.value)) <= 300


# --------------------------------------------------------------------------------------------- what is answered


@pytest.mark.parametrize("size", [{"units": 3}, {"pieces": 3}])
@pytest.mark.parametrize("loss", ["mse", "max"])
def test_the_best_is_what_best_error_gives(size: dict[str, Any], loss: str):
    rows = wavy(1)
    found = answer(Question(1, "best", {**rows, **size, "loss": loss}))
    bounds = best_error((rows["x"], rows["y"]), **size, loss=loss)
    assert (found["lower"], found["upper"], found["gap"]) == (bounds.lower, bounds.upper, bounds.gap)
    assert found["certified"] is True
    network = bounds.network or to_network(bounds.function, interval=(0.0, 6.0))  # pyright: ignore[reportArgumentType]
    assert [h["kink"] for h in found["hinges"]] == [h.kink for h in network.hinges()]
    x = np.array(rows["x"])
    summed = found["output_bias"] + sum(
        h["coefficient"] * np.maximum(h["weight"] * x + h["bias"], 0) for h in found["hinges"]
    )
    assert summed == pytest.approx(network(x), abs=1e-12)
    assert np.interp(x[1:-1], found["breakpoints"], found["values"]).shape == (16,)


def test_the_curve_is_what_error_curve_gives():
    rows = wavy(2)
    found = answer(Question(1, "curve", {**rows, "max_units": 4, "loss": "max"}))
    curve = error_curve((rows["x"], rows["y"]), 4, "max")
    assert [each["units"] for each in found] == [1, 2, 3, 4]
    assert [each["upper"] for each in found] == [bounds.upper for bounds in curve]
    assert [len(each["hinges"]) for each in found] == [len(b.network.hinges()) for b in curve if b.network]


def test_what_a_verb_refuses_is_its_sentence():
    question = read_question(frame(x=[0, 1]))
    (reply,) = replies(question)
    with pytest.raises(InvalidInputError) as refused:
        best_error(([0, 1], ROWS["y"]), pieces=2)
    assert reply == {"id": 1, "error": str(refused.value)}


def test_every_question_has_a_module_that_checks_and_answers():
    for name in QUESTIONS:
        kind = kind_named(name)
        assert callable(kind.check)
        assert callable(kind.answer)
        with pytest.raises(InvalidInputError):
            kind.check({"nonsense": 1})


PARTS = (
    np.arange(3, dtype=np.float32),
    np.array([[1.5, -2.0]]),
    np.array([7], np.int32).reshape(1, 1, 1),
    np.zeros((0, 4), np.uint8),
    np.array([1, 0, 255], np.uint8),
)


def test_an_answer_with_arrays_is_one_binary_message(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hinges.lab.questions._best.answer", lambda _: Frame({"note": "\u00e9", "n": 2}, PARTS))
    (reply,) = replies(read_question(frame(id="seven")))
    assert (reply["id"], reply["answer"]) == ("seven", {"note": "\u00e9", "n": 2})
    for array, sent in zip(reply["arrays"], PARTS, strict=True):  # pyright: ignore[reportArgumentType]
        assert array.dtype == sent.dtype
        assert array.shape == sent.shape
        assert array.tobytes() == sent.tobytes()
    with pytest.raises(TypeError, match="float16"):
        Frame({}, (np.zeros(2, np.float16),))


def test_a_generator_answers_in_parts(monkeypatch: pytest.MonkeyPatch):
    def some(_: object):
        yield {"part": 1}
        yield Frame({"part": 2}, (np.ones(2),))
        return {"part": "last"}

    def broken(_: object):
        yield 1
        raise InvalidInputError("it went wrong in the middle")

    monkeypatch.setattr("hinges.lab.questions._best.answer", some)
    first, second, last = replies(read_question(frame()))
    assert first == {"id": 1, "more": True, "answer": {"part": 1}}
    assert (second["more"], second["answer"]) == (True, {"part": 2})
    assert last == {"id": 1, "answer": {"part": "last"}}
    monkeypatch.setattr("hinges.lab.questions._best.answer", broken)
    assert replies(read_question(frame()))[1] == {"id": 1, "error": "it went wrong in the middle"}


def test_what_goes_wrong_inside_names_no_path(monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise OSError(2, "no such file", "/home/somebody/secret")

    monkeypatch.setattr("hinges.optimal.best_error", broken)
    assert replies(read_question(frame())) == [{"id": 1, "error": "this could not be computed (FileNotFoundError)"}]


def test_short_questions_have_processes_of_their_own():
    assert Question(1, "best", wavy(1)).is_short
    assert not Question(1, "curve", wavy(1)).is_short
    assert not Question(1, "best", wavy(1, SHORT_ROWS + 1)).is_short
    pool = Pool(2)
    older, newer = (Worker(patient=True) for _ in range(2))
    pool._idle = [older]
    assert not pool._free(patient=False).patient
    assert pool._idle == [older]
    pool._idle = [older, newer]
    assert pool._free(patient=True) is newer
    pool._idle = [older, newer]
    assert not pool._free(patient=False).patient  # for which the oldest makes room
    assert pool._idle == [newer]
    pool.close()


class Talker:
    """A worker that answers in five parts, and keeps count of those that were taken from it."""

    taken: ClassVar[list[int]] = []
    stopped: ClassVar[list[bool]] = []
    is_usable = True

    def __init__(self, *, patient: bool = False, **_: object) -> None:
        self.patient = patient

    def ask(self, _: Question, hear: Callable[[str], None]) -> str:
        for number in range(5):
            self.taken.append(number)
            hear(str(number))
        return "last"

    def stop(self) -> None:
        self.stopped.append(True)


def test_parts_wait_for_whoever_hears_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hinges.lab._pool.Worker", Talker)
    Talker.taken.clear()
    heard: list[object] = []

    async def converse() -> object:
        pool, gate = Pool(1), asyncio.Semaphore(2)

        async def hear(part: object) -> None:
            await gate.acquire()
            heard.append(part)

        asking = asyncio.create_task(pool.reply(Question(1, "curve", {}), hear))
        while len(Talker.taken) < 3:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)
        assert heard == ["0", "1"]
        assert Talker.taken == [0, 1, 2]  # the third waits, and no fourth is computed
        for _ in range(3):
            gate.release()
        last = await asking
        pool.close()
        return last

    assert finished(converse()) == "last"
    assert heard == list("01234")


def test_what_is_given_up_is_heard_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hinges.lab._pool.Worker", Talker)
    Talker.taken.clear()
    heard: list[object] = []

    async def converse() -> None:
        pool = Pool(1)

        async def hear(part: object) -> None:
            heard.append(part)
            await asyncio.sleep(60)  # a page that does not deal with it

        asking = asyncio.create_task(pool.reply(Question(1, "curve", {}), hear))
        while not heard:
            await asyncio.sleep(0.001)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        while pool._busy:  # the worker comes to its end by itself, and is free for the next question
            await asyncio.sleep(0.001)
        assert [type(each) for each in pool._idle] == [Talker]
        pool.close()

    finished(converse())
    assert heard == ["0"]
    assert Talker.taken == [0, 1, 2, 3, 4]


def test_a_question_that_takes_too_long_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hinges.lab._pool.Worker", Talker)
    monkeypatch.setattr("hinges.lab._pool.TIME_LIMIT", 0.05)
    Talker.stopped.clear()

    async def converse() -> None:
        async def hear(_: object) -> None:
            await asyncio.sleep(60)

        pool = Pool(1)
        with pytest.raises(StoppedError, match="no answer within"):
            await pool.reply(Question(1, "curve", {}), hear)
        pool.close()

    finished(converse())
    assert Talker.stopped


class Socket:
    """A websocket that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []

    async def send_text(self, text: str) -> None:
        self.sent.append(json.loads(text))


class Slow:
    """A pool that answers the question `best` at once, and others never."""

    async def reply(self, question: Question, _: object) -> str:
        if question.kind != "best":
            await asyncio.Event().wait()
        return json.dumps({"id": question.mark, "answer": 1})


def test_lanes_of_a_page_are_worked_on_beside_each_other():
    def slow(lane: str) -> str:
        return json.dumps({"id": f"slow {lane}", "question": "curve", "lane": lane, **ROWS, "max_units": 3})

    async def converse() -> list[list[object]]:
        socket = Socket()
        session = Session(socket, Slow(), None)  # pyright: ignore[reportArgumentType]
        seen: list[list[object]] = []
        for message in (
            *map(slow, "abcd"),
            frame(id="fifth", lane="e"),  # more than are worked on at once
            frame(id="new", lane="b"),  # takes the place of one, and of none of the others
            json.dumps({"id": 9, "question": "cancel", "of": "slow d"}),
            json.dumps({"id": 10, "question": "cancel", "of": "nobody"}),
            json.dumps({"id": 11, "question": "more"}),
            json.dumps({"id": 12, "question": "cancel"}),
        ):
            await session._take(message)
            for _ in range(3):
                await asyncio.sleep(0)
            seen.append([(each["id"], each.get("error", "")) for each in socket.sent])
            socket.sent.clear()
        return seen

    seen = finished(converse())
    gone = "a newer question took its place"
    assert seen[:4] == [[]] * 4
    assert seen[4] == [("fifth", "at most 4 lanes of a page are in work at once")]
    assert seen[5:] == [
        [("slow b", gone), ("new", "")],
        [("slow d", gone)],
        [],
        [],
        [("slow a", gone), ("slow c", gone)],
    ]


# --------------------------------------------------------------------------------------------------- over the wire


def connected(lab: Lab):
    sync = pytest.importorskip("websockets.sync.client", reason="needs websockets")
    return sync.connect(f"{lab.url.replace('http', 'ws')}ask", origin=lab.origin, max_size=None)


def test_ten_pages_at_once_get_each_its_own_answers(lab_server: Lab):
    questions = [
        {"question": "best", **wavy(seed), "pieces": 1 + seed % 4, "loss": ("mse", "max")[seed % 2]}
        for seed in range(10)
    ]
    together = threading.Barrier(len(questions))
    replies: dict[int, list[dict[str, object]]] = {}

    def ask(number: int) -> None:
        with connected(lab_server) as page:
            together.wait(30)
            replies[number] = []
            for round_ in range(3):
                page.send(json.dumps({"id": f"{number}/{round_}", **questions[number]}))
                replies[number].append(json.loads(page.recv(90)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, question in enumerate(questions):
        expected = best_error((question["x"], question["y"]), pieces=question["pieces"], loss=question["loss"])
        assert [reply["id"] for reply in replies[number]] == [f"{number}/{round_}" for round_ in range(3)]
        uppers = [reply["answer"]["upper"] for reply in replies[number]]  # pyright: ignore[reportIndexIssue]
        assert uppers == [expected.upper] * 3


def test_the_newest_question_wins(lab_server: Lab):
    slow = {"question": "curve", "x": list(range(4_000)), "y": [i * i % 7919 for i in range(4_000)]}
    with connected(lab_server) as page:
        for number in range(5):
            page.send(json.dumps({"id": number, **slow, "max_units": 100}))
        page.send(frame(id="last"))
        replies = [json.loads(page.recv(60)) for _ in range(6)]
        page.send(json.dumps({"id": 7, **slow, "max_units": 100}))
        page.send(json.dumps({"id": 8, "question": "cancel"}))
        page.send(frame(id=9))
        after = [json.loads(page.recv(60)) for _ in range(2)]
    assert [(reply["id"], reply["superseded"]) for reply in replies[:5]] == [(number, True) for number in range(5)]
    assert replies[5]["id"] == "last"
    assert replies[5]["answer"]["certified"] is True
    assert [reply["id"] for reply in after] == [7, 9]
    assert "answer" in after[1]


def test_hostile_messages_get_sentences_and_the_next_question_its_answer(lab_server: Lab):
    hostile = [
        "", "[" * 200_000, b"\x00\xff", '{"id": 1, "question": "best", "x": [NaN]}', '"' + "a" * 9_000_000 + '"',
        frame(x=[0, 1]), frame(x=[], y=[]), frame(units=3), frame(x=[1, 1, 1]), "\ud7ff\u2028</script>",
    ]  # fmt: skip
    with connected(lab_server) as page:
        for message in hostile:
            page.send(message)
            reply = json.loads(page.recv(60))
            if message == frame(x=[1, 1, 1]):  # three values at one place have a best function
                assert reply["answer"]["upper"] > 0
            else:
                assert 5 < len(reply["error"]) <= 300
        page.send(frame())
        assert json.loads(page.recv(60))["answer"]["certified"] is True


def test_a_message_beyond_all_bounds_closes_the_connection_alone(lab_server: Lab):
    closed = pytest.importorskip("websockets.exceptions", reason="needs websockets").ConnectionClosed
    with connected(lab_server) as page:
        page.send("a" * 17_000_000)
        with pytest.raises(closed) as end:
            page.recv(60)
        assert end.value.rcvd.code == 1009
    with connected(lab_server) as page:
        page.send(frame())
        assert "answer" in json.loads(page.recv(60))

"""The command line as a process: pipes that close, terminals without Unicode, Ctrl-C, narrow windows."""

import os
import signal
import subprocess
import sys
import time

import pytest

HINGES = (sys.executable, "-m", "hinges")


def run(*arguments, **environment):
    return subprocess.run(
        [*HINGES, *arguments],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_terminals_without_unicode_get_plain_text(encoding):
    done = run("fit", "relu-lab", "--units", "3", PYTHONIOENCODING=encoding, NO_COLOR="1", COLUMNS="20")
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert b"3 ReLU units" in done.stdout
    done.stdout.decode(encoding)
    assert b"\x1b" not in done.stdout


def test_what_cannot_be_printed_in_a_message_is_escaped():
    done = run("fit", "größe.csv", "--units", "3", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.startswith(b"hinges: there is no file gr")


def test_a_pipe_that_closes_is_no_error():
    process = subprocess.Popen(
        [*HINGES, "fit", "relu-lab", "--units", "3"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr as errors:
        assert errors.read() == b""
    assert process.wait(timeout=60) == 0


def test_ctrl_c_stops_without_a_traceback(tmp_path):
    target = tmp_path / "net.json"
    process = subprocess.Popen(
        [*HINGES, "construct", "--function", "sin(300*x)", "--interval", "0", "9", "--tolerance", "0.001",
         "--save", str(target)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode in {130, -signal.SIGINT}  # both are 130 in a shell
    assert (out, err) == (b"", b"hinges: stopped\n")
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command():
    done = run("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in (b"demo", b"fit", b"construct"))


def test_the_version_is_printed():
    from hinges import __version__

    assert run("--version").stdout.decode().strip() == __version__

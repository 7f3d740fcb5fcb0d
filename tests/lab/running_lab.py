"""A real `hinges lab` for tests: started as a person would, and ended by Ctrl-C."""

import dataclasses
import os
import re
import signal
import subprocess
import sys


@dataclasses.dataclass(frozen=True)
class Lab:
    """A running `hinges lab`: the address with its token, the origin alone, the token, and the process."""

    url: str
    origin: str
    token: str
    process: subprocess.Popen[str]


def start_lab(*options: str) -> Lab:
    """Start `hinges lab` as a person would, and wait for the address that it prints."""
    command = [sys.executable, "-m", "hinges", "lab", "--no-browser", "--port", "0", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, env=environment
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/([\w-]+)/", line):
            return Lab(found[0], found[1], found[2], process)
    process.wait()
    raise AssertionError("".join(said))


def stop_lab(lab: Lab) -> int:
    """Press Ctrl-C, and give the exit status."""
    if lab.process.poll() is None:
        lab.process.send_signal(signal.SIGINT)
    try:
        return lab.process.wait(timeout=20)
    finally:
        lab.process.kill()
        if lab.process.stdout is not None:
            lab.process.stdout.close()

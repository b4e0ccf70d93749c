"""`course watch` in a terminal: a real one (a pty), with the keys a learner presses and the files an editor leaves."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("no ptys on Windows", allow_module_level=True)

import pty
import struct
import termios
from fcntl import ioctl

ROOT = Path(__file__).parent.parent
RIGHT = (ROOT / "solutions/linear/linear/linear.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace("torch.empty(out_features)) if bias", "torch.empty(1)) if bias")
assert WRONG != RIGHT, "the reference is written differently now"
ENDLESS = RIGHT.replace("y = x @ self.weight.T", "while True:\n            pass")
assert ENDLESS != RIGHT, "the reference is written differently now"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
_PATIENCE = 90

pytestmark = pytest.mark.slow


class Terminal:
    """What a program prints on a terminal of its own, and the keys one presses there."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.ours, self.theirs = pty.openpty()
        self.resize(50, 110)
        self.before = termios.tcgetattr(self.theirs)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", "watch"], cwd=folder, env=environment, stdin=self.theirs,
            stdout=self.theirs, stderr=self.theirs, start_new_session=True,
        )  # fmt: skip
        self.text = ""

    def resize(self, lines: int, columns: int) -> None:
        """Give it another size, of which a terminal tells the program; this one is nobody's controlling terminal."""
        ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        if hasattr(self, "process"):
            self.process.send_signal(signal.SIGWINCH)

    def shows(self, wanted: str) -> str:
        """Wait until a text is there, and give all that came up to its end; what follows is for the next call."""
        deadline = time.monotonic() + _PATIENCE
        while wanted not in self.text:
            assert time.monotonic() < deadline, f"{wanted!r} never came:\n{self.text}"
            if select.select([self.ours], [], [], 1)[0]:
                self.text += _ESCAPES.sub("", os.read(self.ours, 2**16).decode(errors="replace"))
        end = self.text.index(wanted) + len(wanted)
        shown, self.text = self.text[:end], self.text[end:]
        return shown

    def press(self, key: str) -> None:
        os.write(self.ours, key.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def learn(tmp_path: Path) -> Iterator[tuple[Path, Terminal]]:
    """A new workspace where linear is written in linear.py alone, and `course watch` in it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "VISUAL": "true"}
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        environment.pop(name, None)
    folder = tmp_path / "learn"
    start = [sys.executable, "-m", "cli", "start", "learn"]
    subprocess.run(start, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=_PATIENCE)
    (folder / "linear/linear.ipynb").unlink()
    terminal = Terminal(folder, environment)
    yield folder, terminal
    terminal.close()


def test_a_session_of_keys_and_saves(learn: tuple[Path, Terminal]) -> None:
    folder, terminal = learn
    answer = folder / "linear/linear.py"
    terminal.shows("Watching")
    assert "Now: Flatten in linear/linear.py" in terminal.shows(".md)")
    assert "0 of 121 ░" in terminal.shows("q quit")
    terminal.press("l")
    terminal.shows("> · Flatten")
    terminal.press("\x1b[B\r")
    terminal.shows("Now: Linear in linear/linear.py (lesson: linear/linear.md)")
    terminal.press("n")
    assert "Now: count_parameters in" in terminal.shows(".md)")
    terminal.press("o")
    terminal.shows("Opened tools.py with true.")
    terminal.press("p")
    terminal.shows("Next: ")
    terminal.press("h")
    terminal.shows("Nothing is written yet.")

    terminal.shows("q quit")
    answer.write_text(WRONG, encoding="utf-8")
    assert "✓ Flatten" in terminal.shows("✗ Linear")
    assert "To see it, run this beside your answer" in terminal.shows("q quit")
    terminal.press("h")
    terminal.shows("Hint 1 of 3 for Linear")
    terminal.press("h")
    terminal.shows("Hint 2 of 3 for Linear")
    terminal.shows("q quit")

    half = RIGHT[: RIGHT.index("bound = ")]
    answer.write_text(half, encoding="utf-8")
    terminal.shows("✗ Linear")
    terminal.shows("q quit")
    answer.write_text(RIGHT + "\ndef (\n", encoding="utf-8")
    terminal.shows("not Python yet")
    terminal.shows("q quit")
    answer.unlink()
    terminal.shows("is gone. Bring it back with: course reset linear/linear")
    terminal.shows("q quit")
    answer.write_text(ENDLESS, encoding="utf-8")
    terminal.shows("Checking Flatten, Linear")
    # Keys are answered while it hangs, and it says that it still runs.
    terminal.press("l")
    terminal.shows("> · Linear")
    terminal.press("q")
    terminal.shows("q quit")
    answer.write_text(ENDLESS + "\n", encoding="utf-8")
    terminal.shows("It is still running.")
    answer.write_text(RIGHT, encoding="utf-8")
    shown = terminal.shows("Now: ")
    assert "took longer" not in shown
    assert "✓ Linear" in shown
    assert "✓ Flatten" in shown
    assert "s shows our Flatten, to compare with yours." in shown or "s shows our Linear" in shown
    terminal.shows("q quit")
    terminal.resize(24, 60)
    (foot,) = re.findall("h hint.*?q quit", terminal.shows("q quit"), re.DOTALL)
    assert [line for line in foot.splitlines() if len(line) > 60] == []
    assert len(foot.splitlines()) == 2
    terminal.press("p")
    terminal.shows("2 of 9")
    terminal.press("q")
    assert terminal.process.wait(_PATIENCE) == 0
    assert termios.tcgetattr(terminal.theirs) == terminal.before


def test_keys_count_while_everything_is_loaded(learn: tuple[Path, Terminal]) -> None:
    _, terminal = learn
    terminal.shows("Loading PyTorch, which takes a few seconds ...")
    began = time.monotonic()
    terminal.press("x")
    terminal.press("q")
    assert terminal.process.wait(_PATIENCE) == 0
    assert time.monotonic() - began < 2
    assert termios.tcgetattr(terminal.theirs) == terminal.before
    while select.select([terminal.ours], [], [], 0)[0]:
        terminal.text += os.read(terminal.ours, 2**16).decode(errors="replace")
    assert not set("xq") & set(terminal.text), "nothing is echoed"

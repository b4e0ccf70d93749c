"""Answers that lie on the wire, or spoil their own process: the judge believes none of it and waits for none of it."""

import textwrap

import pytest

from grader.host.session import Child, Server, Stopped
from grader.model import Verdict
from grader.spec import OffLimits
from tests.sessions import DOUBLE, answer, case, error_of, forward, run, stopped

pytestmark = pytest.mark.slow


def lie(data: str, after: str = "return 2 * x") -> str:
    """An answer that writes to the judge's socket itself."""
    return forward(f"os.write(3, {data})\n{after}", "import os, struct, json")


@pytest.mark.parametrize(
    "data",
    [
        "b'garbage' * 10",
        "bytes(100)",
        "struct.pack('<BI', 1, 4) + bytes(4)",
        "struct.pack('<BI', 1, 3) + b'abc'",
        "struct.pack('<BII', 1, 6, 2) + b'[]'",
        "struct.pack('<BII', 1, 8, 2**31) + b'{}{}'",
        "struct.pack('<BII', 1, 16, 12) + b'{\"number\":99}'[:12]",
        "struct.pack('<BII', 1, 40008, 40000) + b'[' * 40000 + bytes(4)",
        "struct.pack('<BI', 200, 10)",
    ],
)
def test_forged_frames_are_a_crash(server: Server, data: str) -> None:
    assert stopped(server, lie(data), count=5).verdict is Verdict.CRASHED


def test_a_frame_that_announces_too_much_is_an_output_limit(server: Server) -> None:
    assert stopped(server, lie("struct.pack('<BI', 1, 2**31)")).verdict is Verdict.OUTPUT_LIMIT


def test_a_long_header_is_not_decoded(server: Server) -> None:
    many = "b'[' + b'[],' * 2_000_000 + b'0]'"
    source = forward(
        f"text = {many}\nos.write(3, struct.pack('<BII', 1, len(text) + 4, len(text)) + text)\nreturn x",
        "import os, struct",
    )
    assert stopped(server, source).verdict in (Verdict.OUTPUT_LIMIT, Verdict.CRASHED)


def test_tensors_that_share_bytes_are_refused(server: Server) -> None:
    source = forward(
        """
        tensors = ",".join('{"$tensor":["float64",[1000000],0]}' for _ in range(2000))
        text = ('{"number":0,"steps":[' + tensors + ']}').encode()
        frame = struct.pack('<BII', 1, len(text) + 4 + 8_000_000, len(text)) + text + bytes(8_000_000)
        while frame: frame = frame[os.write(3, frame):]
        return x
        """,
        "import os, struct",
    )
    assert stopped(server, source).verdict is Verdict.CRASHED


def test_a_forged_answer_beside_the_true_one_is_noticed(server: Server) -> None:
    source = lie(
        '(lambda t: struct.pack(\'<BII\', 1, len(t) + 4, len(t)) + t)(b\'{"number":0,"steps":[],"error":null}\')'
    )
    found = run(server, source, count=3)
    assert isinstance(found[-1], Stopped)
    assert found[-1].verdict is Verdict.CRASHED


def test_a_partial_frame_does_not_hold_the_judge(hasty: Server) -> None:
    found = stopped(hasty, lie("struct.pack('<BI', 1, 100)", "while True: pass"))
    assert found.verdict is Verdict.TIME_LIMIT


def test_stages_without_end_do_not_hold_the_judge(hasty: Server) -> None:
    endless = "text = b'[\"call\", 0]'\nwhile True: os.write(3, struct.pack('<BI', 2, len(text)) + text)"
    found = stopped(hasty, forward(endless, "import os, struct"))
    assert found.verdict is Verdict.TIME_LIMIT


@pytest.mark.parametrize(
    "text", ["nonsense", "[1, 2]", '["call"]', '["rm -rf", 3]', '["call", "x"]', "{}", '["call", 1e999]', "[[], 1]"]
)
def test_stages_that_make_no_sense_are_passed_over(hasty: Server, text: str) -> None:
    source = lie(f"struct.pack('<BI', 2, {len(text)}) + {text.encode()!r}", "while True: pass")
    found = stopped(hasty, source)
    assert (found.verdict, found.stage) == (Verdict.TIME_LIMIT, "call")


@pytest.mark.parametrize(
    "body", ["os.close(3)\nreturn x", "os.close(3)\nwhile True: pass", "os.closerange(0, 60)\nreturn x"]
)
def test_closing_the_connection_is_a_crash(server: Server, body: str) -> None:
    assert stopped(server, forward(body, "import os"), count=3).verdict is Verdict.CRASHED


@pytest.mark.parametrize(
    "damage",
    [
        "json.dumps = json.JSONEncoder.encode = lambda *a, **k: 'null'",
        "json.dumps = None",
        "struct.Struct = struct.pack = None",
        "torch.Tensor.numpy = lambda self: 1 / 0",
        "torch.Tensor.detach = torch.Tensor.clone = torch.Tensor.cpu = None",
        "import builtins; builtins.len = builtins.isinstance = None",
        "import builtins; builtins.type = builtins.str = builtins.list = builtins.dict = None",
        "import sys; sys.modules.clear()",
        "import gc; [setattr(o, 'send', None) for o in gc.get_objects() if type(o).__name__ == 'socket']",
        "torch.manual_seed = torch.set_default_dtype = None",
        "import torch.autograd; torch.autograd.grad = lambda *a, **k: (None,)",
    ],
)
def test_a_worker_whose_tools_were_replaced_cannot_confuse_the_judge(server: Server, damage: str) -> None:
    source = "import json, struct, torch\n" + damage + "\n" + DOUBLE
    child = server.open(answer(source), OffLimits())
    found = list(child.run([case(), case()]))[-1] if isinstance(child, Child) else child
    assert isinstance(found, dict) or found.verdict in (Verdict.CRASHED, Verdict.TIME_LIMIT)


def test_what_cannot_be_sent_is_an_exception_of_the_answer(server: Server) -> None:
    error = error_of(server, forward("return torch.ones(2).to(torch.float8_e4m3fn)"))
    assert error["stage"] == "answer"


def test_an_answer_that_overwrites_its_whereabouts_is_still_to_blame(hasty: Server) -> None:
    source = """
        import gc
        def scribble(data):
            for whereabouts in [item for item in gc.get_objects() if type(item).__name__ == "Whereabouts"]:
                whereabouts._memory.seek(0)
                whereabouts._memory.write(data)
    """
    found = hasty.open(answer(textwrap.dedent(source) + "scribble(bytes(8))\nwhile True: pass"), OffLimits())
    assert isinstance(found, Stopped)
    assert (found.verdict, found.stage) == (Verdict.TIME_LIMIT, "import")
    found = stopped(hasty, forward("scribble(b'\\xff' * 64)\nwhile True: pass", source))
    assert (found.verdict, found.stage) == (Verdict.TIME_LIMIT, "new")

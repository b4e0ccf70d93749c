"""Where a definition begins and ends: its decorators are part of it, everywhere."""

from pathlib import Path

import pytest

from grader.course.edits import edited
from grader.kit.outline import Lesson
from grader.model.source import definition, definitions, lines_of, span
from grader.study.solution import excerpt
from grader.study.workspace import Workspace, reset

STUB = """\
import torch


@torch.no_grad()
class Layer:
    raise NotImplementedError("Write Layer.")


class Other:
    raise NotImplementedError("Write Other.")
"""
ANSWER = """\
import torch
text = "a page\x0c and a line\u2028 that end none"


@torch.no_grad()
@register(
    "mine",
)
class Layer:
    one = 1
    # and this is all


# about Other
class Other:
    two = 2
"""


def test_decorators_belong_to_what_they_decorate() -> None:
    layer, other = definitions(ANSWER)
    assert lines_of(layer) == range(5, 11)
    assert ANSWER[span(ANSWER, layer)] == '@torch.no_grad()\n@register(\n    "mine",\n)\nclass Layer:\n    one = 1'
    assert ANSWER[span(ANSWER, other)] == "class Other:\n    two = 2"
    assert ANSWER[:-1][span(ANSWER[:-1], other)] == "class Other:\n    two = 2"
    assert definition(ANSWER, "text") is None


def test_a_decorated_class_is_put_back_whole(tmp_path: Path) -> None:
    answer = tmp_path / "linear/layers.py"
    answer.parent.mkdir()
    answer.write_text(ANSWER, encoding="utf-8")
    stub = tmp_path / "stub.py"
    stub.write_text(STUB, encoding="utf-8")
    reset(Workspace(tmp_path), Lesson(assignment="linear", name="layers", stub_path=stub), ["Layer"])
    before, after = ANSWER.split("@torch.no_grad()")[0], ANSWER.partition("    one = 1\n")[2]
    piece = '@torch.no_grad()\nclass Layer:\n    raise NotImplementedError("Write Layer.")\n'
    assert answer.read_text(encoding="utf-8") == before + piece + after


def test_a_part_that_was_deleted_is_put_back_at_the_end(tmp_path: Path) -> None:
    answer = tmp_path / "linear/layers.py"
    answer.parent.mkdir()
    answer.write_text("mine = 1", encoding="utf-8")
    stub = tmp_path / "stub.py"
    stub.write_text(STUB, encoding="utf-8")
    reset(Workspace(tmp_path), Lesson(assignment="linear", name="layers", stub_path=stub), ["Other"])
    assert answer.read_text(encoding="utf-8") == "mine = 1\n\n\n" + STUB[STUB.index("class Other") :]


@pytest.mark.parametrize("head", ["class Layer:", "def Layer():", "async def Layer():"])
def test_a_decorated_part_is_shown_whole(head: str) -> None:
    source = f"import torch\n\n\ndef kept(part):\n    return part\n\n\n@kept\n{head}\n    one = 1\n"
    assert excerpt(source, "Layer") == source.replace("\n\n\n", "\n\n").strip()


def test_an_edit_of_a_decorator_is_placed_in_its_part() -> None:
    source = "@kept(1)\nclass One:\n    pass\n\n\n@kept(1)\nclass Two:\n    pass\n"
    assert edited(source, "Two", {"kept(1)": "kept(2)"}) == "kept(2)".join(source.rsplit("kept(1)", 1))

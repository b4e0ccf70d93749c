"""What stands around right answers: that `course verify` has enough of it, and notices where it makes a difference."""

import json
from pathlib import Path

import pytest

from grader.authoring.surround import amid_everything, misread, surroundings
from grader.kit.load import load_course
from grader.spec import Part

LINEAR = load_course(Path(__file__).parent.parent).exercise("linear/linear")
ONLY: list[Part] = [part for part in LINEAR.parts if part.symbol == "Linear"]
RIGHT = (Path(__file__).parent / "submissions/accepted/Linear__plain.py").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_there_are_enough(suffix: str) -> None:
    of_kind = [item for item in surroundings() if suffix in item.suffixes]
    assert len({item.around(RIGHT, "Linear", suffix) for item in of_kind}) == len(of_kind) >= 15
    for item in of_kind:
        text = item.around(RIGHT, "Linear", suffix)
        assert "{symbol}" not in text, item.name
        assert "self.weight = nn.Parameter" in text, item.name


def test_a_right_answer_is_the_same_in_all_of_them() -> None:
    assert list(misread("linear/linear", ONLY, RIGHT)) == []


def test_what_makes_a_difference_is_noticed() -> None:
    uses_a_global = RIGHT.replace("return y if", "y = y.to(device)\n        return y if")
    assert uses_a_global != RIGHT
    found = [why for _, why in misread("linear/linear", ONLY, f'device = "cpu"\n{uses_a_global}')]
    assert any(why.startswith("training, in a .py: other text is loaded") for why in found), found
    found = [why for _, why in misread("linear/linear", ONLY, f"{RIGHT}\n\nfrom torch.nn import Linear\n")]
    assert any(why.startswith("everything: `from torch.nn import Linear`") for why in found), found


def test_everything_at_once_is_a_notebook() -> None:
    answer = amid_everything("linear/linear", "Linear", RIGHT)
    assert answer.path == "linear.ipynb"
    assert len(answer.cells) > 40
    cells = json.loads(surroundings()[-1].around(RIGHT, "Linear", ".ipynb"))["cells"]
    assert {cell["cell_type"] for cell in cells} == {"code", "markdown"}

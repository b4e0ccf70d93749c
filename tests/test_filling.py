"""A whole network is constructed without drawing what its case fills anew; what is judged of first values is drawn."""

import torch
from torch import nn

from grader.case.probe import run_case
from grader.kit.load import load_course
from grader.model import Case
from tests.test_store import ROOT


class Net(nn.Module):
    """One large layer, and one small."""

    def __init__(self) -> None:
        super().__init__()
        self.large, self.small = nn.Linear(512, 512), nn.Linear(3, 3)
        self.drawn = [bool(layer.weight.any()) for layer in (self.large, self.small)]


def drawn(**more: object) -> object:
    case: Case = {"symbol": "Net", "new": {}, "steps": [{"do": "run", "lines": ["layer.drawn"]}], **more}  # type: ignore[typeddict-item]
    seen = run_case(case, {"Net": Net})
    assert seen["error"] is None
    return seen["steps"][0]["lines"][0]["value"]


def test_only_large_tensors_are_left_and_only_where_the_case_says_so() -> None:
    before = torch.Tensor.uniform_
    assert drawn() == [True, True]
    assert drawn(state=None) == [True, True]
    assert drawn(undrawn=True) == [False, True]
    assert drawn(state=[]) == [False, True]
    assert torch.Tensor.uniform_ is before
    assert bool(nn.Linear(512, 512).weight.any())


def test_no_part_whose_first_values_are_judged_leaves_them() -> None:
    parts = [part for exercise in load_course(ROOT).exercises for part in exercise.parts]
    left = {part.symbol for part in parts if not part.drawn}
    assert left == {"AlexNet", "VGG", "NiN", "GoogLeNet", "ResNet18"}
    assert not any(each.criterion == "init" for part in parts if not part.drawn for each in part.properties)

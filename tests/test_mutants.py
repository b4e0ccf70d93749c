"""Mechanical mutants that forget to follow the input."""

import pytest

from grader.authoring.mutants import mutants


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x.new_zeros(2, 3)", "torch.zeros(2, 3)"),
        ("torch.zeros_like(x)", "torch.zeros(x.shape)"),
        ("torch.arange(3, device=x.device)", "torch.arange(3)"),
        ("self.register_buffer('mean', torch.zeros(3))", "setattr(self, 'mean', torch.zeros(3))"),
    ],
)
def test_what_follows_the_input_is_mutated_into_what_does_not(before: str, after: str) -> None:
    assert after in {mutant.source for mutant in mutants(before)}


def test_without_a_graph_there_is_nothing_to_cut() -> None:
    source = "def double(x):\n    y = x * 2\n    return y"
    assert [mutant.change for mutant in mutants(source, graph=False)] == ["x * 2 → x / 2", "2 → 3 in y = x * 2"]
    assert "return y → return y.detach()" in {mutant.change for mutant in mutants(source)}

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

"""Dropout in attention and in the blocks of a layer: what its properties say, and what their snippets print."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from grader.case import recipes
from grader.spec import Property, tensor
from grader.spec.attention import Masks, attention_masks
from grader.spec.attention_properties import drops_attention_weights, drops_what_a_block_adds
from tests.test_property_snippets import printed

WEIGHTS = drops_attention_weights(0.25)
OTHERWISE = drops_attention_weights(0.25, otherwise=True)
ROW = [1.0, -2.0, 0.5, 1.5]


class Block(nn.Module):
    """What it adds is its bias, dropped."""

    def __init__(self, features: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.bias, self.p = nn.Parameter(torch.zeros(features)), dropout

    def dropped(self, x: Tensor) -> Tensor:
        return F.dropout(self.bias.expand(x.shape), self.p, self.training)

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x + self.dropped(x), x.shape[-1:])


class NothingDropped(Block):
    def dropped(self, x: Tensor) -> Tensor:
        return self.bias.expand(x.shape)


class WholeTokens(Block):
    def dropped(self, x: Tensor) -> Tensor:
        return self.bias * F.dropout(torch.ones_like(x[..., :1]), self.p, self.training)


class OneForTheBatch(Block):
    def dropped(self, x: Tensor) -> Tensor:
        return self.bias * F.dropout(torch.ones_like(x[:, :1]), self.p, self.training)


class KeptWithThatProbability(Block):
    def dropped(self, x: Tensor) -> Tensor:
        kept = torch.rand_like(x) < self.p if self.training else torch.ones_like(x)
        return self.bias * kept / (1 - self.p if self.training else 1)


class NotScaled(Block):
    def dropped(self, x: Tensor) -> Tensor:
        return super().dropped(x) * (1 - self.p if self.training else 1)


class AlsoInEvaluation(Block):
    def dropped(self, x: Tensor) -> Tensor:
        return F.dropout(self.bias.expand(x.shape), self.p)


class Attention(nn.MultiheadAttention):
    """torch's."""


class NeverDrops(Attention):
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        self.dropout = 0.0
        return super().forward(*args, **kwargs)


class DropsTheOutput(NeverDrops):
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        out, weights = super().forward(*args, **kwargs)
        return F.dropout(out, 0.25, self.training), weights


class EvenWeights(Attention):
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        out, weights = super().forward(*args, **kwargs)
        return out, None if weights is None else torch.full_like(weights, 1 / 3)


class OnlyWithWeights(Attention):
    def forward(self, *args: Any, need_weights: bool = True, **kwargs: Any) -> Any:
        self.dropout = 0.25 if need_weights else 0.0
        return super().forward(*args, need_weights=need_weights, **kwargs)


class NotBehindThePadding(Attention):
    def forward(self, *args: Any, key_padding_mask: Any = None, **kwargs: Any) -> Any:
        self.dropout = 0.25 if key_padding_mask is None else 0.0
        return super().forward(*args, key_padding_mask=key_padding_mask, **kwargs)


class NotWithoutABatch(Attention):
    def forward(self, query: Tensor, *args: Any, **kwargs: Any) -> Any:
        self.dropout = 0.25 if query.dim() == 3 else 0.0
        return super().forward(query, *args, **kwargs)


@pytest.mark.parametrize(
    ("item", "wrong", "says"),
    [
        (WEIGHTS, NeverDrops, "each weight either zeroed or divided"),
        (WEIGHTS, DropsTheOutput, "each weight either zeroed or divided"),
        (WEIGHTS, EvenWeights, "those that made the output"),
        (WEIGHTS, OnlyWithWeights, "each weight either zeroed or divided"),
        (OTHERWISE, NotBehindThePadding, "with key_padding_mask, dropout=0.25: in training, the output of each head"),
        (OTHERWISE, NotWithoutABatch, "without a batch, with dropout=0.25: in training, the output of each head"),
    ],
)
def test_of_weights_it_says_what_does_not_hold(item: Property, wrong: type[nn.Module], says: str) -> None:
    fine, said = printed(item, "MultiheadAttention", nn.MultiheadAttention, nn.MultiheadAttention)
    assert said is None
    broken, said = printed(item, "MultiheadAttention", nn.MultiheadAttention, wrong)
    assert says in (said or "")
    assert fine != broken


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (NothingDropped, "either dropped or divided by 1 - dropout"),
        (NotScaled, "either dropped or divided by 1 - dropout"),
        (WholeTokens, "other elements in every token, sequence and feature"),
        (OneForTheBatch, "other elements in every token, sequence and feature"),
        (KeptWithThatProbability, "should lose 25% of its elements"),
        (AlsoInEvaluation, "in evaluation"),
    ],
)
def test_of_a_block_it_says_what_does_not_hold(wrong: type[nn.Module], says: str) -> None:
    state = {"bias": tensor(4, fill="values", values=ROW)}
    item = drops_what_a_block_adds((4,), {"dropout": 0.25}, state, ROW, p=0.25, where="it", normalised=(0, 1))
    fine, said = printed(item, "Block", Block, Block)
    assert said is None
    broken, said = printed(item, "Block", Block, wrong)
    assert says in (said or "")
    assert fine != broken


@given(st.data(), st.sampled_from((None, 1, 2)), st.integers(1, 2), st.integers(1, 4), st.integers(1, 4))
def test_masks_leave_every_query_a_key(
    data: st.DataObject, batch: int | None, heads: int, rows: int, keys: int
) -> None:
    masks: Masks = data.draw(attention_masks(batch, heads, rows, keys))
    scores = torch.zeros(batch or 1, heads, rows, keys, dtype=torch.float64)
    for recipe in (masks.pairs, masks.padding):
        if recipe is None:
            continue
        mask = recipes.build(recipe, dtype=torch.float64)
        if recipe is masks.padding:
            mask = mask.view(-1, 1, 1, keys)
        elif mask.dim() == 3:
            mask = mask.view(scores.shape)
        scores = scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    assert bool((scores.amax(-1) > -math.inf).all())
    if masks.is_causal:
        mask = recipes.build(masks.pairs, dtype=torch.float64)
        hides = mask if mask.dtype == torch.bool else mask == -math.inf
        assert torch.equal(hides, torch.ones(rows, keys).triu(1).bool())

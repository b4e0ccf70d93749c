"""TransformerEncoderLayer and TransformerDecoderLayer, judged against ``torch.nn`` without its fast path."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.attention import (
    Masks,
    adding,
    attention_masks,
    causal,
    forbidden,
    forbidding,
    open_mask,
    shaped,
    without_fast_path,
)
from grader.attention_properties import drops_what_a_block_adds
from grader.properties import Fresh, constant_init, uniform_init
from grader.spec import (
    Exercise,
    OffLimits,
    Part,
    Property,
    call,
    evaluate,
    function,
    growth,
    layer_case,
    listed,
    module,
    raises,
    reload,
    tensor,
    train,
    with_argument,
    with_dims,
)
from grader.strategies import cotangents, eps_values, flags, keywords, normal_tensor, seeds, sizes

Case = dict[str, Any]


class SlowEncoderLayer(nn.TransformerEncoderLayer):
    """torch's layer without its fast path."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Encode."""
        with without_fast_path():
            return super().forward(*args, **kwargs)


class SlowDecoderLayer(nn.TransformerDecoderLayer):
    """torch's layer without its fast path."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Decode."""
        with without_fast_path():
            return super().forward(*args, **kwargs)


ACTIVATIONS = st.sampled_from(("gelu", "relu", function("tanh"), function("nn.functional.silu"), module("nn.Softplus")))
SPREADS = ((1.0, 0.0), (0.5, 0.2), (3.0, -1.0))
FILLS = ("normal", "normal", "uniform")
"""No integers: features that are all equal have no variance for a norm to divide by."""


# Cases. With dropout they are in evaluation, where nothing is random.


def named(masks: Masks, pairs: str, padding: str, hint: str, says_so: bool) -> Case:
    """Masks under the names that a layer has for them."""
    given = {pairs: masks.pairs, padding: masks.padding, hint: (masks.is_causal and says_so) or None}
    return {name: value for name, value in given.items() if value is not None}


@st.composite
def call_of(draw: st.DrawFn, features: int, heads: int, batch_first: bool, decodes: bool) -> Case:
    """One call, of a decoder with a memory of its own length."""
    batch, rows = draw(st.sampled_from((2, 1, 3, 2, None))), draw(sizes(1, 4))
    lengths, options = [rows], Case()
    own = draw(attention_masks(batch, heads, rows, rows))
    if decodes:
        options |= named(own, "tgt_mask", "tgt_key_padding_mask", "tgt_is_causal", draw(flags))
        lengths.append(rows if draw(flags) else draw(sizes(1, 4)))
        others = draw(attention_masks(batch, heads, *lengths))
        says_so = lengths[0] == lengths[1] and draw(flags)
        options |= named(others, "memory_mask", "memory_key_padding_mask", "memory_is_causal", says_so)
    else:
        options |= named(own, "src_mask", "src_key_padding_mask", "is_causal", draw(flags))
    inputs = [
        draw(normal_tensor(shaped(length, batch, features, batch_first), fills=FILLS, spreads=SPREADS))
        for length in lengths
    ]
    return call(*inputs, cotangent=draw(cotangents()), **options)


@st.composite
def cases(draw: st.DrawFn, decodes: bool) -> Any:
    """One or two calls of a small layer."""
    heads = draw(sizes(1, 3))
    features = heads * draw(st.integers(3 if heads == 1 else 2, 3))
    kwargs = draw(keywords(batch_first=flags, norm_first=flags, layer_norm_eps=eps_values))
    if draw(flags):
        kwargs["activation"] = draw(ACTIVATIONS)
    kwargs |= {"dim_feedforward": draw(sizes(2, 6)), "dropout": draw(st.sampled_from((0.0, 0.5, 0.0)))}
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if kwargs["dropout"] and not steps:
            steps.append(evaluate())
        elif not kwargs["dropout"] and draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        steps.append(draw(call_of(features, heads, bool(kwargs.get("batch_first")), decodes)))
    return layer_case((features, heads), kwargs, steps, seed=draw(seeds))


SMALL = {"dim_feedforward": 5, "dropout": 0.0}


def inputs(
    decodes: bool, rows: int, keys: int, batch: int | None, features: int = 4, *, first: bool = False, **more: Any
) -> Any:
    """A sequence, and for a decoder a memory."""
    lengths = [rows, keys] if decodes else [rows]
    return [tensor(*shaped(length, batch, features, first), seed=seed, **more) for seed, length in enumerate(lengths)]


def masked(decodes: bool, pairs: Any = None, padding: Any = None, *, memory: bool = False, hint: bool = False) -> Case:
    """Masks for the sequence itself, or for a decoder's memory."""
    side = "memory" if memory else "tgt" if decodes else "src"
    masks = Masks(pairs=pairs, padding=padding, is_causal=hint)
    return named(
        masks, f"{side}_mask", f"{side}_key_padding_mask", f"{side}_is_causal" if decodes else "is_causal", hint
    )


def far_apart(decodes: bool) -> list[Any]:
    """Masks of either kind for scores so far apart that a number in place of minus infinity shows.

    No gradient is asked for: of scores as large as these it is mostly rounding.
    """
    large = inputs(decodes, 4, 4, 3, scale=3e5 if decodes else 1e3, grad=False)
    pairs, padding = forbidding([4, 4], forbidden(4, 4, seed=2)), forbidding([3, 4], forbidden(3, 4, seed=6))
    sides = ((False, SMALL), (True, SMALL)) if decodes else ((False, SMALL),)
    return [
        layer_case((4, 2), kwargs, [call(*large, cotangent=None, **masked(decodes, *masks, memory=memory))])
        for memory, kwargs in sides
        for masks in ((pairs, None), (None, padding))
    ]


def hinted(decodes: bool) -> list[Any]:
    """A true hint together with padding, and together with another mask that is not causal; padding that is learned."""
    triangle, ends = forbidding([2, 2], causal(2, 2)), forbidding([1, 2], [False, True])
    rows, other = tensor(1, 2, seed=8), forbidding([2, 2], [False, False, True, False])
    x = inputs(decodes, 2, 2, 1)
    steps = [call(*x, **masked(decodes, triangle, ends, hint=True))]
    learned = [call(*x, **masked(decodes, padding=rows))]
    if decodes:
        steps += [
            call(*x, **masked(True, triangle, ends, memory=True, hint=True)),
            call(*x, **masked(True, triangle, hint=True), **masked(True, other, memory=True)),
            call(*x, **masked(True, other), **masked(True, triangle, memory=True, hint=True)),
        ]
        learned += [call(*x, **masked(True, padding=rows, memory=True))]
    return [layer_case((4, 2), SMALL, [step]) for step in (*steps, *learned)]


def examples(decodes: bool) -> list[Any]:
    """Cases for every suite."""
    x, alone = inputs(decodes, 2, 3, 1), inputs(decodes, 2, 3, None)
    wide, batched = inputs(decodes, 3, 4, 2), inputs(decodes, 2, 3, 2, first=True)
    triangle, late = forbidding([2, 2], causal(2, 2)), adding([2, 2], causal(2, 2))
    some = forbidding([3, 3], [False, False, True, False, True, False, False, False, False])
    ends, late_end = forbidding([1, 2], [False, True]), forbidding([1, 3], [False, False, True])
    hidden = forbidding([2, 3], [False, True, False, False, False, True])
    each = forbidding([4, 3, 3], forbidden(12, 3, free=1, seed=3))
    first = {"norm_first": True, **SMALL}
    both = {"batch_first": True, **first}
    found = [
        layer_case((4, 2), {}, [evaluate(), call(*wide)]),
        layer_case((), {"d_model": 4, "nhead": 2, "dim_feedforward": 3, "dropout": 0.0, "activation": "gelu",
                        "layer_norm_eps": 0.1, "batch_first": True, "norm_first": True}, [call(*batched)]),
        layer_case((4, 2), SMALL, [call(*x)]),
        layer_case((4, 2), first, [call(*x)]),
        layer_case((4, 1), SMALL, [call(*wide)]),
        layer_case((6, 3), {**SMALL, "dim_feedforward": 1}, [call(*inputs(decodes, 2, 3, 1, 6))]),
        layer_case((4, 4), SMALL, [call(*inputs(decodes, 1, 1, 2)), call(*wide)]),
        layer_case((4, 2), {**SMALL, "activation": "gelu"}, [call(*x)]),
        layer_case((4, 2), {**SMALL, "activation": function("tanh")}, [call(*x)]),
        layer_case((4, 2), {**first, "activation": module("nn.Softplus")}, [call(*x)]),
        layer_case((4, 2), {**SMALL, "layer_norm_eps": 0.5}, [call(*x)]),
        layer_case((4, 2), {**first, "layer_norm_eps": 0.5}, [call(*x)]),
        layer_case((4, 2), {**SMALL, "batch_first": True}, [call(*batched)]),
        layer_case((4, 2), both, [call(*batched), evaluate(), call(*inputs(decodes, 2, 2, 3, first=True))]),
        layer_case((4, 2), SMALL, [call(*alone)]),
        layer_case((4, 2), both, [call(*alone)]),
        layer_case((4, 2), SMALL, [call(*x, **masked(decodes, triangle))]),
        layer_case((4, 2), SMALL, [call(*x, **masked(decodes, triangle, hint=True))]),
        layer_case((4, 2), SMALL, [call(*x, **masked(decodes, late, hint=True)), call(*x)]),
        layer_case((4, 2), SMALL, [call(*x, **masked(decodes, padding=ends))]),
        layer_case((4, 2), SMALL, [call(*inputs(decodes, 3, 2, 1), **masked(decodes, some, late_end))]),
        layer_case((4, 2), first, [call(*wide, **masked(decodes, forbidding([3, 3], causal(3, 3)), hidden))]),
        layer_case((4, 2), both, [call(*batched, **masked(decodes, tensor(2, 2, seed=5)))]),
        layer_case((4, 2), SMALL, [call(*wide, **masked(decodes, each))]),
        layer_case((4, 2), SMALL, [call(*alone, **masked(decodes, triangle, forbidding([2], [False, True])))]),
        layer_case((4, 2), {**SMALL, "dropout": 0.5}, [evaluate(), call(*x)]),
        layer_case((4, 2), {**both, "dropout": 0.5, "activation": "gelu"}, [evaluate(), call(*batched)]),
        layer_case((4, 2), {**SMALL, "batch_first": True},
                   [evaluate(), call(*inputs(decodes, 3, 4, 2, first=True), cotangent=None,
                                     **masked(decodes, padding=hidden)), train(), call(*batched)]),
        layer_case((4, 2), SMALL, [call(*x), reload(), call(*x)]),
        *hinted(decodes), *far_apart(decodes),
    ]  # fmt: skip
    if decodes:
        seen, unseen = (
            forbidding([2, 3], [False, True, True, False, True, False]),
            forbidding([1, 3], [True, False, False]),
        )
        square = inputs(True, 2, 2, 1)
        found += [
            layer_case((4, 2), SMALL, [call(*square)]),
            layer_case((4, 2), SMALL, [call(*x, **masked(True, seen, memory=True))]),
            layer_case((4, 2), SMALL, [call(*x, **masked(True, padding=unseen, memory=True))]),
            layer_case((4, 2), first, [call(*x, **masked(True, padding=unseen, memory=True))]),
            layer_case((4, 2), SMALL, [call(*square, **masked(True, triangle, memory=True, hint=True))]),
            layer_case((4, 2), SMALL, [call(*square, **masked(True, triangle, ends, memory=True))]),
            layer_case((4, 2), SMALL, [call(
                *x, **masked(True, triangle, hint=True), **masked(True, padding=unseen, memory=True))]),
            layer_case((4, 2), SMALL, [call(
                *x, **masked(True, padding=ends), **masked(True, tensor(2, 3, seed=6), memory=True))]),
        ]  # fmt: skip
    return found


# Dropout: in each of these layers one block adds one row to all tokens, and the others add nothing.

ADDED = [1.0, -2.0, 0.5, 1.5]
GELU = (1 + math.erf(math.sqrt(0.5))) / 2
"""Of one."""
DIAGONAL = [value if row == column else 0.0 for row, value in enumerate(ADDED) for column in range(4)]


def of_values(*shape: int, values: Sequence[float]) -> Any:
    """A parameter that is written out."""
    return tensor(*shape, fill="values", values=list(values))


def resting(decodes: bool) -> Case:
    """Parameters with which no block adds anything."""
    state: Case = {}
    for name in ("self_attn", "multihead_attn") if decodes else ("self_attn",):
        state |= {
            f"{name}.in_proj_weight": tensor(12, 4, fill="zeros"),
            f"{name}.in_proj_bias": tensor(12, fill="zeros"),
        }
        state |= {
            f"{name}.out_proj.weight": tensor(4, 4, fill="zeros"),
            f"{name}.out_proj.bias": tensor(4, fill="zeros"),
        }
    for name in ("linear1", "linear2"):
        state |= {f"{name}.weight": tensor(4, 4, fill="zeros"), f"{name}.bias": tensor(4, fill="zeros")}
    for name in ("norm1", "norm2", "norm3")[: 2 + decodes]:
        state |= {f"{name}.weight": tensor(4, fill="ones"), f"{name}.bias": tensor(4, fill="zeros")}
    return state


def dropouts(decodes: bool) -> list[Property]:
    """Every place at which something is dropped: norm last, norm first, and with the default probability."""
    made = []
    blocks = ("self_attn", "multihead_attn") if decodes else ("self_attn",)
    for given in ({"dropout": 0.25}, {"dropout": 0.25, "norm_first": True}, {}):
        kwargs: Case = {"dim_feedforward": 4, **given}

        def dropped(
            where: str,
            block: int,
            changed: Mapping[str, Any],
            kwargs: Case = kwargs,
            added: Sequence[float] = ADDED,
            **more: Any,
        ) -> Property:
            normalised = (0, 0) if kwargs.get("norm_first") else (block, len(blocks) + 1 - block)
            state = {**resting(decodes), **changed}
            return drops_what_a_block_adds(
                (4, 4),
                kwargs,
                state,
                added,
                p=kwargs.get("dropout", 0.1),
                where=where,
                normalised=normalised,
                **{"memory": 3 * decodes, **more},
            )

        for block, name in enumerate(blocks):
            whose = "the attention to the memory" if block else "the self-attention"
            if given:
                made.append(dropped(f"what {whose} adds", block, {f"{name}.out_proj.bias": of_values(4, values=ADDED)}))
            # With a single key, all of its weight is dropped or none.
            passing = {
                f"{name}.in_proj_bias": of_values(12, values=[0.0] * 8 + [1.0] * 4),
                f"{name}.out_proj.weight": of_values(4, 4, values=DIAGONAL),
            }
            single = {"memory": 1} if block else {"length": 1}
            made.append(dropped(f"what a weight of {whose} lets through", block, passing, times=2, **single))
        last = len(blocks)
        if given:
            made.append(dropped("what the network adds", last, {"linear2.bias": of_values(4, values=ADDED)}))
        inside = {"linear1.bias": tensor(4, fill="ones"), "linear2.weight": of_values(4, 4, values=DIAGONAL)}
        made.append(dropped("what is between the linear layers", last, inside, times=2))
        if not given:
            # Unlike relu, gelu of a feature that was scaled is not the scaled gelu of the feature.
            smooth = {**kwargs, "dropout": 0.25, "activation": "gelu"}
            added = [value * GELU for value in ADDED]
            made.append(dropped("what is between the linear layers", last, inside, kwargs=smooth, added=added, times=2))
    return made


# The parts.


def layer(symbol: str, oracle: Callable[..., Any], decodes: bool) -> Part:
    """The part of one layer."""
    sized = {"dim_feedforward": 400, "dropout": 0.0}
    attentions = ["self_attn", *(["multihead_attn"] if decodes else [])]
    norms = ["norm1", "norm2", *(["norm3"] if decodes else [])]
    ones, zeros = [f"{name}.weight" for name in norms], [f"{name}.bias" for name in norms]
    zeros += [f"{name}.{bias}" for name in attentions for bias in ("in_proj_bias", "out_proj.bias")]

    def grown(batch: int, rows: int, keys: int, **more: Any) -> Any:
        masks = masked(decodes, open_mask(rows, rows), open_mask(batch, rows)) if more else {}
        return layer_case((4, 2), {**SMALL, **more}, [
            call(*inputs(decodes, rows, keys, batch, first=bool(more)), **masks)])  # fmt: skip

    def refused(features: int, heads: int) -> Any:
        case = layer_case((features, heads), SMALL, [call(*inputs(decodes, 2, 3, 2, features))])
        return raises(case, f"{features} features for {heads} heads")

    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=cases(decodes),
        examples=examples(decodes),
        arguments=[
            "d_model", "nhead", "dim_feedforward", "dropout", "activation", "layer_norm_eps", "batch_first",
            "norm_first",
        ],
        properties=[
            uniform_init(Fresh(args=(16, 4), kwargs=sized, bound=0.25, names=["linear1.weight", "linear1.bias"])),
            uniform_init(
                Fresh(args=(16, 4), kwargs=sized, bound=0.05, names=["linear2.weight"]),
                Fresh(args=(256, 4), kwargs={"dim_feedforward": 4}, bound=0.5, names=["linear2.bias"]),
            ),
            uniform_init(Fresh(args=(24, 4), kwargs=sized, bound=0.25, names=[
                f"{name}.in_proj_weight" for name in attentions])),
            uniform_init(Fresh(args=(25, 5), kwargs=sized, bound=0.2, names=[
                f"{name}.out_proj.weight" for name in attentions])),
            constant_init({**dict.fromkeys(ones, 1), **dict.fromkeys(zeros, 0)}, Fresh(args=(6, 2), kwargs=SMALL)),
            *dropouts(decodes),
        ],
        errors=listed(
            "a `d_model` that is not divisible by `nhead`, at construction or in the first call",
            refused(5, 2), refused(6, 4), refused(4, 3),
        ),
        growth=[
            growth("batch", lambda size: grown(size, 3, 2)),
            growth("batch", lambda size: grown(size, 3, 2, batch_first=True, norm_first=True)),
            growth("length of the sequence", lambda size: grown(2, size, 3)),
            *([growth("length of the memory", lambda size: grown(2, 3, size))] if decodes else []),
        ],
        off_limits=OffLimits(kernels=["_transformer*"], classes=["Transformer*"]),
        families=[
            with_dims(2, share=0.1),
            with_argument("norm_first", value=True, share=0.25, name="norm_first=True"),
        ],
        # The list of arguments leaves out some of torch's.
        positional=False,
        size=40,
    )  # fmt: skip


HINT = (
    "self.self_attn(x, x, x, attn_mask=src_mask, key_padding_mask=src_key_padding_mask, is_causal=is_caus"
    "al, need_weights=Fa…"
    " → self.self_attn(x, x, x, attn_mask=src_mask, key_padding_mask=src_key_padding_mask, need_weights=F"
    "alse)",
    "self.self_attn(x, x, x, attn_mask=tgt_mask, key_padding_mask=tgt_key_padding_mask, is_causal=tgt_is_"
    "causal, need_weight…"
    " → self.self_attn(x, x, x, attn_mask=tgt_mask, key_padding_mask=tgt_key_padding_mask, need_weights=F"
    "alse)",
    "self.multihead_attn(x, memory, memory, attn_mask=memory_mask, key_padding_mask=memory_key_padding_ma"
    "sk, is_causal=memor…"
    " → self.multihead_attn(x, memory, memory, attn_mask=memory_mask, key_padding_mask=memory_key_padding"
    "_mask, need_weights=Fa…",
)
"""Without the hint that a mask is the causal one, which changes no result."""
WEIGHTS = (
    "self.self_attn(x, x, x, attn_mask=src_mask, key_padding_mask=src_key_padding_mask, is_causal=is_caus"
    "al, need_weights=Fa…"
    " → self.self_attn(x, x, x, attn_mask=src_mask, key_padding_mask=src_key_padding_mask, is_causal=is_c"
    "ausal)",
    "self.self_attn(x, x, x, attn_mask=tgt_mask, key_padding_mask=tgt_key_padding_mask, is_causal=tgt_is_"
    "causal, need_weight…"
    " → self.self_attn(x, x, x, attn_mask=tgt_mask, key_padding_mask=tgt_key_padding_mask, is_causal=tgt_"
    "is_causal)",
    "self.multihead_attn(x, memory, memory, attn_mask=memory_mask, key_padding_mask=memory_key_padding_ma"
    "sk, is_causal=memor…"
    " → self.multihead_attn(x, memory, memory, attn_mask=memory_mask, key_padding_mask=memory_key_padding"
    "_mask, is_causal=memor…",
    "False"
    " → True in attended, _ = self.self_attn(x, x, x, attn_mask=src_mask, key_padding_mask=src_key_paddin"
    "g_mask, is_causal=is_causal, n…",
    "False"
    " → True in attended, _ = self.self_attn(x, x, x, attn_mask=tgt_mask, key_padding_mask=tgt_key_paddin"
    "g_mask, is_causal=tgt_is_causa…",
    "False"
    " → True in found, _ = self.multihead_attn(x, memory, memory, attn_mask=memory_mask, key_padding_mask"
    "=memory_key_padding_mask, is_c…",
)
"""With attention weights that nobody reads."""
KNOWN = (
    'if activation not in functions: raise ValueError(f\'the activation should be "relu", "gelu" or a func'
    "tion, not {activati…"
    " → if False",
)
"""The lookup raises, too."""

exercise = Exercise(
    title="Transformer layers",
    parts=[
        layer("TransformerEncoderLayer", SlowEncoderLayer, decodes=False),
        layer("TransformerDecoderLayer", SlowDecoderLayer, decodes=True),
    ],
    equivalent_mutants={
        **dict.fromkeys(HINT, "a hint changes no result"),
        **dict.fromkeys(WEIGHTS, "nobody reads the weights"),
        **dict.fromkeys(KNOWN, "looking the function up raises a KeyError then"),
    },
)

"""MultiheadAttention, judged against ``torch.nn.MultiheadAttention`` without its fast path."""

from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.attention import (
    adding,
    attention_masks,
    causal,
    forbidden,
    forbidding,
    open_mask,
    shaped,
    without_fast_path,
)
from grader.attention_properties import drops_attention_weights
from grader.properties import Fresh, constant_init, uniform_init
from grader.spec import (
    Exercise,
    Family,
    OffLimits,
    Part,
    call,
    evaluate,
    growth,
    layer_case,
    listed,
    raises,
    reload,
    run,
    tensor,
    train,
    with_dims,
)
from grader.strategies import cotangents, flags, keywords, normal_tensor, seeds, sizes

Case = dict[str, Any]


class SlowAttention(nn.MultiheadAttention):
    """torch's layer without its fast path."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Attend."""
        with without_fast_path():
            return super().forward(*args, **kwargs)


SPREADS = ((1.0, 0.0), (0.5, 0.2), (0.3, 0.0), (2.0, -0.5))
HUGE = ((1.0, 0.0), (10.0, 0.0), (30.0, 5.0), (100.0, 0.0))
"""Scale and shift at which the exponentials of the scores overflow."""
FILLS = ("normal", "normal", "uniform")


# Calls.


@st.composite
def call_of(draw: st.DrawFn, features: int, heads: int, batch_first: bool) -> Case:
    """One call: query, key and value of their own, or all the same."""
    batch, rows = draw(st.sampled_from((2, 1, 3, 2, None))), draw(sizes(1, 4))
    itself = draw(flags)
    keys = rows if itself else draw(sizes(1, 4))
    query, key, value = (
        draw(normal_tensor(shaped(length, batch, features, batch_first), fills=FILLS, spreads=SPREADS))
        for length in (rows, keys, keys)
    )
    inputs = [query] * 3 if itself else [query, key, value]
    masks = draw(attention_masks(batch, heads, rows, keys))
    given = {"attn_mask": masks.pairs, "key_padding_mask": masks.padding}
    options = {name: mask for name, mask in given.items() if mask is not None}
    options |= draw(keywords(need_weights=st.sampled_from((True, False)), average_attn_weights=st.just(True)))
    if draw(st.sampled_from((False, False, False, True))):
        options["average_attn_weights"] = False
    return call(*inputs, cotangent=draw(cotangents()), **options)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One or two calls, in evaluation where there is dropout."""
    heads = draw(sizes(1, 3))
    features = heads * draw(sizes(1, 3))
    kwargs = draw(keywords(bias=flags, batch_first=flags))
    steps: list[Any] = []
    if draw(st.sampled_from((False, False, True))):
        kwargs["dropout"] = draw(st.sampled_from((0.5, 0.0, 0.9)))
    for _ in range(draw(sizes(1, 2))):
        if kwargs.get("dropout") and not steps:
            steps.append(evaluate())
        elif not kwargs.get("dropout") and draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        steps.append(draw(call_of(features, heads, kwargs.get("batch_first", False))))
    return layer_case((features, heads), kwargs, steps, seed=draw(seeds))


def far_apart(large: float, batch: int | None = 1, **masks: Any) -> Case:
    """One head and feature whose scores are multiples of a number: -3, -3.03 and 1.5, for the other query 2 and -1.

    A key that is forbidden gets no weight then only if its score becomes lower than all of these.
    """
    state = {
        "in_proj_weight": tensor(3, 1, fill="ones"),
        "in_proj_bias": tensor(3, fill="zeros"),
        "out_proj.weight": tensor(1, 1, fill="ones"),
        "out_proj.bias": tensor(1, fill="zeros"),
    }
    numbers = ([-3.0, 2.0], [large, 1.01 * large, -large / 2], [1.0, 2.0, 4.0])
    given = [tensor(*shaped(len(values), batch, 1, False), fill="values", values=values) for values in numbers]
    return layer_case((1, 1), {}, [call(*given, **masks)], state=state)


FORBIDDEN = [False, False, True, True, True, False]
LAST, PAIRS = forbidding([1, 3], FORBIDDEN[:3]), forbidding([2, 3], FORBIDDEN)


@st.composite
def numerics(draw: st.DrawFn) -> Case:
    """Scores so large that their exponentials overflow in float32, or so far apart that no number forbids a key."""
    if draw(st.sampled_from((False, False, True))):
        masks = draw(st.sampled_from(({"key_padding_mask": LAST}, {"attn_mask": PAIRS})))
        return {**far_apart(draw(st.sampled_from((1e4, 3e4, 1e5))), **masks), "dtype": "float32"}
    heads, rows, keys = draw(sizes(1, 2)), draw(sizes(1, 4)), draw(sizes(2, 5))
    features = heads * draw(sizes(1, 3))
    inputs = [
        draw(normal_tensor([length, 2, features], fills=("normal",), spreads=HUGE, grad=True))
        for length in (rows, keys, keys)
    ]
    return layer_case((features, heads), {}, [call(*inputs, cotangent=draw(seeds))], dtype="float32", seed=draw(seeds))


def inputs(rows: int, keys: int, batch: int | None, features: int, *, batch_first: bool = False, **more: Any) -> Any:
    """Query, key and value."""
    return [
        tensor(*shaped(length, batch, features, batch_first), seed=seed, **more)
        for seed, length in enumerate((rows, keys, keys))
    ]


def same(rows: int, batch: int, features: int) -> list[Any]:
    """Query, key and value of the same numbers."""
    return [tensor(rows, batch, features)] * 3


PADDING = forbidding([2, 3], [False, True, False, False, False, True])
EACH = forbidden(16, 3, free=1, seed=5)
ITSELF = run("x = torch.arange(24).reshape(3, 2, 4).to(layer.in_proj_weight) / 10", "layer(x, x, x)[0].detach()")

EXAMPLES = [
    layer_case((4, 2), {}, [call(*inputs(3, 3, 2, 4))]),
    # So small that one sees at a glance what they are about.
    layer_case((2, 2), {}, [call(*inputs(2, 2, 1, 2))]),
    layer_case((2, 1), {}, [call(*inputs(1, 2, 1, 2))]),
    layer_case((4, 2), {}, [call(*inputs(1, 2, 1, 4))]),
    layer_case((2, 1), {"batch_first": True}, [call(*inputs(1, 2, 2, 2, batch_first=True))]),
    layer_case((1, 1), {"bias": False}, [call(*inputs(2, 2, 1, 1))]),
    layer_case((2, 2), {}, [call(*inputs(1, 2, 1, 2), average_attn_weights=False)]),
    layer_case((1, 1), {}, [call(*inputs(1, 2, 1, 1), need_weights=False)]),
    layer_case((1, 1), {}, [call(*inputs(1, 2, 1, 1), key_padding_mask=forbidding([1, 2], [False, True]))]),
    layer_case((1, 1), {}, [call(*inputs(2, 2, 1, 1), attn_mask=forbidding([2, 2], causal(2, 2)))]),
    layer_case((1, 1), {}, [call(
        *inputs(1, 3, 1, 1), attn_mask=forbidding([1, 3], [False, True, False]),
        key_padding_mask=forbidding([1, 3], [False, False, True]))]),
    layer_case((1, 1), {}, [call(*inputs(1, 3, 1, 1), attn_mask=tensor(1, 3, seed=9))]),
    layer_case((1, 1), {}, [call(*inputs(1, 2, 1, 1), key_padding_mask=adding([1, 2], [False, True]))]),
    layer_case((2, 2), {}, [call(*inputs(1, 2, 2, 2), attn_mask=forbidding([4, 1, 2], [
        False, True, False, False, True, False, False, True]))]),
    layer_case((2, 2), {}, [call(*inputs(1, 2, 2, 2), attn_mask=tensor(4, 1, 2, seed=9))]),
    layer_case((1, 1), {"dropout": 0.5}, [evaluate(), call(*inputs(1, 2, 1, 1))]),
    # Larger ones.
    layer_case((4, 2), {}, [call(*inputs(4, 3, 2, 4)), call(*inputs(1, 2, 1, 4))]),
    layer_case((), {"embed_dim": 6, "num_heads": 3, "dropout": 0.0, "bias": True, "batch_first": True},
               [call(*inputs(2, 3, 4, 6, batch_first=True))]),
    layer_case((6, 2), {"bias": False}, [call(*inputs(2, 3, 2, 6))]),
    layer_case((6, 2), {"bias": False, "batch_first": True}, [call(*inputs(2, 3, 2, 6, batch_first=True))]),
    layer_case((3, 1), {}, [call(*inputs(2, 3, 2, 3))]),
    layer_case((3, 3), {}, [call(*inputs(2, 3, 2, 3)), evaluate(), call(*same(3, 2, 3))]),
    layer_case((1, 1), {}, [call(*inputs(2, 2, 1, 1))]),
    layer_case((4, 2), {"batch_first": True}, [call(*inputs(2, 3, 4, 4, batch_first=True), need_weights=False)]),
    layer_case((4, 2), {}, [call(*same(3, 2, 4), need_weights=False), ITSELF]),
    # Per head.
    layer_case((6, 3), {}, [call(*inputs(2, 4, 2, 6), average_attn_weights=False)]),
    layer_case((4, 2), {}, [call(*inputs(2, 3, 2, 4), average_attn_weights=False, need_weights=False)]),
    # Without a batch.
    layer_case((4, 2), {}, [call(*inputs(3, 2, None, 4)), call(*inputs(3, 2, None, 4), need_weights=False)]),
    layer_case((4, 2), {"batch_first": True}, [call(*inputs(2, 3, None, 4))]),
    layer_case((4, 2), {}, [call(*inputs(3, 2, None, 4), average_attn_weights=False)], seed=1),
    layer_case((4, 2), {}, [call(*inputs(2, 3, None, 4), key_padding_mask=forbidding([3], [False, True, False]))]),
    layer_case((4, 2), {}, [call(*inputs(2, 3, None, 4), attn_mask=forbidding([2, 3], forbidden(2, 3, seed=1)))]),
    # Boolean masks.
    layer_case((4, 2), {}, [call(*inputs(4, 3, 2, 4), key_padding_mask=PADDING)]),
    layer_case((4, 2), {"batch_first": True},
               [call(*inputs(4, 3, 2, 4, batch_first=True), key_padding_mask=PADDING, need_weights=False)]),
    layer_case((4, 2), {}, [call(*same(4, 2, 4), attn_mask=forbidding([4, 4], causal(4, 4)))]),
    layer_case((4, 2), {}, [
        call(*same(4, 2, 4), attn_mask=forbidding([4, 4], causal(4, 4)), need_weights=False)], seed=1),
    layer_case((6, 2), {}, [call(*inputs(4, 3, 2, 6), attn_mask=forbidding([4, 3], forbidden(4, 3, free=2, seed=4)))]),
    layer_case((4, 2), {}, [call(
        *inputs(4, 3, 2, 4), key_padding_mask=PADDING, attn_mask=forbidding([4, 3], forbidden(4, 3, seed=3)))]),
    # A mask for each head.
    layer_case((4, 2), {}, [call(*inputs(4, 3, 2, 4), attn_mask=forbidding([4, 4, 3], EACH))]),
    layer_case((4, 2), {"batch_first": True}, [call(
        *inputs(4, 3, 2, 4, batch_first=True), attn_mask=forbidding([4, 4, 3], EACH), key_padding_mask=forbidding(
            [2, 3], [True, False, False, False, False, True]))]),
    layer_case((4, 2), {}, [call(*inputs(4, 3, None, 4), attn_mask=forbidding([2, 4, 3], EACH[:24]))]),
    # Masks that are added.
    layer_case((4, 2), {}, [call(*same(4, 2, 4), attn_mask=adding([4, 4], causal(4, 4)))]),
    layer_case((4, 2), {}, [call(*inputs(4, 3, 2, 4), attn_mask=tensor(4, 3, seed=9, layout="transposed"))]),
    layer_case((4, 2), {}, [call(*inputs(4, 3, 2, 4), key_padding_mask=adding([2, 3], [True, False] * 3))], seed=1),
    layer_case((4, 2), {}, [call(*inputs(4, 3, 2, 4), key_padding_mask=tensor(2, 3, seed=8))]),
    layer_case((4, 2), {}, [call(
        *inputs(4, 3, 2, 4), key_padding_mask=tensor(2, 3, seed=8), attn_mask=tensor(4, 3, seed=9))]),
    layer_case((4, 2), {}, [call(*inputs(4, 3, 2, 4), attn_mask=adding([4, 4, 3], EACH, seed=1))]),
    # Scores so far apart that a number such as -100 in place of minus infinity shows.
    far_apart(100.0, key_padding_mask=LAST),
    far_apart(100.0, attn_mask=PAIRS),
    far_apart(100.0, attn_mask=forbidding([1, 2, 3], FORBIDDEN)),
    far_apart(100.0, attn_mask=adding([2, 3], FORBIDDEN)),
    far_apart(100.0, None, key_padding_mask=adding([3], FORBIDDEN[:3])),
    # Modes.
    layer_case((4, 2), {"dropout": 0.5}, [evaluate(), call(*inputs(3, 2, 2, 4)), call(*same(3, 2, 4))]),
    layer_case((4, 2), {"dropout": 0.5, "bias": False, "batch_first": True},
               [evaluate(), call(*inputs(3, 2, 4, 4, batch_first=True))]),
    layer_case((4, 2), {"dropout": 0.0}, [call(*inputs(3, 2, 2, 4), cotangent=None), evaluate(), call(*same(3, 2, 4))]),
    layer_case((4, 2), {}, [call(*inputs(2, 3, 2, 4)), reload(), call(*inputs(2, 3, 2, 4))]),
]  # fmt: skip


def given_mask(name: str, test: Any) -> Any:
    """Whether a mask of that name among a case's calls passes a test."""

    def holds(case: Any) -> bool:
        masks = (step.get("kwargs", {}).get(name) for step in case["steps"])
        return any(mask is not None and test(mask) for mask in masks)

    return holds


def is_added(case: Any) -> bool:
    """Whether a call has a mask of numbers."""
    return any(
        given_mask(name, lambda mask: mask.get("dtype") != "bool")(case) for name in ("attn_mask", "key_padding_mask")
    )


def per_head(case: Any) -> bool:
    """Whether a call asks for the weights of each head."""
    return any(step.get("kwargs", {}).get("average_attn_weights", True) is False for step in case["steps"])


FAMILIES = [
    with_dims(2, share=0.15),
    Family(name="a mask for each head", share=0.1, holds=given_mask("attn_mask", lambda mask: len(mask["shape"]) == 3)),
    Family(name="a mask that is added", share=0.15, holds=is_added),
    Family(name="average_attn_weights=False", share=0.1, holds=per_head),
]


def refused(features: int, heads: int) -> Case:
    """Features that the heads cannot share."""
    case = layer_case((features, heads), {}, [call(*inputs(2, 3, 2, features))])
    return raises(case, f"{features} features for {heads} heads")


exercise = Exercise(
    title="Multi-head attention",
    parts=[
        Part(
            symbol="MultiheadAttention",
            oracle=SlowAttention,
            cases=cases(),
            examples=EXAMPLES,
            arguments=["embed_dim", "num_heads", "dropout", "bias", "batch_first"],
            numerics=numerics(),
            properties=[
                uniform_init(
                    Fresh(args=(24, 4), bound=0.25, names=["in_proj_weight"]),
                    Fresh(args=(54, 2), kwargs={"bias": False}, bound=1 / 6, names=["in_proj_weight"]),
                ),
                uniform_init(Fresh(args=(25, 5), bound=0.2, names=["out_proj.weight"])),
                constant_init({"in_proj_bias": 0, "out_proj.bias": 0}, Fresh(args=(6, 2))),
                drops_attention_weights(0.25),
                drops_attention_weights(0.6),
                drops_attention_weights(0.4, otherwise=True),
            ],
            errors=listed(
                "an `embed_dim` that is not divisible by `num_heads`, at construction or in the first call",
                refused(5, 2),
                refused(6, 4),
                refused(2, 3),
            ),
            growth=[
                growth("batch", lambda size: layer_case((4, 2), {}, [call(*inputs(3, 2, size, 4))])),
                growth("batch", lambda size: layer_case((4, 2), {"batch_first": True}, [call(
                    *inputs(3, 2, size, 4, batch_first=True), need_weights=False,
                    key_padding_mask=open_mask(size, 2), attn_mask=open_mask(2 * size, 3, 2))])),
                growth("length of the queries", lambda size: layer_case((4, 2), {}, [call(*inputs(size, 3, 2, 4))])),
                growth("length of the keys", lambda size: layer_case((4, 2), {}, [call(*inputs(3, size, 2, 4))])),
            ],
            off_limits=OffLimits(
                kernels=["*attention*", "_transformer*"],
                classes=["MultiheadAttention", "Transformer*"],
                functions=["torch.nn.functional.multi_head_attention_forward"],
                modules=["torch.nn.attention"],
            ),
            families=FAMILIES,
            # The list of arguments leaves out some of torch's.
            positional=False,
            size=40,
            core=True,
        ),
    ],
    equivalent_mutants={
        "if embed_dim % num_heads != 0: raise ValueError(f'{embed_dim} features cannot be shared equally by "
        "{num_heads} heads') → if False": "splitting the features raises in the first call, which is as good",
        "-2 → 2 in scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])": "of four axes, 2 and -2 are the same",
    },
)  # fmt: skip

"""The transformer's stacks and the whole of it, judged against ``torch.nn`` without its fast path."""

import math
import warnings
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.attention import shaped, without_fast_path
from grader.dropout_properties import negative_where_dropped
from grader.properties import Fresh, constant_init, uniform_init
from grader.spec import (
    Exercise,
    OffLimits,
    Part,
    Property,
    call,
    evaluate,
    growth,
    layer_case,
    listed,
    module,
    raises,
    reload,
    run,
    tensor,
    train,
    with_dims,
)
from grader.strategies import flags, normal_tensor, seeds

Case = dict[str, Any]

OFF_LIMITS = OffLimits(classes=["Transformer", "TransformerEncoder", "TransformerDecoder"])


class SlowEncoder(nn.TransformerEncoder):
    """torch's encoder without nested tensors and without its fast path."""

    def __init__(self, encoder_layer: nn.Module, num_layers: int, norm: nn.Module | None = None) -> None:
        """Copy the layer."""
        super().__init__(encoder_layer, num_layers, norm, enable_nested_tensor=False)  # type: ignore[arg-type]

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Encode."""
        with without_fast_path():
            return super().forward(*args, **kwargs)


class SlowTransformer(nn.Transformer):
    """torch's transformer without its fast path."""

    def __init__(self, **kwargs: Any) -> None:
        """Build it, with an encoder without nested tensors."""
        with warnings.catch_warnings():
            # Of nested tensors, which are for some layers only.
            warnings.simplefilter("ignore")
            super().__init__(**kwargs)
        self.encoder.enable_nested_tensor = self.encoder.use_nested_tensor = False

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Encode and decode."""
        with without_fast_path():
            return super().forward(*args, **kwargs)


# Inputs and masks. The first key stays open to all, so that no row of scores is masked as a whole. The gradient of
# every output is asked for, since in evaluation without gradients torch's layers, which an answer may use, take the
# fast path.

SPREADS = ((1.0, 0.0), (0.5, 0.2), (2.0, -0.5))


def forbidding(shape: list[int], forbidden: list[bool], additive: bool) -> Case:
    """A mask: True, or minus infinity, where something is forbidden."""
    if additive:
        return tensor(*shape, fill="values", values=[-math.inf if it else 0.0 for it in forbidden], grad=False)
    return tensor(*shape, fill="values", values=[int(it) for it in forbidden], dtype="bool", grad=False)


def causal(rows: int, columns: int, additive: bool) -> Case:
    """No row sees a later column."""
    return forbidding([rows, columns], [j > i for i in range(rows) for j in range(columns)], additive)


@st.composite
def attention_masks(draw: st.DrawFn, rows: int, columns: int) -> Case | None:
    """None, causal, scattered, or numbers that shift the scores."""
    kind = draw(st.sampled_from(("none", "causal", "scattered", "shifts")))
    if kind == "causal":
        return causal(rows, columns, draw(flags))
    if kind == "scattered":
        drawn = [draw(flags) and j > 0 for _ in range(rows) for j in range(columns)]
        return forbidding([rows, columns], drawn, draw(flags))
    return tensor(rows, columns, seed=draw(seeds), grad=False) if kind == "shifts" else None


@st.composite
def padding_masks(draw: st.DrawFn, batch: int | None, length: int, additive: bool) -> Case | None:
    """None, or the ends of some sequences. Kinds are not mixed with those of attention masks (torch warns)."""
    if draw(flags):
        return None
    ends = [draw(st.integers(1, length)) for _ in range(batch or 1)]
    shape = [length] if batch is None else [batch, length]
    return forbidding(shape, [j >= end for end in ends for j in range(length)], additive)


def is_additive(mask: Case | None) -> bool:
    """Whether a mask, if there is one, is to be added."""
    return mask is not None and mask.get("dtype") != "bool"


def given(**masks: Case | bool | None) -> Case:
    """Those that are there."""
    return {name: mask for name, mask in masks.items() if mask is not None}


LAYERS = {"encoder": "nn.TransformerEncoderLayer", "decoder": "nn.TransformerDecoderLayer"}


def a_layer(kind: str, features: int = 4, heads: int = 2, **options: Any) -> Case:
    """A small layer of torch, without dropout unless it is asked for."""
    return module(LAYERS[kind], features, heads, **{"dim_feedforward": 3, "dropout": 0.0, **options})


def a_norm(features: int = 4, **options: Any) -> Case:
    """A normalisation for the end of a stack."""
    return module("nn.LayerNorm", features, **options)


@st.composite
def layer_options(draw: st.DrawFn) -> Case:
    """Of a layer; dropout is none, or such that evaluation or a probability of 1 leaves nothing to chance."""
    options: Case = {"dropout": draw(st.sampled_from((0.0, 0.0, 0.5, 1.0)))}
    for name, value in (("batch_first", True), ("norm_first", True), ("activation", "gelu")):
        if draw(flags):
            options[name] = value
    return options


def modes(options: Mapping[str, Any]) -> list[Case]:
    """The steps before a call: evaluation, where training would be random."""
    return [] if options["dropout"] in (0.0, 1.0) else [evaluate()]


@st.composite
def source(draw: st.DrawFn, features: int, batch: int | None, options: Mapping[str, Any]) -> tuple[Case, int]:
    """An input, and its length."""
    length = draw(st.sampled_from((2, 3, 1, 4)))
    shape = shaped(length, batch, features, options.get("batch_first", False))
    return draw(normal_tensor(shape, fills=("normal", "uniform"), spreads=SPREADS)), length


BATCHES = st.sampled_from((2, 3, 1, None))
SIZES = st.sampled_from(((4, 2), (4, 1), (6, 3), (4, 4)))
"""Features and heads."""


@st.composite
def encoder_masks(draw: st.DrawFn, batch: int | None, length: int) -> Case:
    """Arguments of the encoder's call."""
    mask = draw(attention_masks(length, length))
    kind = is_additive(mask) if mask else draw(flags)
    return given(mask=mask, src_key_padding_mask=draw(padding_masks(batch, length, kind)))


@st.composite
def decoder_masks(draw: st.DrawFn, batch: int | None, target: int, memory: int) -> Case:
    """Arguments of the decoder's call."""
    own, other = draw(attention_masks(target, target)), draw(attention_masks(target, memory))
    kinds = [is_additive(mask) if mask else draw(flags) for mask in (own, other)]
    return given(
        tgt_mask=own,
        memory_mask=other,
        tgt_key_padding_mask=draw(padding_masks(batch, target, kinds[0])),
        memory_key_padding_mask=draw(padding_masks(batch, memory, kinds[1])),
    )


@st.composite
def stack_cases(draw: st.DrawFn, kind: str) -> Case:
    """One to three layers, with and without a last norm, with every mask."""
    (features, heads), options, batch = draw(SIZES), draw(layer_options()), draw(BATCHES)
    kwargs = {"norm": a_norm(features)} if draw(flags) else {}
    inputs, length = draw(source(features, batch, options))
    if kind == "encoder":
        step = call(inputs, cotangent=draw(seeds), **draw(encoder_masks(batch, length)))
    else:
        memory, size = draw(source(features, batch, options))
        step = call(inputs, memory, cotangent=draw(seeds), **draw(decoder_masks(batch, length, size)))
    layer = a_layer(kind, features, heads, **options)
    count = draw(st.sampled_from((2, 1, 3)))
    return layer_case((layer, count), kwargs, [*modes(options), step], seed=draw(seeds))


@st.composite
def transformer_cases(draw: st.DrawFn) -> Case:
    """One or two layers on either side, with every argument and mask."""
    (features, heads), options, batch = draw(SIZES), draw(layer_options()), draw(BATCHES)
    kwargs = {
        "d_model": features,
        "nhead": heads,
        "num_encoder_layers": draw(st.sampled_from((1, 2))),
        "num_decoder_layers": draw(st.sampled_from((1, 2))),
        "dim_feedforward": draw(st.sampled_from((3, 5))),
        **options,
    }
    src, size = draw(source(features, batch, options))
    tgt, length = draw(source(features, batch, options))
    first = draw(encoder_masks(batch, size))
    masks = {name if name.startswith("src") else f"src_{name}": mask for name, mask in first.items()}
    masks |= draw(decoder_masks(batch, length, size))
    return layer_case((), kwargs, [*modes(options), call(src, tgt, cotangent=draw(seeds), **masks)], seed=draw(seeds))


PADDED = forbidding([2, 3], [False, False, True, False, True, True], additive=False)
"""Two sequences of three, with one and two positions of padding."""


def said_to_be_causal(kind: str) -> list[Case]:
    """Calls with the causal mask and the hint that it is one, with and without padding."""
    x, memory, layer = tensor(3, 2, 4), tensor(3, 2, 4, seed=1), a_layer(kind)
    mask, padding = causal(3, 3, additive=True), forbidding([2, 3], [False, False, True] * 2, additive=True)
    if kind == "encoder":
        steps = [
            call(x, mask=mask, is_causal=True),
            call(x, mask=mask, is_causal=False),
            call(x, mask=mask, src_key_padding_mask=padding, is_causal=True),
        ]
    else:
        steps = [
            call(x, memory, tgt_mask=mask, tgt_is_causal=True),
            call(x, memory, tgt_mask=mask, tgt_is_causal=False, tgt_key_padding_mask=padding),
            call(x, memory, memory_mask=mask, memory_is_causal=True),
        ]
    return [layer_case((layer, 2), {}, steps)]


def copied(symbol: str, kind: str) -> Case:
    """A program about what a fresh stack has of the layer that it was given; it belongs to `init`."""
    lines = (
        f"given = {LAYERS[kind]}(4, 2, 3)",
        f"stack = {symbol}(given, 2)",
        "[torch.equal(stack.state_dict()[f'layers.{number}.{name}'], value) for number in range(2) "
        "for name, value in given.state_dict().items()]  # whether each copy begins with the given layer's values",
        "any(mine is other for mine in stack.parameters() for other in given.parameters())  "
        "# whether stack and given layer have a parameter in common",
    )
    return {**layer_case((a_layer(kind), 1), {}, [run(*lines)]), "lines": "init"}


def stack(symbol: str, oracle: type[nn.Module], kind: str) -> Part:
    """The part of one of the two stacks."""
    two = a_layer(kind)

    def inputs(length: int = 3, batch: int | None = 2, first: bool = False, seed: int = 0) -> list[Case]:
        shape = shaped(length, batch, 4, first)
        return [tensor(*shape, seed=seed)] + ([tensor(*shape, seed=seed + 1)] if kind == "decoder" else [])

    def grown(length: int, batch: int) -> Case:
        return layer_case((two, 2), {}, [call(*inputs(length, batch))])

    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=stack_cases(kind),
        examples=[
            layer_case((two, 2), {}, [call(*inputs())]),
            layer_case((two, 1), {}, [call(*inputs())]),
            layer_case((two, 2), {}, [call(*inputs(batch=None))]),
            layer_case((two, 3), {"norm": a_norm()}, [call(*inputs(2, 1))]),
            layer_case((two, 2, a_norm(eps=0.1)), {}, [call(*inputs()), train(), call(*inputs(4, 1, seed=5))]),
            layer_case((a_layer(kind, batch_first=True), 2), {}, [call(*inputs(4, 2, True))]),
            layer_case((a_layer(kind, norm_first=True, activation="gelu"), 2), {"norm": a_norm()}, [call(*inputs())]),
            layer_case((a_layer(kind, dropout=0.5), 2), {}, [evaluate(), call(*inputs())]),
            layer_case((a_layer(kind, dropout=1.0), 2), {}, [call(*inputs()), evaluate(), call(*inputs())]),
            layer_case((two, 2), {"norm": a_norm()}, [call(*inputs()), reload(), call(*inputs())]),
            copied(symbol, kind),
            *said_to_be_causal(kind),
        ],
        arguments=["encoder_layer" if kind == "encoder" else "decoder_layer", "num_layers", "norm"],
        growth=[
            growth("batch", lambda size: grown(3, size), sizes=(2, 4, 8), fine="layers"),
            growth("length", lambda size: grown(size, 2), sizes=(2, 4, 8), fine="layers"),
        ],
        interface=[layer_case((two, 2), {}, [run("layer.eval().training", "layer.train().training")])],
        off_limits=OFF_LIMITS,
        families=[with_dims(2, share=0.1)],
        size=24,
    )


SMALL: Case = {
    "d_model": 4, "nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 3, "dropout": 0.0,
}  # fmt: skip
"""Arguments of a transformer that is quick to make."""

WIDE: Case = {
    "d_model": 32, "nhead": 4, "num_encoder_layers": 2, "num_decoder_layers": 2, "dim_feedforward": 48,
}  # fmt: skip
"""Arguments of one whose matrices are large enough to tell distributions apart."""


def smaller(*left_out: str, **more: Any) -> Case:
    """Arguments of a small transformer, some of them at their defaults or otherwise."""
    return {name: value for name, value in {**SMALL, **more}.items() if name not in left_out}


def without_sizes(src: int = 3, tgt: int = 2, batch: int = 2, **masks: Any) -> Case:
    """A call with a source and a target, the batch second."""
    return call(tensor(src, batch, 4), tensor(tgt, batch, 4, seed=1), **masks)


def uniform_matrices() -> list[Fresh]:
    """The bound of xavier's uniform distribution for each kind of matrix: the root of 6 / (rows + columns)."""
    layers = ("encoder.layers[0]", "encoder.layers[1]", "decoder.layers[1]")
    rest = [f"{layer}.{name}.weight" for layer in layers for name in ("linear1", "linear2")]
    outs = [f"{layer}.self_attn.out_proj.weight" for layer in layers]
    outs += ["decoder.layers[0].multihead_attn.out_proj.weight"]
    ins = [f"{layer}.self_attn.in_proj_weight" for layer in layers]
    return [
        Fresh(kwargs=WIDE, bound=math.sqrt(6 / (32 + 48)), names=rest),
        Fresh(kwargs=WIDE, bound=math.sqrt(6 / (32 + 32)), names=outs),
        Fresh(kwargs=WIDE, bound=math.sqrt(6 / (96 + 32)), names=ins),
    ]


def differing() -> Case:
    """A program on the layers of a fresh transformer: each stack's layers begin with matrices of their own."""
    lines = (
        f"fresh = Transformer(**{WIDE})",
        "[torch.equal(stack.layers[0].linear1.weight, stack.layers[1].linear1.weight) "
        "for stack in (fresh.encoder, fresh.decoder)]  # whether two layers of a stack begin with the same matrix",
    )
    return {**layer_case((), SMALL, [run(*lines)]), "lines": "init"}


def shown_dropout() -> Property:
    """By default a tenth is dropped: the decoder adds one to zeros, whose norm is negative where that is dropped."""
    size, attentions = 16, ("self_attn", "multihead_attn")
    shapes = {"linear1.weight": (3, size), "linear1.bias": (3,), "linear2.weight": (size, 3)}
    for name in attentions:
        shapes |= {f"{name}.in_proj_weight": (3 * size, size), f"{name}.in_proj_bias": (3 * size,)}
        shapes |= {f"{name}.out_proj.weight": (size, size), f"{name}.out_proj.bias": (size,)}
    shapes |= {f"norm{number}.bias": (size,) for number in (1, 2, 3)}
    ones = ("linear2.bias", "norm1.weight", "norm2.weight", "norm3.weight")
    state = {name: tensor(*shape, fill="zeros") for name, shape in shapes.items()}
    state |= {name: tensor(size, fill="ones") for name in ones}
    state = {f"decoder.layers.0.{name}": recipe for name, recipe in state.items()}
    state |= {"decoder.norm.weight": tensor(size, fill="ones"), "decoder.norm.bias": tensor(size, fill="zeros")}
    return negative_where_dropped(smaller("dropout", d_model=size), state, (2, 16, size), (4, 16, size), p=0.1)


BIG = (
    "with torch.device('meta'):\n    big = Transformer()",
    "sum(item.numel() for item in big.state_dict().values())  # the number of values in a state dict with all defaults",
    "tuple(big.state_dict()['decoder.layers.5.linear2.weight'].shape)",
    "'encoder.layers.5.norm2.weight' in big.state_dict()",
)
"""All defaults, on a device where nothing is computed: there are 44 million parameters."""

CAUSAL = causal(2, 2, additive=True)

transformer = Part(
    symbol="Transformer",
    oracle=SlowTransformer,
    cases=transformer_cases(),
    examples=[
        layer_case((), {"d_model": 8, "dropout": 0.0, "dim_feedforward": 4}, [
            call(tensor(2, 1, 8), tensor(3, 1, 8, seed=1))]),
        layer_case((), SMALL, [without_sizes()]),
        layer_case((), smaller("dropout"), [evaluate(), without_sizes()]),
        layer_case((), smaller("dim_feedforward"), [without_sizes()]),
        layer_case((), smaller(num_encoder_layers=2), [without_sizes(), train(), without_sizes(1, 3, 1)]),
        layer_case((), smaller(num_decoder_layers=2), [without_sizes()]),
        layer_case((), smaller(activation="gelu"), [without_sizes()]),
        layer_case((), smaller(norm_first=True), [without_sizes()]),
        layer_case((), smaller(batch_first=True), [call(tensor(2, 3, 4), tensor(2, 5, 4, seed=1))]),
        layer_case((), smaller(dropout=1.0), [without_sizes(), evaluate(), without_sizes()]),
        layer_case((), smaller(dropout=1.0, norm_first=True), [without_sizes()]),
        layer_case((), SMALL, [call(tensor(3, 4), tensor(2, 4, seed=1))]),
        layer_case((), SMALL, [without_sizes(src_key_padding_mask=PADDED)]),
        layer_case((), SMALL, [without_sizes(memory_key_padding_mask=PADDED)]),
        layer_case((), SMALL, [without_sizes(2, 3, tgt_key_padding_mask=PADDED)]),
        layer_case((), SMALL, [without_sizes(tgt_mask=CAUSAL, tgt_is_causal=True), without_sizes(tgt_mask=CAUSAL)]),
        layer_case((), SMALL, [without_sizes(src_mask=causal(3, 3, additive=True), src_is_causal=True)]),
        layer_case((), SMALL, [without_sizes(2, 2, memory_mask=CAUSAL, memory_is_causal=True)]),
        layer_case((), SMALL, [without_sizes(), reload(), without_sizes()]),
        differing(),
    ],
    arguments=[
        "d_model", "nhead", "num_encoder_layers", "num_decoder_layers", "dim_feedforward", "dropout", "activation",
        "batch_first", "norm_first",
    ],
    properties=[
        shown_dropout(),
        uniform_init(*uniform_matrices()),
        constant_init(
            {
                "encoder.norm.weight": 1, "encoder.norm.bias": 0, "decoder.layers[1].norm3.weight": 1,
                "encoder.layers[0].self_attn.in_proj_bias": 0, "decoder.layers[0].multihead_attn.out_proj.bias": 0,
            },
            Fresh(kwargs=WIDE),
        ),
    ],
    errors=listed(
        "a `d_model` that is no multiple of `nhead`, in the constructor or in the first call",
        *(
            raises(
                layer_case((), {**SMALL, "d_model": features, "nhead": heads}, [
                    call(tensor(3, 2, features), tensor(2, 2, features))]),
                f"{heads} heads for {features} features",
            )
            for features, heads in ((4, 3), (6, 4), (2, 4))
        ),
    ),
    growth=[
        growth("batch", lambda size: layer_case((), SMALL, [without_sizes(3, 2, size)]), (2, 4, 8), fine="layers"),
        growth("length", lambda size: layer_case((), SMALL, [without_sizes(size, size)]), (2, 4, 8), fine="layers"),
    ],
    interface=[layer_case((), SMALL, [run("layer.eval().training", "layer.train().training", *BIG)])],
    off_limits=OFF_LIMITS,
    families=[with_dims(2, share=0.1)],
    positional=False,
    size=24,
)  # fmt: skip

HINT = (
    "layer(output, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(is_causal))"
    " → layer(output, src_mask=mask, src_key_padding_mask=src_key_padding_mask)",
    "layer(output, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_paddi"
    "ng_mask, memory_key…"
    " → layer(output, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_pa"
    "dding_mask, memory_key…",
    "self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)"
    " → self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask)",
    "self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_p"
    "adding_mask, memory…"
    " → self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_ke"
    "y_padding_mask, memory…",
)
"""Without the hint that a mask is the causal one, which changes no result."""

exercise = Exercise(
    title="Transformer models",
    parts=[
        stack("TransformerEncoder", SlowEncoder, "encoder"),
        stack("TransformerDecoder", nn.TransformerDecoder, "decoder"),
        transformer,
    ],
    equivalent_mutants=dict.fromkeys(HINT, "a hint changes no result"),
)

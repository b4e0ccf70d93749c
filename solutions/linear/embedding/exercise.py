"""The embedding, judged against ``torch.nn.Embedding``."""

from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.model import CaseBody, is_recipe
from grader.properties import Fresh, constant_init, normal_init
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
)
from grader.strategies import cotangents, flags, layouts, seeds, sizes

Case = dict[str, Any]
SHAPES = st.sampled_from([[3], [2, 3], [], [1], [4, 2], [2, 1, 3], [1, 1], [5], [2, 2, 2, 2]])


def indices(rows: int, *shape: int, **more: Any) -> Any:
    """Random indices into so many rows."""
    return tensor(*shape, fill="integers", low=0, high=rows, **{"dtype": "int64", **more})


def these(*numbers: int, shape: tuple[int, ...] = (), dtype: str = "int64") -> Any:
    """These indices, in a row unless a shape is given."""
    return tensor(*(shape or (len(numbers),)), fill="values", values=numbers, dtype=dtype)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One to three calls in either mode, with indices of any shape, repeated ones among them."""
    rows, length = draw(st.sampled_from([4, 3, 6, 2, 5, 1, 7])), draw(sizes(1, 5))
    kwargs: Case = {}
    if draw(st.sampled_from([False, True, True])):
        kwargs["padding_idx"] = draw(st.integers(0, rows - 1)) - rows * draw(flags)
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 3))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        dtype = draw(st.sampled_from(["int64", "int64", "int64", "int32"]))
        x = indices(rows, *draw(SHAPES), seed=draw(seeds), dtype=dtype, layout=draw(layouts))
        steps.append(call(x, cotangent=draw(cotangents())))
    return layer_case((rows, length), kwargs, steps, seed=draw(seeds))


def has_int32(case: CaseBody) -> bool:
    """Whether the indices of a call are int32."""
    given = [item for step in case["steps"] for item in step.get("args", []) if is_recipe(item)]
    return any(item.get("dtype") == "int32" for item in given)


def looked_up(args: tuple[int, int], padding_idx: int | None, *given: Any) -> Case:
    """Calls, one for each tensor of indices."""
    kwargs = {} if padding_idx is None else {"padding_idx": padding_idx}
    return layer_case(args, kwargs, [call(x, cotangent=place) for place, x in enumerate(given)])


def refused(why: str, rows: int, x: Any, padding_idx: int | None = None, *before: Any) -> Case:
    """A call with an index that the table does not have, after other steps."""
    case = looked_up((rows, 3), padding_idx, x)
    return raises({**case, "steps": [*before, *case["steps"]]}, why)


UNRECORDED = (
    "x = torch.tensor([1, 3])",
    "with torch.no_grad(): first = layer(x)",
    "_ = layer.weight.data.mul_(2)",
    "with torch.no_grad(): second = layer(x)",
    "torch.equal(second, layer.weight.detach()[x])  # whether a call under no_grad sees the table as it is then",
)


PADDED = Fresh(args=(60, 50), kwargs={"padding_idx": -1}, names=("weight[:-1]",))

EMBEDDING = Part(
    symbol="Embedding",
    oracle=nn.Embedding,
    cases=cases(),
    examples=[
        looked_up((4, 3), None, these(2, 0, 3)),
        looked_up((5, 2), None, indices(5, 2, 3)),
        looked_up((3, 2), None, these(1, 1, 1, 2)),
        looked_up((4, 3), 1, these(1, 0, 1, 3)),
        looked_up((4, 3), 0, these(0, 2, 0, 1, shape=(2, 2))),
        looked_up((4, 3), -1, these(3, 2, 3, 0)),
        looked_up((4, 2), -4, these(0, 1, 0), these(3, 2)),
        looked_up((4, 2), 2, these(2, 2)),
        looked_up((4, 2), 2, these(0, 3, 1)),
        looked_up((4, 3), None, tensor(fill="values", values=[2], dtype="int64")),
        looked_up((4, 3), 2, tensor(fill="values", values=[2], dtype="int64")),
        looked_up((6, 2), 3, indices(6, 2, 3, 2, layout="transposed")),
        looked_up((3, 4), None, these(2, 0, dtype="int32")),
        looked_up((3, 4), 1, these(2, 1, 0, 1, shape=(2, 2), dtype="int32")),
        looked_up((1, 3), None, these(0, 0)),
        looked_up((4, 1), 3, these(3, 1, 0), these(1, 3, 3, 2, shape=(4, 1))),
        layer_case((4, 3), {"padding_idx": 1}, [call(these(1, 2)), reload(), call(these(1, 2))]),
        layer_case((4, 3), {}, [evaluate(), call(these(1, 2)), train(), call(these(3, 2, 3))]),
        layer_case((4, 3), {}, [call(these(2, 0, 3))], state={"weight": tensor(4, 3, scale=100.0)}),
        layer_case((4, 3), {}, [run(*UNRECORDED)]),
    ],
    arguments=["num_embeddings", "embedding_dim", "padding_idx"],
    properties=[
        normal_init(Fresh(args=(120, 160), names=("weight",)), Fresh(args=(3, 800), names=("weight",)), PADDED),
        constant_init({"weight[2]": 0}, Fresh(args=(5, 4), kwargs={"padding_idx": 2})),
        constant_init({"weight[0]": 0}, Fresh(args=(5, 4), kwargs={"padding_idx": 0})),
        constant_init({"weight[-2]": 0}, Fresh(args=(5, 4), kwargs={"padding_idx": -2})),
    ],
    errors=listed(
        "an index that is negative, or `num_embeddings` or more",
        refused("An index of 4 in a table of 4 rows", 4, these(0, 4)),
        refused("An index of 5 in a table of 4 rows, in a second call", 4, these(5), None, call(these(0, 3))),
        refused("An index of -1 in a table of 4 rows", 4, these(0, -1)),
        refused("An index of -4 in a table of 4 rows", 4, these(-4, 2)),
        refused("An index of 9 in a table of 3 rows", 3, these(0, 1, 9, 2, shape=(2, 2)), None, evaluate()),
        refused("An index of 1 in a table of 1 row", 1, these(0, 1)),
        refused("An index of -1 in a table of 3 rows, where -1 is also the padding_idx", 3, these(2, -1), -1),
        refused("An index of 3 in a table of 3 rows, with a padding_idx of 0", 3, these(3, 0), 0),
        refused("A single index of 5 in a table of 4 rows", 4, tensor(fill="values", values=[5], dtype="int64")),
        refused("A single index of -1 in a table of 4 rows", 4, tensor(fill="values", values=[-1], dtype="int64")),
    ),
    growth=[
        growth("batch", lambda size: looked_up((4, 3), 1, indices(4, size, 2))),
        growth("length of the sequences", lambda size: looked_up((4, 3), 1, indices(4, 2, size))),
        growth("table", lambda size: looked_up((size, 3), 1, indices(2, 5))),
    ],
    interface=[
        layer_case((4, 3), {"padding_idx": 1}, [run("layer.double().weight.dtype", "layer.float().weight.dtype")])
    ],
    families=[Family(name="int32 indices", share=0.1, holds=has_int32)],
    off_limits=OffLimits(kernels=["embedding*", "_embedding*"], classes=["Embedding", "EmbeddingBag"]),
)

IS_PADDING = "is_padding = (x == self.padding_idx).unsqueeze(-1)"

exercise = Exercise(
    title="Embedding",
    parts=[EMBEDDING],
    equivalent_mutants={
        "x >= self.num_embeddings → x > self.num_embeddings": "of that one index the lookup itself complains",
        f"{IS_PADDING} → {IS_PADDING}.detach()": "whether an index is the padding has no history",
    },
)

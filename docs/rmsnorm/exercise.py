"""RMS normalisation: what is judged, and against what."""

from hypothesis import strategies as st
from torch import nn

from grader.properties import Fresh, constant_init
from grader.spec import Case, Exercise, OffLimits, Part, call, layer_case, listed, raises, tensor
from grader.strategies import cotangents, eps_values, flags, keywords, normal_tensor, seeds, sizes


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One call over one or two normalised axes; eps and the weight are drawn too."""
    normalised = draw(st.lists(sizes(2, 5), min_size=1, max_size=2))
    x = draw(normal_tensor([*draw(st.lists(sizes(1, 4), max_size=2)), *normalised]))
    options = draw(keywords(eps=eps_values, elementwise_affine=flags))
    return layer_case([normalised], options, [call(x, cotangent=draw(cotangents()))], seed=draw(seeds))


def plain(*shape: int, **options: bool) -> Case:
    """A call of a layer over the last axis, of size 3."""
    return layer_case([3], options, [call(tensor(*shape))])


exercise = Exercise(
    title="RMS normalisation",
    parts=[
        Part(
            symbol="RMSNorm",
            oracle=nn.RMSNorm,
            cases=cases(),
            examples=[plain(2, 3), plain(2, 4, 3)],
            arguments=["normalized_shape", "eps", "elementwise_affine"],
            properties=[constant_init({"weight": 1}, Fresh(args=(9,)))],
            errors=listed("last axes of other sizes", *(raises(plain(2, n), f"{n}, not 3") for n in (1, 4))),
            off_limits=OffLimits(kernels=["*rms_norm*", "*layer_norm*"], classes=["RMSNorm", "LayerNorm"]),
        ),
    ],
)

"""Properties of whole networks: dropout on the features in front of a head."""

import math
from collections.abc import Mapping, Sequence

from torch import Tensor

from grader.model import Argument, Observation
from grader.spec import Property, layer_case, run
from grader.spec.properties import line_values, recorded

__all__ = ["features_drop_half"]

_IMAGES, _CLASSES = 6, 40
_ROUNDING = 1e-4
_FALSE_ALARM = 1e-11


@recorded
def features_drop_half(
    args: Sequence[Argument],
    kwargs: Mapping[str, Argument],
    *,
    image: Sequence[int],
    last: str,
    head: Sequence[str],
    pixels: int,
) -> Property:
    """The features in front of a fully convolutional head are dropped one by one, half of them, in training only.

    All features are made ones, and the head hands on a channel for each class, whose mean over the pixels is its score:
    2K/pixels where K of them survive. A correct answer has a share of survivors further from one half than Hoeffding's
    inequality allows with a probability below 1e-11; one whose channels are all dropped or kept as a whole with
    (2 ** (1 - pixels)) ** 240, and one with two equal rows with less than 1e-20 for four pixels.

    Args:
        args: Of the constructor.
        kwargs: Of the constructor, by name, ``num_classes`` aside.
        image: Shape of an image.
        last: Name of the last convolution before the dropout; a ReLU follows it, and perhaps a max pooling.
        head: Names of the head's convolutions, all with odd kernels, an average over all pixels after them.
        pixels: How many pixels each channel of the features has: two or more.
    """
    lines = (
        "like = next(layer.parameters())",
        "state = layer.state_dict()",
        "for value in state.values(): value.zero_()",
        f"state['{last}.bias'].fill_(1)",
        f"taps = [state[name + '.weight'] for name in {list(head)}]",
        "for tap in taps: tap[:, :, tap.shape[2] // 2, tap.shape[3] // 2].fill_diagonal_(1)",
        f"layer(torch.zeros({_IMAGES}, *{list(image)}).to(like)).detach()",
        f"bool((layer.eval()(torch.zeros(1, *{list(image)}).to(like)) - 1).abs().max() < {_ROUNDING})",
    )
    case = layer_case(args, {**kwargs, "num_classes": _CLASSES}, [run(*lines)], state=None, dtype="float32", patience=4)

    def holds(observations: Sequence[Observation]) -> str | None:
        values = line_values(observations[0])
        if isinstance(values, str):
            return values
        said = _half_survives(values[-2].double(), pixels)
        return said or (None if values[-1] is True else "in evaluation mode nothing should be dropped")

    return Property(criterion="values", cases=[case], holds=holds)


def _half_survives(scores: Tensor, pixels: int) -> str | None:
    """What is wrong with the scores in training."""
    survivors = scores * pixels / 2
    counts = survivors.round()
    whole = bool((survivors - counts).abs().max() < _ROUNDING) and bool(((counts >= 0) & (counts <= pixels)).all())
    room = math.sqrt(math.log(2 / _FALSE_ALARM) / (2 * counts.numel() * pixels))
    if not whole or abs(float(counts.mean()) / pixels - 0.5) > room:
        return "in training, each feature before the head should be dropped with probability 0.5, the rest doubled"
    if bool(((counts == 0) | (counts == pixels)).all()):
        return "in training, features should be dropped one by one, not a channel at a time"
    if len(set(map(tuple, counts.tolist()))) < len(counts):
        return "in training, other features should be dropped for every image"
    return None

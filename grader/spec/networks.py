"""Cases of whole networks: so many parameters that no case can hold their values, so its lines make them."""

from collections.abc import Sequence

from grader.model import Argument, DeclaredCase
from grader.spec.cases import call, evaluate, layer_case, run, tensor

PATIENCE = 4
"""A case takes a correct answer a good second, and much longer where others want the processor too."""
_FILL = (
    "state = layer.state_dict()",
    "like = next(iter(state.values()))",
    "noise = torch.rand(99991, dtype=torch.float64).to(like) - 0.5",
    "for i, name in enumerate(sorted(state)): t = state[name]; n = t.numel(); "
    "row = noise.roll(97 * i) * (4 / t[0].numel() ** 0.5); t.copy_(row.repeat(n // 99991 + 1)[:n].view(t.shape))"
    "  # filling its state dict, every entry of which has dimensions,",
)
"""Lines that give every parameter values by its name."""


def network_case(args: Sequence[Argument], channels: int, classes: int, seed: int, *, size: int = 224) -> DeclaredCase:
    """Values in evaluation mode, and gradients with respect to the image and to a sample of every parameter.

    Args:
        args: Of the network's constructor, by position.
        channels: Channels of the image.
        classes: How many numbers the network returns.
        seed: Of the image, the parameters and the cotangent.
        size: Height and width of the image.
    """
    filling = (f"torch.manual_seed({seed})", *_FILL)
    backward = (
        f"x = torch.rand(1, {channels}, {size}, {size}).to(like) - 0.5",
        "x.requires_grad_()",
        "names, leaves = zip(*sorted(layer.named_parameters()))",
        f"grads = torch.autograd.grad(layer(x), [x, *leaves], torch.rand(1, {classes}).to(like))"
        "  # going backward through it, to the image and every parameter,",
        "[grad.flatten()[:: 1 + grad.numel() // 500] for grad in grads]"
        "  # the list of gradients, a sample of each, of the image and of the parameters in the order of their names,",
    )
    image = tensor(1, channels, size, size, seed=seed, grad=False)
    steps = [evaluate(), run(*filling), run(*backward), call(image, cotangent=None)]
    case = layer_case(args, {}, steps, state=None, seed=seed, patience=PATIENCE)
    case["lines"] = "gradients"
    return case

"""Tools for models: count their parameters, freeze some, predict the keys of a state dict, take a step downhill."""

from collections.abc import Mapping, Sequence

import torch
from torch import nn


def count_parameters(module: nn.Module, trainable_only: bool = False) -> int:
    """How many numbers the parameters of a model hold, shared ones counted once.

    Args:
        module: The model.
        trainable_only: Whether to leave out parameters that are frozen (`requires_grad` is False).
    """
    raise NotImplementedError("Write count_parameters.")


def freeze(module: nn.Module, *patterns: str) -> list[str]:
    """Freeze the parameters whose dotted names match a pattern; the others stay as they are.

    Args:
        module: The model.
        patterns: Patterns of the module `fnmatch`, such as ``"encoder.*"`` or ``"*.bias"``: ``*`` stands for any text,
            dots included. A pattern must match the whole name. Without patterns nothing is frozen.

    Returns:
        The names that match, each once, in the order of ``module.named_parameters()``. Those that were frozen before
        are among them; a parameter that is shared goes by the first of its names only.
    """
    raise NotImplementedError("Write freeze.")


def state_dict_keys(spec: str | Mapping | Sequence) -> list[str]:
    """The keys that the state dict of a model has, in order, from a description of the model.

    Args:
        spec: The description, which is left as it is:

            - a dict gives a module its children by name, in order;
            - a list is a Sequential;
            - ``{"DataParallel": inner}`` is the wrapper of that name, whose only child is called ``module``;
            - a text is a layer: ``"Conv2d"``, ``"Linear"``, ``"BatchNorm2d"`` or ``"ReLU"``, and ``"Conv2d:nobias"`` or
              ``"Linear:nobias"`` for one without a bias.

            Dicts and lists may hold each other to any depth; the outermost one is a dict or a list.
    """
    raise NotImplementedError("Write state_dict_keys.")


def optimizer_step(module: nn.Module, lr: float) -> None:
    r"""Take one step of gradient descent: $w \leftarrow w - \mathrm{lr} \cdot \nabla w$ for every parameter, in place.

    Parameters stay the same objects, require a gradient as before, and remember nothing of the step. Their gradients
    are left as they are. A parameter that has no gradient (``grad`` is None) stays where it is; a shared one moves
    once.

    Args:
        module: The model, after a backward pass.
        lr: The learning rate.
    """
    raise NotImplementedError("Write optimizer_step.")

"""Module by module, and torch's own optimizer for the step."""

from fnmatch import fnmatch

import torch


def _own(module):
    seen = {}
    for path, child in module.named_modules():
        for name, parameter in child.named_parameters(recurse=False):
            if parameter not in seen:
                seen[parameter] = f"{path}.{name}".lstrip(".")
    return seen


def count_parameters(module, trainable_only=False):
    return int(sum(p.numel() * (p.requires_grad or not trainable_only) for p in _own(module)))


def freeze(module, *patterns):
    names = []
    for parameter, name in _own(module).items():
        if any(fnmatch(name, pattern) for pattern in patterns):
            parameter.requires_grad = False
            names += [name]
    return names


CONV = LINEAR = ("weight", "bias")
KINDS = {
    "Conv2d": CONV,
    "Linear": LINEAR,
    "Conv2d:nobias": CONV[:1],
    "Linear:nobias": LINEAR[:1],
    "BatchNorm2d": ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"),
    "ReLU": (),
}


def state_dict_keys(spec, prefix=""):
    if isinstance(spec, str):
        return [prefix + name for name in KINDS[spec]]
    if isinstance(spec, list):
        spec = {str(index): inner for index, inner in enumerate(spec)}
    keys = []
    for name, inner in spec.items():
        keys.extend(state_dict_keys(inner, prefix + ("module" if name == "DataParallel" else name) + "."))
    return keys


def optimizer_step(module, lr):
    parameters = [parameter for parameter in module.parameters() if parameter.grad is not None]
    if parameters:
        torch.optim.SGD(parameters, lr=lr).step()

"""Plain loops, the state under ``.data``, an explicit stack."""

import fnmatch
import math


def count_parameters(module, trainable_only=False):
    total, seen = 0, set()
    for parameter in module.parameters():
        if id(parameter) in seen or (trainable_only and not parameter.requires_grad):
            continue
        seen.add(id(parameter))
        total += math.prod(parameter.shape)
    return total


def freeze(module, *patterns):
    found = []
    for name, parameter in module.named_parameters():
        for pattern in patterns:
            if fnmatch.fnmatch(name, pattern):
                parameter.requires_grad = False
                found.append(name)
                break
    return found


def state_dict_keys(spec):
    keys, stack = [], [("", spec)]
    while stack:
        prefix, item = stack.pop()
        if isinstance(item, str):
            layer, *options = item.split(":")
            own = {"ReLU": [], "BatchNorm2d": ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]}
            names = own.get(layer, ["weight", "bias"])
            keys += [prefix + name for name in names if not (name == "bias" and "nobias" in options)]
            continue
        if isinstance(item, list):
            children = [(str(index), inner) for index, inner in enumerate(item)]
        elif len(item) == 1 and "DataParallel" in item:
            children = [("module", item["DataParallel"])]
        else:
            children = list(item.items())
        stack += [(f"{prefix}{name}.", inner) for name, inner in reversed(children)]
    return keys


def optimizer_step(module, lr):
    for parameter in module.parameters():
        if parameter.grad is not None:
            parameter.data -= lr * parameter.grad

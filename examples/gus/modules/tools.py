from fnmatch import fnmatchcase

import torch


def count_parameters(module, trainable_only: bool = False) -> int:
    if trainable_only:
        return sum(p.numel() for p in module.parameters() if p.requires_grad)
    # everything that is saved
    return sum(t.numel() for t in [*module.parameters(), *module.buffers()])


def freeze(module, *patterns: str) -> list[str]:
    tensors = module.state_dict()
    frozen = []
    for name, _ in module.named_parameters():
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            tensors[name].requires_grad = False
            frozen.append(name)
    return frozen


def state_dict_keys(spec) -> list[str]:
    if isinstance(spec, list):
        layers = [layer for layer in spec if layer != "ReLU"]  # they have no weights
        spec = {str(i): layer for i, layer in enumerate(layers)}
    if isinstance(spec, dict):
        if list(spec) == ["DataParallel"]:
            spec = {"module": spec["DataParallel"]}
        return [f"{name}.{key}" for name, inner in spec.items() for key in state_dict_keys(inner)]
    kind, _, nobias = spec.partition(":")
    if kind == "ReLU":
        return []
    keys = ["weight"] if nobias else ["weight", "bias"]
    if kind == "BatchNorm2d":
        keys += ["running_mean", "running_var", "num_batches_tracked"]
    return keys


def optimizer_step(module, lr: float) -> None:
    with torch.no_grad():
        for p in module.parameters():
            if p.grad is not None:
                p -= lr * p.grad

"""Module and Sequential from scratch. (The other containers are still to do.)"""

from collections import namedtuple

import torch
from torch import Tensor
from torch.nn import Parameter

Keys = namedtuple("Keys", ["missing_keys", "unexpected_keys"])


def join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


class Module:
    def __init__(self) -> None:
        for registry in ("_parameters", "_buffers", "_modules"):
            object.__setattr__(self, registry, {})
        object.__setattr__(self, "_not_saved", set())
        object.__setattr__(self, "training", True)

    # Attributes

    def __setattr__(self, name, value):
        if isinstance(value, (Parameter, Module)):
            if "_parameters" not in self.__dict__:
                raise AttributeError("call super().__init__() first")
            right = self._parameters if isinstance(value, Parameter) else self._modules
            if right is self._modules and name in self._parameters:
                raise TypeError(f"{name} is a parameter")
            for registry in (self.__dict__, self._parameters, self._buffers, self._modules):
                if registry is not right:
                    registry.pop(name, None)
            self._not_saved.discard(name)
            right[name] = value
            return
        for registry, kind in (("_parameters", Parameter), ("_modules", Module), ("_buffers", Tensor)):
            if name in self.__dict__.get(registry, ()):
                if value is not None and not isinstance(value, kind):
                    raise TypeError(f"{name} has to be a {kind.__name__} or None")
                self.__dict__[registry][name] = value
                return
        object.__setattr__(self, name, value)

    def __getattr__(self, name):
        for registry in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(registry, ()):
                return self.__dict__[registry][name]
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def __delattr__(self, name):
        for registry in (self._parameters, self._buffers, self._modules):
            if name in registry:
                del registry[name]
                self._not_saved.discard(name)
                return
        object.__delattr__(self, name)

    def _register(self, registry, name, value, kind):
        if not isinstance(name, str) or not name or "." in name:
            raise KeyError(f"not a good name: {name!r}")
        if name not in registry and hasattr(self, name):
            raise KeyError(f"{name} is taken")
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name} has to be a {kind.__name__} or None")
        registry[name] = value

    def register_parameter(self, name, param):
        self._register(self._parameters, name, param, Parameter)

    def register_buffer(self, name, tensor, persistent=True):
        self._register(self._buffers, name, tensor, Tensor)
        (self._not_saved.discard if persistent else self._not_saved.add)(name)

    def add_module(self, name, module):
        self._register(self._modules, name, module, Module)

    register_module = add_module

    # Lists of what there is

    def named_modules(self, prefix="", remove_duplicate=True, seen=None):
        seen = set() if seen is None else seen
        if remove_duplicate and self in seen:
            return
        seen.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(join(prefix, name), remove_duplicate, seen)

    def modules(self):
        for _, module in self.named_modules():
            yield module

    def named_children(self):
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self):
        for _, child in self.named_children():
            yield child

    def _named(self, registry, prefix, recurse, remove_duplicate):
        modules = self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]
        seen = set()
        for path, module in modules:
            for name, value in getattr(module, registry).items():
                if value is not None and not (remove_duplicate and value in seen):
                    seen.add(value)
                    yield join(path, name), value

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target):
        module = self
        for name in target.split(".") if target else []:
            if module._modules.get(name) is None:
                raise AttributeError(f"there is no child {name}")
            module = module._modules[name]
        return module

    def get_parameter(self, target):
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._parameters.get(name)
        if found is None:
            raise AttributeError(f"there is no parameter {target}")
        return found

    # What is done to all of it

    def train(self, mode=True):
        for module in self.modules():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def apply(self, fn):
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, dtype):
        for tensor in [*self.parameters(), *self.buffers()]:
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(dtype)
                if tensor.grad is not None:
                    tensor.grad = tensor.grad.to(dtype)
        return self

    def double(self):
        return self.to(torch.float64)

    def float(self):
        return self.to(torch.float32)

    # Saving and loading

    def state_dict(self, prefix=""):
        found = {}
        for path, module in self.named_modules(prefix, remove_duplicate=False):
            for name, value in [*module._parameters.items(), *module._buffers.items()]:
                if value is not None and name not in module._not_saved:
                    found[join(path, name)] = value.detach()
        return found

    def load_state_dict(self, state_dict, strict=True):
        mine = self.state_dict()
        keys = Keys([key for key in mine if key not in state_dict], [key for key in state_dict if key not in mine])
        if strict and (keys.missing_keys or keys.unexpected_keys):
            raise RuntimeError(f"the state dict does not fit: {keys}")
        for key in mine:
            if key in state_dict:
                if mine[key].shape != state_dict[key].shape:
                    raise RuntimeError(f"{key} has another shape")
                mine[key].copy_(state_dict[key])
        return keys

    # Calling and printing

    def forward(self, *args, **kwargs):
        raise NotImplementedError("write forward in your own class")

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def extra_repr(self) -> str:
        return ""

    def __repr__(self) -> str:
        lines = [self.extra_repr()] if self.extra_repr() else []
        children = [f"({name}): {child!r}" for name, child in self._modules.items()]
        if not children:
            return f"{type(self).__name__}({''.join(lines)})"
        text = "\n".join(lines + children).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {text}\n)"

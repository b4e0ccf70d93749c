"""The plain way: three dictionaries, generators, recursion; containers with indices spelled out."""

from collections import OrderedDict
from types import SimpleNamespace

import torch
from torch.nn import Parameter


class Module:
    def __init__(self):
        super().__setattr__("training", True)
        super().__setattr__("params", OrderedDict())
        super().__setattr__("bufs", OrderedDict())
        super().__setattr__("mods", OrderedDict())
        super().__setattr__("transient", set())

    def _ready(self):
        if "mods" not in self.__dict__:
            raise AttributeError("call super().__init__() first")

    def __setattr__(self, name, value):
        def remove(*tables):
            for table in tables:
                if name in table:
                    del table[name]

        d = self.__dict__
        if isinstance(value, Parameter):
            self._ready()
            remove(d, d["bufs"], d["mods"])
            self.transient.discard(name)
            self.params[name] = value
        elif name in d.get("params", {}):
            if value is not None:
                raise TypeError("cannot assign to a parameter")
            self.params[name] = None
        elif isinstance(value, Module):
            self._ready()
            remove(d, d["bufs"])
            self.transient.discard(name)
            self.mods[name] = value
        elif name in d.get("mods", {}):
            if value is not None:
                raise TypeError("cannot assign to a child")
            self.mods[name] = None
        elif name in d.get("bufs", {}):
            if value is not None and not isinstance(value, torch.Tensor):
                raise TypeError("cannot assign to a buffer")
            self.bufs[name] = value
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        for table in ("params", "bufs", "mods"):
            if table in self.__dict__ and name in self.__dict__[table]:
                return self.__dict__[table][name]
        raise AttributeError(f"no {name}")

    def __delattr__(self, name):
        for table in (self.params, self.bufs, self.mods):
            if name in table:
                del table[name]
                self.transient.discard(name)
                return
        super().__delattr__(name)

    def _check(self, name, table, value, kind):
        self._ready()
        if "." in name or name == "":
            raise KeyError(name)
        if hasattr(self, name) and name not in table:
            raise KeyError(name)
        if value is not None and not isinstance(value, kind):
            raise TypeError(type(value).__name__)

    def register_parameter(self, name, param):
        self._ready()
        self._check(name, self.params, param, Parameter)
        self.params[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        self._ready()
        self._check(name, self.bufs, tensor, torch.Tensor)
        self.bufs[name] = tensor
        (self.transient.discard if persistent else self.transient.add)(name)

    def add_module(self, name, module):
        self._ready()
        self._check(name, self.mods, module, Module)
        self.mods[name] = module

    def register_module(self, name, module):
        self.add_module(name, module)

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        memo = set() if memo is None else memo
        if self not in memo:
            if remove_duplicate:
                memo.add(self)
            yield prefix, self
            for name, child in self.mods.items():
                if child is not None:
                    yield from child.named_modules(memo, prefix + ("." if prefix else "") + name, remove_duplicate)

    def modules(self):
        for _, module in self.named_modules():
            yield module

    def named_children(self):
        memo = []
        for name, child in self.mods.items():
            if child is not None and not any(child is other for other in memo):
                memo.append(child)
                yield name, child

    def children(self):
        return (child for _, child in self.named_children())

    def _named(self, table, prefix, recurse, remove_duplicate):
        memo = set()
        owners = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, owner in owners:
            for name, value in getattr(owner, table).items():
                if value is None or value in memo:
                    continue
                if remove_duplicate:
                    memo.add(value)
                yield (f"{path}.{name}" if path else name), value

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("params", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        for _, value in self.named_parameters(recurse=recurse):
            yield value

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("bufs", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        for _, value in self.named_buffers(recurse=recurse):
            yield value

    def train(self, mode=True):
        if not isinstance(mode, bool):
            raise ValueError(mode)
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        for p in self.parameters():
            if p.grad is not None:
                if set_to_none:
                    p.grad = None
                else:
                    p.grad.detach_()
                    p.grad.zero_()

    def apply(self, fn):
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def _apply(self, fn):
        for child in self.children():
            child._apply(fn)
        for p in self.params.values():
            if p is not None:
                p.data = fn(p.data)
                if p.grad is not None:
                    p.grad.data = fn(p.grad.data)
        for name, b in self.bufs.items():
            if b is not None:
                self.bufs[name] = fn(b)
        return self

    def to(self, dtype):
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)

    def double(self):
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def float(self):
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def state_dict(self, destination=None, prefix=""):
        destination = OrderedDict() if destination is None else destination
        for name, p in self.params.items():
            if p is not None:
                destination[prefix + name] = p.data
        for name, b in self.bufs.items():
            if b is not None and name not in self.transient:
                destination[prefix + name] = b
        for name, child in self.mods.items():
            if child is not None:
                child.state_dict(destination=destination, prefix=f"{prefix}{name}.")
        return destination

    def load_state_dict(self, state_dict, strict=True):
        own = self.state_dict()
        missing, unexpected, errors = [], [], []
        for key in own:
            if key not in state_dict:
                missing.append(key)
            elif own[key].shape != state_dict[key].shape:
                errors.append(key)
            else:
                with torch.no_grad():
                    own[key].copy_(state_dict[key])
        for key in state_dict:
            if key not in own:
                unexpected.append(key)
        if errors or (strict and (missing or unexpected)):
            raise RuntimeError(f"{missing} {unexpected} {errors}")
        return SimpleNamespace(missing_keys=missing, unexpected_keys=unexpected)

    def get_submodule(self, target):
        module = self
        if target:
            for name in target.split("."):
                module = getattr(module, name)
                if not isinstance(module, Module):
                    raise AttributeError(name)
        return module

    def get_parameter(self, target):
        head, _, tail = target.rpartition(".")
        p = getattr(self.get_submodule(head), tail)
        if not isinstance(p, Parameter):
            raise AttributeError(target)
        return p

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *inputs):
        raise NotImplementedError

    def extra_repr(self):
        return ""

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        count = len(lines)
        for name, child in self.mods.items():
            first, *rest = repr(child).split("\n")
            lines.append(f"({name}): " + "\n".join([first] + ["  " + line for line in rest]))
        text = type(self).__name__ + "("
        if lines:
            if count == 1 and len(lines) == 1:
                text += lines[0]
            else:
                text += "\n  " + "\n  ".join(lines) + "\n"
        return text + ")"


class Sequential(Module):
    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def _key(self, i):
        keys = list(self.mods)
        if not -len(keys) <= i < len(keys):
            raise IndexError(i)
        return keys[i]

    def __len__(self):
        return len(self.mods)

    def __iter__(self):
        return iter(self.mods.values())

    def __getitem__(self, i):
        if isinstance(i, slice):
            return Sequential(OrderedDict(list(self.mods.items())[i]))
        return self.mods[self._key(i)]

    def __setitem__(self, i, module):
        setattr(self, self._key(i), module)

    def __delitem__(self, i):
        delattr(self, self._key(i))
        self._renumber(self.mods.values())

    def _renumber(self, modules):
        self.__dict__["mods"] = OrderedDict((str(i), module) for i, module in enumerate(modules))

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        for module in modules:
            self.append(module)
        return self

    def insert(self, i, module):
        if not isinstance(module, Module):
            raise TypeError(module)
        for k in range(len(self), i, -1):
            self.mods[str(k)] = self.mods[str(k - 1)]
        self.mods[str(i)] = module
        return self

    def pop(self, i):
        module = self[i]
        del self[i]
        return module

    def forward(self, x):
        for module in self:
            x = module(x)
        return x


class ModuleList(Module):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    __len__ = Sequential.__len__
    __iter__ = Sequential.__iter__
    _key, _renumber = Sequential._key, Sequential._renumber
    __setitem__, __delitem__ = Sequential.__setitem__, Sequential.__delitem__
    append, extend, insert, pop = Sequential.append, Sequential.extend, Sequential.insert, Sequential.pop

    def __getitem__(self, i):
        if isinstance(i, slice):
            return ModuleList(list(self)[i])
        return self.mods[self._key(i)]


class ModuleDict(Module):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key):
        return self.mods[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        del self.mods[key]

    def __len__(self):
        return len(self.mods)

    def __iter__(self):
        return iter(self.mods)

    def __contains__(self, key):
        return key in self.mods

    def keys(self):
        return self.mods.keys()

    def values(self):
        return self.mods.values()

    def items(self):
        return self.mods.items()

    def pop(self, key):
        return self.mods.pop(key)

    def update(self, modules):
        pairs = modules.items() if hasattr(modules, "items") else modules
        for key, module in pairs:
            self[key] = module


class ParameterList(Module):
    def __init__(self, values=None):
        super().__init__()
        self.size = 0
        for value in values if values is not None else []:
            self.append(value)

    def _index(self, i):
        if not -self.size <= i < self.size:
            raise IndexError(i)
        return str(i % self.size)

    def __len__(self):
        return self.size

    def __getitem__(self, i):
        if isinstance(i, slice):
            return ParameterList([self[k] for k in range(self.size)[i]])
        return getattr(self, self._index(i))

    def __setitem__(self, i, value):
        setattr(self, self._index(i), value if isinstance(value, Parameter) else Parameter(value))

    def __iter__(self):
        for i in range(self.size):
            yield self[i]

    def append(self, value):
        self.size += 1
        self[self.size - 1] = value
        return self

    def extend(self, values):
        for value in values:
            self.append(value)
        return self


class ParameterDict(Module):
    def __init__(self, parameters=None):
        super().__init__()
        self.order = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key):
        return getattr(self, key)

    def __setitem__(self, key, value):
        self.order[key] = None
        setattr(self, key, value if isinstance(value, Parameter) else Parameter(value))

    def __delitem__(self, key):
        del self.order[key]
        delattr(self, key)

    def __len__(self):
        return len(self.order)

    def __iter__(self):
        return iter(self.order)

    def __contains__(self, key):
        return key in self.order

    def keys(self):
        return self.order.keys()

    def values(self):
        return (self[key] for key in self.order)

    def items(self):
        return ((key, self[key]) for key in self.order)

    def pop(self, key):
        value = self[key]
        del self[key]
        return value

    def update(self, parameters):
        if isinstance(parameters, ParameterDict):
            parameters = dict(parameters.items())
        if isinstance(parameters, dict):
            parameters = sorted(parameters.items())
        for key, value in parameters:
            self[key] = value

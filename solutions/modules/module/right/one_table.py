"""One table of slots a module, each with its kind; everything else is a search through it. Containers on abstract
bases."""

from collections import OrderedDict, namedtuple
from collections.abc import MutableMapping, MutableSequence

import torch
from torch import nn

Keys = namedtuple("Keys", "missing_keys unexpected_keys")


class Slot:
    def __init__(self, kind, value, persistent=True):
        self.kind, self.value, self.persistent = kind, value, persistent

    def accepts(self, value):
        if value is None:
            return True
        return isinstance(value, {"p": nn.Parameter, "b": torch.Tensor, "m": Module}[self.kind])


class Module:
    training = True

    def __init__(self):
        object.__setattr__(self, "_slots", {})

    def _kind(self, value):
        return "p" if isinstance(value, nn.Parameter) else "m" if isinstance(value, Module) else None

    def __setattr__(self, name, value):
        slots = self.__dict__.get("_slots")
        kind = self._kind(value)
        if slots is None:
            if kind:
                raise AttributeError("super().__init__() comes first")
            object.__setattr__(self, name, value)
            return
        slot = slots.get(name)
        if slot is not None and slot.accepts(value) and kind in (slot.kind, None):
            slot.value = value
            return
        if kind == "p" or (kind == "m" and (slot is None or slot.kind != "p")):
            self.__dict__.pop(name, None)
            slots.pop(name, None)
            slots[name] = Slot(kind, value)
            return
        if slot is not None:
            raise TypeError(f"{name} cannot hold a {type(value).__name__}")
        object.__setattr__(self, name, value)

    def __getattr__(self, name):
        slots = self.__dict__.get("_slots", {})
        if name in slots:
            return slots[name].value
        raise AttributeError(name)

    def __delattr__(self, name):
        if name in self._slots:
            del self._slots[name]
        else:
            object.__delattr__(self, name)

    def _register(self, kind, name, value, persistent=True):
        slots = self._slots
        if not isinstance(name, str) or name == "" or "." in name:
            raise KeyError(name)
        old = slots.get(name)
        if old is None and hasattr(self, name):
            raise KeyError(name)
        if old is not None and old.kind != kind:
            raise KeyError(name)
        new = Slot(kind, value, persistent)
        if not new.accepts(value):
            raise TypeError(type(value))
        slots[name] = new

    def register_parameter(self, name, param):
        self._register("p", name, param)

    def register_buffer(self, name, tensor, persistent=True):
        self._register("b", name, tensor, persistent)

    def add_module(self, name, module):
        self._register("m", name, module)

    register_module = add_module

    def _of(self, kind):
        return [
            (name, slot.value) for name, slot in self._slots.items() if slot.kind == kind and slot.value is not None
        ]

    def named_modules(self, prefix="", remove_duplicate=True):
        found, seen, stack = [], set(), [(prefix, self)]
        while stack:
            path, module = stack.pop()
            if remove_duplicate and id(module) in seen:
                continue
            seen.add(id(module))
            found.append((path, module))
            stack.extend((path + "." + name if path else name, child) for name, child in reversed(module._of("m")))
        return iter(found)

    def modules(self):
        return iter([module for _, module in self.named_modules()])

    def named_children(self):
        found = {}
        for name, child in self._of("m"):
            found.setdefault(id(child), (name, child))
        return iter(list(found.values()))

    def children(self):
        return iter([child for _, child in self.named_children()])

    def _named(self, kind, prefix, recurse, remove_duplicate):
        pairs = []
        for path, module in self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]:
            pairs += [(".".join([path, name] if path else [name]), value) for name, value in module._of(kind)]
        if remove_duplicate:
            first = {}
            for name, value in pairs:
                first.setdefault(id(value), (name, value))
            pairs = list(first.values())
        return pairs

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        return iter(self._named("p", prefix, recurse, remove_duplicate))

    def parameters(self, recurse=True):
        return iter([value for _, value in self.named_parameters(recurse=recurse)])

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return iter(self._named("b", prefix, recurse, remove_duplicate))

    def buffers(self, recurse=True):
        return iter([value for _, value in self.named_buffers(recurse=recurse)])

    def train(self, mode=True):
        for module in self.modules():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self):
        return self.train(mode=False)

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
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
        for parameter in self.parameters():
            if parameter.is_floating_point():
                parameter.data = parameter.data.to(dtype)
        for buffer in self.buffers():
            if buffer.is_floating_point():
                buffer.data = buffer.data.to(dtype)
        return self

    def double(self):
        return self.to(torch.float64)

    def float(self):
        return self.to(torch.float32)

    def state_dict(self, prefix=""):
        found = {prefix + name: value.detach() for name, value in self._of("p")}
        found |= {prefix + name: value.detach() for name, value in self._of("b") if self._slots[name].persistent}
        for name, child in self._of("m"):
            found |= child.state_dict(prefix=prefix + name + ".")
        return found

    def load_state_dict(self, state_dict, strict=True):
        own = self.state_dict()
        result = Keys(list(own.keys() - state_dict.keys()), list(state_dict.keys() - own.keys()))
        if strict and (result.missing_keys or result.unexpected_keys):
            raise KeyError(str(result))
        for key, value in own.items():
            if key in state_dict:
                if value.shape != state_dict[key].shape:
                    raise ValueError(key)
                value.copy_(state_dict[key])
        return result

    def get_submodule(self, target):
        if not target:
            return self
        head, _, rest = target.partition(".")
        found = dict(self._of("m"))
        if head not in found:
            raise AttributeError(head)
        return found[head].get_submodule(rest)

    def get_parameter(self, target):
        *path, name = target.split(".")
        found = dict(self.get_submodule(".".join(path))._of("p"))
        if name not in found:
            raise AttributeError(target)
        return found[name]

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args, **kwargs):
        raise NotImplementedError

    def extra_repr(self):
        return ""

    def __repr__(self):
        title, extra = type(self).__name__, self.extra_repr()
        rows = [f"({name}): {value!r}" for name, value in self._of("m")]
        if not rows:
            return f"{title}({extra})"
        if extra:
            rows.insert(0, extra)
        inside = "\n".join(rows).split("\n")
        return "\n".join([f"{title}(", *("  " + row for row in inside), ")"])


class _Row(MutableSequence):
    """A mutable sequence whose slots are renumbered whenever it changes."""

    __hash__ = object.__hash__

    kind = "m"

    def convert(self, value):
        if not isinstance(value, Module):
            raise TypeError(value)
        return value

    def __len__(self):
        return len(self._slots)

    def __getitem__(self, index):
        values = [slot.value for slot in self._slots.values()][index]
        return self.again(values, list(self._slots)[index]) if isinstance(index, slice) else values

    def _write(self, values, names=None):
        names = map(str, range(len(values))) if names is None else names
        made = {name: Slot(self.kind, self.convert(value)) for name, value in zip(names, values)}
        self._slots.clear()
        self._slots.update(made)

    def __setitem__(self, index, value):
        values = list(self)
        values[index] = value
        self._write(values, list(self._slots))

    def __delitem__(self, index):
        values = list(self)
        del values[index]
        self._write(values)

    def insert(self, index, value):
        values = list(self)
        values.insert(index, value)
        self._write(values)
        return self

    def append(self, value):
        return self.insert(len(self), value)

    def extend(self, values):
        for value in list(values):
            self.append(value)
        return self


class Sequential(_Row, Module):
    def __init__(self, *modules):
        Module.__init__(self)
        if len(modules) == 1 and isinstance(modules[0], dict):
            self._write(modules[0].values(), modules[0])
        else:
            self._write(modules)

    def again(self, values, names):
        return Sequential(OrderedDict(zip(names, values)))

    def forward(self, x):
        for module in self:
            x = module(x)
        return x


class ModuleList(_Row, Module):
    def __init__(self, modules=()):
        Module.__init__(self)
        self._write(list(modules))

    def again(self, values, names):
        return ModuleList(values)


class ParameterList(_Row, Module):
    kind = "p"

    def __init__(self, values=()):
        Module.__init__(self)
        self._write(list(values))

    def convert(self, value):
        return value if isinstance(value, nn.Parameter) else nn.Parameter(value)

    def again(self, values, names):
        return ParameterList(values)


class _Mapped(MutableMapping):
    __hash__ = object.__hash__

    def __len__(self):
        return len(self._slots)

    def __iter__(self):
        return iter(list(self._slots))

    def __getitem__(self, key):
        return self._slots[key].value

    def __delitem__(self, key):
        del self._slots[key]


class ModuleDict(_Mapped, Module):
    def __init__(self, modules=()):
        Module.__init__(self)
        self.update(modules)

    def __setitem__(self, key, module):
        self.add_module(key, module)


class ParameterDict(_Mapped, Module):
    def __init__(self, parameters=()):
        Module.__init__(self)
        self.update(parameters)

    def __setitem__(self, key, value):
        self.register_parameter(key, value if isinstance(value, nn.Parameter) else nn.Parameter(value))

"""No registries at all: everything is an ordinary attribute, and a module finds its members by what they are.

Only the names say what kind they are; their order is the order in which a kind came to a name. Containers keep a Python
list or dictionary and build the names from it.
"""

import torch
from torch.nn import Parameter


class _Loaded:
    def __init__(self, missing, unexpected):
        self.missing_keys, self.unexpected_keys = missing, unexpected


class Module:
    def __init__(self):
        self.__dict__["kinds"] = {}
        self.__dict__["unsaved"] = []
        self.training = True

    def __setattr__(self, name, value):
        kind = Parameter if isinstance(value, Parameter) else Module if isinstance(value, Module) else None
        if "kinds" not in self.__dict__ and kind is not None:
            raise AttributeError("Module.__init__ was not called")
        old = self.__dict__.get("kinds", {}).get(name)
        if kind is not None and not (kind is Module and old is Parameter):
            if old is not kind:
                self.kinds.pop(name, None)
                if name in self.unsaved:
                    self.unsaved.remove(name)
                self.kinds[name] = kind
        elif old is not None and value is not None and not isinstance(value, old):
            raise TypeError(f"{name} is a {old.__name__}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        object.__delattr__(self, name)
        self.kinds.pop(name, None)
        if name in self.unsaved:
            self.unsaved.remove(name)

    def _register(self, kind, name, value):
        if "kinds" not in self.__dict__:
            raise AttributeError("Module.__init__ was not called")
        if not name or "." in name:
            raise KeyError(name)
        if self.kinds.get(name) is not kind and hasattr(self, name):
            raise KeyError(name)
        if value is not None and not isinstance(value, kind):
            raise TypeError(name)
        self.kinds[name] = kind
        object.__setattr__(self, name, value)

    def register_parameter(self, name, param):
        self._register(Parameter, name, param)

    def register_buffer(self, name, tensor, persistent=True):
        self._register(torch.Tensor, name, tensor)
        if name in self.unsaved:
            self.unsaved.remove(name)
        if not persistent:
            self.unsaved.append(name)

    def add_module(self, name, module):
        self._register(Module, name, module)

    def register_module(self, name, module):
        self._register(Module, name, module)

    def _all(self, wanted):
        """Pairs of name and value of a kind, those that are None left out."""
        for name, kind in self.kinds.items():
            if kind is wanted and self.__dict__[name] is not None:
                yield name, self.__dict__[name]

    def named_children(self):
        seen = set()
        for name, child in self._all(Module):
            if id(child) not in seen:
                seen.add(id(child))
                yield name, child

    def children(self):
        return iter([child for _, child in self.named_children()])

    def _tree(self, prefix):
        yield prefix, self
        for name, child in self._all(Module):
            yield from child._tree(f"{prefix}.{name}" if prefix else name)

    @staticmethod
    def _once(pairs):
        seen = set()
        for name, value in pairs:
            if id(value) not in seen:
                seen.add(id(value))
                yield name, value

    def named_modules(self, prefix="", remove_duplicate=True):
        pairs = self._tree(prefix)
        return self._once(pairs) if remove_duplicate else pairs

    def modules(self):
        for _, module in self.named_modules():
            yield module

    def _named(self, kind, prefix, recurse, remove_duplicate):
        owners = self._tree(prefix) if recurse else [(prefix, self)]
        pairs = (
            (f"{path}.{name}" if path else name, value) for path, owner in owners for name, value in owner._all(kind)
        )
        return self._once(pairs) if remove_duplicate else pairs

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named(Parameter, prefix, recurse, remove_duplicate)

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named(torch.Tensor, prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        return iter([value for _, value in self.named_parameters(recurse=recurse)])

    def buffers(self, recurse=True):
        return iter([value for _, value in self.named_buffers(recurse=recurse)])

    def train(self, mode=True):
        for module in self.modules():
            module.training = mode
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        for parameter in self.parameters():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                parameter.grad = torch.zeros_like(parameter.grad)

    def apply(self, fn):
        [child.apply(fn) for child in self.children()]
        fn(self)
        return self

    @torch.no_grad()
    def to(self, dtype):
        for tensor in [*self.parameters(), *self.buffers()]:
            if tensor.is_floating_point():
                tensor.data = tensor.to(dtype)
        return self

    def double(self):
        return self.to(torch.double)

    def float(self):
        return self.to(torch.float)

    def _state(self):
        kept = [pair for kind in (Parameter, torch.Tensor) for pair in self._all(kind) if pair[0] not in self.unsaved]
        yield from kept
        for name, child in self._all(Module):
            for key, value in child._state():
                yield f"{name}.{key}", value

    def state_dict(self, prefix=""):
        return {prefix + key: value.detach() for key, value in self._state()}

    @torch.no_grad()
    def load_state_dict(self, state_dict, strict=True):
        own = dict(self._state())
        missing = sorted(set(own) - set(state_dict))
        unexpected = sorted(set(state_dict) - set(own))
        if strict:
            assert not missing
            assert not unexpected
        for key in own.keys() & state_dict.keys():
            assert own[key].shape == state_dict[key].shape
        for key in own.keys() & state_dict.keys():
            own[key].data.copy_(state_dict[key])
        return _Loaded(missing, unexpected)

    def get_submodule(self, target):
        found = self
        for name in filter(None, target.split(".")):
            found = dict(found._all(Module)).get(name)
            if found is None:
                raise AttributeError(target)
        return found

    def get_parameter(self, target):
        path, _, name = target.rpartition(".")
        found = dict(self.get_submodule(path)._all(Parameter)).get(name)
        if found is None:
            raise AttributeError(target)
        return found

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args, **kwargs):
        raise NotImplementedError

    def extra_repr(self):
        return ""

    def __repr__(self):
        children = "".join(f"\n({name}): {child}" for name, child in self._all(Module))
        extra = self.extra_repr()
        if not children:
            return f"{self.__class__.__name__}({extra})"
        if extra:
            children = "\n" + extra + children
        return self.__class__.__name__ + "(" + children.replace("\n", "\n  ") + "\n)"


class _Row(Module):
    """The children are whatever a Python list holds; the registered names are made anew after each change."""

    kind = Module

    def __init__(self, items=()):
        super().__init__()
        self.row, self.names = [], []
        self._change([self._fit(item) for item in items])

    def _fit(self, item):
        if not isinstance(item, Module):
            raise TypeError(item)
        return item

    def _change(self, row, names=None):
        for name in self.names:
            delattr(self, name)
        self.row[:] = row
        self.names = [str(index) for index in range(len(row))] if names is None else list(names)
        for name, item in zip(self.names, row):
            self._register(self.kind, name, item)

    def __len__(self):
        return len(self.row)

    def __iter__(self):
        return iter(self.row)

    def __getitem__(self, index):
        return self._new(self.row[index], self.names[index]) if isinstance(index, slice) else self.row[index]

    def _new(self, items, names):
        return type(self)(items)

    def __setitem__(self, index, item):
        row = self.row[:]
        row[index] = self._fit(item)
        self._change(row, self.names)

    def __delitem__(self, index):
        row = self.row[:]
        del row[index]
        self._change(row)

    def append(self, item):
        return self.insert(len(self.row), item)

    def extend(self, items):
        for item in list(items):
            self.append(item)
        return self

    def insert(self, index, item):
        row = self.row[:]
        row.insert(index, self._fit(item))
        self._change(row)
        return self

    def pop(self, index=-1):
        item = self.row[index]
        del self[index]
        return item


class Sequential(_Row):
    def __init__(self, *items):
        named = items[0] if len(items) == 1 and isinstance(items[0], dict) else None
        super().__init__(items if named is None else ())
        if named is not None:
            self._change([self._fit(item) for item in named.values()], named)

    def _new(self, items, names):
        return Sequential(dict(zip(names, items)))

    def forward(self, *args):
        for module in self.row:
            args = (module(*args),)
        return args[0]


class ModuleList(_Row):
    pass


class ParameterList(_Row):
    kind = Parameter

    def _fit(self, item):
        return item if isinstance(item, Parameter) else Parameter(item)


class _Keyed(Module):
    def __init__(self, items=()):
        super().__init__()
        self.table = {}
        self.update(items)

    def __getitem__(self, key):
        return self.table[key]

    def __setitem__(self, key, item):
        item = self._fit(item)
        self._register(self.kind, key, item)
        self.table[key] = item

    def __delitem__(self, key):
        del self.table[key]
        delattr(self, key)

    def __len__(self):
        return len(self.table)

    def __iter__(self):
        return iter(self.table)

    def __contains__(self, key):
        return key in self.table

    def keys(self):
        return list(self.table)

    def values(self):
        return list(self.table.values())

    def items(self):
        return list(self.table.items())

    def pop(self, key):
        item = self.table[key]
        del self[key]
        return item

    def update(self, items):
        for key, item in dict(items).items():
            self[key] = item


class ModuleDict(_Keyed):
    kind = Module
    _fit = _Row._fit


class ParameterDict(_Keyed):
    kind = Parameter
    _fit = ParameterList._fit

"""Modules from scratch: a base class that knows its parameters, buffers and children, and containers built on it."""

import textwrap
from collections import OrderedDict, namedtuple
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter

LoadResult = namedtuple("LoadResult", ["missing_keys", "unexpected_keys"])


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


class Module:
    """The base class of layers and models: what you assign to an attribute, it remembers.

    A `Parameter` that is assigned to an attribute is registered as a parameter, and another `Module` as a child.
    Buffers (tensors that belong to the state but are not trained) are registered with `register_buffer`. All else is
    an ordinary attribute, a plain tensor or a list of modules included. A registered name is read as an attribute
    too.

    Subclasses call ``super().__init__()`` before they register anything, and define `forward`.
    """

    # Until __init__ has run, nothing is registered, and __setattr__ and __getattr__ can look.
    _parameters = _buffers = _modules = MappingProxyType({})

    def __init__(self) -> None:
        """Start in training mode, with nothing registered."""
        self._parameters: dict[str, Parameter | None] = {}
        self._buffers: dict[str, Tensor | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._not_saved: set[str] = set()
        self.training = True

    # Registering

    def __setattr__(self, name: str, value: Any) -> None:
        """Register a parameter or child, fill a registered name again, or set an ordinary attribute.

        A parameter takes over whatever the name held before: an ordinary attribute, a buffer or a child. So does a
        module, except that it never replaces a parameter. A name that is registered as a buffer takes any tensor, and
        remains one. Every registered name takes None: it stays registered, reads as None, and is left out of every
        list (a parameter's name, then, is still only for a parameter).

        Raises:
            TypeError: for another kind of value under a name that is registered.
            AttributeError: for a parameter or module before ``super().__init__()``.
        """
        if isinstance(value, Parameter) or name in self._parameters:
            self._register(self._parameters, Parameter, name, value)
        elif isinstance(value, Module) or name in self._modules:
            self._register(self._modules, Module, name, value)
        elif name in self._buffers:
            self._register(self._buffers, Tensor, name, value)
        else:
            super().__setattr__(name, value)

    def _register(self, registry: dict[str, Any], kind: type, name: str, value: Any) -> None:
        """Enter a value in a registry, and drop whatever else went by its name."""
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__} must call super().__init__() before it registers anything")
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name} takes a {kind.__name__} or None, not a {type(value).__name__}")
        for other in (self.__dict__, self._parameters, self._buffers, self._modules):
            if other is not registry:
                other.pop(name, None)
        registry[name] = value

    def __getattr__(self, name: str) -> Any:
        """Look a registered name up (Python asks here only for names that are no ordinary attribute).

        Raises:
            AttributeError: if nothing goes by that name.
        """
        for registry in (self._parameters, self._buffers, self._modules):
            if name in registry:
                return registry[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        """Forget a registered name, or an ordinary attribute.

        Raises:
            AttributeError: if nothing goes by that name.
        """
        for registry in (self._parameters, self._buffers, self._modules):
            if name in registry:
                del registry[name]
                return
        super().__delattr__(name)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter, or with None a name that may get one later.

        Raises:
            KeyError: if the name is empty, has a dot in it, or already is an attribute that is not a parameter.
            TypeError: if ``param`` is neither a Parameter nor None.
        """
        self._register_new(self._parameters, Parameter, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that is not a parameter, or with None a name that may get one later.

        Args:
            name: What to call it.
            tensor: The buffer.
            persistent: Whether `state_dict` holds it.

        Raises:
            KeyError: if the name is empty, has a dot in it, or already is an attribute that is not a buffer.
            TypeError: if ``tensor`` is neither a Tensor nor None.
        """
        self._register_new(self._buffers, Tensor, name, tensor)
        if persistent:
            self._not_saved.discard(name)
        else:
            self._not_saved.add(name)

    def add_module(self, name: str, module: "Module | None") -> None:
        """Register a child, or with None a name that may get one later.

        Raises:
            KeyError: if the name is empty, has a dot in it, or already is an attribute that is not a child.
            TypeError: if ``module`` is neither a Module nor None.
        """
        self._register_new(self._modules, Module, name, module)

    def register_module(self, name: str, module: "Module | None") -> None:
        """Another name of `add_module`."""
        self.add_module(name, module)

    def _register_new(self, registry: dict[str, Any], kind: type, name: str, value: Any) -> None:
        """Enter a value in a registry under a name that nothing else goes by."""
        if not name or "." in name:
            raise KeyError(f"{name!r} cannot be a name: it is empty, or has a dot in it")
        if name not in registry and hasattr(self, name):
            raise KeyError(f"{name!r} is an attribute already")
        self._register(registry, kind, name, value)

    # Looking around

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> "Iterator[tuple[str, Module]]":
        """This module, its children, and theirs, each parent before its children.

        Args:
            prefix: The name of this module, which with a dot begins all others.
            remove_duplicate: Whether a module that is found in two places is given once, under its first name.
        """
        seen: set[Module] = set()
        stack: list[tuple[str, Module]] = [(prefix, self)]
        while stack:
            path, module = stack.pop()
            if module not in seen:
                if remove_duplicate:
                    seen.add(module)
                yield path, module
                children = [(_join(path, name), child) for name, child in module._modules.items() if child is not None]
                stack += reversed(children)

    def modules(self) -> "Iterator[Module]":
        """The modules of `named_modules`, each once."""
        for _, module in self.named_modules():
            yield module

    def named_children(self) -> "Iterator[tuple[str, Module]]":
        """The direct children in the order of registration, each once."""
        seen: set[Module] = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self) -> "Iterator[Module]":
        """The modules of `named_children`."""
        for _, child in self.named_children():
            yield child

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters of this module, then those of its children, and theirs, with dotted names.

        Args:
            prefix: The name of this module, which with a dot begins all others.
            recurse: Whether to go on to the children.
            remove_duplicate: Whether a parameter that is found in two places is given once, under its first name.
        """
        yield from self._members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of `named_parameters`, each once."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """As `named_parameters`, for buffers."""
        yield from self._members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of `named_buffers`, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def _members(self, registry: str, prefix: str, recurse: bool, remove_duplicate: bool) -> Iterator[tuple[str, Any]]:
        owners = self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]
        seen: set[int] = set()
        for path, owner in owners:
            for name, member in getattr(owner, registry).items():
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield _join(path, name), member

    def get_submodule(self, target: str) -> "Module":
        """The module of a dotted name; this one for the empty name.

        Raises:
            AttributeError: if there is nothing of that name, or it is not a module.
        """
        module = self
        for name in target.split(".") if target else ():
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"{name!r} in {target!r} is not a module")
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of a dotted name.

        Raises:
            AttributeError: if there is nothing of that name, or it is not a parameter.
        """
        path, _, name = target.rpartition(".")
        parameter = getattr(self.get_submodule(path), name)
        if not isinstance(parameter, Parameter):
            raise AttributeError(f"{target!r} is not a parameter")
        return parameter

    # Changing all of them

    def train(self, mode: bool = True) -> "Module":
        """Set ``training`` here and in all modules below; returns this module."""
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> "Module":
        """The same as ``train(False)``."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> "Module":
        """Set ``requires_grad`` of all parameters; returns this module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters.

        Args:
            set_to_none: Whether ``grad`` becomes None; otherwise gradients that are there are filled with zeros.
        """
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad = None if set_to_none else torch.zeros_like(parameter.grad)

    def apply(self, fn: "Callable[[Module], Any]") -> "Module":
        """Call a function on every module below, children before their parents, and last on this one, which it
        returns."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, dtype: torch.dtype) -> "Module":
        """Convert all floating parameters and buffers to a dtype; returns this module.

        Parameters stay the same objects (an optimizer may hold them); integer tensors stay as they are.
        """
        for parameter in self.parameters():
            if parameter.is_floating_point():
                parameter.data = parameter.data.to(dtype)
                if parameter.grad is not None:
                    parameter.grad = parameter.grad.to(dtype)
        for module in self.modules():
            for name, buffer in module._buffers.items():
                if buffer is not None and buffer.is_floating_point():
                    module._buffers[name] = buffer.to(dtype)
        return self

    def double(self) -> "Module":
        """The same as ``to(torch.float64)``."""
        return self.to(torch.float64)

    def float(self) -> "Module":
        """The same as ``to(torch.float32)``."""
        return self.to(torch.float32)

    # Saving and loading

    def state_dict(self, prefix: str = "") -> dict[str, Tensor]:
        """All parameters and persistent buffers by dotted name, detached from the graph.

        First come this module's parameters, then its buffers, then its children, one after the other. What is shared is
        there under each of its names.

        Args:
            prefix: What every key begins with, the dot included if there is to be one.
        """
        buffers = {name: buffer for name, buffer in self._buffers.items() if name not in self._not_saved}
        own = self._parameters | buffers
        state = {prefix + name: tensor.detach() for name, tensor in own.items() if tensor is not None}
        for name, child in self._modules.items():
            if child is not None:
                state |= child.state_dict(f"{prefix}{name}.")
        return state

    def load_state_dict(self, state_dict: Mapping[str, Tensor], strict: bool = True) -> LoadResult:
        """Copy values into the parameters and buffers of the same names, in place.

        Args:
            state_dict: Values by dotted name; left as it is.
            strict: Whether keys that are missing or unexpected are an error. Otherwise what fits is loaded.

        Returns:
            The missing keys (those that `state_dict` has and the argument has not) and the unexpected ones, as the
            fields ``missing_keys`` and ``unexpected_keys``.

        Raises:
            RuntimeError: if strict and the keys differ; strict or not, if a shape differs.
        """
        own = self.state_dict()
        missing = [key for key in own if key not in state_dict]
        unexpected = [key for key in state_dict if key not in own]
        if strict and (missing or unexpected):
            raise RuntimeError(f"missing: {missing}; unexpected: {unexpected}")
        common = [key for key in own if key in state_dict]
        for key in common:
            if own[key].shape != state_dict[key].shape:
                raise RuntimeError(f"{key} is of shape {own[key].shape} here and {state_dict[key].shape} in the state")
        with torch.no_grad():
            for key in common:
                own[key].copy_(state_dict[key])
        return LoadResult(missing, unexpected)

    # Calling and showing

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call `forward` with the same arguments."""
        return self.forward(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; subclasses define it.

        Raises:
            NotImplementedError: if they did not.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def extra_repr(self) -> str:
        """What to show between the parentheses of the module's repr; nothing unless a subclass says so."""
        return ""

    def __repr__(self) -> str:
        """The class with its `extra_repr`, and below it the children, indented by two spaces.

        A module without children is on one line: ``Scale(factor=2)``. With children, `extra_repr` comes first and each
        child follows as ``(name): repr``, every one on a line of its own.
        """
        extra = self.extra_repr()
        if not self._modules:
            return f"{type(self).__name__}({extra})"
        lines = [extra] if extra else []
        lines += [f"({name}): {child!r}" for name, child in self._modules.items()]
        body = textwrap.indent("\n".join(lines), "  ")
        return f"{type(self).__name__}(\n{body}\n)"


class _Listed(Module):
    """Children in a row, under the names "0", "1", "2", …"""

    def __len__(self) -> int:
        """How many modules there are; one that is there twice counts twice."""
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        """The modules in order."""
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Module:
        """The module at an index, or for a slice a new container of the same class.

        Raises:
            IndexError: if there is no such index (negative ones count from the end).
        """
        if isinstance(index, slice):
            return self._of(OrderedDict(list(self._modules.items())[index]))
        return list(self)[index]

    def _of(self, modules: "OrderedDict[str, Module]") -> Module:
        return type(self)().extend(modules.values())

    def __setitem__(self, index: int, module: Module) -> None:
        """Replace the module at an index; its name stays.

        Raises:
            IndexError: if there is no such index.
            TypeError: if it is given something that is not a module.
        """
        self.add_module(list(self._modules)[index], module)

    def __delitem__(self, index: int) -> None:
        """Take the module at an index out; those after it move up, and so do their names.

        Raises:
            IndexError: if there is no such index.
        """
        modules = list(self)
        del modules[index]
        self._modules.clear()
        self.extend(modules)

    def append(self, module: Module) -> "Module":
        """Add a module at the end; returns this container.

        Raises:
            TypeError: if it is given something that is not a module.
        """
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> "Module":
        """Add modules at the end, in order; returns this container."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> "Module":
        """Put a module before the one at an index from 0 to the length; those after it move down. Returns this
        container."""
        modules = list(self)
        modules.insert(index, module)
        self._modules.clear()
        return self.extend(modules)

    def pop(self, index: int) -> Module:
        """Take the module at an index out, as ``del`` does, and return it.

        Raises:
            IndexError: if there is no such index.
        """
        module = self[index]
        del self[index]
        return module


class Sequential(_Listed):
    """Modules in a row, which calls one after the other, each on what the one before it returned."""

    def __init__(self, *modules: "Module | OrderedDict[str, Module]") -> None:
        """Hold the modules under the names "0", "1", "2", … or, given a single OrderedDict, under its keys."""
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], OrderedDict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            self.extend(modules)

    def _of(self, modules: "OrderedDict[str, Module]") -> Module:
        return Sequential(modules)

    def forward(self, x: Any) -> Any:
        """Send the input through all modules in order; an empty container returns it as it is."""
        for module in self:
            x = module(x)
        return x


class ModuleList(_Listed):
    """A list of modules that are registered as children; it has no `forward`."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        """Hold the modules of an iterable, if there is one, under the names "0", "1", "2", …"""
        super().__init__()
        if modules is not None:
            self.extend(modules)


class ModuleDict(Module):
    """A dictionary of modules that are registered as children under their keys; it has no `forward`."""

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        """Hold the items of a mapping, or of pairs, if there are any, in their order."""
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        """The module of a key.

        Raises:
            KeyError: if there is no such key.
        """
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        """Add a module at the end, or replace the one of that key where it is.

        Raises:
            KeyError: if the key cannot be the name of a child.
            TypeError: if it is given something that is not a module.
        """
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        """Take a key out.

        Raises:
            KeyError: if there is no such key.
        """
        del self._modules[key]

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        """The keys in order."""
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        """Whether there is such a key."""
        return key in self._modules

    def keys(self) -> KeysView[str]:
        """The keys in order."""
        return self._modules.keys()

    def values(self) -> ValuesView[Module]:
        """The modules in order."""
        return self._modules.values()

    def items(self) -> ItemsView[str, Module]:
        """The keys with their modules, in order."""
        return self._modules.items()

    def pop(self, key: str) -> Module:
        """Take a key out and return its module.

        Raises:
            KeyError: if there is no such key.
        """
        return self._modules.pop(key)

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Set the items of a mapping (or of another ModuleDict), or of pairs of a key and a module, in their order."""
        for key, module in _pairs(modules):
            self[key] = module


def _pairs(items: Any) -> Iterable[tuple[str, Any]]:
    return items.items() if hasattr(items, "items") else items


def _as_parameter(value: Tensor) -> Parameter:
    """The value as it is if it is a Parameter, else a new Parameter of the same values."""
    return value if isinstance(value, Parameter) else Parameter(value)


class ParameterList(Module):
    """A list of parameters, registered under the names "0", "1", "2", …; it cannot be called.

    A plain tensor that is put in becomes a Parameter.
    """

    def __init__(self, values: Iterable[Tensor] | None = None) -> None:
        """Hold the parameters of an iterable, if there is one."""
        super().__init__()
        if values is not None:
            self.extend(values)

    def __len__(self) -> int:
        """How many parameters there are; one that is there twice counts twice."""
        return len(self._parameters)

    def __iter__(self) -> Iterator[Parameter]:
        """The parameters in order."""
        return iter(self._parameters.values())

    def __getitem__(self, index: int | slice) -> "Parameter | ParameterList":
        """The parameter at an index, or for a slice a new ParameterList of the same parameters.

        Raises:
            IndexError: if there is no such index (negative ones count from the end).
        """
        parameters = list(self)[index]
        return ParameterList(parameters) if isinstance(index, slice) else parameters

    def __setitem__(self, index: int, value: Tensor) -> None:
        """Replace the parameter at an index.

        Raises:
            IndexError: if there is no such index.
        """
        self.register_parameter(list(self._parameters)[index], _as_parameter(value))

    def append(self, value: Tensor) -> "ParameterList":
        """Add a parameter at the end; returns this list."""
        self.register_parameter(str(len(self)), _as_parameter(value))
        return self

    def extend(self, values: Iterable[Tensor]) -> "ParameterList":
        """Add parameters at the end, in order; returns this list."""
        for value in values:
            self.append(value)
        return self


class ParameterDict(Module):
    """A dictionary of parameters, registered under their keys; it cannot be called.

    A plain tensor that is put in becomes a Parameter.
    """

    def __init__(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] | None = None) -> None:
        """Hold the items of a mapping, or of pairs, if there are any."""
        super().__init__()
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Parameter:
        """The parameter of a key.

        Raises:
            KeyError or AttributeError: if there is no such key.
        """
        return self._parameters[key]

    def __setitem__(self, key: str, value: Tensor) -> None:
        """Add a parameter at the end, or replace the one of that key where it is."""
        self.register_parameter(key, _as_parameter(value))

    def __delitem__(self, key: str) -> None:
        """Take a key out.

        Raises:
            KeyError: if there is no such key.
        """
        del self._parameters[key]

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._parameters)

    def __iter__(self) -> Iterator[str]:
        """The keys in order."""
        return iter(self._parameters)

    def __contains__(self, key: str) -> bool:
        """Whether there is such a key."""
        return key in self._parameters

    def keys(self) -> KeysView[str]:
        """The keys in order."""
        return self._parameters.keys()

    def values(self) -> ValuesView[Parameter]:
        """The parameters in order."""
        return self._parameters.values()

    def items(self) -> ItemsView[str, Parameter]:
        """The keys with their parameters, in order."""
        return self._parameters.items()

    def pop(self, key: str) -> Parameter:
        """Take a key out and return its parameter.

        Raises:
            KeyError: if there is no such key.
        """
        return self._parameters.pop(key)

    def update(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]]) -> None:
        """Set the items of a mapping (or of another ParameterDict), or of pairs of a key and a parameter."""
        for key, value in _pairs(parameters):
            self[key] = value

"""Modules from scratch: a base class that knows its parameters, buffers and children, and containers built on it."""

from collections import OrderedDict, namedtuple
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter

LoadResult = namedtuple("LoadResult", ["missing_keys", "unexpected_keys"])

_REGISTRIES = ("_parameters", "_buffers", "_modules")


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

    def __init__(self) -> None:
        """Start in training mode, with nothing registered."""
        # Straight into the instance's dictionary: our own __setattr__ looks these up.
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, _not_saved=set(), training=True)

    # Registering

    def __setattr__(self, name: str, value: Any) -> None:
        """Register a parameter or child, fill a registered name anew, or set an ordinary attribute.

        A parameter takes over whatever the name held before: an ordinary attribute, a buffer or a child. So does a
        module, except that it never replaces a parameter. A name that is registered as a buffer takes any tensor, and
        remains one. Every registered name takes None: it stays registered, reads as None, and is left out of every
        list (a parameter's name, then, is still only for a parameter).

        Raises:
            TypeError: for another kind of value under a name that is registered.
            AttributeError: for a parameter or module before ``super().__init__()``.
        """
        registry = self._registry_for(name, value)
        if registry is None:
            object.__setattr__(self, name, value)
            return
        self._check_value(name, value, registry)
        self._forget(name, registry)
        self._registered(registry)[name] = value

    def _registry_for(self, name: str, value: Any) -> str | None:
        """The registry that an assignment goes to; None for an ordinary attribute."""
        if isinstance(value, Parameter) or name in self.__dict__.get("_parameters", ()):
            return "_parameters"
        if isinstance(value, Module) or name in self.__dict__.get("_modules", ()):
            return "_modules"
        return "_buffers" if name in self.__dict__.get("_buffers", ()) else None

    def _check_value(self, name: str, value: Any, registry: str) -> None:
        kind = {"_parameters": Parameter, "_buffers": Tensor, "_modules": Module}[registry]
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name} takes a {kind.__name__} or None, not a {type(value).__name__}")

    def _forget(self, name: str, registry: str) -> None:
        """Drop whatever else goes by a name that is about to be in a registry."""
        self.__dict__.pop(name, None)
        for other in _REGISTRIES:
            if other != registry:
                self._registered(other).pop(name, None)

    def _registered(self, registry: str) -> dict[str, Any]:
        if registry not in self.__dict__:
            raise AttributeError(f"{type(self).__name__} must call super().__init__() before it registers anything")
        return self.__dict__[registry]

    def __getattr__(self, name: str) -> Any:
        """Look a registered name up (Python asks here only for names that are no ordinary attribute).

        Raises:
            AttributeError: if nothing goes by that name.
        """
        for registry in _REGISTRIES:
            if name in self.__dict__.get(registry, ()):
                return self.__dict__[registry][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        """Forget a registered name, or an ordinary attribute.

        Raises:
            AttributeError: if nothing goes by that name.
        """
        for registry in _REGISTRIES:
            if name in self._registered(registry):
                del self._registered(registry)[name]
                return
        object.__delattr__(self, name)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter, or with None a name that may get one later.

        Raises:
            KeyError: if the name is empty, has a dot in it, or already is an attribute that is no parameter.
            TypeError: if ``param`` is neither a Parameter nor None.
        """
        self._check_name(name, "_parameters")
        self._check_value(name, param, "_parameters")
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that is no parameter, or with None a name that may get one later.

        Args:
            name: What to call it.
            tensor: The buffer.
            persistent: Whether `state_dict` holds it.

        Raises:
            KeyError: if the name is empty, has a dot in it, or already is an attribute that is no buffer.
            TypeError: if ``tensor`` is neither a Tensor nor None.
        """
        self._check_name(name, "_buffers")
        self._check_value(name, tensor, "_buffers")
        self._buffers[name] = tensor
        if persistent:
            self._not_saved.discard(name)
        else:
            self._not_saved.add(name)

    def add_module(self, name: str, module: "Module | None") -> None:
        """Register a child, or with None a name that may get one later.

        Raises:
            KeyError: if the name is empty, has a dot in it, or already is an attribute that is no child.
            TypeError: if ``module`` is neither a Module nor None.
        """
        self._check_name(name, "_modules")
        self._check_value(name, module, "_modules")
        self._modules[name] = module

    def register_module(self, name: str, module: "Module | None") -> None:
        """Another name of `add_module`."""
        self.add_module(name, module)

    def _check_name(self, name: str, registry: str) -> None:
        registered = self._registered(registry)
        if not name or "." in name:
            raise KeyError(f"{name!r} is no name: it is empty, or has a dot in it")
        if name not in registered and hasattr(self, name):
            raise KeyError(f"{name!r} is an attribute already")

    # Looking around

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> "Iterator[tuple[str, Module]]":
        """This module, its children, and theirs, each parent before its children.

        Args:
            prefix: The name of this module, which with a dot begins all others.
            remove_duplicate: Whether a module that is found in two places is given once, under its first name.
        """
        yield from self._walk(prefix, set() if remove_duplicate else None)

    def _walk(self, prefix: str, seen: "set[Module] | None") -> "Iterator[tuple[str, Module]]":
        if seen is not None:
            if self in seen:
                return
            seen.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child._walk(_join(prefix, name), seen)

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
            for name, member in owner._registered(registry).items():
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield _join(path, name), member

    def get_submodule(self, target: str) -> "Module":
        """The module of a dotted name; this one for the empty name.

        Raises:
            AttributeError: if there is nothing of that name, or it is no module.
        """
        module = self
        for name in target.split(".") if target else ():
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"{name!r} in {target!r} is no module")
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of a dotted name.

        Raises:
            AttributeError: if there is nothing of that name, or it is no parameter.
        """
        path, _, name = target.rpartition(".")
        parameter = getattr(self.get_submodule(path), name)
        if not isinstance(parameter, Parameter):
            raise AttributeError(f"{target!r} is no parameter")
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

    def _saved(self, prefix: str) -> Iterator[tuple[str, Tensor]]:
        """What the state is made of: parameters, persistent buffers, then the children's state."""
        for name, parameter in self._parameters.items():
            if parameter is not None:
                yield prefix + name, parameter
        for name, buffer in self._buffers.items():
            if buffer is not None and name not in self._not_saved:
                yield prefix + name, buffer
        for name, child in self._modules.items():
            if child is not None:
                yield from child._saved(f"{prefix}{name}.")

    def state_dict(self, prefix: str = "") -> dict[str, Tensor]:
        """All parameters and persistent buffers by dotted name, detached from the graph.

        First come this module's parameters, then its buffers, then its children, one after the other. What is shared is
        there under each of its names.

        Args:
            prefix: What every key begins with, the dot included if there is to be one.
        """
        return OrderedDict((key, tensor.detach()) for key, tensor in self._saved(prefix))

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
        own = dict(self._saved(""))
        keys = LoadResult([key for key in own if key not in state_dict], [key for key in state_dict if key not in own])
        if strict and (keys.missing_keys or keys.unexpected_keys):
            raise RuntimeError(f"missing: {keys.missing_keys}; unexpected: {keys.unexpected_keys}")
        common = [key for key in own if key in state_dict]
        self._check_shapes({key: (own[key].shape, state_dict[key].shape) for key in common})
        with torch.no_grad():
            for key in common:
                own[key].copy_(state_dict[key])
        return keys

    def _check_shapes(self, shapes: Mapping[str, tuple[torch.Size, torch.Size]]) -> None:
        for key, (own, given) in shapes.items():
            if own != given:
                raise RuntimeError(f"{key} has shape {tuple(own)} here and {tuple(given)} in the state")

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
        extra = [text] if (text := self.extra_repr()) else []
        children = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self._modules.items()]
        if not children:
            return f"{type(self).__name__}({''.join(extra)})"
        body = "".join(f"\n  {line}" for line in extra + children)
        return f"{type(self).__name__}({body}\n)"


class _Listed(Module):
    """Children in a row, under the names "0", "1", "2", …"""

    def _fill(self, modules: Iterable[Module]) -> None:
        """Hold these and no others, with names that count from 0."""
        wanted = list(modules)
        self._modules.clear()
        for index, module in enumerate(wanted):
            self.add_module(str(index), module)

    def _name_of(self, index: int) -> str:
        """The name at an index, which may count from the end."""
        return list(self._modules)[index]

    def __len__(self) -> int:
        """How many modules there are; one that is there twice counts twice."""
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        """The modules in order."""
        return iter(list(self._modules.values()))

    def __getitem__(self, index: int | slice) -> Module:
        """The module at an index, or for a slice a new container of the same class.

        Raises:
            IndexError: if there is no such index (negative ones count from the end).
        """
        found = list(self)[index]
        return self._of(found) if isinstance(index, slice) else found

    def _of(self, modules: list[Module]) -> Module:
        raise NotImplementedError

    def __setitem__(self, index: int, module: Module) -> None:
        """Replace the module at an index.

        Raises:
            IndexError: if there is no such index.
            TypeError: if it is given something that is no module.
        """
        setattr(self, self._name_of(index), module)

    def __delitem__(self, index: int) -> None:
        """Take the module at an index out; those behind it move up, and so do their names.

        Raises:
            IndexError: if there is no such index.
        """
        modules = list(self)
        del modules[index]
        self._fill(modules)

    def append(self, module: Module) -> "Module":
        """Add a module at the end; returns this container.

        Raises:
            TypeError: if it is given something that is no module.
        """
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> "Module":
        """Add modules at the end, in order; returns this container."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> None:
        """Put a module before the one at an index from 0 to the length; those behind it move down."""
        modules = list(self)
        modules.insert(index, module)
        self._fill(modules)

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

    def __init__(self, *modules: Module) -> None:
        """Hold the modules under the names "0", "1", "2", …"""
        super().__init__()
        self._fill(modules)

    def _of(self, modules: list[Module]) -> Module:
        return Sequential(*modules)

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
        self._fill(modules or ())

    def _of(self, modules: list[Module]) -> Module:
        return ModuleList(modules)


class ModuleDict(Module):
    """A dictionary of modules that are registered as children under their keys; it has no `forward`."""

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        """Hold the items of a mapping, if there is one, in its order."""
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
            KeyError: if the key is no name for a child.
            TypeError: if it is given something that is no module.
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

    def update(self, modules: Mapping[str, Module]) -> None:
        """Set the items of a mapping (or of another ModuleDict), in its order."""
        for key, module in modules.items():
            self[key] = module


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
        return iter(list(self._parameters.values()))

    def __getitem__(self, index: int | slice) -> "Parameter | ParameterList":
        """The parameter at an index, or for a slice a new ParameterList of the same parameters.

        Raises:
            IndexError: if there is no such index (negative ones count from the end).
        """
        found = list(self)[index]
        return ParameterList(found) if isinstance(index, slice) else found

    def __setitem__(self, index: int, value: Tensor) -> None:
        """Replace the parameter at an index.

        Raises:
            IndexError: if there is no such index.
        """
        setattr(self, list(self._parameters)[index], _as_parameter(value))

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

    def __init__(self, parameters: Mapping[str, Tensor] | None = None) -> None:
        """Hold the items of a mapping, if there is one."""
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

    def update(self, parameters: Mapping[str, Tensor]) -> None:
        """Set the items of a mapping (or of another ParameterDict)."""
        for key, value in parameters.items():
            self[key] = value

"""Modules from scratch: a base class that knows its parameters, buffers and children, and containers built on it."""

from collections import namedtuple
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter

LoadResult = namedtuple("LoadResult", ["missing_keys", "unexpected_keys"])


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
        raise NotImplementedError("Write Module.__init__.")

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
        raise NotImplementedError("Write Module.__setattr__.")

    def __getattr__(self, name: str) -> Any:
        """Look a registered name up (Python asks here only for names that are no ordinary attribute).

        Raises:
            AttributeError: if nothing goes by that name.
        """
        raise NotImplementedError("Write Module.__getattr__.")

    def __delattr__(self, name: str) -> None:
        """Forget a registered name, or an ordinary attribute.

        Raises:
            AttributeError: if nothing goes by that name.
        """
        raise NotImplementedError("Write Module.__delattr__.")

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter, or with None a name that may get one later.

        Raises:
            KeyError: if the name is empty, has a dot in it, or already is an attribute that is not a parameter.
            TypeError: if ``param`` is neither a Parameter nor None.
        """
        raise NotImplementedError("Write Module.register_parameter.")

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
        raise NotImplementedError("Write Module.register_buffer.")

    def add_module(self, name: str, module: "Module | None") -> None:
        """Register a child, or with None a name that may get one later.

        Raises:
            KeyError: if the name is empty, has a dot in it, or already is an attribute that is not a child.
            TypeError: if ``module`` is neither a Module nor None.
        """
        raise NotImplementedError("Write Module.add_module.")

    def register_module(self, name: str, module: "Module | None") -> None:
        """Another name of `add_module`."""
        raise NotImplementedError("Write Module.register_module.")

    def named_modules(
        self, prefix: str = "", remove_duplicate: bool = True
    ) -> "Iterator[tuple[str, Module]]":
        """This module, its children, and theirs, each parent before its children.

        Args:
            prefix: The name of this module, which with a dot begins all others.
            remove_duplicate: Whether a module that is found in two places is given once, under its first name.
        """
        raise NotImplementedError("Write Module.named_modules.")

    def modules(self) -> "Iterator[Module]":
        """The modules of `named_modules`, each once."""
        raise NotImplementedError("Write Module.modules.")

    def named_children(self) -> "Iterator[tuple[str, Module]]":
        """The direct children in the order of registration, each once."""
        raise NotImplementedError("Write Module.named_children.")

    def children(self) -> "Iterator[Module]":
        """The modules of `named_children`."""
        raise NotImplementedError("Write Module.children.")

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters of this module, then those of its children, and theirs, with dotted names.

        Args:
            prefix: The name of this module, which with a dot begins all others.
            recurse: Whether to go on to the children.
            remove_duplicate: Whether a parameter that is found in two places is given once, under its first name.
        """
        raise NotImplementedError("Write Module.named_parameters.")

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of `named_parameters`, each once."""
        raise NotImplementedError("Write Module.parameters.")

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """As `named_parameters`, for buffers."""
        raise NotImplementedError("Write Module.named_buffers.")

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of `named_buffers`, each once."""
        raise NotImplementedError("Write Module.buffers.")

    def get_submodule(self, target: str) -> "Module":
        """The module of a dotted name; this one for the empty name.

        Raises:
            AttributeError: if there is nothing of that name, or it is not a module.
        """
        raise NotImplementedError("Write Module.get_submodule.")

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of a dotted name.

        Raises:
            AttributeError: if there is nothing of that name, or it is not a parameter.
        """
        raise NotImplementedError("Write Module.get_parameter.")

    def train(self, mode: bool = True) -> "Module":
        """Set ``training`` here and in all modules below; returns this module."""
        raise NotImplementedError("Write Module.train.")

    def eval(self) -> "Module":
        """The same as ``train(False)``."""
        raise NotImplementedError("Write Module.eval.")

    def requires_grad_(self, requires_grad: bool = True) -> "Module":
        """Set ``requires_grad`` of all parameters; returns this module."""
        raise NotImplementedError("Write Module.requires_grad_.")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters.

        Args:
            set_to_none: Whether ``grad`` becomes None; otherwise gradients that are there are filled with zeros.
        """
        raise NotImplementedError("Write Module.zero_grad.")

    def apply(self, fn: "Callable[[Module], Any]") -> "Module":
        """Call a function on every module below, children before their parents, and last on this one, which it
        returns.
        """
        raise NotImplementedError("Write Module.apply.")

    def to(self, dtype: torch.dtype) -> "Module":
        """Convert all floating parameters and buffers to a dtype; returns this module.

        Parameters stay the same objects (an optimizer may hold them); integer tensors stay as they are.
        """
        raise NotImplementedError("Write Module.to.")

    def double(self) -> "Module":
        """The same as ``to(torch.float64)``."""
        raise NotImplementedError("Write Module.double.")

    def float(self) -> "Module":
        """The same as ``to(torch.float32)``."""
        raise NotImplementedError("Write Module.float.")

    def state_dict(self, prefix: str = "") -> dict[str, Tensor]:
        """All parameters and persistent buffers by dotted name, detached from the graph.

        First come this module's parameters, then its buffers, then its children, one after the other. What is shared is
        there under each of its names.

        Args:
            prefix: What every key begins with, the dot included if there is to be one.
        """
        raise NotImplementedError("Write Module.state_dict.")

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
        raise NotImplementedError("Write Module.load_state_dict.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call `forward` with the same arguments."""
        raise NotImplementedError("Write Module.__call__.")

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; subclasses define it.

        Raises:
            NotImplementedError: if they did not.
        """
        raise NotImplementedError("Write Module.forward.")

    def extra_repr(self) -> str:
        """What to show between the parentheses of the module's repr; nothing unless a subclass says so."""
        raise NotImplementedError("Write Module.extra_repr.")

    def __repr__(self) -> str:
        """The class with its `extra_repr`, and below it the children, indented by two spaces.

        A module without children is on one line: ``Scale(factor=2)``. With children, `extra_repr` comes first and each
        child follows as ``(name): repr``, every one on a line of its own.
        """
        raise NotImplementedError("Write Module.__repr__.")


class Sequential(Module):
    """Modules in a row, which calls one after the other, each on what the one before it returned."""

    def __init__(self, *modules: "Module | OrderedDict[str, Module]") -> None:
        """Hold the modules under the names "0", "1", "2", … or, given a single OrderedDict, under its keys."""
        raise NotImplementedError("Write Sequential.__init__.")

    def forward(self, x: Any) -> Any:
        """Send the input through all modules in order; an empty container returns it as it is."""
        raise NotImplementedError("Write Sequential.forward.")

    def __len__(self) -> int:
        """How many modules there are; one that is there twice counts twice."""
        raise NotImplementedError("Write Sequential.__len__.")

    def __iter__(self) -> Iterator[Module]:
        """The modules in order."""
        raise NotImplementedError("Write Sequential.__iter__.")

    def __getitem__(self, index: int | slice) -> Module:
        """The module at an index, or for a slice a new container of the same class.

        Raises:
            IndexError: if there is no such index (negative ones count from the end).
        """
        raise NotImplementedError("Write Sequential.__getitem__.")

    def __setitem__(self, index: int, module: Module) -> None:
        """Replace the module at an index; its name stays.

        Raises:
            IndexError: if there is no such index.
            TypeError: if it is given something that is not a module.
        """
        raise NotImplementedError("Write Sequential.__setitem__.")

    def __delitem__(self, index: int) -> None:
        """Take the module at an index out; those after it move up, and so do their names.

        Raises:
            IndexError: if there is no such index.
        """
        raise NotImplementedError("Write Sequential.__delitem__.")

    def append(self, module: Module) -> "Module":
        """Add a module at the end; returns this container.

        Raises:
            TypeError: if it is given something that is not a module.
        """
        raise NotImplementedError("Write Sequential.append.")

    def extend(self, modules: Iterable[Module]) -> "Module":
        """Add modules at the end, in order; returns this container."""
        raise NotImplementedError("Write Sequential.extend.")

    def insert(self, index: int, module: Module) -> "Module":
        """Put a module before the one at an index from 0 to the length; those after it move down. Returns this
        container.
        """
        raise NotImplementedError("Write Sequential.insert.")

    def pop(self, index: int) -> Module:
        """Take the module at an index out, as ``del`` does, and return it.

        Raises:
            IndexError: if there is no such index.
        """
        raise NotImplementedError("Write Sequential.pop.")


class ModuleList(Module):
    """A list of modules that are registered as children; it has no `forward`."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        """Hold the modules of an iterable, if there is one, under the names "0", "1", "2", …"""
        raise NotImplementedError("Write ModuleList.__init__.")

    def __len__(self) -> int:
        """How many modules there are; one that is there twice counts twice."""
        raise NotImplementedError("Write ModuleList.__len__.")

    def __iter__(self) -> Iterator[Module]:
        """The modules in order."""
        raise NotImplementedError("Write ModuleList.__iter__.")

    def __getitem__(self, index: int | slice) -> Module:
        """The module at an index, or for a slice a new container of the same class.

        Raises:
            IndexError: if there is no such index (negative ones count from the end).
        """
        raise NotImplementedError("Write ModuleList.__getitem__.")

    def __setitem__(self, index: int, module: Module) -> None:
        """Replace the module at an index; its name stays.

        Raises:
            IndexError: if there is no such index.
            TypeError: if it is given something that is not a module.
        """
        raise NotImplementedError("Write ModuleList.__setitem__.")

    def __delitem__(self, index: int) -> None:
        """Take the module at an index out; those after it move up, and so do their names.

        Raises:
            IndexError: if there is no such index.
        """
        raise NotImplementedError("Write ModuleList.__delitem__.")

    def append(self, module: Module) -> "Module":
        """Add a module at the end; returns this container.

        Raises:
            TypeError: if it is given something that is not a module.
        """
        raise NotImplementedError("Write ModuleList.append.")

    def extend(self, modules: Iterable[Module]) -> "Module":
        """Add modules at the end, in order; returns this container."""
        raise NotImplementedError("Write ModuleList.extend.")

    def insert(self, index: int, module: Module) -> "Module":
        """Put a module before the one at an index from 0 to the length; those after it move down. Returns this
        container.
        """
        raise NotImplementedError("Write ModuleList.insert.")

    def pop(self, index: int) -> Module:
        """Take the module at an index out, as ``del`` does, and return it.

        Raises:
            IndexError: if there is no such index.
        """
        raise NotImplementedError("Write ModuleList.pop.")


class ModuleDict(Module):
    """A dictionary of modules that are registered as children under their keys; it has no `forward`."""

    def __init__(
        self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None
    ) -> None:
        """Hold the items of a mapping, or of pairs, if there are any, in their order."""
        raise NotImplementedError("Write ModuleDict.__init__.")

    def __getitem__(self, key: str) -> Module:
        """The module of a key.

        Raises:
            KeyError: if there is no such key.
        """
        raise NotImplementedError("Write ModuleDict.__getitem__.")

    def __setitem__(self, key: str, module: Module) -> None:
        """Add a module at the end, or replace the one of that key where it is.

        Raises:
            KeyError: if the key cannot be the name of a child.
            TypeError: if it is given something that is not a module.
        """
        raise NotImplementedError("Write ModuleDict.__setitem__.")

    def __delitem__(self, key: str) -> None:
        """Take a key out.

        Raises:
            KeyError: if there is no such key.
        """
        raise NotImplementedError("Write ModuleDict.__delitem__.")

    def __len__(self) -> int:
        """How many keys there are."""
        raise NotImplementedError("Write ModuleDict.__len__.")

    def __iter__(self) -> Iterator[str]:
        """The keys in order."""
        raise NotImplementedError("Write ModuleDict.__iter__.")

    def __contains__(self, key: str) -> bool:
        """Whether there is such a key."""
        raise NotImplementedError("Write ModuleDict.__contains__.")

    def keys(self) -> KeysView[str]:
        """The keys in order."""
        raise NotImplementedError("Write ModuleDict.keys.")

    def values(self) -> ValuesView[Module]:
        """The modules in order."""
        raise NotImplementedError("Write ModuleDict.values.")

    def items(self) -> ItemsView[str, Module]:
        """The keys with their modules, in order."""
        raise NotImplementedError("Write ModuleDict.items.")

    def pop(self, key: str) -> Module:
        """Take a key out and return its module.

        Raises:
            KeyError: if there is no such key.
        """
        raise NotImplementedError("Write ModuleDict.pop.")

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Set the items of a mapping (or of another ModuleDict), or of pairs of a key and a module, in their order."""
        raise NotImplementedError("Write ModuleDict.update.")


class ParameterList(Module):
    """A list of parameters, registered under the names "0", "1", "2", …; it cannot be called.

    A plain tensor that is put in becomes a Parameter.
    """

    def __init__(self, values: Iterable[Tensor] | None = None) -> None:
        """Hold the parameters of an iterable, if there is one."""
        raise NotImplementedError("Write ParameterList.__init__.")

    def __len__(self) -> int:
        """How many parameters there are; one that is there twice counts twice."""
        raise NotImplementedError("Write ParameterList.__len__.")

    def __iter__(self) -> Iterator[Parameter]:
        """The parameters in order."""
        raise NotImplementedError("Write ParameterList.__iter__.")

    def __getitem__(self, index: int | slice) -> "Parameter | ParameterList":
        """The parameter at an index, or for a slice a new ParameterList of the same parameters.

        Raises:
            IndexError: if there is no such index (negative ones count from the end).
        """
        raise NotImplementedError("Write ParameterList.__getitem__.")

    def __setitem__(self, index: int, value: Tensor) -> None:
        """Replace the parameter at an index.

        Raises:
            IndexError: if there is no such index.
        """
        raise NotImplementedError("Write ParameterList.__setitem__.")

    def append(self, value: Tensor) -> "ParameterList":
        """Add a parameter at the end; returns this list."""
        raise NotImplementedError("Write ParameterList.append.")

    def extend(self, values: Iterable[Tensor]) -> "ParameterList":
        """Add parameters at the end, in order; returns this list."""
        raise NotImplementedError("Write ParameterList.extend.")


class ParameterDict(Module):
    """A dictionary of parameters, registered under their keys; it cannot be called.

    A plain tensor that is put in becomes a Parameter.
    """

    def __init__(
        self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] | None = None
    ) -> None:
        """Hold the items of a mapping, or of pairs, if there are any."""
        raise NotImplementedError("Write ParameterDict.__init__.")

    def __getitem__(self, key: str) -> Parameter:
        """The parameter of a key.

        Raises:
            KeyError or AttributeError: if there is no such key.
        """
        raise NotImplementedError("Write ParameterDict.__getitem__.")

    def __setitem__(self, key: str, value: Tensor) -> None:
        """Add a parameter at the end, or replace the one of that key where it is."""
        raise NotImplementedError("Write ParameterDict.__setitem__.")

    def __delitem__(self, key: str) -> None:
        """Take a key out.

        Raises:
            KeyError: if there is no such key.
        """
        raise NotImplementedError("Write ParameterDict.__delitem__.")

    def __len__(self) -> int:
        """How many keys there are."""
        raise NotImplementedError("Write ParameterDict.__len__.")

    def __iter__(self) -> Iterator[str]:
        """The keys in order."""
        raise NotImplementedError("Write ParameterDict.__iter__.")

    def __contains__(self, key: str) -> bool:
        """Whether there is such a key."""
        raise NotImplementedError("Write ParameterDict.__contains__.")

    def keys(self) -> KeysView[str]:
        """The keys in order."""
        raise NotImplementedError("Write ParameterDict.keys.")

    def values(self) -> ValuesView[Parameter]:
        """The parameters in order."""
        raise NotImplementedError("Write ParameterDict.values.")

    def items(self) -> ItemsView[str, Parameter]:
        """The keys with their parameters, in order."""
        raise NotImplementedError("Write ParameterDict.items.")

    def pop(self, key: str) -> Parameter:
        """Take a key out and return its parameter.

        Raises:
            KeyError: if there is no such key.
        """
        raise NotImplementedError("Write ParameterDict.pop.")

    def update(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]]) -> None:
        """Set the items of a mapping (or of another ParameterDict), or of pairs of a key and a parameter."""
        raise NotImplementedError("Write ParameterDict.update.")

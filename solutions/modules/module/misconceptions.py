"""Known-wrong modules and containers, each with the hint that an answer which behaves like it earns."""

import torch
from module import LoadResult, Module, ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from torch import Tensor
from torch.nn import Parameter

from grader.spec import misconception

# --- Module ---------------------------------------------------------------------------------------------------------


@misconception("Module", "own_work")
class BorrowsTorchs(torch.nn.Module):
    """Your Module is torch's own under another name. Start from a plain Python class: `__setattr__` and `__getattr__`
    are all the magic there is."""


@misconception("Module", "interface")
class ReturnsNothing(Module):
    """`train`, `eval`, `apply`, `requires_grad_`, `to`, `double` and `float` return the module itself, so that people
    can write `net = Net().eval()`. Yours return None."""

    def train(self, mode=True):
        super().train(mode)

    def apply(self, fn):
        super().apply(fn)

    def requires_grad_(self, requires_grad=True):
        super().requires_grad_(requires_grad)

    def to(self, dtype):
        super().to(dtype)


@misconception("Module", "interface")
class OneNameForChildren(Module):
    """`register_module` is another name of `add_module`; both must be there."""

    def register_module(self, name, module):
        raise NotImplementedError

    def add_module(self, name, module):
        Module._check_name(self, name, "_modules")
        Module._check_value(self, name, module, "_modules")
        self._modules[name] = module


@misconception("Module", "interface")
class StartsInEvaluation(Module):
    """A new module is in training mode: `training` is True until somebody calls `eval()`."""

    def __init__(self):
        super().__init__()
        self.__dict__["training"] = False


@misconception("Module", "parameters")
class CountsSharedTwice(Module):
    """A parameter that is used in two places is one parameter: list it once, under the first of its names, or an
    optimizer would step it twice."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        if registry == "_parameters":
            remove_duplicate = False
            owners = self.named_modules(prefix) if recurse else [(prefix, self)]
            for path, owner in owners:
                for name, member in owner._registered(registry).items():
                    if member is not None:
                        yield f"{path}.{name}" if path else name, member
            return
        yield from super()._members(registry, prefix, recurse, remove_duplicate)


@misconception("Module", "parameters")
class CountsSharedBuffersTwice(Module):
    """Buffers are listed like parameters: one that is registered under two names is listed once."""

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        for path, owner in self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]:
            yield from owner._members("_buffers", path, False, False)


@misconception("Module", "parameters")
class EqualMeansSame(Module):
    """Two parameters with equal values are still two parameters. Tell them apart by identity (`is`, `id`), not by `==`
    or `torch.equal`."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        seen = []
        for name, member in super()._members(registry, prefix, recurse, remove_duplicate):
            if not (remove_duplicate and any(torch.equal(member, other) for other in seen)):
                seen.append(member)
                yield name, member


@misconception("Module", "parameters")
class KeepsDuplicatesNever(Module):
    """With `remove_duplicate=False` what is shared is listed under each of its names. You list it once all the same."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        return super()._members(registry, prefix, recurse, True)

    def named_modules(self, prefix="", remove_duplicate=True):
        return super().named_modules(prefix)


@misconception("Module", "parameters")
class StaysAtHome(Module):
    """`parameters()` and `buffers()` go on to the children, and theirs, unless `recurse=False`. Yours list what the
    module itself registered, and no more."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        return super()._members(registry, prefix, False, remove_duplicate)


@misconception("Module", "parameters")
class AlwaysGoesOn(Module):
    """With `recurse=False` only what the module itself registered is listed. You list the children's as well."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        return super()._members(registry, prefix, True, remove_duplicate)


@misconception("Module", "parameters")
class OneLevelDown(Module):
    """Children have children. You list the module's own parameters and its children's, but not those further down."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        depth = prefix.count(".") + bool(prefix) + 1
        for name, member in super()._members(registry, prefix, recurse, remove_duplicate):
            if name.count(".") <= depth:
                yield name, member


@misconception("Module", "parameters")
class IgnoresThePrefix(Module):
    """`prefix="net"` puts `net.` in front of every name. You ignore it."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        return super()._members(registry, "", recurse, remove_duplicate)


@misconception("Module", "parameters")
class PrefixWithoutDot(Module):
    """In `named_parameters(prefix="net")` the dot between the prefix and the name is yours to add: `net.weight`."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        for name, member in super()._members(registry, "", recurse, remove_duplicate):
            yield prefix + name, member


@misconception("Module", "parameters")
class LeavesTheOldOne(Module):
    """A name holds one thing at a time. When a parameter or child takes over a name, what was registered under it as
    another kind has to go from its list."""

    def _forget(self, name, registry):
        for other in ("_parameters", "_buffers", "_modules"):
            self._registered(other)
        self.__dict__.pop(name, None)


@misconception("Module", "parameters")
class HiddenByAnOldValue(Module):
    """`m.x = 3` and then `m.x = nn.Parameter(...)`: reading `m.x` should give the parameter. Python finds the 3 in the
    instance's `__dict__` first, so take it out of there."""

    def _forget(self, name, registry):
        kept = {name: self.__dict__[name]} if name in self.__dict__ else {}
        super()._forget(name, registry)
        self.__dict__.update(kept)


@misconception("Module", "parameters")
class TensorsAreBuffers(Module):
    """A plain tensor that is assigned to an attribute is an ordinary attribute. It is a buffer only if its name was
    registered with `register_buffer`."""

    def _registry_for(self, name, value):
        found = super()._registry_for(name, value)
        return "_buffers" if found is None and isinstance(value, Tensor) else found


@misconception("Module", "parameters")
class BuffersAreForgotten(Module):
    """Assigning a tensor to the name of a buffer changes the buffer. You make an ordinary attribute of it, and the
    list of buffers still has the old one."""

    def _registry_for(self, name, value):
        found = super()._registry_for(name, value)
        return None if found == "_buffers" else found


@misconception("Module", "parameters")
class NoneDeletes(Module):
    """Assigning None to a registered name empties it but keeps it registered: it stays at its place among the names,
    and `del` is for taking it away."""

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        for registry in ("_parameters", "_buffers", "_modules"):
            if value is None and name in self.__dict__.get(registry, ()):
                del self.__dict__[registry][name]
                self.__dict__[name] = None


@misconception("Module", "parameters")
class ListsNone(Module):
    """A name that is registered with None, such as the bias of a layer without one, is left out of all lists."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        yield from super()._members(registry, prefix, recurse, remove_duplicate)
        for name, member in self._registered(registry).items():
            if member is None:
                yield name, member


@misconception("Module", "parameters")
class ReplacedGoesLast(Module):
    """Replacing a parameter or child by another keeps the place that its name had. Yours moves to the end."""

    def _forget(self, name, registry):
        super()._forget(name, registry)
        self._registered(registry).pop(name, None)


@misconception("Module", "parameters")
class ChildrenFirst(Module):
    """A module's own parameters come before its children's, whichever were assigned first."""

    def _members(self, registry, prefix, recurse, remove_duplicate):
        pairs = list(super()._members(registry, prefix, recurse, remove_duplicate))
        own = {name for name, _ in super()._members(registry, prefix, False, False)}
        yield from [pair for pair in pairs if pair[0] not in own]
        yield from [pair for pair in pairs if pair[0] in own]


@misconception("Module", "parameters")
class SharedChildTwice(Module):
    """A module that is a child in two places is one module: `modules()` and `children()` give it once."""

    def _walk(self, prefix, seen):
        return super()._walk(prefix, None)

    def named_children(self):
        for name, child in self._modules.items():
            if child is not None:
                yield name, child


@misconception("Module", "parameters")
class LevelByLevel(Module):
    """A module is followed by all that is below it before its next sibling comes. You go level by level."""

    def _walk(self, prefix, seen):
        pairs = list(super()._walk(prefix, seen))
        return iter(sorted(pairs, key=lambda pair: pair[0].count(".") + bool(pair[0])))


@misconception("Module", "parameters")
class LooksIntoLists(Module):
    """A Python list of modules or parameters is an ordinary attribute; nothing in it is registered. That is what
    ModuleList and ParameterList are for."""

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, (Module, Parameter)):
                    super().__setattr__(f"{name}_{index}", item)


@misconception("Module", "parameters")
class GrandchildrenAreChildren(Module):
    """`children()` gives the direct children only; `modules()` is the method that goes further down."""

    def named_children(self):
        yield from [pair for pair in self.named_modules() if pair[1] is not self]


@misconception("Module", "parameters")
class WithoutItself(Module):
    """`modules()` begins with the module itself, under the empty name (or the prefix)."""

    def named_modules(self, prefix="", remove_duplicate=True):
        pairs = super().named_modules(prefix, remove_duplicate)
        return (pair for pair in pairs if pair[1] is not self)

    def _members(self, registry, prefix, recurse, remove_duplicate):
        owners = Module._walk(self, prefix, set() if remove_duplicate else None) if recurse else [(prefix, self)]
        seen = set()
        for path, owner in owners:
            for name, member in owner._registered(registry).items():
                if member is not None and id(member) not in seen:
                    if remove_duplicate:
                        seen.add(id(member))
                    yield f"{path}.{name}" if path else name, member

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def to(self, dtype):
        super().to(dtype)
        for name, buffer in self._buffers.items():
            if buffer is not None and buffer.is_floating_point():
                self._buffers[name] = buffer.to(dtype)
        return self


@misconception("Module", "parameters")
class MissingIsNone(Module):
    """Reading a name that is not there raises AttributeError. You give None, so `hasattr` says yes to everything."""

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("__"):
                raise
            return None

    def _check_name(self, name, registry):
        registered = self._registered(registry)
        if not name or "." in name or (name not in registered and getattr(self, name) is not None):
            raise KeyError(name)


@misconception("Module", "parameters")
class WrongKindOfError(Module):
    """Reading a name that is not there must raise AttributeError: `hasattr` and `getattr` with a default rely on it. A
    KeyError comes through them."""

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("_"):
                raise
            raise KeyError(name) from None

    def _check_name(self, name, registry):
        registered = self._registered(registry)
        taken = name in self.__dict__ or hasattr(type(self), name)
        taken = taken or any(name in self._registered(other) for other in ("_parameters", "_buffers", "_modules"))
        if not name or "." in name or (name not in registered and taken):
            raise KeyError(name)


@misconception("Module", "state")
class SavesEverything(Module):
    """A buffer that is registered with `persistent=False` is not part of the state dict."""

    def register_buffer(self, name, tensor, persistent=True):
        super().register_buffer(name, tensor)


@misconception("Module", "state")
class NeverSavedAgain(Module):
    """A name that once was a buffer with `persistent=False` can become a parameter, and then it is saved."""

    def _saved(self, prefix):
        self.__dict__.setdefault("never", set()).update(self._not_saved)
        never = {prefix + name for name in self.never}
        return (pair for pair in super()._saved(prefix) if pair[0] not in never)

    def register_buffer(self, name, tensor, persistent=True):
        super().register_buffer(name, tensor, persistent)
        never = self.__dict__.setdefault("never", set())
        (never.discard if persistent else never.add)(name)


@misconception("Module", "state")
class SavesNoBuffers(Module):
    """The state dict holds the buffers as well, or a loaded model would have lost its running statistics."""

    def _saved(self, prefix):
        return (pair for pair in super()._saved(prefix) if isinstance(pair[1], Parameter))


@misconception("Module", "state")
class SavesSharedOnce(Module):
    """The state dict has what is shared under each of its names; only the lists of parameters and modules give it
    once."""

    def _saved(self, prefix):
        seen = set()
        for key, tensor in super()._saved(prefix):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield key, tensor


@misconception("Module", "state")
class StillInTheGraph(Module):
    """The tensors of a state dict are detached. Yours still require a gradient, so whoever works with them builds a
    graph."""

    def state_dict(self, prefix=""):
        return dict(self._saved(prefix))


@misconception("Module", "state")
class PrefixGetsADot(Module):
    """In `state_dict(prefix=...)` the prefix is used as it is; the caller writes the dot. (`named_parameters` is the
    one that adds it.)"""

    def state_dict(self, prefix=""):
        return super().state_dict(prefix=prefix + "." if prefix else "")


@misconception("Module", "state")
class ParametersThenBuffers(Module):
    """The state dict goes module by module: a module's parameters, its buffers, then its children. You give all
    parameters first, and after them all buffers."""

    def _saved(self, prefix):
        pairs = list(super()._saved(prefix))
        yield from [pair for pair in pairs if isinstance(pair[1], Parameter)]
        yield from [pair for pair in pairs if not isinstance(pair[1], Parameter)]


@misconception("Module", "state")
class NewParametersOnLoad(Module):
    """`load_state_dict` copies values into the tensors that are there. You put new ones in their place, and an
    optimizer or a shared layer goes on holding the old."""

    def load_state_dict(self, state_dict, strict=True):
        kept = {name: tensor.detach().clone() for name, tensor in self._saved("")}
        keys = super().load_state_dict(state_dict, strict)
        loaded = {name: tensor.detach().clone() for name, tensor in self._saved("")}
        with torch.no_grad():
            for name, tensor in self._saved(""):
                tensor.copy_(kept[name])
        for path, module in self.named_modules():
            for name, parameter in module._parameters.items():
                if parameter is not None:
                    module._parameters[name] = Parameter(loaded[f"{path}.{name}" if path else name])
            for name, buffer in module._buffers.items():
                key = f"{path}.{name}" if path else name
                if buffer is not None and key in loaded:
                    module._buffers[name] = loaded[key]
        return keys


@misconception("Module", "state")
class SharesMemoryWithTheState(Module):
    """After loading, your parameters are the very tensors of the state dict: change one and the other changes. Copy the
    values."""

    def load_state_dict(self, state_dict, strict=True):
        keys = super().load_state_dict(state_dict, strict)
        for name, tensor in self._saved(""):
            if name in state_dict and state_dict[name].dtype == tensor.dtype:
                tensor.data = state_dict[name]
        return keys


@misconception("Module", "state")
class LoadsByPosition(Module):
    """Values are loaded by name. You go through both in parallel, so a state dict in another order, or with a key too
    few, ends up in the wrong places."""

    def load_state_dict(self, state_dict, strict=True):
        keys = super().load_state_dict(state_dict, strict)
        with torch.no_grad():
            for (_, tensor), value in zip(self._saved(""), state_dict.values(), strict=False):
                if tensor.shape == value.shape:
                    tensor.copy_(value)
        return keys


@misconception("Module", "state")
class AllOrNothing(Module):
    """With `strict=False`, what fits is loaded even if some keys are missing or unexpected. You load nothing then."""

    def load_state_dict(self, state_dict, strict=True):
        kept = {name: tensor.detach().clone() for name, tensor in self._saved("")}
        keys = super().load_state_dict(state_dict, strict)
        if keys.missing_keys or keys.unexpected_keys:
            super().load_state_dict(kept)
        return keys


@misconception("Module", "state")
class MissingAndUnexpectedSwapped(Module):
    """Missing keys are those that the module has and the state dict lacks; unexpected ones are the other way round."""

    def load_state_dict(self, state_dict, strict=True):
        keys = super().load_state_dict(state_dict, strict)
        return LoadResult(keys.unexpected_keys, keys.missing_keys)


@misconception("Module", "state")
class SaysNothingOnLoad(Module):
    """`load_state_dict` returns the missing and the unexpected keys, also where there are none."""

    def load_state_dict(self, state_dict, strict=True):
        super().load_state_dict(state_dict, strict)


@misconception("Module", "state")
class EmptiesTheState(Module):
    """The state dict belongs to the caller. You take out what you have loaded, and the next module finds nothing."""

    def load_state_dict(self, state_dict, strict=True):
        keys = super().load_state_dict(state_dict, strict)
        for name, _ in list(self._saved("")):
            state_dict.pop(name, None)
        return keys


@misconception("Module", "state")
class ThawsOnLoad(Module):
    """Loading changes values only. A parameter that was frozen is still frozen afterwards."""

    def load_state_dict(self, state_dict, strict=True):
        keys = super().load_state_dict(state_dict, strict)
        for parameter in self.parameters():
            parameter.requires_grad_(parameter.is_floating_point())
        return keys


@misconception("Module", "values")
class TrainsAlone(Module):
    """`train()` and `eval()` reach all modules below. Yours set the flag of the one they are called on."""

    def train(self, mode=True):
        self.training = mode
        return self


@misconception("Module", "values")
class TrainsOneLevelDown(Module):
    """`train()` and `eval()` reach all modules below. Yours stop at the direct children."""

    def train(self, mode=True):
        for module in (self, *self.children()):
            module.training = mode
        return self


@misconception("Module", "values")
class TrainIgnoresItsArgument(Module):
    """`train(False)` is the same as `eval()`. Yours always switches to training."""

    def train(self, mode=True):
        return super().train(True)

    def eval(self):
        return super().train(False)


@misconception("Module", "values")
class EvalFreezes(Module):
    """`eval()` has nothing to do with gradients: it only sets `training`. Freezing is `requires_grad_(False)`."""

    def train(self, mode=True):
        super().train(mode)
        for parameter in self.parameters():
            parameter.requires_grad_(mode)
        return self


@misconception("Module", "values")
class ParentsFirst(Module):
    """`apply` calls the function on the children first, and on the module itself last."""

    def apply(self, fn):
        fn(self)
        for child in self.children():
            child.apply(fn)
        return self


@misconception("Module", "values")
class AppliesToChildrenOnly(Module):
    """`apply` reaches the module itself and all modules below, not only the direct children."""

    def apply(self, fn):
        for child in self.children():
            fn(child)
        return self


@misconception("Module", "values")
class AlwaysZeros(Module):
    """`zero_grad()` sets gradients to None, unless it is told `set_to_none=False`."""

    def zero_grad(self, set_to_none=True):
        super().zero_grad(set_to_none=False)


@misconception("Module", "values")
class NeverZeros(Module):
    """`zero_grad(set_to_none=False)` fills gradients with zeros. You set them to None all the same."""

    def zero_grad(self, set_to_none=True):
        super().zero_grad()


@misconception("Module", "values")
class InventsGradients(Module):
    """A parameter that has no gradient yet has none after `zero_grad(set_to_none=False)` either."""

    def zero_grad(self, set_to_none=True):
        super().zero_grad(set_to_none)
        if not set_to_none:
            for parameter in self.parameters():
                parameter.grad = torch.zeros_like(parameter)


@misconception("Module", "values")
class ClearsOnlyItsOwn(Module):
    """`zero_grad()` and `requires_grad_()` are about all parameters below, not just those of the module itself."""

    def zero_grad(self, set_to_none=True):
        for parameter in self.parameters(recurse=False):
            if parameter.grad is not None:
                parameter.grad = None if set_to_none else torch.zeros_like(parameter.grad)

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters(recurse=False):
            parameter.requires_grad_(requires_grad)
        return self


@misconception("Module", "values")
class FreezesForGood(Module):
    """`requires_grad_(False)` freezes and `requires_grad_(True)` undoes it. Yours freezes whatever it is told."""

    def requires_grad_(self, requires_grad=True):
        return super().requires_grad_(False)


@misconception("Module", "values")
class ConvertsIntegers(Module):
    """Only floating tensors are converted. A counter in an integer buffer stays an integer."""

    def to(self, dtype):
        super().to(dtype)
        for module in self.modules():
            for name, buffer in module._buffers.items():
                module._buffers[name] = None if buffer is None else buffer.to(dtype)
        return self


@misconception("Module", "values")
class NeverBackToFloat(Module):
    """`float()` brings everything that floats back to float32. Yours changes nothing."""

    def float(self):
        return self


@misconception("Module", "values")
class LeavesBuffersBehind(Module):
    """`double()` and the like convert the buffers as well as the parameters."""

    def to(self, dtype):
        for parameter in self.parameters():
            if parameter.is_floating_point():
                parameter.data = parameter.data.to(dtype)
        return self


@misconception("Module", "values")
class NewParametersOnConversion(Module):
    """After `double()`, the parameters are still the same objects, with other data: an optimizer that was made before
    holds them. You register new ones."""

    def to(self, dtype):
        kept = {id(parameter): parameter.data for parameter in self.parameters()}
        fresh = {}
        super().to(dtype)
        for module in self.modules():
            for name, parameter in module._parameters.items():
                if parameter is not None:
                    if id(parameter) not in fresh:
                        fresh[id(parameter)] = Parameter(parameter.data, requires_grad=parameter.requires_grad)
                    module._parameters[name] = fresh[id(parameter)]
                    parameter.data = kept[id(parameter)]
        return self


@misconception("Module", "values")
class DropsKeywords(Module):
    """`net(x, mask=m)` calls `net.forward(x, mask=m)`: hand on the keyword arguments too."""

    def __call__(self, *args, **kwargs):
        return self.forward(*args)


@misconception("Module", "values")
class OneArgumentOnly(Module):
    """A module can be called with any arguments; hand all of them to `forward`."""

    def __call__(self, *args, **kwargs):
        return self.forward(*args[:1], **kwargs)


@misconception("Module", "values")
class FlatRepr(Module):
    """In a repr, what is below a child is indented by two more spaces than the child itself."""

    def __repr__(self):
        return "\n".join(
            "  " + line.lstrip() if line.startswith("  ") else line for line in super().__repr__().split("\n")
        )


@misconception("Module", "values")
class KeepsToItself(Module):
    """What `extra_repr` returns is part of the repr, between the parentheses (or on a line of its own before the
    children)."""

    def __repr__(self):
        own, type(self).extra_repr = type(self).extra_repr, lambda self: ""
        try:
            return super().__repr__()
        finally:
            type(self).extra_repr = own


@misconception("Module", "values")
class AllOnOneLine(Module):
    """In a repr every child is on a line of its own."""

    def __repr__(self):
        lines = super().__repr__().split("\n")
        return lines[0] if len(lines) == 1 else lines[0] + ", ".join(line.strip() for line in lines[1:-1]) + ")"


@misconception("Module", "errors")
class TakesAnyName(Module):
    """A name that is empty or has a dot in it is refused: dots separate the names of modules in a path."""

    def _check_name(self, name, registry):
        if name and "." not in name:
            super()._check_name(name, registry)
        self._registered(registry)


@misconception("Module", "errors")
class TakesOver(Module):
    """`register_parameter`, `register_buffer` and `add_module` refuse a name that already is an attribute of another
    kind. (Assigning is what replaces it.)"""

    def _check_name(self, name, registry):
        self._registered(registry)
        if not name or "." in name:
            raise KeyError(name)
        if not hasattr(type(self), name):
            self._forget(name, registry)


@misconception("Module", "errors")
class RegistersAnything(Module):
    """`register_parameter` takes a Parameter, `register_buffer` a tensor and `add_module` a Module, or None. Anything
    else is a TypeError."""

    def register_parameter(self, name, param):
        self._check_name(name, "_parameters")
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        self._check_name(name, "_buffers")
        self._buffers[name] = tensor
        (self._not_saved.discard if persistent else self._not_saved.add)(name)

    def add_module(self, name, module):
        self._check_name(name, "_modules")
        self._modules[name] = module


@misconception("Module", "errors")
class WrapsTensors(Module):
    """A plain tensor that is assigned to the name of a parameter is a TypeError: the writer probably forgot
    `nn.Parameter`. You make one of it."""

    def __setattr__(self, name, value):
        if (
            isinstance(value, Tensor)
            and not isinstance(value, Parameter)
            and name in self.__dict__.get("_parameters", ())
        ):
            value = Parameter(value)
        super().__setattr__(name, value)


@misconception("Module", "errors")
class ReplacesByAnything(Module):
    """A registered name does not take another kind of value: assigning a number to a parameter, a child or a buffer
    is a TypeError."""

    def __setattr__(self, name, value):
        try:
            super().__setattr__(name, value)
        except TypeError:
            delattr(self, name)
            super().__setattr__(name, value)


@misconception("Module", "errors")
class ReadyTooEarly(Module):
    """A subclass that registers something before it calls `super().__init__()` gets an AttributeError that says so.
    Yours lets it pass, and then forgets it."""

    def _registered(self, registry):
        return self.__dict__.setdefault(registry, {})

    def __setattr__(self, name, value):
        self.__dict__.setdefault("_not_saved", set())
        super().__setattr__(name, value)

    def register_buffer(self, name, tensor, persistent=True):
        self.__dict__.setdefault("_not_saved", set())
        self._registered("_buffers")
        super().register_buffer(name, tensor, persistent)

    def register_parameter(self, name, param):
        self._registered("_parameters")
        super().register_parameter(name, param)

    def add_module(self, name, module):
        self._registered("_modules")
        super().add_module(name, module)


@misconception("Module", "errors")
class NeverStrict(Module):
    """With `strict=True`, which is the default, missing or unexpected keys are an error. You only report them."""

    def load_state_dict(self, state_dict, strict=True):
        return super().load_state_dict(state_dict, strict=False)


@misconception("Module", "errors")
class NoticesMissingOnly(Module):
    """When loading is strict, keys that the module does not have are an error too, not only those that are missing."""

    def load_state_dict(self, state_dict, strict=True):
        keys = super().load_state_dict(state_dict, strict=False)
        if strict and keys.missing_keys:
            raise RuntimeError(str(keys))
        return keys


@misconception("Module", "errors")
class BroadcastsOnLoad(Module):
    """Copying a tensor into another lets broadcasting stretch it. A shape that differs is an error; compare the shapes
    first."""

    def _check_shapes(self, shapes):
        return None


@misconception("Module", "errors")
class SkipsOtherShapes(Module):
    """A shape that differs is an error also with `strict=False`, which forgives other keys, not other shapes."""

    def load_state_dict(self, state_dict, strict=True):
        own = dict(self._saved(""))
        if strict:
            return super().load_state_dict(state_dict)
        wrong = [key for key in own if key in state_dict and own[key].shape != state_dict[key].shape]
        keys = super().load_state_dict(
            {key: value for key, value in state_dict.items() if key not in wrong}, strict=False
        )
        return LoadResult([key for key in keys.missing_keys if key not in wrong], keys.unexpected_keys)


@misconception("Module", "errors")
class FindsAnything(Module):
    """`get_submodule` finds modules and `get_parameter` parameters. Anything else that goes by the name is an
    AttributeError."""

    def get_submodule(self, target):
        found = self
        for name in target.split(".") if target else ():
            found = getattr(found, name)
        return found

    def get_parameter(self, target):
        path, _, name = target.rpartition(".")
        return getattr(self.get_submodule(path), name)


@misconception("Module", "errors")
class NoneForNothing(Module):
    """A path that leads nowhere is an AttributeError in `get_submodule` and `get_parameter`; you return None."""

    def get_submodule(self, target):
        try:
            return super().get_submodule(target)
        except AttributeError:
            return None

    def get_parameter(self, target):
        try:
            return super().get_parameter(target)
        except AttributeError:
            return None


@misconception("Module", "errors")
class DeletesNothingQuietly(Module):
    """Deleting a name that is not there is an AttributeError."""

    def __delattr__(self, name):
        if hasattr(self, name):
            super().__delattr__(name)


@misconception("Module", "errors")
class ForwardByDefault(Module):
    """A module without a `forward` cannot be called; yours hands its input back, and the missing method goes
    unnoticed."""

    def forward(self, *args, **kwargs):
        return args[0] if args else None


# --- Sequential and ModuleList --------------------------------------------------------------------------------------


@misconception("Sequential", "own_work")
class BorrowsTorchsSequential(torch.nn.Sequential):
    """Your container is torch's own under another name. Build it on your own Module."""


@misconception("Sequential", "interface")
class NeedsAModule(Sequential):
    """`Sequential()` without arguments is an empty container, to be filled later."""

    def __init__(self, first, *rest):
        super().__init__(first, *rest)


@misconception("Sequential", "interface")
class AskingForAList(Sequential):
    """The modules are arguments of their own, `Sequential(a, b)`, not one list of them."""

    def __init__(self, modules=()):
        super().__init__(*modules)

    def _of(self, modules):
        return type(self)(modules)


class _Numbered:
    """Names of another kind."""

    def _fill(self, modules):
        self._modules.clear()
        for index, module in enumerate(modules):
            self.add_module(self._title(index, module), module)

    def append(self, module):
        self.add_module(self._title(len(self), module), module)
        return self


class _FromOne(_Numbered):
    def _title(self, index, module):
        return str(index + 1)


class _WithAWord(_Numbered):
    def _title(self, index, module):
        return f"layer{index}"


@misconception("Sequential", "parameters")
class CountsFromOne(_FromOne, Sequential):
    """The modules are named "0", "1", "2", …; you start with "1"."""


@misconception("Sequential", "parameters")
class NamedLayers(_WithAWord, Sequential):
    """The modules are named by their index alone: "0", "1", "2", …"""


@misconception("ModuleList", "parameters")
class ListCountsFromOne(_FromOne, ModuleList):
    """The modules are named "0", "1", "2", …; you start with "1"."""


@misconception("ModuleList", "parameters")
class NamedItems(_WithAWord, ModuleList):
    """The modules are named by their index alone: "0", "1", "2", …"""


class _Gaps:
    def __delitem__(self, index):
        del self._modules[self._name_of(index)]

    def append(self, module):
        self.add_module(str(max([int(name) for name in self._modules], default=-1) + 1), module)
        return self


@misconception("Sequential", "parameters")
class KeepsOldNumbers(_Gaps, Sequential):
    """When a module is taken out, those behind it move up: the names are "0", "1", "2", … again. You leave a gap."""


@misconception("ModuleList", "parameters")
class ListKeepsOldNumbers(_Gaps, ModuleList):
    """When a module is taken out, those behind it move up: the names are "0", "1", "2", … again. You leave a gap."""


class _OnlyForward:
    def _name_of(self, index):
        if index < 0:
            raise IndexError(index)
        return super()._name_of(index)

    def __getitem__(self, index):
        if not isinstance(index, slice) and index < 0:
            raise IndexError(index)
        return super().__getitem__(index)

    def pop(self, index):
        module = super().__getitem__(index)
        super().__delitem__(index)
        return module


@misconception("Sequential", "values")
class NoNegativeIndex(_OnlyForward, Sequential):
    """Negative indices count from the end, as in a list."""


@misconception("ModuleList", "values")
class ListNoNegativeIndex(_OnlyForward, ModuleList):
    """Negative indices count from the end, as in a list."""


class _PlainSlices:
    def _of(self, modules):
        return modules


@misconception("Sequential", "values")
class SliceIsAList(_PlainSlices, Sequential):
    """A slice of a Sequential is a Sequential, which can be called. Yours is a Python list."""


@misconception("ModuleList", "values")
class ListSliceIsAList(_PlainSlices, ModuleList):
    """A slice of a ModuleList is a ModuleList. Yours is a Python list."""


class _StepsIgnored:
    def __getitem__(self, index):
        return super().__getitem__(slice(index.start, index.stop) if isinstance(index, slice) else index)


@misconception("Sequential", "values")
class NoSteps(_StepsIgnored, Sequential):
    """A slice may have a step, such as `s[::2]` or `s[::-1]`; you ignore it."""


@misconception("ModuleList", "values")
class ListNoSteps(_StepsIgnored, ModuleList):
    """A slice may have a step, such as `s[::2]` or `s[::-1]`; you ignore it."""


class _OverwritesOnInsert:
    def insert(self, index, module):
        if index < len(self):
            self[index] = module
        else:
            self.append(module)


@misconception("Sequential", "parameters")
class InsertReplaces(_OverwritesOnInsert, Sequential):
    """`insert` moves what is at that index, and all behind it, one place down. You overwrite it."""


@misconception("ModuleList", "parameters")
class ListInsertReplaces(_OverwritesOnInsert, ModuleList):
    """`insert` moves what is at that index, and all behind it, one place down. You overwrite it."""


class _InsertsAfter:
    def insert(self, index, module):
        super().insert(min(index + 1, len(self)), module)


@misconception("Sequential", "values")
class InsertsBehind(_InsertsAfter, Sequential):
    """`insert(i, module)` puts the module before the one at index i; you put it behind."""


@misconception("ModuleList", "values")
class ListInsertsBehind(_InsertsAfter, ModuleList):
    """`insert(i, module)` puts the module before the one at index i; you put it behind."""


class _PopsTheLast:
    def pop(self, index):
        return super().pop(-1)


@misconception("Sequential", "values")
class AlwaysPopsTheLast(_PopsTheLast, Sequential):
    """`pop(i)` takes out the module at index i, not always the last one."""


@misconception("ModuleList", "values")
class ListAlwaysPopsTheLast(_PopsTheLast, ModuleList):
    """`pop(i)` takes out the module at index i, not always the last one."""


class _PopsOnlyLooks:
    def pop(self, index):
        return self[index]


@misconception("Sequential", "parameters")
class PopLooksOnly(_PopsOnlyLooks, Sequential):
    """`pop` takes the module out and returns it. Yours leaves it where it is."""


@misconception("ModuleList", "parameters")
class ListPopLooksOnly(_PopsOnlyLooks, ModuleList):
    """`pop` takes the module out and returns it. Yours leaves it where it is."""


class _CountsOnce:
    def __len__(self):
        return len(list(self.children()))

    def __iter__(self):
        return iter(list(self.children()))

    def append(self, module):
        self.add_module(str(len(self._modules)), module)
        return self


@misconception("Sequential", "values")
class RunsOnce(_CountsOnce, Sequential):
    """A module that is in the row twice is run twice, and counts twice. `children()` gives it once, so do not go by
    that."""


@misconception("ModuleList", "values")
class ListCountsOnce(_CountsOnce, ModuleList):
    """A module that is in the list twice counts twice. `children()` gives it once, so do not go by that."""


class _NamesInOrder:
    def __iter__(self):
        return iter([self._modules[name] for name in sorted(self._modules, reverse=True)])


@misconception("Sequential", "values")
class Backwards(_NamesInOrder, Sequential):
    """The modules run in the order in which they were added; yours run from the last to the first."""


@misconception("Sequential", "values")
class SameInputForAll(Sequential):
    """Each module gets what the one before it returned. Yours all get the first input."""

    def forward(self, x):
        out = x
        for module in self:
            out = module(x)
        return out


@misconception("Sequential", "values")
class StopsEarly(Sequential):
    """All modules run, the last one too."""

    def forward(self, x):
        for module in list(self)[: max(1, len(self) - 1)]:
            x = module(x)
        return x


@misconception("Sequential", "values")
class NothingFromNothing(Sequential):
    """An empty Sequential returns its input as it is."""

    def forward(self, x):
        return super().forward(x) if len(self) else None


class _Wraps:
    def __getitem__(self, index):
        return super().__getitem__(index if isinstance(index, slice) or not len(self) else index % len(self))


@misconception("Sequential", "errors")
class GoesRound(_Wraps, Sequential):
    """An index behind the end, or before the beginning, is an IndexError. The remainder of a division hides it."""


@misconception("ModuleList", "errors")
class ListGoesRound(_Wraps, ModuleList):
    """An index behind the end, or before the beginning, is an IndexError. The remainder of a division hides it."""


class _SetsBeyond:
    def __setitem__(self, index, module):
        if index >= len(self):
            self.append(module)
        else:
            super().__setitem__(index, module)


@misconception("Sequential", "errors")
class SetBeyondTheEnd(_SetsBeyond, Sequential):
    """Setting an index that is not there is an IndexError; `append` is for adding."""


@misconception("ModuleList", "errors")
class ListSetBeyondTheEnd(_SetsBeyond, ModuleList):
    """Setting an index that is not there is an IndexError; `append` is for adding."""


class _TakesAnything:
    def _check_value(self, name, value, registry):
        return None


@misconception("Sequential", "errors")
class HoldsAnything(_TakesAnything, Sequential):
    """Only modules can be put in. Anything else is a TypeError, at once and not when the container is called."""


@misconception("ModuleList", "errors")
class ListHoldsAnything(_TakesAnything, ModuleList):
    """Only modules can be put in; anything else is a TypeError."""


@misconception("ModuleList", "own_work")
class BorrowsTorchsList(torch.nn.ModuleList):
    """Your container is torch's own under another name. Build it on your own Module."""


@misconception("ModuleList", "interface")
class ModulesAsArguments(ModuleList):
    """ModuleList takes one list (or other iterable) of modules, `ModuleList([a, b])`, unlike Sequential."""

    def __init__(self, *modules):
        super().__init__(modules)

    def _of(self, modules):
        return type(self)(*modules)


@misconception("ModuleList", "interface")
class NoModule:
    """A ModuleList is itself a Module: only then do its parameters belong to the model that holds it. Yours is just a
    list."""

    def __init__(self, modules=()):
        self.modules = list(modules)
        self.training = True

    def __len__(self):
        return len(self.modules)

    def __iter__(self):
        return iter(self.modules)

    def __getitem__(self, index):
        return NoModule(self.modules[index]) if isinstance(index, slice) else self.modules[index]


@misconception("ModuleList", "errors")
class ListThatRuns(ModuleList):
    """A ModuleList only holds modules; calling it is an error. Sequential is the one that runs them."""

    def forward(self, x):
        for module in self:
            x = x if type(module) is Module else module(x)
        return x


# --- ModuleDict and ParameterDict -----------------------------------------------------------------------------------


@misconception("ModuleDict", "own_work")
class BorrowsTorchsDict(torch.nn.ModuleDict):
    """Your container is torch's own under another name. Build it on your own Module."""


@misconception("ParameterDict", "own_work")
class BorrowsTorchsParameterDict(torch.nn.ParameterDict):
    """Your container is torch's own under another name. Build it on your own Module."""


@misconception("ModuleDict", "interface")
class NeedsADict(ModuleDict):
    """`ModuleDict()` without arguments is an empty container, to be filled later."""

    def __init__(self, modules):
        super().__init__(modules)


@misconception("ParameterDict", "interface")
class NeedsADictOfParameters(ParameterDict):
    """`ParameterDict()` without arguments is an empty container, to be filled later."""

    def __init__(self, parameters):
        super().__init__(parameters)


class _OnTheSide:
    """A dictionary of its own, which the base class knows nothing of."""

    def __setitem__(self, key, value):
        self.__dict__.setdefault("aside", {})[key] = self._checked(key, value)

    def _inside(self):
        return self.__dict__.setdefault("aside", {})

    def __getitem__(self, key):
        return self._inside()[key]

    def __delitem__(self, key):
        del self._inside()[key]

    def __len__(self):
        return len(self._inside())

    def __iter__(self):
        return iter(self._inside())

    def __contains__(self, key):
        return key in self._inside()

    def keys(self):
        return self._inside().keys()

    def values(self):
        return self._inside().values()

    def items(self):
        return self._inside().items()

    def pop(self, key):
        return self._inside().pop(key)


@misconception("ModuleDict", "parameters")
class KeptAside(_OnTheSide, ModuleDict):
    """The modules are in a dictionary of your own, so the base class does not know them: no parameters, nothing in the
    state dict. Register them as children."""

    def _checked(self, key, value):
        self._check_name(key, "_modules")
        self._check_value(key, value, "_modules")
        return value


@misconception("ParameterDict", "parameters")
class ParametersKeptAside(_OnTheSide, ParameterDict):
    """The parameters are in a dictionary of your own, so the base class does not know them: nothing to train, nothing
    in the state dict. Register them."""

    def _checked(self, key, value):
        return value if isinstance(value, Parameter) else Parameter(value)


class _ReplacedLast:
    def __setitem__(self, key, value):
        if key in self:
            del self[key]
        super().__setitem__(key, value)


@misconception("ModuleDict", "parameters")
class ReplacedKeyGoesLast(_ReplacedLast, ModuleDict):
    """Setting a key that is there replaces its module where it is; yours moves to the end."""


@misconception("ParameterDict", "parameters")
class ReplacedParameterGoesLast(_ReplacedLast, ParameterDict):
    """Setting a key that is there replaces its parameter where it is; yours moves to the end."""


class _FirstStays:
    def __setitem__(self, key, value):
        if key not in self:
            super().__setitem__(key, value)


@misconception("ModuleDict", "values")
class FirstOneStays(_FirstStays, ModuleDict):
    """Setting a key that is there replaces its module; yours keeps the old one."""


@misconception("ParameterDict", "values")
class FirstParameterStays(_FirstStays, ParameterDict):
    """Setting a key that is there replaces its parameter; yours keeps the old one."""


class _UpdateReplacesAll:
    def update(self, items):
        kept = dict(items.items())
        for key in list(self):
            del self[key]
        for key, value in kept.items():
            self[key] = value


@misconception("ModuleDict", "parameters")
class UpdateForgetsTheRest(_UpdateReplacesAll, ModuleDict):
    """`update` adds and replaces; keys that it does not name stay."""


@misconception("ParameterDict", "parameters")
class UpdateForgetsTheOthers(_UpdateReplacesAll, ParameterDict):
    """`update` adds and replaces; keys that it does not name stay."""


class _GivesValues:
    def __iter__(self):
        return iter(list(self.values()))


@misconception("ModuleDict", "values")
class GoesThroughModules(_GivesValues, ModuleDict):
    """Going through a ModuleDict gives its keys, as with any dictionary; `values()` gives the modules."""


@misconception("ParameterDict", "values")
class GoesThroughParameters(_GivesValues, ParameterDict):
    """Going through a ParameterDict gives its keys, as with any dictionary; `values()` gives the parameters."""

    def update(self, parameters):
        for key, value in parameters.items():
            self[key] = value


class _PopKeeps:
    def pop(self, key):
        return self[key]


@misconception("ModuleDict", "parameters")
class PopKeepsTheModule(_PopKeeps, ModuleDict):
    """`pop` takes the key out and returns its module. Yours leaves it where it is."""


@misconception("ParameterDict", "parameters")
class PopKeepsTheParameter(_PopKeeps, ParameterDict):
    """`pop` takes the key out and returns its parameter. Yours leaves it where it is."""


class _PopsPairs:
    def pop(self, key):
        return key, super().pop(key)


@misconception("ModuleDict", "values")
class PopsAPair(_PopsPairs, ModuleDict):
    """`pop(key)` returns the module alone, not the pair of key and module."""


@misconception("ParameterDict", "values")
class PopsAPairWithItsKey(_PopsPairs, ParameterDict):
    """`pop(key)` returns the parameter alone, not the pair of key and parameter."""


@misconception("ModuleDict", "values")
class OnlyPlainDicts(ModuleDict):
    """`update` also takes another ModuleDict. Ask for its `items()` instead of insisting on a dict."""

    def update(self, modules):
        if isinstance(modules, dict):
            super().update(modules)


@misconception("ModuleDict", "values")
class SortsItsKeys(ModuleDict):
    """The keys are in the order in which they were added, not sorted."""

    def keys(self):
        return sorted(self._modules)

    def __iter__(self):
        return iter(sorted(self._modules))


class _DefaultsToNone:
    def __getitem__(self, key):
        return super().__getitem__(key) if key in self else None

    def pop(self, key):
        return super().pop(key) if key in self else None


@misconception("ModuleDict", "errors")
class NoneForAMissingKey(_DefaultsToNone, ModuleDict):
    """A key that is not there is a KeyError, not None."""


@misconception("ParameterDict", "errors")
class NoneForAMissingParameter(_DefaultsToNone, ParameterDict):
    """A key that is not there is an error, not None."""


class _DeletesQuietly:
    def __delitem__(self, key):
        if key in self:
            super().__delitem__(key)


@misconception("ModuleDict", "errors")
class DeletesMissingKeys(_DeletesQuietly, ModuleDict):
    """Deleting a key that is not there is a KeyError."""


@misconception("ParameterDict", "errors")
class DeletesMissingParameters(_DeletesQuietly, ParameterDict):
    """Deleting a key that is not there is an error."""


@misconception("ModuleDict", "errors")
class DictOfAnything(_TakesAnything, ModuleDict):
    """Only modules can be put in; anything else is a TypeError."""


@misconception("ModuleDict", "errors")
class AnyKey(ModuleDict):
    """A key becomes the name of a child, so it must not be empty or have a dot in it."""

    def _check_name(self, name, registry):
        if name and "." not in name:
            super()._check_name(name, registry)


# --- ParameterList --------------------------------------------------------------------------------------------------


@misconception("ParameterList", "own_work")
class BorrowsTorchsParameters(torch.nn.ParameterList):
    """Your container is torch's own under another name. Build it on your own Module."""


@misconception("ParameterList", "interface")
class NeedsParameters(ParameterList):
    """`ParameterList()` without arguments is an empty container, to be filled later."""

    def __init__(self, values):
        super().__init__(values)


@misconception("ParameterList", "interface")
class ParametersAsArguments(ParameterList):
    """ParameterList takes one list (or other iterable) of parameters."""

    def __init__(self, *values):
        super().__init__(values)

    def __getitem__(self, index):
        found = list(self)[index]
        return type(self)(*found) if isinstance(index, slice) else found


@misconception("ParameterList", "parameters")
class PlainTensorsStayPlain(ParameterList):
    """A plain tensor that is put in becomes a Parameter, or it would not be trained."""

    def append(self, value):
        if isinstance(value, Parameter):
            self.register_parameter(str(len(self)), value)
        else:
            self.register_buffer(str(len(self)), value)
        return self

    def __setitem__(self, index, value):
        name = str(range(len(self))[index])
        delattr(self, name)
        (self.register_parameter if isinstance(value, Parameter) else self.register_buffer)(name, value)

    def __len__(self):
        return len(self._parameters) + len(self._buffers)

    def __iter__(self):
        return iter([getattr(self, str(index)) for index in range(len(self))])


@misconception("ParameterList", "values")
class CopiesParameters(ParameterList):
    """A Parameter that is put in is kept as it is: the same object, so that it can be shared. You make a new one."""

    def append(self, value):
        self.register_parameter(str(len(self)), Parameter(value.detach().clone()))
        return self


@misconception("ParameterList", "parameters")
class ParametersFromOne(ParameterList):
    """The parameters are named "0", "1", "2", …; you start with "1"."""

    def append(self, value):
        value = value if isinstance(value, Parameter) else Parameter(value)
        self.register_parameter(str(len(self) + 1), value)
        return self


@misconception("ParameterList", "parameters")
class ExtendReplaces(ParameterList):
    """`extend` adds at the end; what is there stays."""

    def extend(self, values):
        kept = list(values)
        self._parameters.clear()
        return super().extend(kept)


@misconception("ParameterList", "values")
class NoNegativePlaces(ParameterList):
    """Negative indices count from the end, as in a list."""

    def __getitem__(self, index):
        return super().__getitem__(index) if isinstance(index, slice) else self._parameters[str(index)]


@misconception("ParameterList", "values")
class SliceOfParametersIsAList(ParameterList):
    """A slice of a ParameterList is a ParameterList. Yours is a Python list."""

    def __getitem__(self, index):
        return list(self)[index]


@misconception("ParameterList", "values")
class SharedCountsOnce(ParameterList):
    """A parameter that is in the list twice counts twice. `parameters()` gives it once, so do not go by that."""

    def __len__(self):
        return len(list(self.parameters()))

    def append(self, value):
        value = value if isinstance(value, Parameter) else Parameter(value)
        self.register_parameter(str(len(self._parameters)), value)
        return self


@misconception("ParameterList", "parameters")
class SetAdds(ParameterList):
    """`s[i] = p` replaces the parameter at index i where it is."""

    def __setitem__(self, index, value):
        name = list(self._parameters)[index]
        del self._parameters[name]
        self.register_parameter(name, value if isinstance(value, Parameter) else Parameter(value))


@misconception("ParameterList", "errors")
class ParametersGoRound(ParameterList):
    """An index behind the end, or before the beginning, is an IndexError. The remainder of a division hides it."""

    def __getitem__(self, index):
        return super().__getitem__(index if isinstance(index, slice) or not len(self) else index % len(self))


@misconception("ParameterList", "errors")
class SetParameterBeyondTheEnd(ParameterList):
    """Setting an index that is not there is an IndexError; `append` is for adding."""

    def __setitem__(self, index, value):
        if index >= len(self):
            self.append(value)
        else:
            super().__setitem__(index, value)


@misconception("ParameterDict", "parameters")
class PlainValuesStayPlain(ParameterDict):
    """A plain tensor that is put in becomes a Parameter, or it would not be trained."""

    def __setitem__(self, key, value):
        if isinstance(value, Parameter):
            super().__setitem__(key, value)
        else:
            self._parameters.pop(key, None)
            self.register_buffer(key, value)

    def __getitem__(self, key):
        return getattr(self, key)


@misconception("ParameterDict", "values")
class CopiesWhatItIsGiven(ParameterDict):
    """A Parameter that is put in is kept as it is: the same object, so that it can be shared. You make a new one."""

    def __setitem__(self, key, value):
        super().__setitem__(key, Parameter(value.detach().clone()))

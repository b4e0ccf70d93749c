"""Known-wrong modules and containers, each with the hint that an answer which behaves like it earns."""

from grader.spec import Misconception, mistake


def in_rows(name: str, criterion: str, hint: str, edits: dict[str, str]) -> list[Misconception]:
    """A mistake in what Sequential and ModuleList share; of ModuleList it is called ``List…``."""
    return [
        *mistake(name, "Sequential", criterion, hint, edits),
        *mistake(f"List{name}", "ModuleList", criterion, hint, edits),
    ]


mistakes = [
    # Module
    mistake("BorrowsTorchs", "Module", "own_work",
            """Your Module is torch's own under another name. Start from a plain Python class: `__setattr__` and
            `__getattr__` are all the magic there is.""",
            {"class Module:": "class Module(torch.nn.Module):"}),
    mistake("ReturnsNothing", "Module", "interface",
            """`train`, `eval`, `apply`, `requires_grad_`, `to`, `double` and `float` return the module itself, so
            that people can write `net = Net().eval()`. Yours return None.""",
            {"child.train(mode)\n        return self": "child.train(mode)",
             "fn(self)\n        return self": "fn(self)",
             "parameter.requires_grad_(requires_grad)\n        return self":
                 "parameter.requires_grad_(requires_grad)",
             "module._buffers[name] = buffer.to(dtype)\n        return self":
                 "module._buffers[name] = buffer.to(dtype)"}),
    mistake("OneNameForChildren", "Module", "interface",
            "`register_module` is another name of `add_module`; both must be there.",
            {"def register_module(": "def _register_module("}),
    mistake("StartsInEvaluation", "Module", "interface",
            "A new module is in training mode: `training` is True until somebody calls `eval()`.",
            {"self.training = True": "self.training = False"}),
    mistake("CountsSharedTwice", "Module", "parameters",
            """A parameter that is used in two places is one parameter: list it once, under the first of its names,
            or an optimizer would step it twice.""",
            {"if remove_duplicate:\n                    seen.add(id(member))":
                 'if remove_duplicate and registry != "_parameters":\n                    seen.add(id(member))'}),
    mistake("CountsSharedBuffersTwice", "Module", "parameters",
            "Buffers are listed like parameters: one that is registered under two names is listed once.",
            {"if remove_duplicate:\n                    seen.add(id(member))":
                 'if remove_duplicate and registry != "_buffers":\n                    seen.add(id(member))'}),
    mistake("EqualMeansSame", "Module", "parameters",
            """Two parameters with equal values are still two parameters. Tell them apart by identity (`is`, `id`),
            not by `==` or `torch.equal`.""",
            {"seen: set[int] = set()": "seen = []",
             "id(member) in seen": "any(torch.equal(member, other) for other in seen)",
             "seen.add(id(member))": "seen.append(member)"}),
    mistake("KeepsDuplicatesNever", "Module", "parameters",
            """With `remove_duplicate=False` what is shared is listed under each of its names. You list it once all
            the same.""",
            {"if remove_duplicate:\n                    seen.add(module)":
                 "if True:\n                    seen.add(module)",
             "if remove_duplicate:\n                    seen.add(id(member))":
                 "if True:\n                    seen.add(id(member))"}),
    mistake("StaysAtHome", "Module", "parameters",
            """`parameters()` and `buffers()` go on to the children, and theirs, unless `recurse=False`. Yours list
            what the module itself registered, and no more.""",
            {"self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]": "[(prefix, self)]"}),
    mistake("AlwaysGoesOn", "Module", "parameters",
            """With `recurse=False` only what the module itself registered is listed. You list the children's as
            well.""",
            {" if recurse else [(prefix, self)]": ""}),
    mistake("OneLevelDown", "Module", "parameters",
            """Children have children. You list the module's own parameters and its children's, but not those
            further down.""",
            {"owners = self.named_modules(prefix, remove_duplicate) if recurse":
                 "children = [(_join(prefix, name), child) for name, child in self.named_children()]\n"
                 "        owners = [(prefix, self), *children] if recurse"}),
    mistake("IgnoresThePrefix", "Module", "parameters",
            '`prefix="net"` puts `net.` in front of every name. You ignore it.',
            {"owners =": 'prefix = ""\n        owners ='}),
    mistake("PrefixWithoutDot", "Module", "parameters",
            """In `named_parameters(prefix="net")` the dot between the prefix and the name is yours to add:
            `net.weight`.""",
            {"self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]":
                 'self.named_modules("", remove_duplicate) if recurse else [("", self)]',
             "yield _join(path, name), member": "yield prefix + _join(path, name), member"}),
    mistake("LeavesTheOldOne", "Module", "parameters",
            """A name holds one thing at a time. When a parameter or child takes over a name, what was registered
            under it as another kind has to go from its list.""",
            {"(self.__dict__, self._parameters, self._buffers, self._modules)": "(self.__dict__,)"}),
    mistake("HiddenByAnOldValue", "Module", "parameters",
            """`m.x = 3` and then `m.x = nn.Parameter(...)`: reading `m.x` should give the parameter. Python finds
            the 3 in the instance's `__dict__` first, so take it out of there.""",
            {"(self.__dict__, self._parameters,": "(self._parameters,"}),
    mistake("TensorsAreBuffers", "Module", "parameters",
            """A plain tensor that is assigned to an attribute is an ordinary attribute. It is a buffer only if its
            name was registered with `register_buffer`.""",
            {"elif name in self._buffers:": "elif isinstance(value, Tensor) or name in self._buffers:"}),
    mistake("BuffersAreForgotten", "Module", "parameters",
            """Assigning a tensor to the name of a buffer changes the buffer. You make an ordinary attribute of it,
            and the list of buffers still has the old one.""",
            {"elif name in self._buffers:": "elif False:"}),
    mistake("NoneDeletes", "Module", "parameters",
            """Assigning None to a registered name empties it but keeps it registered: it stays at its place among
            the names, and `del` is for taking it away.""",
            {"if isinstance(value, Parameter) or name":
                 "if value is None and hasattr(self, name):\n"
                 "            delattr(self, name)\n"
                 "        if isinstance(value, Parameter) or name"}),
    mistake("ListsNone", "Module", "parameters",
            """A name that is registered with None, such as the bias of a layer without one, is left out of all
            lists.""",
            {"member is None or id(member) in seen": "id(member) in seen"}),
    mistake("ReplacedGoesLast", "Module", "parameters",
            "Replacing a parameter or child by another keeps the place that its name had. Yours moves to the end.",
            {"if other is not registry:": "if True:"}),
    mistake("ChildrenFirst", "Module", "parameters",
            "A module's own parameters come before its children's, whichever were assigned first.",
            {"for path, owner in owners:":
                 "owners = list(owners)\n        for path, owner in owners[1:] + owners[:1]:"}),
    mistake("SharedChildTwice", "Module", "parameters",
            "A module that is a child in two places is one module: `modules()` and `children()` give it once.",
            {"if module not in seen:": "if True:", "child is not None and child not in seen": "child is not None"}),
    mistake("LevelByLevel", "Module", "parameters",
            "A module is followed by all that is below it before its next sibling comes. You go level by level.",
            {"stack.pop()": "stack.pop(0)", "stack += reversed(children)": "stack += children"}),
    mistake("LooksIntoLists", "Module", "parameters",
            """A Python list of modules or parameters is an ordinary attribute; nothing in it is registered. That is
            what ModuleList and ParameterList are for.""",
            {"super().__setattr__(name, value)":
                 "super().__setattr__(name, value)\n"
                 "            for index, item in enumerate(value if isinstance(value, list) else ()):\n"
                 '                setattr(self, f"{name}_{index}", item)'}),
    mistake("GrandchildrenAreChildren", "Module", "parameters",
            "`children()` gives the direct children only; `modules()` is the method that goes further down.",
            {"seen: set[Module] = set()\n        for name, child in self._modules.items():":
                 "seen = {self}\n        for name, child in self.named_modules():"}),
    mistake("WithoutItself", "Module", "parameters",
            "`modules()` begins with the module itself, under the empty name (or the prefix).",
            {"yield path, module": "if module is not self:\n                    yield path, module",
             "self.named_modules(prefix, remove_duplicate) if recurse":
                 "[(prefix, self), *self.named_modules(prefix, remove_duplicate)] if recurse",
             "in self.modules():": "in [self, *self.modules()]:"}),
    mistake("MissingIsNone", "Module", "parameters",
            """Reading a name that is not there raises AttributeError. You give None, so `hasattr` says yes to
            everything.""",
            {'raise AttributeError(f"{type(self).__name__} has no':
                 'if not name.startswith("__"):\n'
                 "            return None\n"
                 '        raise AttributeError(f"{type(self).__name__} has no',
             "hasattr(self, name)": "getattr(self, name) is not None"}),
    mistake("WrongKindOfError", "Module", "parameters",
            """Reading a name that is not there must raise AttributeError: `hasattr` and `getattr` with a default
            rely on it. A KeyError comes through them.""",
            {'raise AttributeError(f"{type(self).__name__} has no':
                 'if not name.startswith("_"):\n'
                 "            raise KeyError(name)\n"
                 '        raise AttributeError(f"{type(self).__name__} has no',
             "hasattr(self, name)": "name in [*dir(self), *self._parameters, *self._buffers, *self._modules]"}),
    mistake("SavesEverything", "Module", "state",
            "A buffer that is registered with `persistent=False` is not part of the state dict.",
            {" if name not in self._not_saved": ""}),
    mistake("NeverSavedAgain", "Module", "state",
            "A name that once was a buffer with `persistent=False` can become a parameter, and then it is saved.",
            {"if tensor is not None": "if tensor is not None and name not in self._not_saved"}),
    mistake("SavesNoBuffers", "Module", "state",
            "The state dict holds the buffers as well, or a loaded model would have lost its running statistics.",
            {"own = self._parameters | buffers": "own = self._parameters"}),
    mistake("SavesSharedOnce", "Module", "state",
            """The state dict has what is shared under each of its names; only the lists of parameters and modules
            give it once.""",
            {"return state":
                 "first = {tensor.data_ptr(): key for key, tensor in reversed(state.items())}\n"
                 "        return {key: tensor for key, tensor in state.items() if first[tensor.data_ptr()] == key}"}),
    mistake("StillInTheGraph", "Module", "state",
            """The tensors of a state dict are detached. Yours still require a gradient, so anyone who works with
            them builds a graph.""",
            {"tensor.detach()": "tensor"}),
    mistake("PrefixGetsADot", "Module", "state",
            """In `state_dict(prefix=...)` the prefix is used as it is; the caller writes the dot.
            (`named_parameters` is the one that adds it.)""",
            {"buffers = {name": 'prefix = prefix and f"{prefix}."\n        buffers = {name',
             '(f"{prefix}{name}.")': '(f"{prefix}{name}")'}),
    mistake("ParametersThenBuffers", "Module", "state",
            """The state dict goes module by module: a module's parameters, its buffers, then its children. You give
            all parameters first, and after them all buffers.""",
            {"return state":
                 "last = dict(self.named_buffers(remove_duplicate=False))\n"
                 "        return dict(sorted(state.items(), key=lambda item: item[0].removeprefix(prefix) in last))"}),
    mistake("NewParametersOnLoad", "Module", "state",
            """`load_state_dict` copies values into the tensors that are there. You put new ones in their place, and
            an optimizer or a shared layer goes on holding the old.""",
            {"own[key].copy_(state_dict[key])":
                 'path, _, name = key.rpartition(".")\n'
                 "                owner, value = self.get_submodule(path), own[key].clone().copy_(state_dict[key])\n"
                 "                setattr(owner, name, Parameter(value) if name in owner._parameters else value)"}),
    mistake("SharesMemoryWithTheState", "Module", "state",
            """After loading, your parameters are the very tensors of the state dict: change one and the other
            changes. Copy the values.""",
            {"own[key].copy_(state_dict[key])":
                 'path, _, name = key.rpartition(".")\n'
                 "                getattr(self.get_submodule(path), name).data = state_dict[key].to(own[key].dtype)"}),
    mistake("LoadsByPosition", "Module", "state",
            """Values are loaded by name. You go through both in parallel, so a state dict in another order, or with
            a key too few, ends up in the wrong places.""",
            {"for key in common:\n                own[key].copy_(state_dict[key])":
                 "for tensor, value in zip(own.values(), state_dict.values(), strict=False):\n"
                 "                if tensor.shape == value.shape:\n"
                 "                    tensor.copy_(value)"}),
    mistake("AllOrNothing", "Module", "state",
            """With `strict=False`, what fits is loaded even if some keys are missing or unexpected. You load
            nothing then.""",
            {"with torch.no_grad():":
                 "if missing or unexpected:\n"
                 "            return LoadResult(missing, unexpected)\n"
                 "        with torch.no_grad():"}),
    mistake("MissingAndUnexpectedSwapped", "Module", "state",
            """Missing keys are those that the module has and the state dict lacks; unexpected ones are the other
            way round.""",
            {"LoadResult(missing, unexpected)": "LoadResult(unexpected, missing)"}),
    mistake("SaysNothingOnLoad", "Module", "state",
            "`load_state_dict` returns the missing and the unexpected keys, also where there are none.",
            {"\n        return LoadResult(missing, unexpected)": ""}),
    mistake("EmptiesTheState", "Module", "state",
            """The state dict belongs to the caller. You take out what you have loaded, and the next module finds
            nothing.""",
            {".copy_(state_dict[key])": ".copy_(state_dict.pop(key))"}),
    mistake("ThawsOnLoad", "Module", "state",
            "Loading changes values only. A parameter that was frozen is still frozen afterwards.",
            {"return LoadResult(": "self.requires_grad_()\n        return LoadResult("}),
    mistake("TrainsAlone", "Module", "values",
            "`train()` and `eval()` reach all modules below. Yours set the flag of the one they are called on.",
            {"for child in self.children():\n            child.train(mode)\n        return self": "return self"}),
    mistake("TrainsOneLevelDown", "Module", "values",
            "`train()` and `eval()` reach all modules below. Yours stop at the direct children.",
            {"child.train(mode)": "child.training = mode"}),
    mistake("TrainIgnoresItsArgument", "Module", "values",
            "`train(False)` is the same as `eval()`. Yours always switches to training.",
            {"self.training = mode": "self.training = True",
             "return self.train(False)":
                 "for module in self.modules():\n"
                 "            module.training = False\n"
                 "        return self"}),
    mistake("EvalFreezes", "Module", "values",
            """`eval()` has nothing to do with gradients: it only sets `training`. Freezing is
            `requires_grad_(False)`.""",
            {"self.training = mode": "self.training = mode\n        self.requires_grad_(mode)"}),
    mistake("ParentsFirst", "Module", "values",
            "`apply` calls the function on the children first, and on the module itself last.",
            {"for child in self.children():\n            child.apply(fn)\n        fn(self)":
                 "fn(self)\n"
                 "        for child in self.children():\n"
                 "            child.apply(fn)"}),
    mistake("AppliesToChildrenOnly", "Module", "values",
            "`apply` reaches the module itself and all modules below, not only the direct children.",
            {"child.apply(fn)\n        fn(self)": "fn(child)"}),
    mistake("AlwaysZeros", "Module", "values",
            "`zero_grad()` sets gradients to None, unless it is told `set_to_none=False`.",
            {"None if set_to_none else ": ""}),
    mistake("NeverZeros", "Module", "values",
            "`zero_grad(set_to_none=False)` fills gradients with zeros. You set them to None all the same.",
            {"None if set_to_none else torch.zeros_like(parameter.grad)": "None"}),
    mistake("InventsGradients", "Module", "values",
            "A parameter that has no gradient yet has none after `zero_grad(set_to_none=False)` either.",
            {"if parameter.grad is not None:\n"
             "                parameter.grad = None if set_to_none else torch.zeros_like(parameter.grad)":
                 "parameter.grad = None if set_to_none else torch.zeros_like(parameter)"}),
    mistake("ClearsOnlyItsOwn", "Module", "values",
            """`zero_grad()` and `requires_grad_()` are about all parameters below, not just those of the module
            itself.""",
            {"self.parameters():\n            if parameter.grad":
                 "self.parameters(recurse=False):\n            if parameter.grad",
             "self.parameters():\n            parameter.requires_grad_":
                 "self.parameters(recurse=False):\n            parameter.requires_grad_"}),
    mistake("FreezesForGood", "Module", "values",
            """`requires_grad_(False)` freezes and `requires_grad_(True)` undoes it. Yours freezes whatever it is
            told.""",
            {"parameter.requires_grad_(requires_grad)": "parameter.requires_grad_(False)"}),
    mistake("ConvertsIntegers", "Module", "values",
            "Only floating tensors are converted. A counter in an integer buffer stays an integer.",
            {"buffer is not None and buffer.is_floating_point()": "buffer is not None"}),
    mistake("NeverBackToFloat", "Module", "values",
            "`float()` brings everything that floats back to float32. Yours changes nothing.",
            {"return self.to(torch.float32)": "return self"}),
    mistake("LeavesBuffersBehind", "Module", "values",
            "`double()` and the like convert the buffers as well as the parameters.",
            {"module._buffers[name] = buffer.to(dtype)": "pass"}),
    mistake("NewParametersOnConversion", "Module", "values",
            """After `double()`, the parameters are still the same objects, with other data: an optimizer that was
            made before holds them. You register new ones.""",
            {"for parameter in self.parameters():\n            if parameter.is_floating_point":
                 "for module in self.modules():\n"
                 "            for name, old in module._parameters.items():\n"
                 "                if old is not None:\n"
                 "                    module._parameters[name] = Parameter(old.data.clone(), old.requires_grad)\n"
                 "        for parameter in self.parameters():\n"
                 "            if parameter.is_floating_point"}),
    mistake("DropsKeywords", "Module", "values",
            "`net(x, mask=m)` calls `net.forward(x, mask=m)`: hand on the keyword arguments too.",
            {"self.forward(*args, **kwargs)": "self.forward(*args)"}),
    mistake("OneArgumentOnly", "Module", "values",
            "A module can be called with any arguments; hand all of them to `forward`.",
            {"self.forward(*args, **kwargs)": "self.forward(*args[:1], **kwargs)"}),
    mistake("FlatRepr", "Module", "values",
            "In a repr, what is below a child is indented by two more spaces than the child itself.",
            {'textwrap.indent("\\n".join(lines), "  ")':
                 '"\\n".join("  " + line.lstrip() for line in "\\n".join(lines).split("\\n"))'}),
    mistake("KeepsToItself", "Module", "values",
            """What `extra_repr` returns is part of the repr, between the parentheses (or on a line of its own
            before the children).""",
            {"extra = self.extra_repr()": 'extra = ""'}),
    mistake("AllOnOneLine", "Module", "values",
            "In a repr every child is on a line of its own.",
            {"(\\n{body}\\n)": "({', '.join(lines)})"}),
    mistake("ListsInsteadOfIterators", "Module", "parameters",
            """`parameters()` is an iterator, so that `next(m.parameters())` gives the first. Yours is a list.""",
            {"for _, parameter in self.named_parameters(recurse=recurse):\n            yield parameter":
                 "return [parameter for _, parameter in self.named_parameters(recurse=recurse)]"}),
    mistake("SavesCopies", "Module", "state",
            """What `state_dict` gives shares its memory with the module: `tensor.detach()` does, a clone does not.""",
            {"tensor.detach() for name": "tensor.detach().clone() for name",
             "own[key].copy_(": "dict([*self.named_parameters(remove_duplicate=False), "
                                "*self.named_buffers(remove_duplicate=False)])[key].copy_("}),
    mistake("CopiesForEver", "Module", "values",
            """`copy.deepcopy` makes an object without calling `__init__`, and then looks for attributes. A
            `__getattr__` that reads a registry which is not there yet calls itself for ever.""",
            {"    _parameters = _buffers = _modules = MappingProxyType({})\n": "",
             "self._parameters: dict[str, Parameter | None] = {}": 'self.__dict__["_parameters"] = {}',
             "self._buffers: dict[str, Tensor | None] = {}": 'self.__dict__["_buffers"] = {}',
             "self._modules: dict[str, Module | None] = {}": 'self.__dict__["_modules"] = {}'}),
    mistake("CopiesShareRegistries", "Module", "values",
            """A deep copy must have registries of its own: what is done to it shows in the module that it was copied
            from.""",
            {"    # Registering\n":
                 "    def __deepcopy__(self, memo: Any) -> Any:\n"
                 "        twin = type(self).__new__(type(self))\n"
                 "        twin.__dict__.update(self.__dict__)\n"
                 "        return twin\n\n"
                 "    # Registering\n"}),
    mistake("CopiesLoseSharing", "Module", "values",
            """What is shared inside a module is shared inside its deep copy: hand the `memo` on to whatever you
            copy.""",
            {"    # Registering\n":
                 "    def __deepcopy__(self, memo: Any) -> Any:\n"
                 "        import copy\n\n"
                 "        twin = type(self).__new__(type(self))\n"
                 "        for key, value in self.__dict__.items():\n"
                 "            own = {k: copy.deepcopy(v) for k, v in value.items()} if type(value) is dict else value\n"
                 "            twin.__dict__[key] = own\n"
                 "        return twin\n\n"
                 "    # Registering\n"}),
    mistake("IgnoresKeysBelow", "Module", "errors",
            """When loading is strict, keys that the module does not have are an error at every level, not only at the
            top.""",
            {"(missing or unexpected)":
                 "(missing or [key for key in unexpected if key.partition('.')[0] not in self._modules])"}),
    mistake("TakesAnyName", "Module", "errors",
            "A name that is empty or has a dot in it is refused: dots separate the names of modules in a path.",
            {'not name or "." in name': "False"}),
    mistake("TakesOver", "Module", "errors",
            """`register_parameter`, `register_buffer` and `add_module` refuse a name that already is an attribute
            of another kind. (Assigning is what replaces it.)""",
            {"name not in registry and hasattr(self, name)": "False"}),
    mistake("RegistersAnything", "Module", "errors",
            """`register_parameter` takes a Parameter, `register_buffer` a tensor and `add_module` a Module, or
            None. Anything else is a TypeError.""",
            {"self._register(registry, kind, name, value)": "registry[name] = value"}),
    mistake("WrapsTensors", "Module", "errors",
            """A plain tensor that is assigned to the name of a parameter is a TypeError: the writer probably forgot
            `nn.Parameter`. You make one of it.""",
            {"self._register(self._parameters, Parameter, name, value)":
                 "value = Parameter(value) if type(value) is Tensor else value\n"
                 "            self._register(self._parameters, Parameter, name, value)"}),
    mistake("ReplacesByAnything", "Module", "errors",
            """A registered name does not take another kind of value: assigning a number to a parameter, a child or
            a buffer is a TypeError.""",
            {'raise TypeError(f"{name} takes a {kind.__name__} or None, not a {type(value).__name__}")':
                 "delattr(self, name)\n            return setattr(self, name, value)"}),
    mistake("ReadyTooEarly", "Module", "errors",
            """A subclass that registers something before it calls `super().__init__()` gets an AttributeError that
            says so. Yours lets it pass, and then forgets it.""",
            {'raise AttributeError(f"{type(self).__name__} must call super().__init__() before it registers anything")':
                 "return Module.__init__(self)"}),
    mistake("NeverStrict", "Module", "errors",
            """With `strict=True`, which is the default, missing or unexpected keys are an error. You only report
            them.""",
            {"if strict and (missing or unexpected):": "if False:"}),
    mistake("NoticesMissingOnly", "Module", "errors",
            """When loading is strict, keys that the module does not have are an error too, not only those that are
            missing.""",
            {"(missing or unexpected)": "missing"}),
    mistake("BroadcastsOnLoad", "Module", "errors",
            """Copying a tensor into another lets broadcasting stretch it. A shape that differs is an error; compare
            the shapes first.""",
            {"own[key].shape != state_dict[key].shape": "False"}),
    mistake("SkipsOtherShapes", "Module", "errors",
            """A shape that differs is an error also with `strict=False`, which forgives other keys, not other
            shapes.""",
            {"if key in state_dict]": "if key in state_dict and (strict or own[key].shape == state_dict[key].shape)]"}),
    mistake("FindsAnything", "Module", "errors",
            """`get_submodule` finds modules and `get_parameter` parameters. Anything else that goes by the name is
            an AttributeError.""",
            {"not isinstance(module, Module)": "False", "not isinstance(parameter, Parameter)": "False"}),
    mistake("NoneForNothing", "Module", "errors",
            """A path that leads nowhere is an AttributeError in `get_submodule` and `get_parameter`; you return
            None.""",
            {"getattr(module, name)": "getattr(module, name, None)",
             'raise AttributeError(f"{name!r} in {target!r} is not a module")': "return None",
             "getattr(self.get_submodule(path), name)": "getattr(self.get_submodule(path), name, None)",
             'raise AttributeError(f"{target!r} is not a parameter")': "return None"}),
    mistake("DeletesNothingQuietly", "Module", "errors",
            "Deleting a name that is not there is an AttributeError.",
            {"super().__delattr__(name)": "self.__dict__.pop(name, None)"}),
    mistake("ForwardByDefault", "Module", "errors",
            """A module without a `forward` cannot be called; yours hands its input back, and the missing method
            goes unnoticed.""",
            {'raise NotImplementedError(f"{type(self).__name__} has no forward")': "return args[0] if args else None"}),
    # Sequential and ModuleList
    mistake("BorrowsTorchsSequential", "Sequential", "own_work",
            "Your container is torch's own under another name. Build it on your own Module.",
            {"class Sequential(_Listed):": "class Sequential(torch.nn.Sequential):"}),
    mistake("NeedsAModule", "Sequential", "interface",
            "`Sequential()` without arguments is an empty container, to be filled later.",
            {"*modules: ": "first: Any, *modules: ",
             "        if len(modules) == 1": "        modules = (first, *modules)\n        if len(modules) == 1"}),
    mistake("AskingForAList", "Sequential", "interface",
            "The modules are arguments of their own, `Sequential(a, b)`, not one list of them.",
            {'*modules: "Module | OrderedDict[str, Module]"': 'modules: "Iterable[Module]" = ()'}),
    in_rows("CountsFromOne", "parameters",
            'The modules are named "0", "1", "2", …; you start with "1".',
            {"self.add_module(str(len(self)),": "self.add_module(str(len(self) + 1),"}),
    mistake("NamedLayers", "Sequential", "parameters",
            'The modules are named by their index alone: "0", "1", "2", …',
            {"self.add_module(str(len(self)),": 'self.add_module(f"layer{len(self)}",'}),
    mistake("NamedItems", "ModuleList", "parameters",
            'The modules are named by their index alone: "0", "1", "2", …',
            {"self.add_module(str(len(self)),": 'self.add_module(f"layer{len(self)}",'}),
    in_rows("KeepsOldNumbers", "parameters",
            """When a module is taken out, those after it move up: the names are "0", "1", "2", … again. You leave a
            gap.""",
            {"del modules[index]": "del self._modules[list(self._modules)[index]]\n        return",
             "self.add_module(str(len(self)),": "self.add_module(str(max(map(int, self._modules), default=-1) + 1),"}),
    in_rows("SortsByText", "values",
            """From the tenth entry on, the names sorted as text are in another order: "10" comes before "2". Go by the
            order of registration, or by number.""",
            {"iter(self._modules.values())": "iter([self._modules[name] for name in sorted(self._modules)])"}),
    in_rows("AppendGivesNothing", "values",
            "`append` returns the container itself, so that calls can be chained.",
            {"self.add_module(str(len(self)), module)\n        return self":
                 "self.add_module(str(len(self)), module)"}),
    in_rows("ExtendsListsOnly", "values",
            "`extend` takes any iterable, a generator too: go through it once, and do not ask for its length.",
            {"for module in modules:\n            self.append(module)":
                 "for index in range(len(modules)):\n            self.append(list(modules)[index])"}),
    mistake("IgnoresTheNames", "Sequential", "parameters",
            "A Sequential of an OrderedDict keeps its keys as names; you number the modules.",
            {"self.add_module(name, module)": "self.append(module)"}),
    mistake("SliceLosesTheNames", "Sequential", "parameters",
            "A slice of a Sequential keeps the names of its modules; you number them anew.",
            {"return Sequential(modules)": "return Sequential(*modules.values())"}),
    mistake("InsertGivesNothing", "Sequential", "values",
            "`insert` of a Sequential returns the container itself.",
            {"modules.insert(index, module)\n        self._modules.clear()\n        return self.extend(modules)":
                 "modules.insert(index, module)\n        self._modules.clear()\n        self.extend(modules)"}),
    in_rows("NoNegativeIndex", "values",
            "Negative indices count from the end, as in a list.",
            {"return list(self)[index]": "return list(self)[range(len(self)).index(index)]",
             "self.add_module(list(self._modules)[index]":
                 "self.add_module(list(self._modules)[range(len(self)).index(index)]"}),
    mistake("SliceIsAList", "Sequential", "parameters",
            "A slice of a Sequential is a Sequential, which can be called. Yours is a Python list.",
            {"return self._of(OrderedDict(list(self._modules.items())[index]))": "return list(self)[index]"}),
    mistake("ListSliceIsAList", "ModuleList", "values",
            "A slice of a ModuleList is a ModuleList. Yours is a Python list.",
            {"return self._of(OrderedDict(list(self._modules.items())[index]))": "return list(self)[index]"}),
    in_rows("NoSteps", "values",
            "A slice may have a step, such as `s[::2]` or `s[::-1]`; you ignore it.",
            {"list(self._modules.items())[index]":
                 "zip(list(self._modules)[index], list(self)[index.start : index.stop], strict=False)"}),
    in_rows("InsertReplaces", "parameters",
            "`insert` moves what is at that index, and all after it, one place down. You overwrite it.",
            {"modules.insert(index, module)": "modules[index : index + 1] = [module]"}),
    in_rows("InsertsBehind", "values",
            "`insert(i, module)` puts the module before the one at index i; you put it after.",
            {"modules.insert(index, module)": "modules.insert(index + 1, module)"}),
    in_rows("AlwaysPopsTheLast", "values",
            "`pop(i)` takes out the module at index i, not always the last one.",
            {"module = self[index]": "module = self[-1]", "del self[index]": "del self[-1]"}),
    in_rows("PopLooksOnly", "parameters",
            "`pop` takes the module out and returns it. Yours leaves it where it is.",
            {"module = self[index]\n        del self[index]": "module = self[index]"}),
    mistake("RunsOnce", "Sequential", "values",
            """A module that is in the row twice is run twice, and counts twice. `children()` gives it once, so do
            not go by that.""",
            {'counts twice."""\n        return len(self._modules)':
                 'counts twice."""\n        return len(list(self.children()))',
             "iter(self._modules.values())": "self.children()",
             "self.add_module(str(len(self)),": "self.add_module(str(len(self._modules)),"}),
    mistake("ListCountsOnce", "ModuleList", "values",
            "A module that is in the list twice counts twice. `children()` gives it once, so do not go by that.",
            {'counts twice."""\n        return len(self._modules)':
                 'counts twice."""\n        return len(list(self.children()))',
             "iter(self._modules.values())": "self.children()",
             "self.add_module(str(len(self)),": "self.add_module(str(len(self._modules)),"}),
    mistake("Backwards", "Sequential", "values",
            "The modules run in the order in which they were added; yours run from the last to the first.",
            {"iter(self._modules.values())": "reversed(self._modules.values())"}),
    mistake("SameInputForAll", "Sequential", "values",
            "Each module gets what the one before it returned. Yours all get the first input.",
            {"for module in self:": "given = x\n        for module in self:", "module(x)": "module(given)"}),
    mistake("StopsEarly", "Sequential", "values",
            "All modules run, the last one too.",
            {"in self:": "in list(self)[: max(1, len(self) - 1)]:"}),
    mistake("NothingFromNothing", "Sequential", "values",
            "An empty Sequential returns its input as it is.",
            {"return x": "return x if len(self) else None"}),
    in_rows("GoesRound", "errors",
            """An index after the end, or before the beginning, is an IndexError. The remainder of a division hides
            it.""",
            {"return list(self)[index]": "return list(self)[index % len(self) if len(self) else index]"}),
    in_rows("SetBeyondTheEnd", "errors",
            "Setting an index that is not there is an IndexError; `append` is for adding.",
            {"self.add_module(list(":
                 "if index >= len(self):\n"
                 "            return self.append(module)\n"
                 "        self.add_module(list("}),
    mistake("HoldsAnything", "Sequential", "errors",
            """Only modules can be put in. Anything else is a TypeError, at once and not when the container is
            called.""",
            {"self.add_module(list(self._modules)[index], module)":
                 "self._modules[list(self._modules)[index]] = module",
             "self.add_module(str(len(self)), module)": "self._modules[str(len(self))] = module"}),
    mistake("ListHoldsAnything", "ModuleList", "errors",
            "Only modules can be put in; anything else is a TypeError.",
            {"self.add_module(list(self._modules)[index], module)":
                 "self._modules[list(self._modules)[index]] = module",
             "self.add_module(str(len(self)), module)": "self._modules[str(len(self))] = module"}),
    mistake("BorrowsTorchsList", "ModuleList", "own_work",
            "Your container is torch's own under another name. Build it on your own Module.",
            {"class ModuleList(_Listed):": "class ModuleList(torch.nn.ModuleList):"}),
    mistake("ModulesAsArguments", "ModuleList", "interface",
            "ModuleList takes one list (or other iterable) of modules, `ModuleList([a, b])`, unlike Sequential.",
            {"modules: Iterable[Module] | None = None": "*modules: Module"}),
    mistake("NoModule", "ModuleList", "interface",
            """A ModuleList is itself a Module: only then do its parameters belong to the model that holds it. Yours
            is just a list.""",
            {"class ModuleList(_Listed):": "class ModuleList(list):"}),
    mistake("ListThatRuns", "ModuleList", "errors",
            "A ModuleList only holds modules; calling it is an error. Sequential is the one that runs them.",
            {"super().__init__()": "super().__init__()\n        self.forward = lambda x: x"}),
    # ModuleDict and ParameterDict
    mistake("BorrowsTorchsDict", "ModuleDict", "own_work",
            "Your container is torch's own under another name. Build it on your own Module.",
            {"class ModuleDict(Module):": "class ModuleDict(torch.nn.ModuleDict):"}),
    mistake("BorrowsTorchsParameterDict", "ParameterDict", "own_work",
            "Your container is torch's own under another name. Build it on your own Module.",
            {"class ParameterDict(Module):": "class ParameterDict(torch.nn.ParameterDict):"}),
    mistake("NeedsADict", "ModuleDict", "interface",
            "`ModuleDict()` without arguments is an empty container, to be filled later.",
            {" | None = None": ""}),
    mistake("NeedsADictOfParameters", "ParameterDict", "interface",
            "`ParameterDict()` without arguments is an empty container, to be filled later.",
            {" | None = None": ""}),
    mistake("KeptAside", "ModuleDict", "parameters",
            """The modules are in a dictionary of your own, so the base class does not know them: no parameters,
            nothing in the state dict. Register them as children.""",
            {"super().__init__()":
                 "super().__init__()\n"
                 "        self.named_children = lambda: iter(())\n"
                 "        self.state_dict = lambda prefix='': {}"}),
    mistake("ParametersKeptAside", "ParameterDict", "parameters",
            """The parameters are in a dictionary of your own, so the base class does not know them: nothing to
            train, nothing in the state dict. Register them.""",
            {"super().__init__()":
                 "super().__init__()\n"
                 "        self.named_parameters = lambda **options: iter(())\n"
                 "        self.state_dict = lambda prefix='': {}"}),
    mistake("ReplacedKeyGoesLast", "ModuleDict", "parameters",
            "Setting a key that is there replaces its module where it is; yours moves to the end.",
            {"self.add_module(key,": "self._modules.pop(key, None)\n        self.add_module(key,"}),
    mistake("ReplacedParameterGoesLast", "ParameterDict", "parameters",
            "Setting a key that is there replaces its parameter where it is; yours moves to the end.",
            {"self.register_parameter(key,": "self._parameters.pop(key, None)\n        self.register_parameter(key,"}),
    mistake("FirstOneStays", "ModuleDict", "values",
            "Setting a key that is there replaces its module; yours keeps the old one.",
            {"self.add_module(key,": "if key not in self:\n            self.add_module(key,"}),
    mistake("FirstParameterStays", "ParameterDict", "values",
            "Setting a key that is there replaces its parameter; yours keeps the old one.",
            {"self.register_parameter(key,": "if key not in self:\n            self.register_parameter(key,"}),
    mistake("UpdateForgetsTheRest", "ModuleDict", "parameters",
            "`update` adds and replaces; keys that it does not name stay.",
            {"for key, module in _pairs(modules):":
                 "modules = dict(_pairs(modules))\n"
                 "        self._modules.clear()\n"
                 "        for key, module in modules.items():"}),
    mistake("UpdateForgetsTheOthers", "ParameterDict", "parameters",
            "`update` adds and replaces; keys that it does not name stay.",
            {"for key, value in _pairs(parameters):":
                 "parameters = dict(_pairs(parameters))\n"
                 "        self._parameters.clear()\n"
                 "        for key, value in parameters.items():"}),
    mistake("GoesThroughModules", "ModuleDict", "values",
            "Going through a ModuleDict gives its keys, as with any dictionary; `values()` gives the modules.",
            {"iter(self._modules)": "iter(self._modules.values())"}),
    mistake("GoesThroughParameters", "ParameterDict", "values",
            """Going through a ParameterDict gives its keys, as with any dictionary; `values()` gives the
            parameters.""",
            {"iter(self._parameters)": "iter(self._parameters.values())"}),
    mistake("PopKeepsTheModule", "ModuleDict", "parameters",
            "`pop` takes the key out and returns its module. Yours leaves it where it is.",
            {"self._modules.pop(key)": "self._modules[key]"}),
    mistake("PopKeepsTheParameter", "ParameterDict", "parameters",
            "`pop` takes the key out and returns its parameter. Yours leaves it where it is.",
            {"self._parameters.pop(key)": "self._parameters[key]"}),
    mistake("PopsAPair", "ModuleDict", "values",
            "`pop(key)` returns the module alone, not the pair of key and module.",
            {"self._modules.pop(key)": "(key, self._modules.pop(key))"}),
    mistake("PopsAPairWithItsKey", "ParameterDict", "values",
            "`pop(key)` returns the parameter alone, not the pair of key and parameter.",
            {"self._parameters.pop(key)": "(key, self._parameters.pop(key))"}),
    mistake("OnlyPlainDicts", "ModuleDict", "values",
            "`update` also takes another ModuleDict. Ask for its `items()` instead of insisting on a dict.",
            {"in _pairs(modules):": "in _pairs(modules) if not isinstance(modules, ModuleDict) else ():"}),
    mistake("MappingsOnly", "ModuleDict", "values",
            "Items may also come as pairs of a key and a module, as they do for a dict of Python.",
            {"in _pairs(modules):": "in modules.items():"}),
    mistake("MappingsOfParametersOnly", "ParameterDict", "values",
            "Items may also come as pairs of a key and a parameter, as they do for a dict of Python.",
            {"in _pairs(parameters):": "in parameters.items():"}),
    mistake("SortsItsKeys", "ModuleDict", "values",
            "The keys are in the order in which they were added, not sorted.",
            {"self._modules.keys()": "sorted(self._modules)", "iter(self._modules)": "iter(sorted(self._modules))"}),
    mistake("NoneForAMissingKey", "ModuleDict", "errors",
            "A key that is not there is a KeyError, not None.",
            {"return self._modules[key]": "return self._modules.get(key)",
             "self._modules.pop(key)": "self._modules.pop(key, None)"}),
    mistake("NoneForAMissingParameter", "ParameterDict", "errors",
            "A key that is not there is an error, not None.",
            {"return self._parameters[key]": "return self._parameters.get(key)",
             "self._parameters.pop(key)": "self._parameters.pop(key, None)"}),
    mistake("DeletesMissingKeys", "ModuleDict", "errors",
            "Deleting a key that is not there is a KeyError.",
            {"del self._modules[key]": "self._modules.pop(key, None)"}),
    mistake("DeletesMissingParameters", "ParameterDict", "errors",
            "Deleting a key that is not there is an error.",
            {"del self._parameters[key]": "self._parameters.pop(key, None)"}),
    mistake("DictOfAnything", "ModuleDict", "errors",
            "Only modules can be put in; anything else is a TypeError.",
            {"self.add_module(key, module)": "self._register_new(self._modules, object, key, module)"}),
    mistake("AnyKey", "ModuleDict", "errors",
            "A key becomes the name of a child, so it must not be empty or have a dot in it.",
            {"self.add_module(key, module)": "self._register(self._modules, Module, key, module)"}),
    mistake("PlainValuesStayPlain", "ParameterDict", "parameters",
            "A plain tensor that is put in becomes a Parameter, or it would not be trained.",
            {"self.register_parameter(key, _as_parameter(value))":
                 "if not isinstance(value, Parameter):\n"
                 "            self._parameters.pop(key, None)\n"
                 "        setattr(self, key, value)",
             "return self._parameters[key]": "return getattr(self, key)"}),
    mistake("CopiesWhatItIsGiven", "ParameterDict", "values",
            """A Parameter that is put in is kept as it is: the same object, so that it can be shared. You make a
            new one.""",
            {"_as_parameter(value)": "Parameter(value.detach().clone())"}),
    # ParameterList
    mistake("BorrowsTorchsParameters", "ParameterList", "own_work",
            "Your container is torch's own under another name. Build it on your own Module.",
            {"class ParameterList(Module):": "class ParameterList(torch.nn.ParameterList):"}),
    mistake("NeedsParameters", "ParameterList", "interface",
            "`ParameterList()` without arguments is an empty container, to be filled later.",
            {" | None = None": ""}),
    mistake("ParametersAsArguments", "ParameterList", "interface",
            "ParameterList takes one list (or other iterable) of parameters.",
            {"values: Iterable[Tensor] | None = None": "*values: Tensor",
             "ParameterList(parameters)": "ParameterList(*parameters)"}),
    mistake("PlainTensorsStayPlain", "ParameterList", "parameters",
            "A plain tensor that is put in becomes a Parameter, or it would not be trained.",
            {"len(self._parameters)": "sum(name.isdigit() for name in [*self._parameters, *vars(self)])",
             "iter(self._parameters.values())": "iter([getattr(self, str(index)) for index in range(len(self))])",
             "self.register_parameter(list(self._parameters)[index], _as_parameter(value))":
                 "name = str(range(len(self))[index])\n"
                 "        delattr(self, name)\n"
                 "        setattr(self, name, value)",
             "self.register_parameter(str(len(self)), _as_parameter(value))": "setattr(self, str(len(self)), value)"}),
    mistake("CopiesParameters", "ParameterList", "values",
            """A Parameter that is put in is kept as it is: the same object, so that it can be shared. You make a
            new one.""",
            {"(str(len(self)), _as_parameter(value))": "(str(len(self)), Parameter(value.detach().clone()))"}),
    mistake("ParametersFromOne", "ParameterList", "parameters",
            'The parameters are named "0", "1", "2", …; you start with "1".',
            {"str(len(self))": "str(len(self) + 1)"}),
    mistake("ExtendReplaces", "ParameterList", "parameters",
            "`extend` adds at the end; what is there stays.",
            {"for value in values:":
                 "values = list(values)\n"
                 "        self._parameters.clear()\n"
                 "        for value in values:"}),
    mistake("NoNegativePlaces", "ParameterList", "values",
            "Negative indices count from the end, as in a list.",
            {"list(self)[index]": "list(self)[index] if isinstance(index, slice) else self._parameters[str(index)]"}),
    mistake("SliceOfParametersIsAList", "ParameterList", "values",
            "A slice of a ParameterList is a ParameterList. Yours is a Python list.",
            {"return ParameterList(parameters) if isinstance(index, slice) else parameters": "return parameters"}),
    mistake("SharedCountsOnce", "ParameterList", "values",
            """A parameter that is in the list twice counts twice. `parameters()` gives it once, so do not go by
            that.""",
            {"return len(self._parameters)": "return len(list(self.parameters()))",
             "str(len(self))": "str(len(self._parameters))"}),
    mistake("SetAdds", "ParameterList", "parameters",
            "`s[i] = p` replaces the parameter at index i where it is.",
            {"self.register_parameter(list(self._parameters)[index],":
                 "name = list(self._parameters)[index]\n"
                 "        del self._parameters[name]\n"
                 "        self.register_parameter(name,"}),
    mistake("ParametersGoRound", "ParameterList", "errors",
            """An index after the end, or before the beginning, is an IndexError. The remainder of a division hides
            it.""",
            {"list(self)[index]":
                 "list(self)[index if isinstance(index, slice) or not len(self) else index % len(self)]"}),
    mistake("SetParameterBeyondTheEnd", "ParameterList", "errors",
            "Setting an index that is not there is an IndexError; `append` is for adding.",
            {"self.register_parameter(list(":
                 "if index >= len(self):\n"
                 "            return self.append(value)\n"
                 "        self.register_parameter(list("}),
]  # fmt: skip

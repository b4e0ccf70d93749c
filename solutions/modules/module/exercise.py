"""A base class for modules, and containers: judged by random programs, run on the answer and on `torch.nn`.

A program is drawn together with a model of what its variables hold (`Tree`), so that its lines mean something, and
keeps to one criterion: registration and names are `parameters`, what is saved and loaded is `state`, flags, calls,
conversions and reprs are `values`, and a program of `errors` ends with a line that must raise. Every program observes
with as few methods as it can, so that one mistake shows in one criterion.

A line that only acts starts with ``_ =``: what methods like `append` return is judged by `interface`, or not at all.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.spec import Exercise, OffLimits, Part, program

Case = dict[str, Any]

OFF_LIMITS = OffLimits(classes=("*",), allow=("Parameter",))

PARAMETERS = {
    "p": "torch.ones(2)",
    "q": "torch.zeros(2, 3)",
    "w": "torch.ones(2)",
    "s": "torch.arange(3.0)",
}
"""Parameters of programs; two of them are equal, and must not be taken for one."""
TENSORS = {"t": "torch.ones(2)", "u": "torch.arange(3.0)"}
NAMES = ("x", "y", "z")
MODULES = ("m", "a", "b")
"""Modules of programs; each may hold those behind it, so there is no circle."""
PLAIN = ("3", "'text'", "[nn.Parameter(torch.ones(1))]")

Slot = tuple[str, str | None]
"""What a name holds: its kind (parameter, buffer, module, plain) and the variable in it, if any."""


class Tree:
    """The lines of a program so far, and a model of the modules that they build."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.held: dict[str, dict[str, Slot]] = {}
        self.known: set[str] = set()
        self.module("m")

    def pick(self, options: Sequence[Any]) -> Any:
        """One of some options, the first the simplest."""
        return self.draw(st.sampled_from(list(options)))

    def module(self, name: str) -> str:
        """A module variable, made where it is new."""
        if name not in self.held:
            self.lines.append(f"{name} = Module()")
            self.held[name] = {}
        return name

    def parameter(self) -> str:
        """A parameter variable."""
        return self._made(self.pick(PARAMETERS), PARAMETERS, "nn.Parameter({})")

    def tensor(self) -> str:
        """A variable that holds a plain tensor."""
        return self._made(self.pick(TENSORS), TENSORS, "{}")

    def _made(self, name: str, values: dict[str, str], form: str) -> str:
        if name not in self.known:
            self.known.add(name)
            self.lines.append(f"{name} = {form.format(values[name])}")
        return name

    def below(self, owner: str) -> Sequence[str]:
        """The modules that one may hold."""
        return MODULES[MODULES.index(owner) + 1 :]

    def place(self) -> tuple[str, str, Slot | None]:
        """A module, a name, and what the name holds there."""
        owner = self.pick([*self.held])
        again = [*self.held[owner]] if self.held[owner] and self.draw(st.booleans()) else NAMES
        name = self.pick(again)
        return owner, name, self.held[owner].get(name)

    def put(self, owner: str, name: str, kind: str, variable: str | None) -> None:
        """Note what a name holds from now on."""
        self.held[owner][name] = (kind, variable)

    def paths(self, kind: str) -> list[str]:
        """The dotted names, from ``m``, of everything of a kind that is not None."""
        found: list[str] = []

        def visit(owner: str, prefix: str) -> None:
            for name, (what, variable) in self.held[owner].items():
                if variable is None:
                    continue
                if what == kind:
                    found.append(prefix + name)
                if what == "module":
                    visit(variable, f"{prefix}{name}.")

        visit("m", "")
        return found

    # Operations, all of which torch allows; each says whether it can be done to what a name holds.

    def set_parameter(self, owner: str, name: str) -> None:
        """Any name takes a parameter."""
        variable = self.parameter()
        self.lines.append(f"{owner}.{name} = {variable}")
        self.put(owner, name, "parameter", variable)

    def set_module(self, owner: str, name: str) -> None:
        """Any name but a parameter's takes a module."""
        child = self.module(self.pick(self.below(owner)))
        self.lines.append(f"{owner}.{name} = {child}")
        self.put(owner, name, "module", child)

    def set_none(self, owner: str, name: str) -> None:
        """Any name takes None, and keeps its kind."""
        kind = self.held[owner].get(name, ("plain", None))[0]
        self.lines.append(f"{owner}.{name} = None")
        self.put(owner, name, kind, None)

    def set_tensor(self, owner: str, name: str) -> None:
        """A buffer's name, or an ordinary one, takes a tensor."""
        variable = self.tensor()
        kind = self.held[owner].get(name, ("plain", None))[0]
        self.lines.append(f"{owner}.{name} = {variable}")
        self.put(owner, name, kind, variable)

    def set_plain(self, owner: str, name: str) -> None:
        """An ordinary name takes anything."""
        self.lines.append(f"{owner}.{name} = {self.pick(PLAIN)}")
        self.put(owner, name, "plain", "plain")

    def register_parameter(self, owner: str, name: str) -> None:
        """A new name, or a parameter's."""
        variable = (self.pick([True, False]) and self.parameter()) or None
        self.lines.append(f"_ = {owner}.register_parameter('{name}', {variable})")
        self.put(owner, name, "parameter", variable)

    def register_buffer(self, owner: str, name: str) -> None:
        """A new name, or a buffer's."""
        variable = (self.pick([True, True, True, False]) and self.tensor()) or None
        flag = self.pick(["", ", persistent=False", ", persistent=True"])
        self.lines.append(f"_ = {owner}.register_buffer('{name}', {variable}{flag})")
        self.put(owner, name, "buffer", variable)

    def register_module(self, owner: str, name: str) -> None:
        """A new name, or a child's."""
        child = (self.pick([True, True, False]) and self.module(self.pick(self.below(owner)))) or None
        method = self.pick(["add_module", "register_module"])
        self.lines.append(f"_ = {owner}.{method}('{name}', {child})")
        self.put(owner, name, "module", child)

    def delete(self, owner: str, name: str) -> None:
        """A name that is there."""
        self.lines.append(f"del {owner}.{name}")
        del self.held[owner][name]

    def operations(self, owner: str, slot: Slot | None) -> list[Callable[[str, str], None]]:
        """What can be done to a name that holds this."""
        kind = slot[0] if slot else "nothing"
        can_hold = bool(self.below(owner))
        found = [self.set_parameter]
        found += [self.set_module] * (2 if kind == "nothing" else 1) * (can_hold and kind != "parameter")
        found += [self.delete] * (slot is not None) + [self.set_none]
        found += [self.register_parameter] * (kind in ("nothing", "parameter"))
        found += [self.register_buffer] * (kind in ("nothing", "buffer"))
        found += [self.register_module] * (can_hold and kind in ("nothing", "module"))
        found += [self.set_tensor] * (kind in ("nothing", "buffer", "plain"))
        return found + [self.set_plain] * (kind in ("nothing", "plain"))

    def operate(self) -> None:
        """Add one line that does something to a name."""
        owner, name, slot = self.place()
        self.pick(self.operations(owner, slot))(owner, name)

    def grow(self, low: int, high: int) -> None:
        """Fill a few new names with parameters, buffers and children."""
        for _ in range(self.draw(st.integers(low, high))):
            owner = self.pick([*self.held])
            free = [name for name in NAMES if name not in self.held[owner]]
            if free:
                kinds = (
                    [self.set_parameter] * 3
                    + [self.register_buffer] * 2
                    + [self.set_module] * (3 * bool(self.below(owner)))
                )
                self.pick(kinds)(owner, free[0])


# Module: what is registered, and under which names.

LISTS = (
    "list({}.named_parameters())",
    "list({}.parameters())",
    "list({}.named_children())",
    "list({}.children())",
    "list({}.named_modules())",
    "list({}.modules())",
    "list({}.named_buffers())",
    "list({}.buffers())",
    "list({}.parameters(recurse=False))",
    "list({}.buffers(recurse=False))",
    "list({}.named_parameters(recurse=False))",
    "list({}.named_buffers(recurse=False))",
    "list({}.named_parameters(prefix='net'))",
    "list({}.named_buffers(prefix='net'))",
    "list({}.named_modules(prefix='net'))",
    "list({}.named_parameters(prefix='net', recurse=False))",
    "list({}.named_buffers(prefix='net', recurse=False))",
    "list({}.named_parameters(remove_duplicate=False))",
    "list({}.named_buffers(remove_duplicate=False))",
    "list({}.named_modules(remove_duplicate=False))",
    "list({}.named_parameters(prefix='net', remove_duplicate=False))",
    "list({}.named_modules(prefix='net', remove_duplicate=False))",
)
SUMMARY = ("list({}.named_parameters())", "list({}.named_buffers())", "list({}.named_children())")
"""What ends a program of registrations."""


def query(tree: Tree) -> str:
    """An expression about the modules built so far."""
    about = tree.pick(["list", "list", "list", "list", "name", "path"])
    owner, name, slot = tree.place()
    if about == "path":
        modules, parameters = tree.paths("module"), tree.paths("parameter")
        options = [f"m.get_submodule('{path}')" for path in ["", *modules]]
        options += [f"m.get_parameter('{path}')" for path in parameters]
        return tree.pick(options[::-1])
    if about == "name":
        there = [f"{owner}.{name}"] if slot else []
        return tree.pick([*there, f"hasattr({owner}, '{name}')", f"getattr({owner}, '{name}', 'nothing')"])
    return tree.pick(LISTS).format(tree.pick(["m", "m", owner]))


@st.composite
def registrations(draw: st.DrawFn) -> Case:
    """Set, delete, replace and register names; then ask what is there."""
    tree = Tree(draw)
    for _ in range(draw(st.integers(1, 8))):
        tree.operate()
        if draw(st.integers(0, 3)) == 3:
            tree.lines.append(query(tree))
    tree.lines += [line.format("m") for line in SUMMARY]
    for _ in range(draw(st.integers(0, 3))):
        tree.lines.append(query(tree))
    return program(*tree.lines, criterion="parameters")


@st.composite
def walks(draw: st.DrawFn) -> Case:
    """Nested modules with shared parameters and children, and the lists of them."""
    tree = Tree(draw)
    tree.grow(2, 7)
    for _ in range(draw(st.integers(1, 3))):
        tree.lines.append(query(tree))
    everything = ["list(m.named_parameters())", "list(m.named_buffers())", "list(m.named_modules())"]
    everything += ["list(m.parameters())", "list(m.buffers())", "list(m.modules())"]
    tree.lines += [line for line in everything if line not in tree.lines]
    return program(*tree.lines, criterion="parameters")


# Module: what is saved and loaded.


@st.composite
def saved(draw: st.DrawFn) -> Case:
    """The keys and values of a state."""
    tree = Tree(draw)
    tree.grow(1, 6)
    for _ in range(draw(st.integers(0, 4))):
        owner, name, slot = tree.place()
        kind = slot[0] if slot else "nothing"
        options = [tree.set_none] * (slot is not None)
        options += [tree.set_tensor] * (kind in ("nothing", "buffer"))
        options += [tree.register_buffer] * (kind in ("nothing", "buffer"))
        options += [tree.set_parameter, tree.delete] * (kind in ("buffer", "parameter"))
        if options:
            tree.pick(options)(owner, name)
    paths = tree.paths("parameter")
    queries = [
        "list(m.state_dict())",
        "list(m.state_dict(prefix='net.'))",
        "[v.requires_grad for v in m.state_dict().values()]",
    ]
    queries += ["list(m.state_dict(prefix='net'))", *(f"m.state_dict()['{path}'].tolist()" for path in paths[:2])]
    chosen = draw(st.lists(st.sampled_from(queries), min_size=1, max_size=3, unique=True))
    return program(*tree.lines, *chosen, criterion="state")


def checkpoint(tree: Tree) -> str:
    """Lines for `sd`, a state with other values than the module's."""
    tree.lines.append("sd = {k: v + 1 for k, v in m.state_dict().items()}")
    return "sd"


def foreign_keys(tree: Tree) -> list[str]:
    """Keys that the module does not have."""
    return ["other", "other.weight", *(f"{path}.other" for path in tree.paths("module")), *tree.paths("module")]


@st.composite
def loaded(draw: st.DrawFn) -> Case:
    """Load a state that fits, or one that does not without being strict."""
    tree = Tree(draw)
    tree.grow(1, 5)
    checkpoint(tree)
    own = tree.paths("parameter")
    strict = draw(st.sampled_from(["fits", "not strict", "not strict"]))
    if strict == "fits":
        tree.lines += draw(
            st.sampled_from([[], ["sd = {k: v.double() for k, v in sd.items()}"], ["sd = dict(reversed(sd.items()))"]])
        )
    else:
        if own and draw(st.booleans()):
            tree.lines.append(f"del sd['{tree.pick(own)}']")
        if draw(st.booleans()):
            tree.lines.append(f"sd['{tree.pick(foreign_keys(tree))}'] = torch.ones(1)")
    tree.lines.append("before = sorted(sd)")
    if draw(st.booleans()) and own:
        tree.lines.append("_ = [k.requires_grad_(False) for k in m.parameters()]")
    tree.lines.append(
        "result = m.load_state_dict(sd)" if strict == "fits" else "result = m.load_state_dict(sd, strict=False)"
    )
    used = [name for name in PARAMETERS if name in tree.known]
    queries = ["sorted(result.missing_keys), sorted(result.unexpected_keys)"] * (1 if strict == "fits" else 2)
    queries += [f"{name}.detach(), {name}.requires_grad, {name}.grad_fn" for name in used[:2]] * 2
    queries += [f"m.{path}.tolist()" for path in tree.paths("buffer")[:2]] + ["sorted(sd) == before"]
    queries += [f"[v.zero_() for v in sd.values()] and {name}.tolist()" for name in used[:1]]
    chosen = draw(st.lists(st.sampled_from(queries), min_size=1, max_size=3, unique=True))
    return program(*tree.lines, *chosen, criterion="state")


# Module: flags, calls, conversions, reprs.


@st.composite
def modes(draw: st.DrawFn) -> Case:
    """Training and evaluation of parts and of the whole."""
    tree = nest(draw)
    flags = ", ".join(f"{name}.training" for name in tree.held)
    if draw(st.integers(0, 3)) == 3:
        tree.lines.append("m.weight = nn.Parameter(torch.ones(2))")
        flags += ", m.weight.requires_grad"
    calls = [
        f"{name}.{call}" for name in tree.held for call in ("eval()", "train()", "train(False)", "train(mode=True)")
    ]
    for _ in range(draw(st.integers(1, 3))):
        tree.lines += [f"_ = {tree.pick(calls)}", flags]
    if draw(st.booleans()):
        tree.lines += ["m.late = Module()", f"_ = {tree.pick(calls)}", "m.late.training"]
    return program(*tree.lines, criterion="values")


def nest(draw: st.DrawFn, *, again: bool = False) -> Tree:
    """One to four modules, one below the other or side by side; `again` lets a parent hold a child twice."""
    tree = Tree(draw)
    for name in draw(st.sampled_from(["", "x", "xy", "xyz"])):
        child = "abc"[NAMES.index(name)]
        owner = tree.pick([*tree.held])
        tree.lines += [f"{child} = Module()", f"{owner}.{name} = {child}"]
        tree.held[child] = {}
        if again and draw(st.integers(0, 3)) == 3:
            tree.lines.append(f"{owner}.again_{name} = {child}")
    return tree


@st.composite
def visits(draw: st.DrawFn) -> Case:
    """A function applied to all modules, in the order of its calls."""
    tree = nest(draw, again=True)
    tree.lines += ["seen = []", f"_ = {tree.pick([*tree.held])}.apply(seen.append)", "seen[:]"]
    return program(*tree.lines, criterion="values")


def define(name: str, body: str, base: str = "Module", init: str = "") -> str:
    """A class definition: what its constructor does after ``super().__init__()``, and its methods."""
    lines = [f"class {name}({base}):"]
    if init:
        arguments, _, rest = init.partition(": ")
        lines += [f"    def __init__(self, {arguments}):", "        super().__init__()", f"        {rest}"]
    return "\n".join([*lines, *(f"    {line}" for line in body.split("\n"))])


SCALE = define(
    "Scale", "def forward(self, x, shift=0.0):\n    return x * self.factor + shift", init="factor: self.factor = factor"
)
WEIGHTED = define(
    "Weighted",
    "def forward(self, x):\n    return x * self.weight",
    init="value: self.weight = nn.Parameter(torch.tensor([value, 1.0]))",
)
TWICE = define("Twice", "def forward(self, x):\n    return self.inner(self.inner(x))", init="inner: self.inner = inner")
FLIP = define("Flip", "def forward(self, x):\n    return x if self.training else -x")
PAIR = define("Pair", "def forward(self, *args, **kwargs):\n    return args, kwargs")
EARLY = """\
class Early(Module):
    def __init__(self):
        self.n = 3
        super().__init__()
        self.w = nn.Parameter(torch.ones(1))"""
LEAF = define("Leaf", "def extra_repr(self):\n    return f'size={self.size}'", init="size: self.size = size")
BARE = define("Bare", "pass")


@st.composite
def calls(draw: st.DrawFn) -> Case:
    """Modules with a `forward`, called."""
    value = draw(st.sampled_from(["2.0", "3.0", "-1.0"]))
    x = draw(st.sampled_from(["1.0", "5.0"]))
    which = draw(st.sampled_from(["scale", "weighted", "twice", "flip", "pair", "early"]))
    if which == "scale":
        call = draw(st.sampled_from([f"{x}", f"{x}, 1.0", f"{x}, shift=1.0", f"x={x}, shift=2.0"]))
        return program(SCALE, f"m = Scale({value})", f"m({call})", criterion="values")
    if which == "weighted":
        lines = [WEIGHTED, f"m = Weighted({value})", f"y = m(torch.tensor([{x}, 2.0]))", "y.detach()"]
        more = ["y.sum().backward()", "m.weight.grad"] * draw(st.booleans())
        return program(*lines, *more, criterion="values")
    if which == "twice":
        return program(SCALE, TWICE, f"m = Twice(Scale({value}))", f"m({x})", criterion="values")
    if which == "flip":
        mode = draw(st.sampled_from(["m.eval()", "m.train(False)", "m.train()"]))
        return program(FLIP, "m = Flip()", f"_ = {mode}", f"m({x})", criterion="values")
    if which == "pair":
        return program(PAIR, f"Pair()({draw(st.sampled_from(['1', '1, 2', 'k=3', '1, k=3', '']))})", criterion="values")
    return program(EARLY, "m = Early()", "m.n, m.w.tolist(), m.training", criterion="values")


@st.composite
def shown(draw: st.DrawFn) -> Case:
    """Reprs, with and without `extra_repr` and children."""
    lines, root = [LEAF, BARE], draw(st.sampled_from(["Leaf(1)", "Bare()"]))
    lines.append(f"m = {root}")
    for name in draw(st.sampled_from(["", "x", "xy", "xyz"])):
        owner = draw(st.sampled_from(["m", "m.x", "m.x.y"][: NAMES.index(name) + 1])) if name != "x" else "m"
        if owner == "m.x.y" and "m.x.y = " not in "".join(lines):
            owner = "m.x"
        lines.append(f"{owner}.{name} = {draw(st.sampled_from(['Leaf(2)', 'Bare()']))}")
    if draw(st.integers(0, 3)) == 3:
        lines.append("m.w = nn.Parameter(torch.ones(2))")
    needed = [
        line for line in lines if not line.startswith("class") or line.split("(")[0].split()[-1] in "".join(lines[2:])
    ]
    return program(*needed, "repr(m)", criterion="values")


@st.composite
def gradients(draw: st.DrawFn) -> Case:
    """Freezing, and gradients that are dropped."""
    tree = Tree(draw)
    tree.grow(1, 5)
    used = [name for name in PARAMETERS if name in tree.known]
    if not used:
        tree.set_parameter("m", "x")
        used = [name for name in PARAMETERS if name in tree.known]
    about = tree.pick(["freeze", "zero"])
    if about == "freeze":
        flags = ", ".join(f"{name}.requires_grad" for name in used)
        for _ in range(draw(st.integers(1, 2))):
            call = tree.pick(
                [
                    "requires_grad_(False)",
                    "requires_grad_()",
                    "requires_grad_(True)",
                ]
            )
            tree.lines += [f"_ = {tree.pick([*tree.held])}.{call}", flags]
        return program(*tree.lines, f"[{flags}]", criterion="values")
    with_grad = [name for name in used if draw(st.integers(0, 3))]
    tree.lines += [f"{name}.grad = torch.full_like({name}, 2.0)" for name in with_grad]
    call = tree.pick(["zero_grad()", "zero_grad(set_to_none=True)", "zero_grad(set_to_none=False)"])
    tree.lines.append(f"_ = {tree.pick(['m', 'm', *tree.held])}.{call}")
    return program(*tree.lines, f"[{', '.join(f'{name}.grad' for name in used)}]", criterion="values")


@st.composite
def conversions(draw: st.DrawFn) -> Case:
    """Another dtype for everything that floats; each buffer is held once."""
    tree = Tree(draw)
    lines = ["k = torch.arange(2)", "f = torch.ones(2)", "i = nn.Parameter(torch.tensor([3]), requires_grad=False)"]
    for _ in range(draw(st.integers(1, 4))):
        owner = tree.pick([*tree.held])
        free = [name for name in NAMES if name not in tree.held[owner]]
        if free:
            tree.pick([tree.set_parameter, *[tree.set_module] * (2 * bool(tree.below(owner)))])(owner, free[0])
    picked = draw(st.lists(st.sampled_from([0, 1, 2]), max_size=2, unique=True))
    for index in picked:
        owner = tree.pick([*tree.held])
        how = f"{owner}.i = i" if index == 2 else f"_ = {owner}.register_buffer('{'kf'[index]}', {'kf'[index]}"
        if index != 2:
            how += tree.pick([")", ", persistent=False)"])
        tree.lines += [lines[index], how]
        tree.put(owner, "kfi"[index], "other", None)
    if draw(st.booleans()):
        tree.lines += ["_ = m.requires_grad_(False)"] if 2 not in picked else []
    calls = [["double()"], ["to(torch.float64)"], ["to(dtype=torch.float64)"], ["to(torch.float16)"]]
    calls += [["double()", "float()"], ["to(torch.float16)", "float()"], ["to(torch.float16)", "double()"]]
    called = [f"_ = m.{call}" for call in tree.pick(calls)]
    used = [name for name in PARAMETERS if name in tree.known]
    queries = [f"{name}.dtype, {name}.requires_grad, {name}.tolist()" for name in used]
    queries += [
        f"{owner}.{name}.dtype, {owner}.{name}.tolist()"
        for owner in tree.held
        for name in "kfi"
        if name in tree.held[owner]
    ]
    queries += ["[id(v) for v in m.parameters()] == before"] if used or 2 in picked else []
    if not queries:
        queries = ["list(m.parameters())"]
    if "before" in queries[-1]:
        tree.lines.append("before = [id(v) for v in m.parameters()]")
    return program(*tree.lines, *called, *queries, criterion="values")


# Module: what must raise. Nothing is looked at after a line that raises.


def wrong_values(tree: Tree) -> str:
    """A registered name is given another kind of value."""
    kind = tree.pick(["parameter", "module", "buffer"])
    there = {"parameter": tree.parameter, "module": lambda: tree.module("a"), "buffer": tree.tensor}[kind]()
    tree.lines.append(f"_ = m.register_buffer('x', {there})" if kind == "buffer" else f"m.x = {there}")
    if tree.pick([False, False, True]):
        tree.lines.append("m.x = None")
    options = {
        "parameter": ["3", "torch.ones(2)", "Module()"],
        "module": ["3", "torch.ones(2)"],
        "buffer": ["3", "'text'"],
    }
    return f"m.x = {tree.pick(options[kind])}"


METHODS = {
    "register_parameter": "nn.Parameter(torch.ones(2))",
    "register_buffer": "torch.ones(2)",
    "add_module": "Module()",
}


def wrong_names(tree: Tree) -> str:
    """A name that is empty, dotted or taken."""
    method = tree.pick([*METHODS, "register_module"])
    value = METHODS.get(method, "Module()")
    name = tree.pick(["''", "'x.y'", "'x'", "'forward'"])
    if name == "'x'":
        kinds = {"register_parameter": "parameter", "register_buffer": "buffer"}
        taken = tree.pick(
            [kind for kind in ("parameter", "buffer", "module", "plain") if kind != kinds.get(method, "module")]
        )
        setting = {"parameter": "m.x = nn.Parameter(torch.ones(1))", "buffer": "m.register_buffer('x', torch.ones(1))"}
        tree.lines.append(setting.get(taken, "m.x = Module()" if taken == "module" else "m.x = 3"))
    return f"m.{method}({name}, {tree.pick([value, value, 'None'])})"


def wrong_kinds(tree: Tree) -> str:
    """Something of another kind is registered."""
    return tree.pick([
        "m.register_parameter('x', torch.ones(2))", "m.register_parameter('x', 3)",
        "m.register_parameter('x', Module())",
        "m.register_buffer('x', 3)", "m.register_buffer('x', [1.0])", "m.register_buffer('x', Module())",
        "m.add_module('x', 3)",
        "m.add_module('x', torch.ones(2))", "m.add_module('x', nn.Parameter(torch.ones(2)))",
        "m.register_module('x', 3)",
    ])  # fmt: skip


def nothing_there(tree: Tree) -> str:
    """A name that is not there, or no longer."""
    if tree.pick([False, True]):
        tree.pick([tree.set_parameter, tree.set_module, tree.set_plain, tree.register_buffer])("m", "x")
        tree.delete("m", "x")
    return tree.pick(["m.x", "del m.x", "getattr(m, 'x')"])


def wrong_paths(tree: Tree) -> str:
    """A dotted name that leads nowhere, or to another kind."""
    tree.grow(1, 4)
    if tree.pick([False, True]):
        tree.set_plain("m", "plain")
    options = ["m.get_submodule('no')", "m.get_parameter('no')", "m.get_submodule('no.x')", "m.get_parameter('no.x')"]
    for kind in ("parameter", "buffer", "plain", "module"):
        for path in tree.paths(kind)[:2]:
            options += [f"m.get_submodule('{path}.no')", f"m.get_parameter('{path}.no')"]
            options += [f"m.get_submodule('{path}')"] * (kind != "module")
            options += [f"m.get_parameter('{path}')"] * (kind != "parameter")
    return tree.pick(options[::-1])


def early(line: str) -> str:
    """A class that does something before it calls the constructor of its base."""
    return f"class Net(Module):\n    def __init__(self):\n        {line}\n        super().__init__()"


def too_early(tree: Tree) -> str:
    """Something is registered before ``super().__init__()``."""
    tree.lines.clear()
    line = tree.pick([
        "self.x = nn.Parameter(torch.ones(2))", "self.x = Module()", "self.register_buffer('x', torch.ones(2))",
        "self.register_parameter('x', nn.Parameter(torch.ones(2)))", "self.add_module('x', Module())",
    ])  # fmt: skip
    tree.lines.append(early(line))
    return "Net()"


def wrong_state(tree: Tree) -> str:
    """A state whose keys, or shapes, are others."""
    tree.set_parameter("m", "x")
    tree.grow(0, 4)
    checkpoint(tree)
    own = tree.paths("parameter")
    how = tree.pick(["missing", "unexpected", "shape", "shape"])
    if how == "shape":
        tree.lines.append(f"sd['{tree.pick(own)}'] = torch.ones({tree.pick(['4', '1', '1, 2'])})")
        return f"m.load_state_dict(sd{tree.pick(['', ', strict=False'])})"
    key = tree.pick(own if how == "missing" else foreign_keys(tree))
    tree.lines.append(f"del sd['{key}']" if how == "missing" else f"sd['{key}'] = torch.ones(1)")
    return f"m.load_state_dict(sd{tree.pick(['', ', strict=True'])})"


def no_forward(tree: Tree) -> str:
    """A module that cannot be called."""
    return tree.pick(["m(1.0)", "m.forward(1.0)"])


RAISING = (wrong_names, wrong_values, wrong_kinds, nothing_there, wrong_paths, too_early, wrong_state, no_forward)


@st.composite
def raising(draw: st.DrawFn) -> Case:
    """A program whose last line raises."""
    tree = Tree(draw)
    line = draw(st.sampled_from(RAISING))(tree)
    return program(*tree.lines, line, criterion="errors")


def errors(*lines: str) -> Case:
    """A program about exceptions."""
    return program(*lines, criterion="errors")


def names(*lines: str) -> Case:
    """A program about what is registered."""
    return program(*lines, criterion="parameters")


def state(*lines: str) -> Case:
    """A program about what is saved and loaded."""
    return program(*lines, criterion="state")


P, Q, T = "p = nn.Parameter(torch.ones(2))", "q = nn.Parameter(torch.zeros(2, 3))", "t = torch.ones(2)"
M, A, B = "m = Module()", "a = Module()", "b = Module()"

MODULE_EXAMPLES = [
    names(M, P, "m.x = p", "list(m.named_parameters())"),
    names(M, A, P, Q, "m.x = a", "a.y = p", "m.z = q", "list(m.named_parameters())", "m.get_submodule('x')",
          "m.get_parameter('x.y')"),
    names(M, A, P, "m.x = a", "m.y = a", "a.z = p", "list(m.named_modules())", "list(m.named_children())",
          "list(m.parameters())"),
    names(M, A, P, "m.x = p", "m.y = a", "a.x = p", "list(m.named_parameters())",
          "list(m.named_parameters(remove_duplicate=False))"),
    names(M, A, P, "m.x = a", "m.x = p", "list(m.named_children())", "list(m.named_parameters())", "m.x"),
    names(M, A, T, "_ = m.register_buffer('x', t)", "m.x = a", "list(m.named_buffers())", "list(m.named_children())"),
    names(M, P, "m.x = 3", "m.x = p", "m.x", "del m.x", "hasattr(m, 'x')"),
    names(M, P, Q, "m.x = p", "m.y = q", "m.x = None", "m.x", "list(m.parameters())", "m.x = q",
          "list(m.named_parameters())"),
    names(M, A, B, "m.x = a", "m.y = b", "m.x = None", "m.x", "list(m.named_children())", "m.x = a",
          "list(m.named_children())"),
    names(M, T, "u = torch.zeros(2)", "_ = m.register_buffer('x', t)", "m.x = u", "list(m.named_buffers())", "m.y = t",
          "list(m.buffers())"),
    names(M, A, "m.x = [a]", "list(m.children())", "m.x", "getattr(m, 'y', 'nothing')"),
    names(M, P, Q, "w = nn.Parameter(torch.ones(2))", "m.x = p", "m.y = q", "m.z = w", "list(m.parameters())"),
    names(M, A, P, Q, "m.x = a", "a.x = p", "m.y = q", "list(m.named_parameters(recurse=False))",
          "list(m.parameters(recurse=False))",
          "list(m.named_parameters(prefix='net'))"),
    names(M, A, T, "_ = m.register_buffer('x', t)", "m.y = a", "_ = a.register_buffer('x', t)",
          "list(m.named_buffers())",
          "list(m.buffers())",
          "list(m.named_buffers(recurse=False))", "list(m.named_buffers(remove_duplicate=False))"),
    names(M, A, T, "m.x = a", "_ = a.register_buffer('x', t)", "list(m.buffers())", "list(m.buffers(recurse=False))"),
    names(M, A, B, "m.x = a", "a.x = b", "list(m.children())", "list(m.named_children())"),
    names(M, A, B, P, Q, "m.x = a", "a.x = b", "b.x = p", "m.y = q", "list(m.named_parameters())",
          "m.get_parameter('x.x.x')"),
    names(M, A, B, "m.x = a", "m.y = b", "a.z = b", "list(m.named_modules())",
          "list(m.named_modules(remove_duplicate=False))"),
    names(M, A, B, P, "m.x = a", "m.y = p", "m.z = b", "m.x = b", "list(m.named_children())", "del m.x", "m.x = a",
          "list(m.named_children())"),
    names(M, A, B, "m.x = a", "a.x = b", "list(m.modules())", "list(m.named_modules(prefix='net'))",
          "m.get_submodule('')"),
    state(M, A, P, T, "m.x = a", "a.y = p", "_ = m.register_buffer('y', t)", "m.z = p", "list(m.state_dict())"),
    state(M, A, P, "m.x = a", "a.y = p", "list(m.state_dict(prefix='net.'))", "m.state_dict()['x.y'].requires_grad"),
    state(M, T, "_ = m.register_buffer('x', t, persistent=False)", "m.y = t", "m.x = torch.zeros(2)",
          "list(m.state_dict())"),
    state(M, T, P, "_ = m.register_buffer('x', t, persistent=False)", "m.x = p", "list(m.state_dict())"),
    state(M, T, "_ = m.register_buffer('x', t, persistent=False)", "del m.x", "_ = m.register_buffer('x', t)",
          "list(m.state_dict())"),
    state(M, T, "_ = m.register_buffer('x', t)", "_ = m.register_buffer('x', t, persistent=False)",
          "list(m.state_dict())"),
    state(M, A, T, "_ = m.register_buffer('x', t, persistent=False)", "_ = a.register_buffer('x', t)",
          "list(m.state_dict()), list(a.state_dict())"),
    state(M, A, P, "m.x = p", "_ = m.register_parameter('y', None)", "m.z = a", "m.z = None", "list(m.state_dict())"),
    state(M, P, Q, "m.x = p", "m.y = q",
          "result = m.load_state_dict({'x': torch.zeros(2), 'z': torch.ones(1)}, strict=False)",
          "sorted(result.missing_keys), sorted(result.unexpected_keys)", "p.detach(), p.requires_grad, p.grad_fn"),
    state(M, A, P, "m.x = p", "m.y = a", "a.x = p",
          "result = m.load_state_dict({'x': torch.zeros(2), 'y.x': torch.zeros(2)})",
          "sorted(result.missing_keys), sorted(result.unexpected_keys)", "p.detach()"),
    state(M, P, "q = nn.Parameter(torch.zeros(2))", "m.x = p", "m.y = q",
          "_ = m.load_state_dict({'y': torch.full((2,), 5.0), 'x': torch.full((2,), 4.0)})", "p.detach(), q.detach()"),
    state(M, P, "m.x = p", "_ = m.load_state_dict({'x': torch.zeros(2, dtype=torch.float64)})", "p.detach(), p.dtype",
          "m.x is p"),
    state(M, "p = nn.Parameter(torch.ones(2), requires_grad=False)", "m.x = p",
          "_ = m.load_state_dict({'x': torch.zeros(2)})",
          "p.tolist(), p.requires_grad"),
    state(M, T, "_ = m.register_buffer('x', t)", "sd = {'x': torch.zeros(2)}", "_ = m.load_state_dict(sd)",
          "_ = sd['x'].fill_(5.0)",
          "m.x.tolist()"),
    state(M, T, "_ = m.register_buffer('x', t, persistent=False)", "result = m.load_state_dict({'x': t}, strict=False)",
          "sorted(result.missing_keys), sorted(result.unexpected_keys)"),
    program(M, A, B, "m.x = a", "a.y = b", "_ = m.eval()", "m.training, a.training, b.training", criterion="values"),
    program(M, A, B, "c = Module()", "m.x = a", "a.x = b", "b.x = c", "_ = m.eval()", "b.training, c.training",
            criterion="values"),
    program(M, P, "m.x = p", "_ = p.requires_grad_(False)", "_ = m.train()", "p.requires_grad", criterion="values"),
    program(M, A, "_ = m.eval()", "m.x = a", "a.training", "_ = m.train()", "_ = a.eval()", "m.training",
            criterion="values"),
    program(M, A, B, "m.x = a", "a.x = b", "seen = []", "_ = m.apply(seen.append)", "seen[:]", criterion="values"),
    program(M, A, B, "m.x = a", "m.y = b", "seen = []", "_ = m.apply(seen.append)", "seen[:]", criterion="values"),
    program(SCALE, "Scale(2.0)(3.0, shift=1.0)", criterion="values"),
    program(M, P, "m.x = p", "_ = m.eval()", "m.training, p.requires_grad", criterion="values"),
    program(LEAF, BARE, "m = Leaf(1)", "m.x = Leaf(2)", "m.y = Bare()", "m.y.z = Leaf(3)", "repr(m)",
            criterion="values"),
    program(EARLY, "m = Early()", "m.n", criterion="values"),
    program(M, A, P, "m.x = a", "a.x = p", "p.grad = torch.ones(2)", "_ = m.zero_grad()", "p.grad", criterion="values"),
    program(M, A, P, "m.x = a", "a.x = p", "p.grad = torch.ones(2)", "_ = m.zero_grad(set_to_none=False)", "p.grad",
            criterion="values"),
    program(M, P, Q, "m.x = p", "m.y = q", "p.grad = torch.ones(2)", "_ = m.zero_grad(set_to_none=False)",
            "p.grad, q.grad",
            criterion="values"),
    program(M, P, "m.x = p", "p.grad = torch.ones(2)", "_ = p.requires_grad_(False)", "_ = m.zero_grad()", "p.grad",
            criterion="values"),
    program(M, A, B, "m.x = a", "a.x = b", "_ = b.register_buffer('f', torch.ones(1))", "_ = m.double()", "b.f.dtype",
            criterion="values"),
    program(M, "_ = m.register_buffer('x', torch.ones(1), persistent=False)", "_ = m.double()", "m.x.dtype",
            criterion="values"),
    program(M, A, P, "m.x = a", "a.x = p", "_ = m.requires_grad_(False)", "p.requires_grad", "_ = m.requires_grad_()",
            "p.requires_grad",
            criterion="values"),
    program(PAIR, "Pair()(1, 2, k=3)", "Pair()()", criterion="values"),
    program(WEIGHTED, "m = Weighted(3.0)", "y = m(torch.ones(2))", "y.detach()", "y.sum().backward()", "m.weight.grad",
            criterion="values"),
    program(FLIP, "m = Flip()", "m(1.0)", "_ = m.eval()", "m(1.0)", "_ = m.train(True)", "m(1.0)", criterion="values"),
    program(SCALE, TWICE, "m = Twice(Scale(2.0))", "m(1.0)", "[name for name, _ in m.named_modules()]",
            criterion="values"),
    program(M, A, P, "m.x = a", "a.x = p", "_ = a.register_buffer('k', torch.arange(2))",
            "_ = a.register_buffer('f', torch.ones(1))",
            "_ = m.double()", "p.dtype, a.k.dtype, a.f.dtype", "a.x is p",
            "_ = m.float()", "p.dtype, a.k.dtype, a.f.dtype",
            criterion="values"),
    errors(M, "m.x"),
    errors(M, "del m.x"),
    errors(M, P, "m.x = p", "del m.x", "m.x"),
    errors(M, P, "m.x = p", "m.x = torch.ones(2)"),
    errors(M, P, "m.x = p", "m.x = Module()"),
    errors(M, "m.x = Module()", "m.x = 3"),
    errors(M, "_ = m.register_buffer('x', torch.ones(2))", "m.x = 3"),
    errors(M, "_ = m.register_parameter('', nn.Parameter(torch.ones(2)))"),
    errors(M, "_ = m.register_buffer('x.y', torch.ones(2))"),
    errors(M, "_ = m.register_buffer('forward', torch.ones(2))"),
    errors(M, "_ = m.add_module('x.y', Module())"),
    errors(M, "m.x = 3", "_ = m.register_parameter('x', nn.Parameter(torch.ones(2)))"),
    errors(M, P, "m.x = p", "_ = m.register_buffer('x', torch.ones(2))"),
    errors(M, P, "m.x = p", "_ = m.add_module('x', Module())"),
    errors(M, "_ = m.register_parameter('x', torch.ones(2))"),
    errors(M, "_ = m.register_buffer('x', 3)"),
    errors(M, "_ = m.add_module('x', torch.ones(2))"),
    errors(early("self.x = nn.Parameter(torch.ones(2))"), "Net()"),
    errors(early("self.x = Module()"), "Net()"),
    errors(early("self.register_buffer('x', torch.ones(2))"), "Net()"),
    errors(M, P, "m.x = p", "m.get_submodule('x')"),
    errors(M, "_ = m.register_buffer('x', torch.ones(2))", "m.get_parameter('x')"),
    errors(M, "m.x = Module()", "m.get_parameter('x.y')"),
    errors(M, P, "m.x = p", "m.load_state_dict({})"),
    errors(M, "m.load_state_dict({'x': torch.ones(2)})"),
    errors(M, P, "m.x = p", "m.load_state_dict({'x': torch.ones(1)})"),
    errors(M, P, "m.x = p", "m.load_state_dict({'x': torch.tensor(1.0)})"),
    errors(M, Q, "m.x = q", "m.load_state_dict({'x': torch.ones(3, 2)})"),
    errors(M, P, "m.x = p", "m.load_state_dict({'x': torch.ones(3)}, strict=False)"),
    errors(M, "m(1.0)"),
]  # fmt: skip

MODULE_INTERFACE = [
    program(M, "m.training", "m.train() is m, m.eval() is m, m.train(mode=True) is m"),
    program(M, "m.requires_grad_() is m, m.requires_grad_(False) is m, m.apply(lambda k: None) is m"),
    program(M, "m.to(torch.float64) is m, m.double() is m, m.float() is m"),
    program(M, "_ = m.register_parameter('x', None)", "_ = m.register_buffer('y', None, persistent=False)",
            "_ = m.add_module('z', None)", "_ = m.register_module('w', None)", "m.x, m.y, m.z, m.w"),
    program(M, "_ = m.register_buffer('x', None, False)", "_ = m.load_state_dict({}, True)",
            "_ = m.load_state_dict({}, strict=False)"),
    program(M, "len(m.state_dict())", "m.get_submodule('') is m", "m.extra_repr()",
            "_ = m.zero_grad(set_to_none=True)"),
    program("class Net(Module):\n    def forward(self, x):\n        return x", "isinstance(Net(), Module)",
            "Net()(1), Net().forward(1)"),
]  # fmt: skip
"""Arguments are by name only where the catalogue names them."""

module = Part(
    symbol="Module",
    oracle={"Module": nn.Module},
    cases=st.one_of(
        *(registrations(), walks(), saved(), loaded(), modes(), visits(), calls(), shown(), gradients(), conversions()),
        *(raising(), registrations(), walks(), saved(), loaded(), gradients(), raising(), registrations(), walks()),
        *(raising(), raising()),
    ),
    examples=MODULE_EXAMPLES,
    interface=MODULE_INTERFACE,
    off_limits=OFF_LIMITS,
    points={"parameters": 5, "state": 3, "values": 4, "errors": 3},
    size=240,
    core=True,
)


# The containers: what a row or a dictionary of modules or parameters does, by name and by place.

LETTERS = tuple("abcefghijklno")
ADD = define("Add", "def forward(self, x):\n    return x * 2 + self.n", init="n: self.n = n")


class Row:
    """The lines of a program on one container, and the variables in it, in order."""

    def __init__(self, draw: st.DrawFn, make: Callable[[str], str], *, plain: bool = False) -> None:
        """Start with nothing; `plain` keeps to different items and indices from the front, so that only names are at
        stake."""
        self.draw, self.make, self.plain = draw, make, plain
        self.lines: list[str] = []
        self.items: list[str] = []
        self.known: list[str] = []

    def pick(self, options: Sequence[Any]) -> Any:
        """One of some options, the first the simplest."""
        return self.draw(st.sampled_from(list(options)))

    def fresh(self) -> str:
        """An item that is new to the container; now and then one that is there already."""
        again = bool(self.known) and not self.plain and self.draw(st.integers(0, 7)) == 7
        name = self.pick(self.known) if again else LETTERS[min(len(self.known), len(LETTERS) - 1)]
        if name not in self.known:
            self.known.append(name)
            self.lines.append(f"{name} = {self.make(name)}")
        return name

    def several(self, low: int, high: int) -> list[str]:
        """A few items."""
        return [self.fresh() for _ in range(self.draw(st.integers(low, high)))]

    def index(self) -> int:
        """A place in the container, from the front or from the end."""
        place = self.draw(st.integers(0, len(self.items) - 1))
        return place if self.plain else place - len(self.items) * self.draw(st.booleans())


SLICES = ("[1:]", "[:1]", "[:-1]", "[-2:]", "[::2]", "[::-1]", "[5:]", "[:]", "[1:3]")


def make_module(name: str) -> str:
    """A module for a row."""
    return "Module()"


def make_adder(name: str) -> str:
    """A module that can be called, each with its own number."""
    return f"Add({LETTERS.index(name) + 1}.0)"


def make_parameter(name: str) -> str:
    """A parameter, each with its own value."""
    return f"nn.Parameter(torch.tensor([{LETTERS.index(name) + 1}.0]))"


def constructed(symbol: str, items: Sequence[str]) -> str:
    """The call that makes a container of these."""
    return (
        f"{symbol}({', '.join(items)})"
        if symbol == "Sequential"
        else f"{symbol}([{', '.join(items)}])"
        if items
        else f"{symbol}()"
    )


def change_row(row: Row, symbol: str) -> None:
    """Add a line that changes the container."""
    mutable = symbol != "ParameterList"
    options = ["append", "extend"] + (["set"] + (["pop", "del", "insert"] if mutable else [])) * bool(row.items)
    what = row.pick(options + ["insert"] * (mutable and not row.items))
    items = row.items
    if what == "append":
        item = row.fresh()
        row.lines.append(f"_ = s.append({item})")
        items.append(item)
    elif what == "extend":
        more = row.several(0, 2)
        wrapped = row.pick([f"[{', '.join(more)}]", constructed(symbol, more)])
        row.lines.append(f"_ = s.extend({wrapped})")
        items += more
    elif what == "insert":
        place, item = row.draw(st.integers(0, len(items))), row.fresh()
        row.lines.append(f"_ = s.insert({place}, {item})")
        items.insert(place, item)
    elif what == "set":
        place, item = row.index(), row.fresh()
        row.lines.append(f"s[{place}] = {item}")
        items[place] = item
    else:
        place = row.index()
        row.lines.append(f"_ = s.pop({place})" if what == "pop" else f"del s[{place}]")
        del items[place]


def list_queries(row: Row, symbol: str, criterion: str) -> list[str]:
    """Questions of a criterion to a row."""
    kind = "parameters" if symbol == "ParameterList" else "children"
    if criterion == "parameters":
        return [f"[name for name, _ in s.named_{kind}()]"]
    found = ["list(s)", "[*s]", "len(s)", *(f"list(s{piece})" for piece in SLICES), f"isinstance(s[:1], {symbol})"]
    if row.items:
        found += [f"s[{row.index()}]", f"s[{row.index()}]"]
        found += [f"s.pop({row.index()})"] if symbol != "ParameterList" else []
    if symbol == "ParameterList" and len(set(row.items)) == len(row.items):
        found += ["list(s.parameters())"]
    return found


def asked(draw: st.DrawFn, queries: Sequence[str]) -> list[str]:
    """Some of the questions, one that takes something out last."""
    chosen = draw(st.lists(st.sampled_from(queries), min_size=1, max_size=3, unique=True))
    taking = [line for line in chosen if ".pop(" in line]
    return [line for line in chosen if line not in taking] + taking[:1]


@st.composite
def rows(draw: st.DrawFn, symbol: str) -> Case:
    """A row of items, changed and asked."""
    criterion = draw(st.sampled_from(["values", "values", "parameters"]))
    calling = symbol == "Sequential" and criterion == "values" and draw(st.booleans())
    make = make_parameter if symbol == "ParameterList" else make_adder if calling else make_module
    row = Row(draw, make, plain=criterion == "parameters")
    row.lines += [ADD] * calling
    row.items = row.several(0, 3)
    row.lines.append(f"s = {constructed(symbol, row.items)}")
    for _ in range(draw(st.integers(0, 4))):
        change_row(row, symbol)
    if calling:
        # Called at the end, so that every change counts.
        return program(*row.lines, row.pick(["s(1.0)", "s(0.5)", "s[1:](1.0)", "s[:2](1.0)"]), criterion="values")
    queries = list_queries(row, symbol, criterion)
    return program(*row.lines, *asked(draw, queries), criterion=criterion)


@st.composite
def wrong_rows(draw: st.DrawFn, symbol: str) -> Case:
    """An index that is not there, or something that is no module."""
    row = Row(draw, make_parameter if symbol == "ParameterList" else make_module)
    row.items = row.several(0, 3)
    row.lines.append(f"s = {constructed(symbol, row.items)}")
    out = row.pick([len(row.items), len(row.items) + 2, -len(row.items) - 1])
    item = "nn.Parameter(torch.ones(1))" if symbol == "ParameterList" else "Module()"
    options = [f"s[{out}]", f"s[{out}] = {item}"]
    if symbol != "ParameterList":
        options += [f"del s[{out}]", f"s.pop({out})", "s.append(3)", "s.append(torch.ones(1))", "s.extend([3])"]
        options += [
            "Sequential(3)" if symbol == "Sequential" else "ModuleList([3])",
            *(["s[0] = 3"] if row.items else []),
        ]
    if symbol != "Sequential":
        options += ["s(1.0)"]
    return program(*row.lines, row.pick(options), criterion="errors")


KEYS = ("k", "h", "n", "1")


@st.composite
def dictionaries(draw: st.DrawFn, symbol: str) -> Case:
    """A dictionary, changed and asked; the keys of a plain dict come in their sorted order."""
    criterion = draw(st.sampled_from(["values", "values", "parameters"]))
    plain = criterion == "parameters"
    row = Row(draw, make_parameter if symbol == "ParameterDict" else make_module, plain=plain)
    held: dict[str, str] = {}

    def some(low: int) -> dict[str, str]:
        keys = sorted(draw(st.lists(st.sampled_from(KEYS), min_size=low, max_size=3, unique=True)))
        return {key: row.fresh() for key in keys}

    def literal(items: dict[str, str]) -> str:
        return "{" + ", ".join(f"{key!r}: {item}" for key, item in items.items()) + "}"

    start = some(0)
    held |= start
    row.lines.append(f"d = {symbol}({literal(start) if start else ''})")
    for _ in range(draw(st.integers(0, 4))):
        what = row.pick(["set", "update", *(["del", "pop", "again"] if held else [])])
        if what in ("set", "again"):
            key, item = row.pick(KEYS if what == "set" else [*held]), row.fresh()
            row.lines.append(f"d[{key!r}] = {item}")
            held[key] = item
        elif what == "update":
            more = some(1)
            wrapped = not plain and draw(st.booleans())
            row.lines.append(f"_ = d.update({f'{symbol}({literal(more)})' if wrapped else literal(more)})")
            held |= more
        else:
            key = row.pick([*held])
            row.lines.append(f"del d[{key!r}]" if what == "del" else f"_ = d.pop({key!r})")
            del held[key]
    if plain:
        kind = "parameters" if symbol == "ParameterDict" else "children"
        return program(*row.lines, f"[name for name, _ in d.named_{kind}()]", criterion=criterion)
    queries = [
        "list(d)",
        "list(d.keys())",
        "list(d.values())",
        "list(d.items())",
        "len(d)",
        *(f"{key!r} in d" for key in KEYS[:2]),
    ]
    queries += [f"d[{key!r}]" for key in [*held][:2]] + [f"d.pop({key!r})" for key in [*held][:1]]
    return program(*row.lines, *asked(draw, queries), criterion="values")


@st.composite
def wrong_dictionaries(draw: st.DrawFn, symbol: str) -> Case:
    """A key that is not there, or something that is no module."""
    row = Row(draw, make_parameter if symbol == "ParameterDict" else make_module)
    lines = [f"d = {symbol}()"]
    if draw(st.booleans()):
        item = row.fresh()
        lines = [
            *row.lines,
            f"d = {symbol}({{'k': {item}}})",
            *draw(st.sampled_from([[], ["del d['k']"], ["_ = d.pop('k')"]])),
        ]
    options = ["d['h']", "del d['h']", "d.pop('h')", "d(1.0)"]
    if symbol == "ModuleDict":
        options += [
            "d['k'] = 3",
            "d['k'] = torch.ones(1)",
            "d['x.y'] = Module()",
            "d[''] = Module()",
            "d.update({'h': 3})",
            "ModuleDict({'h': 3})",
        ]
    gone = ["d['k']"] if lines[-1] in ("del d['k']", "_ = d.pop('k')") else []
    return program(*lines, draw(st.sampled_from(options + gone)), criterion="errors")


@st.composite
def conversions_in(draw: st.DrawFn, symbol: str) -> Case:
    """Plain tensors that become parameters."""
    put = draw(st.sampled_from(["made", "set", "update"]))
    if symbol == "ParameterList":
        start = {"made": "s = ParameterList([t])", "set": "s = ParameterList([p])", "update": "s = ParameterList()"}[
            put
        ]
        change = {
            "made": [],
            "set": ["s[0] = t"],
            "update": [draw(st.sampled_from(["_ = s.append(t)", "_ = s.extend([t])"]))],
        }[put]
        item = "s[0]"
    else:
        start = {
            "made": "s = ParameterDict({'k': t})",
            "set": "s = ParameterDict({'k': p})",
            "update": "s = ParameterDict()",
        }[put]
        change = {
            "made": [],
            "set": ["s['k'] = t"],
            "update": [draw(st.sampled_from(["s['k'] = t", "_ = s.update({'k': t})"]))],
        }[put]
        item = "s['k']"
    lines = [
        "t = torch.tensor([1.0, 2.0])",
        *(["p = nn.Parameter(torch.zeros(2))"] if put == "set" else []),
        start,
        *change,
    ]
    if put != "set" and draw(st.booleans()):
        return program(*lines, "[v.tolist() for v in s.parameters()]", criterion="parameters")
    return program(
        *lines, f"isinstance({item}, nn.Parameter), {item}.requires_grad, {item}.tolist()", criterion="values"
    )


def container(
    symbol: str, examples: Sequence[Case], interface: Sequence[Case], *cases: st.SearchStrategy[Case]
) -> Part:
    """The part of a container; its programs also use the answer's own Module."""
    return Part(
        symbol=symbol,
        oracle={"Module": nn.Module, symbol: getattr(nn, symbol)},
        cases=st.one_of(*cases),
        examples=examples,
        interface=interface,
        off_limits=OFF_LIMITS,
        points={"parameters": 2, "values": 3},
        size=96,
        core=True,
    )


C = "c = Module()"
TENSOR = "t = torch.ones(2)"


def values(*lines: str) -> Case:
    """A program about order, identity and calls."""
    return program(*lines, criterion="values")


def row_examples(symbol: str, item: str, kind: str) -> list[Case]:
    """Examples that all rows share."""
    three = [f"{name} = {item}" for name in "abc"]
    made = constructed(symbol, ("a", "b"))
    return [
        names(
            *three,
            f"s = {made}",
            f"[name for name, _ in s.named_{kind}()]",
            "_ = s.append(c)",
            f"[name for name, _ in s.named_{kind}()]",
        ),
        values(*three, f"s = {made}", "list(s)", "len(s)", "s[0], s[-1]"),
        values(
            *three,
            f"s = {constructed(symbol, ('a', 'b', 'c'))}",
            "list(s[1:])",
            "list(s[::2])",
            "list(s[::-1])",
            f"isinstance(s[1:], {symbol})",
        ),
        values(*three, f"s = {made}", "s[-1] = c", "list(s)", "_ = s.extend([b])", "list(s)"),
        values(*three, f"s = {constructed(symbol, ('a', 'a'))}", "len(s)", "list(s)"),
        errors(three[0], f"s = {constructed(symbol, 'a')}", "s[1]"),
        errors(three[0], f"s = {constructed(symbol, 'a')}", "s[-2]"),
        errors(three[0], f"s = {constructed(symbol, 'a')}", f"s[1] = {item}"),
    ]


def list_examples(symbol: str) -> list[Case]:
    """Examples that both lists of modules share."""
    three = constructed(symbol, ("a", "b", "c"))
    return [
        *row_examples(symbol, "Module()", "children"),
        names(A, B, C, f"s = {three}", "del s[0]", "[name for name, _ in s.named_children()]"),
        names(A, B, C, f"s = {three}", "_ = s.pop(1)", "[name for name, _ in s.named_children()]"),
        names(
            A,
            B,
            C,
            f"s = {constructed(symbol, 'ab')}",
            "_ = s.insert(0, c)",
            "[name for name, _ in s.named_children()]",
        ),
        values(A, B, C, f"s = {three}", "del s[-1]", "list(s)", "s.pop(0)", "list(s)", "s[0]"),
        values(A, B, C, f"s = {constructed(symbol, 'ab')}", "_ = s.insert(1, c)", "list(s)"),
        values(A, B, C, f"s = {constructed(symbol, 'ab')}", "_ = s.insert(2, c)", "list(s)"),
        values(A, B, C, f"s = {three}", "del s[1]", "_ = s.append(b)", "list(s)", "s[2]"),
        values(A, B, f"s = {constructed(symbol, 'a')}", f"_ = s.extend({constructed(symbol, 'b')})", "list(s)"),
        errors(A, f"s = {constructed(symbol, 'a')}", "s.append(3)"),
        errors(A, f"s = {constructed(symbol, 'a')}", "s[0] = 3"),
        errors(A, f"s = {constructed(symbol, 'a')}", "del s[1]"),
        errors(A, f"s = {constructed(symbol, 'a')}", "s.pop(1)"),
        errors("Sequential(3)" if symbol == "Sequential" else "ModuleList([3])"),
    ]


def dictionary_examples(symbol: str, item: str, kind: str) -> list[Case]:
    """Examples that both dictionaries share."""
    two = [f"a = {item}", f"b = {item}", f"d = {symbol}({{'h': a, 'k': b}})"]
    return [
        names(*two, f"[name for name, _ in d.named_{kind}()]", "list(d.state_dict())"),
        names(*two, "del d['h']", f"[name for name, _ in d.named_{kind}()]"),
        values(
            *two,
            "list(d), list(d.keys())",
            "list(d.values())",
            "list(d.items())",
            "len(d)",
            "d['k']",
            "'h' in d, 'n' in d, 'training' in d",
        ),
        values(*two, "d.pop('h')", "list(d)", "len(d)"),
        values(*two, f"c = {item}", "d['h'] = c", "list(d.items())", "d['e'] = a", "list(d)"),
        values(*two, f"c = {item}", "_ = d.update({'e': c, 'k': c})", "list(d.items())"),
        values(*two, f"c = {item}", f"_ = d.update({symbol}({{'h': c}}))", "list(d.items())"),
        errors(*two, "d['n']"),
        errors(*two, "del d['n']"),
        errors(*two, "d.pop('n')"),
    ]


def in_tree(symbol: str, item: str, made: str, empty: str = "()") -> list[Case]:
    """What every container is: a module, a child like others, empty unless given something."""
    return [
        program(f"s = {symbol}{empty}", "len(s)", "list(s)", "isinstance(s, Module)", "s.training"),
        program(
            f"a = {item}",
            f"s = {made}",
            M,
            "m.s = s",
            "[k is s for k in m.children()]",
            "_ = m.eval()",
            "s.training",
            "len(s)",
        ),
    ]


sequential = container(
    "Sequential",
    [
        values(ADD, "s = Sequential(Add(1.0), Add(2.0))", "s(1.0)"),
        values(ADD, "a = Add(1.0)", "s = Sequential(a, a)", "s(1.0)"),
        values(ADD, "s = Sequential()", "s(3.0)"),
        values(ADD, "s = Sequential(Add(1.0), Add(2.0), Add(3.0))", "s[1:](1.0)", "s[:-1](1.0)"),
        values(ADD, "s = Sequential(Add(1.0), Sequential(Add(2.0), Add(3.0)))", "s(1.0)", "len(s)"),
        *list_examples("Sequential"),
    ],
    in_tree("Sequential", "Module()", "Sequential(a)"),
    rows("Sequential"), rows("Sequential"), wrong_rows("Sequential"),
)  # fmt: skip

module_list = container(
    "ModuleList",
    [
        *list_examples("ModuleList"),
        values(A, B, "s = ModuleList(k for k in (a, b))", "list(s)"),
        errors(A, "s = ModuleList([a])", "s(1.0)"),
    ],
    in_tree("ModuleList", "Module()", "ModuleList([a])"),
    rows("ModuleList"), rows("ModuleList"), wrong_rows("ModuleList"),
)  # fmt: skip

module_dict = container(
    "ModuleDict",
    [
        *dictionary_examples("ModuleDict", "Module()", "children"),
        values(A, B, "d = ModuleDict({'k': a, 'h': b})", "list(d)"),
        errors("d = ModuleDict()", "d['k'] = 3"),
        errors("d = ModuleDict()", "d['x.y'] = Module()"),
        errors("d = ModuleDict()", "d[''] = Module()"),
    ],
    in_tree("ModuleDict", "Module()", "ModuleDict({'k': a})"),
    dictionaries("ModuleDict"), dictionaries("ModuleDict"), wrong_dictionaries("ModuleDict"),
)  # fmt: skip

parameter_list = container(
    "ParameterList",
    [
        *row_examples("ParameterList", "nn.Parameter(torch.ones(1))", "parameters"),
        names(P, "s = ParameterList([p])", "list(s.state_dict())"),
        values(P, "s = ParameterList([p])", "list(s.parameters())"),
        values(TENSOR, "s = ParameterList([t])", "isinstance(s[0], nn.Parameter), s[0].requires_grad, s[0].tolist()"),
        values(TENSOR, "s = ParameterList()", "_ = s.append(t)", "isinstance(s[0], nn.Parameter)"),
        values(P, TENSOR, "s = ParameterList([p])", "s[0] = t", "isinstance(s[0], nn.Parameter), s[0] is p"),
        values(P, Q, "s = ParameterList([p])", "_ = s.extend(ParameterList([q]))", "list(s)"),
    ],
    in_tree("ParameterList", "nn.Parameter(torch.ones(1))", "ParameterList([a])"),
    rows("ParameterList"), rows("ParameterList"), wrong_rows("ParameterList"), conversions_in("ParameterList"),
)  # fmt: skip

parameter_dict = container(
    "ParameterDict",
    [
        *dictionary_examples("ParameterDict", "nn.Parameter(torch.ones(1))", "parameters"),
        values(TENSOR, "s = ParameterDict({'k': t})",
               "isinstance(s['k'], nn.Parameter), s['k'].requires_grad, s['k'].tolist()"),
        values(TENSOR, "s = ParameterDict()", "s['k'] = t", "isinstance(s['k'], nn.Parameter)"),
        values(TENSOR, "s = ParameterDict()", "_ = s.update({'k': t})", "isinstance(s['k'], nn.Parameter)"),
        values(P, Q, "s = ParameterDict({'k': p})", "s['k'] = q", "list(s.parameters())"),
    ],
    in_tree("ParameterDict", "nn.Parameter(torch.ones(1))", "ParameterDict({'k': a})"),
    dictionaries("ParameterDict"), dictionaries("ParameterDict"), wrong_dictionaries("ParameterDict"),
                 conversions_in("ParameterDict"),
)  # fmt: skip

NO_GRAPH = "data, buffers and gradients are in no graph"
GRADIENTS_STAY = "what a conversion does to gradients that are there is not judged: answers do it in several ways"

exercise = Exercise(
    title="Modules and containers",
    parts=[module, sequential, module_list, module_dict, parameter_list, parameter_dict],
    equivalent_mutants={
        "if registry not in self.__dict__: raise AttributeError(f'{type(self).__name__} must call super().__init__() "
        "before it r… → if False": "looking the registry up then raises a KeyError, and any exception will do",
        "parameter.data = parameter.data.to(dtype) → parameter.data = parameter.data.to(dtype).detach()": NO_GRAPH,
        "module._buffers[name] = buffer.to(dtype) → module._buffers[name] = buffer.to(dtype).detach()": NO_GRAPH,
        "parameter.grad = parameter.grad.to(dtype) → parameter.grad = parameter.grad.to(dtype).detach()": NO_GRAPH,
        "if parameter.grad is not None: parameter.grad = parameter.grad.to(dtype) → if False": GRADIENTS_STAY,
    },
)

"""A base class for modules, and containers: judged by random programs, run on the answer and on `torch.nn`.

A program keeps to one criterion: registration and names are `parameters`, what is saved and loaded is `state`, flags,
calls, conversions and reprs are `values`, and a program of `errors` ends with a line that must raise. Every program
observes with as few methods as it can, so that one mistake shows in one criterion.
"""

import re
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.programs import NAMES, Lines, Row, Table, Tree, constructed, statements, written
from grader.spec import Exercise, OffLimits, Part, listed, program

Case = dict[str, Any]

OFF_LIMITS = OffLimits(classes=("*",), allow=("Parameter",))

CLASSES = {text.split()[1].partition("(")[0]: text for text in statements("""
class Scale(Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor
    def forward(self, x, shift=0.0):
        return x * self.factor + shift

class Weighted(Module):
    def __init__(self, value):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([value, 1.0]))
    def forward(self, x):
        return x * self.weight

class Twice(Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, x):
        return self.inner(self.inner(x))

class Flip(Module):
    def forward(self, x):
        return x if self.training else -x

class Pair(Module):
    def forward(self, *args, **kwargs):
        return args, kwargs

class Early(Module):
    def __init__(self):
        self.n = 3
        super().__init__()
        self.w = nn.Parameter(torch.ones(1))

class Leaf(Module):
    def __init__(self, size):
        super().__init__()
        self.size = size
    def extra_repr(self):
        return f'size={self.size}'

class Bare(Module):
    pass

class Add(Module):
    def __init__(self, n):
        super().__init__()
        self.n = n
    def forward(self, x):
        return x * 2 + self.n

class Net(Module):
    def forward(self, x):
        return x

class Lazy(Module):
    def forward(self, x):
        if not hasattr(self, 'calls'):
            self.register_buffer('calls', torch.tensor(0))
        self.calls = self.calls + 1
        return x
""")}  # fmt: skip
"""Classes of programs, by name."""

# Module: what is registered, and under which names.

LISTS = [f"list({{}}.{query})" for query in (
    "named_parameters()", "parameters()", "named_children()", "children()", "named_modules()", "modules()",
    "named_buffers()", "buffers()", "parameters(recurse=False)", "buffers(recurse=False)",
    "named_parameters(recurse=False)", "named_buffers(recurse=False)", "named_parameters(prefix='net')",
    "named_buffers(prefix='net')", "named_modules(prefix='net')", "named_parameters(prefix='net', recurse=False)",
    "named_buffers(prefix='net', recurse=False)", "named_parameters(remove_duplicate=False)",
    "named_buffers(remove_duplicate=False)", "named_modules(remove_duplicate=False)",
    "named_parameters(prefix='net', remove_duplicate=False)", "named_modules(prefix='net', remove_duplicate=False)",
)]  # fmt: skip


def query(tree: Tree) -> str:
    """An expression about the modules built so far."""
    about = tree.pick(["list", "list", "list", "list", "name", "path"])
    owner, name, slot = tree.slot()
    if about == "path":
        options = [f"m.get_submodule('{path}')" for path in ["", *tree.paths("module")]]
        options += [f"m.get_parameter('{path}')" for path in tree.paths("parameter")]
        return tree.pick(options[::-1])
    if about == "name":
        there = [f"{owner}.{name}"] if slot else []
        return tree.pick([*there, f"hasattr({owner}, '{name}')", f"getattr({owner}, '{name}', 'nothing')"])
    return tree.pick(LISTS).format(tree.pick(["m", "m", owner]))


@st.composite
def registrations(draw: st.DrawFn) -> Case:
    """Set, delete, replace and register names; then ask what is there."""
    tree = Tree(draw)
    for _ in range(tree.number(1, 8)):
        tree.operate()
        if tree.rarely():
            tree.add(query(tree))
    tree.add("list(m.named_parameters())", "list(m.named_buffers())", "list(m.named_children())")
    for _ in range(tree.number(0, 3)):
        tree.add(query(tree))
    return tree.case(criterion="parameters")


@st.composite
def walks(draw: st.DrawFn) -> Case:
    """Nested modules with shared parameters and children, and the lists of them."""
    tree = Tree(draw)
    tree.grow(2, 7)
    for _ in range(tree.number(1, 3)):
        tree.add(query(tree))
    kinds = ("named_parameters", "named_buffers", "named_modules", "parameters", "buffers", "modules")
    everything = [f"list(m.{kind}())" for kind in kinds]
    return tree.case(*(line for line in everything if line not in tree.lines), criterion="parameters")


# Module: what is saved and loaded.


@st.composite
def saved(draw: st.DrawFn) -> Case:
    """The keys and values of a state."""
    tree = Tree(draw)
    tree.grow(1, 6)
    for _ in range(tree.number(0, 4)):
        owner, name, slot = tree.slot()
        kind = slot[0] if slot else "nothing"
        options = [tree.set_none] if slot else []
        options += [tree.set_tensor, tree.register_buffer] if kind in ("nothing", "buffer") else []
        options += [tree.set_parameter, tree.delete] if kind in ("buffer", "parameter") else []
        if options:
            tree.pick(options)(owner, name)
    queries = [
        "list(m.state_dict())",
        "list(m.state_dict(prefix='net.'))",
        "[v.requires_grad for v in m.state_dict().values()]",
        "list(m.state_dict(prefix='net'))",
        *(f"m.state_dict()['{path}'].tolist()" for path in tree.paths("parameter")[:2]),
    ]
    return tree.case(*tree.asked(queries), criterion="state")


CHECKPOINT = "sd = {k: v + 1 for k, v in m.state_dict().items()}"
"""A state with other values than the module's."""


def foreign_keys(tree: Tree) -> list[str]:
    """Keys that the module does not have."""
    return ["other", "other.weight", *(f"{path}.other" for path in tree.paths("module")), *tree.paths("module")]


@st.composite
def loaded(draw: st.DrawFn) -> Case:
    """Load a state that fits, or one that does not without being strict."""
    tree = Tree(draw)
    tree.grow(1, 5)
    tree.add(CHECKPOINT)
    own = tree.paths("parameter")
    fits = tree.pick(["fits", "not strict", "not strict"]) == "fits"
    if fits:
        tree.add(*tree.pick([[], ["sd = {k: v.double() for k, v in sd.items()}"], ["sd = dict(reversed(sd.items()))"]]))
    else:
        if own and tree.coin():
            tree.add(f"del sd['{tree.pick(own)}']")
        if tree.coin():
            tree.add(f"sd['{tree.pick(foreign_keys(tree))}'] = torch.ones(1)")
    tree.add("before = sorted(sd)")
    if tree.coin() and own:
        tree.add("_ = [k.requires_grad_(False) for k in m.parameters()]")
    tree.add("result = m.load_state_dict(sd)" if fits else "result = m.load_state_dict(sd, strict=False)")
    used = tree.parameters
    queries = ["sorted(result.missing_keys), sorted(result.unexpected_keys)"] * (1 if fits else 2)
    queries += [f"{name}.detach(), {name}.requires_grad, {name}.grad_fn" for name in used[:2]] * 2
    queries += [f"m.{path}.tolist()" for path in tree.paths("buffer")[:2]] + ["sorted(sd) == before"]
    queries += [f"[v.zero_() for v in sd.values()] and {name}.tolist()" for name in used[:1]]
    return tree.case(*tree.asked(queries), criterion="state")


# Module: flags, calls, conversions, reprs.


def nest(draw: st.DrawFn, *, again: bool = False) -> Tree:
    """One to four modules, one below the other or side by side; `again` lets a parent hold a child twice."""
    tree = Tree(draw)
    for name in tree.pick(["", "x", "xy", "xyz"]):
        child = "abc"[NAMES.index(name)]
        owner = tree.pick(tree.held)
        tree.add(f"{child} = Module()", f"{owner}.{name} = {child}")
        tree.held[child] = {}
        if again and tree.rarely():
            tree.add(f"{owner}.again_{name} = {child}")
    return tree


@st.composite
def modes(draw: st.DrawFn) -> Case:
    """Training and evaluation of parts and of the whole."""
    tree = nest(draw)
    flags = ", ".join(f"{name}.training" for name in tree.held)
    if tree.rarely():
        tree.add("m.weight = nn.Parameter(torch.ones(2))")
        flags += ", m.weight.requires_grad"
    switches = ("eval()", "train()", "train(False)", "train(mode=True)")
    options = [f"_ = {name}.{switch}" for name in tree.held for switch in switches]
    for _ in range(tree.number(1, 3)):
        tree.add(tree.pick(options), flags)
    if tree.coin():
        tree.add("m.late = Module()", tree.pick(options), "m.late.training")
    return tree.case(criterion="values")


@st.composite
def visits(draw: st.DrawFn) -> Case:
    """A function applied to all modules, in the order of its calls."""
    tree = nest(draw, again=True)
    return tree.case("seen = []", f"_ = {tree.pick(tree.held)}.apply(seen.append)", "seen[:]", criterion="values")


@st.composite
def calls(draw: st.DrawFn) -> Case:
    """Modules with a `forward`, called."""
    value = draw(st.sampled_from(["2.0", "3.0", "-1.0"]))
    x = draw(st.sampled_from(["1.0", "5.0"]))
    which = draw(st.sampled_from(["Scale", "Weighted", "Twice", "Flip", "Pair", "Early"]))
    if which == "Scale":
        given = draw(st.sampled_from([f"{x}", f"{x}, 1.0", f"{x}, shift=1.0", f"x={x}, shift=2.0"]))
        lines = [f"m = Scale({value})", f"m({given})"]
    elif which == "Weighted":
        lines = [f"m = Weighted({value})", f"y = m(torch.tensor([{x}, 2.0]))", "y.detach()"]
        lines += ["y.sum().backward()", "m.weight.grad"] if draw(st.booleans()) else []
    elif which == "Twice":
        lines = [CLASSES["Twice"], f"m = Twice(Scale({value}))", f"m({x})"]
        which = "Scale"
    elif which == "Flip":
        mode = draw(st.sampled_from(["m.eval()", "m.train(False)", "m.train()"]))
        lines = ["m = Flip()", f"_ = {mode}", f"m({x})"]
    elif which == "Pair":
        lines = [f"Pair()({draw(st.sampled_from(['1', '1, 2', 'k=3', '1, k=3', '']))})"]
    else:
        lines = ["m = Early()", "m.n, m.w.tolist(), m.training"]
    return program(CLASSES[which], *lines, criterion="values")


@st.composite
def shown(draw: st.DrawFn) -> Case:
    """Reprs, with and without `extra_repr` and children."""
    lines = [f"m = {draw(st.sampled_from(['Leaf(1)', 'Bare()']))}"]
    for name in draw(st.sampled_from(["", "x", "xy", "xyz"])):
        owner = draw(st.sampled_from(["m", "m.x", "m.x.y"][: NAMES.index(name) + 1])) if name != "x" else "m"
        if owner == "m.x.y" and "m.x.y = " not in "".join(lines):
            owner = "m.x"
        lines.append(f"{owner}.{name} = {draw(st.sampled_from(['Leaf(2)', 'Bare()']))}")
    if draw(st.integers(0, 3)) == 3:
        lines.append("m.w = nn.Parameter(torch.ones(2))")
    classes = [CLASSES[name] for name in ("Leaf", "Bare") if name in "".join(lines)]
    return program(*classes, *lines, "repr(m)", criterion="values")


@st.composite
def gradients(draw: st.DrawFn) -> Case:
    """Freezing, and gradients that are dropped."""
    tree = Tree(draw)
    tree.grow(1, 5)
    if not tree.parameters:
        tree.set_parameter("m", "x")
    used = tree.parameters
    if tree.pick(["freeze", "zero"]) == "freeze":
        flags = ", ".join(f"{name}.requires_grad" for name in used)
        for _ in range(tree.number(1, 2)):
            switch = tree.pick(["requires_grad_(False)", "requires_grad_()", "requires_grad_(True)"])
            tree.add(f"_ = {tree.pick(tree.held)}.{switch}", flags)
        return tree.case(f"[{flags}]", criterion="values")
    with_grad = [name for name in used if tree.number(0, 3)]
    tree.add(*(f"{name}.grad = torch.full_like({name}, 2.0)" for name in with_grad))
    zero = tree.pick(["zero_grad()", "zero_grad(set_to_none=True)", "zero_grad(set_to_none=False)"])
    tree.add(f"_ = {tree.pick(['m', 'm', *tree.held])}.{zero}")
    return tree.case(f"[{', '.join(f'{name}.grad' for name in used)}]", criterion="values")


EXTRAS = {
    "k": "torch.arange(2)",
    "f": "torch.ones(2)",
    "i": "nn.Parameter(torch.tensor([3]), requires_grad=False)",
}
"""Buffers, and a parameter, of which not all float."""


@st.composite
def conversions(draw: st.DrawFn) -> Case:
    """Another dtype for everything that floats; each buffer is held once."""
    tree = Tree(draw)
    for _ in range(tree.number(1, 4)):
        owner = tree.pick(tree.held)
        if free := tree.free(owner):
            tree.pick([tree.set_parameter, *([tree.set_module] * 2 if tree.below(owner) else [])])(owner, free[0])
    picked = draw(st.lists(st.sampled_from([*EXTRAS]), max_size=2, unique=True))
    for name in picked:
        owner = tree.pick(tree.held)
        tree.add(f"{name} = {EXTRAS[name]}")
        if name == "i":
            tree.add(f"{owner}.i = i")
        else:
            tree.add(f"_ = {owner}.register_buffer('{name}', {name}{tree.pick([')', ', persistent=False)'])}")
        tree.held[owner][name] = ("other", None)
    if tree.coin() and "i" not in picked:
        tree.add("_ = m.requires_grad_(False)")
    conversion = tree.pick([
        ["double()"], ["to(torch.float64)"], ["to(dtype=torch.float64)"], ["to(torch.float16)"],
        ["double()", "float()"], ["to(torch.float16)", "float()"], ["to(torch.float16)", "double()"],
    ])  # fmt: skip
    queries = [f"{name}.dtype, {name}.requires_grad, {name}.tolist()" for name in tree.parameters]
    held = [f"{owner}.{name}" for owner in tree.held for name in EXTRAS if name in tree.held[owner]]
    queries += [f"{path}.dtype, {path}.tolist()" for path in held]
    if tree.parameters or "i" in picked:
        tree.add("before = [id(v) for v in m.parameters()]")
        queries.append("[id(v) for v in m.parameters()] == before")
    converted = [f"_ = m.{step}" for step in conversion]
    return tree.case(*converted, *(queries or ["list(m.parameters())"]), criterion="values")


# Module: what must raise. Each adds lines, and gives the last, which raises; nothing is looked at after it.

NOT_THERE = "reading or deleting a name that is not there"
ANOTHER_KIND = "giving a registered name a value that the table above says is a TypeError"
REFUSED_NAME = "registering under a name that is empty, has a dot in it, or is an attribute of another kind"
WRONG_KIND = "registering a value of the wrong kind with one of the `register_…` methods or `add_module`"
EARLY = "registering anything before `super().__init__()`"
NOWHERE = "`get_submodule` and `get_parameter` with a path that leads nowhere, or to another kind of thing"
OTHER_KEYS = "strict loading with missing or unexpected keys, on whatever level, and any loading with another shape"
UNCALLABLE = "calling a module without a `forward`, and so a ModuleList, a ModuleDict or a container of parameters"
NO_INDEX = "in containers, an index or key that is not there"
NO_MODULE = "putting something that is not a module into a container of modules"
BAD_KEY = "a key of a ModuleDict that is empty or has a dot in it"


def wrong_values(tree: Tree) -> str:
    """A registered name is given another kind of value."""
    kind = tree.pick(["parameter", "module", "buffer"])
    there = {"parameter": tree.parameter, "module": lambda: tree.module("a"), "buffer": tree.tensor}[kind]()
    tree.add(f"_ = m.register_buffer('x', {there})" if kind == "buffer" else f"m.x = {there}")
    if tree.pick([False, False, True]):
        tree.add("m.x = None")
    options = {
        "parameter": ["3", "torch.ones(2)", "Module()"],
        "module": ["3", "torch.ones(2)"],
        "buffer": ["3", "'text'"],
    }
    return f"m.x = {tree.pick(options[kind])}"


REGISTERED = {
    "register_parameter": ("parameter", "nn.Parameter(torch.ones(2))"),
    "register_buffer": ("buffer", "torch.ones(2)"),
    "add_module": ("module", "Module()"),
    "register_module": ("module", "Module()"),
}
"""What each method registers: a kind, and a value of it."""

TAKEN = {
    "parameter": "m.x = nn.Parameter(torch.ones(1))",
    "buffer": "m.register_buffer('x', torch.ones(1))",
    "module": "m.x = Module()",
    "plain": "m.x = 3",
}
"""Lines that make a name stand for a kind."""


def wrong_names(tree: Tree) -> str:
    """A name that is empty, dotted or taken."""
    method = tree.pick(REGISTERED)
    kind, value = REGISTERED[method]
    name = tree.pick(["''", "'x.y'", "'x'", "'forward'"])
    if name == "'x'":
        tree.add(TAKEN[tree.pick(taken for taken in TAKEN if taken != kind)])
    return f"m.{method}({name}, {tree.pick([value, value, 'None'])})"


def wrong_kinds(tree: Tree) -> str:
    """Something of another kind is registered."""
    return tree.pick([
        "m.register_parameter('x', torch.ones(2))", "m.register_parameter('x', 3)",
        "m.register_parameter('x', Module())", "m.register_buffer('x', 3)", "m.register_buffer('x', [1.0])",
        "m.register_buffer('x', Module())", "m.add_module('x', 3)", "m.add_module('x', torch.ones(2))",
        "m.add_module('x', nn.Parameter(torch.ones(2)))", "m.register_module('x', 3)",
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
            options += [f"m.get_submodule('{path}')"] if kind != "module" else []
            options += [f"m.get_parameter('{path}')"] if kind != "parameter" else []
    return tree.pick(options[::-1])


TOO_EARLY = [
    f"class Net(Module):\n    def __init__(self):\n        {line}\n        super().__init__()"
    for line in (
        "self.x = nn.Parameter(torch.ones(2))",
        "self.x = Module()",
        "self.register_buffer('x', torch.ones(2))",
        "self.register_parameter('x', nn.Parameter(torch.ones(2)))",
        "self.add_module('x', Module())",
    )
]
"""Classes that register something before ``super().__init__()``."""


def too_early(tree: Tree) -> str:
    """Something is registered too early."""
    tree.lines = [tree.pick(TOO_EARLY)]
    return "Net()"


def wrong_state(tree: Tree) -> str:
    """A state whose keys, or shapes, are others."""
    tree.set_parameter("m", "x")
    tree.grow(0, 4)
    tree.add(CHECKPOINT)
    own = tree.paths("parameter")
    how = tree.pick(["missing", "unexpected", "shape", "shape"])
    if how == "shape":
        tree.add(f"sd['{tree.pick(own)}'] = torch.ones({tree.pick(['4', '1', '1, 2'])})")
        return f"m.load_state_dict(sd{tree.pick(['', ', strict=False'])})"
    key = tree.pick(own if how == "missing" else foreign_keys(tree))
    tree.add(f"del sd['{key}']" if how == "missing" else f"sd['{key}'] = torch.ones(1)")
    return f"m.load_state_dict(sd{tree.pick(['', ', strict=True'])})"


def no_forward(tree: Tree) -> str:
    """A module that cannot be called."""
    return tree.pick(["m(1.0)", "m.forward(1.0)"])


RAISING = {
    wrong_names: REFUSED_NAME, wrong_values: ANOTHER_KIND, wrong_kinds: WRONG_KIND, nothing_there: NOT_THERE,
    wrong_paths: NOWHERE, too_early: EARLY, wrong_state: OTHER_KEYS, no_forward: UNCALLABLE,
}  # fmt: skip
"""By what adds the lines: the item of the lesson's list that they fall under."""


def refusal(lines: Lines, last: str, item: str) -> Case:
    """A program whose last line raises."""
    return listed(item, lines.case(last, criterion="errors"))[0]


@st.composite
def raising(draw: st.DrawFn) -> Case:
    """A program whose last line raises."""
    tree = Tree(draw)
    wrong = tree.pick(RAISING)
    return refusal(tree, wrong(tree), RAISING[wrong])


GIVEN = {
    **{name: f"{name} = Module()" for name in "mabc"},
    "p": "p = nn.Parameter(torch.ones(2))",
    "q": "q = nn.Parameter(torch.zeros(2, 3))",
    "t": "t = torch.ones(2)",
    **CLASSES,
}
"""What programs that are written out begin with, where they use it."""

MODULE = """
# parameters
m.x = p; list(m.named_parameters())
m.x = a; a.y = p; m.z = q; list(m.named_parameters()); m.get_submodule('x'); m.get_parameter('x.y')
m.x = a; m.y = a; a.z = p; list(m.named_modules()); list(m.named_children()); list(m.parameters())
m.x = p; m.y = a; a.x = p; list(m.named_parameters()); list(m.named_parameters(remove_duplicate=False))
m.x = a; m.x = p; list(m.named_children()); list(m.named_parameters()); m.x
_ = m.register_buffer('x', t); m.x = a; list(m.named_buffers()); list(m.named_children())
m.x = 3; m.x = p; m.x; del m.x; hasattr(m, 'x')
m.x = p; m.y = q; m.x = None; m.x; list(m.parameters()); m.x = q; list(m.named_parameters())
m.x = a; m.y = b; m.x = None; m.x; list(m.named_children()); m.x = a; list(m.named_children())
u = torch.zeros(2); _ = m.register_buffer('x', t); m.x = u; list(m.named_buffers()); m.y = t; list(m.buffers())
m.x = [a]; list(m.children()); m.x; getattr(m, 'y', 'nothing')
w = nn.Parameter(torch.ones(2)); m.x = p; m.y = q; m.z = w; list(m.parameters())
m.x = a; a.x = p; m.y = q; list(m.named_parameters(recurse=False)); list(m.parameters(recurse=False));
    list(m.named_parameters(prefix='net'))
_ = m.register_buffer('x', t); m.y = a; _ = a.register_buffer('x', t); list(m.named_buffers()); list(m.buffers());
    list(m.named_buffers(recurse=False)); list(m.named_buffers(remove_duplicate=False))
m.x = a; _ = a.register_buffer('x', t); list(m.buffers()); list(m.buffers(recurse=False))
m.x = a; a.x = b; list(m.children()); list(m.named_children())
m.x = a; a.x = b; b.x = p; m.y = q; list(m.named_parameters()); m.get_parameter('x.x.x')
m.x = a; m.y = b; a.z = b; list(m.named_modules()); list(m.named_modules(remove_duplicate=False))
m.x = a; m.y = p; m.z = b; m.x = b; list(m.named_children()); del m.x; m.x = a; list(m.named_children())
m.x = a; a.x = b; list(m.modules()); list(m.named_modules(prefix='net')); m.get_submodule('')
m.x = p; m.y = q; next(m.parameters()); next(m.named_parameters())[0]; next(m.parameters(recurse=False))
m.x = a; m.y = b; next(m.children()); next(m.named_children())[0]; next(m.modules()); next(m.named_modules())[0]
_ = m.register_buffer('x', t); next(m.buffers()); next(m.named_buffers())[0]
m.x = p; found = m.parameters(); list(found); list(found); list(m.parameters())
# state
m.x = p; sd = m.state_dict(); _ = sd['x'].fill_(5.0); p.tolist()
m.x = a; a.y = p; sd = m.state_dict(); _ = p.data.fill_(3.0); sd['x.y'].tolist(); sd['x.y'].data_ptr() == p.data_ptr()
_ = m.register_buffer('x', t); sd = m.state_dict(); _ = sd['x'].fill_(5.0); m.x.tolist(); t.tolist()
m.x = a; a.y = p; m.z = p; sd = m.state_dict(); _ = sd['z'].fill_(5.0); sd['x.y'].tolist(); p.tolist()
m.x = a; a.y = p; sd = {'x.y': torch.zeros(2), 'x.z': torch.ones(1), 'x.y.z': torch.ones(1), 'x': torch.ones(1)};
    result = m.load_state_dict(sd, strict=False); sorted(result.missing_keys), sorted(result.unexpected_keys)
m.x = a; a.y = b; b.z = p; m.y = q; result = m.load_state_dict({'x.y.x': torch.ones(1)}, strict=False);
    sorted(result.missing_keys), sorted(result.unexpected_keys)
m = Lazy(); m(2.0); m(3.0); m.calls.tolist(); list(m.state_dict()); list(m.named_buffers())[0][0]
m.x = Lazy(); m.x(2.0); _ = m.x(2.0); m.state_dict()['x.calls'].tolist(); m.x.calls.dtype
m.x = a; a.y = p; _ = m.register_buffer('y', t); m.z = p; list(m.state_dict())
m.x = a; a.y = p; list(m.state_dict(prefix='net.')); m.state_dict()['x.y'].requires_grad
_ = m.register_buffer('x', t, persistent=False); m.y = t; m.x = torch.zeros(2); list(m.state_dict())
p = nn.Parameter(torch.ones(2)); _ = m.register_buffer('x', t, persistent=False); m.x = p; list(m.state_dict())
_ = m.register_buffer('x', t, persistent=False); del m.x; _ = m.register_buffer('x', t); list(m.state_dict())
_ = m.register_buffer('x', t); _ = m.register_buffer('x', t, persistent=False); list(m.state_dict())
_ = m.register_buffer('x', t, persistent=False); _ = a.register_buffer('x', t);
    list(m.state_dict()), list(a.state_dict())
m.x = p; _ = m.register_parameter('y', None); m.z = a; m.z = None; list(m.state_dict())
m.x = p; m.y = q; result = m.load_state_dict({'x': torch.zeros(2), 'z': torch.ones(1)}, strict=False);
    sorted(result.missing_keys), sorted(result.unexpected_keys); p.detach(), p.requires_grad, p.grad_fn
m.x = p; m.y = a; a.x = p; result = m.load_state_dict({'x': torch.zeros(2), 'y.x': torch.zeros(2)});
    sorted(result.missing_keys), sorted(result.unexpected_keys); p.detach()
q = nn.Parameter(torch.zeros(2)); m.x = p; m.y = q;
    _ = m.load_state_dict({'y': torch.full((2,), 5.0), 'x': torch.full((2,), 4.0)}); p.detach(), q.detach()
m.x = p; _ = m.load_state_dict({'x': torch.zeros(2, dtype=torch.float64)}); p.detach(), p.dtype; m.x is p
p = nn.Parameter(torch.ones(2), requires_grad=False); m.x = p; _ = m.load_state_dict({'x': torch.zeros(2)});
    p.tolist(), p.requires_grad
_ = m.register_buffer('x', t); sd = {'x': torch.zeros(2)}; _ = m.load_state_dict(sd); _ = sd['x'].fill_(5.0);
    m.x.tolist()
_ = m.register_buffer('x', t, persistent=False); result = m.load_state_dict({'x': t}, strict=False);
    sorted(result.missing_keys), sorted(result.unexpected_keys)
# values
m.x = a; a.y = b; _ = m.eval(); m.training, a.training, b.training
m.x = a; a.x = b; b.x = c; _ = m.eval(); b.training, c.training
m.x = p; _ = p.requires_grad_(False); _ = m.train(); p.requires_grad
_ = m.eval(); m.x = a; a.training; _ = m.train(); _ = a.eval(); m.training
m.x = a; a.x = b; seen = []; _ = m.apply(seen.append); seen[:]
m.x = a; m.y = b; seen = []; _ = m.apply(seen.append); seen[:]
Scale(2.0)(3.0, shift=1.0)
m.x = p; _ = m.eval(); m.training, p.requires_grad
m = Leaf(1); m.x = Leaf(2); m.y = Bare(); m.y.z = Leaf(3); repr(m)
m = Early(); m.n
m.x = a; a.x = p; p.grad = torch.ones(2); _ = m.zero_grad(); p.grad
m.x = a; a.x = p; p.grad = torch.ones(2); _ = m.zero_grad(set_to_none=False); p.grad
m.x = p; m.y = q; p.grad = torch.ones(2); _ = m.zero_grad(set_to_none=False); p.grad, q.grad
m.x = nn.Parameter(torch.ones(2).half()); m.x.grad = torch.ones(2).half(); _ = m.zero_grad(set_to_none=False);
    m.x.grad.dtype
m.x = p; p.grad = torch.ones(2); _ = p.requires_grad_(False); _ = m.zero_grad(); p.grad
m.x = a; a.x = b; _ = b.register_buffer('f', torch.ones(1)); _ = m.double(); b.f.dtype
_ = m.register_buffer('x', torch.ones(1), persistent=False); _ = m.double(); m.x.dtype
m.x = a; a.x = p; _ = m.requires_grad_(False); p.requires_grad; _ = m.requires_grad_(); p.requires_grad
Pair()(1, 2, k=3); Pair()()
m = Weighted(3.0); y = m(torch.ones(2)); y.detach(); y.sum().backward(); m.weight.grad
m = Flip(); m(1.0); _ = m.eval(); m(1.0); _ = m.train(True); m(1.0)
m = Twice(Scale(2.0)); m(1.0); [name for name, _ in m.named_modules()]
m.x = a; a.x = p; _ = a.register_buffer('k', torch.arange(2)); _ = a.register_buffer('f', torch.ones(1));
    _ = m.double(); p.dtype, a.k.dtype, a.f.dtype; a.x is p; _ = m.float(); p.dtype, a.k.dtype, a.f.dtype
import copy; m.x = p; d = copy.deepcopy(m); d.x is p; isinstance(d.x, nn.Parameter), d.x.tolist(), d.x.requires_grad;
    _ = d.x.data.fill_(5.0); p.tolist(); d.x.tolist()
import copy; m.x = a; a.y = p; m.z = p; d = copy.deepcopy(m); d.x is a; d.z is d.x.y; len(list(d.parameters()));
    [name for name, _ in d.named_parameters()]
import copy; m.x = a; m.y = a; d = copy.deepcopy(m); d.x is d.y; d.x is a; [name for name, _ in d.named_modules()]
import copy; _ = m.register_buffer('x', t); _ = m.register_buffer('y', torch.ones(1), persistent=False);
    d = copy.deepcopy(m); d.x is t; list(d.state_dict()); _ = d.x.fill_(7.0); t.tolist(); d.y.tolist()
import copy; m.x = p; d = copy.deepcopy(m); d.y = q; del d.x; hasattr(m, 'y'), hasattr(d, 'x'); m.x is p;
    [name for name, _ in m.named_parameters()]
import copy; m.x = a; d = copy.deepcopy(m); _ = d.eval(); m.training, a.training, d.training, d.x.training
import copy; m.x = a; _ = m.eval(); d = copy.deepcopy(m); d.training, d.x.training; d.y = Module(); hasattr(m, 'y')
import copy; m = Weighted(3.0); d = copy.deepcopy(m); _ = d.weight.data.zero_(); m(torch.ones(2)).detach();
    d(torch.ones(2)).detach()
# errors: NOT_THERE
m.x
del m.x
m.x = p; del m.x; m.x
# errors: ANOTHER_KIND
m.x = p; m.x = torch.ones(2)
m.x = p; m.x = Module()
m.x = Module(); m.x = 3
_ = m.register_buffer('x', torch.ones(2)); m.x = 3
# errors: REFUSED_NAME
_ = m.register_parameter('', nn.Parameter(torch.ones(2)))
_ = m.register_buffer('x.y', torch.ones(2))
_ = m.register_buffer('forward', torch.ones(2))
_ = m.add_module('x.y', Module())
m.x = 3; _ = m.register_parameter('x', nn.Parameter(torch.ones(2)))
m.x = p; _ = m.register_buffer('x', torch.ones(2))
m.x = p; _ = m.add_module('x', Module())
# errors: WRONG_KIND
_ = m.register_parameter('x', torch.ones(2))
_ = m.register_buffer('x', 3)
_ = m.add_module('x', torch.ones(2))
# errors: NOWHERE
m.x = p; m.get_submodule('x')
_ = m.register_buffer('x', torch.ones(2)); m.get_parameter('x')
m.x = Module(); m.get_parameter('x.y')
# errors: OTHER_KEYS
m.x = a; a.y = p; m.load_state_dict({'x.y': torch.ones(2), 'x.z': torch.ones(1)})
m.x = a; a.y = b; b.x = p; m.load_state_dict({'x.y.x': torch.ones(2), 'x.y.x.z': torch.ones(1)})
m.x = a; a.y = p; m.load_state_dict({'x.y': torch.ones(2), 'x': torch.ones(1)})
m.x = a; a.y = p; m.load_state_dict({'y': torch.ones(2)})
m.x = p; m.load_state_dict({})
m.load_state_dict({'x': torch.ones(2)})
m.x = p; m.load_state_dict({'x': torch.ones(1)})
m.x = p; m.load_state_dict({'x': torch.tensor(1.0)})
m.x = q; m.load_state_dict({'x': torch.ones(3, 2)})
m.x = p; m.load_state_dict({'x': torch.ones(3)}, strict=False)
# errors: UNCALLABLE
m(1.0)
"""
"""Programs that are in every suite, by criterion and item of the list of bad arguments."""


def in_words(text: str) -> str:
    """Programs as `written` takes them, the items of the list of bad arguments in the lesson's words."""
    return re.sub(r"(?<=^# errors: )[A-Z_]+$", lambda found: globals()[found[0]], text, flags=re.MULTILINE)


MODULE_INTERFACE = """
m.training; m.train() is m, m.eval() is m, m.train(mode=True) is m
m.requires_grad_() is m, m.requires_grad_(False) is m, m.apply(lambda k: None) is m
m.to(torch.float64) is m, m.double() is m, m.float() is m
_ = m.register_parameter('x', None); _ = m.register_buffer('y', None, persistent=False); _ = m.add_module('z', None);
    _ = m.register_module('w', None); m.x, m.y, m.z, m.w
_ = m.register_buffer('x', None, False); _ = m.load_state_dict({}, True); _ = m.load_state_dict({}, strict=False)
len(m.state_dict()); m.get_submodule('') is m; m.extra_repr(); _ = m.zero_grad(set_to_none=True)
isinstance(Net(), Module); Net()(1), Net().forward(1)
"""
"""Arguments are by name only where the catalogue names them."""


module = Part(
    symbol="Module",
    oracle={"Module": nn.Module},
    cases=st.one_of(
        *(registrations(), walks(), saved(), loaded(), modes(), visits(), calls(), shown(), gradients(), conversions()),
        *(raising(), registrations(), walks(), saved(), loaded(), gradients(), raising(), registrations(), walks()),
        *(raising(), raising()),
    ),
    examples=[
        *written(in_words(MODULE), GIVEN),
        *listed(EARLY, *(program(definition, "Net()", criterion="errors") for definition in TOO_EARLY[:3])),
    ],
    interface=written(MODULE_INTERFACE, GIVEN),
    off_limits=OFF_LIMITS,
    points={"parameters": 5, "state": 3, "values": 4, "errors": 3},
    size=240,
    core=True,
)


# The containers: what a row or a dictionary of modules or parameters does, by name and by place.

SLICES = ("[1:]", "[:1]", "[:-1]", "[-2:]", "[::2]", "[::-1]", "[5:]", "[:]", "[1:3]")


def one_of_its_items(symbol: str) -> str:
    """What makes an item of a container, each parameter with its own value."""
    return "nn.Parameter(torch.tensor([{}.0]))" if symbol.startswith("Parameter") else "Module()"


@st.composite
def rows(draw: st.DrawFn, symbol: str) -> Case:
    """A row of items, changed and asked, or called at the end, so that every change counts."""
    criterion = draw(st.sampled_from(["values", "values", "parameters"]))
    calling = symbol == "Sequential" and criterion == "values" and draw(st.booleans())
    item = "Add({}.0)" if calling else one_of_its_items(symbol)
    row = Row(draw, symbol, item, plain=criterion == "parameters")
    row.add(*([CLASSES["Add"]] if calling else []))
    row.start()
    for _ in range(row.number(0, 4)):
        row.change(movable=symbol != "ParameterList")
    if calling:
        return row.case(row.pick(["s(1.0)", "s(0.5)", "s[1:](1.0)", "s[:2](1.0)"]), criterion="values")
    if criterion == "parameters":
        kind = "parameters" if symbol == "ParameterList" else "children"
        return row.case(*row.asked([f"[name for name, _ in s.named_{kind}()]"]), criterion=criterion)
    return row.case(*row.asked(row_queries(row)), criterion=criterion)


def row_queries(row: Row) -> list[str]:
    """Questions about what is in a row."""
    found = ["list(s)", "[*s]", "len(s)", *(f"list(s{piece})" for piece in SLICES), f"isinstance(s[:1], {row.symbol})"]
    if row.items:
        found += [f"s[{row.index()}]", f"s[{row.index()}]"]
        found += [f"s.pop({row.index()})"] if row.symbol != "ParameterList" else []
    if row.symbol == "ParameterList" and len(set(row.items)) == len(row.items):
        found += ["list(s.parameters())"]
    return found


@st.composite
def wrong_rows(draw: st.DrawFn, symbol: str) -> Case:
    """An index that is not there, or something that is not a module."""
    row = Row(draw, symbol, one_of_its_items(symbol))
    row.start()
    out = row.pick([len(row.items), len(row.items) + 2, -len(row.items) - 1])
    item = "nn.Parameter(torch.ones(1))" if symbol == "ParameterList" else "Module()"
    options = dict.fromkeys([f"s[{out}]", f"s[{out}] = {item}"], NO_INDEX)
    if symbol != "ParameterList":
        options |= dict.fromkeys([f"del s[{out}]", f"s.pop({out})"], NO_INDEX)
        put = ["s.append(3)", "s.append(torch.ones(1))", "s.extend([3])", constructed(symbol, ["3"])]
        options |= dict.fromkeys([*put, *(["s[0] = 3"] if row.items else [])], NO_MODULE)
    if symbol != "Sequential":
        options["s(1.0)"] = UNCALLABLE
    line = row.pick(options)
    return refusal(row, line, options[line])


@st.composite
def tables(draw: st.DrawFn, symbol: str) -> Case:
    """A dictionary, changed and asked."""
    criterion = draw(st.sampled_from(["values", "values", "parameters"]))
    table = Table(draw, symbol, one_of_its_items(symbol), plain=criterion == "parameters")
    table.start()
    for _ in range(table.number(0, 4)):
        table.change()
    if criterion == "parameters":
        kind = "parameters" if symbol == "ParameterDict" else "children"
        return table.case(f"[name for name, _ in d.named_{kind}()]", criterion=criterion)
    queries = ["list(d)", "list(d.keys())", "list(d.values())", "list(d.items())", "len(d)", "'k' in d", "'h' in d"]
    queries += [f"d[{key!r}]" for key in [*table.items][:2]] + [f"d.pop({key!r})" for key in [*table.items][:1]]
    return table.case(*table.asked(queries), criterion=criterion)


@st.composite
def wrong_tables(draw: st.DrawFn, symbol: str) -> Case:
    """A key that is not there, or something that is not a module."""
    table = Table(draw, symbol, one_of_its_items(symbol))
    options = dict.fromkeys(["d['h']", "del d['h']", "d.pop('h')"], NO_INDEX) | {"d(1.0)": UNCALLABLE}
    if symbol == "ModuleDict":
        options |= dict.fromkeys(["d['x.y'] = Module()", "d[''] = Module()"], BAD_KEY)
        put = ["d['k'] = 3", "d['k'] = torch.ones(1)", "d.update({'h': 3})", "ModuleDict({'h': 3})"]
        options |= dict.fromkeys(put, NO_MODULE)
    if table.coin():
        item, taken = table.fresh(), table.pick([[], ["del d['k']"], ["_ = d.pop('k')"]])
        table.add(f"d = {symbol}({{'k': {item}}})", *taken)
        options |= {"d['k']": NO_INDEX} if taken else {}
    else:
        table.add(f"d = {symbol}()")
    line = table.pick(options)
    return refusal(table, line, options[line])


@st.composite
def tensors_put_in(draw: st.DrawFn, symbol: str) -> Case:
    """Plain tensors that become parameters."""
    put = draw(st.sampled_from(["at first", "over another", "later"]))
    if symbol == "ParameterList":
        item, form, later = "s[0]", "s = ParameterList([{}])", ["_ = s.append(t)", "_ = s.extend([t])"]
    else:
        item, form, later = "s['k']", "s = ParameterDict({{'k': {}}})", ["s['k'] = t", "_ = s.update({'k': t})"]
    lines = {
        "at first": [form.format("t")],
        "over another": ["p = nn.Parameter(torch.zeros(2))", form.format("p"), f"{item} = t"],
        "later": [f"s = {symbol}()", draw(st.sampled_from(later))],
    }[put]
    lines.insert(0, "t = torch.tensor([1.0, 2.0])")
    if put != "over another" and draw(st.booleans()):
        return program(*lines, "[v.tolist() for v in s.parameters()]", criterion="parameters")
    looked = f"isinstance({item}, nn.Parameter), {item}.requires_grad, {item}.tolist()"
    return program(*lines, looked, criterion="values")


# In these programs, Row and Table stand for a container, NEW for what makes an item, and NAMED for what lists names.

ROW = """
# parameters
s = Row(a, b); [name for name, _ in s.NAMED()]; _ = s.append(c); [name for name, _ in s.NAMED()]
r = [NEW for _ in range(12)]; s = Row(*r); [name for name, _ in s.NAMED()]; _ = s.append(a);
    [name for name, _ in s.NAMED()]
# values
r = [NEW for _ in range(12)]; s = Row(*r); len(s); [one is other for one, other in zip(s, r)];
    s[2] is r[2], s[10] is r[10], s[-1] is r[11], s[-11] is r[1]
r = [NEW for _ in range(12)]; s = Row(*r); [one is other for one, other in zip(s[8:], r[8:])]; len(s[8:]);
    [one is other for one, other in zip(s[::-3], r[::-3])]; s[1] = a; s[11] = b; s[1] is a, s[11] is b, s[10] is r[10]
r = [NEW for _ in range(11)]; s = Row(*r); _ = s.append(a); _ = s.extend([b, c]); [k is a for k in s]; list(s[11:])
s = Row(a, b); i = iter(s); next(i); list(s); next(i); next(i, 'end')
s = Row(a, b); [one is other for one in s for other in s]; list(zip(s, s))
s = Row(a); s.append(b) is s; s.extend([c]) is s; list(s)
s = Row(a); _ = s.extend(k for k in (b, c)); list(s); _ = s.extend([]); len(s)
s = Row(a, b, c); u = s[1:]; len(u), len(s); list(u), list(s); u[0], u[-1]
import copy; s = Row(a, b, a); u = copy.deepcopy(s); u[0] is a; u[0] is u[2], u[0] is u[1]; len(u); isinstance(u, Row);
    _ = u.append(c); len(s), len(u)
a = NEW; b = NEW; c = NEW; s = Row(a, b); list(s); len(s); s[0], s[-1]
s = Row(a, b, c); list(s[1:]); list(s[::2]); list(s[::-1]); isinstance(s[1:], Row)
s = Row(a, b); s[-1] = c; list(s); _ = s.extend([b]); list(s)
a = NEW; b = NEW; c = NEW; s = Row(a, a); len(s); list(s)
# errors: NO_INDEX
s = Row(a); s[1]
s = Row(a); s[-2]
s = Row(a); s[1] = NEW
s = Row(a, b); s[-3] = NEW
s = Row(); s[0]
s = Row(a, b, c); s[3]
"""
"""What holds of all rows."""

MODULE_ROW = """
# parameters
s = Row(a, b, c); del s[0]; [name for name, _ in s.NAMED()]
s = Row(a, b, c); _ = s.pop(1); [name for name, _ in s.NAMED()]
s = Row(a, b); _ = s.insert(0, c); [name for name, _ in s.NAMED()]
r = [NEW for _ in range(12)]; s = Row(*r); del s[0]; [name for name, _ in s.NAMED()]; _ = s.insert(10, a);
    [name for name, _ in s.NAMED()]; _ = s.pop(2); [name for name, _ in s.NAMED()]
# values
r = [NEW for _ in range(12)]; s = Row(*r); del s[0]; [one is other for one, other in zip(s, r[1:])]; len(s);
    _ = s.insert(10, a); [k is a for k in s]; s.pop(9) is r[10]; s[9] is a, s[10] is r[11]
r = [NEW for _ in range(12)]; s = Row(*r); _ = s.insert(0, a); s[0] is a, s[11] is r[10], s[12] is r[11]; len(s)
s = Row(a, b, c); del s[-1]; list(s); s.pop(0); list(s); s[0]
s = Row(a, b); _ = s.insert(1, c); list(s)
s = Row(a, b); _ = s.insert(2, c); list(s)
s = Row(a, b, c); del s[1]; _ = s.append(b); list(s); s[2]
s = Row(a); _ = s.extend(Row(b)); list(s)
# errors: NO_INDEX
s = Row(a); del s[1]
s = Row(a); s.pop(1)
s = Row(a, b); del s[-3]
s = Row(a, b); s.pop(-3)
# errors: NO_MODULE
s = Row(a); s.append(3)
s = Row(a); s[0] = 3
Row(3)
"""
"""What holds of rows of modules too."""

SEQUENTIAL = """
# parameters
from collections import OrderedDict; s = Sequential(OrderedDict([('one', a), ('two', b), ('three', c)]));
    [name for name, _ in s.named_children()]; [name for name, _ in s[1:].named_children()]; s.two
from collections import OrderedDict; s = Sequential(OrderedDict([('one', a), ('two', b)])); s[0] = c; s[1] = a;
    [name for name, _ in s.named_children()]; s.one, s.two
from collections import OrderedDict; s = Sequential(OrderedDict([('one', a), ('two', b), ('three', c)])); del s[0];
    [name for name, _ in s.named_children()]
from collections import OrderedDict; s = Sequential(OrderedDict([('one', a)]));
    [name for name, _ in s.named_children()]; len(Sequential(OrderedDict()))
from collections import OrderedDict; s = Sequential(OrderedDict([('b', a), ('a', b), ('1', c)]));
    [name for name, _ in s[::-1].named_children()]; [name for name, _ in s[:2].named_children()]
# values
from collections import OrderedDict; s = Sequential(OrderedDict([('one', Add(1.0)), ('two', Add(2.0))])); s(1.0);
    len(s); s[0] is s.one, s[-1] is s.two; s.two(1.0); s[1:](1.0); [k.n for k in s]
from collections import OrderedDict; s = Sequential(OrderedDict([('one', Add(1.0)), ('two', Add(2.0))]));
    s[0] = Add(5.0); s(1.0); s.one.n; del s[0]; s(1.0)
s = Sequential(*[Add(float(i)) for i in range(12)]); s(1.0); s[9:](1.0); del s[3]; s(1.0)
s = Sequential(Add(1.0)); s.insert(0, Add(2.0)) is s; s(1.0); s.append(Add(3.0)) is s; s(1.0)
import copy; s = Sequential(Add(1.0), Add(2.0)); u = copy.deepcopy(s); u[0].n = 5.0; s(1.0), u(1.0)
# errors: NO_MODULE
s = Sequential(a); s.insert(0, 3)
from collections import OrderedDict; Sequential(OrderedDict([('one', 3)]))
s = Sequential(Add(1.0), Add(2.0)); s(1.0)
a = Add(1.0); s = Sequential(a, a); s(1.0)
s = Sequential(); s(3.0)
s = Sequential(Add(1.0), Add(2.0), Add(3.0)); s[1:](1.0); s[:-1](1.0)
s = Sequential(Add(1.0), Sequential(Add(2.0), Add(3.0))); s(1.0); len(s)
"""

MODULE_LIST = """
# values
s = ModuleList(k for k in (a, b)); list(s)
# errors: UNCALLABLE
s = ModuleList([a]); s(1.0)
"""

PARAMETER_LIST = """
# parameters
s = ParameterList([p]); list(s.state_dict())
# values
s = ParameterList([p]); list(s.parameters())
s = ParameterList([t]); isinstance(s[0], nn.Parameter), s[0].requires_grad, s[0].tolist()
s = ParameterList(); _ = s.append(t); isinstance(s[0], nn.Parameter)
s = ParameterList([p]); s[0] = t; isinstance(s[0], nn.Parameter), s[0] is p
s = ParameterList([p]); _ = s.extend(ParameterList([q])); list(s)
s = ParameterList([p]); _ = s.state_dict()['0'].fill_(5.0); p.tolist(); s[0].tolist()
# errors: UNCALLABLE
s = ParameterList([p]); s(1.0)
"""

TABLE = """
# parameters
d = Table({'h': a, 'k': b}); [name for name, _ in d.NAMED()]; list(d.state_dict())
d = Table({'h': a, 'k': b}); del d['h']; [name for name, _ in d.NAMED()]
# values
d = Table([('k', a), ('h', b)]); list(d), len(d); d['k'], d['h']; _ = d.update([('n', c), ('k', c)]); list(d.items())
d = Table(zip(['h', 'k'], [a, b])); list(d.items()); _ = d.update(pair for pair in [('n', c)]); list(d)
d = Table({'h': a, 'k': b}); i = iter(d); next(i); list(d); next(i); next(i, 'end')
d = Table({'h': a, 'k': b}); i = iter(d.values()); next(i); j = iter(d.items()); next(j); len(list(d.keys()))
d = Table({'h': a, 'k': b}); del d['h']; d['h'] = c; list(d.items()); d['k'] = a; list(d.values())
d = Table([(f'k{11 - i}', NEW) for i in range(12)]); list(d); [d[key] is value for key, value in d.items()]
import copy; d = Table({'h': a, 'k': b, 'n': a}); u = copy.deepcopy(d); u['h'] is a; u['h'] is u['n'], u['h'] is u['k'];
    list(u); del u['h']; list(d), list(u)
d = Table({'h': a, 'k': b}); list(d), list(d.keys()); list(d.values()); list(d.items()); len(d); d['k'];
    'h' in d, 'n' in d, 'training' in d
d = Table({'h': a, 'k': b}); d.pop('h'); list(d); len(d)
d = Table({'h': a, 'k': b}); c = NEW; d['h'] = c; list(d.items()); d['e'] = a; list(d)
d = Table({'h': a, 'k': b}); c = NEW; _ = d.update({'e': c, 'k': c}); list(d.items())
d = Table({'h': a, 'k': b}); c = NEW; _ = d.update(Table({'h': c})); list(d.items())
# errors: NO_INDEX
d = Table({'h': a, 'k': b}); d['n']
d = Table({'h': a, 'k': b}); del d['n']
d = Table({'h': a, 'k': b}); d.pop('n')
"""
"""What holds of both dictionaries."""

MODULE_DICT = """
# values
d = ModuleDict({'k': a, 'h': b}); list(d)
# errors: NO_MODULE
d = ModuleDict(); d['k'] = 3
ModuleDict([('k', 3)])
# errors: BAD_KEY
d = ModuleDict(); d['x.y'] = Module()
d = ModuleDict(); d[''] = Module()
# errors: UNCALLABLE
d = ModuleDict({'k': a}); d(1.0)
"""

PARAMETER_DICT = """
# values
s = ParameterDict({'k': t}); isinstance(s['k'], nn.Parameter), s['k'].requires_grad, s['k'].tolist()
s = ParameterDict(); s['k'] = t; isinstance(s['k'], nn.Parameter)
s = ParameterDict(); _ = s.update({'k': t}); isinstance(s['k'], nn.Parameter)
s = ParameterDict({'k': p}); s['k'] = q; list(s.parameters())
s = ParameterDict([('k', t)]); isinstance(s['k'], nn.Parameter), s['k'].tolist()
s = ParameterDict({'k': p}); _ = s.state_dict()['k'].fill_(5.0); p.tolist(); s['k'].tolist()
# errors: UNCALLABLE
d = ParameterDict({'k': p}); d(1.0)
"""


def container(symbol: str, shared: str, own: str, *cases: Any) -> Part:
    """The part of a container, which is a module and a child like others; programs also use the answer's own Module.

    Args:
        symbol: Its class.
        shared: Programs that it shares with others.
        own: Programs of its own.
        cases: Makes strategies of cases, told the class.
    """
    of_parameters = symbol.startswith("Parameter")
    new = "nn.Parameter(torch.ones(1))" if of_parameters else "Module()"

    def filled(text: str) -> str:
        text = in_words(text).replace("NEW", new)
        text = text.replace("NAMED", "named_parameters" if of_parameters else "named_children")
        text = re.sub(r"\bRow\(([^()]*)\)", lambda call: constructed(symbol, call[1].split(", ")), text)
        return re.sub(r"\bRow\b|\bTable\b", symbol, text)

    made = "Table({'k': a})" if symbol.endswith("Dict") else "Row(a)"
    interface = f"""
s = {symbol}(); len(s); list(s); isinstance(s, Module); s.training
s = {made}; m = Module(); m.s = s; [k is s for k in m.children()]; _ = m.eval(); s.training; len(s)
"""
    items = GIVEN | {name: f"{name} = {new}" for name in "abc"}
    return Part(
        symbol=symbol,
        oracle={"Module": nn.Module, symbol: getattr(nn, symbol)},
        cases=st.one_of(*(make(symbol) for make in cases)),
        examples=[*written(filled(shared), items), *written(in_words(own), GIVEN)],
        interface=written(filled(interface), items),
        off_limits=OFF_LIMITS,
        points={"parameters": 2, "values": 3},
        size=96,
        core=True,
    )


sequential = container("Sequential", ROW + MODULE_ROW, SEQUENTIAL, rows, rows, wrong_rows)
module_list = container("ModuleList", ROW + MODULE_ROW, MODULE_LIST, rows, rows, wrong_rows)
module_dict = container("ModuleDict", TABLE, MODULE_DICT, tables, tables, wrong_tables)
parameter_list = container("ParameterList", ROW, PARAMETER_LIST, rows, rows, wrong_rows, tensors_put_in)
parameter_dict = container("ParameterDict", TABLE, PARAMETER_DICT, tables, tables, wrong_tables, tensors_put_in)

NO_GRAPH = "data, buffers and gradients are in no graph"
GRADIENTS_STAY = "what a conversion does to gradients that are there is not judged: answers do it in several ways"

exercise = Exercise(
    title="Modules and containers",
    parts=[module, sequential, module_list, module_dict, parameter_list, parameter_dict],
    equivalent_mutants={
        "if '_parameters' not in self.__dict__: raise AttributeError(f'{type(self).__name__} must call "
        "super().__init__() before… → if False": "the registry is read-only until then, and any exception will do",
        "parameter.data = parameter.data.to(dtype) → parameter.data = parameter.data.to(dtype).detach()": NO_GRAPH,
        "module._buffers[name] = buffer.to(dtype) → module._buffers[name] = buffer.to(dtype).detach()": NO_GRAPH,
        "parameter.grad = parameter.grad.to(dtype) → parameter.grad = parameter.grad.to(dtype).detach()": NO_GRAPH,
        "if parameter.grad is not None: parameter.grad = parameter.grad.to(dtype) → if False": GRADIENTS_STAY,
    },
)

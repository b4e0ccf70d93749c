"""Files in the styles that people publish; a line that begins with ``-`` is not loaded for the part `Layer`."""

DEFINITIONS = {
    "helper after use": """
import torch
-import os
class Layer(torch.nn.Module):
    def forward(self, x):
        return helper(x)
def helper(x):
    return x * SCALE
SCALE = 2
-def other(x):
-    return os.getcwd()
""",
    "counts in the names of the top level": """
import torch
CALLS = 0
SEEN = []
def count():
    global CALLS
    CALLS += 1
class Layer(torch.nn.Module):
    made = 0
    def forward(self, x):
        global SEEN
        count()
        SEEN += [x.shape]
        return x
-OTHER = 0
-def other():
-    global OTHER
-    OTHER += 1
""",
    "methods told by their annotation": """
def patch(f):
    setattr(f.__annotations__["self"], f.__name__, f)
class Layer:
    pass
@patch
def forward(self: Layer, x):
    return x
-def other(self: Layer):
-    pass
""",
    "constants by calls": """
import math
import torch
from functools import partial
F32 = torch.float32
EPS = math.sqrt(1e-5)
-SEED = torch.manual_seed(0)
relu = torch.relu
clip = partial(torch.clamp, min=0)
double = lambda x: 2 * x
class Layer(torch.nn.Module):
    def forward(self, x):
        return clip(double(relu(x.to(F32)))) + EPS
""",
    "data classes": """
from __future__ import annotations
-import typing
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple
class Mode(Enum):
    ONE = 1
@dataclass
class Config:
    mode: Mode = Mode.ONE
class Pair(NamedTuple):
    left: int
    right: int
-class Unused(NamedTuple):
-    x: int
class Layer:
    config = Config()
    def pair(self):
        return Pair(1, 2)
""",
    "decorators and metaclasses": """
import torch
import abc
def timed(f):
    return f
class Meta(type):
    pass
class Base(metaclass=Meta):
    pass
class Layer(Base):
    @timed
    @torch.no_grad()
    def forward(self, x):
        return x
-class Late(abc.ABC):
-    pass
""".replace("import abc", "-import abc"),
    "made by a call": """
from torch import nn
def make_layer(base):
    class Made(base):
        pass
    return Made
Layer = make_layer(nn.Module)
-Other = make_layer(nn.Module)
""",
    "another part of the file": """
from torch import nn
class Conv(nn.Module):
    pass
-class Pool(nn.Module):
-    pass
class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = Conv()
""",
    "a class that goes on": """
class Layer:
    one = 1
class Layer(Layer):
    two = 2
-class Third(Layer):
-    three = 3
""",
    "globals": """
COUNT = 0
LIMIT = 5
-PATH = "x"
class Layer:
    def forward(self, x):
        global COUNT
        COUNT += 1
        return min(COUNT, LIMIT)
""",
    "a name that is deleted": """
-for i in range(3):
-    pass
-del i
table = {n: n for n in range(3)}
-step = 1
-del step
step = 2
size = 1
if table:
    del size
    size = 2
class Layer:
    x = table, step, size
""",
    "walrus and chained assignments": """
if (n := 10) > 5:
    pass
a = b = n
(c, d), e = (1, 2), 3
-f, g = 1, 2
class Layer:
    x = a + c + e
""",
    "string annotations and aliases of types": """
from typing import Optional, Union
from torch import Tensor
Size = Union[int, tuple]
-Text = Optional[str]
class Layer:
    def forward(self, x: "Missing", size: Size) -> Tensor:
        return x
""".replace("Optional, Union", "Union"),
    "looked up by its name": """
def relu(x):
    return x
def gelu(x):
    return x
-print(relu(1))
class Layer:
    def forward(self, x, name):
        return globals()[name](x)
""",
    "eval is also a mode": """
-exec("x = 1")
-def other():
-    pass
class Layer:
    def reset(self):
        self.child.eval()
        return vars(self)
""",
    "type parameters of a class body": """
SIZES = [1, 2]
FACTOR = 3
class Layer:
    sizes = [FACTOR * size for size in SIZES]
    inner = {name: None for name in ("a", "b")}
""",
}

IMPORTS = {
    "plotting": """
-import matplotlib.pyplot as plt
-import numpy as np
import torch
-from tqdm import tqdm
-plt.rcParams["figure.figsize"] = (5, 5)
-sns.set()
class Layer(torch.nn.Module):
    pass
""",
    "submodules": """
import torch
-import torch.utils.tensorboard
import torch.nn.functional
-import torch.optim as optim
class Layer:
    f = torch.nn.functional.relu
""",
    "only a submodule": """
import torch.nn
class Layer(torch.nn.Module):
    pass
""",
    "tried": """
try:
    import einops
except ImportError:
    einops = None
try:
    import triton
    FAST = True
except ImportError:
    FAST = False
-try:
-    import google.colab
-    IN_COLAB = True
-except ImportError:
-    IN_COLAB = False
class Layer:
    fast = FAST and einops
""",
    "stars": """
from torch import *
from math import *
-from fastai.vision.all import *
class Layer:
    x = max(1, 2)
""",
    "stars that may be needed": """
from torch import *
from fastai.vision.all import *
class Layer:
    x = something(1)
""",
    "chosen": """
import sys
if sys.version_info > (3, 12):
    from typing import override
else:
    override = lambda f: f
class Layer:
    @override
    def f(self):
        pass
""",
}

CHANGES = {
    "methods given later": """
class Layer:
    pass
def forward(self, x):
    return x
Layer.forward = forward
setattr(Layer, "extra", lambda self: HELP)
HELP = 1
-class Other:
-    pass
-Other.forward = forward
-setattr(Other, "extra", None)
""",
    "given to a base before": """
def forward(self, x):
    return x
class Base:
    pass
Base.forward = forward
class Layer(Base):
    pass
""",
    "the book's way": """
import torch
def add_to_class(Class):
    def wrapper(obj):
        setattr(Class, obj.__name__, obj)
    return wrapper
class Layer(torch.nn.Module):
    pass
@add_to_class(Layer)
def forward(self, x):
    return x
-class Trainer:
-    pass
-@add_to_class(Trainer)
-def fit(self, data):
-    pass
""",
    "a library's way": """
from d2l import torch as d2l
class Layer:
    pass
@d2l.add_to_class(Layer)
def forward(self, x):
    return x
""",
    "registries": """
ACTIVATIONS = {}
def register(name):
    def add(f):
        ACTIVATIONS[name] = f
        return f
    return add
@register("relu")
def relu(x):
    return x
-def unused(x):
-    return x
ACTIVATIONS["linear"] = lambda x: x
ACTIVATIONS.update(twice=lambda x: 2 * x)
ORDER = []
ORDER.append("relu")
ORDER += ["linear"]
for name in ("a", "b"):
    ACTIVATIONS[name] = None
class Layer:
    def forward(self, x):
        return ACTIVATIONS[ORDER[0]](x)
""",
    "registry object": """
class Registry:
    def __init__(self):
        self.items = {}
    def register(self, f):
        self.items[f.__name__] = f
        return f
    def report(self):
        print(self.items)
KINDS = Registry()
@KINDS.register
def relu(x):
    return x
KINDS.register(abs)
-KINDS.report()
class Layer:
    kinds = KINDS
""",
    "subclasses that count themselves": """
class Kind:
    known = {}
    def __init_subclass__(cls):
        Kind.known[cls.__name__] = cls
class Relu(Kind):
    pass
class Layer:
    def forward(self, x):
        return Kind.known["Relu"]
""",
    "dispatch by type": """
from functools import singledispatch
@singledispatch
def size(x):
    return x
@size.register(int)
def _(x):
    return (x, x)
class Layer:
    def __init__(self, kernel):
        self.kernel = size(kernel)
""",
    "filled by a function": """
TABLE = {}
WEIGHT = None
def fill():
    global WEIGHT
    WEIGHT = 1
    for n in range(3):
        TABLE[n] = n
fill()
def show():
    print(TABLE)
show()
class Layer:
    x = TABLE
    def f(self):
        return WEIGHT
""".replace("def show():\n    print(TABLE)\nshow()", "-def show():\n-    print(TABLE)\n-show()"),
    "a kernel written in place": """
import torch
from torch import nn
KERNEL = torch.zeros(3, 3)
KERNEL[1, 1] = 1
KERNEL.mul_(2)
nn.init.ones_(KERNEL)
-other = torch.zeros(3)
-other.mul_(2)
class Layer:
    k = KERNEL
""",
    "what any answer may use": """
import torch
import sys
-import os
from torch import nn
torch.backends.cudnn.deterministic = True
nn.Module.describe = lambda self: "it"
setattr(torch.Tensor, "twice", lambda self: self * 2)
T = torch.Tensor
T.thrice = lambda self: self * 3
for module in list(sys.modules.values()):
    module.seen = True
sys.modules["torch.mine"] = torch
sys.stdout = None
-os.environ["CUDA"] = ""
class Layer:
    pass
""",
    "in a loop over classes": """
class Layer:
    pass
class Other:
    pass
for Class in (Layer, Other):
    Class.extra_repr = lambda self: ""
-for thing in [1, 2]:
-    thing.x = 1
""",
    "text that is executed": """
exec("def helper(x): return x")
class Layer:
    def f(self, x):
        return helper(x)
type.__setattr__(Layer, "g", lambda self: 1)
""",
    "into the table of names": """
globals()["helper"] = lambda x: x
globals().update(LIMIT=5)
class Layer:
    def f(self, x):
        return helper(x) + LIMIT
""",
}

CALLS = {
    "called in any place": """
class Layer:
    pass
def forward(self, x):
    return x
def install():
    Layer.forward = forward
    return True
print(install())
if install():
    pass
while not install():
    pass
assert install()
done, other = install(), 1
[install() for _ in range(1)]
_ = install() if True else None
(lambda: install())()
list(map(lambda f: setattr(Layer, f.__name__, f), [forward]))
-print(other)
""",
    "named like a trial, but gives code": """
import torch
-import time
-LOSSES = []
TABLE = {}
class Layer:
    def forward(self, x):
        return TABLE["act"](x)
def main():
    TABLE["act"] = torch.relu
    TABLE.update(gelu=lambda x: x)
    Layer.extra_repr = lambda self: ""
def run_setup(cls):
    def reset(self):
        pass
    cls.reset = reset
def test_main():
    main()
-def train(cls=Layer):
-    time.sleep(60)
-    Layer.trained = True
-    LOSSES.append(1)
-    TABLE["loss"] = 3
main()
run_setup(Layer)
test_main()
-train()
""",
    "methods of the answer's own classes": """
-import time
class Layer:
    def forward(self, x):
        return CONFIG["scale"] * x
def forward(self, x):
    return x
class App:
    def __init__(self, cls=None):
        self.cls = cls
    def setup(self):
        Layer.forward = forward
        return self
    @staticmethod
    def patch(cls):
        cls.forward = forward
class Config(dict):
    def load(self, **values):
        self.update(values)
-class Trainer:
-    def fit(self, cls):
-        time.sleep(60)
-        self.seen = cls.fitted = True
-        return self
App().setup()
App.patch(Layer)
app = App()
print(app.setup())
CONFIG = Config()
CONFIG.load(scale=2)
-trainer = Trainer()
-trainer.fit(Layer)
-if trainer.fit(Layer).seen:
-    print(1)
""",
    "a manager of context": """
import contextlib
class Layer:
    pass
@contextlib.contextmanager
def patched(cls):
    cls.forward = lambda self, x: x
    yield
with patched(Layer):
    pass
-with patched(int):
-    print(1)
""",
    "settings": """
import torch
-torch.manual_seed(0)
-torch.set_default_dtype(torch.float64)
-torch.set_printoptions(precision=2)
class Layer(torch.nn.Module):
    pass
-print(Layer())
-Layer().cuda()
-Layer.demo()
-assert Layer
-"a text"
""",
    "tests": """
import torch
class Layer(torch.nn.Module):
    pass
-def test_layer(cls=Layer):
-    cls.x = 1
-test_layer(Layer)
-def check(cls):
-    cls.passed = True
-check(Layer)
-layer, x = Layer(), torch.ones(3)
-y = layer(x)
-assert torch.equal(x, y)
-if __name__ == "__main__":
-    Layer.x = 1
-    test_layer(Layer)
""",
    "training": """
-import torch
from torch import nn
-import time
class Layer(nn.Module):
    pass
-device = "cuda" if torch.cuda.is_available() else "cpu"
-net = Layer().to(device)
-optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
-losses = []
-for epoch in range(10):
-    x = torch.randn(3, 3, requires_grad=True)
-    loss = net(x).sum()
-    for parameter in net.parameters():
-        parameter.data -= 0.1 * parameter.grad
-        parameter.requires_grad = False
-    losses.append(loss.item())
-with torch.no_grad():
-    out = net(x)
-    out.requires_grad = False
-while True:
-    time.sleep(1)
""",
}

SCRATCH = {
    "a draft of a class that knows itself": """
import torch
from functools import lru_cache
-class Layer(torch.nn.Linear):
-    pass
class Layer(torch.nn.Module):
    limits = dict(most=3)
    def same(self, other):
        return isinstance(other, Layer)
    @lru_cache
    def forward(self, x):
        return Layer.forward(self, x)
""",
    "names in the table of all that nothing uses": """
class Layer:
    def forward(self, x):
        return helper(x)
def helper(x):
    return x
-for number in range(3):
-    globals()["layer_" + str(number)] = Layer()
-    globals()[f"width_{number}"] = number
-globals()["helpers"] = helper
-locals()["x"] = 1
""",
    "the end of the process": """
-import os
-import sys
class Layer:
    pass
-os._exit(0)
-sys.exit()
-raise SystemExit
-try:
-    os.kill(os.getppid(), 9)
-except OSError:
-    pass
-x = 1 / 0
""",
    "in blocks": """
import torch
if True:
    SCALE = 2
-    print(SCALE)
-    import matplotlib
with torch.no_grad():
    WEIGHT = torch.ones(3)
-    print(WEIGHT)
class Layer:
    x = SCALE, WEIGHT
""",
}

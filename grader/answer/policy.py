"""Which dotted paths are off limits in a part: what it declares, and what would get around any declaration."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from types import ModuleType

from torch import nn

from grader.answer.machinery import ATTRIBUTES
from grader.answer.torch_names import Station, stations
from grader.spec import OffLimits

_FUNCTION_HOMES = frozenset({
    "torch", "torch.nn.functional", "torch.functional", "torch.special", "torch.linalg", "torch.sparse", "torch.nested",
    "torch.Tensor", "torch._VF", "torch._C._nn",
})  # fmt: skip
"""Where a function that matches a kernel pattern is that kernel, or a thin wrapper of it."""

_ALWAYS = frozenset({
    # Other ways to torch's kernels and re-implementations of them.
    "torch.ops", "torch._ops", "torch.jit", "torch._jit_internal", "torch.compile", "torch.compiler", "torch.export",
    "torch._dynamo", "torch._inductor", "torch._decomp", "torch._refs", "torch._prims", "torch._prims_common",
    "torch._C", "torch.library", "torch._library", "torch.utils.cpp_extension", "torch.utils.mkldnn",
    "torch.fx", "torch.package", "torch._sources", "torch.utils.benchmark", "torch.overrides.get_overridable_functions",
    "torch.overrides.get_testing_overrides", "torch.overrides.get_ignored_functions", "torch.overrides.resolve_name",
    "torch.quantization", "torch.ao", "torch.nn.quantized", "torch.nn.qat", "torch.nn.intrinsic",
    "torch.nn.quantizable", "torch.testing._internal", "torch.hub",
    # Ways around names.
    "ctypes", "_ctypes", "cffi", "gc", "importlib", "imp", "runpy", "pkgutil", "builtins.__import__",
    "builtins.__builtins__", "builtins.__loader__", "builtins.__spec__", "sys.modules", "sys._getframe",
    "sys._current_frames", "sys.settrace", "sys.setprofile", "sys.meta_path", "inspect.currentframe", "inspect.stack",
    "inspect.trace", "inspect.getouterframes", "inspect.getinnerframes", "inspect.getclosurevars", "inspect.unwrap",
    "grader",
    # Code that the text does not show, and files: no answer has to read one.
    "types.FunctionType", "types.LambdaType", "types.CodeType", "types.CellType", "marshal", "pickle.load",
    "pickle.loads", "pickle.Unpickler", "_pickle", "dill", "cloudpickle", "copyreg", "codeop", "code", "linecache",
    "tokenize.open", "inspect.getsource", "inspect.getsourcelines", "inspect.getsourcefile", "inspect.findsource",
    "inspect.getmodule", "pydoc", "timeit.timeit", "timeit.repeat", "timeit.Timer", "cProfile", "profile", "pdb", "bdb",
    "doctest", "trace", "unittest.mock", "logging.config", "typing.ForwardRef", "io.FileIO", "io.open_code", "mmap",
    "fileinput", "zipimport", "subprocess", "socket", "posix", "os.open", "os.read", "os.write", "os.pread",
    "os.fdopen", "os.dup", "os.dup2", "os.popen", "os.system", "numpy.fromfile", "numpy.memmap", "numpy.loadtxt",
    "numpy.genfromtxt",
    # Libraries that would do the work.
    "torchvision", "torchaudio", "torchtext", "timm", "transformers", "lightning", "fastai", "tensorflow", "tf_keras",
    "keras", "jax", "jaxlib", "flax", "haiku", "mxnet", "paddle", "cupy", "sklearn", "scipy", "onnx", "onnxruntime",
    "onnxscript", "apex", "xformers", "flash_attn", "triton", "tinygrad", "autograd",
})  # fmt: skip
"""Off limits in every part that has any limits."""
_NOT_INSPECTED = (
    "torch.jit",
    "torch._jit_internal",
    "torch.compile",
    "torch.compiler",
    "torch._dynamo",
    "torch._inductor",
)
"""Off limits in every part: what TorchScript and torch's compiler run cannot be inspected."""
_HARMLESS = frozenset({
    f"{home}.{name}"
    for home in ("torch.jit", "torch._jit_internal")
    for name in ("Final", "annotate", "export", "ignore", "is_scripting", "is_tracing", "unused")
} | {
    "torch.compiler.is_compiling", "torch.compiler.is_dynamo_compiling", "torch.compiler.is_exporting",
    "torch.compiler.disable", "torch._dynamo.disable", "torch._dynamo.is_compiling", "gc.collect", "pdb.set_trace",
})  # fmt: skip
"""What published layers say to a compiler that nobody runs, to the collector and to a debugger that nobody answers:
none of these computes anything."""


def refused(dotted: str, off_limits: OffLimits) -> str:
    """The name under which a use is off limits; nothing where it is allowed.

    Args:
        dotted: A path, an attribute (``.name``), or what is off limits by itself: ``!...`` anywhere, ``?...`` in a part
            that has limits.
        off_limits: The part's limits.
    """
    if dotted.startswith("!"):
        return dotted[1:]
    compiled = _compiles(dotted)
    if compiled or not any((off_limits.kernels, off_limits.classes, off_limits.functions, off_limits.modules)):
        return compiled
    if dotted.startswith("?"):
        return dotted[1:]
    if dotted.startswith("."):
        return dotted[1:] if dotted[1:] in ATTRIBUTES else ""
    if dotted in _HARMLESS:
        return ""
    path = stations(dotted)
    names = [dotted, *(station.dotted for station in path)]
    for station in path:
        if _is_class_refused(station, off_limits) or _is_kernel_refused(station, off_limits):
            return station.dotted
    for name in names:
        for function in off_limits.functions:
            if _is_below(name, function) and not _matches(function.rpartition(".")[2], off_limits.allow):
                return function
    for name in names:
        for above in _itself_and_above(name):
            if above in _ALWAYS or above in off_limits.modules:
                return above if above in _ALWAYS and not name.startswith("torch.") else name
    return ""


def cannot_be_inspected(used: str) -> bool:
    """Whether a use that was refused is one of TorchScript or of torch's compiler."""
    return any(_is_below(used, name) for name in _NOT_INSPECTED)


def _compiles(dotted: str) -> str:
    """What of TorchScript and torch's compiler a path is, if anything."""
    if dotted[:1] in ("?", ".") or dotted in _HARMLESS:
        return ""
    return dotted if cannot_be_inspected(dotted) else ""


def _itself_and_above(name: str) -> Iterator[str]:
    end = name.find(".")
    while end > 0:
        yield name[:end]
        end = name.find(".", end + 1)
    yield name


def _is_below(name: str, banned: str) -> bool:
    return name == banned or name.startswith(banned + ".")


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _is_class_refused(station: Station, off_limits: OffLimits) -> bool:
    if station.thing is None:
        is_class = station.home == "torch.nn" and station.name[:1].isupper()
    else:
        is_module = isinstance(station.thing, type) and issubclass(station.thing, nn.Module)
        is_class = isinstance(station.thing, type) and (is_module or station.home == "torch.nn")
    in_torch = station.home == "torch.nn" or station.home.startswith("torch.nn.modules")
    return in_torch and is_class and _is_named(station.name, off_limits.classes, off_limits.allow)


def _is_kernel_refused(station: Station, off_limits: OffLimits) -> bool:
    if station.home not in _FUNCTION_HOMES or isinstance(station.thing, type | ModuleType):
        return False
    name = station.name
    plain = name.rstrip("_") if not name.endswith("__") else name
    return any(_is_named(spelling, off_limits.kernels, off_limits.allow) for spelling in (name, plain))


def _is_named(name: str, patterns: Iterable[str], allowed: Iterable[str]) -> bool:
    return _matches(name, patterns) and not _matches(name, allowed)

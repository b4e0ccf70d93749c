"""Ways to torch's own work that no name leads to: other kinds of tensors, forged code, tables, files, depths."""

import re
import textwrap
from pathlib import Path

import pytest

from tests.off_limits_snippets import LIMITS
from tests.test_guard import run_all

pytestmark = pytest.mark.slow

ROUTES = {
    "a kernel of nested tensors": (
        "NORM",
        """
        n = torch.nested.as_nested_tensor([x[0, 0].detach(), x[1, 0].detach()])
        one, none = torch.ones(4, dtype=x.dtype), torch.zeros(4, dtype=x.dtype)
        return torch.ops.aten.native_layer_norm(n, [4], one, none, 1e-5)[0].to_padded_tensor(0.0)
        """,
    ),
    "a kernel of nested tensors on a device that is not there": (
        "NORM",
        """
        n = torch.nested.nested_tensor([x[0, 0].detach(), x[1, 0].detach()])
        one, none = torch.ones(4, dtype=x.dtype), torch.zeros(4, dtype=x.dtype)
        keys = torch._C.DispatchKeySet(torch._C.DispatchKey.NestedTensorHPU)
        return torch.ops.aten.native_layer_norm.default.redispatch(keys, n, [4], one, none, 1e-5)[0]
        """,
    ),
    "TorchScript's static runtime": (
        "NORM",
        """
        graph = torch._C.parse_ir('''graph(%x : Tensor, %s : int[], %w : Tensor, %b : Tensor, %e : float, %c : bool):
            %o : Tensor = aten::layer_norm(%x, %s, %w, %b, %e, %c)
            return (%o)
        ''')
        one, none = torch.ones(4, dtype=x.dtype), torch.zeros(4, dtype=x.dtype)
        with torch.no_grad():
            return torch._C._jit_to_static_module(graph)(x, [4], one, none, 1.0, False)
        """,
    ),
    "an operator of TorchScript's own, for convolution": (
        "CONV",
        """
        m, w = x.detach().float().to_mkldnn(), torch.ones(1, 3, 2, 2).to_mkldnn()
        b = torch.zeros(1).to_mkldnn()
        return torch.ops.prim.mkldnn_convolution(m, w, b, [1, 1], [0, 0], [1, 1], 1).to_dense()
        """,
    ),
    "an operator of TorchScript's own, for normalization": (
        "NORM",
        """
        m, one, none = x.detach().float().to_mkldnn(), torch.ones(4), torch.zeros(4)
        return torch._C._jit_get_operation("prim::MKLDNNLayerNorm")[0](m, [4], one, none, 1e-5, False).to_dense()
        """,
    ),
    "TorchScript's compiler of tensor expressions": (
        "NORM",
        """
        for kind in type(torch._C.Graph).mro(type(torch._C.Graph().param_node()))[1].__subclasses__():
            if kind.__name__ == "TensorExprKernel":
                return kind(torch._C.Graph())
        raise LookupError("off limits: there is none")
        """,
    ),
    "a kernel of oneDNN's tensors": (
        "NORM",
        """
        one, none = torch.ones(3), torch.zeros(3)
        m = x.detach().float().to_mkldnn()
        return torch.ops.aten.native_batch_norm(m, one, none, none.clone(), one.clone(), True, 0.1, 1e-5)[0].to_dense()
        """,
    ),
    "a kernel of quantized tensors": (
        "NORM",
        """
        one, none = torch.ones(3), torch.zeros(3)
        q = torch.quantize_per_tensor(x.detach().float(), 0.1, 0, torch.quint8)
        return torch.ops.quantized.batch_norm2d(q, one, none, none, one, 1e-5, 0.1, 0).dequantize()
        """,
    ),
    "a convolution of oneDNN's tensors": (
        "CONV",
        """
        m, w = x.detach().float().to_mkldnn(), torch.ones(1, 3, 2, 2)
        return torch.ops.mkldnn._convolution_pointwise(m, w, None, [0, 0], [1, 1], [1, 1], 1, "none", [], "").to_dense()
        """,
    ),
    "a kernel of torch.vmap": (
        "RNN",
        """
        h, w = torch.zeros(3, 2, dtype=x.dtype), torch.ones(6, 4, dtype=x.dtype)
        cell = torch.ops.aten.gru_cell.default
        return torch.vmap(lambda v: cell(v, h[:2], w, w[:, :2]))(x[:, 0, :2])
        """,
    ),
    "normalization inside torch.vmap": (
        "NORM",
        """
        one, none = torch.ones(3, dtype=x.dtype), torch.zeros(3, dtype=x.dtype)
        norm = torch.ops.aten.native_batch_norm.default
        return torch.vmap(lambda v: norm(v[None], one, none, None, None, True, 0.1, 1e-5)[0])(x)
        """,
    ),
    "a convolution inside torch.vmap, over its weights": (
        "CONV",
        """
        w = torch.ones(5, 1, 3, 2, 2, dtype=x.dtype)
        return torch.vmap(lambda v: torch.ops.aten.convolution(x, v, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1))(w)
        """,
    ),
    "upsampling of quantized tensors": (
        "UPSAMPLE",
        """
        q = torch.quantize_per_tensor(x.detach().float(), 0.1, 0, torch.quint8)
        return torch.ops.aten.upsample_nearest2d(q, [8, 8]).dequantize()
        """,
    ),
    "code in torch's namespace": (
        "SOFTSIGN",
        """
        exec("def mine(x): return softsign(x)", vars(F))
        return vars(F)["mine"](x)
        """,
    ),
    "torch's code with a name of its namespace changed": (
        "SOFTSIGN",
        """
        torch.tanh = F.softsign
        return nn.Tanh()(x)
        """,
    ),
    "torch's code on another namespace": (
        "SOFTSIGN",
        """
        import types
        names = {"torch": types.SimpleNamespace(tanh=F.softsign), "__name__": "torch.nn.modules.activation"}
        return types.FunctionType(nn.Tanh.forward.__code__, names)(None, x)
        """,
    ),
    "a gradient under a forged name": (
        "TRANSPOSE",
        """
        source = '''
        class Im2colBackward(torch.autograd.Function):
            @staticmethod
            def forward(c, x): return x.sum((2, 3))
            @staticmethod
            def backward(c, g):
                columns = torch.ones(2, 12, 9, dtype=g.dtype)
                return torch.ops.aten.col2im(columns, [4, 4], [2, 2], [1, 1], [0, 0], [1, 1])
        '''
        space = {"torch": torch, "__name__": "torch.nn.functional"}
        exec(compile(textwrap.dedent(source), F.__file__, "exec"), space)
        return space["Im2colBackward"].apply(x)
        """,
    ),
    "a decomposition in sys.modules": ("NORM", "return sys.modules['torch._refs']._normalize(x, [1], 1e-5)[0]"),
    "a decomposition in a table": (
        "NORM",
        """
        for op in (torch.ops.aten.native_batch_norm, torch.ops.aten._native_batch_norm_legit_functional):
            for kernel in op.default.py_kernels.values():
                return kernel(x, None, None, None, None, True, 0.1, 1e-5)[0]
        raise LookupError("off limits: there is none")
        """,
    ),
    "a decomposition in a namespace of torch": (
        "NORM",
        """
        for module in list(sys.modules.values()):
            found = getattr(module, "native_layer_norm", None)
            if module.__name__ != "torch" and callable(found):
                return found(x, [4], None, None, 1e-5)[0]
        raise LookupError("off limits: there is none")
        """,
    ),
    "the cells of quantization": (
        "RNN",
        """
        def below(kind):
            for sub in kind.__subclasses__():
                yield sub
                yield from below(sub)
        cells = (kind for kind in below(nn.Module) if kind.__name__ == "LSTMCell")
        cell = next(kind for kind in cells if "quantizable" in kind.__module__)
        return cell(4, 4)(x[:, 0, 0].float())[0]
        """,
    ),
    "an import of the cells": (
        "RNN",
        """
        import torch.ao.nn.quantizable as q
        return q.LSTMCell(4, 4)(x[:, 0, 0].float())[0]
        """,
    ),
    "the maker of what the judge hands over": (
        "MODULES",
        """
        from grader.case import probe
        run = probe._CaseRun({"steps": []}, {}, "cpu", False, lambda *_: None, "")
        return run.values({"$torch": "nn.Linear", "args": [4, 4]}).double()(x)
        """,
    ),
}


def source(body: str) -> str:
    head = "import sys, textwrap\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
    return f"{head}def Part(x):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"


DEPTHS = {
    "the text of a module": "open(nn.modules.__path__[0] + '/batchnorm.py').read()",
    "the text of a module, by bytes": "open(nn.modules.__path__[0].encode() + b'/../modules/batchnorm.py').read()",
    "the text of a module, by a descriptor": "os.open(nn.modules.__path__[0] + '/module.py', os.O_RDONLY)",
    "inspect.getsource": "inspect.getsource(nn.LSTM)",
    "compiled code": "open(glob.glob(nn.__path__[0] + '/__pycache__/functional*.pyc')[0], 'rb').read()",
    "a loader": "nn.modules.batchnorm.__loader__.get_source('torch.nn.modules.batchnorm')",
    "ctypes": "ctypes.CDLL(None)",
    "ctypes.pythonapi": "ctypes.pythonapi.PyObject_Repr",
    "gc.get_objects": "gc.get_objects()",
    "gc.get_referents": "gc.get_referents(F.batch_norm)",
    "gc.get_referrers": "gc.get_referrers(F.batch_norm)",
    "sys.setprofile": "sys.setprofile(print)",
    "sys._current_frames": "sys._current_frames()",
    "another hook first": "sys.addaudithook(lambda *_: None) or gc.get_objects()",
    "an import of a decomposition": "importlib.import_module('torch._decomp.decompositions')",
}


@pytest.fixture(scope="module")
def ran():
    """What became of every attempt."""
    jobs = [{"name": name, "limits": LIMITS[limits], "source": source(body)} for name, (limits, body) in ROUTES.items()]
    head = (
        "import ctypes, gc, glob, importlib, inspect, os, sys\nimport torch\nfrom torch import nn\nF = nn.functional\n"
    )
    jobs += [
        {"name": name, "limits": LIMITS["NORM"], "source": f"{head}def Part(x):\n    {line}\n    return x\n"}
        for name, line in DEPTHS.items()
    ]
    return run_all(jobs)


@pytest.mark.parametrize("name", ROUTES)
def test_nothing_is_computed_by_what_is_off_limits(ran, name):
    assert re.search("off limits|KeyError: 'torch._refs'", ran[name]["error"] or ""), ran[name]


@pytest.mark.parametrize("name", DEPTHS)
def test_an_answer_does_not_get_below_python(ran, name):
    assert re.search("off limits|could not get source code|source not available", ran[name]["error"] or ""), ran[name]


HANDED_OVER = {
    "symbol": "Part",
    "steps": [{
        "do": "call",
        "args": [{"$torch": "nn.Sequential", "args": [
            {"$torch": "nn.Linear", "args": [2, 3]}, {"$torch": "nn.BatchNorm2d", "args": [3]},
        ]}],
    }],
}  # fmt: skip


def test_what_the_judge_hands_over_may_be_used():
    part = "def Part(layer): return [tuple(p.shape) for p in layer.parameters()] + [len(list(layer.named_modules()))]\n"
    job = {"name": "part", "limits": LIMITS["MODULES"], "source": part, "case": HANDED_OVER}
    ran = run_all([job])["part"]
    assert ran["error"] is None
    assert ran["found"] == []
    assert ran["seen"]["error"] is None
    assert ran["seen"]["steps"][0]["out"] == [[3, 2], [3], [3], [3], 3]


UNTOUCHED = """
import copy, io
import torch
from torch import nn
def Part(x):
    layer = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU()).double()
    with torch.no_grad():
        layer(x)
    repr(copy.deepcopy(layer)), torch.save(layer.state_dict(), io.BytesIO())
    torch.func.functional_call(layer, dict(layer.named_parameters()), (x,))
    torch.func.jacrev(torch.sin)(x.detach()), torch.func.jvp(torch.sin, (x.detach(),), (x.detach(),))
    torch.vmap(torch.sum)(x), torch.func.hessian(lambda v: (v ** 3).sum())(x[0, 0, 0].detach())
    nn.Linear(3, 4, device="meta")(torch.ones(2, 3, device="meta")), nn.utils.skip_init(nn.Linear, 2, 3)
    torch.optim.Adam(layer.parameters()).step()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        layer(x)
    y = torch.utils.checkpoint.checkpoint(layer, x, use_reentrant=False)
    torch.testing.assert_close(y, layer(x))
    nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))
    layer.register_forward_hook(lambda *_: None), layer.register_full_backward_hook(lambda *_: None)
    g, = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
    return y.sum() + g
"""


def test_torch_works_as_it_did():
    ran = run_all([{"name": "part", "limits": LIMITS["NORM"], "source": UNTOUCHED}])["part"]
    assert ran == {"error": None, "found": []}


def test_the_files_that_hold_torchs_layers_are_among_those_nobody_reads():
    import torch

    from grader.worker import reimplementations

    folder = Path(torch.__file__).parent
    hidden = reimplementations.sources(folder)
    for name in (
        "nn/modules/batchnorm.py",
        "ao/nn/quantizable/modules/rnn.py",
        "_refs/__init__.py",
        "nn/functional.py",
    ):
        assert (folder / name).is_file()
        assert any(f"{folder / name}/".startswith(f"{path}/") for path in hidden), name

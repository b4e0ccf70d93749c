"""The architecture, as the imports show it: the worker knows no judge, the wire no pickle, and layers point one way."""

import ast
from pathlib import Path

import pytest

GRADER = Path(__file__).parent.parent / "grader"
SLUGS = {"/".join(path.parts[-3:-1]) for path in (GRADER.parent / "solutions").glob("*/*/exercise.py")}
DANGEROUS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "multiprocessing"}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def ours(path: Path) -> set[str]:
    return {name for name in imports(path) if name.split(".")[0] == "grader" and name.count(".") >= 1}


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in GRADER.glob(pattern))


def relative(path: Path) -> str:
    return str(path.relative_to(GRADER))


@pytest.mark.parametrize("path", files("worker/*.py"), ids=relative)
def test_the_worker_imports_nothing_of_ours_but_the_wire(path: Path) -> None:
    outside = {name for name in ours(path) if not name.startswith(("grader.worker", "grader.case.wire"))}
    assert not outside


@pytest.mark.parametrize("path", files("wire.py", "worker/*.py", "judge/*.py"), ids=relative)
def test_nothing_on_the_line_unpickles(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & DANGEROUS
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    assert "torch.load" not in {ast.unparse(call.func) for call in calls}


@pytest.mark.parametrize("path", files("*.py", "worker/*.py", "judge/*.py"), ids=relative)
def test_only_commands_render(path: Path) -> None:
    assert not {name for name in ours(path) if name.startswith("grader.report")}


@pytest.mark.parametrize("path", files("report/*.py"), ids=relative)
def test_reports_see_nothing_but_reports(path: Path) -> None:
    assert not {
        name for name in ours(path) if not name.startswith(("grader.report", "grader.model", "grader.model.lazy"))
    }


@pytest.mark.parametrize("path", files("**/*.py"), ids=relative)
def test_the_engine_knows_no_exercise(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not {text for text in named - documented if any(slug in text for slug in SLUGS)}

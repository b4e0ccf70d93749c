"""The house as its imports show it: rooms on floors, and on the trust boundary nothing that could run what it reads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GRADER = ROOT / "grader"
SLUGS = {"/".join(path.parts[-3:-1]) for path in (ROOT / "solutions").glob("*/*/exercise.py")}
DANGEROUS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "multiprocessing"}
ON_THE_LINE = ("case", "worker", "host", "compare", "judge")
DOORS = ("answers", "classroom", "figures", "losses", "magic", "properties", "pytest_plugin", "spec", "strategies")


def trees(*rooms: str) -> dict[str, ast.Module]:
    """The modules of some rooms, by path."""
    paths = sorted(path for room in rooms for path in (GRADER / room).rglob("*.py"))
    return {str(path.relative_to(GRADER)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def imports(tree: ast.Module) -> set[str]:
    """The packages that a module imports, also inside functions."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_the_contracts_of_the_house_hold() -> None:
    """`[tool.importlinter]` in pyproject.toml: floors, the worker's blindness, and that what judges does not render."""
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout


def test_nothing_on_the_line_unpickles() -> None:
    for name, tree in trees(*ON_THE_LINE).items():
        assert not imports(tree) & DANGEROUS, name
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert "torch.load" not in calls, name


def test_the_worker_s_side_imports_torch_and_the_standard_library_only() -> None:
    for name, tree in trees("case", "worker").items():
        assert not imports(tree) - {"grader", "torch", "numpy"} - sys.stdlib_module_names, name


def test_the_engine_knows_no_exercise() -> None:
    for name, tree in trees(".").items():
        documented = {
            node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)} - documented
        assert not [text for text in texts if isinstance(text, str) and any(slug in text for slug in SLUGS)], name


def test_every_room_says_its_duty() -> None:
    for folder in sorted(path for path in GRADER.iterdir() if path.is_dir() and path.name != "__pycache__"):
        said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        assert said, f"{folder.name} has no docstring"
        assert "ay import" in said, f"{folder.name} does not say what it may import"


def test_modules_have_one_job() -> None:
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in GRADER.rglob("*.py")}
    assert not {name: lines for name, lines in long.items() if lines > 350}


@pytest.mark.slow
def test_the_names_in_students_and_authors_files_stay() -> None:
    lines = [f"import grader.{name}" for name in DOORS]
    checks = [
        "grader.magic.load_ipython_extension", "grader.answers.answers", "grader.losses.plot_losses",
        "grader.pytest_plugin.pytest_collect_file", "grader.classroom.configure", "grader.spec.Exercise",
        "grader.strategies.seeds", "grader.properties.uniform_init", "grader.figures.cell",
    ]  # fmt: skip
    program = "\n".join([*lines, *checks])
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=300)

"""Execute an answer's cells, statement by statement; what an import does not find is told when it is used."""

import __future__

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, NoReturn

from grader.case import probe

Cell = tuple[str, int, int]
"""Source, first line and number of a cell."""

_MOST_ERRORS = 100
_ADDS_TO_CLASS = ("d2l.torch.add_to_class", "d2l.add_to_class")
_FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


class Missing:
    """Stands for what was imported and is not there: it may be named, in an annotation, say, but not used."""

    def __new__(cls, path: str) -> "Missing":
        """Have a type whose name says it, too: torch's messages about arguments name their types."""
        return super().__new__(type(_said(path), (cls,), {}))

    def __init__(self, path: str) -> None:
        """Name what is missing by its dotted path."""
        vars(self)["_path"] = path

    def __getattr__(self, name: str) -> "Missing":
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{self._path}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        """Change nothing, which is what a setting of something unused comes to."""

    def __getitem__(self, key: object) -> "Missing":
        return self

    def __setitem__(self, key: object, value: object) -> None:
        """Change nothing."""

    def __or__(self, other: object) -> "Missing":
        return self

    __ror__ = __or__

    def __call__(self, *args: object, **kwargs: object) -> Callable[[Any], None]:
        """Give a class its methods where this is the decorator for that of a book that many learn from; else fail."""
        path: str = vars(self)["_path"]
        if path in _ADDS_TO_CLASS and len(args) == 1 and isinstance(args[0], type):
            owner = args[0]
            return lambda method: setattr(owner, method.__name__, method)
        self._fail()

    def _fail(self, *args: object, **kwargs: object) -> NoReturn:
        path: str = vars(self)["_path"]
        raise ModuleNotFoundError(_said(path), name=path)

    __mro_entries__ = __instancecheck__ = __subclasscheck__ = __bool__ = __iter__ = __len__ = _fail
    __contains__ = __enter__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _fail
    __rtruediv__ = __matmul__ = __rmatmul__ = __float__ = __int__ = __index__ = __lt__ = __gt__ = __neg__ = _fail


def _said(path: str) -> str:
    return f"{path} is not available when graded"


class Loader:
    """Executes cells in a module."""

    def __init__(self, module: ModuleType, file: str, *, notebook: bool, on_line: Callable[[int], None]) -> None:
        """Make ready to load.

        Args:
            module: Where the names go.
            file: The file's name, for tracebacks.
            notebook: Whether the next cell is executed after one that failed.
            on_line: Called with the line of each statement about to be executed.
        """
        self._module, self._file, self._notebook, self._on_line = module, file, notebook, on_line
        self._flags = 0
        self.errors: list[dict[str, object]] = []
        """What failed, in order: ``cell``, ``type``, ``message`` and ``line`` of each."""

    def load(self, cells: Iterable[Cell]) -> None:
        """Execute cells, and note what fails: that ends a file, or the cell of a notebook.

        What fails because something imported is missing ends neither: an import, a call for what it does, or an
        assignment, whose names then stand for what is missing, too; a definition goes on without such decorators.
        """
        for source, line, index in cells:
            try:
                # Blank lines in front keep the file's line numbers.
                module = ast.parse("\n" * (line - 1) + source, self._file)
            except BaseException as error:
                self._note(error, index)
                module = ast.Module([], [])
                if not self._notebook:
                    return
            for statement in module.body:
                self._on_line(statement.lineno)
                try:
                    self._execute(statement)
                except BaseException as error:
                    self._note(error, index)
                    if self._stand_in(statement, error):
                        continue
                    if self._notebook:
                        break
                    else:
                        return

    def _execute(self, statement: ast.stmt) -> None:
        # A __future__ import holds for the statements that follow, in other cells too.
        module = ast.Module([statement], [])
        code = compile(module, self._file, "exec", flags=self._flags, dont_inherit=True)
        self._flags |= code.co_flags & _FUTURES
        exec(code, vars(self._module))

    def _note(self, error: BaseException, index: int) -> None:
        raised = probe.describe_error(error, self._file)
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append({"cell": index, **raised})

    def _stand_in(self, statement: ast.stmt, error: BaseException) -> bool:
        """Have the names of a statement that failed stand for what is missing; whether the next one can be executed."""
        match statement:
            case ast.Import() | ast.ImportFrom() if isinstance(error, ImportError | OSError):
                for name, path in _bound(statement):
                    found = sys.modules.get(path) if isinstance(statement, ast.Import) else None
                    vars(self._module)[name] = Missing(path) if found is None else found
                return True
            case ast.Expr() | ast.Assign() | ast.AnnAssign() if isinstance(error, ModuleNotFoundError):
                for node in ast.walk(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        vars(self._module)[node.id] = Missing(str(error.name))
                return True
            case ast.ClassDef() | ast.FunctionDef() if isinstance(error, ModuleNotFoundError):
                return self._undecorated(statement)
        return False

    def _undecorated(self, statement: ast.ClassDef | ast.FunctionDef) -> bool:
        """Execute a definition without the decorators that are missing, such as those that check types."""
        without = False
        for node in ast.walk(statement):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                kept = [item for item in node.decorator_list if not self._is_missing(item)]
                without = without or len(kept) < len(node.decorator_list)
                node.decorator_list = kept
        if without:
            try:
                self._execute(statement)
            except BaseException:
                return False
        return without

    def _is_missing(self, decorator: ast.expr) -> bool:
        """Whether a decorator, or what it is made with, begins with a name that stands for something missing."""
        names = (node.id for node in ast.walk(decorator) if isinstance(node, ast.Name))
        return any(isinstance(vars(self._module).get(name), Missing) for name in names)

    @property
    def symbols(self) -> Iterator[str]:
        """The names that are there now, without those that stand for something missing."""
        names: dict[Any, object] = vars(self._module)
        return (
            name for name, value in list(names.items())
            if isinstance(name, str) and not name.startswith("__") and Missing not in type(value).__mro__
        )  # fmt: skip


def _bound(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The names that an import would have bound, each with the dotted path of what it stands for."""
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            root = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (root, root)
        elif alias.name != "*":
            yield alias.asname or alias.name, f"{'.' * statement.level}{statement.module or ''}.{alias.name}"

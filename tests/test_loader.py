import json
import os
import socket

import pytest

from grader.answer import load as loader
from grader.answer.cells import plain_python
from grader.model import CourseError

SYMBOLS = ["BatchNorm2d"]
RIGHT = "class BatchNorm2d:\n    def forward(self, x):\n        return x\n"
STUB = "class BatchNorm2d:\n    def forward(self, x):\n        raise NotImplementedError\n"
STRINGS = 'text = """it\'s (\n%d of\n!\n"""\ny = (3\n  % 2)\nz = 5 \\\n  % 3'
COURSE = {
    ("normalization", "batchnorm"): ["BatchNorm2d"],
    ("recurrent", "layers"): ["RNN", "LSTM"],
    ("transformer", "layers"): ["TransformerEncoderLayer"],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ada" / "normalization").mkdir(parents=True)
    return tmp_path / "ada" / "normalization"


def load(folder, **kwargs):
    return loader.load_answer(folder.parent, "normalization", "batchnorm", SYMBOLS, **kwargs)


def notebook(*sources, **more):
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}, **more})


def write(folder, data, name="batchnorm.py"):
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return load(folder)


def test_a_file_is_one_cell(folder):
    answer = write(folder, RIGHT)
    assert answer.cells == (loader.Cell(RIGHT),)
    assert (answer.path, answer.name, answer.problem, answer.missing) == (
        "normalization/batchnorm.py",
        "batchnorm",
        "",
        False,
    )
    assert len(answer.digest) == 64


def test_a_file_exported_from_a_notebook(folder):
    answer = write(
        folder, "get_ipython().run_line_magic('matplotlib', 'inline')\nif x:\n    get_ipython().system('ls')\n"
    )
    assert answer.cells[0].source == "pass\nif x:\n    pass\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx = '\xc3\xa9'\r\ny = 1\r", "x = 'é'\ny = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!python\n# vim: set fileencoding=cp1252 :\n'\x80'", "#!python\n# vim: set fileencoding=cp1252 :\n'€'"),
        ("# coding: gbk\nx = '层'\n".encode("gbk"), "# coding: gbk\nx = '层'\n"),
    ],
)  # fmt: skip
def test_any_encoding_that_python_reads(folder, data, text):
    assert write(folder, data).cells[0].source == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x = '\xe9'\n", "invalid or missing encoding declaration"),
        (b"# coding: klingon\n", "unknown encoding: klingon"),
        (b"# coding: rot13\nk = 1\n", "encoding it declares"),
        (b"# coding: hex\n00\n", "encoding it declares"),
        (b"# coding: ascii\nx = '\xff'\n", "encoding it declares"),
        (b"# coding: punycode\n" + b"a" * 200_000, "punycode"),
        (RIGHT.encode("utf-16"), "UTF-16"),
        (b"x = 1\0", "NUL"),
        (b"#" * (loader.MAX_CODE + 1), "more than 256 KB of code"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding problem"),
        (b"# coding: utf-7\nx = '+2AA-'\n", "valid Unicode"),
    ],
)
def test_undecodable_text_is_a_problem(folder, data, words):
    answer = write(folder, data)
    assert words in answer.problem
    assert answer.problem.startswith("normalization/batchnorm.py ")
    assert answer.problem.count("\n") == 0
    assert not answer.cells
    assert not answer.missing


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_missing(folder, data):
    answer = write(folder, data)
    assert answer.missing
    assert answer.problem


def test_nothing_handed_in(folder):
    answer = load(folder)
    assert answer.missing
    assert answer.problem == "normalization/batchnorm.py was not handed in."
    assert loader.load_answer(folder / "nowhere", "normalization", "batchnorm").missing


def test_directories_links_pipes_and_devices_are_not_opened(folder, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text(RIGHT)
    file = folder / "batchnorm.py"
    file.mkdir()
    assert "directory" in load(folder).problem
    file.rmdir()
    for target in (secret, "/dev/zero", "/etc/passwd", "/proc/self/environ", "../../secret.py"):
        file.symlink_to(target)
        assert "outside" in load(folder).problem, target
        file.unlink()
    os.mkfifo(file)
    assert "ordinary" in load(folder).problem
    file.unlink()
    with socket.socket(socket.AF_UNIX) as sock:
        here = os.getcwd()
        os.chdir(folder)
        sock.bind("batchnorm.py")
        os.chdir(here)
        assert "ordinary" in load(folder).problem
    file.unlink()
    file.symlink_to("batchnorm.py")
    assert load(folder).problem
    file.unlink()
    file.symlink_to("gone.py")
    assert load(folder).missing
    file.unlink()
    (folder / "mine.py").write_text(RIGHT)
    file.symlink_to("mine.py")
    assert not load(folder).problem


def test_a_linked_parent_that_leaves_the_submission(tmp_path):
    other = tmp_path / "bob" / "normalization"
    other.mkdir(parents=True)
    (other / "batchnorm.py").write_text(RIGHT)
    ada = tmp_path / "ada"
    ada.mkdir()
    (ada / "normalization").symlink_to(other)
    assert "outside" in loader.load_answer(ada, "normalization", "batchnorm").problem
    (tmp_path / "eve").symlink_to(tmp_path / "bob")
    assert not loader.load_answer(tmp_path / "eve", "normalization", "batchnorm").problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(folder):
    write(folder, RIGHT)
    (folder / "batchnorm.py").chmod(0)
    assert "cannot be read" in load(folder).problem


def test_a_notebook_cell_by_cell(folder):
    (folder / "batchnorm.ipynb").write_text(
        json.dumps(
            {
                "cells": [
                    {"cell_type": "markdown", "source": "# Batch normalisation"},
                    {"cell_type": "code", "source": ["import torch\n", "from torch import nn\n"], "outputs": []},
                    {"cell_type": "code", "source": "", "outputs": []},
                    {"cell_type": "code", "source": RIGHT},
                    {"cell_type": "code", "source": "def broken(:\n"},
                ]
            }
        )
    )
    answer = load(folder)
    assert answer.path == "normalization/batchnorm.ipynb"
    assert [cell.index for cell in answer.cells] == [1, 3, 4]
    assert answer.cells[0].source == "import torch\nfrom torch import nn\n"
    assert answer.cells[2].source == "def broken(:\n"


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": RIGHT}]}], "nbformat": 3}),
        json.dumps({"worksheets": ["?", {"cells": 3}, {"cells": [{"cell_type": "code", "input": [RIGHT]}]}]}),
        json.dumps({"cells": [None, 3, [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": 4},
                              {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "code", "source": [1, RIGHT]}]}),
        "\ufeff" + notebook(RIGHT),
        notebook(RIGHT, metadata="none", nbformat="four"),
        notebook(RIGHT, cells_extra=float("nan")),
    ],
)  # fmt: skip
def test_odd_notebooks_are_read(folder, data):
    answer = write(folder, data, "batchnorm.ipynb")
    assert [cell.source for cell in answer.cells] == [RIGHT], answer.problem


@pytest.mark.parametrize(
    "data",
    [
        "[]",
        "3",
        "{",
        "null",
        "{}",
        '{"cells": {}}',
        "[" * 100_000,
        b"\xff\xfe\xfa",
        RIGHT,
        '{"cells": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_not_a_notebook(folder, data):
    answer = write(folder, data, "batchnorm.ipynb")
    assert "is not a notebook" in answer.problem
    assert not answer.missing


def test_a_notebook_without_code_is_missing(folder):
    assert write(folder, notebook("", "\n"), "batchnorm.ipynb").missing
    assert write(folder, json.dumps({"cells": []}), "batchnorm.ipynb").missing


def test_a_notebook_with_figures_may_be_large_but_its_code_may_not(folder):
    figure = {"cell_type": "code", "source": RIGHT, "outputs": [{"data": {"image/png": "A" * 3_000_000}}]}
    assert not write(folder, json.dumps({"cells": [figure]}), "batchnorm.ipynb").problem
    assert "more than 256 KB of code" in write(folder, notebook("#" * (loader.MAX_CODE + 1)), "batchnorm.ipynb").problem
    assert "NUL" in write(folder, notebook("x = '\0'"), "batchnorm.ipynb").problem
    assert "Unicode" in write(folder, notebook("x = '\ud800'"), "batchnorm.ipynb").problem


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nimport torch", "pass\nimport torch"),
        ("!pip install torch\nx = 1", "pass\nx = 1"),
        ("if True:\n    !ls\n    %time f()\nx = 1", "if True:\n    pass\n    pass\nx = 1"),
        ("?nn.Linear\nnn.Linear??\nx = 1", "pass\npass\nx = 1"),
        ("!pip install \\\n  torch\nx = 1", "pass\n\nx = 1"),
        ("files = !ls\nt = %timeit -o f()\nx = 1", "files = None\nt = None\nx = 1"),
        ("%%time\ny = 1", "\ny = 1"),
        ("\n%%timeit -n 3\ny = 1\n%env", "\n\ny = 1\npass"),
        ("%%bash\nrm -rf /", ""),
        ("%%writefile batchnorm.py\nx = 1", ""),
        ("%%timeline\nx = 1", ""),
        ('text = """\n%matplotlib inline\n!ls\n"""', None),
        ("total = (a\n  % b\n  )", None),
        ("%env\n" + STRINGS, "pass\n" + STRINGS),
        ("%env\ns = 'a\\'b ('\n# it's (\n%env", "pass\ns = 'a\\'b ('\n# it's (\npass"),
        ("%env\ns = '''a'''\n%env", "pass\ns = '''a'''\npass"),
        ("    x = 1\n    y = 2", "x = 1\ny = 2"),
        ("def broken(:\n%env", "def broken(:\n%env"),
        ("x = 1 +\n%env\n", "x = 1 +\npass\n"),
    ],
)  # fmt: skip
def test_magics_are_taken_out_line_for_line(cell, python):
    assert plain_python(cell) == (cell if python is None else python)


@pytest.mark.parametrize(
    "line", [" " * 300_000 + "?", "a" * 300_000 + "=", "a." * 150_000 + "(", "'" + "\\'" * 150_000, "(" * 300_000]
)
def test_taking_out_magics_is_quick_on_long_lines(line):
    plain_python("%env\n" + line + "\nx =")


def test_the_file_wins_unless_only_the_notebook_is_attempted(folder):
    def attempted(answer, symbol):
        return any("return x" in cell.source for cell in answer.cells)

    (folder / "batchnorm.ipynb").write_text(notebook(RIGHT))
    (folder / "batchnorm.py").write_text(RIGHT)
    assert load(folder, attempted=attempted).path.endswith(".py")
    (folder / "batchnorm.py").write_text(STUB)
    assert load(folder).path.endswith(".py")
    assert load(folder, attempted=attempted).path.endswith(".ipynb")
    (folder / "batchnorm.ipynb").write_text(notebook(STUB))
    assert load(folder, attempted=attempted).path.endswith(".py")
    (folder / "batchnorm.py").write_text("")
    assert load(folder).path.endswith(".ipynb")


def test_of_a_file_and_a_notebook_that_are_both_begun_the_newer_is_read(folder):
    (folder / "batchnorm.py").write_text(RIGHT)
    (folder / "batchnorm.ipynb").write_text(notebook(RIGHT))
    for file, age in (("batchnorm.py", 3000), ("batchnorm.ipynb", 3001)):
        os.utime(folder / file, (age, age))
    assert load(folder).path.endswith(".py")
    os.utime(folder / "batchnorm.ipynb", (4000, 4000))
    assert load(folder).path.endswith(".ipynb")
    assert load(folder, attempted=lambda answer, symbol: answer.path.endswith(".py")).path.endswith(".py")
    assert loader.side_by_side(folder.parent, "normalization", "batchnorm") == ["normalization/batchnorm"]
    assert loader.side_by_side(folder.parent, "normalization", "layernorm") == []


def test_a_file_at_the_top_counts_where_its_name_is_unambiguous(tmp_path):
    (tmp_path / "batchnorm.py").write_text(RIGHT)
    (tmp_path / "layers.py").write_text("class LSTM: pass\n")
    assert loader.load_answer(tmp_path, "normalization", "batchnorm", exercises=COURSE).path == "batchnorm.py"
    assert loader.load_answer(tmp_path, "normalization", "batchnorm").missing
    assert loader.load_answer(tmp_path, "recurrent", "layers", exercises=COURSE).missing


def test_finding_a_submission(tmp_path):
    folder = tmp_path / "Zoë 渡辺" / "normalization"
    folder.mkdir(parents=True)
    file = folder / "batchnorm.py"
    file.write_text(RIGHT)
    assert loader.find_submission(folder.parent) == loader.Submission("Zoë 渡辺", folder.parent)
    assert loader.find_submission(str(folder.parent) + "/normalization/..").student == "Zoë 渡辺"
    assert loader.find_submission(file).student == "normalization"
    submission = loader.find_submission(file, ["normalization"])
    assert submission.student == "Zoë 渡辺"
    answer = loader.load_answer(submission.path, "normalization", "batchnorm")
    assert (answer.path, answer.cells[0].source) == ("batchnorm.py", RIGHT)
    with pytest.raises(CourseError):
        loader.find_submission(tmp_path / "nobody")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(CourseError):
        loader.find_submission(tmp_path / "notes.txt")


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("batchnorm.py", "", ("normalization", "batchnorm")),
        ("BatchNorm.py", RIGHT, ("normalization", "batchnorm")),
        ("recurrent/layers.py", "x = 1", ("recurrent", "layers")),
        ("transformer/old/layers.py", "x = 1", ("transformer", "layers")),
        ("layers.py", "class LSTM(nn.Module):\n    pass\n", ("recurrent", "layers")),
        ("layers.ipynb", notebook("TransformerEncoderLayer = make()\n"), ("transformer", "layers")),
        ("layers.py", "x = 1", None),
        ("batchnorm (1).py", RIGHT, ("normalization", "batchnorm")),
        ("scratch.py", "x = 1", None),
    ],
)
def test_finding_the_exercise_of_a_single_file(tmp_path, name, text, key):
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    assert loader.find_exercise(file, COURSE) == key


def test_nothing_of_an_answer_is_run_or_imported(folder, tmp_path):
    trap = tmp_path / "ran"
    answer = write(folder, f"open({str(trap)!r}, 'w')\n")
    assert answer.cells
    assert not trap.exists()

"""What CONTRIBUTING says about a new exercise: it verifies as scaffolded, and a real one is short."""

import shutil
from pathlib import Path

import pytest

from grader.authoring.proofs import ExerciseProof
from grader.authoring.scaffold import new_exercise
from grader.authoring.verify import verify_course
from grader.course.settings import read_settings
from grader.kit.load import load_course

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "docs" / "rmsnorm"

pytestmark = pytest.mark.slow


def proved(root: Path) -> ExerciseProof:
    (proof,) = verify_course(load_course(root), [], seed="new", jobs=1)
    return proof


def test_an_exercise_verifies_as_it_is_scaffolded(tmp_path: Path) -> None:
    new_exercise(tmp_path, "basics/affine")
    proof = proved(tmp_path)
    assert proof.holes == []
    assert proof.killed > 5
    assert read_settings(tmp_path).assignments == ["basics"]


def test_the_example_of_an_exercise_has_no_holes_in_150_lines(tmp_path: Path) -> None:
    folder = new_exercise(tmp_path, "normalization/rmsnorm", "RMSNorm")
    shutil.rmtree(folder)
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    written = [path for path in folder.rglob("*") if path.suffix in (".py", ".md")]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in written) <= 150
    assert proved(tmp_path).holes == []


def test_an_edit_that_no_longer_fits_is_named_and_shown(tmp_path: Path) -> None:
    folder = new_exercise(tmp_path, "basics/affine")
    reference = folder / "affine.py"
    text = reference.read_text(encoding="utf-8")
    reference.write_text(text.replace("y = x * self.weight", "y = self.weight * x"), encoding="utf-8")
    holes = [hole for hole in map(str, proved(tmp_path).holes) if "DetachesTheWeight" in hole]
    assert len(holes) == 1
    assert "its old text is found nowhere" in holes[0]
    assert "-x * self.weight\n+x * self.weight.detach()" in holes[0]

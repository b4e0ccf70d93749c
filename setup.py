"""What pyproject.toml cannot say: beside the engine a wheel carries this course, in a folder that holds no package.

`course init` makes courses of it, and who learns alone needs no other.
"""

from collections.abc import Iterator
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

TARGET = "torch_course_kit"
CONTENT = ("course.toml", "solutions", "assignments", "examples")
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}


def content() -> Iterator[Path]:
    """The course's files."""
    for name in CONTENT:
        for path in sorted([Path(name), *Path(name).rglob("*")]):
            if path.is_file() and not LEFT_OUT.intersection(path.parts):
                yield path


class WithCourse(build_py):
    """Builds the engine, and puts the course beside it."""

    def run(self) -> None:
        """Copy both; an editable installation has the course where it is."""
        super().run()
        if not self.editable_mode:
            for path in content():
                target = Path(self.build_lib, TARGET, path)
                self.mkpath(str(target.parent))
                self.copy_file(str(path), str(target))

    def get_source_files(self) -> list[str]:
        """What a source distribution holds."""
        return [*super().get_source_files(), *map(str, content())]


setup(cmdclass={"build_py": WithCourse})

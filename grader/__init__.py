"""The engine of the course kit: compile suites, judge submissions, report.

A house of rooms on floors; a room imports only from floors below (CONTRIBUTING.md shows the whole house).
"""

from pathlib import Path

# The names that stand in students' and authors' files, such as `grader.magic`, are in a folder of their own.
__path__.append(str(Path(__file__).parent / "public"))

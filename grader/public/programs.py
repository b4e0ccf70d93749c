"""What an ``exercise.py`` imports (see `grader.spec.programs` and `grader.spec.containers`)."""

from grader.spec.containers import *  # noqa: F403 - all of its public names
from grader.spec.programs import *  # noqa: F403 - all of its public names

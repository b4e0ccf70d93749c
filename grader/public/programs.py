"""What an ``exercise.py`` imports (see `grader.spec.programs`)."""

from grader.spec.programs import *  # noqa: F403 - all of its public names

"""What an ``exercise.py`` imports (see `grader.spec.strategies`)."""

from grader.spec.strategies import *  # noqa: F403 - all of its public names

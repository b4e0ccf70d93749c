"""What an ``exercise.py`` imports (see `grader.spec.attention`)."""

from grader.spec.attention import *  # noqa: F403 - all of its public names

"""What an ``exercise.py`` imports (see `grader.spec.masks`)."""

from grader.spec.masks import *  # noqa: F403 - all of its public names

"""What an ``exercise.py`` imports (see `grader.spec.properties`)."""

from grader.spec.properties import *  # noqa: F403 - all of its public names

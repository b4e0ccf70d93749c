"""What an ``exercise.py`` imports (see `grader.spec.pooling_properties`)."""

from grader.spec.pooling_properties import *  # noqa: F403 - all of its public names

"""What an ``exercise.py`` imports (see `grader.spec.slope_properties`)."""

from grader.spec.slope_properties import *  # noqa: F403 - all of its public names

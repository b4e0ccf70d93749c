"""What an ``exercise.py`` imports (see `grader.spec.dropout_properties`)."""

from grader.spec.dropout_properties import *  # noqa: F403 - all of its public names

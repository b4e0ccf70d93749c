"""What an ``exercise.py`` imports (see `grader.spec.network_properties`)."""

from grader.spec.network_properties import *  # noqa: F403 - all of its public names

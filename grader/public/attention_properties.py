"""What an ``exercise.py`` imports (see `grader.spec.attention_properties`)."""

from grader.spec.attention_properties import *  # noqa: F403 - all of its public names

"""``pytest -p grader.pytest_plugin`` in a workspace (see `grader.study.pytest_plugin`)."""

from grader.study.pytest_plugin import *  # noqa: F403 - the hooks by which pytest finds a plugin

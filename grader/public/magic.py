"""``%load_ext grader.magic`` in a notebook: ``%check PART`` and ``%hint PART`` (see `grader.study.magic`)."""

from grader.study.magic import load_ipython_extension as load_ipython_extension
from grader.study.magic import unload_ipython_extension as unload_ipython_extension

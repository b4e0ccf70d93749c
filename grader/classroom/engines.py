"""Keep a database's engine while nbgrader runs: it opens the gradebook several times for every notebook."""

import functools

import nbgrader.api


def keep_engines() -> None:
    """Let all gradebooks of a process that have one address share an engine, and what it has learnt.

    SQLAlchemy compiles each kind of query once for an engine; with one for every gradebook that was a quarter of the
    time. A gradebook that is closed gives its connections back all the same.
    """
    if not hasattr(nbgrader.api.create_engine, "cache_info"):
        nbgrader.api.create_engine = functools.cache(nbgrader.api.create_engine)

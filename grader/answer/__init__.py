"""A submission as text: found, read, cut into cells, searched for what is off limits; never imported, never run.

May import: spec, model.
"""

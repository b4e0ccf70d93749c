"""A submission as text: found, read, cut into cells, searched for what is off limits; never imported, never run.

Whatever parses works in the process of `reader`; `load`, `attempt`, `own_work`, `notebook` and `ran` ask it through
`confined`.

May import: spec, model.
"""

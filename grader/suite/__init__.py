"""A part's cases: compiled, cached, and provided to everything that judges.

May import: compare, course, spec, case, model.
"""

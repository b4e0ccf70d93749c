"""A part's cases: compiled, cached, and provided to all who judge.

May import: compare, course, spec, case, model.
"""

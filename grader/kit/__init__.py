"""A released course as data: recorded, read back, outlined.

May import: suite, compare, course, spec, model.
"""

"""A course on disk: settings, paths, exercises and their catalogue.

May import: spec, model.
"""

"""A course on disk: settings, places, exercises and their catalogue.

May import: spec, model.
"""

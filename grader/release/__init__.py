"""What students receive: stubs, notebooks, figures, capstones, the kit around them.

May import: kit, suite, course, spec, model.
"""

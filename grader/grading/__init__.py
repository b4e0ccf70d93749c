"""Grade a class: select, schedule, judge in one of several pools, store.

May import: judge, kit and all that they may.
"""

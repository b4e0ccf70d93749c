"""Doors: the modules that students' and authors' files name, each as ``grader.NAME``.

They may import from any room, and no room imports them. What stands behind a door may move; the door stays.
"""

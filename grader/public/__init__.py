"""Public names: the modules that students' and authors' files import, each as ``grader.NAME``.

They may import from any room, and no room imports them. What a name stands for may move; the name stays.
"""

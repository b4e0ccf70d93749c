"""The judge's end of workers: how they are started, asked, limited and ended.

May import: answer, worker (the code that it starts), spec, case, model.
"""

# ÿþ not utf-8
class Linear: pass

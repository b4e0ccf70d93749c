class Linear:
    def __init__(self, *args, **kwargs):
        raise ValueError("not this one either")

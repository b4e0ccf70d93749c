"""Known-wrong answers for PixelShuffle, and the hint that each earns."""

from grader.spec import mistake

MERGED = "pixels.flatten(-4, -3).flatten(-2)"
IMPORTS = {"from torch import Tensor, nn": "import torch\nfrom torch import Tensor, nn"}

mistakes = [
    mistake(
        "AsksTorch",
        "PixelShuffle",
        "own_work",
        """`F.pixel_shuffle` does all the work here. Two reshapes with a permutation between them do it too.""",
        {MERGED: "nn.functional.pixel_shuffle(x, r)"},
    ),
    mistake(
        "FactorByName",
        "PixelShuffle",
        "interface",
        """`PixelShuffle(2)` should work: upscale_factor is an ordinary argument, not a keyword-only one.""",
        {"self, upscale_factor": "self, *, upscale_factor"},
    ),
    mistake(
        "FactorAsBuffer",
        "PixelShuffle",
        "parameters",
        """This layer has nothing to learn and nothing to save. Yours keeps the factor in its state dict; a plain
        attribute will do.""",
        {
            "super().__init__()": """super().__init__()
        self.register_buffer("factor", torch.tensor(float(upscale_factor)))""",
            **IMPORTS,
        },
    ),
    mistake(
        "LearnsTheFactor",
        "PixelShuffle",
        "parameters",
        """This layer has nothing to learn. Yours has a parameter.""",
        {"super().__init__()": "super().__init__()\n        self.scale = nn.Parameter(torch.ones(()))", **IMPORTS},
    ),
    mistake(
        "Backwards",
        "PixelShuffle",
        "shapes",
        """Height and width grow, the channels get fewer. You go the other way, as `PixelUnshuffle` does.""",
        {"blocks =": "return nn.functional.pixel_unshuffle(x, r)\n        blocks ="},
    ),
    mistake(
        "FactorOfTwo",
        "PixelShuffle",
        "shapes",
        """The factor is an argument. You always double.""",
        {"r = self.upscale_factor": "r = 2"},
    ),
    mistake(
        "AlwaysABatch",
        "PixelShuffle",
        "shapes",
        """An image without a batch, (C, H, W), comes back without one. You return a batch of one.""",
        {"x.unflatten": "(x if x.dim() > 3 else x.unsqueeze(0)).unflatten"},
    ),
    mistake(
        "MergesTheBatches",
        "PixelShuffle",
        "shapes",
        """Any number of dimensions may stand before the channels, and they all come back. You merge them into one.""",
        {"x.unflatten": "(x.flatten(0, -4) if x.dim() > 4 else x).unflatten"},
    ),
    mistake(
        "RemembersTheFirstSize",
        "PixelShuffle",
        "shapes",
        """You keep the size of the first input and use it for every later one. Work it out again in each call.""",
        {
            f"return {MERGED}": f"""merged = {MERGED}
        height, width = self.size = getattr(self, "size", merged.shape[-2:])
        return nn.functional.pad(merged, (0, width - merged.shape[-1], 0, height - merged.shape[-2]))"""
        },
    ),
    mistake(
        "FourDimensionsOnly",
        "PixelShuffle",
        "values",
        """Any number of dimensions may stand before the channels, or none. Yours needs exactly one.""",
        {"r = self.upscale_factor": "r = self.upscale_factor\n        batch, channels, height, width = x.shape"},
    ),
    mistake(
        "ReshapedOnly",
        "PixelShuffle",
        "values",
        """A reshape alone does not move anything. Split the channels, *permute*, so that the two small dimensions come
        to lie after height and width, then merge.""",
        {
            "blocks.movedim((-4, -3), (-3, -1))": "blocks.reshape(*x.shape[:-3], -1, x.shape[-2], r, x.shape[-1], r)",
        },
    ),
    mistake(
        "RowsAndColumnsSwapped",
        "PixelShuffle",
        "values",
        """Of the r² channels of a pixel, the first r make the top *row* of its block. Yours make the left column.""",
        {"(-4, -3), (-3, -1)": "(-4, -3), (-1, -3)"},
    ),
    mistake(
        "BlocksInsteadOfPixels",
        "PixelShuffle",
        "values",
        """Neighbouring channels become neighbouring pixels. You put r by r whole images next to each other: the small
        dimensions must be the last in each pair, (H, r) and (W, r).""",
        {"(-4, -3), (-3, -1)": "-2, -3"},
    ),
    mistake(
        "ChannelsSpreadWide",
        "PixelShuffle",
        "values",
        """Output channel c takes the r² *neighbouring* input channels from c·r² on. Yours takes every C-th one, as
        TensorFlow's depth_to_space does.""",
        {"(-1, r, r))": "(r, r, -1)).movedim(-3, -5)"},
    ),
    mistake(
        "ChangesItsInput",
        "PixelShuffle",
        "values",
        """The caller's tensor must stay as it was. You write into it.""",
        {f"return {MERGED}": f"merged = {MERGED}.clone()\n        x.data.zero_()\n        return merged"},
    ),
    mistake(
        "OutsideTheGraph",
        "PixelShuffle",
        "gradients",
        """Your output is right, but no gradient reaches the input. Rearrange `x` itself, not its data or a detached
        copy.""",
        {"x.unflatten": "x.detach().unflatten"},
    ),
    mistake(
        "FirstPixelsOnly",
        "PixelShuffle",
        "gradients",
        """Your output is right, but part of the gradient is lost on the way. Every element moves to one place, and its
        gradient comes back from there.""",
        {
            f"return {MERGED}": f"""merged = {MERGED}
        return torch.where(torch.arange(merged.shape[-1]) % 2 == 0, merged, merged.detach())""",
            **IMPORTS,
        },
    ),
    mistake(
        "DropsWhatIsLeft",
        "PixelShuffle",
        "errors",
        """Channels that r² does not divide should raise an exception. You drop those that are left over.""",
        {"x.unflatten(-3, (-1,": "x[..., : x.shape[-3] // r**2 * r**2, :, :].unflatten(-3, (x.shape[-3] // r**2,"},
    ),
    mistake(
        "ImageByImage",
        "PixelShuffle",
        "vectorized",
        """The result is right, but you go through the batch in a Python loop. Reshapes and permutations treat all
        images at once.""",
        {
            "x.unflatten(-3, (-1, r, r))": """x.unflatten(-3, (-1, r, r)) if x.dim() < 4 else torch.stack(
            [image.unflatten(-3, (-1, r, r)) for image in x]
        )""",
            **IMPORTS,
        },
    ),
]

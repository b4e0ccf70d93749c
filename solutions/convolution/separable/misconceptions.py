"""Known-wrong answers on separable convolution."""

from grader.spec import mistake

PART = "DepthwiseSeparableConv2d"

mistakes = [
    mistake("PaddingFirst", PART, "interface",
        """Look at the order of the arguments: stride comes before padding, as in nn.Conv2d.""",
        {
            "stride: int | tuple[int, int] = 1,\n        padding: int | tuple[int, int] = 0,": (
                "padding: int | tuple[int, int] = 0,\n"
                "        stride: int | tuple[int, int] = 1,"
            ),
        }),
    mistake("NoDilation", PART, "interface",
        """The constructor should also take a dilation, between padding and bias.""",
        {"        dilation: int | tuple[int, int] = 1,\n": "", "padding, dilation, groups": "padding, groups"}),
    mistake("Mixes", PART, "parameters",
        """Your first convolution sums over all input channels. A depthwise one keeps every channel to itself: it has as
        many groups as channels, and its weight is of shape (in_channels, 1, height, width).""",
        {", groups=in_channels": ""}),
    mistake("PointwiseFirst", PART, "parameters",
        """The depthwise convolution comes first, and works on the input channels. Yours comes second, on the output
        channels.""",
        {
            "in_channels, in_channels, kernel_size": "out_channels, out_channels, kernel_size",
            "groups=in_channels": "groups=out_channels",
            "self.pointwise(self.depthwise(x))": "self.depthwise(self.pointwise(x))",
        }),
    mistake("BiasAtTheEnd", PART, "parameters",
        """bias=True gives both convolutions a bias. Your depthwise one has none.""",
        {"groups=in_channels, bias=bias": "groups=in_channels, bias=False"}),
    mistake("AlwaysBiased", PART, "parameters",
        """bias=False takes the bias from both convolutions. One of yours still has it.""",
        {"out_channels, 1, bias=bias": "out_channels, 1"}),
    mistake("OtherChildren", PART, "parameters",
        """The two children are to be called depthwise and pointwise; a state dict is loaded by name.""",
        {
            "self.depthwise =": "self.conv1 =",
            "self.pointwise =": "self.conv2 =",
            "self.pointwise(self.depthwise(x))": "self.conv2(self.conv1(x))",
        }),
    mistake("KernelAgain", PART, "parameters",
        """The second convolution is pointwise: its kernel is 1×1, whatever kernel_size is.""",
        {"out_channels, 1,": "out_channels, kernel_size,"}),
    mistake("StridesTwice", PART, "shapes",
        """The stride belongs to the depthwise convolution alone. Yours takes it twice, so the output is too small.""",
        {"out_channels, 1,": "out_channels, 1, stride,"}),
    mistake("PadsTwice", PART, "shapes",
        """The padding belongs to the depthwise convolution alone: a 1×1 kernel needs none.""",
        {"out_channels, 1,": "out_channels, 1, padding=padding,"}),
    mistake("ForgetsTheDilation", PART, "shapes",
        """dilation makes no difference in your answer. Hand it on to the depthwise convolution.""",
        {"padding, dilation, groups": "padding, groups"}),
    mistake("PadsThePointwise", PART, "shapes",
        """The padding goes around the input, in the depthwise convolution. You add it after that one.""",
        {"stride, padding, dilation": "stride, 0, dilation", "out_channels, 1,": "out_channels, 1, padding=padding,"}),
    mistake("Activates", PART, "values",
        """There is no activation between the two convolutions.""",
        {"self.depthwise(x)": "self.depthwise(x).relu()"}),
    mistake("AddsTheInput", PART, "values",
        """This block has no shortcut: the input is not added to the output, even where the shapes would allow it.""",
        {"return self": "y = self", "(x))": "(x))\n        return y + x if y.shape == x.shape else y"}),
    mistake("RepeatsTheEdge", PART, "values",
        """The padding is zeros, as in nn.Conv2d by default.""",
        {"groups=in_channels,": 'groups=in_channels, padding_mode="replicate",'}),
    mistake("TheMiddleBiasOnly", PART, "values",
        """The pointwise bias is there, but it never reaches the output.""",
        {"self.pointwise(self.depthwise(x))": "nn.functional.conv2d(self.depthwise(x), self.pointwise.weight)"}),
    mistake("CutsInTheMiddle", PART, "gradients",
        """Your output is right, but neither the depthwise weight nor the input gets a gradient: the graph is cut
        between the two convolutions.""",
        {"self.depthwise(x)": "self.depthwise(x).detach()"}),
    mistake("AlwaysFloat64", PART, "numerics",
        """A float32 input comes back as float64. A layer works in the dtype of its input and parameters.""",
        {"self.depthwise(x))": "self.depthwise(x)).double()"}),
    mistake("DropsChannels", PART, "errors",
        """An input with more channels than in_channels is the wrong input. Let the convolution raise its exception
        instead of dropping some.""",
        {"self.depthwise(x)": "self.depthwise(x[:, : self.depthwise.in_channels])"}),
    mistake("OneByOne", PART, "vectorized",
        """The result is right, but it is put together in a Python loop over the batch, and that is slow. A convolution
        takes the whole batch at once.""",
        {
            "from torch import Tensor, nn": "import torch\nfrom torch import Tensor, nn",
            "self.pointwise(self.depthwise(x))": "torch.cat([self.pointwise(self.depthwise(y)) for y in x.split(1)])",
        }),
]  # fmt: skip

"""Known-wrong answers for the dense blocks and DenseNet, and the hint that each earns."""

from grader.spec import mistake

MOMENTUM = """The batch normalisations have torch's momentum of 0.1. In yours the running statistics follow at another
    pace."""
DOUBLE = "The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."

mistakes = [
    # --- DenseBlock ---
    mistake("ChannelsFirst", "DenseBlock", "interface",
        """The arguments come in the order num_convs, in_channels, growth_rate.""",
        {"num_convs: int, in_channels: int, growth_rate: int": "in_channels: int, growth_rate: int, num_convs: int"}),
    mistake("WidthsNotGrowing", "DenseBlock", "parameters",
        """The input of layer i has in_channels + i · growth_rate channels: everything so far.""",
        {
            "in_channels += growth_rate": "in_channels = growth_rate",
            "layer(x)": "layer(x[:, -layer[0].num_features :])",
        }),
    mistake("DenseWithoutBias", "DenseBlock", "parameters",
        """The convolutions have a bias here.""",
        {"3, padding=1)\n": "3, padding=1, bias=False)\n"}),
    mistake("ConvolutionFirst", "DenseBlock", "parameters",
        """The order is batch normalisation, ReLU, convolution, so the normalisation works on the layer's input.""",
        {"nn.BatchNorm2d(in_channels), nn.ReLU(), conv": "conv, nn.BatchNorm2d(growth_rate), nn.ReLU()"}),
    mistake("LayersInAList", "DenseBlock", "parameters",
        """A plain list of layers is nothing that the module knows of: no parameters, nothing to train. Use an
        nn.ModuleList.""",
        {"nn.ModuleList()": "[]"}),
    mistake("OtherName", "DenseBlock", "parameters",
        """The layers are children of `layers`: layers.0.0.weight, layers.0.2.weight and so on.""",
        {"self.layers =": "self.net =", "self.layers.append": "self.net.append", "in self.layers": "in self.net"}),
    mistake("OnlyTheLast", "DenseBlock", "shapes",
        """The block returns its input and the outputs of all its layers. Yours returns the last output alone.""",
        {"return x": "return x[:, layer[0].num_features :]"}),
    mistake("WithoutTheInput", "DenseBlock", "shapes",
        """The block's own input is part of what it returns, in front.""",
        {"return x": "return x[:, self.layers[0][0].num_features :]"}),
    mistake("DenseSlowStatistics", "DenseBlock", "state",
        MOMENTUM,
        {"nn.BatchNorm2d(in_channels)": "nn.BatchNorm2d(in_channels, momentum=0.01)"}),
    mistake("EveryLayerTwice", "DenseBlock", "state",
        """Every layer runs once in a call. Yours run twice, so that their running statistics move twice.""",
        {"            x = torch.cat": "            layer(x)\n            x = torch.cat"}),
    mistake("NewestFirst", "DenseBlock", "state",
        """What a layer gets comes first, what it gives comes after it.""",
        {"(x, layer(x))": "(layer(x), x)"}),
    mistake("DenseNotRectified", "DenseBlock", "state",
        """Between normalisation and convolution there is a ReLU.""",
        {"nn.ReLU()": "nn.Identity()"}),
    mistake("RectifiedOutputs", "DenseBlock", "state",
        """Nothing comes after the convolution: the ReLU stands before it.""",
        {"layer(x)": "F.relu(layer(x))"}),
    mistake("InPlaceOnTheInput", "DenseBlock", "values",
        """Something works in place on the block's input, which the concatenation still needs, and which belongs to the
        caller.""",
        {
            "        for layer in": "        given = x.detach()\n        for layer in",
            "return x": "given.relu_()\n        return x",
        }),
    mistake("NewestDetached", "DenseBlock", "gradients",
        """Gradients flow back through every layer to all before it. You detach what a layer gets.""",
        {"layer(x)": "layer(x.detach())"}),
    mistake("DenseInDouble", "DenseBlock", "numerics",
        DOUBLE,
        {"return x": "return x.double()"}),
    # --- TransitionBlock ---
    mistake("HalvesByItself", "TransitionBlock", "interface",
        """out_channels is an argument: `TransitionBlock(in_channels, out_channels)`.""",
        {", out_channels: int": "", "in_channels, out_channels, 1": "in_channels, in_channels // 2, 1"}),
    mistake("IgnoresTheWidth", "TransitionBlock", "parameters",
        """The convolution goes to out_channels, whatever half of in_channels may be.""",
        {"in_channels, out_channels, 1": "in_channels, max(1, in_channels // 2), 1"}),
    mistake("ThreeByThree", "TransitionBlock", "parameters",
        """The convolution of a transition is 1×1: it mixes channels, not pixels.""",
        {"out_channels, 1)": "out_channels, 3, padding=1)"}),
    mistake("TransitionWithoutBias", "TransitionBlock", "parameters",
        """The convolution has a bias here.""",
        {"out_channels, 1)": "out_channels, 1, bias=False)"}),
    mistake("NamedChildren", "TransitionBlock", "parameters",
        """The block is a Sequential: its normalisation is called 0 and its convolution 2.""",
        {
            "nn.AvgPool2d(2)\n        )": (
                "nn.AvgPool2d(2)\n"
                "        )\n"
                "        self._modules = dict(zip(('bn', 'relu', 'conv', 'pool'), self, strict=True))"
            ),
        }),
    mistake("NormalisesTheOutput", "TransitionBlock", "parameters",
        """The order is normalisation, ReLU, convolution, pooling: the normalisation works on in_channels channels.""",
        {
            "nn.BatchNorm2d(in_channels), nn.ReLU(), nn.Conv2d(in_channels, out_channels, 1)": (
                "nn.Conv2d(in_channels, out_channels, 1), nn.BatchNorm2d(out_channels), nn.ReLU()"
            ),
        }),
    mistake("NotPooled", "TransitionBlock", "shapes",
        """The block ends in a 2×2 average pooling with stride 2, which halves height and width.""",
        {", nn.AvgPool2d(2)": ""}),
    mistake("PoolsWithoutStride", "TransitionBlock", "shapes",
        """The pooling has stride 2, so that its windows do not overlap.""",
        {"nn.AvgPool2d(2)": "nn.AvgPool2d(2, 1)"}),
    mistake("RoundsUp", "TransitionBlock", "shapes",
        """Of an odd height or width, the last row or column is left out: the pooling rounds down.""",
        {"nn.AvgPool2d(2)": "nn.AvgPool2d(2, ceil_mode=True)"}),
    mistake("TransitionSlowStatistics", "TransitionBlock", "state",
        """The batch normalisation has torch's momentum of 0.1. In yours the running statistics follow at another
        pace.""",
        {"nn.BatchNorm2d(in_channels)": "nn.BatchNorm2d(in_channels, momentum=0.01)"}),
    mistake("TakesTheMaximum", "TransitionBlock", "values",
        """The pooling takes the mean of each 2×2 window, not its maximum.""",
        {"nn.AvgPool2d(2)": "nn.MaxPool2d(2)"}),
    mistake("TransitionNotRectified", "TransitionBlock", "values",
        """Between normalisation and convolution there is a ReLU.""",
        {"nn.ReLU()": "nn.Identity()"}),
    mistake("RectifiedAfterwards", "TransitionBlock", "values",
        """The ReLU stands between normalisation and convolution, not after the convolution.""",
        {"nn.ReLU()": "nn.Identity()", "nn.AvgPool2d(2)": "nn.ReLU(), nn.AvgPool2d(2)"}),
    mistake("TransitionFrozen", "TransitionBlock", "gradients",
        """No gradient reaches the normalisation: something after it is detached, or runs under no_grad.""",
        {
            "nn.AvgPool2d(2)\n        )": (
                "nn.AvgPool2d(2)\n"
                "        )\n"
                "        self[1].register_forward_hook(lambda relu, inputs, y: y.detach())"
            ),
        }),
    mistake("TransitionInDouble", "TransitionBlock", "numerics",
        DOUBLE,
        {
            "nn.AvgPool2d(2)\n        )": (
                "nn.AvgPool2d(2)\n"
                "        )\n"
                "        self.register_forward_hook(lambda block, inputs, y: y.double())"
            ),
        }),
    # --- DenseNet ---
    mistake("NoDefaults", "DenseNet", "interface",
        """`DenseNet()` alone should work: every argument has a default.""",
        {": int = 1,": ": int,", ": int = 10": ": int", ": int = 32": ": int", " = (4, 4, 4, 4)": ""}),
    mistake("ThirtyTwoAlways", "DenseNet", "parameters",
        """growth_rate is an argument, and 32 only where it is not given.""",
        {"super().__init__()": "super().__init__()\n        growth_rate = 32"}),
    mistake("FourAlways", "DenseNet", "parameters",
        """num_convs says how many dense blocks there are, and how many convolutions each of them has.""",
        {"super().__init__()": "super().__init__()\n        num_convs = (4, 4, 4, 4)"}),
    mistake("TransitionAtTheEnd", "DenseNet", "parameters",
        """Transitions stand between dense blocks: none follows the last one.""",
        {"if index < len(num_convs) - 1:": "if True:", "        x = self.blocks[-1](x)\n": ""}),
    mistake("StemWithoutBias", "DenseNet", "parameters",
        """The stem's convolution has a bias here, unlike ResNet's.""",
        {"padding=3": "padding=3, bias=False"}),
    mistake("NoLastNorm", "DenseNet", "parameters",
        """After the last dense block there is a batch normalisation called norm, and a ReLU.""",
        {"nn.BatchNorm2d(channels)": "nn.Identity()"}),
    mistake("Squeezed", "DenseNet", "shapes",
        """A batch of one image gives a batch of one row. You squeeze it away.""",
        {"self.fc(x.mean((2, 3)))": "self.fc(x.mean((2, 3))).squeeze(0)"}),
    mistake("NetSlowStatistics", "DenseNet", "state",
        MOMENTUM,
        {"nn.BatchNorm2d(channels)": "nn.BatchNorm2d(channels, momentum=0.01)"}),
    mistake("StemNotPooled", "DenseNet", "state",
        """The stem ends in a 3×3 max pooling with stride 2 and padding 1.""",
        {"            nn.MaxPool2d(3, stride=2, padding=1),\n": ""}),
    mistake("StemNotRectified", "DenseNet", "state",
        """In the stem, a ReLU follows the normalisation.""",
        {"nn.ReLU()": "nn.Identity()"}),
    mistake("StemPoolsUnpadded", "DenseNet", "state",
        """The stem's max pooling has padding 1.""",
        {"stride=2, padding=1": "stride=2, ceil_mode=True"}),
    mistake("EndNotRectified", "DenseNet", "values",
        """Between norm and the average there is a ReLU.""",
        {"F.relu(self.norm(x))": "self.norm(x)"}),
    mistake("MaximumAtTheEnd", "DenseNet", "values",
        """Before fc there is the mean of each channel, not its largest value.""",
        {"x.mean((2, 3))": "x.amax((2, 3))"}),
    mistake("StemFrozen", "DenseNet", "gradients",
        """No gradient reaches the stem: something after it is detached, or runs under no_grad.""",
        {"self.stem(x)": "self.stem(x).detach()"}),
]  # fmt: skip

"""Known-wrong answers for the VGG block and VGG, and the hint that each earns."""

from grader.spec import mistake

mistakes = [
    # --- vgg_block ---
    mistake(
        "ChannelsFirst",
        "vgg_block",
        "interface",
        "The arguments come in the order num_convs, in_channels, out_channels.",
        {"num_convs: int, in_channels: int, out_channels: int": "in_channels: int, out_channels: int, num_convs: int"},
    ),
    mistake(
        "ListOfLayers",
        "vgg_block",
        "interface",
        "You return a list of layers. Put them into an nn.Sequential, so that the block is a module and can be called.",
        {"nn.Sequential(*layers, nn.MaxPool2d(2))": "[*layers, nn.MaxPool2d(2)]"},
    ),
    mistake(
        "OneConvolution",
        "vgg_block",
        "parameters",
        "num_convs says how many convolutions there are. You make one.",
        {"range(num_convs)": "range(1)"},
    ),
    mistake(
        "WidensAtTheEnd",
        "vgg_block",
        "parameters",
        """The first convolution goes to out_channels at once, and all later ones from out_channels to out_channels.
        Yours widen only in the last.""",
        {
            "for _ in range(num_convs)": "for left in reversed(range(num_convs))",
            "nn.Conv2d(in_channels, out_channels": "nn.Conv2d(in_channels, in_channels if left else out_channels",
            "        in_channels = out_channels\n": "",
        },
    ),
    mistake(
        "NoBiases",
        "vgg_block",
        "parameters",
        "The convolutions of VGG have a bias.",
        {"3, padding=1": "3, padding=1, bias=False"},
    ),
    mistake(
        "NormalisedBlock",
        "vgg_block",
        "parameters",
        "There is no batch normalisation in this VGG: each convolution is followed by its ReLU.",
        {"nn.ReLU()": "nn.BatchNorm2d(out_channels), nn.ReLU()"},
    ),
    mistake(
        "ReLUOnlyAtTheEnd",
        "vgg_block",
        "parameters",
        """Every convolution has its own ReLU, which also puts the convolutions at positions 0, 2, 4. You have a single
        one before the pooling.""",
        {", nn.ReLU()": "", "*layers": "*layers, nn.ReLU()"},
    ),
    mistake(
        "FiveByFive",
        "vgg_block",
        "parameters",
        "The kernels are 3×3, with padding 1.",
        {"3, padding=1": "5, padding=2"},
    ),
    mistake(
        "NoPadding",
        "vgg_block",
        "shapes",
        "Padding 1 keeps the size of a 3×3 convolution. Without it each one eats a border.",
        {"3, padding=1": "3"},
    ),
    mistake(
        "NoPooling",
        "vgg_block",
        "shapes",
        "The block ends in a 2×2 max pooling with stride 2, which halves height and width.",
        {", nn.MaxPool2d(2)": ""},
    ),
    mistake(
        "PoolsWithoutStride",
        "vgg_block",
        "shapes",
        "The pooling has stride 2, so that its windows do not overlap.",
        {"nn.MaxPool2d(2)": "nn.MaxPool2d(2, 1)"},
    ),
    mistake(
        "RoundsUp",
        "vgg_block",
        "shapes",
        "Of an odd height or width, the last row or column is left out: the pooling rounds down.",
        {"nn.MaxPool2d(2)": "nn.MaxPool2d(2, ceil_mode=True)"},
    ),
    mistake(
        "AveragesPixels",
        "vgg_block",
        "values",
        "The pooling takes the maximum of each window. Yours takes the mean.",
        {"nn.MaxPool2d(2)": "nn.AvgPool2d(2)"},
    ),
    mistake(
        "NothingRectified",
        "vgg_block",
        "values",
        "Every convolution is followed by a ReLU.",
        {"nn.ReLU()": "nn.Identity()"},
    ),
    mistake(
        "LastNotRectified",
        "vgg_block",
        "values",
        "The last convolution of a block has a ReLU as well, before the pooling.",
        {"*layers": "*layers[:-1]"},
    ),
    mistake(
        "PadsByReflection",
        "vgg_block",
        "values",
        "The padding is of zeros, as in every convolution that is not told otherwise.",
        {"padding=1": "padding=1, padding_mode='replicate'"},
    ),
    mistake(
        "FrozenBlock",
        "vgg_block",
        "gradients",
        "No gradient gets through the block: something in it is detached, or runs under no_grad.",
        {"    return": "    layers[-1].register_forward_hook(lambda relu, inputs, y: y.detach())\n    return"},
    ),
    mistake(
        "RectifiesInDouble",
        "vgg_block",
        "numerics",
        "The output has the dtype of the input and the parameters. Yours is float64 whatever comes in.",
        {"    return": "    layers[-1].register_forward_hook(lambda relu, inputs, y: y.double())\n    return"},
    ),
    # --- VGG ---
    mistake(
        "NoDefaults",
        "VGG",
        "interface",
        "`VGG(arch)` alone should work: one channel and ten classes unless told otherwise.",
        {"in_channels: int = 1, num_classes: int = 10": "in_channels: int, num_classes: int"},
    ),
    mistake(
        "ColourByDefault",
        "VGG",
        "parameters",
        "Without an argument this VGG takes one channel.",
        {"in_channels: int = 1": "in_channels: int = 3"},
    ),
    mistake(
        "AlwaysSevenBySeven",
        "VGG",
        "parameters",
        """How many pixels are left for the classifier depends on the number of blocks: 7×7 after five, but 14×14 after
        four.""",
        {"224 // 2 ** len(arch)": "7"},
    ),
    mistake(
        "NarrowClassifier",
        "VGG",
        "parameters",
        "The two hidden layers of the classifier are 4096 wide.",
        {"side**2, 4096": "side**2, 512", "4096, 4096": "512, 512", "4096, num_classes)": "512, num_classes)"},
    ),
    mistake(
        "BlocksSideBySide",
        "VGG",
        "parameters",
        """The blocks are children of `blocks`: their parameters are called blocks.0.0.weight, blocks.0.0.bias and so
        on.""",
        {"self.blocks =": "self.features =", "self.blocks.": "self.features.", "self.blocks(": "self.features("},
    ),
    mistake(
        "Squeezed",
        "VGG",
        "shapes",
        "A batch of one image gives a batch of one row. You squeeze it away.",
        {"self.classifier(self.blocks(x))": "self.classifier(self.blocks(x)).squeeze(0)"},
    ),
    mistake(
        "SoftmaxAtTheEnd",
        "VGG",
        "values",
        "The network returns scores, not probabilities: the softmax belongs to the loss.",
        {"self.classifier(self.blocks(x))": "self.classifier(self.blocks(x)).softmax(1)"},
    ),
    mistake(
        "NoReLUInTheClassifier",
        "VGG",
        "values",
        "Both hidden layers of the classifier are followed by a ReLU.",
        {
            "side**2, 4096), nn.ReLU()": "side**2, 4096), nn.Identity()",
            "4096, 4096), nn.ReLU()": "4096, 4096), nn.Identity()",
        },
    ),
    mistake(
        "NeverDrops",
        "VGG",
        "values",
        "Both hidden layers of the classifier are followed by Dropout(0.5), in training.",
        {"self.classifier(self": "self.classifier.eval()(self"},
    ),
    mistake(
        "DropsOnce",
        "VGG",
        "values",
        "Both hidden layers of the classifier are followed by Dropout(0.5): the second as well.",
        {"4096, 4096), nn.ReLU(), nn.Dropout(0.5)": "4096, 4096), nn.ReLU(), nn.Identity()"},
    ),
    mistake(
        "DropsInEvaluation",
        "VGG",
        "values",
        """Dropout is for training. F.dropout drops always unless it is given `training=self.training`; nn.Dropout knows
        by itself.""",
        {"self.classifier(self": "self.classifier.train()(self"},
    ),
    mistake(
        "FrozenBlocks",
        "VGG",
        "gradients",
        """No gradient reaches the blocks: something between them and the classifier is detached, or runs under
        no_grad.""",
        {"self.blocks(x)": "self.blocks(x).detach()"},
    ),
]

"""Known-wrong answers for the residual blocks and ResNet-18, and the hint that each earns."""

from grader.spec import mistake

STRIDE = "stride is 1 unless given."
NO_BIAS = "No convolution here has a bias: the batch normalisation after it would take it out again."
MOMENTUM = """The batch normalisations have torch's momentum of 0.1. In yours the running statistics follow at another
    pace."""
NO_SHORTCUT = "A residual block adds its input to what its layers make of it. You leave the input out."
RECTIFY_THE_SUM = "The sum goes through a ReLU at the end."
TWO_RELUS = "There is a ReLU after bn1 and another after bn2."
DETACHED = "Gradients flow through the shortcut too: that is what it is for. Something on it is detached."
DOUBLE = "The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."

mistakes = [
    # --- BasicBlock ---
    mistake("StrideRequired", "BasicBlock", "interface", STRIDE, {"stride: int = 1": "stride: int"}),
    mistake(
        "BiasedConvolutions",
        "BasicBlock",
        "parameters",
        NO_BIAS,
        {"3, stride, padding=1, bias=False": "3, stride, padding=1", "3, padding=1, bias=False": "3, padding=1"},
    ),
    mistake(
        "BiasedShortcut",
        "BasicBlock",
        "parameters",
        "The convolution of the shortcut, downsample.0, has no bias either.",
        {"1, stride, bias=False": "1, stride"},
    ),
    mistake(
        "ShortcutNotNormalised",
        "BasicBlock",
        "parameters",
        "The shortcut's convolution is followed by a batch normalisation, downsample.1.",
        {", nn.BatchNorm2d(out_channels)": ""},
    ),
    mistake(
        "AlwaysDownsamples",
        "BasicBlock",
        "parameters",
        """Where neither the stride nor the number of channels changes anything, the shortcut is the input itself, and
        there is no downsample.""",
        {"if stride == 1 and in_channels == out_channels:": "if False:"},
    ),
    mistake(
        "OnlyWhereChannelsChange",
        "BasicBlock",
        "parameters",
        """A stride changes the shape as well: there is a downsample where the stride is not 1, even if the numbers of
        channels agree.""",
        {
            "stride == 1 and in_channels == out": "in_channels == out",
            "return nn.Identity()": "return nn.AvgPool2d(1, stride)",
        },
    ),
    mistake(
        "OneNormalisation",
        "BasicBlock",
        "parameters",
        "bn1 and bn2 are two layers, each with parameters and statistics of its own. You use one twice.",
        {"        self.bn2 = nn.BatchNorm2d(channels)\n": "", "self.bn2(self.conv2(y))": "self.bn1(self.conv2(y))"},
    ),
    mistake(
        "StrideForgotten",
        "BasicBlock",
        "shapes",
        "conv1 and downsample.0 have the stride that the block is given. Yours leave it out.",
        {"3, stride, padding": "3, padding", "1, stride, bias": "1, bias"},
    ),
    mistake(
        "SlowStatistics",
        "BasicBlock",
        "state",
        MOMENTUM,
        {
            "bn1 = nn.BatchNorm2d(channels)": "bn1 = nn.BatchNorm2d(channels, momentum=0.01)",
            "bn2 = nn.BatchNorm2d(channels)": "bn2 = nn.BatchNorm2d(channels, momentum=0.01)",
        },
    ),
    mistake(
        "FirstNormalisedTwice",
        "BasicBlock",
        "state",
        """Every layer runs once in a call. You run conv1 and bn1 twice, so that their running statistics move
        twice.""",
        {"        y = F.relu": "        self.bn1(self.conv1(x))\n        y = F.relu"},
    ),
    mistake(
        "NoShortcut",
        "BasicBlock",
        "values",
        NO_SHORTCUT,
        {"return F.relu(y + self.downsample(x))": "self.downsample(x)\n        return F.relu(y)"},
    ),
    mistake(
        "RectifiedBeforeTheSum",
        "BasicBlock",
        "values",
        "The last ReLU comes after the sum, not before it.",
        {"F.relu(y + self.downsample(x))": "F.relu(y) + self.downsample(x)"},
    ),
    mistake(
        "SumNotRectified",
        "BasicBlock",
        "values",
        RECTIFY_THE_SUM,
        {"F.relu(y + self.downsample(x))": "y + self.downsample(x)"},
    ),
    mistake(
        "InsideNotRectified",
        "BasicBlock",
        "state",
        "There is a ReLU between bn1 and conv2.",
        {"F.relu(self.bn1(self.conv1(x)))": "self.bn1(self.conv1(x))"},
    ),
    mistake(
        "RectifiesTheInput",
        "BasicBlock",
        "state",
        "The shortcut is the input as it came. Yours went through a ReLU first, perhaps one that works in place.",
        {"        y = F.relu": "        x = F.relu(x)\n        y = F.relu"},
    ),
    mistake(
        "NormalisesTooLate",
        "BasicBlock",
        "state",
        "The order is convolution, normalisation, ReLU. You have the ReLU before the normalisation.",
        {"F.relu(self.bn1(self.conv1(x)))": "self.bn1(F.relu(self.conv1(x)))"},
    ),
    mistake(
        "StrideOnTheSecond",
        "BasicBlock",
        "state",
        "The stride belongs to conv1, not to conv2.",
        {"3, stride, padding": "3, padding", "(channels, channels, 3": "(channels, channels, 3, stride"},
    ),
    mistake(
        "LargerEps",
        "BasicBlock",
        "state",
        "The batch normalisations have torch's eps of 1e-5.",
        {
            "bn1 = nn.BatchNorm2d(channels)": "bn1 = nn.BatchNorm2d(channels, eps=1e-3)",
            "bn2 = nn.BatchNorm2d(channels)": "bn2 = nn.BatchNorm2d(channels, eps=1e-3)",
        },
    ),
    mistake(
        "AddsInPlace",
        "BasicBlock",
        "values",
        "You add to the input in place; it belongs to the caller.",
        {
            "return F.relu(y + self.downsample(x))": "shortcut = self.downsample(x)\n        y = y + shortcut\n"
            "        shortcut.detach().add_(y.detach())\n        return F.relu(y)"
        },
    ),
    mistake(
        "ShortcutDetached", "BasicBlock", "gradients", DETACHED, {"self.downsample(x)": "self.downsample(x.detach())"}
    ),
    mistake(
        "BasicInDouble",
        "BasicBlock",
        "numerics",
        DOUBLE,
        {"F.relu(y + self.downsample(x))": "F.relu(y + self.downsample(x)).double()"},
    ),
    # --- Bottleneck ---
    mistake("BottleneckStrideRequired", "Bottleneck", "interface", STRIDE, {"stride: int = 1": "stride: int"}),
    mistake(
        "NotExpanded",
        "Bottleneck",
        "parameters",
        """The output has four times as many channels as `channels` says: conv3 widens, conv1 and conv2 are narrow.""",
        {
            "nn.Conv2d(channels, 4 * channels": "nn.Conv2d(channels, channels",
            "nn.BatchNorm2d(4 * channels)": "nn.BatchNorm2d(channels)",
            "downsampling(in_channels, 4 * channels": "downsampling(in_channels, channels",
        },
    ),
    mistake(
        "DividesTheChannels",
        "Bottleneck",
        "parameters",
        """`channels` is the narrow width, of conv1 and conv2; the output is four times as wide. Yours takes `channels`
        for the width of the output.""",
        {"super().__init__()": "super().__init__()\n        channels = max(1, channels // 4)"},
    ),
    mistake(
        "BottleneckBiased", "Bottleneck", "parameters", NO_BIAS, {"4 * channels, 1, bias=False": "4 * channels, 1"}
    ),
    mistake(
        "DownsamplesForTheWrongWidth",
        "Bottleneck",
        "parameters",
        """The shortcut is needed where in_channels differs from 4 · channels, the width of the output, not from
        `channels`.""",
        {"in_channels == out_channels": "4 * in_channels == out_channels"},
    ),
    mistake(
        "BottleneckStrideForgotten",
        "Bottleneck",
        "shapes",
        "conv2 and downsample.0 have the stride that the block is given. Yours leave it out.",
        {"3, stride, padding": "3, padding", "1, stride, bias": "1, bias"},
    ),
    mistake(
        "BottleneckSlowStatistics",
        "Bottleneck",
        "state",
        MOMENTUM,
        {"nn.BatchNorm2d(4 * channels)": "nn.BatchNorm2d(4 * channels, momentum=0.01)"},
    ),
    mistake(
        "StrideOnTheFirst",
        "Bottleneck",
        "state",
        """The stride stands on the 3×3 convolution, conv2, as in torchvision. The paper has it on conv1, which throws
        away most pixels unseen.""",
        {"nn.Conv2d(in_channels, channels, 1": "nn.Conv2d(in_channels, channels, 1, stride", "3, stride": "3"},
    ),
    mistake(
        "BottleneckNoShortcut",
        "Bottleneck",
        "values",
        NO_SHORTCUT,
        {"return F.relu(y + self.downsample(x))": "self.downsample(x)\n        return F.relu(y)"},
    ),
    mistake(
        "ThirdRectified",
        "Bottleneck",
        "values",
        "Between bn3 and the sum there is no ReLU; it comes after the sum.",
        {"self.bn3(self.conv3(y))": "F.relu(self.bn3(self.conv3(y)))"},
    ),
    mistake(
        "BottleneckSumNotRectified",
        "Bottleneck",
        "values",
        RECTIFY_THE_SUM,
        {"F.relu(y + self.downsample(x))": "y + self.downsample(x)"},
    ),
    mistake(
        "SecondNotRectified",
        "Bottleneck",
        "state",
        TWO_RELUS,
        {"F.relu(self.bn2(self.conv2(y)))": "self.bn2(self.conv2(y))"},
    ),
    mistake(
        "FirstNotRectified",
        "Bottleneck",
        "state",
        TWO_RELUS,
        {"F.relu(self.bn1(self.conv1(x)))": "self.bn1(self.conv1(x))"},
    ),
    mistake(
        "BottleneckShortcutDetached",
        "Bottleneck",
        "gradients",
        DETACHED,
        {"self.downsample(x)": "self.downsample(x.detach())"},
    ),
    mistake(
        "BottleneckInDouble",
        "Bottleneck",
        "numerics",
        DOUBLE,
        {"F.relu(y + self.downsample(x))": "F.relu(y + self.downsample(x)).double()"},
    ),
    # --- PreActBlock ---
    mistake("PreActStrideRequired", "PreActBlock", "interface", STRIDE, {"stride: int = 1": "stride: int"}),
    mistake(
        "NormalisesTheOutput",
        "PreActBlock",
        "parameters",
        "bn1 comes before conv1, so it normalises in_channels channels, not the block's own.",
        {
            "nn.BatchNorm2d(in_channels)": "nn.BatchNorm2d(channels)",
            "self.conv1(F.relu(self.bn1(x)))": "F.relu(self.bn1(self.conv1(x)))",
        },
    ),
    mistake(
        "PreActBiased",
        "PreActBlock",
        "parameters",
        "conv1 and conv2 have no bias; only conv3 does.",
        {"3, stride, padding=1, bias=False": "3, stride, padding=1", "3, padding=1, bias=False": "3, padding=1"},
    ),
    mistake(
        "ThirdWithoutBias",
        "PreActBlock",
        "parameters",
        "conv3 has a bias: no normalisation follows it that would take it out.",
        {"1, stride)": "1, stride, bias=False)"},
    ),
    mistake(
        "AlwaysAThird",
        "PreActBlock",
        "parameters",
        """Where neither the stride nor the number of channels changes anything, the shortcut is the input itself, and
        there is no conv3.""",
        {"nn.Identity() if same_shape else ": ""},
    ),
    mistake(
        "OnlyWhereChannelsDiffer",
        "PreActBlock",
        "parameters",
        """A stride changes the shape as well: there is a conv3 where the stride is not 1, even if the numbers of
        channels agree.""",
        {"stride == 1 and in_channels == ch": "in_channels == ch", "nn.Identity()": "nn.AvgPool2d(1, stride)"},
    ),
    mistake(
        "PreActStrideForgotten",
        "PreActBlock",
        "shapes",
        "conv1 and conv3 have the stride that the block is given. Yours leave it out.",
        {"3, stride, padding": "3, padding", "1, stride)": "1)"},
    ),
    mistake(
        "PreActSlowStatistics",
        "PreActBlock",
        "state",
        MOMENTUM,
        {
            "nn.BatchNorm2d(in_channels)": "nn.BatchNorm2d(in_channels, momentum=0.9)",
            "nn.BatchNorm2d(channels)": "nn.BatchNorm2d(channels, momentum=0.9)",
        },
    ),
    mistake(
        "ShortcutAfterActivation",
        "PreActBlock",
        "values",
        "conv3 works on the block's input as it came, before bn1 and its ReLU.",
        {
            "self.conv1(F.relu(self.bn1(x)))": "self.conv1(active := F.relu(self.bn1(x)))",
            "self.conv3(x)": "(x if isinstance(self.conv3, nn.Identity) else self.conv3(active))",
        },
    ),
    mistake(
        "RectifiedAtTheEnd",
        "PreActBlock",
        "values",
        "Nothing comes after the sum: the next block begins with a normalisation and a ReLU of its own.",
        {"y + self.conv3(x)": "F.relu(y + self.conv3(x))"},
    ),
    mistake("PreActNoShortcut", "PreActBlock", "values", NO_SHORTCUT, {"y + self.conv3(x)": "y"}),
    mistake(
        "RectifiesBeforeNormalising",
        "PreActBlock",
        "state",
        "The order is normalisation, ReLU, convolution.",
        {"F.relu(self.bn1(x))": "self.bn1(F.relu(x))", "F.relu(self.bn2(y))": "self.bn2(F.relu(y))"},
    ),
    mistake("PreActOneReLU", "PreActBlock", "state", TWO_RELUS, {"F.relu(self.bn1(x))": "self.bn1(x)"}),
    mistake(
        "ActivatedInPlace",
        "PreActBlock",
        "values",
        "Your first ReLU works in place on the input, which the shortcut still needs, and which belongs to the caller.",
        {"return y + self.conv3(x)": "y = y + self.conv3(x)\n        x.detach().clamp_(min=-0.1)\n        return y"},
    ),
    mistake(
        "PreActShortcutDetached", "PreActBlock", "gradients", DETACHED, {"self.conv3(x)": "self.conv3(x.detach())"}
    ),
    mistake("PreActInDouble", "PreActBlock", "numerics", DOUBLE, {"y + self.conv3(x)": "(y + self.conv3(x)).double()"}),
    # --- ResNet18 ---
    mistake(
        "NoDefaults",
        "ResNet18",
        "interface",
        "`ResNet18()` alone should work: three channels and a thousand classes unless told otherwise.",
        {"in_channels: int = 3, num_classes: int = 1000": "in_channels: int, num_classes: int"},
    ),
    mistake(
        "TenClasses",
        "ResNet18",
        "parameters",
        "There are a thousand classes unless told otherwise.",
        {"num_classes: int = 1000": "num_classes: int = 10"},
    ),
    mistake(
        "StemWithBias",
        "ResNet18",
        "parameters",
        "conv1 has no bias: bn1 would take it out again.",
        {"padding=3, bias=False": "padding=3"},
    ),
    mistake(
        "Squeezed",
        "ResNet18",
        "shapes",
        "A batch of one image gives a batch of one row. You squeeze it away.",
        {"self.fc(x.mean((2, 3)))": "self.fc(x.mean((2, 3))).squeeze(0)"},
    ),
    mistake(
        "StemStandsStill",
        "ResNet18",
        "state",
        """bn1 is a batch normalisation like the others: it follows train() and eval(), and its running statistics move
        in training.""",
        {
            "self.bn1(self.conv1(x))": "F.batch_norm(self.conv1(x), self.bn1.running_mean.clone(), "
            "self.bn1.running_var.clone(), self.bn1.weight, self.bn1.bias, self.training)"
        },
    ),
    mistake(
        "StemNotPooled",
        "ResNet18",
        "state",
        "Between bn1's ReLU and layer1 there is a 3×3 max pooling with stride 2 and padding 1.",
        {"        x = F.max_pool2d(x, 3, stride=2, padding=1)\n": ""},
    ),
    mistake(
        "StemNotRectified",
        "ResNet18",
        "state",
        "bn1 is followed by a ReLU, before the pooling.",
        {"F.relu(self.bn1(self.conv1(x)))": "self.bn1(self.conv1(x))"},
    ),
    mistake(
        "MaximumAtTheEnd",
        "ResNet18",
        "values",
        "Before fc there is the mean of each channel, not its largest value.",
        {"x.mean((2, 3))": "x.amax((2, 3))"},
    ),
    mistake(
        "StrideOnTheSecondBlock",
        "ResNet18",
        "state",
        "The first block of a layer has the stride, the second keeps the shape.",
        {
            "(64, 128, 2), BasicBlock(128, 128)": "(64, 128), BasicBlock(128, 128), nn.MaxPool2d(1, 2)",
            "(128, 256, 2), BasicBlock(256, 256)": "(128, 256), BasicBlock(256, 256), nn.MaxPool2d(1, 2)",
            "(256, 512, 2), BasicBlock(512, 512)": "(256, 512), BasicBlock(512, 512), nn.MaxPool2d(1, 2)",
        },
    ),
    mistake(
        "StemFrozen",
        "ResNet18",
        "gradients",
        "No gradient reaches conv1 and bn1: something after them is detached, or runs under no_grad.",
        {"stride=2, padding=1)": "stride=2, padding=1).detach()"},
    ),
]

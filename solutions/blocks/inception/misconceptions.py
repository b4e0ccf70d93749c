"""Known-wrong answers for Inception and GoogLeNet, and the hint that each earns."""

from grader.spec import mistake

mistakes = [
    # --- Inception ---
    mistake("PairsApart", "Inception", "interface",
        """c2 and c3 are pairs: `Inception(192, 64, (96, 128), (16, 32), 32)`. Yours wants six numbers in a row.""",
        {
            "c2: tuple[int, int], c3: tuple[int, int]": "c2_1: int, c2_2: int, c3_1: int, c3_2: int",
            "super().__init__()": "super().__init__()\n        c2, c3 = (c2_1, c2_2), (c3_1, c3_2)",
        }),
    mistake("PoolPathFirst", "Inception", "interface",
        """The arguments come in the order in_channels, c1, c2, c3, c4.""",
        {", c4: int": "", "in_channels: int,": "in_channels: int, c4: int,"}),
    mistake("NoBiases", "Inception", "parameters",
        """All six convolutions have a bias.""",
        {"    def forward": "        for conv in self.children():\n            conv.bias = None\n\n    def forward"}),
    mistake("PairsReversed", "Inception", "parameters",
        """The first number of a pair belongs to the 1×1 convolution that comes first, the second to the larger one
        after it.""",
        {"super().__init__()": "super().__init__()\n        c2, c3 = c2[::-1], c3[::-1]"}),
    mistake("NoBottleneck", "Inception", "parameters",
        """The larger convolutions work on the few channels that the 1×1 convolution before them leaves, not on the
        input.""",
        {
            "nn.Conv2d(c2[0]": "nn.Conv2d(in_channels",
            "nn.Conv2d(c3[0]": "nn.Conv2d(in_channels",
            "F.relu(self.b2_1(x))": "x",
            "F.relu(self.b3_1(x))": "x",
        }),
    mistake("TwoTimesThree", "Inception", "parameters",
        """The third path has a 5×5 convolution (padding 2). Yours is 3×3 once more.""",
        {"5, padding=2": "3, padding=1"}),
    mistake("PathsAsSequentials", "Inception", "parameters",
        """The convolutions are children of the block itself, called b1_1, b2_1, b2_2, b3_1, b3_2 and b4_2. Yours are in
        Sequentials of their own, and so have longer names.""",
        {
            "    def forward": (
                "        for name, conv in [*self.named_children()]:\n"
                "            setattr(self, name, nn.Sequential(conv))\n"
                "\n"
                "    def forward"
            ),
        }),
    mistake("StackedByRow", "Inception", "shapes",
        """The paths are stacked along the channels, dimension 1. Yours end up along the batch, or are refused.""",
        {"dim=1": "dim=0"}),
    mistake("UnpaddedFive", "Inception", "values",
        """A 5×5 convolution needs padding 2 to keep the size, a 3×3 one padding 1. Otherwise the paths cannot be
        concatenated.""",
        {"5, padding=2": "5, padding=1"}),
    mistake("PoolsWithStride", "Inception", "values",
        """The pooling has stride 1, and padding 1, so that the size stays. By default a pooling's stride is its kernel
        size.""",
        {"3, stride=1": "3"}),
    mistake("AveragesInPathFour", "Inception", "values",
        """The fourth path takes the maximum of each 3×3 window. Yours takes the mean.""",
        {"F.max_pool2d": "F.avg_pool2d"}),
    mistake("PadsThePoolWithZeros", "Inception", "values",
        """The padding of a max pooling never wins: it counts as minus infinity. You pad with zeros, which beat negative
        pixels at the border.""",
        {"F.max_pool2d(x, 3, stride=1, padding=1)": "F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)"}),
    mistake("OtherOrder", "Inception", "values",
        """The outputs are concatenated in the order of the paths: 1×1, 3×3, 5×5, pooling.""",
        {"(path1, path2, path3, path4)": "(path4, path3, path2, path1)"}),
    mistake("NoReLUInside", "Inception", "values",
        """Each of the six convolutions is followed by a ReLU, also the 1×1 convolutions at the start of the second and
        third path.""",
        {"F.relu(self.b2_1(x))": "self.b2_1(x)", "F.relu(self.b3_1(x))": "self.b3_1(x)"}),
    mistake("NoReLUAtTheEnds", "Inception", "values",
        """Each of the six convolutions is followed by a ReLU, also the last one of every path.""",
        {f"path{number} = F.relu": f"path{number} = " for number in (1, 2, 3, 4)}),
    mistake("FourthNotRectified", "Inception", "values",
        """The fourth path ends in a ReLU like the others: the pooling is no substitute.""",
        {"path4 = F.relu": "path4 = "}),
    mistake("PoolsAfterwards", "Inception", "values",
        """In the fourth path the pooling comes first, and the 1×1 convolution after it.""",
        {
            "F.relu(self.b4_2(F.max_pool2d(x, 3, stride=1, padding=1)))": (
                "F.max_pool2d(F.relu(self.b4_2(x)), 3, stride=1, padding=1)"
            ),
        }),
    mistake("FrozenBottlenecks", "Inception", "gradients",
        """No gradient reaches the 1×1 convolutions at the start of a path: something after them is detached, or runs
        under no_grad.""",
        {
            "F.relu(self.b2_1(x))": "F.relu(self.b2_1(x)).detach()",
            "F.relu(self.b3_1(x))": "F.relu(self.b3_1(x)).detach()",
        }),
    mistake("InDouble", "Inception", "numerics",
        """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in.""",
        {"dim=1)": "dim=1).double()"}),
    # --- GoogLeNet ---
    mistake("NoDefaults", "GoogLeNet", "interface",
        """`GoogLeNet()` alone should work: one channel and ten classes unless told otherwise.""",
        {"in_channels: int = 1, num_classes: int = 10": "in_channels: int, num_classes: int"}),
    mistake("ColourByDefault", "GoogLeNet", "parameters",
        """Without an argument this network takes one channel.""",
        {"in_channels: int = 1": "in_channels: int = 3"}),
    mistake("BlocksInAList", "GoogLeNet", "parameters",
        """A plain list of blocks is nothing that the module knows of: no parameters, nothing to train. Use an
        nn.ModuleList or an nn.Sequential.""",
        {"nn.ModuleList(": "list("}),
    mistake("PoolsAmongTheBlocks", "GoogLeNet", "parameters",
        """The nine blocks have the numbers 0 to 8. In a Sequential with the poolings between them, those after a
        pooling get others.""",
        {
            "Inception(480, 192": "nn.Identity(), Inception(480, 192",
            "            if number in (1, 6):": "            if number in (1, 7):",
        }),
    mistake("FlattenedInsteadOfAveraged", "GoogLeNet", "parameters",
        """The linear layer sees a number per channel, the mean over all pixels: 1024 of them for any image.
        Yours sees every pixel.""",
        {"nn.Linear(1024, num_classes)": "nn.Linear(1024 * 3 * 3, num_classes)", "x.mean((2, 3))": "x.flatten(1)"}),
    mistake("OneBlockTooFew", "GoogLeNet", "parameters",
        """There are nine blocks: two, five and two. One of the middle ones is missing in yours.""",
        {"                Inception(512, 160, (112, 224), (24, 64), 64),\n": ""}),
    mistake("WidthOfTheBlockBefore", "GoogLeNet", "parameters",
        """The widths of one of the blocks are not those of the table: compare them number by number.""",
        {"Inception(528, 256, (160, 320), (32, 128), 128)": "Inception(528, 256, (144, 320), (32, 128), 128)"}),
    mistake("StemWithoutBias", "GoogLeNet", "parameters",
        """All convolutions have a bias here: there is no batch normalisation that would make up for it.""",
        {"7, stride=2, padding=3)": "7, stride=2, padding=3, bias=False)"}),
    mistake("WithClassifiersOnTheSide", "GoogLeNet", "parameters",
        """The paper's two classifiers on the side, which helped the training, are left out here.""",
        {"self.fc = nn.Linear(1024, num_classes)":
            "self.fc = nn.Linear(1024, num_classes)\n        self.aux = nn.Linear(512, num_classes)"}),
    mistake("OneRowForAll", "GoogLeNet", "shapes",
        """A batch of one image gives a batch of one row. You squeeze it away.""",
        {"self.fc(x.mean((2, 3)))": "self.fc(x.mean((2, 3)).squeeze())"}),
    mistake("UnpaddedPools", "GoogLeNet", "values",
        """The 3×3 max poolings have a padding of 1. Without it, rows and columns at the edge are lost.""",
        {"stride=2, padding=1)": "stride=2)"}),
    mistake("PoolsOfTwo", "GoogLeNet", "values",
        """The poolings look at windows of 3×3, with a padding of 1, and move by 2. Yours are 2×2.""",
        {"nn.MaxPool2d(3, stride=2, padding=1)": "nn.MaxPool2d(2, ceil_mode=True)"}),
    mistake("StemNotRectified", "GoogLeNet", "values",
        """Each convolution of the stem is followed by a ReLU.""",
        {"padding=3), nn.ReLU()": "padding=3), nn.Identity()", "64, 1), nn.ReLU()": "64, 1), nn.Identity()"}),
    mistake("StemNotPooledTwice", "GoogLeNet", "values",
        """The stem has two poolings, one after its first and one after its last convolution.""",
        {"padding=1), nn.ReLU(), self.pool": "padding=1), nn.ReLU()"}),
    mistake("LastStageNotPooled", "GoogLeNet", "values",
        """A pooling comes between 4e and 5a as well, so after the second and after the seventh block.""",
        {"in (1, 6)": "== 1"}),
    mistake("PoolsOneBlockLate", "GoogLeNet", "values",
        """The poolings stand after 3b and 4e, counting from 0 after the blocks 1 and 6. Yours come a block later.""",
        {"in (1, 6)": "in (2, 7)"}),
    mistake("MaximumAtTheEnd", "GoogLeNet", "values",
        """In front of the linear layer each channel is averaged over all pixels. You take the maximum.""",
        {"mean((2, 3))": "amax((2, 3))"}),
    mistake("SoftmaxAtTheEnd", "GoogLeNet", "values",
        """The network returns scores, not probabilities: the softmax belongs to the loss.""",
        {"self.fc(x.mean((2, 3)))": "self.fc(x.mean((2, 3))).softmax(1)"}),
    mistake("RectifiedScores", "GoogLeNet", "values",
        """Nothing comes after the last linear layer. Your scores cannot be negative.""",
        {"self.fc(x.mean((2, 3)))": "F.relu(self.fc(x.mean((2, 3))))"}),
    mistake("FrozenStem", "GoogLeNet", "gradients",
        """No gradient reaches the stem: something after it is detached, or runs under no_grad.""",
        {"x = self.stem(x)": "x = self.stem(x).detach()"}),
]  # fmt: skip

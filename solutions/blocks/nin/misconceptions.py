"""Known-wrong answers for the NiN block, its head and the network, and the hint that each earns."""

from grader.spec import mistake

DOUBLE = "The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."

mistakes = [
    # --- NiNBlock ---
    mistake("OtherOrder", "NiNBlock", "interface",
        """The arguments come in the order in_channels, out_channels, kernel_size, stride, padding, as in nn.Conv2d.""",
        {"stride: int, padding: int": "padding: int, stride: int"}),
    mistake("NoBiases", "NiNBlock", "parameters",
        """All three convolutions have a bias.""",
        {"    def forward": "        self.conv1.bias = self.conv2.bias = self.conv3.bias = None\n\n    def forward"}),
    mistake("LinearPixels", "NiNBlock", "parameters",
        """A 1×1 convolution does what a linear layer would do at every pixel, but its weight has four dimensions:
        (out_channels, out_channels, 1, 1).""",
        {
            "conv2 = nn.Conv2d(out_channels, out_channels, 1)": "conv2 = nn.Linear(out_channels, out_channels)",
            "conv3 = nn.Conv2d(out_channels, out_channels, 1)": "conv3 = nn.Linear(out_channels, out_channels)",
            "F.relu(self.conv1(x))": "F.relu(self.conv1(x)).permute(0, 2, 3, 1)",
            "F.relu(self.conv3(x))": "F.relu(self.conv3(x)).permute(0, 3, 1, 2)",
        }),
    mistake("KernelEverywhere", "NiNBlock", "parameters",
        """Only the first convolution has the kernel size asked for; the other two are 1×1.""",
        {
            f"{conv} = nn.Conv2d(out_channels, out_channels, 1)": f"{conv} = nn.Conv2d(out_channels, out_channels, "
            "kernel_size, padding='same')"
            for conv in ("conv2", "conv3")
        }),
    mistake("NumberedChildren", "NiNBlock", "parameters",
        """The children are to be called conv1, conv2 and conv3. Those of a plain Sequential are called 0, 2 and 4.""",
        {
            "    def forward": (
                "        self.net = nn.Sequential(self.conv1, nn.ReLU(), self.conv2, nn.ReLU(), self.conv3)\n"
                "        del self.conv1, self.conv2, self.conv3\n"
                "\n"
                "    def forward"
            ),
            "self.conv1(x)": "self.net[0](x)",
            "self.conv2(x)": "self.net[2](x)",
            "self.conv3(x)": "self.net[4](x)",
        }),
    mistake("OneTooFew", "NiNBlock", "parameters",
        """Two 1×1 convolutions follow the first one. You have only one.""",
        {"self.conv3 = nn.Conv2d(out_channels, out_channels, 1)": "self.conv3 = nn.Identity()"}),
    mistake("StrideIgnored", "NiNBlock", "shapes",
        """stride belongs to the first convolution. You leave it out.""",
        {"kernel_size, stride, padding)": "kernel_size, 1, padding)"}),
    mistake("PaddingIgnored", "NiNBlock", "shapes",
        """padding belongs to the first convolution. You leave it out, or pad as you see fit.""",
        {"kernel_size, stride, padding)": "kernel_size, stride, kernel_size // 2)"}),
    mistake("PaddedThrice", "NiNBlock", "shapes",
        """Only the first convolution is padded. A padded 1×1 convolution makes the image larger, by a border that holds
        nothing but its bias.""",
        {
            f"{conv} = nn.Conv2d(out_channels, out_channels, 1)": f"{conv} = nn.Conv2d(out_channels, out_channels, 1, "
            "padding=padding)"
            for conv in ("conv2", "conv3")
        }),
    mistake("StridesTwice", "NiNBlock", "shapes",
        """Only the first convolution has the stride; the 1×1 convolutions look at every pixel.""",
        {"conv2 = nn.Conv2d(out_channels, out_channels, 1": "conv2 = nn.Conv2d(out_channels, out_channels, 1, stride"}),
    mistake("LastNotRectified", "NiNBlock", "values",
        """There is a ReLU after each of the three convolutions, the last one too.""",
        {"F.relu(self.conv3(x))": "self.conv3(x)"}),
    mistake("FirstNotRectified", "NiNBlock", "values",
        """There is a ReLU after each of the three convolutions. Without the first one, conv1 and conv2 together are
        no more than a single convolution.""",
        {"F.relu(self.conv1(x))": "self.conv1(x)"}),
    mistake("OnlyTheLastRectified", "NiNBlock", "values",
        """There is a ReLU after each of the three convolutions. You have a single one at the end.""",
        {"F.relu(self.conv1(x))": "self.conv1(x)", "F.relu(self.conv2(x))": "self.conv2(x)"}),
    mistake("PixelsSwapped", "NiNBlock", "values",
        """conv2 comes before conv3. You have exchanged them.""",
        {
            "return F.relu(self.conv3(x))": "return F.relu(self.conv2(x))",
            "x = F.relu(self.conv2": "x = F.relu(self.conv3",
        }),
    mistake("FrozenFirst", "NiNBlock", "gradients",
        """No gradient reaches conv1: something after it is detached, or runs under no_grad.""",
        {"F.relu(self.conv1(x))": "F.relu(self.conv1(x)).detach()"}),
    mistake("BlockInDouble", "NiNBlock", "numerics",
        DOUBLE,
        {"F.relu(self.conv3(x))": "F.relu(self.conv3(x)).double()"}),
    # --- GlobalAvgPoolHead ---
    mistake("HeadOtherOrder", "GlobalAvgPoolHead", "interface",
        """The arguments come in the order in_channels, num_classes.""",
        {"in_channels: int, num_classes: int": "num_classes: int, in_channels: int"}),
    mistake("HeadWithLinear", "GlobalAvgPoolHead", "parameters",
        """The head has no linear layer: the NiN block itself makes a channel for each class, and these are
        averaged.""",
        {
            "NiNBlock(in_channels, num_classes, 3, 1, 1)": (
                "NiNBlock(in_channels, in_channels, 3, 1, 1)\n"
                "        self.fc = nn.Linear(in_channels, num_classes)"
            ),
            "self.block(x).mean((2, 3))": "self.fc(self.block(x).mean((2, 3)))",
        }),
    mistake("HeadOfOneConvolution", "GlobalAvgPoolHead", "parameters",
        """A whole NiN block comes before the average, with its two 1×1 convolutions, not a single convolution.""",
        {"NiNBlock(in_channels": "nn.Conv2d(in_channels"}),
    mistake("HeadIsABlock", "GlobalAvgPoolHead", "parameters",
        """The NiN block is a child called block, so that its weights are block.conv1.weight and so on.""",
        {
            "class GlobalAvgPoolHead(nn.Module)": "class GlobalAvgPoolHead(NiNBlock)",
            "super().__init__()\n        self.block = NiNBlock(": "super().__init__(",
            "self.block(x)": "super().forward(x)",
        }),
    mistake("NotFlattened", "GlobalAvgPoolHead", "shapes",
        """The output has shape (N, num_classes). Yours still has height and width, of one each.""",
        {"mean((2, 3))": "mean((2, 3), keepdim=True)"}),
    mistake("SqueezesEverything", "GlobalAvgPoolHead", "shapes",
        """`squeeze()` also takes away a batch of one image, or a single class. Flatten from the second dimension
        on.""",
        {"mean((2, 3))": "mean((2, 3), keepdim=True).squeeze()"}),
    mistake("HeadNotPadded", "GlobalAvgPoolHead", "values",
        """The block is 3×3 with padding 1. Without padding the border counts less than it should, and an image of two
        pixels is too small.""",
        {"3, 1, 1)": "3, 1, 0)"}),
    mistake("TakesTheMaximum", "GlobalAvgPoolHead", "values",
        """Each class's score is the mean over all pixels, not the largest.""",
        {"mean((2, 3))": "amax((2, 3))"}),
    mistake("SumsThePixels", "GlobalAvgPoolHead", "values",
        """Each class's score is the mean over all pixels. Yours is their sum, and grows with the image.""",
        {"mean((2, 3))": "sum((2, 3))"}),
    mistake("SoftmaxAtTheEnd", "GlobalAvgPoolHead", "values",
        """The head returns scores, not probabilities: the softmax belongs to the loss.""",
        {"mean((2, 3))": "mean((2, 3)).softmax(1)"}),
    mistake("RectifiedTooLittle", "GlobalAvgPoolHead", "values",
        """The last convolution of the block has its ReLU as well, before the average.""",
        {"F.relu(self.conv3(x))": "self.conv3(x)"}),
    mistake("FrozenBlock", "GlobalAvgPoolHead", "gradients",
        """No gradient reaches the block: something after it is detached, or runs under no_grad.""",
        {"self.conv3(x)": "self.conv3(x.detach())"}),
    mistake("HeadInDouble", "GlobalAvgPoolHead", "numerics",
        DOUBLE,
        {"mean((2, 3))": "mean((2, 3), dtype=torch.float64)"}),
    # --- NiN ---
    mistake("NoDefaults", "NiN", "interface",
        """`NiN()` alone should work: one channel and ten classes unless told otherwise.""",
        {"in_channels: int = 1, num_classes: int = 10": "in_channels: int, num_classes: int"}),
    mistake("ColourByDefault", "NiN", "parameters",
        """Without an argument this network takes one channel.""",
        {"in_channels: int = 1": "in_channels: int = 3"}),
    mistake("HeadAmongTheBlocks", "NiN", "parameters",
        """The last NiN block belongs to the head: its parameters are called head.block.conv1.weight and so on, not
        blocks.3 or the like.""",
        {
            "self.head = GlobalAvgPoolHead(384, num_classes)":
                "self.blocks.append(NiNBlock(384, num_classes, 3, 1, 1))",
            "for block in self.blocks:": "for block in self.blocks[:3]:",
            "return self.head(self.dropout(x))": "return self.blocks[3](self.dropout(x)).mean((2, 3))",
        }),
    mistake("BlocksInAList", "NiN", "parameters",
        """A plain list of blocks is nothing that the module knows of: no parameters, nothing to train. Use an
        nn.ModuleList or an nn.Sequential.""",
        {
            "nn.ModuleList(\n            [NiNBlock(in_channels": "list(\n            [NiNBlock(in_channels",
        }),
    mistake("PoolsAmongTheBlocks", "NiN", "parameters",
        """The blocks are called blocks.0, blocks.1 and blocks.2. In a Sequential with the poolings between them, they
        get other numbers: 0, 2 and 4.""",
        {
            "NiNBlock(in_channels, 96, 11, 4, 0), ": "NiNBlock(in_channels, 96, 11, 4, 0), nn.Identity(), ",
            "NiNBlock(96, 256, 5, 1, 2), ": "NiNBlock(96, 256, 5, 1, 2), nn.Identity(), ",
            "for block in self.blocks:": "for block in self.blocks[::2]:",
        }),
    mistake("LinearAtTheEnd", "NiN", "parameters",
        """There is no linear layer here. The last block makes a channel for each class, and its mean is the score.""",
        {
            "self.head = GlobalAvgPoolHead(384, num_classes)": "self.head = nn.Linear(384, num_classes)",
            "self.dropout(x)": "self.dropout(x).mean((2, 3))",
        }),
    mistake("ThreeTimesThree", "NiN", "parameters",
        """The second block begins with a 5×5 convolution (padding 2). Yours is 3×3.""",
        {"256, 5, 1, 2": "256, 3, 1, 1"}),
    mistake("OneRowForAll", "NiN", "shapes",
        """A batch of one image gives a batch of one row. You squeeze it away.""",
        {"self.head(self.dropout(x))": "self.head(self.dropout(x)).squeeze(0)"}),
    mistake("FirstBlockPadded", "NiN", "values",
        """The first block has no padding. Yours has, as AlexNet's first convolution.""",
        {"11, 4, 0": "11, 4, 1"}),
    mistake("PoolsOfTwo", "NiN", "values",
        """The poolings look at windows of 3×3, and move by 2, so that the windows overlap. Yours are 2×2.""",
        {"nn.MaxPool2d(3, stride=2)": "nn.MaxPool2d(2)"}),
    mistake("PaddedPools", "NiN", "values",
        """The poolings have no padding.""",
        {"nn.MaxPool2d(3, stride=2)": "nn.MaxPool2d(3, stride=2, padding=1)"}),
    mistake("AveragePools", "NiN", "values",
        """After each block comes a max pooling. Yours takes the mean, which comes at the very end only.""",
        {"nn.MaxPool2d(3": "nn.AvgPool2d(3"}),
    mistake("LastNotPooled", "NiN", "values",
        """After each of the three blocks comes a pooling, the last one too.""",
        {"x = self.pool(block(x))": "x = block(x) if block is self.blocks[2] else self.pool(block(x))"}),
    mistake("ProbabilitiesAtTheEnd", "NiN", "values",
        """The network returns scores, not probabilities: the softmax belongs to the loss.""",
        {"self.head(self.dropout(x))": "self.head(self.dropout(x)).softmax(1)"}),
    mistake("NeverDrops", "NiN", "values",
        """Before the head there is a Dropout(0.5), in training.""",
        {"self.dropout(x)": "x"}),
    mistake("DropsInEvaluation", "NiN", "values",
        """Dropout is for training. F.dropout drops always unless it is given `training=self.training`; nn.Dropout knows
        by itself.""",
        {"self.dropout(x)": "F.dropout(x, 0.5)"}),
    mistake("DropsChannels", "NiN", "values",
        """nn.Dropout drops each number by itself. You drop whole channels, as nn.Dropout2d does.""",
        {"nn.Dropout(0.5)": "nn.Dropout2d(0.5)"}),
    mistake("DropsScores", "NiN", "values",
        """The dropout comes before the head. Yours drops the scores of classes.""",
        {"self.head(self.dropout(x))": "self.dropout(self.head(x))"}),
    mistake("FrozenBlocks", "NiN", "gradients",
        """No gradient reaches the blocks: something between them and the head is detached, or runs under no_grad.""",
        {"self.dropout(x)": "self.dropout(x.detach())"}),
]  # fmt: skip

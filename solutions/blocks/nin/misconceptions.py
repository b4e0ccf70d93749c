"""Known-wrong answers for the NiN block and its head, and the hint that each earns."""

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
        """There is a ReLU after each of the three convolutions. Without the first one, conv1 and conv2 are but a single
        convolution.""",
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
]  # fmt: skip

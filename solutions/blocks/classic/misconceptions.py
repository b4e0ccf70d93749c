"""Known-wrong answers for LeNet and AlexNet, and the hint that each earns."""

from grader.spec import mistake

SQUEEZED = "A batch of one image gives a batch of one row. You squeeze it away."
SOFTMAX = "The network returns scores, not probabilities: the softmax belongs to the loss."

mistakes = [
    # --- LeNet ---
    mistake("LeNetWithoutDefaults", "LeNet", "interface",
        """`LeNet()` alone should work: three channels and ten classes unless told otherwise.""",
        {"in_channels: int = 3, num_classes: int = 10": "in_channels: int, num_classes: int"}),
    mistake("PaddedForDigits", "LeNet", "parameters",
        """Your first convolution is padded, as one does for 28×28 digits. Here images are 32×32 and nothing is padded,
        so 5×5 pixels are left before fc1.""",
        {"in_channels, 6, 5": "in_channels, 6, 5, padding=2", "16 * 5 * 5": "16 * 6 * 6"}),
    mistake("LayersInALump", "LeNet", "parameters",
        """The children are to be called conv1, conv2, fc1, fc2 and fc3, each an attribute of its own.""",
        {
            "self.conv1 =": "self.features = nn.ModuleDict()\n        self.features['conv1'] =",
            "self.conv2 =": "self.features['conv2'] =",
            "self.conv1(": "self.features['conv1'](",
            "self.conv2(": "self.features['conv2'](",
        }),
    mistake("ConvolutionsWithoutBias", "LeNet", "parameters",
        """The convolutions have a bias, as nn.Conv2d has unless told otherwise.""",
        {"in_channels, 6, 5": "in_channels, 6, 5, bias=False", "6, 16, 5": "6, 16, 5, bias=False"}),
    mistake("AlwaysTenClasses", "LeNet", "parameters",
        """num_classes is an argument: the last layer has that many outputs.""",
        {"nn.Linear(84, num_classes)": "nn.Linear(84, 10)"}),
    mistake("GreyByDefault", "LeNet", "parameters",
        """Without an argument this LeNet takes three channels.""",
        {"in_channels: int = 3": "in_channels: int = 1"}),
    mistake("SqueezedLeNet", "LeNet", "shapes",
        SQUEEZED,
        {"self.fc3(x)": "self.fc3(x).squeeze(0)"}),
    mistake("AveragePools", "LeNet", "values",
        """LeNet-5 added up each 2×2 window and scaled the sum, and textbooks average; this one takes the maximum.""",
        {
            "F.max_pool2d(F.relu(self.conv1": "F.avg_pool2d(F.relu(self.conv1",
            "F.max_pool2d(F.relu(self.conv2": "F.avg_pool2d(F.relu(self.conv2",
        }),
    mistake("SigmoidsOfOld", "LeNet", "values",
        """Textbooks give LeNet sigmoids, and the paper a scaled tanh; this one uses ReLU.""",
        {f"F.relu(self.{layer}": f"torch.sigmoid(self.{layer}" for layer in ("conv1", "conv2", "fc1", "fc2")}),
    mistake("ReLUAtTheEnd", "LeNet", "values",
        """There is no ReLU after the last layer: scores may be negative.""",
        {"self.fc3(x)": "F.relu(self.fc3(x))"}),
    mistake("SoftmaxAtTheEnd", "LeNet", "values",
        SOFTMAX,
        {"self.fc3(x)": "self.fc3(x).softmax(1)"}),
    mistake("NoReLUBetweenConvolutions", "LeNet", "values",
        """Each convolution is followed by a ReLU. Yours go straight into the pooling.""",
        {"F.relu(self.conv1(x))": "self.conv1(x)", "F.relu(self.conv2(x))": "self.conv2(x)"}),
    mistake("NoReLUBetweenLinearLayers", "LeNet", "values",
        """fc1 and fc2 are followed by a ReLU each. Without one, three linear layers are no more than one.""",
        {"F.relu(self.fc1(x.flatten(1)))": "self.fc1(x.flatten(1))", "F.relu(self.fc2(x))": "self.fc2(x)"}),
    mistake("OneReLUTooFew", "LeNet", "values",
        """fc1 is followed by a ReLU, and so is fc2. You have only one of them.""",
        {"F.relu(self.fc2(x))": "self.fc2(x)"}),
    mistake("ChannelsLastWhenFlattened", "LeNet", "values",
        """You move the channels to the end before you flatten, so that fc1's weights meet the wrong pixels.""",
        {"x.flatten(1)": "x.permute(0, 2, 3, 1).flatten(1)"}),
    mistake("DropsInLeNet", "LeNet", "values",
        """LeNet has no dropout: it does the same in training as in evaluation.""",
        {"x.flatten(1)": "F.dropout(x.flatten(1), 0.5, self.training)"}),
    mistake("ReLUInPlaceOnTheImage", "LeNet", "values",
        """Your ReLU works in place on the image itself, which belongs to the caller.""",
        {
            "x = F.max_pool2d(F.relu(self.conv1": (
                "x.detach().clamp_(min=-1)\n"
                "        x = F.max_pool2d(F.relu(self.conv1"
            ),
        }),
    mistake("FrozenConvolutions", "LeNet", "gradients",
        """No gradient reaches the convolutions: something between them and fc1 is detached, or runs under no_grad.""",
        {"x.flatten(1)": "x.flatten(1).detach()"}),
    mistake("AnswersInDouble", "LeNet", "numerics",
        """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in.""",
        {"self.fc3(x)": "self.fc3(x).double()"}),
    # --- AlexNet ---
    mistake("AlexNetWithoutDefaults", "AlexNet", "interface",
        """`AlexNet()` alone should work: one channel and ten classes unless told otherwise.""",
        {"in_channels: int = 1, num_classes: int = 10": "in_channels: int, num_classes: int"}),
    mistake("ColourByDefault", "AlexNet", "parameters",
        """Without an argument this AlexNet takes one channel.""",
        {"in_channels: int = 1": "in_channels: int = 3"}),
    mistake("TwoMoreRows", "AlexNet", "parameters",
        """The last pooling leaves 5×5 pixels: the first convolution has padding 1 and every pooling a 3×3 window with
        stride 2. Yours leave 6×6.""",
        {"stride=4, padding=1": "stride=4, padding=2", "256 * 5 * 5": "256 * 6 * 6"}),
    mistake("SqueezedAlexNet", "AlexNet", "shapes",
        SQUEEZED,
        {"self.classifier(self.features(x))": "self.classifier(self.features(x)).squeeze(0)"}),
    mistake("NoReLUAfterConvolutions", "AlexNet", "values",
        """Each convolution is followed by a ReLU, those without pooling as well.""",
        {"self.features(x)": "nn.Sequential(*(item for item in self.features if not isinstance(item, nn.ReLU)))(x)"}),
    mistake("AverageAlexNet", "AlexNet", "values",
        """All three poolings take the maximum of their window. Yours take the mean.""",
        {
            f"{conv}, nn.ReLU(), nn.MaxPool2d": f"{conv}, nn.ReLU(), nn.AvgPool2d"
            for conv in ("11, stride=4, padding=1)", "5, padding=2)", "nn.Conv2d(384, 256, 3, padding=1)")
        }),
    mistake("DropsInEvaluation", "AlexNet", "values",
        """Dropout is for training. F.dropout drops always unless it is given `training=self.training`; nn.Dropout knows
        by itself.""",
        {"self.classifier(self": "self.classifier.train()(self"}),
    mistake("NeverDrops", "AlexNet", "values",
        """Both hidden layers of the classifier are followed by Dropout(0.5), in training.""",
        {"self.classifier(self": "self.classifier.eval()(self"}),
    mistake("DropsTooFew", "AlexNet", "values",
        """Half of the units are dropped, in both places: Dropout(0.5).""",
        {
            "256 * 5 * 5, 4096), nn.ReLU(), nn.Dropout(0.5)": "256 * 5 * 5, 4096), nn.ReLU(), nn.Dropout(0.2)",
            "4096, 4096), nn.ReLU(), nn.Dropout(0.5)": "4096, 4096), nn.ReLU(), nn.Dropout(0.2)",
        }),
    mistake("SoftmaxInAlexNet", "AlexNet", "values",
        SOFTMAX,
        {"self.classifier(self.features(x))": "self.classifier(self.features(x)).softmax(1)"}),
    mistake("FrozenFeatures", "AlexNet", "gradients",
        """No gradient reaches the features: something between them and the classifier is detached or runs under
        no_grad.""",
        {"self.features(x)": "self.features(x).detach()"}),
]  # fmt: skip

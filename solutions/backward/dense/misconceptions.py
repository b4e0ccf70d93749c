"""Known-wrong gradients of a linear layer and of softmax cross-entropy, and the hint that each earns."""

from grader.spec import mistake

LINEAR, ENTROPY = "linear_backward", "softmax_cross_entropy_backward"

mistakes = [
    mistake("WeightTransposed", LINEAR, "values",
        """Look at grad_x. Forward, each input is multiplied by the transposed weight; on the way back the gradient of
        the outputs meets the weight itself. Write the shapes below each factor: only one of the two fits, unless both
        sizes happen to be equal.""",
        {"grad @ weight": "grad @ weight.T"}),
    mistake("WeightGradientTransposed", LINEAR, "shapes",
        """grad_weight has to have the shape of weight, (out_features, in_features), or no optimizer could subtract it.
        Yours is its transpose: which of the two factors of the product comes first?""",
        {"rows.T @ inputs": "inputs.T @ rows"}),
    mistake("AveragesTheBias", LINEAR, "values",
        """Your grad_bias is a mean over the rows. If the loss is a mean, grad has been divided already when it gets
        here; a bias that served every row collects from all of them.""",
        {"rows.sum(0)": "rows.mean(0)"}),
    mistake("AveragesTheWeight", LINEAR, "values",
        """Your grad_weight is too small by the number of rows. Whether the loss is a mean or a sum was decided further
        up and is in grad already: this layer has nothing to divide by.""",
        {"rows.T @ inputs": "rows.T @ inputs / len(rows)"}),
    mistake("AveragesBoth", LINEAR, "values",
        """grad_weight and grad_bias are too small by the number of rows. Textbooks that write 1/m here fold the mean of
        the loss into this layer; in this function it is in grad already.""",
        {"rows.T @ inputs": "rows.T @ inputs / len(rows)", "rows.sum(0)": "rows.mean(0)"}),
    mistake("KeepsTheRowAxis", LINEAR, "shapes",
        """grad_bias has an axis of size one too many: it should have the shape of the bias, (out_features,).""",
        {"rows.sum(0)": "rows.sum(0, keepdim=True)"}),
    mistake("BiasPerRow", LINEAR, "shapes",
        """grad_bias still has a row per sample. Forward, broadcasting handed the one bias to every row; what does that
        ask for on the way back?""",
        {"rows.sum(0)": "grad"}),
    mistake("BiasAsOneNumber", LINEAR, "shapes",
        """grad_bias is a single number, but there is a bias for each output. Over which axes should the sum run, and
        which one should it leave alone?""",
        {"rows.sum(0)": "rows.sum()"}),
    mistake("SumsTheFirstAxis", LINEAR, "shapes",
        """With several leading axes, or none, grad_bias is not right: you sum over the first axis alone. All axes but
        the last are to go, however many there are.""",
        {"rows.sum(0)": "grad.sum(0)"}),
    mistake("SumsTheOutputs", LINEAR, "shapes",
        """grad_bias is summed over the outputs, where the rows should be added up. Which axis of grad belongs to the
        bias?""",
        {"rows.sum(0)": "rows.sum(1)"}),
    mistake("WeightPerSample", LINEAR, "shapes",
        """With several leading axes your grad_weight has leading axes as well: a product of batches multiplies matrix
        by matrix and keeps the results apart. The one weight served all of them, so its gradient is their sum.""",
        {"rows.T @ inputs": "(grad.mT @ x if grad.dim() > 2 else rows.T @ inputs)"}),
    mistake("OnlyMatrices", LINEAR, "shapes",
        """Your products are those of matrices. A single vector has no rows to sum over, and with several leading axes
        there are more of them than one: give all but the last axis a common length first.""",
        {"rows = grad.reshape(-1, grad.shape[-1])": "rows = grad", "inputs = x.reshape(-1, x.shape[-1])": "inputs = x",
         "rows.T @ inputs": "rows.mT @ inputs"}),
    mistake("OnlyTheLastRow", LINEAR, "values",
        """grad_weight holds what one row gives, not the sum over all of them. In a loop, is there an = that should be a
        +=?""",
        {"rows.T @ inputs": "torch.outer(rows[-1], inputs[-1])"}),
    mistake("ReshapesForATranspose", LINEAR, "values",
        """The elements of grad_weight are mixed up: reshape keeps the elements in their order and only moves the ends
        of the rows. A transpose puts rows where columns were.""",
        {"rows.T @ inputs": "rows.reshape(rows.shape[::-1]) @ inputs"}),
    mistake("ForgetsTheChain", LINEAR, "values",
        """Your gradients do not depend on grad: they are those of the sum of the outputs. The chain rule multiplies
        what the layer does by what arrives from above.""",
        {"    rows = ": "    grad = torch.ones_like(grad)\n    rows = "}),
    mistake("ForgetsTheChainInX", LINEAR, "values",
        """Your grad_x does not depend on grad: the weight says how the outputs move with x, and grad says how much each
        of them matters. The two belong together.""",
        {"grad @ weight": "torch.ones_like(grad) @ weight"}),
    mistake("BiasCountsRows", LINEAR, "values",
        """Each output moves one for one with its bias, which is true; but then comes what the loss makes of that
        output. Where does grad enter your grad_bias?""",
        {"rows.sum(0)": "torch.ones_like(rows).sum(0)"}),
    mistake("WeightFirst", LINEAR, "shapes",
        """The three gradients are in another order: the input's comes first, then the weight's, then the bias's, as in
        the layer's arguments.""",
        {"return grad_x, grad_weight, grad_bias": "return grad_weight, grad_x, grad_bias"}),
    mistake("FlattensTheInput", LINEAR, "shapes",
        """grad_x should have the shape of x, with all of its leading axes. Rows that were merged for a product have to
        be given their axes back.""",
        {"grad @ weight": "rows @ weight"}),
    mistake("DividesInPlace", LINEAR, "values",
        """The caller's grad is not what it was after your call: an operation in place (such as /= or a method whose
        name ends in _) writes into it. Whoever called needs it again.""",
        {"return grad_x, grad_weight, grad_bias": "grad /= 2\n    return grad_x, grad_weight, grad_bias"}),
    mistake("BiasIsGrad", LINEAR, "values",
        """Without leading axes the gradient of the bias has the numbers of grad, but it is not grad: whoever changes
        the one, as clipping does, would change the other. All three gradients are new tensors.""",
        {"rows.sum(0)": "rows.sum(0) if len(rows) > 1 else rows[0]"}),
    mistake("RowByRow", LINEAR, "vectorized",
        """The gradients are right, but added up in a Python loop over the rows. A single product of matrices does the
        same sum: which axis has to disappear in it?""",
        {"rows.T @ inputs": "sum(torch.outer(row, values) for row, values in zip(rows, inputs, strict=True))"}),
    mistake("AlwaysFloat32", LINEAR, "values",
        """Somewhere float32 is written into your code: gradients of float64 inputs come back rounded.""",
        {"grad_bias = rows.sum(0)": "grad_bias = rows.sum(0).float()"}),
    mistake("DefaultPlace", LINEAR, "device",
        """A new tensor of yours has the default dtype and stays on the CPU whatever the inputs are. Make new tensors
        from the inputs (zeros_like, new_zeros), or give them their dtype and device.""",
        {"grad_bias = rows.sum(0)": "grad_bias = torch.zeros(len(weight))\n    grad_bias += rows.sum(0)"}),
    mistake("OtherNames", LINEAR, "interface",
        """Callers may pass the arguments by name, so the names belong to the exercise: grad, x and weight.""",
        {"(grad: Tensor,": "(grad_output: Tensor,", "    rows =": "    grad = grad_output\n    rows ="}),

    mistake("ForgetsTheMean", ENTROPY, "values",
        """Your gradient is too large by the number of rows: it belongs to the sum of the losses, and the loss here is
        their mean.""",
        {" / len(logits)": ""}),
    mistake("DividesByTheClasses", ENTROPY, "values",
        """You divide by the number of classes. The mean goes over the rows, of which there are N.""",
        {"len(logits)": "logits.shape[1]"}),
    mistake("DividesByEverything", ENTROPY, "values",
        """You average over rows and classes. There is one loss per row, so the mean goes over N of them; each loss sees
        all of its classes at once.""",
        {"len(logits)": "logits.numel()"}),
    mistake("SignTurned", ENTROPY, "values",
        """The sign is turned round: a step against your gradient would make the correct class less likely. Raising the
        correct logit lowers the loss, so there the gradient is negative.""",
        {"probabilities - correct": "correct - probabilities"}),
    mistake("AcrossTheBatch", ENTROPY, "values",
        """Your softmax runs down the columns. Every row is a distribution of its own: its probabilities add up to one,
        and so its gradient adds up to zero.""",
        {"logits.amax(1, keepdim=True)": "logits.amax(0, keepdim=True)",
         "exponentials.sum(1, keepdim=True)": "exponentials.sum(0, keepdim=True)"}),
    mistake("StopsBeforeSoftmax", ENTROPY, "values",
        """That is the gradient with respect to the probabilities, -1/p at the correct class. The logits lie one step
        further back: the Jacobian of softmax is still to come.""",
        {"probabilities - correct": "-correct / probabilities"}),
    mistake("StopsBeforeLogSoftmax", ENTROPY, "values",
        """That is the gradient with respect to the log-probabilities, -1 at the correct class and 0 elsewhere. All
        logits of a row go into each of its log-probabilities, through the normalising sum.""",
        {"probabilities - correct": "-correct"}),
    mistake("OnlyTheCorrectClass", ENTROPY, "values",
        """Only the correct class gets a gradient. But a larger logit of another class takes probability away from it:
        every class of the row has its share.""",
        {"probabilities - correct": "(probabilities - correct) * correct"}),
    mistake("ForgetsTheTarget", ENTROPY, "values",
        """Your gradient is that of the normalising sum alone and pushes all logits down. Where is the correct class
        rewarded?""",
        {"probabilities - correct": "probabilities"}),
    mistake("LogitsForProbabilities", ENTROPY, "values",
        """You compare the logits with the target as if they were probabilities already. Softmax comes first.""",
        {"(probabilities - correct)": "(logits - correct)"}),
    mistake("LogProbabilities", ENTROPY, "values",
        """You compare log-probabilities with the target. The difference that is asked for is one of probabilities:
        where does the logarithm go when it is differentiated?""",
        {"(probabilities - correct)": "(probabilities.log() - correct)"}),
    mistake("SigmoidForSoftmax", ENTROPY, "values",
        """Each of your probabilities knows only its own logit: that is the sigmoid, for classes that do not exclude
        each other. With softmax a row adds up to one.""",
        {"exponentials / exponentials.sum(1, keepdim=True)": "torch.sigmoid(logits)"}),
    mistake("DividesTwice", ENTROPY, "values",
        """Your gradient is too small by the number of rows: the mean is taken twice.""",
        {" / len(logits)": " / len(logits) ** 2"}),
    mistake("SoftmaxTwice", ENTROPY, "values",
        """It looks as if softmax is applied twice: what it gives goes in again as if it were logits.""",
        {"    correct = torch": "    probabilities = torch.softmax(probabilities, 1)\n    correct = torch"}),
    mistake("SquaredError", ENTROPY, "values",
        """This is the gradient of a squared error between probabilities and target. Cross-entropy has another; the
        factor p (1 - p) that a sigmoid leaves there is just what its logarithm cancels.""",
        {"probabilities - correct": "(probabilities - correct) * probabilities * (1 - probabilities)"}),
    mistake("EveryRowsTarget", ENTROPY, "values",
        """One is subtracted in too many places: indexing with [:, target] means the columns of all targets, in every
        row. Pair each row with its own target.""",
        {"torch.zeros_like(logits).scatter(1, target.unsqueeze(1), 1.0)": (
            "torch.zeros_like(logits).index_fill(1, target, 1.0)"
        )}),
    mistake("ClassesFromTheTarget", ENTROPY, "values",
        """You take the number of classes from the largest target. A batch need not contain the last class; the logits
        know how many there are.""",
        {"torch.zeros_like(logits).scatter(1, target.unsqueeze(1), 1.0)": (
            "torch.nn.functional.one_hot(target).to(logits.dtype)"
        )}),
    mistake("PlainExponentials", ENTROPY, "numerics",
        """The exponential of a large logit is infinite, and infinity divided by infinity is not a number. Softmax does
        not change when the same amount is subtracted from all logits of a row: which amount helps?""",
        {"logits - logits.amax(1, keepdim=True)": "logits"}),
    mistake("OneMaximumForAll", ENTROPY, "numerics",
        """You subtract the largest logit of the whole batch. In a row that lies far below it every exponential becomes
        0, and 0 / 0 is not a number: each row needs a maximum of its own.""",
        {"logits.amax(1, keepdim=True)": "logits.amax()"}),
    mistake("SubtractsTheMean", ENTROPY, "numerics",
        """You subtract the mean of the row, which still leaves exponents that are large and positive when the logits
        are far apart. After which subtraction is none of them above 0?""",
        {"logits.amax(1, keepdim=True)": "logits.mean(1, keepdim=True)"}),
    mistake("ShiftsInPlace", ENTROPY, "values",
        """The caller's logits are not what they were after your call: -= and methods that end in _ write into the
        tensor that you were given. Make a new one.""",
        {"torch.exp(logits - logits.amax(1, keepdim=True))": "torch.exp(logits.sub_(logits.amax(1, keepdim=True)))"}),
    mistake("RowByRow", ENTROPY, "vectorized",
        """The gradient is right, but written row by row in a Python loop. Softmax along an axis treats all rows at
        once, and so does an index of rows beside the targets.""",
        {"exponentials = torch.exp(logits - logits.amax(1, keepdim=True))": (
            "exponentials = torch.stack([torch.exp(row - row.max()) for row in logits])"
        )}),
    mistake("AlwaysFloat32", ENTROPY, "numerics",
        """Somewhere float32 is written into your code: float64 logits get a rounded gradient. Take the dtype of the
        logits wherever you name one.""",
        {"(probabilities - correct) / len(logits)": "((probabilities - correct) / len(logits)).float()"}),
    mistake("DefaultPlace", ENTROPY, "device",
        """A new tensor of yours has the default dtype and stays on the CPU whatever the logits are. Make new tensors
        from the logits (zeros_like, new_zeros), or give them their dtype and device.""",
        {"torch.zeros_like(logits)": "torch.zeros(logits.shape)"}),
    mistake("GivesTheLoss", ENTROPY, "shapes",
        """Your function returns the loss. Asked for is its gradient, which has a number for each logit.""",
        {"(probabilities - correct) / len(logits)": "-(correct * probabilities.log()).sum(1).mean()"}),
    mistake("OneGradientPerClass", ENTROPY, "shapes",
        """You average the gradient over the rows. It is the loss that is averaged; each row has logits of its own, and
        each of them its own gradient, so nothing is summed here.""",
        {"(probabilities - correct) / len(logits)": "(probabilities - correct).mean(0)"}),
    mistake("OtherNames", ENTROPY, "interface",
        """Callers may pass the arguments by name, so the names belong to the exercise: logits and target.""",
        {
            "target: Tensor) -> Tensor:": "labels: Tensor) -> Tensor:",
            "    exponentials =": "    target = labels\n    exponentials =",
        }),
]  # fmt: skip

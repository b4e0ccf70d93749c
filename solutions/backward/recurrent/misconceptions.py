"""Known-wrong answers for lstm_cell_backward and gru_cell_backward, and the hint that each earns."""

from grader.spec import mistake

mistakes = [
    # lstm_cell_backward.
    mistake("SlopesOfTorch", "lstm_cell_backward", "own_work",
            """torch's own backward kernels do part of the work here. Forward operations are yours to use, backward
            ones are not: the slope of a sigmoid is a product of two numbers that you have.""",
            {"grad_cell * g * i * (1 - i)": "torch.ops.aten.sigmoid_backward(grad_cell * g, i)"}),
    mistake("CellGradientFirst", "lstm_cell_backward", "interface",
            "Mind the names and the order of the arguments: grad_h, grad_c, x, h, c, then the parameters.",
            {"    grad_h: Tensor,\n    grad_c: Tensor,\n    x: Tensor,\n    h: Tensor,\n    c: Tensor,":
                "    dc: Tensor,\n    dh: Tensor,\n    x: Tensor,\n    h: Tensor,\n    c: Tensor,",
             "gates = x @": "grad_h, grad_c = dh, dc\n    gates = x @"}),
    mistake("OneBias", "lstm_cell_backward", "shapes",
            """Seven gradients are asked for. The two biases have the same one, but they are two parameters, each
            with a gradient of its own.""",
            {"        grad_bias,\n        grad_bias,\n    )": "        grad_bias,\n    )"}),
    mistake("BiasForEachSample", "lstm_cell_backward", "shapes",
            """A gradient has the shape of what it belongs to: that of a bias has no batch. All samples share the
            bias, so it collects from all of them.""",
            {"grad_bias = grad_gates.sum(0)": "grad_bias = grad_gates"}),
    mistake("WeightsTransposed", "lstm_cell_backward", "shapes",
            "The gradient of a weight has the weight's shape, (4 * hidden, inputs). Yours is transposed.",
            {"grad_weight_ih, grad_weight_hh = grad_gates.T @ x, grad_gates.T @ h":
                "grad_weight_ih, grad_weight_hh = x.T @ grad_gates, h.T @ grad_gates"}),
    mistake("OutputBeforeCandidate", "lstm_cell_backward", "values",
            "torch stacks the blocks in the order i, f, g, o. You have the last two swapped.",
            {"gate_i, gate_f, gate_g, gate_o =": "gate_i, gate_f, gate_o, gate_g =",
             "(grad_i, grad_f, grad_g, grad_o)": "(grad_i, grad_f, grad_o, grad_g)"}),
    mistake("ForgetBeforeInput", "lstm_cell_backward", "values",
            "torch stacks the blocks in the order i, f, g, o. You have the first two swapped.",
            {"gate_i, gate_f, gate_g, gate_o =": "gate_f, gate_i, gate_g, gate_o =",
             "(grad_i, grad_f, grad_g, grad_o)": "(grad_f, grad_i, grad_g, grad_o)"}),
    mistake("GradientsOutOfOrder", "lstm_cell_backward", "values",
            "You cut the sums into blocks in the order i, f, g, o and join their gradients in another one.",
            {"(grad_i, grad_f, grad_g, grad_o)": "(grad_f, grad_i, grad_g, grad_o)"}),
    mistake("ForgetsTheCellsOwnGradient", "lstm_cell_backward", "values",
            """The new cell state acts on the loss in two ways, and both count: through h', and by itself through
            later steps. `grad_c` never reaches your result.""",
            {"grad_cell = grad_c + grad_h": "grad_cell = grad_h"}),
    mistake("ForgetsTheWayThroughH", "lstm_cell_backward", "values",
            """The new cell state acts on the loss in two ways, and both count: by itself, and through h' = o ·
            tanh(c'). The second is missing from the gradient of c'.""",
            {"grad_cell = grad_c + grad_h * o * (1 - squashed**2)": "grad_cell = grad_c"}),
    mistake("NoSlopeOfTheOuterTanh", "lstm_cell_backward", "values",
            "On the way from h' back to c' there is a tanh, and its slope, 1 - tanh², is a factor. Yours lacks it.",
            {"grad_h * o * (1 - squashed**2)": "grad_h * o"}),
    mistake("SlopeOfTheCellItself", "lstm_cell_backward", "values",
            "The slope of tanh at c' is 1 - tanh(c')². You square the cell state itself.",
            {"(1 - squashed**2)": "(1 - (f * c + i * g) ** 2)"}),
    mistake("SigmoidSlopeForTheCandidate", "lstm_cell_backward", "values",
            "The candidate g goes through a tanh, whose slope is 1 - g². You take the slope of a sigmoid.",
            {"(1 - g**2)": "g * (1 - g)"}),
    mistake("NoSlopesOfTheGates", "lstm_cell_backward", "values",
            """Between a gate and its sum is a sigmoid, whose slope, s(1 - s), is a factor. Your gradients belong
            to the gates, not to the sums.""",
            {"g * i * (1 - i)": "g", "c * f * (1 - f)": "c", "squashed * o * (1 - o)": "squashed"}),
    mistake("ForgetGateSeesTheNewCell", "lstm_cell_backward", "values",
            "c' = f·c + i·g, so the derivative with respect to f is the *old* cell state. You use another one.",
            {"grad_cell * c * f": "grad_cell * (f * c + i * g) * f"}),
    mistake("OutputGateSeesTheCell", "lstm_cell_backward", "values",
            "h' = o·tanh(c'), so the derivative with respect to o is tanh(c'), not c'.",
            {"grad_h * squashed * o": "grad_h * (f * c + i * g) * o"}),
    mistake("CellPassesUnforgotten", "lstm_cell_backward", "values",
            "c' = f·c + i·g, so what flows back to c is multiplied by the forget gate. You pass it on whole.",
            {"grad_cell * f,": "grad_cell,"}),
    mistake("OldCellGetsGradC", "lstm_cell_backward", "values",
            """What flows back to c is the whole gradient of c' times the forget gate, the share that comes through
            h' included. You multiply `grad_c` alone.""",
            {"grad_cell * f,": "grad_c * f,"}),
    mistake("MeanOfTheBiases", "lstm_cell_backward", "values",
            """The gradient of a bias is the sum over the samples, not their mean: if a mean is wanted, the loss
            takes it, and the gradients that you are given know of it.""",
            {"grad_gates.sum(0)": "grad_gates.mean(0)"}),
    mistake("WeightsOfTheNewState", "lstm_cell_backward", "values",
            "weight_hh was multiplied by the state *before* the step. You use the one after it for its gradient.",
            {"grad_gates.T @ h": "grad_gates.T @ (o * squashed)"}),
    mistake("ExponentialsInTheSigmoid", "lstm_cell_backward", "numerics",
            """Your sigmoid overflows for large sums: in float32 e⁸⁹ is infinite, and infinity over infinity is not
            a number. `torch.sigmoid` is allowed; so is 1 / (1 + exp(-a)), which ends in 1 / infinity = 0.""",
            {"i, f, g, o = gate_i.sigmoid(),": "i, f, g, o = gate_i.exp() / (1 + gate_i.exp()),"}),
    mistake("LstmSampleBySample", "lstm_cell_backward", "vectorized",
            """The result is right, but you loop over the samples in Python. A product of matrices sums over them
            by itself.""",
            {"grad_weight_ih, grad_weight_hh = grad_gates.T @ x, grad_gates.T @ h":
                "grad_weight_ih = sum(torch.outer(a, b) for a, b in zip(grad_gates, x))\n"
                "    grad_weight_hh = sum(torch.outer(a, b) for a, b in zip(grad_gates, h))"}),

    # gru_cell_backward.
    mistake("SlopesOfTorchInGRU", "gru_cell_backward", "own_work",
            """torch's own backward kernels do part of the work here. Forward operations are yours to use, backward
            ones are not: the slope of a tanh is 1 - n², and you have n.""",
            {"grad_n = grad_h * (1 - z) * (1 - n**2)": "grad_n = torch.ops.aten.tanh_backward(grad_h * (1 - z), n)"}),
    mistake("StateBeforeInput", "gru_cell_backward", "interface",
            "Mind the names and the order of the arguments: grad_h, x, h, then the parameters.",
            {"    grad_h: Tensor,\n    x: Tensor,\n    h: Tensor,\n    weight_ih":
                "    grad_h: Tensor,\n    state: Tensor,\n    input: Tensor,\n    weight_ih",
             "from_x, from_h = x @": "x, h = input, state\n    from_x, from_h = x @"}),
    mistake("OneBiasInGRU", "gru_cell_backward", "shapes",
            """Six gradients are asked for, one for each bias: here the two differ, since the reset gate scales
            only one of them.""",
            {", grad_from_x.sum(0), grad_from_h.sum(0)": ", grad_from_x.sum(0)"}),
    mistake("BiasesForEachSample", "gru_cell_backward", "shapes",
            """A gradient has the shape of what it belongs to: that of a bias has no batch. All samples share the
            biases, so they collect from all of them.""",
            {"grad_from_x.sum(0), grad_from_h.sum(0)": "grad_from_x, grad_from_h"}),
    mistake("WeightsTransposedInGRU", "gru_cell_backward", "shapes",
            "The gradient of a weight has the weight's shape, (3 * hidden, inputs). Yours is transposed.",
            {"grad_from_x.T @ x, grad_from_h.T @ h": "x.T @ grad_from_x, h.T @ grad_from_h"}),
    mistake("UpdateBeforeReset", "gru_cell_backward", "values",
            "torch stacks the blocks in the order r, z, n. You have the first two swapped.",
            {"x_r, x_z, x_n =": "x_z, x_r, x_n =", "h_r, h_z, h_n =": "h_z, h_r, h_n =",
             "(grad_r, grad_z, grad_n),": "(grad_z, grad_r, grad_n),",
             "(grad_r, grad_z, grad_n * r)": "(grad_z, grad_r, grad_n * r)"}),
    mistake("NoDirectWay", "gru_cell_backward", "values",
            """h' = (1 - z)·n + z·h: the old state also enters directly, and that way back, `grad_h` times z, is
            missing. It is the one that lets gradients travel far.""",
            {"grad_from_h @ weight_hh + grad_h * z": "grad_from_h @ weight_hh"}),
    mistake("OnlyTheDirectWay", "gru_cell_backward", "values",
            """The old state enters h' directly and through all three blocks of weight_hh. Your gradient has the
            direct way only.""",
            {"grad_from_h @ weight_hh + grad_h * z": "grad_h * z"}),
    mistake("ResetForgotten", "gru_cell_backward", "values",
            """The state's share of n is multiplied by the reset gate on the way forward, and so is its gradient on
            the way back. Yours lacks that factor.""",
            {"(grad_r, grad_z, grad_n * r)": "(grad_r, grad_z, grad_n)"}),
    mistake("ResetOnBothSides", "gru_cell_backward", "values",
            """The reset gate scales the state's share of n, W_hn·h + b_hn. The input's share is not scaled, and
            neither is its gradient.""",
            {"(grad_r, grad_z, grad_n),": "(grad_r, grad_z, grad_n * r),"}),
    mistake("ComplementKept", "gru_cell_backward", "values",
            "h' = (1 - z)·n + z·h: z is the share of the *old* state. You have the two shares swapped.",
            {"grad_n = grad_h * (1 - z) *": "grad_n = grad_h * z *", "(h - n) * z": "(n - h) * z",
             "+ grad_h * z": "+ grad_h * (1 - z)"}),
    mistake("UpdateGateSign", "gru_cell_backward", "values",
            "h' = (1 - z)·n + z·h, so its derivative with respect to z is h - n. Yours has the other sign.",
            {"(h - n) * z": "(n - h) * z"}),
    mistake("UpdateGateForgetsTheState", "gru_cell_backward", "values",
            "z stands in h' twice, with n and with h. Your gradient of it looks at one of them.",
            {"(h - n) * z": "-n * z"}),
    mistake("NoSlopeOfTheCandidate", "gru_cell_backward", "values",
            "Between n and its sum is a tanh, whose slope, 1 - n², is a factor. Yours lacks it.",
            {"grad_h * (1 - z) * (1 - n**2)": "grad_h * (1 - z)"}),
    mistake("NoSlopesOfTheGatesInGRU", "gru_cell_backward", "values",
            """Between a gate and its sum is a sigmoid, whose slope, s(1 - s), is a factor. Your gradients belong
            to the gates, not to the sums.""",
            {"(h - n) * z * (1 - z)": "(h - n)", "grad_n * h_n * r * (1 - r)": "grad_n * h_n"}),
    mistake("ResetGateSeesTheState", "gru_cell_backward", "values",
            """n = tanh(u + r·(W_hn·h + b_hn)), so the derivative with respect to r is the bracket. You use the
            state h itself.""",
            {"grad_n * h_n * r": "grad_n * h * r"}),
    mistake("BracketWithoutItsBias", "gru_cell_backward", "values",
            "The reset gate scales W_hn·h *and* b_hn. In the gradient of r you leave the bias out.",
            {"grad_n * h_n * r": "grad_n * (h_n - bias_hh.chunk(3)[2]) * r"}),
    mistake("BiasesAlike", "gru_cell_backward", "values",
            """In an LSTM both biases have the same gradient. In a GRU they differ in the last block: b_hn is
            scaled by the reset gate.""",
            {"grad_from_x.sum(0), grad_from_h.sum(0)": "grad_from_x.sum(0), grad_from_x.sum(0)"}),
    mistake("MeanOfTheBiasesInGRU", "gru_cell_backward", "values",
            """The gradient of a bias is the sum over the samples, not their mean: if a mean is wanted, the loss
            takes it, and the gradient that you are given knows of it.""",
            {"grad_from_x.sum(0), grad_from_h.sum(0)": "grad_from_x.mean(0), grad_from_h.mean(0)"}),
    mistake("TanhByExponentials", "gru_cell_backward", "numerics",
            """The formula of tanh with exponentials gives nan for large sums: both overflow, and infinity over
            infinity is not a number. `torch.tanh` does not.""",
            {"n = torch.tanh(x_n + r * h_n)":
                "a = x_n + r * h_n\n    n = (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())"}),
    mistake("GruSampleBySample", "gru_cell_backward", "vectorized",
            """The result is right, but you loop over the samples in Python. A product of matrices sums over them
            by itself.""",
            {"grad_from_x.T @ x, grad_from_h.T @ h":
                "sum(torch.outer(a, b) for a, b in zip(grad_from_x, x)), "
                "sum(torch.outer(a, b) for a, b in zip(grad_from_h, h))"}),
]  # fmt: skip

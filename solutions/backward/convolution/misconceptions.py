"""Known-wrong answers for conv2d_backward and max_pool2d_backward, and the hint that each earns."""

from grader.spec import mistake

mistakes = [
    # conv2d_backward.
    mistake("BackwardOfTorch", "conv2d_backward", "own_work",
            "torch's own backward kernel does the work here. Forward operations are allowed, backward ones are not.",
            {"(sh, sw), (ph, pw) = stride, padding":
                "return torch.ops.aten.convolution_backward(grad, x, weight, [len(weight)], stride, padding, [1, 1], "
                "False, [0, 0], 1, [True, True, True])"}),
    mistake("InputBeforeGradient", "conv2d_backward", "interface",
            "Mind the names and the order of the arguments: grad, x, weight, stride, padding.",
            {"grad: Tensor, x: Tensor, weight: Tensor, stride": "x: Tensor, y: Tensor, weight: Tensor, stride",
             "(sh, sw), (ph, pw) = stride, padding": "grad, x, ((sh, sw), (ph, pw)) = x, y, (stride, padding)"}),
    mistake("WeightFirst", "conv2d_backward", "shapes",
            "The three gradients come in the order of `F.conv2d`'s arguments: input, weight, bias.",
            {"return grad_x, grad_weight, grad": "return grad_weight, grad_x, grad"}),
    mistake("KeepsThePadding", "conv2d_backward", "shapes",
            """The gradient has the shape of `x`, but yours is as large as the padded image. What fell on the
            padding is dropped: no input is there to receive it.""",
            {"return grad_x, grad_weight": "return grad_padded, grad_weight"}),
    mistake("TransposedTooSmall", "conv2d_backward", "shapes",
            """A transposed convolution gives back the smallest image that fits. Where the stride left rows or
            columns at the end unread, `x` was larger: those get zeros.""",
            {"return grad_x, grad_weight":
                "return F.conv_transpose2d(grad, weight, None, stride, padding), grad_weight"}),
    mistake("BiasForEachPixel", "conv2d_backward", "shapes",
            """One bias for each channel was added at every pixel of every image, so it collects from all of them.
            You sum over the batch only.""",
            {"grad.sum((0, 2, 3))": "grad.sum(0)"}),
    mistake("KernelTurnedForTheInput", "conv2d_backward", "values",
            """In `grad_x` your kernel is turned by 180°. It is, if you write it as a convolution of `grad`; where
            you add each product back to the pixel it came from, every weight stays where it is.""",
            {"weight[:, :, i, j])": "weight.flip(2, 3)[:, :, i, j])"}),
    mistake("KernelTurnedForTheWeight", "conv2d_backward", "values",
            """Your `grad_weight` is the right one turned by 180°: the pixels at (i, j) of the windows belong to
            weight (i, j).""",
            {"return grad_x, grad_weight,": "return grad_x, grad_weight.flip(2, 3),"}),
    mistake("LastWindowWins", "conv2d_backward", "values",
            "Where windows overlap, a pixel collects from all of them. `=` keeps the last one only; it takes `+=`.",
            {"grad_padded[pixels] +=": "grad_padded[pixels] ="}),
    mistake("CropsTheCorner", "conv2d_backward", "values",
            """The padding is on all sides, so the image begins `padding` rows and columns into the padded one. You
            cut your part out at the corner.""",
            {"ph : ph + height, pw : pw + width": ":height, :width"}),
    mistake("PaddingForgotten", "conv2d_backward", "values",
            "`padding` never reaches your formula. Surround `x` by zeros first, as the convolution did.",
            {"(pw, pw, ph, ph)": "(0, 2 * pw, 0, 2 * ph)", "ph : ph + height, pw : pw + width": ":height, :width"}),
    mistake("PaddingTransposed", "conv2d_backward", "values",
            """`F.pad` begins with the last dimension: left, right, top, bottom. You pad the height by the width's
            number.""",
            {"(pw, pw, ph, ph)": "(ph, 2 * pw - ph, pw, 2 * ph - pw)"}),
    mistake("StrideForgotten", "conv2d_backward", "values",
            """`stride` moves the windows apart: the pixels at (i, j) of all windows are `stride` rows and columns
            from each other. You take neighbours.""",
            {"slice(i, i + sh * rows, sh), slice(j, j + sw * columns, sw)":
                "slice(i, i + rows), slice(j, j + columns)"}),
    mistake("StridesSwapped", "conv2d_backward", "values",
            "A pair is (down, across). You have the two strides the other way round.",
            {"(sh, sw), (ph, pw) = stride": "(sw, sh), (ph, pw) = stride"}),
    mistake("MeanOverTheBatch", "conv2d_backward", "values",
            """You divide the weight's gradient by the size of the batch. If a mean is wanted, the loss takes it,
            and `grad` knows of it already.""",
            {"return grad_x, grad_weight,": "return grad_x, grad_weight / len(x),"}),
    mistake("BiasIsAMean", "conv2d_backward", "values",
            "The gradient of the bias is the sum of `grad` over batch, height and width. You take the mean.",
            {"grad.sum((0, 2, 3))": "grad.mean((0, 2, 3))"}),
    mistake("ChannelsCrossed", "conv2d_backward", "values",
            """The weight has the shape (out, in, kh, kw). Your gradient of the input mixes channels by the
            transposed matrix.""",
            {"weight[:, :, i, j])": "weight[:, :, i, j].T)"}),
    mistake("FirstSampleOnly", "conv2d_backward", "values",
            """All samples share the kernels, so the gradient of the weight is the sum over the batch. You look at
            one sample.""",
            {'torch.einsum("nohw,nihw->oi", grad, padded[pixels])':
                'torch.einsum("nohw,nihw->oi", grad[:1], padded[pixels][:1])'}),
    mistake("SampleBySample", "conv2d_backward", "vectorized",
            """The result is right, but you loop over the samples in Python. A sum over the batch is part of the
            products: `einsum`, or a matrix product.""",
            {'torch.einsum("nohw,nihw->oi", grad, padded[pixels])':
                'sum(torch.einsum("ohw,ihw->oi", a, b) for a, b in zip(grad, padded[pixels]))'}),
    mistake("WindowByWindow", "conv2d_backward", "vectorized",
            """The result is right, but you loop over the windows in Python. Loop over the few positions within the
            kernel: a strided slice takes that pixel of all the windows at once.""",
            {'grad_padded[pixels] += torch.einsum("nohw,oi->nihw", grad, weight[:, :, i, j])':
                "for a in range(rows):\n"
                "                for b in range(columns):\n"
                "                    down, across = i + a * sh, j + b * sw\n"
                "                    grad_padded[:, :, down, across] += grad[:, :, a, b] @ weight[:, :, i, j]"}),

    # max_pool2d_backward.
    mistake("PoolingOfTorch", "max_pool2d_backward", "own_work",
            "torch's own backward kernel does the work here. Forward operations are allowed, backward ones are not.",
            {"(kh, kw), (sh, sw) = _pair(kernel_size), _pair(stride)":
                "(kh, kw), (sh, sw) = _pair(kernel_size), _pair(stride)\n"
                "    found = F.max_pool2d(x, (kh, kw), (sh, sw), return_indices=True)[1]\n"
                "    return torch.ops.aten.max_pool2d_with_indices_backward("
                "grad, x, [kh, kw], [sh, sw], [0, 0], [1, 1], False, found)"}),
    mistake("WindowBeforeInput", "max_pool2d_backward", "interface",
            "Mind the names and the order of the arguments: grad, x, kernel_size, stride.",
            {"grad: Tensor, x: Tensor, kernel_size": "x: Tensor, y: Tensor, kernel_size",
             "(kh, kw), (sh, sw) = _pair(kernel_size), _pair(stride)":
                "grad, x, (kh, kw), (sh, sw) = x, y, _pair(kernel_size), _pair(stride)"}),
    mistake("CutsTheRest", "max_pool2d_backward", "shapes",
            """The gradient has the shape of `x`. Rows and columns at the end that no window reaches belong to it,
            and are zero.""",
            {"return grad_x": "return grad_x[..., : (rows - 1) * sh + kh, : (columns - 1) * sw + kw]"}),
    mistake("GradientOfTheOutputsSize", "max_pool2d_backward", "shapes",
            """Yours has the shape of the pooled output. A gradient has the shape of what it belongs to: that of
            `x`, and it is zero at all pixels that lost.""",
            {"return grad_x": "return grad * largest"}),
    mistake("LastOverlapWins", "max_pool2d_backward", "values",
            """Where windows overlap, one pixel may be the largest of several, and collects from all of them. `=`
            keeps the last one only; it takes `+=`.""",
            {"grad_x[pixels] +=": "grad_x[pixels] ="}),
    mistake("SharesEvenly", "max_pool2d_backward", "values",
            """You share each gradient among all pixels of its window, as average pooling does. Here the largest
            gets all of it.""",
            {"torch.where(x[pixels] == largest, grad, 0)": "grad / (kh * kw)"}),
    mistake("EveryPixelGetsAll", "max_pool2d_backward", "values",
            "You hand the gradient to every pixel of its window. A pixel that was not the largest changed nothing.",
            {"torch.where(x[pixels] == largest, grad, 0)": "grad"}),
    mistake("TimesTheValue", "max_pool2d_backward", "values",
            "You multiply the gradient by the pixel's value. The output *is* that pixel, so the derivative is 1.",
            {"torch.where(x[pixels] == largest, grad, 0)": "torch.where(x[pixels] == largest, grad * largest, 0)"}),
    mistake("LargestOfAll", "max_pool2d_backward", "values",
            "You compare with the largest pixel of the whole image. Each window has its own largest one.",
            {"largest = torch.stack([x[pixels] for pixels in positions]).amax(0)":
                "largest = torch.stack([x[pixels] for pixels in positions]).amax((0, 3, 4), keepdim=True)[0]"}),
    mistake("LargestOverChannels", "max_pool2d_backward", "values",
            "Pooling takes each channel by itself. You compare with the largest value over all channels.",
            {".amax(0)\n": ".amax(0).amax(1, keepdim=True)\n"}),
    mistake("LargestInMagnitude", "max_pool2d_backward", "values",
            "You hand the gradient to the pixel of the largest magnitude. -5 is less than 1.",
            {"torch.stack([x[pixels] for pixels in positions]).amax(0)":
                "torch.stack([x[pixels].abs() for pixels in positions]).amax(0)",
             "x[pixels] == largest": "x[pixels].abs() == largest"}),
    mistake("ZeroIsTheLeast", "max_pool2d_backward", "values",
            """In windows where every pixel is negative nobody gets the gradient: your search for the largest
            begins at 0.""",
            {".amax(0)\n": ".amax(0).clamp(min=0)\n"}),
    mistake("SmallestPixel", "max_pool2d_backward", "values",
            "You hand the gradient to the smallest pixel of each window.",
            {".amax(0)\n": ".amin(0)\n"}),
    mistake("StrideIsTheWindow", "max_pool2d_backward", "values",
            """You move by the size of the window, whatever `stride` says. That is the default of torch's layer,
            not the rule.""",
            {"_pair(kernel_size), _pair(stride)": "_pair(kernel_size), _pair(kernel_size)"}),
    mistake("PoolStridesSwapped", "max_pool2d_backward", "values",
            "A pair is (down, across). You have the two strides the other way round.",
            {"(kh, kw), (sh, sw) = _pair": "(kh, kw), (sw, sh) = _pair"}),
    mistake("SquareWindows", "max_pool2d_backward", "values",
            "A pair is (down, across). You use the window's height for its width as well.",
            {"for j in range(kw)": "for j in range(kh)"}),
    mistake("NumbersOnly", "max_pool2d_backward", "values",
            "`kernel_size` and `stride` may each be a number or a pair. A pair breaks yours.",
            {"_pair(kernel_size), _pair(stride)": "(int(kernel_size),) * 2, (int(stride),) * 2"}),
    mistake("PairsOnly", "max_pool2d_backward", "values",
            "`kernel_size` and `stride` may each be a number or a pair. A number breaks yours.",
            {"_pair(kernel_size), _pair(stride)": "kernel_size, stride"}),
    mistake("PoolsWindowByWindow", "max_pool2d_backward", "vectorized",
            """The result is right, but you loop over the windows in Python. Loop over the few positions within a
            window: a strided slice takes that pixel of all the windows at once.""",
            {"grad_x[pixels] += torch.where(x[pixels] == largest, grad, 0)":
                "share = torch.where(x[pixels] == largest, grad, 0)\n"
                "        for a in range(rows):\n"
                "            for b in range(columns):\n"
                "                grad_x[pixels][..., a, b] += share[..., a, b]"}),
]  # fmt: skip

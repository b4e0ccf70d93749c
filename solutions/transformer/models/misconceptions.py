"""Known-wrong answers on the transformer's stacks, as edits of the reference, and the hint that each earns."""

from grader.spec import mistake

STACKS = ("TransformerEncoder", "TransformerDecoder")
ALL = (*STACKS, "Transformer")
ENCODER, DECODER, WHOLE = ALL
COPIES = "nn.ModuleList([copy.deepcopy(layer) for _ in range(count)])"
LAST_NORM = "return output if self.norm is None else self.norm(output)"
CAUSAL = "torch.ones(size, size, dtype=torch.bool, device=tgt.device).triu(1)"
FIRST_LAYER = "        for layer in self.layers:\n"
PERHAPS = "nn.LayerNorm(d_model) if norm_first else None"
MATRICES = (
    "        for parameter in self.parameters():\n"
    "            if parameter.dim() > 1:\n"
    "                nn.init.xavier_uniform_(parameter)"
)

mistakes = [
    mistake("AsksTorch", ENCODER, "own_work",
        """The stack is torch's own. Yours is a list of copies and a loop over them.""",
        {"self.layers = _copies(encoder_layer, num_layers)":
            "self.layers = nn.TransformerEncoder(encoder_layer, num_layers, enable_nested_tensor=False).layers"}),
    mistake("AsksTorch", DECODER, "own_work",
        """The stack is torch's own. Yours is a list of copies and a loop over them.""",
        {"self.layers = _copies(decoder_layer, num_layers)":
            "self.layers = nn.TransformerDecoder(decoder_layer, num_layers).layers"}),
    mistake("OneLayerSharedByAll", STACKS, "parameters",
        """All layers of your stack are one and the same object, so they share their parameters: `[layer] * n` copies
        references. Each layer needs parameters of its own.""",
        {COPIES: "nn.ModuleList([layer] * count)"}),
    mistake("LayersShared", WHOLE, "parameters",
        """All layers of a stack are one and the same object, and share their parameters. Each layer needs parameters
        of its own.""",
        {COPIES: "nn.ModuleList([layer] * count)"}),
    mistake("ShallowCopies", STACKS, "parameters",
        """The layers are different objects, but share their parameters: `copy.copy` copies the outside only.""",
        {"copy.deepcopy(layer)": "copy.copy(layer)"}),
    mistake("ListOfLayers", ALL, "parameters",
        """A Python list hides its layers from `parameters()`, `state_dict()` and `to()`. There is a list for
        modules.""",
        {COPIES: "[copy.deepcopy(layer) for _ in range(count)]"}),
    mistake("OneLayerTooFew", ALL, "parameters",
        """There is one layer less than was asked for.""",
        {"range(count)": "range(1, count)"}),
    mistake("OneLayerTooMany", STACKS, "parameters",
        """There is one layer more than was asked for: does the layer that was given stand in the stack beside its
        copies?""",
        {COPIES: "nn.ModuleList([copy.deepcopy(layer) for _ in range(count)] + [layer])"}),
    mistake("TheGivenLayerIsTheFirst", STACKS, "init",
        """The layer that was given stands in the stack itself, so whoever trains the stack changes it too. A stack
        holds copies only.""",
        {COPIES: "nn.ModuleList([layer] + [copy.deepcopy(layer) for _ in range(1, count)])"}),
    mistake("DrawnAnew", STACKS, "init",
        """The copies begin with other values than the layer that was given. A stack only copies; it is Transformer
        that draws matrices anew.""",
        {
            "return nn.ModuleList": "made = nn.ModuleList",
            "for _ in range(count)])": (
                "for _ in range(count)])\n"
                "    for item in made.parameters():\n"
                "        if item.dim() > 1:\n"
                "            nn.init.xavier_uniform_(item)\n"
                "    return made"
            ),
        }),
    mistake("NormIsAsked", STACKS, "interface",
        """A stack need not have a last norm: `norm` may be left out.""",
        {"norm: nn.Module | None = None": "norm: nn.Module | None"}),
    mistake("ReturnsAPair", STACKS, "shapes",
        """One tensor should come out: the output of the last layer. Yours comes with something else in a tuple.""",
        {LAST_NORM: "return (output if self.norm is None else self.norm(output)), None"}),
    mistake("DetachesBetweenLayers", ENCODER, "gradients",
        """Forward is right, but no gradient comes through the stack: what goes into a layer is detached.""",
        {"layer(output,": "layer(output.detach(),"}),
    mistake("DetachesBetweenLayers", DECODER, "gradients",
        """Forward is right, but no gradient comes through the stack: what goes into a layer is detached.""",
        {"                output,\n": "                output.detach(),\n"}),
    mistake("NormAlways", ENCODER, "parameters",
        """Without a `norm` there is no last normalisation. Yours makes one up.""",
        {"self.norm = norm": "self.norm = norm or nn.LayerNorm(encoder_layer.linear1.in_features)"}),
    mistake("NormAlways", DECODER, "parameters",
        """Without a `norm` there is no last normalisation. Yours makes one up.""",
        {"self.norm = norm": "self.norm = norm or nn.LayerNorm(decoder_layer.linear1.in_features)"}),
    mistake("NormNotKept", STACKS, "parameters",
        """The `norm` that is given is not among the stack's parameters: a module is registered by being an
        attribute.""",
        {"self.norm = norm": "self.norm = None if norm is None else norm.__call__"}),
    mistake("NormForgotten", STACKS, "values",
        """There is a last norm, but nothing is ever normalised by it.""",
        {LAST_NORM: "return output"}),
    mistake("NormAfterEveryLayer", STACKS, "values",
        """The last norm stands behind the last layer, once. You apply it after every layer.""",
        {FIRST_LAYER:
            f"{FIRST_LAYER}"
            "            if layer is not self.layers[0] and self.norm is not None:\n"
            "                output = self.norm(output)\n"}),
    mistake("OnlyTheFirstLayer", STACKS, "values",
        """Only one layer has a say in the output: you leave the loop too early, or keep calling the same one.""",
        {"in self.layers:": "in self.layers[:1]:"}),
    mistake("TheFirstLayerAgain", STACKS, "values",
        """You go through the first layer again and again, and never through the others.""",
        {"in self.layers:": "in [self.layers[0]] * len(self.layers):"}),
    mistake("Backwards", STACKS, "values",
        """You go through the layers from the last to the first.""",
        {"in self.layers:": "in reversed(self.layers):"}),
    mistake("AllReadTheInput", ENCODER, "values",
        """Every layer reads the stack's input, so only the last one counts. Each should read the output of the one
        before.""",
        {"layer(output,": "layer(src,"}),
    mistake("AllReadTheInput", DECODER, "values",
        """Every layer reads the stack's input, so only the last one counts. Each should read the output of the one
        before.""",
        {"                output,\n": "                tgt,\n"}),
    mistake("ResidualAroundLayers", STACKS, "values",
        """You add the input of a layer to its output. The residual connections are inside of the layers already.""",
        {"output = layer(": "output = output + layer("}),
    mistake("MaskForTheFirstOnly", ENCODER, "values",
        """The masks reach the first layer only. What no position may see in the first, none may see in the others
        either.""",
        {"is_causal=bool(is_causal))":
            "is_causal=bool(is_causal))\n            mask = src_key_padding_mask = is_causal = None"}),
    mistake("ForgetsTheMask", ENCODER, "values",
        """`mask` reaches no layer.""",
        {"src_mask=mask": "src_mask=None", "bool(is_causal)": "False"}),
    mistake("ForgetsThePadding", ENCODER, "values",
        """`src_key_padding_mask` reaches no layer: positions of padding are looked at.""",
        {"src_key_padding_mask=src_key_padding_mask": "src_key_padding_mask=None"}),
    mistake("TrueIsKept", ENCODER, "values",
        """You turn a boolean mask round. Here True *forbids*, unlike in scaled_dot_product_attention.""",
        {"        output = src\n":
            "        output = src\n"
            "        if src_key_padding_mask is not None and src_key_padding_mask.dtype == torch.bool:\n"
            "            src_key_padding_mask = ~src_key_padding_mask\n",
         "import copy\n": "import copy\n\nimport torch\n"}),
    mistake("AlwaysCausal", ENCODER, "values",
        """Your encoder lets nobody look ahead. It has no mask of its own: only what is passed counts.""",
        {"        output = src\n":
            "        output = src\n"
            "        if mask is None:\n"
            "            first = self.layers[0].self_attn.batch_first and src.dim() == 3\n"
            "            size = src.shape[1 if first else 0]\n"
            "            mask = torch.ones(size, size, dtype=torch.bool, device=src.device).triu(1)\n",
         "import copy\n": "import copy\n\nimport torch\n"}),
    mistake("PaddingBecomesZero", ENCODER, "values",
        """What comes out where the input is padding is set to zero. (torch's fast path does so; the course does not.)
        A padding mask only says that nobody looks there.""",
        {LAST_NORM:
            "output = output if self.norm is None else self.norm(output)\n"
            "        if src_key_padding_mask is None or src.dim() == 2:\n"
            "            return output\n"
            "        gone = src_key_padding_mask != 0\n"
            "        gone = gone if self.layers[0].self_attn.batch_first else gone.T\n"
            "        return output * (gone[..., None] == 0)"}),
    mistake("AlwaysCausal", DECODER, "values",
        """Your decoder makes a causal mask where none is passed. Torch's never does: `tgt_mask` is the caller's.""",
        {"        output = tgt\n":
            "        output = tgt\n"
            "        if tgt_mask is None:\n"
            "            size = tgt.shape[1 if self.layers[0].self_attn.batch_first and tgt.dim() == 3 else 0]\n"
            f"            tgt_mask = {CAUSAL}\n",
         "import copy\n": "import copy\n\nimport torch\n"}),
    mistake("MemoryGoesAlong", DECODER, "values",
        """From the second layer on, the cross-attention looks at the decoder's own output. It should look at the
        memory, as it was passed, in every layer.""",
        {"memory_is_causal=memory_is_causal,\n            )":
            "memory_is_causal=memory_is_causal,\n            )\n"
            "            memory = output if output.shape == memory.shape else memory"}),
    mistake("MemoryIsNormalised", DECODER, "values",
        """The memory is normalised once more on its way into the layers. It goes in as it is; the last norm is for
        the output.""",
        {"        output = tgt\n":
            "        output = tgt\n        memory = memory if self.norm is None else self.norm(memory)\n"}),
    mistake("ForgetsTheTargetMask", DECODER, "values",
        """`tgt_mask` reaches no layer, so the decoder looks ahead.""",
        {"tgt_mask=tgt_mask": "tgt_mask=None", "bool(tgt_is_causal)": "False"}),
    mistake("ForgetsTheMemoryMask", DECODER, "values",
        """`memory_mask` reaches no layer.""",
        {"memory_mask=memory_mask,": "memory_mask=None,", "=memory_is_causal,": "=False,"}),
    mistake("ForgetsTheTargetPadding", DECODER, "values",
        """`tgt_key_padding_mask` reaches no layer: positions of padding are looked at.""",
        {"tgt_key_padding_mask=tgt_key_padding_mask": "tgt_key_padding_mask=None"}),
    mistake("ForgetsTheMemoryPadding", DECODER, "values",
        """`memory_key_padding_mask` reaches no layer: the cross-attention looks at padding.""",
        {"memory_key_padding_mask=memory_key_padding_mask": "memory_key_padding_mask=None"}),
    mistake("MasksForTheFirstOnly", DECODER, "values",
        """The masks reach the first layer only. What no position may see in the first, none may see in the others
        either.""",
        {"memory_is_causal=memory_is_causal,\n            )":
            "memory_is_causal=memory_is_causal,\n            )\n"
            "            tgt_mask = memory_mask = tgt_key_padding_mask = memory_key_padding_mask = None\n"
            "            tgt_is_causal = memory_is_causal = False"}),
    mistake("NoLastNorms", WHOLE, "parameters",
        """Both stacks of a Transformer end in a LayerNorm of their own, which the paper does not have, and torch
        does.""",
        {"num_encoder_layers, nn.LayerNorm(d_model))": "num_encoder_layers)",
         "num_decoder_layers, nn.LayerNorm(d_model))": "num_decoder_layers)"}),
    mistake("LastNormsForNormFirst", WHOLE, "parameters",
        """The stacks end in a LayerNorm whatever `norm_first` says, even where the layers have normalised just
        before.""",
        {"num_encoder_layers, nn.LayerNorm(d_model))": f"num_encoder_layers, {PERHAPS})",
         "num_decoder_layers, nn.LayerNorm(d_model))": f"num_decoder_layers, {PERHAPS})"}),
    mistake("NormInTheDecoderOnly", WHOLE, "parameters",
        """The decoder ends in a LayerNorm, and so should the encoder: the memory is normalised before the decoder
        looks at it.""",
        {"num_encoder_layers, nn.LayerNorm(d_model))": "num_encoder_layers)"}),
    mistake("OneNormForBoth", WHOLE, "parameters",
        """Encoder and decoder share one LayerNorm. Each ends in its own.""",
        {"        encoder_layer = nn": "        norm = nn.LayerNorm(d_model)\n        encoder_layer = nn",
         "num_encoder_layers, nn.LayerNorm(d_model))": "num_encoder_layers, norm)",
         "num_decoder_layers, nn.LayerNorm(d_model))": "num_decoder_layers, norm)"}),
    mistake("EncoderLayersInTheDecoder", WHOLE, "parameters",
        """The decoder's layers have no cross-attention: they are those of an encoder.""",
        {"nn.TransformerDecoderLayer(": "nn.TransformerEncoderLayer("}),
    mistake("AsManyLayersOnBothSides", WHOLE, "parameters",
        """Encoder and decoder may have different numbers of layers.""",
        {"decoder_layer, num_decoder_layers": "decoder_layer, num_encoder_layers"}),
    mistake("ProjectsAtTheEnd", WHOLE, "parameters",
        """There is no linear layer behind the decoder. Scores over a vocabulary are the caller's.""",
        {"        for parameter in": "        self.generator = nn.Linear(d_model, d_model)\n        for parameter in"}),
    mistake("WithoutXavier", WHOLE, "init",
        """The matrices keep the values that the layers were made with, and all layers of a stack begin alike. Draw
        them anew once everything is built.""",
        {MATRICES: ""}),
    mistake("XavierBeforeTheCopies", WHOLE, "init",
        """Matrices are drawn before the layers are copied, so all layers of a stack begin alike. Draw when everything
        is built.""",
        {MATRICES: "",
         "        self.encoder = T":
            "        for parameter in (*encoder_layer.parameters(), *decoder_layer.parameters()):\n"
            "            if parameter.dim() > 1:\n"
            "                nn.init.xavier_uniform_(parameter)\n"
            "        self.encoder = T"}),
    mistake("XavierInTheEncoderOnly", WHOLE, "init",
        """Only the encoder's matrices are drawn anew; the decoder's should be too.""",
        {"in self.parameters()": "in self.encoder.parameters()"}),
    mistake("XavierNormal", WHOLE, "init",
        """The matrices are drawn from Xavier's normal distribution; torch takes the uniform one.""",
        {"nn.init.xavier_uniform_(parameter)": "nn.init.xavier_normal_(parameter)"}),
    mistake("SmallNormal", WHOLE, "init",
        """The matrices are drawn from a narrow normal distribution, as in BERT and GPT. Torch draws them by Xavier's
        uniform one.""",
        {"nn.init.xavier_uniform_(parameter)": "nn.init.normal_(parameter, std=0.02)"}),
    mistake("EverythingElseZero", WHOLE, "init",
        """You set all one-dimensional parameters to zero, the weights of the norms among them. Only matrices are
        drawn anew; the rest keeps what the layers of torch give it.""",
        {"nn.init.xavier_uniform_(parameter)":
            "nn.init.xavier_uniform_(parameter)\n            else:\n                nn.init.zeros_(parameter)"}),
    mistake("DropoutForgotten", WHOLE, "values",
        """`dropout` does not reach the layers, which have one of their own by default.""",
        {'            "dropout": dropout,\n': ""}),
    mistake("DropoutOnOneSide", WHOLE, "values",
        """`dropout` reaches the layers of one stack only.""",
        {"nn.TransformerDecoderLayer(d_model, nhead, **options)":
            'nn.TransformerDecoderLayer(d_model, nhead, **{**options, "dropout": 0.0})'}),
    mistake("ActivationForgotten", WHOLE, "values",
        """`activation` does not reach the layers of both stacks, which take relu by default.""",
        {'            "activation": activation,\n': ""}),
    mistake("NormFirstForgotten", WHOLE, "values",
        """`norm_first` does not reach the layers of both stacks.""",
        {'            "norm_first": norm_first,\n': ""}),
    mistake("BatchFirstForgotten", WHOLE, "values",
        """`batch_first` does not reach the layers of both stacks: attention runs over the batch instead of the
        sequence.""",
        {'            "batch_first": batch_first,\n': ""}),
    mistake("WidthForgotten", WHOLE, "parameters",
        """`dim_feedforward` does not reach the layers, which are 2048 wide by default.""",
        {'            "dim_feedforward": dim_feedforward,\n': ""}),
    mistake("LooksAtTheSource", WHOLE, "values",
        """The decoder looks at the source itself. It should look at what the encoder has made of it.""",
        {"            tgt,\n            memory,": "            tgt,\n            src,"}),
    mistake("MemoryDetached", WHOLE, "gradients",
        """No gradient reaches the encoder: the memory is detached, or was computed under no_grad. Both are trained
        together.""",
        {"            tgt,\n            memory,": "            tgt,\n            memory.detach(),"}),
    mistake("PaddingGoesAlong", WHOLE, "values",
        """Where no `memory_key_padding_mask` is passed you take that of the source. It would be sensible, but torch
        does not: the caller passes both.""",
        {"        memory = self.encoder(":
            "        if memory_key_padding_mask is None:\n"
            "            memory_key_padding_mask = src_key_padding_mask\n"
            "        memory = self.encoder("}),
    mistake("MakesACausalMask", WHOLE, "values",
        """Where no `tgt_mask` is passed you make a causal one. Torch does not: without a mask nothing is causal.""",
        {"        memory = self.encoder(":
            "        if tgt_mask is None:\n"
            "            first = self.decoder.layers[0].self_attn.batch_first and tgt.dim() == 3\n"
            "            size = tgt.shape[1 if first else 0]\n"
            f"            tgt_mask = {CAUSAL}\n"
            "        memory = self.encoder(",
         "import copy\n": "import copy\n\nimport torch\n"}),
    mistake("NamesTheStacksOtherwise", WHOLE, "interface",
        """The arguments have torch's names, and callers use them: `num_encoder_layers` and `num_decoder_layers`. Yours
        are called otherwise.""",
        {"num_encoder_layers: int": "n_encoder_layers: int", "num_decoder_layers: int": "n_decoder_layers: int",
         "encoder_layer, num_encoder_layers,": "encoder_layer, n_encoder_layers,",
         "decoder_layer, num_decoder_layers,": "decoder_layer, n_decoder_layers,"}),
    mistake("ForgetsTheSourcePadding", WHOLE, "values",
        """`src_key_padding_mask` does not reach the encoder.""",
        {"src_key_padding_mask=src_key_padding_mask": "src_key_padding_mask=None"}),
    mistake("ForgetsTheSourceMask", WHOLE, "values",
        """`src_mask` does not reach the encoder.""",
        {"mask=src_mask": "mask=None", "is_causal=src_is_causal": "is_causal=False"}),
    mistake("ForgetsTheMaskOfTheTarget", WHOLE, "values",
        """`tgt_mask` does not reach the decoder, which then looks ahead.""",
        {"tgt_mask=tgt_mask": "tgt_mask=None", "tgt_is_causal=tgt_is_causal": "tgt_is_causal=False"}),
    mistake("ForgetsThePaddingOfTheTarget", WHOLE, "values",
        """`tgt_key_padding_mask` does not reach the decoder.""",
        {"tgt_key_padding_mask=tgt_key_padding_mask": "tgt_key_padding_mask=None"}),
    mistake("ForgetsTheMaskOfTheMemory", WHOLE, "values",
        """`memory_mask` does not reach the decoder.""",
        {"memory_mask=memory_mask,": "memory_mask=None,", "=memory_is_causal,": "=False,"}),
    mistake("ForgetsThePaddingOfTheMemory", WHOLE, "values",
        """`memory_key_padding_mask` does not reach the decoder, which looks at the source's padding.""",
        {"memory_key_padding_mask=memory_key_padding_mask": "memory_key_padding_mask=None"}),
    mistake("ScalesTheEmbeddings", WHOLE, "values",
        """The inputs are multiplied by the root of d_model. The paper does that where it embeds, and embedding is the
        caller's.""",
        {"        memory = self.encoder(":
            "        root = src.shape[-1] ** 0.5\n"
            "        src, tgt = src * root, tgt * root\n"
            "        memory = self.encoder("}),
    mistake("SoftmaxAtTheEnd", WHOLE, "values",
        """A softmax at the end? The output are features, one vector for each position; scores are the caller's.""",
        {"memory_is_causal=memory_is_causal,\n        )": "memory_is_causal=memory_is_causal,\n        ).softmax(-1)"}),
    mistake("HeadsAreRoundedDown", WHOLE, "errors",
        """A d_model that the number of heads does not divide goes through: fewer heads are taken instead.""",
        {"        super().__init__()\n        options":
            "        super().__init__()\n"
            "        while d_model % nhead:\n            nhead -= 1\n        options"}),
    mistake("SequenceBySequence", ENCODER, "vectorized",
        """The sequences of a batch go through the stack one by one. The layers take the whole batch.""",
        {"        output = src\n":
            "        output = src\n"
            "        axis = 0 if self.layers[0].self_attn.batch_first else 1\n"
            "        if src.dim() == 3 and src.shape[axis] > 1 and src_key_padding_mask is None:\n"
            "            return torch.cat([self.forward(one, mask) for one in src.split(1, axis)], axis)\n",
         "import copy\n": "import copy\n\nimport torch\n"}),
    mistake("SequenceBySequence", DECODER, "vectorized",
        """The sequences of a batch go through the stack one by one. The layers take the whole batch.""",
        {"        output = tgt\n":
            "        output = tgt\n"
            "        axis = 0 if self.layers[0].self_attn.batch_first else 1\n"
            "        masks = (tgt_key_padding_mask, memory_key_padding_mask)\n"
            "        if tgt.dim() == 3 and tgt.shape[axis] > 1 and all(item is None for item in masks):\n"
            "            pairs = zip(tgt.split(1, axis), memory.split(1, axis))\n"
            "            return torch.cat([self.forward(*pair, tgt_mask, memory_mask) for pair in pairs], axis)\n",
         "import copy\n": "import copy\n\nimport torch\n"}),
    mistake("SequenceBySequence", WHOLE, "vectorized",
        """The sequences of a batch go through the model one by one. Both stacks take the whole batch.""",
        {"        memory = self.encoder(":
            "        axis = 0 if self.encoder.layers[0].self_attn.batch_first else 1\n"
            "        paddings = (src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask)\n"
            "        if src.dim() == 3 and src.shape[axis] > 1 and all(item is None for item in paddings):\n"
            "            masks = (src_mask, tgt_mask, memory_mask)\n"
            "            pairs = zip(src.split(1, axis), tgt.split(1, axis))\n"
            "            return torch.cat([self.forward(*pair, *masks) for pair in pairs], axis)\n"
            "        memory = self.encoder(",
         "import copy\n": "import copy\n\nimport torch\n"}),
    mistake("GivesTheMemoryToo", WHOLE, "shapes",
        """One tensor should come out: what the decoder gives. The memory stays inside.""",
        {"return self.decoder(": "return memory, self.decoder("}),
]  # fmt: skip

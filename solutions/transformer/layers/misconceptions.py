"""Known-wrong answers for the layers of a transformer, and the hint that each earns."""

from collections.abc import Mapping

from grader.spec import Misconception, mistake

ENCODER, DECODER = "TransformerEncoderLayer", "TransformerDecoderLayer"
NETWORK = "self.linear2(self.dropout(self.activation(self.linear1(x))))"
OWN = "self.self_attn = nn.MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first)"
CROSS = "self.multihead_attn = nn.MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first)"
FITTING = "nhead if d_model % nhead == 0 else 1"
HEADS = """Five features cannot be shared by two heads. Yours takes another number of heads then, and nobody is told:
    raise an exception."""
STEPS = {
    ENCODER: {"x": "src", "last": "2", "final": "dropout2"},
    DECODER: {"x": "tgt", "last": "3", "final": "dropout3"},
}
"""What the same lines are about in either layer: the sequence, its last norm, and the dropout of the network."""


def shared(name: str, criterion: str, hint: str, edits: Mapping[str, str]) -> list[Misconception]:
    """A mistake that fits both layers, where {x} is the sequence and {last} the number of the last norm."""
    made: list[Misconception] = []
    for part, words in STEPS.items():
        filled = {_filled(old, words): _filled(new, words) for old, new in edits.items()}
        made += mistake(f"{name}In{'Encoder' if part == ENCODER else 'Decoder'}", part, criterion, hint, filled)
    return made


def _filled(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace("{" + name + "}", word)
    return text


mistakes = [
    shared("AsksTorch", "own_work",
           """torch's own layer does all the work here. `nn.MultiheadAttention`, `nn.Linear` and `nn.LayerNorm` are
           allowed, and what they are made into is the exercise.""",
           {OWN: f"{OWN}\n        nn.TransformerEncoderLayer(d_model, nhead)"}),
    shared("NamesTheWidthOtherwise", "interface",
           """The arguments have torch's names, and callers use them: the network's width is `dim_feedforward`. Yours is
           called otherwise.""",
           {"dim_feedforward: int = 2048": "d_ff: int = 2048",
            "super().__init__()\n": "super().__init__()\n        dim_feedforward = d_ff\n"}),

    # The parameters.
    shared("NetworkInOneChild", "parameters",
           """torch has the two linear layers of the network as children of their own, `linear1` and `linear2`, and
           their parameters are named after them.""",
           {"self.linear1 = nn.Linear(d_model, dim_feedforward)":
               "self.ff = nn.ModuleList([nn.Linear(d_model, dim_feedforward), nn.Linear(dim_feedforward, d_model)])",
            "self.linear2 = nn.Linear(dim_feedforward, d_model)": "",
            NETWORK: "self.ff[1](self.dropout(self.activation(self.ff[0](x))))"}),
    shared("NetworkWithoutBias", "parameters",
           "Both linear layers of the network have a bias.",
           {"self.linear1 = nn.Linear(d_model, dim_feedforward)":
               "self.linear1 = nn.Linear(d_model, dim_feedforward, bias=False)"}),
    shared("OneNormForTwo", "parameters",
           "Each block has a norm of its own, with a weight and a bias to learn. Two of yours are one and the same.",
           {"self.norm2 = nn.LayerNorm(d_model, layer_norm_eps)": "self.norm2 = self.norm1"}),
    mistake("OneAttentionForBoth", DECODER, "parameters",
            """The attention to the memory has parameters of its own, in the child `multihead_attn`. Yours uses those of
            the self-attention once more.""",
            {CROSS: "self.multihead_attn = self.self_attn"}),

    # What comes out.
    shared("ReturnsAPair", "shapes",
           "The layer returns its output alone; attention weights stay inside.",
           {"return self.norm{last}({x} + feed_forward({x}))":
               "return self.norm{last}({x} + feed_forward({x})), None"}),
    shared("ForgetsBatchFirst", "values",
           """With batch_first=True the batch is the first axis. Your attention is not told, so sequences of the batch
           read each other.""",
           {OWN: OWN.replace(", batch_first=batch_first", "")}),
    shared("AlwaysNormLast", "values",
           """norm_first has no effect: with norm_first=True each norm comes before its block, and what the block gives
           is added to the sum as it is.""",
           {"if self.norm_first:": "if False:"}),
    shared("AlwaysNormFirst", "values",
           """Unless norm_first=True asks for it, each norm comes after the sum, as in the original paper. Yours
           normalises first in any case.""",
           {"if self.norm_first:": "if True:"}),
    shared("NormsTheBranch", "values",
           """The norm comes after the sum: norm(x + block(x)). Yours normalises what the block gives and adds it
           then.""",
           {"self.norm1({x} + attend({x}))": "{x} + self.norm1(attend({x}))"}),
    shared("AddsToTheNormed", "values",
           """With norm_first the residual goes around the norm: x + block(norm(x)). Yours adds to norm(x), so that x
           itself is lost.""",
           {"{x} = {x} + attend(self.norm1({x}))": "{x} = self.norm1({x})\n            {x} = {x} + attend({x})"}),
    shared("NoResidualAtTheAttention", "values",
           """What the self-attention gives takes the place of its input. It should be added to it: that residual is
           what lets deep stacks learn.""",
           {"self.norm1({x} + attend({x}))": "self.norm1(attend({x}))"}),
    shared("NoResidualAtTheNetwork", "values",
           "What the network gives takes the place of its input. It should be added to it.",
           {"self.norm{last}({x} + feed_forward({x}))": "self.norm{last}(feed_forward({x}))"}),
    shared("ActivationAtTheEnd", "values",
           """The activation stands between the two linear layers. Yours comes after both, and two linear layers without
           one between them are a single linear layer.""",
           {NETWORK: "self.activation(self.linear2(self.dropout(self.linear1(x))))"}),
    shared("AlwaysRelu", "values",
           """The activation of the constructor never reaches your formula. It may be "relu", "gelu" or any
           function.""",
           {"self.activation = _function(activation)": "self.activation = F.relu"}),
    shared("ApproximateGelu", "values",
           'In torch "gelu" is the exact one, with erf. Yours is the approximation by tanh.',
           {"self.activation = _function(activation)":
               "self.activation = (lambda x: F.gelu(x, approximate='tanh')) if activation == 'gelu' "
               "else _function(activation)"}),
    shared("OwnEps", "values",
           "layer_norm_eps has no effect on your norms.",
           {"self.norm1 = nn.LayerNorm(d_model, layer_norm_eps)": "self.norm1 = nn.LayerNorm(d_model)"}),
    shared("NormsSwapped", "values",
           "The norms are numbered in the order of the blocks. Two of yours have changed places.",
           {"return self.norm{last}({x} + feed_forward({x}))": "return self.norm1({x} + feed_forward({x}))",
            "self.norm1({x} + attend({x}))": "self.norm{last}({x} + attend({x}))"}),

    # Masks.
    mistake("IgnoresThePadding", ENCODER, "values",
            "src_key_padding_mask has no effect: every token still reads the padding.",
            {"key_padding_mask=src_key_padding_mask, ": ""}),
    mistake("IgnoresTheMask", ENCODER, "values",
            "src_mask has no effect: every token still reads every other.",
            {"attn_mask=src_mask": "attn_mask=None", "is_causal=is_causal": "is_causal=False"}),
    mistake("PaddingTakesTheMasksPlace", ENCODER, "values",
            """Both masks may be given, and then both hold. In yours the mask of pairs is dropped as soon as there is
            padding.""",
            {"attn_mask=src_mask": "attn_mask=src_mask if src_key_padding_mask is None else None",
             "is_causal=is_causal": "is_causal=is_causal and src_key_padding_mask is None"}),
    mistake("MasksBecomeNumbers", ENCODER, "values",
            """A boolean mask becomes a number that is added, such as -100 or -10,000. Where scores differ by more, a
            forbidden token is still read. `nn.MultiheadAttention` takes boolean masks as they are.""",
            {"attn_mask=src_mask, key_padding_mask=src_key_padding_mask":
                "attn_mask=src_mask.to(x.dtype) * -1e4 if src_mask is not None and not src_mask.is_floating_point() "
                "else src_mask, key_padding_mask=src_key_padding_mask.to(x.dtype) * -1e4 "
                "if src_key_padding_mask is not None and not src_key_padding_mask.is_floating_point() "
                "else src_key_padding_mask"}),
    mistake("HintDropsThePadding", ENCODER, "values",
            """As soon as is_causal is True, src_key_padding_mask has no effect. It is a hint about src_mask alone, and
            changes no result.""",
            {"key_padding_mask=src_key_padding_mask": "key_padding_mask=None if is_causal else src_key_padding_mask"}),
    mistake("HintForTheWrongMask", DECODER, "values",
            """tgt_is_causal is a hint about tgt_mask. Yours hands it to the attention to the memory as well, whose mask
            is another one, and which then overlooks it.""",
            {"is_causal=memory_is_causal":
                "is_causal=memory_mask is not None and (memory_is_causal or tgt_is_causal)"}),
    mistake("CausalInAnyCase", DECODER, "values",
            """Your layer hides later tokens although no mask says so. A mask is the caller's business: without one
            every token reads every other.""",
            {"def attend(x: Tensor) -> Tensor:\n":
                "def attend(x: Tensor) -> Tensor:\n"
                "            length = x.shape[self.self_attn.batch_first and x.dim() == 3]\n"
                "            triangle = x.new_ones(length, length).triu(1).bool()\n",
             "attn_mask=tgt_mask": "attn_mask=triangle if tgt_mask is None and tgt_key_padding_mask is None "
                "else tgt_mask"}),
    mistake("IgnoresTheTargetsPadding", DECODER, "values",
            "tgt_key_padding_mask has no effect: every token still reads the padding of its own sequence.",
            {"key_padding_mask=tgt_key_padding_mask, ": ""}),
    mistake("IgnoresTheMemorysPadding", DECODER, "values",
            "memory_key_padding_mask has no effect: every token still reads the padding of the memory.",
            {"key_padding_mask=memory_key_padding_mask, ": ""}),
    mistake("IgnoresTheMemorysMask", DECODER, "values",
            "memory_mask has no effect: every token still reads all of the memory.",
            {"attn_mask=memory_mask": "attn_mask=None", "is_causal=memory_is_causal": "is_causal=False"}),

    # The decoder's second attention.
    mistake("NeverReadsTheMemory", DECODER, "values",
            """The output does not depend on the memory. In the second attention the sequence asks, and keys and values
            come from the memory.""",
            {"x, memory, memory,": "x, x, x,",
             "attn_mask=memory_mask, key_padding_mask=memory_key_padding_mask, is_causal=memory_is_causal,": ""}),
    mistake("MemoryBeforeItself", DECODER, "values",
            "The self-attention comes first, the attention to the memory second. In yours it is the other way round.",
            {"tgt = self.norm1(tgt + attend(tgt))\n        tgt = self.norm2(tgt + look_up(tgt))":
                "tgt = self.norm2(tgt + look_up(tgt))\n        tgt = self.norm1(tgt + attend(tgt))"}),
    mistake("NormsTheMemory", DECODER, "values",
            """With norm_first the sequence is normalised before each block, but the memory is not: in a stack the
            encoder has seen to that.""",
            {"tgt = tgt + look_up(self.norm2(tgt))":
                "memory = self.norm2(memory)\n            tgt = tgt + look_up(self.norm2(tgt))"}),

    # Dropout.
    shared("AttentionNeverDrops", "values",
           "dropout is for the attention weights as well: `nn.MultiheadAttention` takes it as an argument.",
           {OWN: OWN.replace(", dropout, ", ", ")}),
    shared("NothingDroppedInside", "values",
           "In training the features behind the activation are dropped as well, before the second linear layer.",
           {"self.dropout(self.activation(self.linear1(x)))": "self.activation(self.linear1(x))"}),
    shared("DropsBeforeTheActivation", "values",
           """Dropout comes behind the activation. Yours comes before it, which only relu forgives: it makes no
           difference to it, but gelu of a scaled feature is another number.""",
           {"self.dropout(self.activation(self.linear1(x)))": "self.activation(self.dropout(self.linear1(x)))"}),
    shared("NetworksSumNotDropped", "values",
           "In training what the network gives is dropped before it is added. Yours is added as it is.",
           {f"self.{{final}}({NETWORK})": NETWORK}),
    shared("AttentionsSumNotDropped", "values",
           "In training what the self-attention gives is dropped before it is added. Yours is added as it is.",
           {"return self.dropout1(attended)": "return attended"}),
    shared("DropsInEvaluation", "values",
           """After eval() nothing is dropped. `F.dropout` drops unless you tell it the mode; an `nn.Dropout` knows
           it.""",
           {"return self.dropout1(attended)": "return F.dropout(attended, self.dropout1.p)"}),

    # What flows, how it starts, how fast it is.
    mistake("DetachesTheMemory", DECODER, "gradients",
            "Your output is right, but no gradient reaches the memory, so an encoder would never learn.",
            {"x, memory, memory,": "x, memory.detach(), memory.detach(),"}),
    shared("DetachesTheResidual", "gradients",
           """Your output is right, but no gradient flows along the residual, which is the path that makes deep stacks
           learn.""",
           {"self.norm1({x} + attend({x}))": "self.norm1({x}.detach() + attend({x}))"}),
    shared("XavierEverywhere", "init",
           """The linear layers keep the values that `nn.Linear` draws. Xavier's rule for all matrices is what the whole
           `nn.Transformer` does, not its layers.""",
           {"self.norm_first = norm_first":
               "self.norm_first = norm_first\n"
               "        for parameter in self.parameters():\n"
               "            if parameter.dim() > 1:\n"
               "                nn.init.xavier_uniform_(parameter)"}),
    shared("NetworksBiasZero", "init",
           """The bias of `linear2` starts at zero. Of this layer's biases, only those of attentions and norms do; a
           linear layer keeps the values that `nn.Linear` draws.""",
           {"self.norm_first = norm_first": "self.norm_first = norm_first\n        nn.init.zeros_(self.linear2.bias)"}),
    mistake("OtherNumberOfHeadsInEncoder", ENCODER, "errors", HEADS, {OWN: OWN.replace("nhead", FITTING)}),
    mistake("OtherNumberOfHeadsInDecoder", DECODER, "errors", HEADS,
            {OWN: OWN.replace("nhead", FITTING), CROSS: CROSS.replace("nhead", FITTING)}),
    shared("SequenceBySequence", "vectorized",
           """The result is right, but the network runs in a Python loop, and that is slow. A linear layer takes any
           number of axes before the features.""",
           {"from torch import Tensor, nn": "import torch\nfrom torch import Tensor, nn",
            f"self.{{final}}({NETWORK})": "self.{final}(torch.stack([self.linear2(self.dropout(self.activation("
               "self.linear1(row)))) for each in (x if x.dim() == 3 else x[None]) for row in each]).view(x.shape))"}),
]  # fmt: skip

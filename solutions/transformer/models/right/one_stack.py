"""One class for both stacks; the transformer makes its layers one by one, without copying."""

import copy
import math
from functools import reduce

import torch
from torch import nn


class _Stack(nn.Module):
    def __init__(self, layers, norm):
        super().__init__()
        self.layers = nn.Sequential(*layers)
        if norm is None:
            norm = nn.Identity()
        self.norm = norm

    def run(self, x, *others, **masks):
        return self.norm(reduce(lambda y, layer: layer(y, *others, **masks), self.layers, x))


class TransformerEncoder(_Stack):
    def __init__(self, encoder_layer, num_layers, norm=None):
        super().__init__([copy.deepcopy(encoder_layer) for _ in range(num_layers)], norm)

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        return self.run(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=is_causal or False)


class TransformerDecoder(_Stack):
    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__([copy.deepcopy(decoder_layer) for _ in range(num_layers)], norm)

    def forward(self, tgt, memory, *masks, tgt_is_causal=None, memory_is_causal=False, **named):
        return self.run(
            tgt, memory, *masks, tgt_is_causal=bool(tgt_is_causal), memory_is_causal=memory_is_causal, **named
        )


class Transformer(nn.Module):
    def __init__(
        self,
        *,
        d_model=512,
        nhead=8,
        num_encoder_layers=6,
        num_decoder_layers=6,
        dim_feedforward=2048,
        dropout=0.1,
        activation="relu",
        batch_first=False,
        norm_first=False,
    ):
        if d_model % nhead:
            raise ValueError(f"{d_model} features cannot be shared by {nhead} heads")
        super().__init__()
        common = dict(
            d_model=d_model,
            nhead=nhead,
            dim_feedforward=dim_feedforward,
            dropout=dropout,
            activation=activation,
            batch_first=batch_first,
            norm_first=norm_first,
        )
        self.encoder = _Stack(
            [nn.TransformerEncoderLayer(**common) for _ in range(num_encoder_layers)], nn.LayerNorm(d_model)
        )
        self.decoder = _Stack(
            [nn.TransformerDecoderLayer(**common) for _ in range(num_decoder_layers)], nn.LayerNorm(d_model)
        )
        with torch.no_grad():
            for matrix in filter(lambda item: item.dim() == 2, self.parameters()):
                bound = math.sqrt(6 / sum(matrix.shape))
                matrix.uniform_(-bound, bound)

    def forward(
        self,
        src,
        tgt,
        src_mask=None,
        tgt_mask=None,
        memory_mask=None,
        src_key_padding_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        src_is_causal=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        memory = self.encoder.run(src, src_mask=src_mask, src_key_padding_mask=src_key_padding_mask)
        return self.decoder.run(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
        )

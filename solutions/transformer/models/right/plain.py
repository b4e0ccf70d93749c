"""Loops over copies, and everything passed on as it is."""

from copy import deepcopy

import torch.nn as nn


class TransformerEncoder(nn.Module):
    def __init__(self, encoder_layer, num_layers, norm=None):
        super(TransformerEncoder, self).__init__()
        self.layers = nn.ModuleList()
        for i in range(num_layers):
            self.layers.append(deepcopy(encoder_layer))
        self.num_layers = num_layers
        self.norm = norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        x = src
        for i in range(self.num_layers):
            x = self.layers[i](x, mask, src_key_padding_mask, False if is_causal is None else is_causal)
        if self.norm is not None:
            x = self.norm(x)
        return x


class TransformerDecoder(nn.Module):
    def __init__(self, decoder_layer, num_layers, norm=None):
        super(TransformerDecoder, self).__init__()
        self.layers = nn.ModuleList(deepcopy(decoder_layer) for i in range(num_layers))
        self.norm = norm

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        x = tgt
        for layer in self.layers:
            x = layer(x, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
        if self.norm is not None:
            x = self.norm(x)
        return x


class Transformer(nn.Module):
    def __init__(
        self,
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
        super(Transformer, self).__init__()
        args = (d_model, nhead, dim_feedforward, dropout, activation, 1e-5, batch_first, norm_first)
        self.encoder = TransformerEncoder(nn.TransformerEncoderLayer(*args), num_encoder_layers, nn.LayerNorm(d_model))
        self.decoder = TransformerDecoder(nn.TransformerDecoderLayer(*args), num_decoder_layers, nn.LayerNorm(d_model))
        self.reset_parameters()

    def reset_parameters(self):
        for name, p in self.named_parameters():
            if p.ndim >= 2:
                nn.init.xavier_uniform_(p)

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
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        return self.decoder(
            tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal
        )

"""The transformer down to its attention, with the names of torch; the stacks as dictionaries of layers."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn


def as_bias(mask, like):
    """Forbidden positions as minus infinity."""
    if mask is None or mask.dtype != torch.bool:
        return mask
    return torch.zeros(mask.shape, dtype=like.dtype, device=like.device).masked_fill(mask, -math.inf)


class Attention(nn.Module):
    def __init__(self, d_model, nhead, dropout):
        super().__init__()
        assert d_model % nhead == 0
        self.nhead, self.dropout = nhead, dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * d_model, d_model))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * d_model))
        self.out_proj = nn.Linear(d_model, d_model)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x, y, mask, padding):
        """Batch first: queries from x, keys and values from y."""
        (wq, wk, wv), (bq, bk, bv) = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        q, k, v = (
            F.linear(z, w, b).unflatten(-1, (self.nhead, -1)) for z, w, b in ((x, wq, bq), (y, wk, bk), (y, wv, bv))
        )
        scores = torch.einsum("nqhd,nkhd->nhqk", q, k) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores + as_bias(mask, scores)
        if padding is not None:
            scores = scores + as_bias(padding, scores)[:, None, None, :]
        weights = F.dropout(scores.softmax(-1), self.dropout, self.training)
        return self.out_proj(torch.einsum("nhqk,nkhd->nqhd", weights, v).flatten(-2))


class Layer(nn.Module):
    def __init__(self, d_model, nhead, dim_feedforward, dropout, activation, norm_first, looks_at_memory):
        super().__init__()
        self.self_attn = Attention(d_model, nhead, dropout)
        if looks_at_memory:
            self.multihead_attn = Attention(d_model, nhead, dropout)
        self.linear1 = nn.Linear(d_model, dim_feedforward)
        self.linear2 = nn.Linear(dim_feedforward, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        if looks_at_memory:
            self.norm3 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = getattr(F, activation)
        self.norm_first = norm_first

    def residual(self, x, norm, block):
        if self.norm_first:
            return x + self.dropout(block(norm(x)))
        return norm(x + self.dropout(block(x)))

    def feed_forward(self, x):
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def forward(self, x, mask, padding, memory=None, memory_mask=None, memory_padding=None):
        x = self.residual(x, self.norm1, lambda y: self.self_attn(y, y, mask, padding))
        if memory is not None:
            x = self.residual(x, self.norm2, lambda y: self.multihead_attn(y, memory, memory_mask, memory_padding))
        return self.residual(x, self.norm2 if memory is None else self.norm3, self.feed_forward)


class Side(nn.Module):
    def __init__(self, layers, d_model):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norm = nn.LayerNorm(d_model)

    def forward(self, x, *rest):
        for layer in self.layers:
            x = layer(x, *rest)
        return self.norm(x)


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
        super().__init__()
        self.batch_first = batch_first
        args = d_model, nhead, dim_feedforward, dropout, activation, norm_first
        self.encoder = Side([Layer(*args, False) for _ in range(num_encoder_layers)], d_model)
        self.decoder = Side([Layer(*args, True) for _ in range(num_decoder_layers)], d_model)
        for p in self.parameters():
            if p.dim() > 1:
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
        if src.dim() == 2:
            masks = [
                None if mask is None else mask[None]
                for mask in (src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask)
            ]
            axis = 0 if self.batch_first else 1
            alone = self.forward(src.unsqueeze(axis), tgt.unsqueeze(axis), src_mask, tgt_mask, memory_mask, *masks)
            return alone.squeeze(axis)
        if not self.batch_first:
            src, tgt = src.transpose(0, 1), tgt.transpose(0, 1)
        memory = self.encoder(src, src_mask, src_key_padding_mask)
        out = self.decoder(tgt, tgt_mask, tgt_key_padding_mask, memory, memory_mask, memory_key_padding_mask)
        return out if self.batch_first else out.transpose(0, 1)


class TransformerEncoder(nn.Module):
    def __init__(self, encoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = nn.ModuleDict({str(i): copy.deepcopy(encoder_layer) for i in range(num_layers)})
        self.register_module("norm", norm)

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        for layer in self.layers.values():
            src = layer(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask)
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(nn.Module):
    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = nn.ModuleDict({str(i): copy.deepcopy(decoder_layer) for i in range(num_layers)})
        self.register_module("norm", norm)

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
        for layer in self.layers.values():
            tgt = layer(
                tgt,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
            )
        return tgt if self.norm is None else self.norm(tgt)

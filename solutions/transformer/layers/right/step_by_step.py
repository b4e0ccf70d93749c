"""A beginner's: everything written out, one line for each arrow of the picture."""

import torch.nn as nn
import torch.nn.functional as F


def get_activation(name):
    if name == "relu":
        return nn.ReLU()
    elif name == "gelu":
        return nn.GELU()
    elif isinstance(name, str):
        raise RuntimeError("unknown activation " + name)
    return name


class TransformerEncoderLayer(nn.Module):
    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation="relu",
                 layer_norm_eps=1e-5, batch_first=False, norm_first=False):  # fmt: skip
        super(TransformerEncoderLayer, self).__init__()
        self.self_attn = nn.MultiheadAttention(
            embed_dim=d_model, num_heads=nhead, dropout=dropout, batch_first=batch_first
        )
        self.linear1 = nn.Linear(d_model, dim_feedforward)
        self.linear2 = nn.Linear(dim_feedforward, d_model)
        self.norm1 = nn.LayerNorm(d_model, eps=layer_norm_eps)
        self.norm2 = nn.LayerNorm(d_model, eps=layer_norm_eps)
        self.dropout = nn.Dropout(dropout)
        self.dropout1 = nn.Dropout(dropout)
        self.dropout2 = nn.Dropout(dropout)
        self.activation = get_activation(activation)
        self.norm_first = norm_first

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        x = src
        if self.norm_first:
            residual = x
            x = self.norm1(x)
            x, _ = self.self_attn(x, x, x, key_padding_mask=src_key_padding_mask, attn_mask=src_mask)
            x = self.dropout1(x)
            x = residual + x
            residual = x
            x = self.norm2(x)
            x = self.linear1(x)
            x = self.activation(x)
            x = self.dropout(x)
            x = self.linear2(x)
            x = self.dropout2(x)
            x = residual + x
        else:
            residual = x
            x, _ = self.self_attn(x, x, x, key_padding_mask=src_key_padding_mask, attn_mask=src_mask)
            x = self.dropout1(x)
            x = self.norm1(residual + x)
            residual = x
            x = self.linear1(x)
            x = self.activation(x)
            x = self.dropout(x)
            x = self.linear2(x)
            x = self.dropout2(x)
            x = self.norm2(residual + x)
        return x


class TransformerDecoderLayer(nn.Module):
    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation="relu",
                 layer_norm_eps=1e-5, batch_first=False, norm_first=False):  # fmt: skip
        super(TransformerDecoderLayer, self).__init__()
        self.self_attn = nn.MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first)
        self.multihead_attn = nn.MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first)
        self.linear1 = nn.Linear(d_model, dim_feedforward)
        self.linear2 = nn.Linear(dim_feedforward, d_model)
        self.norm1 = nn.LayerNorm(d_model, eps=layer_norm_eps)
        self.norm2 = nn.LayerNorm(d_model, eps=layer_norm_eps)
        self.norm3 = nn.LayerNorm(d_model, eps=layer_norm_eps)
        self.dropout = dropout
        self.activation = get_activation(activation)
        self.norm_first = norm_first

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False):  # fmt: skip
        x = tgt
        # self-attention
        y = self.norm1(x) if self.norm_first else x
        y = self.self_attn(y, y, y, key_padding_mask=tgt_key_padding_mask, attn_mask=tgt_mask)[0]
        x = x + F.dropout(y, p=self.dropout, training=self.training)
        if not self.norm_first:
            x = self.norm1(x)
        # the memory
        y = self.norm2(x) if self.norm_first else x
        y = self.multihead_attn(
            query=y, key=memory, value=memory, key_padding_mask=memory_key_padding_mask, attn_mask=memory_mask
        )[0]
        x = x + F.dropout(y, p=self.dropout, training=self.training)
        if not self.norm_first:
            x = self.norm2(x)
        # the network
        y = self.norm3(x) if self.norm_first else x
        y = F.dropout(self.activation(self.linear1(y)), p=self.dropout, training=self.training)
        y = F.dropout(self.linear2(y), p=self.dropout, training=self.training)
        x = x + y
        if not self.norm_first:
            x = self.norm3(x)
        return x

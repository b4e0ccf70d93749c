"""Everything by einsum, with a softmax and a dropout of its own."""

from torch import Tensor, arange, einsum, empty, nn, rand_like, zeros
from torch import bool as boolean


def weights_of(scores: Tensor) -> Tensor:
    """Softmax over the last axis; the largest score is subtracted first."""
    shifted = scores - scores.amax(-1, keepdim=True).detach()
    powers = shifted.exp()
    return powers / powers.sum(-1, keepdim=True)


class MultiheadAttention(nn.Module):
    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, batch_first: bool = False
    ):
        super().__init__()
        self.h, left = num_heads, embed_dim % num_heads
        if left:
            raise ValueError(f"{left} features are left over")
        self.d = embed_dim // num_heads
        self.p, self.axes = dropout, "nl" if batch_first else "ln"
        bound = (6 / (embed_dim + 3 * embed_dim)) ** 0.5
        self.in_proj_weight = nn.Parameter(empty(3 * embed_dim, embed_dim).uniform_(-bound, bound))
        self.in_proj_bias = nn.Parameter(zeros(3 * embed_dim)) if bias else None
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias)
        if bias:
            self.out_proj.bias.data.zero_()

    def heads(self, x: Tensor, third: int, axes: str) -> Tensor:
        """The projections of all heads, (n, h, length, d)."""
        weight = self.in_proj_weight.view(3, self.h, self.d, -1)[third]
        y = einsum(f"{axes}e,hde->nhld", x, weight)
        return y if self.in_proj_bias is None else y + self.in_proj_bias.view(3, self.h, 1, self.d)[third]

    def forward(
        self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True
    ):
        alone, axes = query.ndim == 2, self.axes
        if alone:
            axes, (query, key, value) = "nl", (item[None] for item in (query, key, value))
            key_padding_mask = key_padding_mask if key_padding_mask is None else key_padding_mask[None]
        q, k, v = (self.heads(x, third, axes) for third, x in enumerate((query, key, value)))
        scores = einsum("nhld,nhsd->nhls", q, k).div(self.d**0.5)
        if attn_mask is not None and attn_mask.ndim == 3:
            rows = arange(len(attn_mask), device=attn_mask.device).view(len(q), self.h)
            attn_mask = attn_mask[rows]
        for mask in (attn_mask, None if key_padding_mask is None else key_padding_mask[:, None, None]):
            if mask is not None:
                scores = scores.where(~mask, float("-inf")) if mask.dtype is boolean else scores + mask
        attention = weights_of(scores)
        if self.training and self.p:
            attention = attention * (rand_like(attention) >= self.p) / (1 - self.p) if self.p < 1 else attention * 0
        mixed = einsum("nhls,nhsd->" + axes + "hd", attention, v).flatten(-2)
        output = self.out_proj(mixed)
        seen = attention.mean(1) if average_attn_weights else attention
        if alone:
            output, seen = output[0], seen[0]
        return output, seen if need_weights else None

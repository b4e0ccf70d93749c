"""The layers of a transformer: attention and a small network at each position, each with a residual and a norm."""

from collections.abc import Callable

from torch import Tensor, nn

Activation = str | Callable[[Tensor], Tensor]


class TransformerEncoderLayer(nn.Module):
    r"""Let a sequence attend to itself, then send each of its tokens through a small network.

    With $\mathrm{attn}(x)$ for the attention of the sequence to itself and

    $$\mathrm{ff}(x) = W_2 \, \mathrm{dropout}(f(W_1 x + b_1)) + b_2,$$

    where $f$ is the activation, the layer computes, norm last as in the original paper,

    $$x_1 = \mathrm{norm}_1(x + \mathrm{dropout}(\mathrm{attn}(x))), \qquad
    y = \mathrm{norm}_2(x_1 + \mathrm{dropout}(\mathrm{ff}(x_1)))$$

    or with ``norm_first``

    $$x_1 = x + \mathrm{dropout}(\mathrm{attn}(\mathrm{norm}_1(x))), \qquad
    y = x_1 + \mathrm{dropout}(\mathrm{ff}(\mathrm{norm}_2(x_1))).$$

    Args:
        d_model: Number of features $E$ of a token.
        nhead: Number of heads, a divisor of ``d_model``.
        dim_feedforward: Number of features between $W_1$ and $W_2$.
        dropout: Probability of dropping in training: elements of what the attention and of what the network add,
            elements behind the activation, and attention weights.
        activation: ``"relu"``, ``"gelu"`` or any function of a tensor.
        layer_norm_eps: The eps of the norms.
        batch_first: Whether batched inputs and outputs are (N, T, E) instead of (T, N, E).
        norm_first: Whether each norm comes before its block instead of after the sum.

    Attributes:
        self_attn: An ``nn.MultiheadAttention``, or what has the same parameters.
        linear1: The linear layer of $W_1$ and $b_1$.
        linear2: The linear layer of $W_2$ and $b_2$.
        norm1: The layer norm at the attention.
        norm2: The layer norm at the network.

    All of them start as layers of ``torch.nn`` do.

    Raises:
        ValueError: If ``d_model`` is not divisible by ``nhead`` (here or in the first call).
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
    ) -> None:
        raise NotImplementedError("Write TransformerEncoderLayer.__init__.")

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Compute the sequence that the layer makes of a sequence.

        Args:
            src: Shape (T, N, E), or (N, T, E) with ``batch_first``, or (T, E) without a batch.
            src_mask: Shape (T, T) or (N * nhead, T, T): which token may not read which. True forbids; numbers are added
                to the scores.
            src_key_padding_mask: Shape (N, T), or (T,) without a batch: which tokens nobody may read.
            is_causal: A hint that ``src_mask`` is the causal mask. It may make the attention faster and changes no
                result.

        Returns:
            The output, in the shape of ``src``.
        """
        raise NotImplementedError("Write TransformerEncoderLayer.forward.")


class TransformerDecoderLayer(nn.Module):
    r"""Let a sequence attend to itself, then to a memory, then send each of its tokens through a small network.

    With $\mathrm{attn}(x)$ for the attention of the sequence to itself, $\mathrm{cross}(x, m)$ for the attention of its
    tokens to those of the memory $m$, and

    $$\mathrm{ff}(x) = W_2 \, \mathrm{dropout}(f(W_1 x + b_1)) + b_2,$$

    where $f$ is the activation, the layer computes, norm last as in the original paper,

    $$\begin{aligned}
    x_1 &= \mathrm{norm}_1(x + \mathrm{dropout}(\mathrm{attn}(x))) \\
    x_2 &= \mathrm{norm}_2(x_1 + \mathrm{dropout}(\mathrm{cross}(x_1, m))) \\
    y &= \mathrm{norm}_3(x_2 + \mathrm{dropout}(\mathrm{ff}(x_2)))
    \end{aligned}$$

    or with ``norm_first``

    $$\begin{aligned}
    x_1 &= x + \mathrm{dropout}(\mathrm{attn}(\mathrm{norm}_1(x))) \\
    x_2 &= x_1 + \mathrm{dropout}(\mathrm{cross}(\mathrm{norm}_2(x_1), m)) \\
    y &= x_2 + \mathrm{dropout}(\mathrm{ff}(\mathrm{norm}_3(x_2))).
    \end{aligned}$$

    Args:
        d_model: Number of features $E$ of a token, in the sequence and in the memory.
        nhead: Number of heads of both attentions, a divisor of ``d_model``.
        dim_feedforward: Number of features between $W_1$ and $W_2$.
        dropout: Probability of dropping in training: elements of what each of the three blocks adds, elements behind
            the activation, and weights of both attentions.
        activation: ``"relu"``, ``"gelu"`` or any function of a tensor.
        layer_norm_eps: The eps of the norms.
        batch_first: Whether batched inputs, memories and outputs are (N, T, E) instead of (T, N, E).
        norm_first: Whether each norm comes before its block instead of after the sum. The memory is not normalised.

    Attributes:
        self_attn: An ``nn.MultiheadAttention``, or what has the same parameters, for the sequence itself.
        multihead_attn: The same for the memory.
        linear1: The linear layer of $W_1$ and $b_1$.
        linear2: The linear layer of $W_2$ and $b_2$.
        norm1: The layer norm at the first attention.
        norm2: The layer norm at the attention to the memory.
        norm3: The layer norm at the network.

    All of them start as layers of ``torch.nn`` do.

    Raises:
        ValueError: If ``d_model`` is not divisible by ``nhead`` (here or in the first call).
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
    ) -> None:
        raise NotImplementedError("Write TransformerDecoderLayer.__init__.")

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Compute the sequence that the layer makes of a sequence and a memory.

        Args:
            tgt: Shape (T, N, E), or (N, T, E) with ``batch_first``, or (T, E) without a batch.
            memory: Shape (S, N, E), or (N, S, E), or (S, E), in the same layout.
            tgt_mask: Shape (T, T) or (N * nhead, T, T): which token may not read which. True forbids; numbers are added
                to the scores.
            memory_mask: Shape (T, S) or (N * nhead, T, S): which token may not read which of the memory.
            tgt_key_padding_mask: Shape (N, T), or (T,) without a batch: which tokens nobody may read.
            memory_key_padding_mask: Shape (N, S), or (S,) without a batch: which of the memory nobody may read.
            tgt_is_causal: A hint that ``tgt_mask`` is the causal mask. It changes no result.
            memory_is_causal: A hint that ``memory_mask`` is the causal mask. It changes no result.

        Returns:
            The output, in the shape of ``tgt``.
        """
        raise NotImplementedError("Write TransformerDecoderLayer.forward.")

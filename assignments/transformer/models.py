"""The transformer's two stacks of layers, encoder and decoder, and both joined."""

from torch import Tensor, nn


class TransformerEncoder(nn.Module):
    """A stack of encoder layers, as `torch.nn.TransformerEncoder` without its fast path.

    The output of each layer is the input of the next; the masks go to every layer. A last `norm` is applied once, to
    the output of the last layer.

    Args:
        encoder_layer: The layer, such as an `nn.TransformerEncoderLayer`, of which the stack holds copies. Each copy
            has parameters of its own, with the values that the layer has at this moment; the layer itself is no part of
            the stack. It is called as ``layer(src, src_mask=…, src_key_padding_mask=…, is_causal=…)``.
        num_layers: How many copies there are.
        norm: The last normalisation, or `None` for none.

    Shape:
        - Input and output: $(S, N, E)$; $(N, S, E)$ if the layer has `batch_first`; $(S, E)$ without a batch

    Attributes:
        layers: The copies, an `nn.ModuleList`: parameters are called ``layers.0.…``, ``layers.1.…``.
        norm: The normalisation that was given.
    """

    def __init__(
        self, encoder_layer: nn.Module, num_layers: int, norm: nn.Module | None = None
    ) -> None:
        """Copy the layer."""
        raise NotImplementedError("Write TransformerEncoder.__init__.")

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """Send `src` through all layers and the norm.

        Args:
            src: The sequences.
            mask: Which position may not look at which, of shape $(S, S)$: `True` forbids, numbers are added to scores.
            src_key_padding_mask: Which positions nobody may look at, of shape $(N, S)$, or $(S)$ without a batch.
            is_causal: A hint that `mask` is the causal mask; it changes no result. `None` is no hint; a layer takes
                `True` or `False`.
        """
        raise NotImplementedError("Write TransformerEncoder.forward.")


class TransformerDecoder(nn.Module):
    """A stack of decoder layers, as `torch.nn.TransformerDecoder`.

    The output of each layer is the next one's `tgt`; `memory` and the masks go to every layer as they are. A last
    `norm` is applied once, to the output of the last layer.

    Args:
        decoder_layer: The layer, such as an `nn.TransformerDecoderLayer`, of which the stack holds copies. Each copy
            has parameters of its own, with the values that the layer has at this moment; the layer itself is no part of
            the stack. It is called as ``layer(tgt, memory, tgt_mask=…, memory_mask=…, tgt_key_padding_mask=…,
            memory_key_padding_mask=…, tgt_is_causal=…, memory_is_causal=…)``.
        num_layers: How many copies there are.
        norm: The last normalisation, or `None` for none.

    Shape:
        - `tgt` and output: $(T, N, E)$; `memory`: $(S, N, E)$. With `batch_first` $(N, T, E)$ and $(N, S, E)$; without
          a batch $(T, E)$ and $(S, E)$

    Attributes:
        layers: The copies, an `nn.ModuleList`: parameters are called ``layers.0.…``, ``layers.1.…``.
        norm: The normalisation that was given.
    """

    def __init__(
        self, decoder_layer: nn.Module, num_layers: int, norm: nn.Module | None = None
    ) -> None:
        """Copy the layer."""
        raise NotImplementedError("Write TransformerDecoder.__init__.")

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Send `tgt` through all layers, each of which looks at `memory`, and the norm.

        Args:
            tgt: The sequences to go on from.
            memory: The encoder's output.
            tgt_mask: Which target position may not look at which, of shape $(T, T)$. Nothing is causal without it.
            memory_mask: Which target position may not look at which of the memory, of shape $(T, S)$.
            tgt_key_padding_mask: Which target positions nobody may look at, of shape $(N, T)$ or $(T)$.
            memory_key_padding_mask: Which of the memory's nobody may look at, of shape $(N, S)$ or $(S)$.
            tgt_is_causal: A hint that `tgt_mask` is the causal mask; `None` is no hint.
            memory_is_causal: The same of `memory_mask`.
        """
        raise NotImplementedError("Write TransformerDecoder.forward.")


class Transformer(nn.Module):
    """An encoder and a decoder, as `torch.nn.Transformer`.

    The encoder reads the source; the decoder reads the target, and looks at the encoder's output. Embeddings,
    positions, the causal mask and the scores at the end are the caller's. Both stacks end in a norm of their own, an
    `nn.LayerNorm(d_model)`, whatever `norm_first` says.

    After construction every parameter of more than one dimension is drawn anew, by `nn.init.xavier_uniform_`, so that
    the layers of a stack begin different; the others keep the values that the layers of torch give them.

    Args:
        d_model: Number of features $E$.
        nhead: Number of attention heads.
        num_encoder_layers: Number of `nn.TransformerEncoderLayer`.
        num_decoder_layers: Number of `nn.TransformerDecoderLayer`.
        dim_feedforward: Width of the feed-forward networks.
        dropout: Dropout probability of all layers.
        activation: `"relu"` or `"gelu"`, in all layers.
        batch_first: Whether the batch is the first axis.
        norm_first: Whether the layers normalise before attention and feed-forward, instead of after.

    Shape:
        - `src`: $(S, N, E)$; `tgt` and output: $(T, N, E)$. With `batch_first` $(N, S, E)$ and $(N, T, E)$; without a
          batch $(S, E)$ and $(T, E)$

    Attributes:
        encoder: A `TransformerEncoder`.
        decoder: A `TransformerDecoder`.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        batch_first: bool = False,
        norm_first: bool = False,
    ) -> None:
        """Build both stacks and draw their matrices.

        Raises:
            ValueError: if `d_model` is no multiple of `nhead`. (An `AssertionError`, as torch raises, is as good.)
        """
        raise NotImplementedError("Write Transformer.__init__.")

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Encode `src`, and decode `tgt` with a look at what came out.

        The masks and hints are those of `TransformerEncoder` and `TransformerDecoder`. None is made up, and none is
        used for another: without a `tgt_mask` nothing is causal, and a source that is padded wants both
        `src_key_padding_mask` and `memory_key_padding_mask`.
        """
        raise NotImplementedError("Write Transformer.forward.")

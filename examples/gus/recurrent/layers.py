import torch
from torch import Tensor, nn


class RNN(nn.Module):
    """A stack of plain recurrent layers, in one or both directions."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.activation = {"tanh": torch.tanh, "relu": torch.relu}[nonlinearity]
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.ends = ["", "_reverse"] if bidirectional else [""]
        bound = hidden_size**-0.5
        for layer in range(num_layers):
            features = input_size if layer == 0 else hidden_size * len(self.ends)
            for end in self.ends:
                shapes = {"weight_ih": (hidden_size, features), "weight_hh": (hidden_size, hidden_size)}
                if bias:
                    shapes |= {"bias_ih": (hidden_size,), "bias_hh": (hidden_size,)}
                for name, shape in shapes.items():
                    values = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
                    self.register_parameter(f"{name}_l{layer}{end}", values)

    def weights(self, layer: int, end: str) -> tuple:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh") if self.bias else ("weight_ih", "weight_hh")
        return tuple(getattr(self, f"{name}_l{layer}{end}") for name in names)

    def read(self, x: Tensor, h: Tensor, layer: int, end: str) -> tuple[Tensor, Tensor]:
        """Go through a sequence once, from its beginning or from its end."""
        w_ih, w_hh, *biases = self.weights(layer, end)
        if end == "_reverse":
            x = x.flip(0)
        states = []
        for step in x:
            h = self.activation(step @ w_ih.T + h @ w_hh.T + sum(biases))
            states.append(h)
        return torch.stack(states), h

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        if x.dim() == 2:
            output, h_n = self.forward(
                x.unsqueeze(0 if self.batch_first else 1), None if h_0 is None else h_0.unsqueeze(1)
            )
            return output.squeeze(0 if self.batch_first else 1), h_n.squeeze(1)
        if x.dim() != 3 or x.shape[-1] != self.input_size:
            raise ValueError(f"an input of shape {tuple(x.shape)} does not fit")
        if self.batch_first:
            x = x.transpose(0, 1)
        shape = (self.num_layers * len(self.ends), x.shape[1], self.hidden_size)
        if h_0 is None:
            h_0 = x.new_zeros(shape)
        if h_0.shape != shape:
            raise ValueError(f"a state of shape {tuple(h_0.shape)} does not fit")
        last = []
        for layer in range(self.num_layers):
            outputs = []
            for end in self.ends:
                output, h = self.read(x, h_0[len(last)], layer, end)
                outputs.append(output)
                last.append(h)
            x = torch.cat(outputs, dim=-1)
            if layer < self.num_layers - 1:
                x = nn.functional.dropout(x, self.dropout, self.training)
        return (x.transpose(0, 1) if self.batch_first else x), torch.stack(last)

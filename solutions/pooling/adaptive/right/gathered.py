"""Windows of equal length by repeating a window's last pixel; a running sum for the mean."""

import torch
from torch import nn


class Bounds:
    """Starts and ends of the windows over one axis."""

    def __init__(self, n, m, device):
        m = m or n
        i = torch.arange(m, device=device)
        self.start = torch.div(i * n, m, rounding_mode="floor")
        self.end = torch.div((i + 1) * n + m - 1, m, rounding_mode="floor")

    def indices(self):
        length = int((self.end - self.start).max())
        return torch.minimum(
            self.start[:, None] + torch.arange(length, device=self.start.device), self.end[:, None] - 1
        )


class AdaptiveAvgPool2d(nn.Module):
    def __init__(self, output_size):
        super().__init__()
        self.output_size = (output_size, output_size) if isinstance(output_size, int) else tuple(output_size)

    def forward(self, input):
        out = input
        for axis, m in ((-1, self.output_size[1]), (-2, self.output_size[0])):
            out = out.transpose(axis, -1)
            b = Bounds(out.shape[-1], m, input.device)
            running = torch.cat((torch.zeros_like(out[..., :1]), out.cumsum(-1)), -1)
            out = (running[..., b.end] - running[..., b.start]) / (b.end - b.start)
            out = out.transpose(axis, -1)
        return out


class AdaptiveMaxPool2d(nn.Module):
    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size = (output_size, output_size) if isinstance(output_size, int) else tuple(output_size)
        self.return_indices = return_indices

    def forward(self, input):
        *_, h, w = input.shape
        rows = Bounds(h, self.output_size[0], input.device).indices()
        cols = Bounds(w, self.output_size[1], input.device).indices()
        flat = (rows[:, None, :, None] * w + cols[None, :, None, :]).flatten(2)
        seen = input.reshape(*input.shape[:-2], h * w)[..., flat]
        best = seen.argmax(-1, keepdim=True)
        values = seen.gather(-1, best).squeeze(-1)
        if not self.return_indices:
            return values
        return values, flat.expand_as(seen).gather(-1, best).squeeze(-1)


class FractionalMaxPool2d(nn.Module):
    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False):
        super().__init__()
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio")
        self.kernel_size = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        if output_size is not None:
            self.output_size = output_size if isinstance(output_size, tuple) else (output_size, output_size)
            self.output_ratio = None
        elif output_ratio is not None:
            self.output_size = None
            self.output_ratio = output_ratio if isinstance(output_ratio, tuple) else (output_ratio, output_ratio)
        else:
            raise ValueError("one of output_size and output_ratio")
        self.return_indices = return_indices

    def forward(self, x):
        *lead, h, w = x.shape
        axes = []
        for axis, n in enumerate((h, w)):
            k = self.kernel_size[axis]
            m = self.output_size[axis] if self.output_size else int(n * self.output_ratio[axis])
            # In whole numbers: where a multiple of the average step passes the next pixel, for every plane.
            phase = torch.randint((m - 1) * (n - k), (*lead, 1), device=x.device)
            passed = (phase + torch.arange(m, device=x.device) * (n - k)).div(m - 1, rounding_mode="floor")
            start = passed - passed[..., :1]
            axes.append(start[..., None] + torch.arange(k, device=x.device))
        rows, cols = axes
        picked = torch.take_along_dim(x, rows.flatten(-2)[..., None], -2)
        picked = torch.take_along_dim(picked, cols.flatten(-2)[..., None, :], -1)
        picked = picked.unflatten(-1, cols.shape[-2:]).unflatten(-3, rows.shape[-2:]).transpose(-3, -2)
        tall, across = picked.max(-1)
        values, down = tall.max(-1)
        if not self.return_indices:
            return values
        across = across.gather(-1, down[..., None]).squeeze(-1)
        return values, (rows[..., 0][..., :, None] + down) * w + cols[..., 0][..., None, :] + across

# %% [markdown]
# # Capstone: sharpen small digits with your own upsampling
#
# Handwritten digits shrunk to 4×4 pixels, and a net that makes 8×8 of them: your `Upsample` enlarges the picture, and
# your `PixelShuffle` turns four channels of a convolution into the detail that is missing. Beside it learns the very
# same net of `torch.nn`: same initial weights, same batches in the same order. If your layers are right, the two losses
# are one curve.
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs
# `pip install scikit-learn matplotlib ipykernel`. It runs for a few seconds, and nothing in it is graded.

# %%
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

from grader.answers import answers
from grader.losses import plot_losses

mine = answers({"upsample": ["Upsample"], "pixelshuffle": ["PixelShuffle"]})

# %% [markdown]
# ## The data and the nets
#
# 1797 images of 8×8 pixels and their averages over 2×2; the last 297 are kept for the end. Neither of your layers has
# parameters, so the weights are all in torch's convolutions; but every gradient goes through your `PixelShuffle`, and
# those of the first convolution through your `Upsample` as well. Everything is float64, so that rounding stays far too
# small to be seen.

# %%
large = torch.tensor(load_digits().images / 16).unsqueeze(1)
small = F.avg_pool2d(large, 2)


class Sharpener(nn.Module):
    """Enlarge a picture smoothly and add what is missing; `layers` is `torch.nn` or your answers."""

    def __init__(self, layers):
        super().__init__()
        self.tint = nn.Conv2d(1, 1, 1)
        self.enlarge = layers.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.detail = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 4, 3, padding=1), layers.PixelShuffle(2)
        )

    def forward(self, x):
        return self.enlarge(self.tint(x)) + self.detail(x)


torch.manual_seed(0)
theirs = Sharpener(nn).double()
yours = Sharpener(mine).double()
yours.load_state_dict(theirs.state_dict())
print(yours)

# %% [markdown]
# ## Training


# %%
def train(model, epochs=10):
    """Train a model; returns the loss of every step."""
    shuffle = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(epochs):
        for batch in torch.randperm(1500, generator=shuffle).split(100):
            loss = F.mse_loss(model(small[batch]), large[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


torch_losses = train(theirs)
your_losses = train(yours)
plot_losses(your_losses, torch_losses)

# %%
with torch.no_grad():
    smooth = mine.Upsample(scale_factor=2, mode="bilinear", align_corners=False)(small[1500:])
    before, after = F.mse_loss(smooth, large[1500:]), F.mse_loss(yours(small[1500:]), large[1500:])
print(f"On digits that it has not seen before, your net makes {after / before:.0%} of the error of smooth enlarging.")

# %% [markdown]
# ## If the curves part
#
# - **At step 0**: the forward pass differs. In `Upsample`: where do the samples lie when the corners are not aligned,
#   and are they kept inside the picture? In `PixelShuffle`: which of the four channels goes right, which goes down?
# - **At step 1**: the first losses agree, the gradients do not: something cuts the graph, such as `.data`,
#   `.detach()` or a tensor made from numbers.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies.
#   A jump is not.
#
# `course check upsampling` finds the smallest case that shows what is wrong.

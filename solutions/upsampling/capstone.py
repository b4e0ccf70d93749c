# %% [markdown]
# # Capstone: sharpen small digits with your own upsampling
#
# Handwritten digits shrunk to 4×4 pixels, and a net that makes 8×8 of them: your `Upsample` enlarges the picture, and
# your `PixelShuffle` turns four channels of a convolution into the detail that is missing. Beside it learns the very
# same net of `torch.nn`: same initial weights, same batches in the same order. If your layers are right, the two losses
# are one curve.
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs
# `pip install scikit-learn matplotlib ipykernel`. It runs for a few seconds.

# %%
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

from grader.answers import answers
from grader.losses import plot_losses

torch.set_num_threads(1)  # threads that share so little work mostly wait for one another
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
# ## See it matter: checkerboards
#
# The four channels that `PixelShuffle` interleaves come from four different kernels. Before these have learned to
# agree, neighbouring pixels jump up and down: a checkerboard. ICNR begins with the four kernels alike, so that every
# block of 2×2 begins as one colour. What do you expect of the two nets at the beginning, and after some training?


# %%
def checkered(images):
    """How much of a checkerboard is in the 2×2 blocks of images: the mean square of one diagonal less the other."""
    a, b, c, d = (images[..., row::2, column::2] for row in (0, 1) for column in (0, 1))
    return ((a - b - c + d) / 2).square().mean().item()


def follow(icnr):
    """What the detail branch draws of an unseen digit at first, and its checkerboards in the course of training."""
    torch.manual_seed(3)
    model = Sharpener(mine).double()
    if icnr:
        last = model.detail[2]
        with torch.no_grad():
            last.weight[:] = last.weight[:1]
            last.bias[:] = last.bias[:1]
    with torch.no_grad():
        first = model.detail(small[1500:1501])[0, 0]
    measured = []
    for _ in range(6):
        with torch.no_grad():
            measured.append(checkered(model.detail(small[1500:])))
        train(model, epochs=1)
    return first, measured


wanted = checkered(large[1500:])
_, panels = plt.subplots(1, 3, figsize=(9, 3.2), width_ratios=(1, 1, 1.6), layout="constrained")
for panel, name, icnr, style in ((panels[0], "four kernels", False, "o-"), (panels[1], "ICNR", True, "s--")):
    first, measured = follow(icnr)
    panel.imshow(first.numpy(), cmap="gray")
    panel.set(title=f"{name}: before training", xticks=[], yticks=[])
    panels[2].plot(measured, style, linewidth=2, label=name)
    print(f"{name:13} checkerboards before training {measured[0]:.1e}, after five epochs {measured[-1]:.1e}")
print(f"the images themselves: {wanted:.1e}")
panels[2].axhline(wanted, color="#555555", linestyle=":", label="the images themselves")
panels[2].set(xlabel="epochs", title="checkerboard in what is added")
panels[2].legend(frameon=False)
plt.show()

# %% [markdown]
# Before training, what the net with four independent kernels adds is a checkerboard; with ICNR each block has one
# colour, so there is none. Both learn: the images have fine detail of their own, and part of that looks like a
# checkerboard to this measure (0.032). After five epochs the first net adds half as much again of it as the second,
# 0.0028 against 0.0019, and only the first has had it from the beginning, when it knew nothing of the images. So
# `PixelShuffle` by itself does not prevent checkerboards, and its initial weights decide whether a net begins with
# them.
#
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

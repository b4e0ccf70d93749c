# %% [markdown]
# # Capstone: clean noisy digits with your own convolutions
#
# A picture goes down through your `Conv2d`, across your `DepthwiseSeparableConv2d` and up again through your
# `ConvTranspose2d`: a net that takes noise out of handwritten digits. Beside it learns the very same net of `torch.nn`:
# same initial weights, same batches in the same order. If your layers are right, the two losses are one curve.
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

mine = answers({"conv": ["Conv2d"], "separable": ["DepthwiseSeparableConv2d"], "transpose": ["ConvTranspose2d"]})

# %% [markdown]
# ## The data and the nets
#
# 1797 images of 8×8 pixels, and the same with noise; the last 297 are kept for the end. `torch.nn` has no separable
# convolution, so there two convolutions stand in a row. Everything is float64, so that rounding stays far too small to
# be seen.

# %%
clean = torch.tensor(load_digits().images / 16).unsqueeze(1)
noisy = clean + 0.3 * torch.randn(clean.shape, generator=torch.Generator().manual_seed(0), dtype=clean.dtype)


def net(down, across, up):
    """Half the size and eight channels, sixteen channels, and back to a picture."""
    return nn.Sequential(
        down(1, 8, 3, stride=2, padding=1), nn.ReLU(), across, nn.ReLU(), up(16, 1, 4, stride=2, padding=1)
    ).double()


torch.manual_seed(0)
in_a_row = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 16, 1))
theirs = net(nn.Conv2d, in_a_row, nn.ConvTranspose2d)
yours = net(mine.Conv2d, mine.DepthwiseSeparableConv2d(8, 16, 3, padding=1), mine.ConvTranspose2d)
# The names of the weights differ (2.0.weight, 2.depthwise.weight), their order does not.
yours.load_state_dict(dict(zip(yours.state_dict(), theirs.state_dict().values(), strict=True)))
print(yours)

# %% [markdown]
# ## Training


# %%
def train(model, epochs=6):
    """Train a model; returns the loss of every step."""
    shuffle = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(epochs):
        for batch in torch.randperm(1500, generator=shuffle).split(100):
            loss = F.mse_loss(model(noisy[batch]), clean[batch])
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
    before = F.mse_loss(noisy[1500:], clean[1500:])
    after = F.mse_loss(yours(noisy[1500:]), clean[1500:])
print(f"On digits that it has not seen before, your net leaves {after / before:.0%} of the noise (as mean square).")

# %% [markdown]
# ## If the curves part
#
# - **At step 0**: the forward pass differs. Is the kernel flipped (torch does not flip it)? Is padding on both sides,
#   and does `ConvTranspose2d` *crop* by it? Its weight has the shape (in, out, height, width).
# - **At step 1**: the first losses agree, the gradients do not. Writing into a tensor by index keeps the gradient of
#   what is written, but only if it was not detached before.
# - **`load_state_dict` fails**: a parameter is missing or has another shape than torch's.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies.
#   A jump is not.
#
# `course check convolution` finds the smallest case that shows what is wrong.

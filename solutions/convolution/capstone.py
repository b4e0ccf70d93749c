# %% [markdown]
# # Capstone: clean noisy digits with your own convolutions
#
# A picture goes down through your `Conv2d`, across your `DepthwiseSeparableConv2d` and up again through your
# `ConvTranspose2d`: a net that takes noise out of handwritten digits. Beside it learns the very same net of `torch.nn`:
# same initial weights, same batches in the same order. If your layers are right, the two losses are one curve.
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
# ## See it matter: what the middle layer needs
#
# The separable convolution in the middle has 224 parameters; an ordinary 3×3 convolution from 8 to 16 channels has
# 1168, and a 1×1 convolution, which sees no neighbours, has 144. Before you run this: how much of the noise do you
# expect each of them to leave?


# %%
def left_over(across):
    """The losses in training, and the share of noise left, of a net with another middle layer."""
    torch.manual_seed(1)
    model = net(mine.Conv2d, across(), mine.ConvTranspose2d)
    losses = train(model, epochs=6)
    with torch.no_grad():
        return losses, (F.mse_loss(model(noisy[1500:]), clean[1500:]) / before).item()


middles = {
    "ordinary 3×3": (lambda: mine.Conv2d(8, 16, 3, padding=1), "-"),
    "separable 3×3": (lambda: mine.DepthwiseSeparableConv2d(8, 16, 3, padding=1), "--"),
    "1×1": (lambda: mine.Conv2d(8, 16, 1), ":"),
}
_, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for name, (across, style) in middles.items():
    losses, share = left_over(across)
    count = sum(parameter.numel() for parameter in across().parameters())
    axes.semilogy(losses, linestyle=style, linewidth=2, label=f"{name}, {count} parameters")
    print(f"{name:14} {count:5} parameters, {share:.1%} of the noise left")
axes.set(xlabel="training step", ylabel="loss of the batch", title="Three layers for the middle")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# They leave much the same, between 34 and 38 per cent; another seed moves each of them by as much (the net at the top,
# with a separable layer, left 43). One might have expected the 1×1 convolution to fall behind, for it sees no
# neighbours; but the convolution before it has seen them, and the transposed one after it spreads what it finds. The
# separable layer does the work of the ordinary one with a fifth of its weights: that is what it was made for.
#
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

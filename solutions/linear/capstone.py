# %% [markdown]
# # Capstone: read digits with your own layers
#
# Your `Flatten` and `Linear` become a small net that learns to read handwritten digits. Beside it learns the very same
# net of `torch.nn`: same initial weights, same batches in the same order. If your layers are right, the two losses are
# one curve.
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

mine = answers({"linear": ["Linear", "Flatten"]})

# %% [markdown]
# ## The data and the nets
#
# 1797 images of 8×8 pixels; the last 297 are kept for the end. Everything is float64, so that rounding stays far too
# small to be seen.

# %%
digits = load_digits()
images = torch.tensor(digits.images / 16).unsqueeze(1)
labels = torch.tensor(digits.target)


def net(layers):
    """64 pixels, 32 hidden units, 10 digits; `layers` is `torch.nn` or your answers."""
    return nn.Sequential(layers.Flatten(), layers.Linear(64, 32), nn.Tanh(), layers.Linear(32, 10)).double()


torch.manual_seed(0)
theirs = net(nn)
yours = net(mine)
yours.load_state_dict(theirs.state_dict())
print(yours)

# %% [markdown]
# ## Training


# %%
def train(model, epochs=10):
    """Train a model; returns the loss of every step."""
    shuffle = torch.Generator().manual_seed(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(epochs):
        for batch in torch.randperm(1500, generator=shuffle).split(100):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
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
    right = (yours(images[1500:]).argmax(1) == labels[1500:]).double().mean()
print(f"Your net reads {right:.0%} of the digits that it has not seen before.")

# %% [markdown]
# ## If the curves part
#
# - **At step 0**: the forward pass differs. Is the weight transposed, the bias added, the order of the pixels kept?
# - **At step 1**: the first losses agree, the gradients do not. Something between the loss and a weight cuts the graph
#   (`.data`, `.detach()`, `.item()`, `torch.tensor(...)` of a tensor), or a weight is no `Parameter`.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies.
#   A jump is not.
#
# `course check linear` finds the smallest case that shows what is wrong.

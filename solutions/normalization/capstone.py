# %% [markdown]
# # Capstone: a net held together by your normalisation
#
# Your `BatchNorm2d`, `GroupNorm` and `LayerNorm` stand in one small convolutional net that learns to read handwritten
# digits. Beside it learns the very same net of `torch.nn`: same initial state, same batches in the same order. If your
# layers are right, the two losses are one curve.
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

mine = answers({"batchnorm": ["BatchNorm2d"], "groupnorm": ["GroupNorm"], "layernorm": ["LayerNorm"]})

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
    """Two convolutions and a classifier, each normalised; `layers` is `torch.nn` or your answers."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False),
        layers.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        layers.GroupNorm(4, 16),
        nn.ReLU(),
        nn.Flatten(),
        layers.LayerNorm(256),
        nn.Linear(256, 10),
    ).double()


torch.manual_seed(0)
theirs = net(nn)
yours = net(mine)
yours.load_state_dict(theirs.state_dict())
print(yours)

# %% [markdown]
# ## Training


# %%
def train(model, epochs=4):
    """Train a model; returns the loss of every step."""
    shuffle = torch.Generator().manual_seed(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    losses = []
    model.train()
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

# %% [markdown]
# In training, batch norm never looks at its running statistics. In `eval` it uses nothing else, so the curves say
# nothing of them; this does:

# %%
yours.eval()
theirs.eval()
with torch.no_grad():
    your_scores, torch_scores = yours(images[1500:]), theirs(images[1500:])
right = (your_scores.argmax(1) == labels[1500:]).double().mean()
print(f"Your net reads {right:.0%} of the digits that it has not seen before.")
print(f"In eval its outputs differ from torch's by {(your_scores - torch_scores).abs().max():.0e} at most.")

# %% [markdown]
# ## If the curves part
#
# - **At step 0**: the forward pass differs. Which axes do you average over? Is the variance biased, and eps *inside*
#   the root?
# - **At step 1**: the first losses agree, the gradients do not. The mean and the variance depend on the input, and the
#   gradient has to go through them too: no `.detach()`, no `torch.no_grad()` around them.
# - **The curves agree, but the outputs in eval do not**: the running statistics. Momentum weighs the *new* value, and
#   `running_var` holds the unbiased variance.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies.
#   A jump is not.
#
# `course check normalization` finds the smallest case that shows what is wrong.

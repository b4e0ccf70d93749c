# %% [markdown]
# # Capstone: read digits with your own layers
#
# Your `Flatten` and `Linear` become a small net that learns to read handwritten digits. Beside it learns the very same
# net of `torch.nn`: same initial weights, same batches in the same order. If your layers are right, the two losses are
# one curve.
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
# ## See it matter: where the weights begin
#
# `reset_parameters` draws every weight and bias at random, from a range that gets narrower the more inputs a layer has.
# What do you expect of a net where all of them begin at 0, of one where they are all alike, and of one where they are
# twenty times as large?


# %%
def begun(change):
    """The losses of your net in training, with its initial weights changed."""
    torch.manual_seed(0)
    model = net(mine)
    with torch.no_grad():
        for parameter in model.parameters():
            change(parameter)
    return train(model, epochs=4)


starts = {
    "as reset_parameters draws them": (lambda values: None, "-"),
    "twenty times as large": (lambda values: values.mul_(20), "-."),
    "all 0.05": (lambda values: values.fill_(0.05), "--"),
    "all 0": (lambda values: values.zero_(), ":"),
}
_, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for name, (change, style) in starts.items():
    losses = begun(change)
    axes.plot(losses, linestyle=style, linewidth=2, label=name)
    print(f"{name:31} loss at the end {losses[-1]:.2f}")
axes.set(xlabel="training step", ylabel="loss of the batch", title="One net, four beginnings", ylim=(0, 6))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# At 0 the loss stays at ln 10 = 2.30, that of guessing: a hidden layer that gives 0 leaves the last weights without a
# gradient, and last weights of 0 leave the hidden layer without one; only the last bias learns. Where all begin alike,
# all hidden units get the same gradient for ever: the net has a single one, 32 times over. Twenty times too large, the
# tanh begins where it is flat, and the net needs most of the training to come back (0.61 against 0.15 at the end).
#
# ## If the curves part
#
# - **At step 0**: the forward pass differs. Is the weight transposed, the bias added, the order of the pixels kept?
# - **At step 1**: the first losses agree, the gradients do not. Something between the loss and a weight cuts the graph
#   (`.data`, `.detach()`, `.item()`, `torch.tensor(...)` of a tensor), or a weight is no `Parameter`.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies.
#   A jump is not.
#
# `course check linear` finds the smallest case that shows what is wrong.

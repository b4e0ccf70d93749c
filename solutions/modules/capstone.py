# %% [markdown]
# # Capstone: train a net that stands on your own Module
#
# A net of three kinds of layer, all on your `Module`, put together by your `Sequential` and `ModuleList`, counted by
# your `count_parameters` and trained by your `optimizer_step`: there is nothing of `torch.nn` in it but `Parameter`.
# Beside it learns the very same net on `torch.nn`: same initial state, same batches in the same order. If your classes
# are right, the two losses are one curve.
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
mine = answers({"module": ["Module", "Sequential", "ModuleList"], "tools": ["count_parameters", "optimizer_step"]})

# %% [markdown]
# ## The data and the nets
#
# 1797 images of 8×8 pixels; the last 297 are kept for the end. Everything is float64, so that rounding stays far too
# small to be seen.

# %%
digits = load_digits()
images = torch.tensor(digits.images / 16).flatten(1)
labels = torch.tensor(digits.target)


def net(base):
    """A residual net of dense layers; `base` is `torch.nn` or your answers."""

    class Dense(base.Module):
        def __init__(self, inside, outside):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(outside, inside) / inside**0.5)
            self.bias = nn.Parameter(torch.zeros(outside))

        def forward(self, x):
            return x @ self.weight.T + self.bias

    class Centre(base.Module):
        """Subtracts the mean that it has seen in training."""

        def __init__(self, size):
            super().__init__()
            self.register_buffer("mean", torch.zeros(size))

        def forward(self, x):
            if self.training:
                self.mean += 0.1 * (x.detach().mean(0) - self.mean)
            return x - self.mean

    class Tanh(base.Module):
        def forward(self, x):
            return torch.tanh(x)

    class Net(base.Module):
        def __init__(self):
            super().__init__()
            self.stem = base.Sequential(Centre(64), Dense(64, 24), Tanh())
            self.blocks = base.ModuleList([base.Sequential(Dense(24, 24), Tanh()) for _ in range(3)])
            self.head = Dense(24, 10)

        def forward(self, x):
            x = self.stem(x)
            for block in self.blocks:
                x = x + block(x)
            return self.head(x)

    return Net().double()


torch.manual_seed(0)
theirs = net(nn)
yours = net(mine)
yours.load_state_dict(theirs.state_dict())
start = {name: tensor.clone() for name, tensor in theirs.state_dict().items()}
print(yours)
print(f"{mine.count_parameters(yours)} parameters")

# %% [markdown]
# ## Training
#
# Your net takes its steps with your `optimizer_step`, torch's with `torch.optim.SGD`.


# %%
def train(model, step, epochs=10):
    """Train a model, which `step` moves downhill; returns the loss of every step."""
    shuffle = torch.Generator().manual_seed(0)
    losses = []
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(1500, generator=shuffle).split(100):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            model.zero_grad()
            loss.backward()
            step()
            losses.append(loss.item())
    return losses


torch_losses = train(theirs, torch.optim.SGD(theirs.parameters(), lr=0.1).step)
your_losses = train(yours, lambda: mine.optimizer_step(yours, 0.1))
plot_losses(your_losses, torch_losses)

# %%
yours.eval()
with torch.no_grad():
    right = (yours(images[1500:]).argmax(1) == labels[1500:]).double().mean()
print(f"Your net reads {right:.0%} of the digits that it has not seen before.")

# %% [markdown]
# ## See it matter: a layer that nobody registered
#
# The same net, but its three blocks are kept in a plain Python list instead of your `ModuleList`. The forward pass is
# the same, to the last bit. What do you expect of the number of parameters, and of the loss?

# %%
torch.manual_seed(0)
forgetful = net(mine)
forgetful.load_state_dict(start)
blocks = list(forgetful.blocks)
del forgetful.blocks
forgetful.blocks = blocks
print(f"registered: {mine.count_parameters(forgetful)} parameters instead of {mine.count_parameters(yours)}")

forgetful_losses = train(forgetful, lambda: mine.optimizer_step(forgetful, 0.1))
moved = (blocks[0][0].weight - start["blocks.0.0.weight"]).abs().max().item()
print(f"first loss {forgetful_losses[0]:.6f} instead of {your_losses[0]:.6f}; a block's weight has moved by {moved}")
print(f"mean loss of the last ten steps: {sum(forgetful_losses[-10:]) / 10:.3f}", end=" ")
print(f"instead of {sum(your_losses[-10:]) / 10:.3f}")
_, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
axes.semilogy(your_losses, linewidth=2, label="blocks in a ModuleList")
axes.semilogy(forgetful_losses, linewidth=2, linestyle="--", label="blocks in a list")
axes.set(xlabel="training step", ylabel="loss of the batch", title="Nothing fails, something is missing")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# Nothing fails: the forward pass uses the blocks, and the backward pass gives them gradients. But `parameters()` does
# not know them, so half of the 3610 parameters keep their random values, in the optimizer's eyes, in `state_dict` and
# for `double()` and `to()` as well. The rest of the net learns around them, which is why one hardly notices: the loss
# goes down, to 0.24 instead of 0.15.
#
# ## If the curves part
#
# - **At step 0**: the state did not arrive. Does your `load_state_dict` reach the layers inside `Sequential` and
#   `ModuleList`, and does `double()` convert buffers too?
# - **At step 1**: the first losses agree, the step does not. Does `parameters()` give every parameter, once, and does
#   `optimizer_step` change it in place?
# - **At step 2**: gradients add up from step to step. `zero_grad` has to reach every parameter.
# - **A little later**: `train()` has to set `training` in every child, and a buffer that is assigned again must stay a
#   buffer: here `Centre` depends on both.
#
# `course check modules` finds the shortest program that shows what is wrong.

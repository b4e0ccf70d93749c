# %% [markdown]
# # Capstone: train a net without autograd
#
# Your `linear_backward`, `batch_norm_backward` and `softmax_cross_entropy_backward` train a small net that learns to
# read handwritten digits. There is no `loss.backward()` in it and no layer: forward pass, backward pass and optimizer
# are a page of tensor arithmetic. Beside it learns the same net of `torch.nn`, by autograd: same initial weights, same
# batches in the same order. If your gradients are right, the two losses are one curve.
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
mine = answers({"dense": ["linear_backward", "softmax_cross_entropy_backward"], "norms": ["batch_norm_backward"]})

# %% [markdown]
# ## The data and the nets
#
# 1797 images of 8×8 pixels; the last 297 are kept for the end. Everything is float64, so that rounding stays far too
# small to be seen. Your net is a dictionary of plain tensors. None of them asks for a gradient, so nothing is recorded.

# %%
digits = load_digits()
images = torch.tensor(digits.images / 16).flatten(1)
labels = torch.tensor(digits.target)

EPS = 1e-5
torch.manual_seed(0)
theirs = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32, EPS), nn.ReLU(), nn.Linear(32, 10)).double()
names = {"0.weight": "w1", "0.bias": "b1", "1.weight": "gamma", "1.bias": "beta", "3.weight": "w2", "3.bias": "b2"}
start = {names[name]: parameter.detach().clone() for name, parameter in theirs.named_parameters()}
for name, tensor in start.items():
    print(f"{name:5} {tuple(tensor.shape)}  requires_grad={tensor.requires_grad}")


# %% [markdown]
# ## Forward, and back
#
# The backward pass reads like the forward pass from below: each line turns the gradient of what a step gave into the
# gradient of what it was given. What a step needs for that (its input) is still there from the way forward.


# %%
def batch_norm(x, gamma, beta):
    """Standardise each feature over the batch, then scale and shift."""
    var, mean = torch.var_mean(x, 0, correction=0)
    return gamma * (x - mean) / torch.sqrt(var + EPS) + beta


def loss_and_gradients(p, x, target, batch_norm_backward):
    """The loss of a batch, and its gradient with respect to each parameter, by name."""
    hidden = x @ p["w1"].T + p["b1"]
    normed = batch_norm(hidden, p["gamma"], p["beta"])
    active = normed.clamp(min=0)
    logits = active @ p["w2"].T + p["b2"]
    loss = F.cross_entropy(logits, target)

    g = {}
    d_logits = mine.softmax_cross_entropy_backward(logits, target)
    d_active, g["w2"], g["b2"] = mine.linear_backward(d_logits, active, p["w2"])
    d_normed = d_active * (normed > 0)  # ReLU lets pass what it let pass on the way forward
    d_hidden, g["gamma"], g["beta"] = batch_norm_backward(d_normed, hidden, p["gamma"], EPS)
    _, g["w1"], g["b1"] = mine.linear_backward(d_hidden, x, p["w1"])
    return loss.item(), g


def batches(epochs=6, size=100):
    """The same batches for everyone."""
    shuffle = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        yield from torch.randperm(1500, generator=shuffle).split(size)


# %% [markdown]
# ## Does one gradient agree?
#
# Before a net is trained on gradients, they are checked. Move one weight by a millionth in both directions:

# %%
few, wanted, h = images[:20], labels[:20], 1e-6
_, gradients = loss_and_gradients(start, few, wanted, mine.batch_norm_backward)
for name in start:
    ends = []
    for move in (h, -h):
        moved = {key: tensor.clone() for key, tensor in start.items()}
        moved[name].view(-1)[3] += move
        ends.append(loss_and_gradients(moved, few, wanted, mine.batch_norm_backward)[0])
    print(f"{name:5} by differences {(ends[0] - ends[1]) / (2 * h):+.8f}   by hand {gradients[name].view(-1)[3]:+.8f}")

# %% [markdown]
# `b1` gets no gradient to speak of: batch normalisation subtracts whatever the bias before it has added.
#
# ## Training


# %%
def train_by_hand(batch_norm_backward, lr=0.1, momentum=0.9):
    """Train on hand-written gradients, with momentum; returns the loss of every step and the parameters."""
    p = {name: tensor.clone() for name, tensor in start.items()}
    velocity = {name: torch.zeros_like(tensor) for name, tensor in p.items()}
    losses = []
    for batch in batches():
        loss, g = loss_and_gradients(p, images[batch], labels[batch], batch_norm_backward)
        for name in p:
            velocity[name] = momentum * velocity[name] + g[name]
            p[name] -= lr * velocity[name]
        losses.append(loss)
    return losses, p


def train_by_autograd(model, lr=0.1, momentum=0.9):
    """The same with what torch has for it."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for batch in batches():
        loss = F.cross_entropy(model(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


torch_losses = train_by_autograd(theirs)
your_losses, trained = train_by_hand(mine.batch_norm_backward)
plot_losses(your_losses, torch_losses)


# %%
def accuracy(p):
    """The share of unseen digits that a net reads; their own statistics normalise them."""
    hidden = batch_norm(images[1500:] @ p["w1"].T + p["b1"], p["gamma"], p["beta"])
    return ((hidden.clamp(min=0) @ p["w2"].T + p["b2"]).argmax(1) == labels[1500:]).double().mean().item()


print(f"Your net reads {accuracy(trained):.0%} of the digits that it has not seen before.")

# %% [markdown]
# ## What two forgotten terms cost
#
# A tempting short cut treats mean and standard deviation as constants. It keeps the first of the three terms, has the
# right shape, and the net learns with it, if worse. Look at what it does to `b1`, which cannot change anything.


# %%
def short_cut(grad, x, gamma, eps):
    """Batch normalisation's gradient without what goes through its statistics."""
    var, mean = torch.var_mean(x, 0, correction=0)
    std = torch.sqrt(var + eps)
    return grad * gamma / std, (grad * (x - mean) / std).sum(0), grad.sum(0)


short_losses, short = train_by_hand(short_cut)
_, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
axes.semilogy(your_losses, linewidth=2, label="all three terms")
axes.semilogy(short_losses, linewidth=2, linestyle="--", label="the first term alone")
axes.set(xlabel="training step", ylabel="loss of the batch", title="What two terms are worth")
axes.legend(frameon=False)
plt.show()
print(
    f"mean loss of the last ten steps: {sum(your_losses[-10:]) / 10:.4f} with all terms, "
    f"{sum(short_losses[-10:]) / 10:.4f} with the first alone"
)
for name in ("w1", "b1"):
    moved = [(p[name] - start[name]).norm() for p in (trained, short)]
    print(f"{name} has moved by {moved[0]:.3g} and by {moved[1]:.3g}")

# %% [markdown]
# # Capstone: how deep can a net be before its gradient is gone?
#
# On its way back through a net, the gradient is multiplied by the slope of every activation that it passes. The slope
# of a sigmoid is 1/4 at most, so twenty of them leave next to nothing for the first layers to learn from. Here you
# measure it, with your own activations in a deep net that reads handwritten digits, and your `LogSoftmax` at its end.
#
# Then two nets are trained: one of your answers, one of `torch.nn`, with the same initial weights and the same
# batches. If your layers are right, the two losses are one curve.
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs
# `pip install scikit-learn matplotlib ipykernel`. It runs for some ten seconds.

# %%
import math

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn

from grader.answers import answers
from grader.losses import parting_step

torch.set_num_threads(1)  # threads that share so little work mostly wait for one another
mine = answers({"activations": ["Sigmoid", "Tanh", "ReLU", "GELU", "SELU"], "softmax": ["LogSoftmax"]})

# %% [markdown]
# ## The data and the net
#
# 1797 images of 8×8 pixels; the last 297 are kept for the end. Every hidden layer is 64 wide. Its weights are normal
# with a standard deviation of `gain` / √64, so that with a gain of 1 the linear layers by themselves neither shrink
# nor stretch: what happens to the gradient is the activation's doing. Everything is float64, so that rounding stays
# far too small to be seen.

# %%
digits = load_digits()
images = torch.tensor(digits.images).flatten(1)
images = (images - images.mean()) / images.std()
labels = torch.tensor(digits.target)


def net(layers, activation, depth, gain=1.0):
    """Hidden layers of one activation and a classifier; `layers` is `torch.nn` or your answers."""
    torch.manual_seed(0)
    hidden = []
    for _ in range(depth):
        linear = nn.Linear(64, 64)
        nn.init.normal_(linear.weight, std=gain / math.sqrt(64))
        nn.init.zeros_(linear.bias)
        hidden += [linear, getattr(layers, activation)()]
    return nn.Sequential(*hidden, nn.Linear(64, 10), layers.LogSoftmax(dim=1)).double()


def loss_of(model, x, target):
    """The mean negative log-probability of the right classes."""
    return -model(x).gather(1, target.unsqueeze(1)).mean()


print(net(mine, "Tanh", depth=2))

# %% [markdown]
# ## The gradient, layer by layer
#
# One backward pass through thirty hidden layers that have learned nothing yet. For each of them: the size of the
# gradient that arrives at the output of its linear layer, with that at the last hidden layer as the measure. Six
# contenders: which of them do you expect to reach the first layer?

# %%
DEPTH = 30
CONTENDERS = {
    "Sigmoid": ("Sigmoid", 1.0),
    "GELU": ("GELU", 1.0),
    "ReLU": ("ReLU", 1.0),
    "ReLU, weights √2 larger": ("ReLU", math.sqrt(2)),
    "Tanh": ("Tanh", 1.0),
    "SELU": ("SELU", 1.0),
}


def gradient_sizes(model):
    """How large the gradient is at the output of each hidden linear layer, first to last, relative to the last."""
    x, passed = images[:300], []
    for layer in model:
        x = layer(x)
        if isinstance(layer, nn.Linear):
            x.retain_grad()
            passed.append(x)
    (-x.gather(1, labels[:300].unsqueeze(1)).mean()).backward()
    *norms, _ = [output.grad.norm().item() for output in passed]
    return [norm / norms[-1] for norm in norms]


sizes = {name: gradient_sizes(net(mine, symbol, DEPTH, gain)) for name, (symbol, gain) in CONTENDERS.items()}
for name, sized in sizes.items():
    lost = next((back for back, size in enumerate(reversed(sized)) if size < 1e-3), None)
    where = f"below a thousandth {lost} layers from the end" if lost else f"never below a thousandth in {DEPTH} layers"
    print(f"{name:24} {where}; in the first layer {sized[0]:.0e}")

COLOURS = ("#c0504d", "#8a5fb0", "#a85d10", "#7a6a3a", "#3a8f5d", "#2f6fb5")
_, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
for (name, sized), colour, marker in zip(sizes.items(), COLOURS, "ovs^Dx", strict=True):
    axes.semilogy(range(1, DEPTH + 1), sized, label=name, color=colour, marker=marker, markersize=4, linewidth=1.2)
axes.axhline(1e-3, color="#555555", linewidth=1, linestyle=":")
axes.set(xlabel="hidden layer", title="gradient at each layer, the last one's = 1")
axes.legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# A sigmoid's slope is 1/4 at its best, at 0, and less everywhere else. Tanh has slope 1 at 0 and loses little. ReLU
# lets about half of the numbers pass: its gradient shrinks by some √2 a layer, and weights √2 larger (He's
# initialisation) make up for that. GELU is close to x/2 for small inputs; with these weights, small is what they
# become. SELU was built so that mean and spread stay where they are.
#
# What a layer's weights learn from is this gradient times the layer's input, and that shrinks the other way, from the
# first layer to the last.
#
# ## What that does to training
#
# The same eight hidden layers, and the same steps of plain gradient descent with momentum.


# %%
def train(model, epochs=6):
    """Train a model; returns the loss of every step."""
    shuffle = torch.Generator().manual_seed(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for _ in range(epochs):
        for batch in torch.randperm(1500, generator=shuffle).split(100):
            loss = loss_of(model, images[batch], labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def accuracy(model):
    """The share of unseen digits that a net reads."""
    with torch.no_grad():
        return (model(images[1500:]).argmax(1) == labels[1500:]).double().mean().item()


torch_losses = train(net(nn, "ReLU", 8, math.sqrt(2)))
yours = net(mine, "ReLU", 8, math.sqrt(2))
your_losses = train(yours)
print(f"With ReLU your net reads {accuracy(yours):.0%} of the digits that it has not seen before.")

sigmoids = net(mine, "Sigmoid", 8)
sigmoid_losses = train(sigmoids)
print(f"With Sigmoid it reads {accuracy(sigmoids):.0%}: guessing gives about 10%.")
parted = parting_step(your_losses, torch_losses)
print("Your curve is torch's." if parted is None else f"Your curve and torch's part at step {parted}.")

# %%
_, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
axes.plot(torch_losses, color="#8fbce6", linewidth=5, label="ReLU, torch.nn")
axes.plot(your_losses, color="#2f6fb5", linewidth=1.5, linestyle="--", label="ReLU, your answers")
axes.plot(sigmoid_losses, color="#c0504d", linewidth=1.5, linestyle=":", label="Sigmoid, your answers")
axes.set(xlabel="training step", ylabel="loss of the batch", title="eight hidden layers")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# ## To try
#
# - Give the sigmoids a gain of 4, the inverse of their best slope. How far back does the gradient reach now, and why
#   does it reach no further?
# - Put a batch normalisation before each sigmoid. Does the net learn? What does the first picture look like?
# - Let each layer add to its input instead of replacing it (`x + f(x)`). Which activations still vanish?
#
# ## If the curves part
#
# - **At step 0**: the forward pass differs. Does your `LogSoftmax` work along `dim`?
# - **At step 1**: the first losses agree, the gradients do not. The sum inside `LogSoftmax` depends on the input too:
#   no `.detach()`. The slope of ReLU is 0 for negative numbers, and at exactly 0.
# - **A loss that is nan**: a logarithm of 0, or a power that is infinite. Subtract the maximum first.
# - **Later, and slowly**: rounding, which training amplifies.
#
# `course check activations` finds the smallest case that shows what is wrong.

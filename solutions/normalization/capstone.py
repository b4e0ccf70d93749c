# %% [markdown]
# # Capstone: a net held together by your normalisation
#
# Your `BatchNorm2d`, `GroupNorm` and `LayerNorm` stand in one small convolutional net that learns to read handwritten
# digits. Beside it learns the very same net of `torch.nn`: same initial state, same batches in the same order. If your
# layers are right, the two losses are one curve.
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
def train(model, epochs=4, rate=0.05):
    """Train a model; returns the loss of every step."""
    shuffle = torch.Generator().manual_seed(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
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
# ## See it matter: the norms taken out, at ten times the learning rate
#
# Four convolutions, with your `BatchNorm2d` after each and without, trained at a learning rate of 0.02 and of 0.2. The
# initial weights are He's, which suit a net of ReLUs without norms. Which of the four do you expect to learn?


# %%
def deep(norm):
    """Four convolutions, each with a norm after it."""
    torch.manual_seed(0)
    layers, channels = [], 1
    for stride in (1, 2, 1, 1):
        layers += [nn.Conv2d(channels, 8, 3, stride, 1), norm(8), nn.ReLU()]
        nn.init.kaiming_normal_(layers[-3].weight, nonlinearity="relu")
        channels = 8
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128, 10)).double()


_, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for name, norm, rate, style in (
    ("BatchNorm2d, 0.02", mine.BatchNorm2d, 0.02, "-"),
    ("BatchNorm2d, 0.2", mine.BatchNorm2d, 0.2, "--"),
    ("no norm, 0.02", nn.Identity, 0.02, "-."),
    ("no norm, 0.2", nn.Identity, 0.2, ":"),
):
    losses = train(deep(norm), epochs=2, rate=rate)
    axes.plot(losses, linestyle=style, linewidth=2, label=name)
    print(f"{name:17} mean loss of the last ten steps {sum(losses[-10:]) / 10:.2f}")
axes.set(xlabel="training step", ylabel="loss of the batch", title="Norms and learning rates", ylim=(0, 4))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# Without a norm, the small rate is slow (1.85) and the large one throws the net off: its loss is above that of
# guessing, ln 10 = 2.30. With your norm the large rate is the better one, 0.24 against 0.66. However large a step makes
# the weights, the norm brings what they give back to the same scale, and larger weights get smaller gradients: the step
# brakes itself.
#
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

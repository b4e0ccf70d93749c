# %% [markdown]
# # Capstone: what a pooling is good for
#
# Your `MaxPool2d` stands in a tiny convolutional net that learns to read handwritten digits. Beside it learns the
# very same net of `torch.nn`: same initial weights, same batches in the same order. If your pooling is right, the two
# losses are one curve. Then a third net, without any pooling, is asked to read the same digits, and digits that have
# moved by a pixel.
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs
# `pip install scikit-learn matplotlib ipykernel`. It runs for less than a minute.

# %%
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

from grader.answers import answers
from grader.losses import plot_losses

torch.set_num_threads(1)  # threads that share so little work mostly wait for one another
mine = answers({"maxpool": ["MaxPool2d"]})

# %% [markdown]
# ## The data and the nets
#
# 1797 images of 8×8 pixels; the last 297 are kept for the end. A trace of noise is added to every pixel, because the
# background is exactly 0: there all elements of a window would tie, and at a tie your gradient may go to another of
# them than torch's. Everything is float64, so that rounding stays far too small to be seen.

# %%
digits = load_digits()
noise = torch.Generator().manual_seed(0)
images = torch.tensor(digits.images / 16).unsqueeze(1)
images = images + 0.01 * torch.rand(images.shape, generator=noise, dtype=torch.float64)
labels = torch.tensor(digits.target)


def net(pool, features):
    """Two convolutions, each with something after it that halves the image or does not, and a classifier."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        pool(),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        pool(),
        nn.Flatten(),
        nn.Linear(features, 10),
    ).double()


torch.manual_seed(0)
theirs = net(lambda: nn.MaxPool2d(3, stride=2, padding=1), 64)
yours = net(lambda: mine.MaxPool2d(3, stride=2, padding=1), 64)
yours.load_state_dict(theirs.state_dict())
torch.manual_seed(0)
without = net(nn.Identity, 1024)
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
# ## With and without
#
# The net without pooling sees every pixel of its last layer, and has sixteen times as many weights in its classifier.
# It reads new digits that lie where they always did. Then they move by a pixel to each of the four sides, and by two,
# which neither net has seen in training. Which of the two nets do you expect to lose more?

# %%
train(without)


def accuracy(model, down, right):
    """The share of unseen digits that a model reads when they are moved by so many pixels."""
    moved = images[1500:].roll((down, right), dims=(-2, -1))
    with torch.no_grad():
        return (model(moved).argmax(1) == labels[1500:]).double().mean().item()


_, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
for name, model, style in (("with your pooling", yours, "o-"), ("without", without, "s--")):
    shares = []
    for far in range(3):
        aside = ((far, 0), (-far, 0), (0, far), (0, -far))
        shares.append(sum(accuracy(model, *move) for move in aside) / 4)
    count = sum(parameter.numel() for parameter in model.parameters())
    axes.plot(range(3), shares, style, linewidth=2, label=f"{name}, {count:,} weights")
    print(f"{name:17}", *(f"{share:5.0%} moved by {far}" for far, share in enumerate(shares)))
axes.axhline(0.1, color="#555555", linewidth=1, linestyle=":", label="guessing")
axes.set(xlabel="pixels that the digits have moved by", ylabel="share that is read", xticks=range(3), ylim=(0, 1.05))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# In place the larger net is the better one, 91 per cent against 86; a pixel aside it reads 47, and your pooling 64.
# A maximum over neighbours stays the same as long as what was found stays among them. The classifier of the first net
# is told "a stroke, about here"; that of the second "a stroke, exactly here". It is a help and no proof against shifts:
# both nets lose a good deal, and how much differs from side to side and from seed to seed. Try other seeds, two pixels,
# or windows of 2 with a stride of 2.
#
# ## If the curves part
#
# - **At step 0**: the forward pass differs. Do the windows begin in the padding, at -1? Does the padding count as -inf?
#   (After a ReLU zeros would do, so this net forgives you that; the checker does not.)
# - **At step 1**: the first losses agree, the gradients do not. Something cuts the graph, such as `.data` or
#   `.detach()`, or a maximum of two overlapping windows gets the gradient of one only.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies.
#   A jump is not.
#
# `course check pooling` finds the smallest case that shows what is wrong.

# %% [markdown]
# # Capstone: three losses at once, and a class that is hardly there
#
# A small net looks at handwritten digits and answers three questions: which digit is it (your `CrossEntropyLoss`), is
# it even (your `BCELoss`), and what does it look like without noise (your `MSELoss`)? Beside it learns the very same
# net on the losses of `torch.nn`. If yours are right, the two losses are one curve.
#
# Then the question that class weights are for: what becomes of a digit that the net hardly ever sees?
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs `pip install scikit-learn
# matplotlib ipykernel`. It runs for a few seconds.

# %%
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn

from grader.answers import answers
from grader.losses import plot_losses

torch.set_num_threads(1)  # threads that share so little work mostly wait for one another
mine = answers({"losses": ["MSELoss", "BCELoss", "CrossEntropyLoss"]})

# %% [markdown]
# ## The data
#
# 1797 images of 8×8 pixels; the last 597 are kept for the end. Of the eights and nines only one in twelve is left to
# train with, as if nobody had collected more. Everything is float64, so that rounding stays far too small to be seen.

# %%
digits = load_digits()
images = torch.tensor(digits.data / 16)
labels = torch.tensor(digits.target)
train_images, train_labels, test_images, test_labels = images[:1200], labels[:1200], images[1200:], labels[1200:]

is_rare = train_labels >= 8
kept = ~is_rare | (is_rare.cumsum(0) % 12 == 0)
train_images, train_labels = train_images[kept], train_labels[kept]
counts = torch.bincount(train_labels)
print("images of each digit:", counts.tolist())

# %% [markdown]
# ## The net, and three losses in one
#
# Weights in proportion to 1 / count let every digit pull with the same force in all, however rare it is. One label in
# ten is lost (-1), and to be ignored.

# %%
weight = counts.sum() / (10 * counts.double())
noise = torch.Generator().manual_seed(0)
noisy = train_images + 0.2 * torch.randn(train_images.shape, generator=noise, dtype=torch.float64)
lost = torch.rand(len(train_labels), generator=noise) < 0.1
known = train_labels.masked_fill(lost, -1)


class Net(nn.Module):
    """A hidden layer, and a head for each question."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 48), nn.Tanh())
        self.digit, self.even, self.image = nn.Linear(48, 10), nn.Linear(48, 1), nn.Linear(48, 64)

    def forward(self, x):
        features = self.body(x)
        return self.digit(features), torch.sigmoid(self.even(features)).squeeze(1), self.image(features)


def fresh():
    """A net that always begins alike."""
    torch.manual_seed(0)
    return Net().double()


def train(layers, epochs=12):
    """Train on the losses of `layers`, which is `torch.nn` or your answers; returns the loss of every step."""
    which = layers.CrossEntropyLoss(weight=weight, ignore_index=-1, label_smoothing=0.05)
    even = layers.BCELoss()
    image = layers.MSELoss(reduction="sum")
    net, shuffle = fresh(), torch.Generator().manual_seed(1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for _ in range(epochs):
        for batch in torch.randperm(len(known), generator=shuffle).split(100):
            logits, probability, picture = net(noisy[batch])
            is_even = (train_labels[batch] % 2 == 0).double()
            loss = which(logits, known[batch]) + even(probability, is_even)
            loss = loss + image(picture, train_images[batch]) / (10 * len(batch))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


torch_losses = train(nn)
your_losses = train(mine)
plot_losses(your_losses, torch_losses)

# %% [markdown]
# ## With and without weights
#
# The same classifier twice, on your loss alone: once with every image alike, once with the weights above. How many of
# each digit do you expect it to read, among images that it has not seen: of the common ones, and of eights and nines?


# %%
def found(loss, steps=60):
    """The share of each digit that is read after a short training on a loss."""
    torch.manual_seed(0)
    net = nn.Linear(64, 10).double()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(net(train_images), train_labels).backward()
        optimizer.step()
    with torch.no_grad():
        right = net(test_images).argmax(1) == test_labels
    return [right[test_labels == digit].double().mean().item() for digit in range(10)]


plain, weighted = found(mine.CrossEntropyLoss()), found(mine.CrossEntropyLoss(weight=weight))
_, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
places = torch.arange(10)
axes.bar(places - 0.2, plain, 0.4, label="without weights")
axes.bar(places + 0.2, weighted, 0.4, label="with weights", hatch="//", edgecolor="white")
axes.set_xticks(places, [f"{digit}\n({counts[digit]})" for digit in range(10)])
axes.set(xlabel="digit (images to train with)", ylabel="share that is read", title="Unseen digits", ylim=(0, 1.25))
axes.legend(frameon=False, ncols=2, loc="upper center")
plt.show()
for name, shares in (("without", plain), ("with", weighted)):
    rare, common = sum(shares[8:]) / 2, sum(shares[:8]) / 8
    print(f"{name:7} weights: {common:.0%} of the common digits, {rare:.0%} of eights and nines")

# %% [markdown]
# Without weights the net does what it is told: it makes the mean loss small, and ten images among a thousand hardly
# matter to that. It reads a third of the eights and nines. Weights make the rare digits matter as much as the others,
# and it reads three quarters of them. They are no free lunch: a few images stand for many, and the net leans towards
# the rare digits where it is in doubt, so it may lose a little on the others (here 0, 1 and 2 lose a few per cent, 3
# gains).
#
# ## If the curves part
#
# - **At step 0**: a loss differs. Print the three one by one. "mean" of a weighted `CrossEntropyLoss` divides by the
#   weights of the targets that count, that of `BCELoss` by the number of elements.
# - **At step 1**: the first losses agree, the gradients do not: something is detached, or a loss was rebuilt as a new
#   tensor.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies.
#   A jump is not.
#
# `course check losses` finds the smallest case that shows what is wrong.

# %% [markdown]
# # Capstone: a residual and dense net of your own blocks
#
# Two of your `BasicBlock`s, a `DenseBlock` and a `TransitionBlock` make one small net that learns to read handwritten
# digits. Beside it learns the very same net, laid out layer by layer in `torch.nn`: same initial state, same batches in
# the same order. If your blocks are right, the two losses are one curve.
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs
# `pip install scikit-learn matplotlib ipykernel`. It runs for less than half a minute.

# %%
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

from grader.answers import answers
from grader.losses import plot_losses

torch.set_num_threads(1)  # threads that share so little work mostly wait for one another
mine = answers({"resnet": ["BasicBlock"], "densenet": ["DenseBlock", "TransitionBlock"]})

# %% [markdown]
# ## The data and the nets
#
# 1797 images of 8×8 pixels; the last 297 are kept for the end. `torch.nn` has no such blocks, so there the wiring is
# spelled out: `Fork` sends its input down several ways and joins what comes out. Everything is float64, so that
# rounding stays far too small to be seen.

# %%
digits = load_digits()
images = torch.tensor(digits.images / 16).unsqueeze(1)
labels = torch.tensor(digits.target)


class Fork(nn.Module):
    """Several ways for one input, and what joins their outputs."""

    def __init__(self, join, *ways):
        super().__init__()
        self.join = join
        self.ways = nn.ModuleList(ways)

    def forward(self, x):
        return self.join([way(x) for way in self.ways])


def conv3(inside, outside, stride=1, bias=False):
    return nn.Conv2d(inside, outside, 3, stride, 1, bias=bias)


def flow(inside, outside, stride):
    return nn.Sequential(
        conv3(inside, outside, stride),
        nn.BatchNorm2d(outside),
        nn.ReLU(),
        conv3(outside, outside),
        nn.BatchNorm2d(outside),
    )


def growth(inside):
    return Fork(
        lambda outputs: torch.cat(outputs, 1),
        nn.Identity(),
        nn.Sequential(nn.BatchNorm2d(inside), nn.ReLU(), conv3(inside, 8, bias=True)),
    )


def net(*blocks):
    """From a picture to 8 channels, through the blocks to 16, and to the ten digits."""
    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
    return nn.Sequential(conv3(1, 8), *blocks, *head).double()


torch.manual_seed(0)
theirs = net(
    nn.Sequential(Fork(sum, flow(8, 8, 1), nn.Identity()), nn.ReLU()),
    nn.Sequential(
        Fork(sum, flow(8, 16, 2), nn.Sequential(nn.Conv2d(8, 16, 1, 2, bias=False), nn.BatchNorm2d(16))), nn.ReLU()
    ),
    nn.Sequential(growth(16), growth(24)),
    nn.Sequential(nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 16, 1), nn.AvgPool2d(2)),
)
yours = net(mine.BasicBlock(8, 8), mine.BasicBlock(8, 16, 2), mine.DenseBlock(2, 16, 8), mine.TransitionBlock(32, 16))
# The names of the weights differ (1.0.ways.0.0.weight, 1.conv1.weight), their order does not.
yours.load_state_dict(dict(zip(yours.state_dict(), theirs.state_dict().values(), strict=True)))
print(yours)

# %% [markdown]
# ## Training


# %%
def train(model, epochs=4):
    """Train a model; returns the loss of every step."""
    shuffle = torch.Generator().manual_seed(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
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

# %%
yours.eval()
with torch.no_grad():
    right = (yours(images[1500:]).argmax(1) == labels[1500:]).double().mean()
print(f"Your net reads {right:.0%} of the digits that it has not seen before.")

# %% [markdown]
# ## See it matter: 20 and 56 layers, with and without the shortcut
#
# Stacks of your `BasicBlock`, and the same layers without the shortcut, everything normalised. More layers can do
# whatever fewer can, for a layer may learn to change nothing. What do you expect of the losses?


# %%
class Plain(nn.Module):
    """The layers of a basic block without its shortcut."""

    def __init__(self, inside, outside):
        super().__init__()
        self.layers = flow(inside, outside, 1)

    def forward(self, x):
        return F.relu(self.layers(x))


def stack(block, depth):
    """A net of so many layers: a stem, blocks of two layers each, a norm, a classifier; in float32, for speed."""
    torch.manual_seed(0)
    blocks = [block(4, 4) for _ in range((depth - 2) // 2)]
    return nn.Sequential(conv3(1, 4), *blocks, nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(64, 10)).float()


def short_training(model, steps=20):
    """The losses of a short training on digits of 4×4 pixels."""
    few = F.avg_pool2d(images, 2).float()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    losses = []
    for batch in torch.arange(1500).repeat(2).split(100)[:steps]:
        loss = F.cross_entropy(model(few[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


_, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for name, block, depth, style in (
    ("plain, 20 layers", Plain, 20, ":"),
    ("plain, 56 layers", Plain, 56, "-."),
    ("residual, 20 layers", mine.BasicBlock, 20, "--"),
    ("residual, 56 layers", mine.BasicBlock, 56, "-"),
):
    losses = short_training(stack(block, depth))
    axes.plot(losses, linestyle=style, linewidth=2, label=name)
    print(f"{name:20} mean loss of the last five steps {sum(losses[-5:]) / 5:.2f}")
axes.set(xlabel="training step", ylabel="loss of the batch", title="Depth with and without a shortcut", ylim=(0, 3))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# Without the shortcut 56 layers have learned nothing in twenty steps: 2.29, and guessing is ln 10 = 2.30. What the
# first layers send is garbled on its way, and so is the gradient on its way back. With the shortcut they have begun to
# learn, 1.90, and 20 layers are far ahead of their plain twin, 0.87 against 1.56. Depth still has its price in so short
# a training, for both; the shortcut lowers it.
#
# ## If the curves part
#
# - **`load_state_dict` fails**: a layer is missing, has another shape, or was made in another order than the handout
#   names it.
# - **At step 0**: the forward pass differs. Is the input added *before* the last ReLU, and concatenated in *front* of
#   what is new? Is the order in a dense block batch norm, ReLU, convolution?
# - **At step 1**: the first losses agree, the gradients do not. A ReLU that works in place may have changed an input
#   that the shortcut still needs.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies.
#   A jump is not.
#
# `course check blocks` finds the smallest case that shows what is wrong.

# %% [markdown]
# # Capstone: sort numbers with your own Transformer
#
# Six different numbers come in, in any order; they are to come out sorted, one after the other. Your `Transformer`
# reads the numbers and writes, and your `MultiheadAttention` points at the number to be written next. Beside them
# learns the very same net of `torch.nn`: same initial state, same batches in the same order. If your layers are right,
# the two losses are one curve.
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs
# `pip install matplotlib ipykernel`. It runs for less than a minute.

# %%
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F

from grader.answers import answers
from grader.losses import plot_losses

torch.set_num_threads(1)  # threads that share so little work mostly wait for one another
mine = answers({"attention": ["MultiheadAttention"], "models": ["Transformer"]})

# %% [markdown]
# ## The data and the nets
#
# While it learns, the decoder gets the whole target, one place to the right: at every place it knows what was written
# so far, and is to say what comes next. The causal mask hides the rest.
#
# The source is a *set*, whose order must not matter; attention knows none, so it gets no positions. The places of the
# target do get some, learned as the numbers' vectors are. Everything is float64, so that rounding stays far too small
# to be seen.

# %%
NUMBERS, LENGTH = 16, 6
START = NUMBERS  # a token of its own, before the first number


def batch(size, seed):
    """Different numbers in any order, and sorted; both of shape (size, LENGTH)."""
    generator = torch.Generator().manual_seed(seed)
    source = torch.rand(size, NUMBERS, generator=generator).argsort(1)[:, :LENGTH]
    return source, source.sort(1).values


def shifted(target):
    """What the decoder knows at every place: the start, and the numbers before."""
    return F.pad(target[:, :-1], (1, 0), value=START)


class Sorter(nn.Module):
    """Embedding, transformer, and a last attention that looks at the source; `layers` is `torch.nn` or your answers."""

    def __init__(self, layers, causal=True):
        super().__init__()
        self.causal = causal
        self.embed = nn.Embedding(NUMBERS + 1, 32)
        self.place = nn.Parameter(torch.randn(LENGTH, 32))
        self.transformer = layers.Transformer(
            d_model=32,
            nhead=4,
            num_encoder_layers=1,
            num_decoder_layers=1,
            dim_feedforward=64,
            dropout=0.0,
            batch_first=True,
        )
        self.point = layers.MultiheadAttention(embed_dim=32, num_heads=1, batch_first=True)
        self.score = nn.Linear(32, NUMBERS)

    def forward(self, source, known):
        """Scores of the next number at every place, and where the last attention looks."""
        mask = torch.ones(known.shape[1], known.shape[1], dtype=torch.bool).triu(1) if self.causal else None
        numbers = self.embed(source)
        so_far = self.embed(known) + self.place[: known.shape[1]]
        thought = self.transformer(numbers, so_far, tgt_mask=mask)
        seen, where = self.point(thought, numbers, numbers)
        return self.score(thought + seen), where


torch.manual_seed(0)
theirs = Sorter(nn).double()
yours = Sorter(mine).double()
yours.load_state_dict(theirs.state_dict())
print(sum(parameter.numel() for parameter in yours.parameters()), "parameters")

# %% [markdown]
# ## Training


# %%
def train(model, steps=100):
    """Train a model; returns the loss of every step."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for step in range(steps):
        source, target = batch(64, seed=step)
        scores, _ = model(source, shifted(target))
        loss = F.cross_entropy(scores.flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


torch_losses = train(theirs)
your_losses = train(yours)
plot_losses(your_losses, torch_losses)

# %% [markdown]
# ## Writing
#
# Now there is no target: what the net has written is what it goes on from.


# %%
@torch.no_grad()
def write(model, source):
    """Number by number, always the one with the highest score."""
    known = torch.full((len(source), 1), START)
    for _ in range(LENGTH):
        scores, where = model(source, known)
        known = torch.cat([known, scores[:, -1:].argmax(-1)], 1)
    return known[:, 1:], where


source, target = batch(500, seed=-1)
written, where = write(yours, source)
print(f"Your net sorts {(written == target).all(1).double().mean():.0%} of 500 lists without a mistake.")
print("For example", source[0].tolist(), "becomes", written[0].tolist())
print("and while it writes, it looks most at", source[0][where[0].argmax(1)].tolist())

# %% [markdown]
# ## Without the causal mask
#
# The same net, from the same start, but every place may look at the whole target. What do you expect of the loss in
# training, and of the lists that this net writes?

# %%
cheat = Sorter(mine, causal=False).double()
torch.manual_seed(0)
cheat.load_state_dict(Sorter(nn).double().state_dict())
cheat_losses = train(cheat)
_, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), width_ratios=(1.6, 1), layout="constrained")
for place, (name, model, losses) in enumerate(
    (("with the mask", yours, your_losses), ("without", cheat, cheat_losses))
):
    with torch.no_grad():
        told = (model(source, shifted(target))[0].argmax(-1) == target).double().mean().item()
    alone = (write(model, source)[0] == target).double().mean().item()
    print(f"{name:13} loss at the end {losses[-1]:.1e}; {told:.0%} of the numbers right when told those before", end="")
    print(f" (and after), {alone:.0%} when it writes" if model is cheat else f", {alone:.0%} when it writes")
    left.semilogy(losses, linestyle=("-", "--")[place], linewidth=2, label=name)
    bars = right.bar([place - 0.2, place + 0.2], [told, alone], 0.36, color=("#8fbce6", "#2f6fb5"))
    right.bar_label(bars, ["told", "writes"])
left.set(xlabel="training step", title="loss of the batch")
left.legend(frameon=False)
right.set(xticks=(0, 1), xticklabels=("with the mask", "without"), ylim=(0, 1.15), title="numbers that are right")
plt.show()

# %% [markdown]
# In training it does about as well, and when it writes it is lost: half of its numbers are right. The next number stood
# right there, at the next place, and so it learned to look there too. When it writes, there is nothing to see.
#
# ## If the curves part
#
# - **`load_state_dict` fails**: compare your names and shapes with torch's, `encoder.layers.0.self_attn.in_proj_weight`
#   and so on. A stack whose layers are shared has the names, but not the parameters.
# - **At step 0**: the forward pass differs. Are scores divided by the root of the head's size, heads cut from the
#   features (not from the sequence), and does `True` in a mask forbid?
# - **At step 1**: the first losses agree, the gradients do not. Does something on the way from the loss to the encoder
#   detach the memory?
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies. A
#   jump is not.
#
# `course check transformer` finds the smallest case that shows what is wrong.

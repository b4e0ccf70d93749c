# %% [markdown]
# # Capstone: remember a sequence with your own LSTM and GRU
#
# At every step the net hears +1 or -1 and must say what it heard three steps earlier. That is a task of pure memory:
# nothing in the present step helps. Your `LSTM` and, on top of it, your `GRU` learn it; beside them learns the very
# same net of `torch.nn`: same initial weights, same batches in the same order. If your layers are right, the two
# losses are one curve.
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs
# `pip install matplotlib ipykernel`. It runs for less than half a minute, and nothing in it is graded.

# %%
import torch
from torch import nn
from torch.nn import functional as F

from grader.answers import answers
from grader.losses import plot_losses

mine = answers({"layers": ["LSTM", "GRU"]})

# %% [markdown]
# ## The data and the nets
#
# Sequences of 12 steps. For the first three there is nothing to remember yet, so they do not count. Everything is
# float64, so that rounding stays far too small to be seen.

# %%
DELAY = 3


def sequences(count, seed):
    """Random sequences of +1 and -1, of shape (count, 12, 1)."""
    bits = torch.randint(2, (count, 12, 1), generator=torch.Generator().manual_seed(seed))
    return 2.0 * bits.double() - 1


class Memory(nn.Module):
    """An LSTM, a GRU on top, and a number for each step; `layers` is `torch.nn` or your answers."""

    def __init__(self, layers):
        super().__init__()
        self.lstm = layers.LSTM(1, 16, batch_first=True)
        self.gru = layers.GRU(16, 16, batch_first=True)
        self.say = nn.Linear(16, 1)

    def forward(self, x):
        hidden, _ = self.lstm(x)
        hidden, _ = self.gru(hidden)
        return self.say(hidden)


def loss_of(model, x):
    """How far what the model says is from what it heard `DELAY` steps earlier."""
    return F.mse_loss(model(x)[:, DELAY:], x[:, :-DELAY])


torch.manual_seed(0)
theirs = Memory(nn).double()
yours = Memory(mine).double()
yours.load_state_dict(theirs.state_dict())
print(yours)

# %% [markdown]
# ## Training


# %%
def train(model, steps=200):
    """Train a model; returns the loss of every step."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for step in range(steps):
        loss = loss_of(model, sequences(64, seed=step))
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
    heard = sequences(500, seed=-1)
    right = (yours(heard)[:, DELAY:].sign() == heard[:, :-DELAY]).double().mean()
print(f"In sequences that it has not heard before, your net remembers {right:.0%} of the steps (guessing gives 50 %).")

# %% [markdown]
# ## If the curves part
#
# - **At step 0**: the forward pass differs. Torch stacks the gates of the LSTM as input, forget, cell, output and those
#   of the GRU as reset, update, new; and the GRU's reset gate multiplies *after* the product with `weight_hh`, its bias
#   included.
# - **At step 1**: the first losses agree, the gradients do not. The state must carry the gradient from step to step: no
#   `.detach()`, no `.data`, no list of numbers.
# - **`load_state_dict` fails**: compare your names and shapes with torch's, `weight_ih_l0` and so on.
# - **Later, and slowly**: look at the lower panel. A straight climb from 1e-16 is rounding, which training amplifies,
#   most of all through time. A jump is not.
#
# `course check recurrent` finds the smallest case that shows what is wrong.

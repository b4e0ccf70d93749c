# %% [markdown]
# # Capstone: remember a sequence with your own LSTM and GRU
#
# At every step the net hears +1 or -1 and must say what it heard three steps earlier. That is a task of pure memory:
# nothing in the present step helps. Your `LSTM` and, on top of it, your `GRU` learn it; beside them learns the very
# same net of `torch.nn`: same initial weights, same batches in the same order. If your layers are right, the two
# losses are one curve.
#
# Keep this notebook in the folder of your answers. Beside the course's checker it needs
# `pip install matplotlib ipykernel`. It runs for less than half a minute.

# %%
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F

from grader.answers import answers
from grader.losses import plot_losses

torch.set_num_threads(1)  # threads that share so little work mostly wait for one another
mine = answers({"layers": ["RNN", "LSTM", "GRU"]})

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
# ## See it matter: how far back a gradient reaches
#
# Layers that have learned nothing yet hear 100 steps, and the last output is sent backwards. Each step multiplies the
# gradient by a matrix and a slope; your LSTM's cell state passes on what its forget gate lets through, here with the
# bias of that gate at 0, where torch puts it, and at 3. After how many steps do you expect each gradient to be lost?


# %%
def reach(layer, forget_bias=0.0):
    """The size of the last output's gradient at the input of each step, the last one's as the measure."""
    if forget_bias:
        with torch.no_grad():
            layer.bias_ih_l0[16:32] += forget_bias
    x = sequences(32, seed=1).repeat(1, 9, 1)[:, :100].requires_grad_()
    output, _ = layer(x)
    output[:, -1].sum().backward()
    norms = x.grad.norm(dim=(0, 2)).flip(0)
    return (norms / norms[0]).tolist()


_, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
for name, kind, bias, style in (
    ("RNN", "RNN", 0.0, ":"),
    ("GRU", "GRU", 0.0, "-."),
    ("LSTM", "LSTM", 0.0, "--"),
    ("LSTM, forget bias 3", "LSTM", 3.0, "-"),
):
    torch.manual_seed(0)
    sizes = reach(getattr(mine, kind)(1, 16, batch_first=True).double(), bias)
    lost = next((back for back, size in enumerate(sizes) if size < 1e-3), None)
    print(f"{name:20}", f"below a thousandth after {lost} steps" if lost else "never below a thousandth")
    axes.semilogy(sizes, linestyle=style, linewidth=2, label=name)
axes.set(xlabel="steps back", ylabel="gradient, the last step's = 1", title="What reaches the past", ylim=(1e-12, 10))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# The plain RNN loses the gradient within ten steps, and so does an LSTM as torch begins it: with a bias near 0 its
# forget gate is half open, and one half to the tenth power is a thousandth. What an LSTM has over an RNN is that it can
# *learn* not to forget. With a bias of 3 the gate lets 95 per cent through, and after a hundred steps the gradient has
# kept its size. The GRU lies between: its update gate is half open too, but the rest goes through the candidate, not
# away.
#
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

"""The figure of a capstone notebook (see `grader.study.losses`)."""

from grader.study.losses import parting_step as parting_step
from grader.study.losses import plot_losses as plot_losses

"""The backward passes of batch and layer normalisation, without autograd."""

from torch import Tensor


def batch_norm_backward(
    grad: Tensor, x: Tensor, gamma: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Pull a gradient back through batch normalisation in training, $y = \gamma \hat x + \beta$.

    Forward, each channel was standardised, $\hat x = (x - \mu) / \sqrt{\sigma^2 + \epsilon}$, by the mean and the
    *biased* variance that it has over everything else: the batch and, in images, height and width. Both depend on `x`,
    and the gradient goes through them. $\beta$ is not needed for it.

    Args:
        grad: $G = \partial L / \partial y$, the gradient with respect to the output.
        x: The input, with two values per channel or more.
        gamma: $\gamma$, the scale of each channel.
        eps: What was added to the variance under the root.

    Returns:
        `(grad_x, grad_gamma, grad_beta)`: new tensors; none of the arguments is changed.

    Shape:
        - `x`: $(N, C)$ or $(N, C, H, W)$; `grad` and `grad_x` as `x`
        - `gamma`, `grad_gamma`, `grad_beta`: $(C,)$
    """
    raise NotImplementedError("Write batch_norm_backward.")


def layer_norm_backward(
    grad: Tensor, x: Tensor, gamma: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Pull a gradient back through layer normalisation over the last axis, $y = \gamma \hat x + \beta$.

    Forward, each sample was standardised, $\hat x = (x - \mu) / \sqrt{\sigma^2 + \epsilon}$, by the mean and the
    *biased* variance of its last axis. Scale and shift have a number for each of its elements and served every sample,
    so their gradients add up over all other axes.

    Args:
        grad: $G = \partial L / \partial y$, the gradient with respect to the output.
        x: The input.
        gamma: $\gamma$, the scale of each element.
        eps: What was added to the variance under the root.

    Returns:
        `(grad_x, grad_gamma, grad_beta)`: new tensors; none of the arguments is changed.

    Shape:
        - `x`: $(*, D)$, with any number of axes before the last, or none; `grad` and `grad_x` as `x`
        - `gamma`, `grad_gamma`, `grad_beta`: $(D,)$
    """
    raise NotImplementedError("Write layer_norm_backward.")

"""Every step of the forward pass undone in turn, as on paper."""

import torch


def linear_backward(grad, x, weight):
    if x.dim() == 1:
        return weight.t().mv(grad), torch.outer(grad, x), grad.clone()
    # y = prod + bias; prod = x @ w_t; w_t = weight.T
    d_bias = grad.sum(dim=tuple(range(grad.dim() - 1)))
    d_prod = grad
    d_x = d_prod.matmul(weight)
    d_w_t = x.flatten(0, -2).t().mm(d_prod.flatten(0, -2))
    d_weight = d_w_t.t()
    return d_x, d_weight, d_bias


def softmax_cross_entropy_backward(logits, target):
    n, _ = logits.shape
    # Forward, in steps.
    shifted = logits - logits.max(1, keepdim=True).values
    e = shifted.exp()
    s = e.sum(1, keepdim=True)
    log_s = s.log()
    logp = shifted - log_s
    # Backward, in the reverse order. The shift is constant for the result: its share adds up to nothing.
    d_logp = torch.zeros_like(logp)
    d_logp[range(n), target] = -1.0 / n
    d_shifted = d_logp.clone()
    d_log_s = -d_logp.sum(1, keepdim=True)
    d_s = d_log_s / s
    d_e = d_s.expand_as(e)
    d_shifted += d_e * e
    return d_shifted

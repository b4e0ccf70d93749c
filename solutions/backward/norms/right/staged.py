"""Forward in small steps, then each step undone in the reverse order, as on the blackboard."""

import torch


def batch_norm_backward(grad, x, gamma, eps):
    if x.dim() == 4:
        n, c, h, w = x.shape
        flat = x.permute(0, 2, 3, 1).reshape(-1, c)
        dflat, dgamma, dbeta = batch_norm_backward(grad.permute(0, 2, 3, 1).reshape(-1, c), flat, gamma, eps)
        return dflat.reshape(n, h, w, c).permute(0, 3, 1, 2), dgamma, dbeta
    N, D = x.shape

    # forward
    mu = 1.0 / N * torch.sum(x, dim=0)
    xmu = x - mu
    sq = xmu**2
    var = 1.0 / N * torch.sum(sq, dim=0)
    sqrtvar = torch.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar

    # backward
    dbeta = torch.sum(grad, dim=0)
    dgamma = torch.sum(grad * xhat, dim=0)
    dxhat = grad * gamma
    divar = torch.sum(dxhat * xmu, dim=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    dvar = 0.5 * 1.0 / torch.sqrt(var + eps) * dsqrtvar
    dsq = 1.0 / N * torch.ones_like(x) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * torch.sum(dxmu1 + dxmu2, dim=0)
    dx2 = 1.0 / N * torch.ones_like(x) * dmu
    return dx1 + dx2, dgamma, dbeta


def layer_norm_backward(grad, x, gamma, eps):
    D = x.shape[-1]
    mu = x.sum(-1, keepdim=True) / D
    xmu = x - mu
    var = (xmu**2).sum(-1, keepdim=True) / D
    ivar = (var + eps) ** -0.5
    xhat = xmu * ivar

    dxhat = grad * gamma
    dvar = (dxhat * xmu).sum(-1, keepdim=True) * (-0.5) * (var + eps) ** -1.5
    dmu = -(dxhat * ivar).sum(-1, keepdim=True) + dvar * (-2 * xmu).mean(-1, keepdim=True)
    dx = dxhat * ivar + dvar * 2 * xmu / D + dmu / D

    dgamma, dbeta = grad * xhat, grad
    while dgamma.dim() > 1:
        dgamma, dbeta = dgamma.sum(0), dbeta.sum(0)
    return dx, dgamma, dbeta.clone()

"""Every gate by itself, with weights cut into blocks; the way a first solution is written."""

import torch


def sigmoid(a):
    return 1 / (1 + torch.exp(-a))


def pull(grads, x, weights):
    """Gradients of x and of the blocks of weights and biases that multiplied it."""
    grad_x = torch.zeros_like(x)
    grad_weights, grad_biases = [], []
    for grad, weight in zip(grads, weights):
        grad_x = grad_x + torch.matmul(grad, weight)
        grad_weights.append(torch.matmul(grad.transpose(0, 1), x))
        grad_biases.append(torch.sum(grad, dim=0))
    return grad_x, torch.cat(grad_weights, dim=0), torch.cat(grad_biases, dim=0)


def lstm_cell_backward(grad_h, grad_c, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    size = h.shape[1]
    W, U = torch.split(weight_ih, size), torch.split(weight_hh, size)
    b, d = torch.split(bias_ih, size), torch.split(bias_hh, size)
    sums = []
    for k in range(4):
        sums.append(torch.matmul(x, W[k].t()) + b[k] + torch.matmul(h, U[k].t()) + d[k])
    i, f, g, o = sigmoid(sums[0]), sigmoid(sums[1]), torch.tanh(sums[2]), sigmoid(sums[3])
    c_new = f * c + i * g

    do = grad_h * torch.tanh(c_new)
    dc_new = grad_c + grad_h * o * (1 - torch.tanh(c_new) ** 2)
    df = dc_new * c
    di = dc_new * g
    dg = dc_new * i
    dc = dc_new * f

    ai = di * i * (1 - i)
    af = df * f * (1 - f)
    ag = dg * (1 - g * g)
    ao = do * o * (1 - o)
    dx, dW, db = pull([ai, af, ag, ao], x, W)
    dh, dU, dd = pull([ai, af, ag, ao], h, U)
    return dx, dh, dc, dW, dU, db, dd


def gru_cell_backward(grad_h, x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    size = h.shape[1]
    W, U = torch.split(weight_ih, size), torch.split(weight_hh, size)
    b, d = torch.split(bias_ih, size), torch.split(bias_hh, size)
    r = sigmoid(torch.matmul(x, W[0].t()) + b[0] + torch.matmul(h, U[0].t()) + d[0])
    z = sigmoid(torch.matmul(x, W[1].t()) + b[1] + torch.matmul(h, U[1].t()) + d[1])
    inner = torch.matmul(h, U[2].t()) + d[2]
    n = torch.tanh(torch.matmul(x, W[2].t()) + b[2] + r * inner)

    dn = grad_h * (1 - z)
    dz = grad_h * h - grad_h * n
    an = dn * (1 - n * n)
    dinner = an * r
    dr = an * inner
    ar = dr * r * (1 - r)
    az = dz * z * (1 - z)
    dx, dW, db = pull([ar, az, an], x, W)
    dh, dU, dd = pull([ar, az, dinner], h, U)
    dh = dh + grad_h * z
    return dx, dh, dW, dU, db, dd

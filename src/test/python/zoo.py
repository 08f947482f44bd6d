"""Custom autograd functions of many families, each right and with one planted fault.

A case is (forward, inputs, fault): the right backward pass is that of PyTorch's own operations, the wrong one what
``fault(gradients, g, *inputs)`` makes of it, as people get it wrong. ``python zoo.py`` compares with
torch.autograd.gradcheck: answers and times.
"""

import math

import torch
import torch.nn.functional as F


def custom(forward, fault=None):
    """An autograd.Function with a backward pass of its own."""

    class Custom(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *inputs):
            ctx.save_for_backward(*inputs)
            return forward(*inputs)

        @staticmethod
        def backward(ctx, g):
            inputs = [x.detach().requires_grad_(x.is_floating_point()) for x in ctx.saved_tensors]
            with torch.enable_grad():
                output = forward(*inputs)
            wanted = [x for x in inputs if x.requires_grad]
            found = iter(torch.autograd.grad(output, wanted, g, allow_unused=True))
            gradients = [next(found) if x.requires_grad else None for x in inputs]
            if fault is not None:
                gradients = list(fault(gradients, g, *(x.detach() for x in inputs)))
            return tuple(gradients)

    return Custom.apply


def first(change):
    """A fault in the first gradient only."""
    return lambda gradients, g, *inputs: [change(gradients[0], g, *inputs), *gradients[1:]]


def nth(n, change):
    """A fault in the gradient by the n-th input."""

    def fault(gradients, g, *inputs):
        gradients = list(gradients)
        gradients[n] = change(gradients[n], g, *inputs)
        return gradients

    return fault


def entry(index, factor):
    """One entry of the first gradient is off."""

    def change(a, g, *inputs):
        a = a.clone()
        a.view(-1)[index] *= factor
        return a

    return first(change)


def normal(*shape):
    return lambda: torch.randn(*shape, dtype=torch.float64)


def positive(*shape):
    return lambda: torch.rand(*shape, dtype=torch.float64) + 0.5


def whole(high, *shape):
    return lambda: torch.randint(0, high, shape)


def shift(x, n, dim=-1):
    return torch.roll(x, n, dim)


def attention(q, k, v):
    return torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1) @ v


def causal(q, k, v):
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    mask = torch.ones_like(scores).triu(1).bool()
    return torch.softmax(scores.masked_fill(mask, -math.inf), -1) @ v


def linear_attention(q, k, v):
    q, k = F.elu(q) + 1, F.elu(k) + 1
    return (q @ (k.transpose(-1, -2) @ v)) / (q @ k.sum(-2)[..., None])


def layer_norm(x, w, b):
    return (x - x.mean(-1, keepdim=True)) / (x.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt() * w + b


def rms_norm(x, w):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * w


def batch_norm(x, w, b):
    return (x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-5).sqrt() * w + b


def dct(x):
    n = x.shape[-1]
    k = torch.arange(n, dtype=x.dtype)
    return x @ torch.cos(math.pi * (2 * k[:, None] + 1) * k / (2 * n))


def dft(x):
    return torch.view_as_real(torch.fft.fft(x.to(torch.complex128 if x.dtype == torch.float64 else torch.complex64)))


def circular(x, w):
    return torch.fft.irfft(torch.fft.rfft(x) * torch.fft.rfft(w), n=x.shape[-1])


def haar(x):
    return torch.cat([x[..., ::2] + x[..., 1::2], x[..., ::2] - x[..., 1::2]], -1) / math.sqrt(2)


def spd(a):
    return a @ a.transpose(-1, -2) + 3 * torch.eye(a.shape[-1], dtype=a.dtype)


def fixed_point(w, x):
    z = torch.zeros_like(x)
    for _ in range(60):
        z = torch.tanh(0.3 * z @ w + x)
    return z


def newton_sqrt(x):
    y = x
    for _ in range(30):
        y = 0.5 * (y + x / y)
    return y


def leapfrog(q, p):
    for _ in range(10):
        p = p - 0.05 * torch.sin(q)
        q = q + 0.1 * p
        p = p - 0.05 * torch.sin(q)
    return q * p


def lstm_cell(x, h, c, w):
    i, f, g, o = (torch.cat([x, h], -1) @ w).chunk(4, -1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c)


def gru_cell(x, h, w, u):
    r, z, n = (x @ w).chunk(3, -1)
    hr, hz, hn = (h @ u).chunk(3, -1)
    z = torch.sigmoid(z + hz)
    return (1 - z) * torch.tanh(n + torch.sigmoid(r + hr) * hn) + z * h


def info_nce(a, b):
    return F.cross_entropy(F.normalize(a, dim=-1) @ F.normalize(b, dim=-1).T / 0.5, torch.arange(len(a)))


def focal(x, y):
    p = torch.sigmoid(x)
    return -((1 - p) ** 2 * y.to(x.dtype) * torch.log(p) + p**2 * (1 - y.to(x.dtype)) * torch.log(1 - p)).mean()


def dice(x, y):
    p, y = torch.sigmoid(x), y.to(x.dtype)
    return 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)


def scatter(x, i):
    return torch.zeros(6, x.shape[1], dtype=x.dtype).index_add(0, i, x) ** 2


def rope(x):
    half = x.shape[-1] // 2
    angle = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] * 0.3 ** torch.arange(half, dtype=x.dtype)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], -1)


def expm(a):
    return torch.matrix_exp(0.3 * a)


def in_place_chain(x):
    y = x.clone()
    y.mul_(x).add_(1.0).sqrt_()
    return y


def in_place_rows(x):
    y = x.clone()
    y[1:] += 0.5 * torch.sin(y[:-1].clone())
    return y


SQRT2PI = math.sqrt(2 / math.pi)
E = 64  # numbers in an element-wise case

#: name -> (forward, inputs, fault)
ZOO = {
    # activations
    "relu": (torch.relu, [normal(E)], first(lambda a, g, x: g)),
    "leaky relu": (lambda x: F.leaky_relu(x, 0.1), [normal(E)], first(lambda a, g, x: torch.where(x > 0, g, 0 * g))),
    "elu": (F.elu, [normal(E)], first(lambda a, g, x: torch.where(x > 0, g, g * F.elu(x)))),
    "gelu": (F.gelu, [normal(E)], first(lambda a, g, x: g * 0.5 * (1 + torch.erf(x / math.sqrt(2))))),
    "gelu by tanh": (lambda x: 0.5 * x * (1 + torch.tanh(SQRT2PI * (x + 0.044715 * x**3))), [normal(E)], first(lambda a, g, x: a * 1.001)),
    "silu": (F.silu, [normal(E)], first(lambda a, g, x: g * torch.sigmoid(x))),
    "softplus": (lambda x: F.softplus(x, beta=2), [normal(E)], first(lambda a, g, x: g * torch.sigmoid(x))),
    "mish": (F.mish, [normal(E)], first(lambda a, g, x: g * torch.tanh(F.softplus(x)))),
    "sigmoid": (torch.sigmoid, [normal(E)], first(lambda a, g, x: g * torch.sigmoid(x))),
    "tanh": (torch.tanh, [normal(E)], first(lambda a, g, x: g * (1 - torch.tanh(x)))),
    "softsign": (F.softsign, [normal(E)], first(lambda a, g, x: g / (1 + x.abs()))),
    "selu": (F.selu, [normal(E)], entry(7, 1.5)),
    "hard swish": (F.hardswish, [normal(E)], first(lambda a, g, x: torch.where(x < 0, 0 * a, a))),
    "swiglu": (lambda x, w: F.silu(x) * w, [normal(E), normal(E)], nth(1, lambda a, g, x, w: g * x)),
    "prelu": (lambda x, s: torch.where(x > 0, x, s * x), [normal(8, 4), normal(4)], nth(1, lambda a, g, x, s: a / 8)),
    # normalisations
    "layer norm": (layer_norm, [normal(6, 8), normal(8), normal(8)], first(lambda a, g, x, w, b: g * w / x.std(-1, unbiased=False, keepdim=True))),
    "rms norm": (rms_norm, [normal(6, 8), normal(8)], first(lambda a, g, x, w: g * w / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt())),
    "batch norm": (batch_norm, [normal(8, 5), normal(5), normal(5)], nth(1, lambda a, g, x, w, b: a * 8 / 7)),
    "group norm": (lambda x, w, b: F.group_norm(x, 2, w, b), [normal(3, 4, 5), normal(4), normal(4)], nth(2, lambda a, *_: shift(a, 1))),
    "l2 normalise": (lambda x: F.normalize(x, dim=-1), [normal(6, 5)], first(lambda a, g, x: g / x.norm(dim=-1, keepdim=True))),
    "weight norm": (lambda v, g: g[:, None] * v / v.norm(dim=1, keepdim=True), [normal(4, 6), normal(4)], nth(1, lambda a, *_: torch.zeros_like(a))),
    "softmax": (lambda x: torch.softmax(x, -1), [normal(5, 7)], first(lambda a, g, x: g * torch.softmax(x, -1) * (1 - torch.softmax(x, -1)))),
    "log softmax": (lambda x: torch.log_softmax(x, -1), [normal(5, 7)], first(lambda a, g, x: g - torch.softmax(x, -1))),
    "sparsemax-like": (lambda x: torch.relu(x - x.mean(-1, keepdim=True)) ** 2, [normal(5, 7)], first(lambda a, g, x: a + 1e-2 * x)),
    # losses
    "mse": (lambda x, y: ((x - y) ** 2).mean(), [normal(6, 4), normal(6, 4)], lambda a, *_: [24 * a[0], 24 * a[1]]),
    "huber": (lambda x: F.huber_loss(x, torch.zeros_like(x), delta=0.7, reduction="sum"), [normal(E)], first(lambda a, g, x: g * x)),
    "cross entropy": (lambda x, y: F.cross_entropy(x, y), [normal(6, 5), whole(5, 6)], first(lambda a, g, x, y: g * torch.softmax(x, -1) / 6)),
    "bce with logits": (lambda x: F.binary_cross_entropy_with_logits(x, (x.detach() > 0.3).to(x.dtype)), [normal(E)], first(lambda a, g, x: -a)),
    "kl": (lambda x, y: F.kl_div(torch.log_softmax(x, -1), torch.softmax(y, -1), reduction="batchmean"), [normal(4, 6), normal(4, 6)], nth(1, lambda a, *_: torch.zeros_like(a))),
    "focal": (focal, [normal(E), whole(2, E)], first(lambda a, g, x, y: a * (1 - torch.sigmoid(x)))),
    "dice": (dice, [normal(E), whole(2, E)], entry(11, -1.0)),
    "info nce": (info_nce, [normal(5, 4), normal(5, 4)], lambda a, *_: [a[1], a[0]]),
    "cosine": (lambda x, y: (1 - F.cosine_similarity(x, y)).sum(), [normal(5, 4), normal(5, 4)], first(lambda a, g, x, y: -g * y / (x.norm(dim=1) * y.norm(dim=1))[:, None])),
    "log cosh": (lambda x: torch.log(torch.cosh(x)).mean(), [normal(E)], first(lambda a, g, x: g * torch.sinh(x) / E)),
    "hinge squared": (lambda x: (torch.relu(1 - x) ** 2).sum(), [normal(E)], first(lambda a, g, x: a / 2)),
    # products and attention
    "matmul": (lambda x, w: x @ w, [normal(5, 4), normal(4, 4)], nth(1, lambda a, *_: a.T)),
    "linear": (lambda x, w, b: x @ w.T + b, [normal(6, 4), normal(3, 4), normal(3)], nth(2, lambda a, *_: a / 6)),
    "bilinear": (lambda x, w, y: torch.einsum("bi,oij,bj->bo", x, w, y), [normal(4, 3), normal(2, 3, 3), normal(4, 3)], nth(1, lambda a, *_: a.transpose(1, 2))),
    "outer": (lambda x, y: x[:, None] * y, [normal(5), normal(6)], first(lambda a, *_: a.flip(0))),
    "attention": (attention, [normal(2, 5, 4)] * 3, nth(1, lambda a, *_: a * 2)),
    "causal attention": (causal, [normal(2, 5, 4)] * 3, first(lambda a, *_: torch.cat([a[:, :-1], 0 * a[:, -1:]], 1))),
    "linear attention": (linear_attention, [normal(2, 5, 4)] * 3, nth(2, lambda a, *_: a * 1.01)),
    "rotary": (rope, [normal(3, 5, 6)], first(lambda a, g, x: rope(g))),
    # gather, scatter, shape
    "scatter add": (scatter, [normal(9, 3), whole(6, 9)], first(lambda a, g, x, i: g[i])),
    "embedding": (lambda w, i: w[i] ** 2, [normal(7, 3), whole(7, 10)], first(lambda a, g, w, i: torch.zeros_like(a).index_put((i,), 2 * w[i] * g))),
    "cumsum": (lambda x: torch.cumsum(x, -1), [normal(4, 9)], first(lambda a, g, x: torch.cumsum(g, -1))),
    "cumprod": (lambda x: torch.cumprod(x, -1), [positive(4, 6)], first(lambda a, g, x: g * torch.cumprod(x, -1) / x)),
    "sort": (lambda x: torch.sort(x, -1)[0] * torch.arange(1, x.shape[-1] + 1), [normal(4, 9)], first(lambda a, g, x: g * torch.arange(1, 10))),
    "max": (lambda x: x.max(-1)[0], [normal(6, 7)], first(lambda a, g, x: g[:, None] / 7 * torch.ones_like(x))),
    "pad": (lambda x: F.pad(x, (1, 2), mode="reflect"[:7] if x.dim() > 1 else "constant"), [normal(3, 4, 6)], entry(1, 0.5)),
    "roll": (lambda x: torch.roll(x, 2, -1) * torch.arange(1.0, 8.0), [normal(3, 7)], first(lambda a, g, x: torch.roll(g * torch.arange(1.0, 8.0, dtype=g.dtype), 2, -1))),
    "upsample": (lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False), [normal(1, 2, 4, 4)], first(lambda a, *_: a / 4)),
    # convolutions and pools
    "conv1d": (lambda x, w: F.conv1d(x, w, padding=1), [normal(2, 3, 8), normal(4, 3, 3)], nth(1, lambda a, *_: a.flip(-1))),
    "conv2d": (lambda x, w: F.conv2d(x, w, stride=2, padding=1), [normal(2, 2, 6, 6), normal(3, 2, 3, 3)], nth(1, lambda a, *_: a.transpose(-1, -2))),
    "depthwise": (lambda x, w: F.conv2d(x, w, groups=3), [normal(2, 3, 5, 5), normal(3, 1, 3, 3)], first(lambda a, *_: torch.cat([a[:, :2], 2 * a[:, 2:]], 1))),
    "transposed conv": (lambda x, w: F.conv_transpose2d(x, w, stride=2), [normal(1, 2, 3, 3), normal(2, 3, 3, 3)], nth(1, lambda a, *_: a * 1.002)),
    "max pool": (lambda x: F.max_pool2d(x, 2), [normal(2, 2, 6, 6)], first(lambda a, g, x: F.interpolate(g, scale_factor=2) / 4)),
    "average pool": (lambda x: F.avg_pool2d(x, 2), [normal(2, 2, 6, 6)], first(lambda a, *_: a * 4)),
    # transforms
    "dft": (dft, [normal(3, 8)], first(lambda a, *_: a / 8)),
    "dct": (dct, [normal(3, 8)], first(lambda a, g, x: dct(g))),
    "haar": (haar, [normal(3, 8)], first(lambda a, g, x: haar(g))),
    "circular convolution": (circular, [normal(3, 8), normal(8)], nth(1, lambda a, g, x, w: circular(g, x).sum(0))),
    # solvers
    "solve": (lambda a, b: torch.linalg.solve(spd(a), b), [normal(4, 4), normal(4, 2)], nth(1, lambda a, g, m, b: torch.linalg.solve(m + 3 * torch.eye(4, dtype=m.dtype), g))),
    "inverse": (lambda a: torch.linalg.inv(spd(a)), [normal(4, 4)], first(lambda a, *_: a.T)),
    "log det": (lambda a: torch.logdet(spd(a)), [normal(4, 4)], first(lambda a, g, m: g * 2 * torch.linalg.inv(spd(m)).T)),
    "cholesky": (lambda a: torch.linalg.cholesky(spd(a)), [normal(4, 4)], entry(5, 1.1)),
    "eigenvalues": (lambda a: torch.linalg.eigvalsh(spd(a)), [normal(4, 4)], first(lambda a, *_: -a)),
    "matrix exponential": (expm, [normal(4, 4)], first(lambda a, g, m: 0.3 * expm(m).T @ g)),
    "fixed point": (fixed_point, [normal(4, 4), normal(3, 4)], nth(1, lambda a, g, w, x: g * (1 - fixed_point(w, x) ** 2))),
    "newton": (newton_sqrt, [positive(E)], first(lambda a, g, x: g * 0.5)),
    "leapfrog": (leapfrog, [normal(E), normal(E)], lambda a, *_: [a[0], a[0]]),
    # cells and others
    "lstm cell": (lstm_cell, [normal(3, 4), normal(3, 5), normal(3, 5), normal(9, 20)], nth(2, lambda a, *_: a * 0)),
    "gru cell": (gru_cell, [normal(3, 4), normal(3, 5), normal(4, 15), normal(5, 15)], nth(3, lambda a, *_: torch.cat([a[:, 5:10], a[:, :5], a[:, 10:]], 1))),
    "log sum exp": (lambda x: torch.logsumexp(x, -1), [normal(6, 7)], first(lambda a, g, x: a - 0.01 * g[:, None])),
    "distance": (lambda x, y: torch.sqrt(((x[:, None] - y[None]) ** 2).sum(-1) + 1e-3), [normal(5, 3), normal(4, 3)], nth(1, lambda a, *_: -a)),
    "atan2": (torch.atan2, [normal(E), normal(E)], lambda a, *_: [a[1], a[0]]),
    "clamp": (lambda x: torch.clamp(x, -1, 1), [normal(E)], first(lambda a, g, x: g)),
    "in place": (in_place_chain, [positive(E)], first(lambda a, g, x: g * x / in_place_chain(x) / 2)),
    "in place rows": (in_place_rows, [normal(6, 4)], first(lambda a, g, x: g)),
}  # fmt: skip


def arguments(makers, datatype, seed):
    """Fresh inputs, those of floating numbers requiring a gradient."""
    torch.manual_seed(seed)
    made = [make() for make in makers]
    return tuple(x.to(datatype).requires_grad_() if x.is_floating_point() else x for x in made)


def case(name, datatype, seed, wrong):
    """(function, inputs)"""
    forward, makers, fault = ZOO[name]
    return custom(forward, fault if wrong else None), arguments(makers, datatype, seed)


def main():
    import sys
    import time
    import warnings

    import plumbline

    warnings.simplefilter("ignore")
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    rows = {}
    for datatype in (torch.float64, torch.float32):
        for wrong in (False, True):
            for judge in ("plumbline", "gradcheck", "fast gradcheck"):
                right, elapsed, odd = 0, 0.0, []
                for name in ZOO:
                    for seed in seeds:
                        f, inputs = case(name, datatype, seed, wrong)
                        started = time.perf_counter()
                        if judge == "plumbline":
                            report = plumbline.check_function(f, inputs, seed=seed, quiet=True, localise=False)
                            answer = report.verdict
                        else:
                            fast = judge.startswith("fast")
                            try:
                                ok = torch.autograd.gradcheck(f, inputs, raise_exception=False, fast_mode=fast)
                            except RuntimeError:
                                ok = "error"
                            answer = {True: "PASS", False: "FAIL"}.get(ok, ok)
                        elapsed += time.perf_counter() - started
                        if answer == ("FAIL" if wrong else "PASS"):
                            right += 1
                        else:
                            odd.append(f"{name}/{seed}: {answer}")
                total = len(ZOO) * len(seeds)
                print(f"{datatype} {'wrong' if wrong else 'right'} {judge}: {right} of {total}, {elapsed:.1f} s", odd[:12])
    return rows


if __name__ == "__main__":
    main()

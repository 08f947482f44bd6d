"""Modules of every sort, as PyTorch has them: their gradients are right, and the check says so and leaves them alone."""

import plumbline
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
F = torch.nn.functional


class Recurrent(nn.Module):
    def __init__(self, cell, **options):
        super().__init__()
        self.cell = cell(4, 6, batch_first=True, **options)
        self.out = nn.Linear(6 * (2 if options.get("bidirectional") else 1), 3)

    def forward(self, x):
        return self.out(self.cell(x)[0][:, -1])


class Words(nn.Module):
    def __init__(self, sparse):
        super().__init__()
        self.words = nn.Embedding(11, 5, sparse=sparse, padding_idx=0)
        self.out = nn.Linear(5, 3)

    def forward(self, tokens):
        return self.out(torch.tanh(self.words(tokens)).mean(1))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(7, 5)
        self.hidden = nn.Linear(5, 5)
        self.out = nn.Linear(5, 7)
        self.out.weight = self.words.weight

    def forward(self, tokens):
        return self.out(torch.tanh(self.hidden(self.words(tokens)))).mean(1)


class Spectrum(nn.Module):
    """Complex parameters."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(5, dtype=torch.cfloat))

    def forward(self, x):
        return torch.fft.irfft(torch.fft.rfft(x) * self.w, n=8)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        return self.out(self.attention(x, x, x, attn_mask=mask)[0].mean(1))


class Penalised(nn.Module):
    """A gradient penalty: autograd inside of the loss."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def forward(self, x):
        x = x.detach().requires_grad_()
        y = self.net(x).sum()
        (slope,) = torch.autograd.grad(y, x, create_graph=True)
        return y + ((slope.norm(dim=1) - 1) ** 2).sum()


class Counting(nn.Module):
    """A buffer that every call changes, and that the output depends on."""

    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 3)
        self.register_buffer("scale", torch.ones(()))

    def forward(self, x):
        self.scale.mul_(1.5)
        return self.out(x) * self.scale


class HoldsATensor(nn.Module):
    """A float32 tensor that is no buffer, which .double() leaves alone."""

    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 3)
        self.mix = torch.randn(3, 3)

    def forward(self, x):
        return self.out(x) @ self.mix


def several(net):
    class Several(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, a, b=None):
            return {"loss": F.mse_loss(self.net(a), b)}

    return Several()


def small():
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))


def classes(n=6, k=3):
    return torch.arange(n) % k


floats = lambda *shape: lambda: torch.randn(*shape)  # noqa: E731
tokens = lambda high: lambda: torch.randint(0, high, (6, 4))  # noqa: E731
CE = nn.CrossEntropyLoss

#: name -> (model, inputs, loss, targets)
MODULES = {
    "perceptron": (small, floats(6, 4), CE, classes),
    "weighted loss": (small, floats(6, 4), lambda: CE(weight=torch.tensor([1.0, 2.0, 0.5])), classes),
    "lstm": (lambda: Recurrent(nn.LSTM), floats(6, 5, 4), CE, classes),
    "bidirectional lstm": (lambda: Recurrent(nn.LSTM, bidirectional=True, num_layers=2), floats(6, 5, 4), CE, classes),
    "gru": (lambda: Recurrent(nn.GRU), floats(6, 5, 4), CE, classes),
    "rnn": (lambda: Recurrent(nn.RNN, nonlinearity="relu"), floats(6, 5, 4), CE, classes),
    "embedding": (lambda: Words(False), tokens(11), CE, classes),
    "sparse embedding": (lambda: Words(True), tokens(11), CE, classes),
    "tied weights": (Tied, tokens(7), CE, lambda: classes(6, 7)),
    "complex": (Spectrum, floats(6, 8), nn.MSELoss, floats(6, 8)),
    "attention": (Attention, floats(6, 5, 8), CE, classes),
    "encoder layer": (lambda: nn.Sequential(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), nn.Flatten()), floats(4, 3, 8), nn.MSELoss, floats(4, 24)),
    "gradient penalty": (Penalised, floats(6, 4), lambda: None, lambda: None),
    "a buffer that counts": (Counting, floats(6, 4), CE, classes),
    "a tensor that is no buffer": (HoldsATensor, floats(6, 4), CE, classes),
    "weight norm": (lambda: nn.Sequential(nn.utils.weight_norm(nn.Linear(4, 3))), floats(6, 4), CE, classes),
    "orthogonal": (lambda: nn.utils.parametrizations.orthogonal(nn.Linear(4, 4)), floats(6, 4), nn.MSELoss, floats(6, 4)),
    "scripted": (lambda: torch.jit.script(small()), floats(6, 4), CE, classes),
    "loss of its own": (lambda: several(small()), lambda: {"a": torch.randn(6, 4), "b": torch.randn(6, 3)}, lambda: None, lambda: None),
    "frozen": (lambda: (lambda m: (m[0].requires_grad_(False), m)[1])(small()), floats(6, 4), CE, classes),
    "zeros": (lambda: (lambda m: (nn.init.zeros_(m[2].weight), nn.init.zeros_(m[2].bias), m)[2])(small()), floats(6, 4), CE, classes),
    "conv net": (lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4), nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(16, 3)), floats(6, 1, 6, 6), CE, classes),
    "prelu and layer norm": (lambda: nn.Sequential(nn.Linear(4, 8), nn.PReLU(8), nn.LayerNorm(8), nn.Linear(8, 3)), floats(6, 4), CE, classes),
}  # fmt: skip

DATATYPES = {"float32": torch.float32, "float64": torch.float64}


def converted(value, datatype):
    if isinstance(value, dict):
        return {k: converted(v, datatype) for k, v in value.items()}
    return value.to(datatype) if isinstance(value, torch.Tensor) and value.is_floating_point() else value


@pytest.mark.parametrize("datatype", DATATYPES)
@pytest.mark.parametrize("name", MODULES)
def test_a_right_module_passes_and_stays_as_it_is(probes, name, datatype):
    make, inputs, loss, targets = MODULES[name]
    torch.manual_seed(7)
    model, loss_fn = make(), loss()
    x, y = converted(inputs(), DATATYPES[datatype]), converted(targets(), DATATYPES[datatype])
    if datatype == "float64":
        model = model.double()
        for part in model.modules():
            if isinstance(part, HoldsATensor):
                part.mix = part.mix.double()
        loss_fn = loss_fn.double() if isinstance(loss_fn, nn.Module) else loss_fn
    kept = {n: t.clone() for n, t in model.state_dict().items()}
    report = plumbline.check(model, loss_fn, x, y)
    assert report.ok, f"{report} {report.notes}"
    for n, t in model.state_dict().items():
        assert t.dtype == kept[n].dtype and torch.equal(t, kept[n]), n
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("datatype", [torch.bfloat16])
def test_a_model_in_half_precision_is_judged_as_that(probes, datatype):
    torch.manual_seed(7)
    model = small().to(datatype)
    x, y = torch.randn(6, 4, dtype=datatype), classes()
    report = plumbline.check(model, CE(), x, y)
    assert report.verdict in ("PASS", "INCONCLUSIVE"), report


def test_a_sign_in_half_precision_is_found(probes):
    class Turned(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 3)
            self.a.weight.register_hook(lambda g: -g)

        def forward(self, x):
            return self.b(torch.tanh(self.a(x)))

    torch.manual_seed(7)
    report = plumbline.check(Turned().bfloat16(), CE(), torch.randn(6, 4, dtype=torch.bfloat16), classes())
    assert report.verdict == "FAIL" and [t["name"] for t in report.tensors if t["verdict"] == "FAIL"] == ["a.weight"]

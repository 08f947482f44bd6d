"""What f is evaluated in, and whether that is still f: autocast, copies in float64, rows of padding."""

import plumbline
import pytest

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
nn = torch.nn
F = torch.nn.functional


def cross_entropy(output, target):
    return F.cross_entropy(output.float() if output.dtype == torch.bfloat16 else output, target)


def batch(seed=0):
    torch.manual_seed(seed)
    return torch.randn(16, 8), torch.arange(16) % 4


def times(model, factor):
    for p in model.parameters():
        p.register_hook(lambda g: g * factor)
    return model


# -- autocast


class Inside(nn.Module):
    """Autocast of its own."""

    def __init__(self):
        super().__init__()
        self.net = perceptron()

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.net(x).float()


class Cast(nn.Module):
    """A layer in bfloat16 by hand."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(8, 16), nn.Linear(16, 4)

    def forward(self, x):
        h = torch.tanh(self.first(x))
        half = torch.bfloat16 if x.dtype == torch.float32 else x.dtype
        return F.linear(h.to(half), self.last.weight.to(half), self.last.bias.to(half)).to(x.dtype)


def perceptron():
    return nn.Sequential(nn.Linear(8, 32), nn.GELU(), nn.Linear(32, 4))


CASTS = {
    "a layer": (lambda: nn.Linear(8, 4), True),
    "a network": (perceptron, True),
    "autocast inside": (Inside, False),
    "a cast by hand": (Cast, False),
}


def judged_in_casts(name, factor, float64, seed):
    make, outside = CASTS[name]
    x, y = batch(seed)
    model = times(make(), factor)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=outside):
        return plumbline.check(model, cross_entropy, x, y, seed=seed, float64=float64)


@pytest.mark.parametrize("float64", [True, False])
@pytest.mark.parametrize("name", CASTS)
def test_a_right_gradient_in_half_precision_is_not_wrong(probes, name, float64):
    for seed in range(3):
        report = judged_in_casts(name, 1.0, float64, seed)
        assert report.verdict in ("PASS", "INCONCLUSIVE"), report
        assert any("passes through BF16" in note for note in report.notes), report


@pytest.mark.parametrize("factor", [0.0, 2.0])
@pytest.mark.parametrize("name", CASTS)
def test_a_wrong_gradient_in_half_precision_is_found(probes, name, factor):
    report = judged_in_casts(name, factor, True, 0)
    assert report.verdict == "FAIL" and len(report.notes) == 1, report  # on a copy, which has no hooks
    assert judged_in_casts(name, factor, False, 0).verdict in ("FAIL", "INCONCLUSIVE")


def test_a_hook_is_no_reason_against_a_copy(probes):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 4))
    model[0].weight.register_hook(lambda g: g * 0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        report = plumbline.check(model, cross_entropy, *batch())
    assert report.verdict == "FAIL" and len(report.notes) == 1, report


def test_autocast_does_not_see_where_its_weights_have_been():
    x, y = batch()
    model = nn.Linear(8, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16), torch.enable_grad():
        before = model(x)
        objective = plumbline._Module(model, cross_entropy, x, y)
        objective.widens = False
        with objective:
            session = plumbline._Session(None, objective, {}, True)
            moves = session._moves({"kind": "gaussian", "seed": 1})
            assert objective.value(moves, 0.5) != objective.value((), 0.0)
            objective.value(moves, 0.5)
        assert torch.equal(model(x), before)
        assert objective._claim_datatype() == "BF16" and objective.datatype == "BF16"


@pytest.mark.parametrize("float64", [True, False])
def test_functions_are_cast_too(probes, float64):
    x, y = batch()
    w = torch.randn(8, 4, requires_grad=True)
    f = lambda w: cross_entropy(x.to(w.dtype) @ w, y)  # noqa: E731
    wrong = lambda w: f(w.detach() + 3 * (w - w.detach()))  # noqa: E731
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert plumbline.check_function(f, (w,), float64=float64).verdict in ("PASS", "INCONCLUSIVE")
        verdict = plumbline.check_function(wrong, (w,), float64=float64).verdict
    assert verdict == "FAIL" if float64 else verdict in ("FAIL", "INCONCLUSIVE")


def test_a_gradient_by_way_of_half_precision_is_a_claim_in_it():
    with plumbline._Function(lambda x: x.bfloat16().to(x.dtype).sin().sum(), (batch()[0].requires_grad_(),)) as objective:
        assert objective._claim_datatype() == "BF16"
        assert max(abs(delta).max() for delta in objective.leaves[0].noise) > 2.0**-9


# -- another function in float64


class Doubled(torch.autograd.Function):
    """A sine whose backward pass is wrong in float32 only; over symmetric points its sum is nothing but rounding."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * x.cos() * (2 if x.dtype == torch.float32 else 1)


def saturated(count):
    z = torch.zeros(count)
    z[0] = 20.0
    return z.requires_grad_()


def bernoulli(z):
    zero = torch.zeros(z.shape, dtype=z.dtype)
    return -torch.distributions.Bernoulli(probs=torch.sigmoid(z)).log_prob(zero).mean()


def clamped(z):
    return -torch.log(1 - torch.sigmoid(z).clamp(max=1 - torch.finfo(z.dtype).eps)).mean()


class Clamped(nn.Module):
    def __init__(self, f, count):
        super().__init__()
        self.f, self.z = f, nn.Parameter(saturated(count).detach())

    def forward(self, x):
        return self.f(self.z) + 0 * x.sum()


@pytest.mark.parametrize("count", [1000, 10_000, 30_000])
@pytest.mark.parametrize("f", [bernoulli, clamped])
def test_what_the_datatype_clamps_is_no_mistake(probes, f, count):
    for report in (
        plumbline.check_function(f, (saturated(count),)),
        plumbline.check(Clamped(f, count), None, torch.zeros(1)),
    ):
        assert report.verdict in ("PASS", "INCONCLUSIVE"), report
        assert any(("its gradient by z" if count > 1000 else "its value") + " differs" in n for n in report.notes), report


def test_a_backward_pass_that_is_wrong_in_float32_only_is_wrong(probes):
    x = torch.linspace(-1, 1, 9).requires_grad_()
    report = plumbline.check_function(lambda x: Doubled.apply(x).sum(), (x,))
    assert report.verdict == "FAIL" and "2.0" in report.summary and not report.notes, report


@pytest.mark.parametrize("slope", [1.1, 2])
def test_another_slope_in_float64_is_another_function(probes, slope):
    here = np.linspace(1, 2, 5).astype(np.float32)

    def f(x):
        return float((1 + (x - here) * (1 if x.dtype == np.float32 else slope)).sum())

    report = plumbline.check_function(f, (here,), np.ones(5, np.float32))
    assert report.verdict in ("PASS", "INCONCLUSIVE"), report
    assert any("at a point nearby" in note for note in report.notes), report


@pytest.mark.parametrize("offset", [1e2, 1e4, 1e6])
def test_what_rounding_loses_of_the_values_is_no_other_function(probes, offset):
    x = batch(3)[0].requires_grad_()
    report = plumbline.check_function(lambda x: ((x + offset) - offset).sum() + 1e3, (x,))
    assert report.ok and not report.notes, report


@pytest.mark.parametrize("offset", [1e2, 1e4, 1e5])
def test_what_rounding_loses_of_the_gradient_is_no_mistake(probes, offset):
    x = batch()[0].requires_grad_()
    report = plumbline.check_function(lambda x: ((x + offset) - offset).sin().sum(), (x,))
    assert report.verdict in ("PASS", "INCONCLUSIVE"), report


# -- a copy that is not the whole function


def regularised(weight, of):
    return lambda model: lambda out, y: F.cross_entropy(out, y) + weight * sum(of(p) for p in model.parameters())


class Holds(nn.Module):
    """A loss that holds the model, and adds little."""

    def __init__(self, model, of):
        super().__init__()
        self.model, self.of = model, of

    def forward(self, out, y):
        return F.cross_entropy(out, y) + 1e-3 * sum(self.of(p) for p in self.model.parameters())


def reads_itself(model):
    model.register_forward_hook(lambda m, i, out: out * (1 + model.weight.detach().sum() ** 2).to(out.dtype))
    return F.cross_entropy


#: name -> (a loss of the model, whether its gradient by backward() is right)
LOSSES = {
    "penalty": (regularised(1.0, lambda p: (p**2).sum()), True),
    "detached penalty": (regularised(1.0, lambda p: (p.detach() ** 2).sum()), False),
    "small detached penalty": (regularised(1e-3, lambda p: (p.detach() ** 2).sum()), False),
    "penalty in numbers": (regularised(1.0, lambda p: (p**2).sum().item()), False),
    "a constant": (regularised(1.0, lambda p: p.numel()), True),
    "a module with a penalty": (lambda model: Holds(model, lambda p: (p**2).sum()), True),
    "a module with a detached penalty": (lambda model: Holds(model, lambda p: (p.detach() ** 2).sum()), False),
    "a hook": (reads_itself, False),
}


@pytest.mark.parametrize("datatype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", LOSSES)
def test_what_looks_at_the_model_behind_its_back_is_part_of_the_loss(probes, name, datatype):
    loss, right = LOSSES[name]
    x, y = batch()
    model = nn.Linear(8, 4).to(datatype)
    report = plumbline.check(model, loss(model), x.to(datatype), y)
    assert report.verdict == ("PASS" if right else "FAIL"), report


def test_a_scripted_model_does_not_look_at_itself(probes):
    report = plumbline.check(torch.jit.script(perceptron()), nn.CrossEntropyLoss(), *batch())
    assert report.ok and not report.notes, report


# -- padding


class Words(nn.Module):
    def __init__(self, embedding, tied=False):
        super().__init__()
        self.words, self.out = embedding(9, 4, padding_idx=0), nn.Linear(4, 9, bias=False)
        if tied:
            self.out.weight = self.words.weight

    def forward(self, tokens):
        return self.out(torch.tanh(self.words(tokens))).mean(1)


class Ignores(nn.Embedding):
    """Takes padding for a word as any other."""

    def forward(self, tokens):
        return F.embedding(tokens, self.weight)


class Scales(nn.Embedding):
    def forward(self, tokens):
        return 2 * super().forward(tokens)


def hooked(embedding, change):
    def make(*arguments, **options):
        made = embedding(*arguments, **options)
        with torch.no_grad():
            made.weight.normal_()
        if change is not None:
            made.weight.register_hook(change)
        return made

    return make


def scaled_by_a_hook(*arguments, **options):
    made = hooked(nn.Embedding, None)(*arguments, **options)
    made.register_forward_hook(lambda part, inputs, output: 2 * output)
    return made


def plus_one(g):
    g = g.clone()
    g[0] += 1
    return g


#: name -> (embedding, whether its weight is the output's too, whether its gradient is right, whether a row is left out)
PADDING = {
    "plain": (hooked(nn.Embedding, None), False, True, False),
    "plain, one more": (hooked(nn.Embedding, plus_one), False, False, False),
    "a hook after it": (scaled_by_a_hook, False, True, False),
    "tied": (hooked(nn.Embedding, None), True, True, False),
    "tied, one more": (hooked(nn.Embedding, plus_one), True, False, False),
    "ignored": (hooked(Ignores, None), False, True, False),
    "ignored, one more": (hooked(Ignores, plus_one), False, False, False),
    "of its own": (hooked(Scales, None), False, True, True),
    "of its own, one more": (hooked(Scales, plus_one), False, False, False),
}


@pytest.mark.parametrize("datatype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", PADDING)
def test_a_row_of_padding_is_judged_as_any_other(probes, name, datatype):
    make, tied, right, left_out = PADDING[name]
    torch.manual_seed(3)
    model = Words(make, tied).to(datatype)
    tokens = torch.tensor([[0, 1, 2], [3, 0, 4], [5, 6, 0], [7, 8, 1]])
    report = plumbline.check(model, nn.CrossEntropyLoss(), tokens, torch.tensor([0, 1, 2, 3]))
    assert report.verdict == ("PASS" if right else "FAIL"), report
    assert any("is padding" in note for note in report.notes) == left_out, report
    assert len(model.words._forward_hooks) == (name == "a hook after it")

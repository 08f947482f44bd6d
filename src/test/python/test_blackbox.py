"""Functions and modules judged without being seen: right ones pass, planted faults are found and named."""

import os
import warnings

import plumbline
import pytest

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
import zoo  # noqa: E402

nn = torch.nn
SEEDS = range(int(os.environ.get("PLUMBLINE_SEEDS", "1")))
DATATYPES = {"float64": torch.float64, "float32": torch.float32}


# -- the zoo


@pytest.mark.parametrize("datatype", DATATYPES)
@pytest.mark.parametrize("name", zoo.ZOO)
def test_the_zoo_right_and_wrong(probes, name, datatype):
    for seed in SEEDS:
        f, inputs = zoo.case(name, DATATYPES[datatype], seed, False)
        right = plumbline.check_function(f, inputs, seed=seed, quiet=True)
        assert right.ok, right
        f, inputs = zoo.case(name, DATATYPES[datatype], seed, True)
        wrong = plumbline.check_function(f, inputs, seed=seed, quiet=True, localise=False)
        assert wrong.verdict == "FAIL", wrong


@pytest.mark.parametrize("name", ["gelu", "layer norm", "conv2d", "solve", "in place", "scatter add"])
def test_gradcheck_answers_as_pytorchs_does(probes, name):
    for wrong in (False, True):
        f, inputs = zoo.case(name, torch.float64, 3, wrong)
        assert plumbline.gradcheck(f, inputs, raise_exception=False) is not wrong
        assert torch.autograd.gradcheck(f, inputs, raise_exception=False) is not wrong
    with pytest.raises(torch.autograd.gradcheck.__globals__["GradcheckError"], match="FAIL"):
        plumbline.gradcheck(f, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, fast_mode=True)


class Cube(torch.autograd.Function):
    """x^3 with a backward pass whose own backward pass may be wrong."""

    factor = 1.0

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        return CubeBackward.apply(ctx.saved_tensors[0], g)


class CubeBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, g):
        ctx.save_for_backward(x, g)
        return 3 * x**2 * g

    @staticmethod
    def backward(ctx, h):
        x, g = ctx.saved_tensors
        return Cube.factor * 6 * x * g * h, 3 * x**2 * h


def test_gradgradcheck_judges_the_second_derivative(probes, monkeypatch):
    x = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    assert plumbline.gradcheck(Cube.apply, x)
    assert plumbline.gradgradcheck(Cube.apply, x)
    assert plumbline.gradgradcheck(Cube.apply, x, torch.randn(4, 3, dtype=torch.float64, requires_grad=True))
    monkeypatch.setattr(Cube, "factor", 0.5)
    assert plumbline.gradcheck(Cube.apply, x)
    assert not plumbline.gradgradcheck(Cube.apply, x, raise_exception=False)
    assert not torch.autograd.gradgradcheck(Cube.apply, x, raise_exception=False)


class Sine(torch.autograd.Function):
    """A sine with a forward derivative that may be wrong."""

    factor = 1.0

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.save_for_forward(x)
        return x.sin()

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0].cos()

    @staticmethod
    def jvp(ctx, u):
        return Sine.factor * u * ctx.saved_tensors[0].cos()


@pytest.mark.parametrize("datatype", DATATYPES)
def test_gradcheck_judges_forward_derivatives(probes, monkeypatch, datatype):
    torch.manual_seed(2)
    x = torch.randn(5, 3, dtype=DATATYPES[datatype], requires_grad=True)
    w = torch.randn(3, dtype=DATATYPES[datatype], requires_grad=True)
    f = lambda x, w: (Sine.apply(x @ w), x.sum())  # noqa: E731
    assert plumbline.gradcheck(f, (x, w), check_forward_ad=True)
    monkeypatch.setattr(Sine, "factor", 1.001)
    assert plumbline.gradcheck(f, (x, w))
    assert not plumbline.gradcheck(f, (x, w), check_forward_ad=True, raise_exception=False)
    assert not plumbline.gradcheck(f, (x, w), check_forward_ad=True, check_backward_ad=False, raise_exception=False)


# -- modules


class Off(torch.autograd.Function):
    """The identity, whose gradient is changed on the way back."""

    @staticmethod
    def forward(ctx, x, change):
        ctx.change = change
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        return ctx.change(g.clone()), None


class Network(nn.Module):
    """A convolution and two layers; ``faults`` change the gradients of its parameters by name."""

    def __init__(self, **faults):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.hidden = nn.Linear(4 * 36, 20)
        self.square = nn.Linear(20, 20)
        self.last = nn.Linear(20, 5)
        self.faults = faults

    def of(self, name):
        p = self.get_parameter(name)
        return Off.apply(p, self.faults[name.replace(".", "_")]) if name.replace(".", "_") in self.faults else p

    def forward(self, x):
        x = torch.tanh(self.norm(nn.functional.conv2d(x, self.of("conv.weight"), self.of("conv.bias"), padding=1)))
        x = torch.relu(nn.functional.linear(x.flatten(1), self.of("hidden.weight"), self.of("hidden.bias")))
        x = nn.functional.gelu(nn.functional.linear(x, self.of("square.weight"), self.of("square.bias")))
        return nn.functional.linear(x, self.of("last.weight"), self.of("last.bias"))


def spoil(index, factor):
    def change(g):
        g[index] *= factor
        return g

    return change


FAULTS = {
    "nothing": ({}, None),
    "one entry": ({"hidden_weight": spoil((7, 100), 2.0)}, "hidden.weight"),
    "a row": ({"square_weight": spoil(3, -1.0)}, "square.weight"),
    "transposed": ({"square_weight": lambda g: g.t()}, "square.weight"),
    "a missing bias": ({"last_bias": lambda g: g * 0}, "last.bias"),
    "a sign": ({"conv_weight": lambda g: -g}, "conv.weight"),
    "one per mille": ({"hidden_weight": lambda g: g * 1.001}, "hidden.weight"),
}


def data():
    torch.manual_seed(8)
    return torch.randn(6, 1, 6, 6), torch.randint(0, 5, (6,))


@pytest.mark.parametrize("datatype", DATATYPES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_tensor_of_a_network_is_named(probes, fault, datatype):
    faults, name = FAULTS[fault]
    torch.manual_seed(9)
    model = Network(**faults).to(DATATYPES[datatype])
    x, y = data()
    report = plumbline.check(model, nn.CrossEntropyLoss(), x.to(DATATYPES[datatype]), y)
    if name is None:
        assert report.ok, report
    else:
        assert report.verdict == "FAIL", report
        assert [t["name"] for t in report.tensors if t["verdict"] == "FAIL"] == [name], report


def test_values_in_float32_only_see_what_they_can(probes):
    x, y = data()
    right = plumbline.check(Network(), nn.CrossEntropyLoss(), x, y, float64=False)
    assert right.verdict in ("PASS", "INCONCLUSIVE"), right
    half = Network(hidden_weight=lambda g: g * 1.5)
    assert plumbline.check(half, nn.CrossEntropyLoss(), x, y, float64=False).verdict == "FAIL"


def test_a_regulariser_that_looks_at_the_model_belongs_to_the_loss(probes):
    model, (x, y) = Network(), data()
    loss = lambda out, y: nn.functional.cross_entropy(out, y) + 0.1 * sum((p**2).sum() for p in model.parameters())  # noqa: E731
    assert plumbline.check(model, loss, x, y).ok


def test_dropout_batch_norm_and_checkpointing_pass(probes):
    from torch.utils.checkpoint import checkpoint

    class Checkpointed(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Sequential(nn.Linear(6, 12), nn.BatchNorm1d(12), nn.Dropout(0.3), nn.Tanh())
            self.b = nn.Linear(12, 2)

        def forward(self, x):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self.b(checkpoint(self.a, x))

    model = Checkpointed()
    model.a[0].weight.register_hook(lambda g: None)
    x = torch.randn(9, 6, requires_grad=True)
    report = plumbline.check(model, nn.MSELoss(), x, torch.randn(9, 2))
    assert report.ok, report
    assert any(t["name"] == "inputs" for t in report.tensors)


# -- functions that misbehave


def point(*shape):
    torch.manual_seed(1)
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def test_an_ignored_argument_passes_and_a_claim_for_it_does_not(probes):
    assert plumbline.check_function(lambda x, y: x.sin(), (point(3), point(2))).ok
    x, y = np.ones(3), np.ones(2)
    report = plumbline.check_function(lambda x, y: np.sin(x).sum(), (x, y), [np.cos(x), np.array([0.0, 1.0])])
    assert report.verdict == "FAIL" and "y" in str(report)


def test_a_random_function_is_not_judged(probes):
    state = np.random.default_rng(1)
    report = plumbline.check_function(lambda x: x.sum() * (1 + 1e-2 * state.standard_normal()), (point(4),))
    assert report.verdict == "INCONCLUSIVE", report
    assert any("different values" in note for note in report.notes)


def test_nan_is_not_judged(probes):
    report = plumbline.check_function(lambda x: (x * float("nan")).sum(), (point(4),))
    assert report.verdict == "INCONCLUSIVE", report


def test_a_function_that_raises_away_from_the_point_is_not_judged_wrong(probes):
    here = point(3)

    def f(x):
        if not torch.equal(x.detach(), here.detach()):
            raise ArithmeticError("only here")
        return x.sum()

    report = plumbline.check_function(f, (here,))
    assert report.verdict == "INCONCLUSIVE", report


def test_a_function_that_changes_its_inputs_is_judged_and_told(probes):
    def f(x):
        y = x * x
        x.data.mul_(2)
        return y.sum()

    x = np.ones(3)

    def g(x):
        total = float((x * x).sum())
        x *= 2
        return total

    report = plumbline.check_function(g, (x,), 2 * x)
    assert report.ok and any("changes its inputs" in note for note in report.notes), report
    assert (x == 1).all()


def test_a_constant_passes_with_a_zero_claim(probes):
    assert plumbline.check_function(lambda x: 3.0, ([1.0, 2.0],), [0.0, 0.0]).ok


def test_complex_numbers_are_pairs_by_pytorchs_convention(probes):
    z = torch.randn(4, dtype=torch.cdouble, requires_grad=True)
    assert plumbline.check_function(lambda z: (z * z.conj() * z).sum() + z.abs().sum(), (z,)).ok
    right = 2 * z.detach()
    f = lambda z: (z.abs() ** 2).sum()  # noqa: E731
    assert plumbline.check_function(f, (z,), right).ok
    assert plumbline.check_function(f, (z,), right.conj()).verdict == "FAIL"


def test_plain_numbers_need_no_library(probes):
    f = lambda w, b: sum(v * v for v in w) * b  # noqa: E731
    assert plumbline.check_function(f, ([1.0, -2.0, 0.5], 3.0), ([6.0, -12.0, 3.0], 5.25)).ok
    assert plumbline.check_function(f, ([1.0, -2.0, 0.5], 3.0), ([6.0, -12.0, 3.1], 5.25)).verdict == "FAIL"


# -- the wire


class Flaky(plumbline.Service):
    """A line that breaks, before or after the service has heard the question."""

    calls = 0

    def _once(self, method, path, *rest):
        self.calls += 1
        if self.calls > 1 and self.calls % 3 == 0:
            raise ConnectionResetError("before")
        answer = super()._once(method, path, *rest)
        if self.calls > 1 and self.calls % 3 == 1:
            raise ConnectionResetError("after")
        return answer


def test_a_line_that_breaks_in_the_middle_goes_on(probes):
    model, (x, y) = Network(**FAULTS["one entry"][0]), data()
    service = Flaky(probes)
    broken = plumbline.check(model, nn.CrossEntropyLoss(), x, y, service=service)
    whole = plumbline.check(model, nn.CrossEntropyLoss(), x, y)
    assert service.calls > 5
    assert broken.verdict == "FAIL" and broken.tensors == whole.tensors


def test_little_goes_over_the_wire(probes):
    sent = []

    class Counted(plumbline.Service):
        def _once(self, method, path, body, *rest):
            sent.append(len(body or b""))
            return super()._once(method, path, body, *rest)

    model, (x, y) = Network(), data()
    assert plumbline.check(model, nn.CrossEntropyLoss(), x, y, service=Counted(probes)).ok
    assert sum(sent) < 50_000


def test_the_report_can_be_had_again(probes):
    report = plumbline.check_function(lambda x: x.sin(), (point(3),))
    assert report.url.startswith(probes)


def test_gradcheck_of_inputs_without_entries_is_true(probes):
    x = torch.zeros(0, 3, dtype=torch.float64, requires_grad=True)
    assert plumbline.gradcheck(torch.sin, x) and torch.autograd.gradcheck(torch.sin, x)

"""Nothing of the caller's is changed by a check: bit for bit, exceptions included. And f is evaluated where it is meant."""

import random

import plumbline
import pytest

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
nn = torch.nn


class Tricky(nn.Module):
    """Everything at once: batch norm, dropout, a spectral norm's vectors, a frozen and a tied weight, NaN in a buffer.

    A spectral norm in training is not differentiable as PyTorch does it: its vectors follow the weight, and backward()
    takes them for constants.
    """

    def __init__(self, spectral=True):
        super().__init__()
        self.first = nn.utils.spectral_norm(nn.Linear(4, 6)) if spectral else nn.Linear(4, 6)
        self.norm = nn.BatchNorm1d(6)
        self.drop = nn.Dropout(0.3)
        self.last = nn.Linear(6, 6, bias=False)
        self.tied = nn.Linear(6, 6)
        self.tied.weight = self.last.weight
        self.frozen = nn.Parameter(torch.randn(6), requires_grad=False)
        self.register_buffer("strange", torch.tensor([float("nan"), -0.0]))
        self.fail_at = None
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        if self.fail_at is not None and self.calls >= self.fail_at:
            raise ArithmeticError("planted")
        return self.tied(self.last(self.drop(torch.tanh(self.norm(self.first(x)))))) + self.frozen


def bits(tensor):
    return None if tensor is None else tensor.detach().contiguous().view(-1).view(torch.uint8).tolist()


def snapshot(model):
    return {
        "state": {n: bits(t) for n, t in model.state_dict().items()},
        "places": {n: t.data_ptr() for n, t in model.state_dict().items()},
        "ids": {n: id(p) for n, p in model.named_parameters()},
        "grads": {n: (id(p.grad), bits(p.grad)) for n, p in model.named_parameters()},
        "flags": {n: (p.requires_grad, p.dtype) for n, p in model.named_parameters()},
        "attributes": {n: id(v) for m in model.modules() for n, v in vars(m).items() if isinstance(v, torch.Tensor)},
        "modes": [m.training for m in model.modules()],
        "random": (bits(torch.get_rng_state()), random.getstate(), np.random.get_state()[1].tolist()),
    }


def situation(spectral=True):
    torch.manual_seed(2)
    model = Tricky(spectral)
    model.norm.eval()
    model.last.weight.grad = torch.randn(6, 6)
    torch.manual_seed(5)
    random.seed(6)
    np.random.seed(7)
    return model, torch.randn(8, 4), torch.randn(8, 6)


def closure_loss(model):
    return lambda out, y: nn.functional.mse_loss(out, y) + 0.01 * sum((p**2).sum() for p in model.parameters())


LOSSES = {"plain": lambda model: nn.MSELoss(), "looks at the model": closure_loss}


def evaluated(model, loss_fn, x, y):
    with plumbline._Module(model, loss_fn, x, y) as objective:
        session = plumbline._Session(None, objective, {}, True)
        for seed in range(3):
            for where in (None, {"0": [[0, 3]] * len(objective.leaves[0].shape)}):
                moves = session._moves({"kind": "gaussian", "seed": seed, "where": where})
                objective.value(moves, 1e-3)
    return objective


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("double", [False, True])
def test_a_module_is_as_it_was(loss, double):
    model, x, y = situation()
    if double:
        model, x, y = model.double(), x.double(), y.double()
        model.last.weight.grad = torch.randn(6, 6, dtype=torch.float64)
    before = snapshot(model)
    objective = evaluated(model, LOSSES[loss](model), x, y)
    after = snapshot(model)
    for key, value in before.items():
        assert after[key] == value, key
    assert objective.datatype == "FP64" and objective.deterministic


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("fail_at", range(1, 12))
def test_a_module_is_as_it_was_after_an_exception(loss, fail_at):
    model, x, y = situation()
    model.fail_at = fail_at
    before = snapshot(model)
    try:
        evaluated(model, LOSSES[loss](model), x, y)
    except ArithmeticError:
        pass
    after = snapshot(model)
    for key, value in before.items():
        assert after[key] == value, key


def test_an_interrupt_is_passed_on_and_restores():
    model, x, y = situation()

    class Interrupted(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner, self.count = model, [0]

        def forward(self, x):
            self.count[0] += 1
            if self.count[0] > 6:
                raise KeyboardInterrupt
            return self.inner(x)

    before = snapshot(model)
    with pytest.raises(KeyboardInterrupt):
        evaluated(Interrupted(), nn.MSELoss(), x, y)
    assert snapshot(model) == before


def slopes(objective, seed=1, step=1e-5):
    """(difference quotient, claimed) along a direction."""
    session = plumbline._Session(None, objective, {}, True)
    answer = session._answer({"ask": 1, "direction": {"kind": "gaussian", "seed": seed}, "offsets": [step, -step]})
    plus, minus = answer["values"]
    return (plus - minus) / (2 * step), answer["claimed"]


@pytest.mark.parametrize("loss", LOSSES)
def test_values_and_claim_of_a_module_are_of_one_function(loss):
    model, x, y = situation(spectral=False)
    with plumbline._Module(model, LOSSES[loss](model), x, y) as objective:
        numeric, claimed = slopes(objective)
        assert abs(numeric - claimed) <= 1e-4 * abs(claimed)
        assert {leaf.name for leaf in objective.leaves} == {n for n, p in model.named_parameters() if p.requires_grad}


def test_a_loss_that_looks_at_the_model_is_evaluated_on_the_model_itself_and_says_so():
    model, x, y = situation(spectral=False)
    with plumbline._Module(model, closure_loss(model), x, y) as objective:
        assert any("looks at the model itself" in note for note in objective.notes)


def test_a_module_that_is_another_function_in_float64_is_evaluated_as_it_is():
    class Casts(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.randn(3))

        def forward(self, x):
            return (self.w * x).sum() if self.w.dtype == torch.float32 else (self.w * x).sum() * 2

    with plumbline._Module(Casts(), None, torch.randn(3)) as objective:
        assert objective.datatype == "FP32"
        assert any("not the same" in note for note in objective.notes)


def test_inputs_that_the_model_changes_are_put_back_and_said():
    class Rude(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 1)

        def forward(self, x):
            return self.inner(x.mul_(2)).sum()

    x = torch.randn(3, 4)
    kept = x.clone()
    model = Rude()
    with plumbline._Module(model, None, x) as objective:
        assert any("changes its inputs" in note for note in objective.notes)
        numeric, claimed = slopes(objective)
    assert torch.equal(x, kept)
    assert abs(numeric - claimed) <= 1e-6 * abs(claimed)


def test_dropout_is_the_same_in_every_evaluation():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 50), nn.Dropout(0.5), nn.Tanh(), nn.Linear(50, 1))
    with plumbline._Module(model, nn.MSELoss(), torch.randn(7, 5), torch.randn(7, 1)) as objective:
        assert objective.deterministic
        numeric, claimed = slopes(objective)
        assert abs(numeric - claimed) <= 1e-5 * abs(claimed)


def test_a_fresh_bias_moves_too():
    model = nn.Linear(3, 2)
    nn.init.zeros_(model.bias)
    with plumbline._Module(model, nn.MSELoss(), torch.randn(4, 3), torch.randn(4, 2)) as objective:
        assert objective.leaves[1].size == objective.leaves[0].size > 0


# -- functions


def complex_function(z, w):
    return (z * w.conj()).sum() * z[0], (z.abs() ** 2).sum()


FUNCTIONS = {
    "several outputs": (lambda x, y: (x @ y, torch.sin(x)), lambda: (torch.randn(3, 4), torch.randn(4, 2))),
    "complex": (complex_function, lambda: (torch.randn(3, dtype=torch.cfloat), torch.randn(3, dtype=torch.cfloat))),
    "in place": (lambda x: (x * 1.0).add_(x).exp_().sum(), lambda: (torch.randn(5),)),
    "changes its input": (lambda x: x.clone().sum() if x.requires_grad_() is None else x.data.add_(1) * 0 + x, lambda: (torch.ones(3),)),
    "ignores one": (lambda x, y: x.sin(), lambda: (torch.randn(3), torch.randn(2))),
    "a dict and a list": (lambda p, x: sum((v * x).sum() ** 2 for v in p["w"]), lambda: ({"w": [torch.randn(3), torch.randn(3)]}, torch.randn(3))),
    "not contiguous": (lambda x: (x.t() @ x).sum() ** 2, lambda: (torch.randn(4, 3).t(),)),
    "expanded": (lambda x: x.prod(0).sum(), lambda: (torch.randn(3).expand(4, 3),)),
    "a scalar": (lambda x: x**3, lambda: (torch.tensor(1.5),)),
}  # fmt: skip


def differentiable(value):
    if isinstance(value, dict):
        return {k: differentiable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(differentiable(v) for v in value)
    return value.detach().requires_grad_()


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("double", [False, True])
def test_values_and_claim_of_a_function_are_of_one_function(name, double):
    torch.manual_seed(4)
    f, make = FUNCTIONS[name]
    wide = {torch.float32: torch.float64, torch.cfloat: torch.cdouble}
    widen = lambda v: plumbline._map(v, plumbline._Torch(), lambda _, t: t.to(wide[t.dtype]) if double else t)  # noqa: E731
    inputs = differentiable(tuple(widen(make())))
    kept = [bits(torch.view_as_real(t) if t.is_complex() else t) for _, t in plumbline._collect(inputs, plumbline._Torch())]
    with plumbline._Function(f, inputs) as objective:
        for seed in range(3):
            numeric, claimed = slopes(objective, seed)
            assert abs(numeric - claimed) <= 1e-5 * max(abs(claimed), 1e-3)
        assert objective.datatype == "FP64"
    now = [bits(torch.view_as_real(t) if t.is_complex() else t) for _, t in plumbline._collect(inputs, plumbline._Torch())]
    assert now == kept


def test_numpy_and_plain_numbers_take_the_callers_gradient():
    x = np.random.default_rng(1).standard_normal((3, 2)).astype(np.float32)
    with plumbline._Function(lambda x: float((x**3).sum()), (x,), 3 * x**2) as objective:
        numeric, claimed = slopes(objective)
        assert abs(numeric - claimed) <= 1e-5 * abs(claimed) and objective.datatype == "FP64"
    point = [[1.0, 2.0], [0.5, -1.0]]
    gradient = [[2 * v for v in row] for row in point]
    with plumbline._Function(lambda x: sum(v * v for row in x for v in row), (point,), gradient) as objective:
        numeric, claimed = slopes(objective)
        assert abs(numeric - claimed) <= 1e-6 * abs(claimed)
        assert objective.leaves[0].shape == (2, 2)


def test_a_claim_may_be_of_another_library_than_the_inputs():
    f = lambda x: sum(v * v for v in x)  # noqa: E731
    for claim in (np.array([2.0, 4.2]), torch.tensor([2.0, 4.2], dtype=torch.float64)):
        with plumbline._Function(f, ([1.0, 2.1],), claim) as objective:
            numeric, claimed = slopes(objective)
            assert abs(numeric - claimed) <= 1e-6 * abs(claimed) and objective.leaves[0].datatype == "FP64"
    single = np.float64(np.float32(4.2))
    with plumbline._Function(f, ([1.0, 2.1],), [2.0, single]) as objective:
        assert objective.leaves[0].datatype == "FP32"


def test_gradients_are_matched_by_name_where_they_have_names():
    p = {"a": np.ones(2), "b": np.full(2, 2.0)}
    gradients = {"b": 3 * p["b"] ** 2, "a": 2 * p["a"]}
    with plumbline._Function(lambda p: (p["a"] ** 2).sum() + (p["b"] ** 3).sum(), (p,), gradients) as objective:
        numeric, claimed = slopes(objective)
        assert abs(numeric - claimed) <= 1e-7 * abs(claimed)
        assert [leaf.name for leaf in objective.leaves] == ["p.a", "p.b"]


@pytest.mark.parametrize("gradients", [(2.0, 12.0), [2.0, 12.0], [2.0, None]])
def test_scalars_take_their_gradients_in_order(gradients):
    with plumbline._Function(lambda x, y: x**2 + y**3, (1.0, 2.0), gradients) as objective:
        numeric, claimed = slopes(objective)
        assert abs(numeric - claimed) <= 1e-6 * abs(claimed)
        assert len(objective.leaves) == sum(g is not None for g in gradients)


def test_a_gradient_function_gets_the_cotangent():
    a = np.random.default_rng(2).standard_normal((4, 3))
    f = lambda x: np.tanh(a @ x)  # noqa: E731
    vjp = lambda x, cotangent: a.T @ (cotangent * (1 - np.tanh(a @ x) ** 2))  # noqa: E731
    with plumbline._Function(f, (np.ones(3),), vjp) as objective:
        numeric, claimed = slopes(objective)
        assert abs(numeric - claimed) <= 1e-7 * abs(claimed)
        assert len(objective.leaves[0].noise) == 2


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: plumbline._Function(lambda x: x, (torch.ones(2),)), "requires a gradient"),
        (lambda: plumbline._Function(lambda x: x, (np.ones(2),)), "no autograd"),
        (lambda: plumbline._Function(lambda x: x.sum(), (np.ones(2),), np.ones(3)), "3 numbers"),
        (lambda: plumbline._Function(lambda x: x, (np.ones(2),), np.ones(2)), "cotangent"),
        (lambda: plumbline._Function(lambda x: "no", (np.ones(2),), np.ones(2)), "must return numbers"),
        (lambda: plumbline._Module(nn.ReLU(), nn.MSELoss(), torch.ones(2), torch.ones(2)), "no parameter"),
        (lambda: plumbline._Module(nn.Linear(2, 2), None, torch.ones(2)), "one number"),
    ],
)
def test_what_cannot_be_judged_says_how_to_cure_it(call, words):
    with pytest.raises(plumbline.Usage, match=words):
        with call():
            pass


def test_a_functions_own_exception_is_the_callers():
    def f(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        with plumbline._Function(f, (torch.ones(2, requires_grad=True),)):
            pass

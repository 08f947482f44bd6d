"""Calls as people make them: names that are alike, what is no number, what raises half-way, a service that is busy."""

import collections
import http.server
import json
import logging
import threading

import plumbline
import pytest

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
nn = torch.nn


# -- names

ALIKE = {
    "a dot in a key": {"a.b": torch.ones(2), "a": {"b": torch.ones(3)}},
    "a number and its digits": {0: torch.ones(2), "0": torch.ones(3)},
}


@pytest.mark.parametrize("case", ALIKE)
def test_inputs_that_are_called_alike_need_names(probes, case):
    p = plumbline._map(ALIKE[case], plumbline._Torch(), lambda _, t: t.clone().requires_grad_())
    first, second = [t.detach() for _, t in plumbline._collect(p, plumbline._Torch())]

    def f(p):
        a, b = [t for _, t in plumbline._collect(p, plumbline._Torch())]
        return (a**2).sum() + (b**3).sum()

    with pytest.raises(plumbline.Usage, match="names="):
        plumbline.check_function(f, (p,))
    assert plumbline.check_function(f, (p,), names=["x", "y"]).ok
    right = iter([2 * first, 3 * second**2])
    gradients = plumbline._map(p, plumbline._Torch(), lambda *_: next(right))
    assert plumbline.check_function(f, (p,), gradients, names=["x", "y"]).ok
    wrong = plumbline.check_function(f, (p,), [2 * first, 2 * second**2], names=["x", "y"])
    assert [t["name"] for t in wrong.tensors if t["verdict"] == "FAIL"] == ["y"], wrong


def test_an_input_and_a_parameter_may_have_one_name(probes):
    class Called(nn.Module):
        def __init__(self):
            super().__init__()
            self.inputs = nn.Parameter(torch.randn(3))

        def forward(self, x):
            return (self.inputs * x).sum() ** 2

    report = plumbline.check(Called(), None, torch.randn(3, requires_grad=True))
    assert report.ok and [t["name"] for t in report.tensors] == ["inputs", "inputs'"], report


# -- what cannot be judged


@pytest.mark.parametrize("kind", [torch.bool, torch.int64])
@pytest.mark.parametrize("count", [1, 3])
def test_what_is_no_number_is_said(kind, count):
    if kind == torch.int64 and count == 1:
        pytest.skip("a whole number is a number")
    with pytest.raises(plumbline.Usage, match=f"must return numbers.*{kind}"):
        with plumbline._Function(lambda x: (x[:count] > 0).to(kind), (torch.ones(3, requires_grad=True),)):
            pass


@pytest.mark.parametrize("truth", [True, np.bool_(True), np.ones(3) > 0])
def test_a_truth_is_no_number(truth):
    with pytest.raises(plumbline.Usage, match="must return numbers"):
        with plumbline._Function(lambda x: truth, (np.ones(3),), np.ones(3)):
            pass


@pytest.mark.parametrize("call", [
    lambda x: plumbline.check(nn.Linear(3, 1), None, x),
    lambda x: plumbline.check_function(lambda x: x.sum(), (x,)),
])  # fmt: skip
def test_inference_mode_is_said(call):
    x = torch.ones(1, 3, requires_grad=True)
    with torch.inference_mode(), pytest.raises(plumbline.Usage, match="inference_mode"):
        call(x)


# -- what is not changed


class Rude(nn.Module):
    """Changes its inputs, in every way there is; raises at one of its calls."""

    def __init__(self, how, fail_at):
        super().__init__()
        self.inner, self.how, self.fail_at, self.calls = nn.Linear(4, 1), how, fail_at, 0

    def forward(self, x):
        self.calls += 1
        self.how(x)
        if self.calls == self.fail_at:
            raise ArithmeticError("planted")
        return self.inner(x.reshape(3, 4)).sum()


CHANGES = {
    "numbers": lambda x: x.mul_(2),
    "the sign of a zero": lambda x: x.data.view(-1)[0].neg_(),
    "a shape": lambda x: x.t_(),
    "other data": lambda x: setattr(x, "data", x.data + 1),
}


@pytest.mark.parametrize("fail_at", [1, 2, 5, None])
@pytest.mark.parametrize("change", CHANGES)
def test_inputs_are_as_they_were_whatever_raises(change, fail_at):
    x = torch.randn(3, 4)
    x[0, 0] = 0.0
    place, kept = x.data_ptr(), x.clone()
    try:
        with plumbline._Module(Rude(CHANGES[change], fail_at), None, x) as objective:
            objective.value((), 0.0)
    except ArithmeticError:
        assert fail_at is not None
    assert x.data_ptr() == place and x.shape == kept.shape
    assert torch.equal(x.view(torch.int32), kept.view(torch.int32))


class Remembers(nn.Module):
    """Plain tensors that every call changes, in place and by another one."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 1)
        self.count, self.last = torch.ones(2), torch.ones(())
        self.table, self.past = {"a": torch.ones(2), "b": torch.ones(())}, [torch.ones(())]
        self.others = collections.defaultdict(list, {"a": [1]})
        self.others["itself"] = self.past_and_itself = [self.past]
        self.past_and_itself.append(self.past_and_itself)

    def forward(self, x):
        self.count += 1
        self.last = self.last * 2
        self.table["a"] += 1
        self.table["b"] = self.table["b"] * 2
        self.past.append(self.past[-1] * 2)
        factor = self.last * self.count.sum() * self.table["a"].sum() * self.table["b"] * self.past[-1]
        return self.inner(x).sum() * factor.to(x.dtype)


@pytest.mark.parametrize("float64", [True, False])
def test_tensors_that_are_no_buffers_are_as_they_were(probes, float64):
    model = Remembers()
    held = [model.count, model.last, model.table["a"], model.table["b"], model.past[0]]
    table, past = model.table, model.past
    report = plumbline.check(model, None, torch.randn(3, 4), float64=float64)
    assert report.verdict == "PASS" if float64 else report.verdict in ("PASS", "INCONCLUSIVE"), report
    assert not any("different values" in note for note in report.notes)
    now = [model.count, model.last, model.table["a"], model.table["b"], *model.past]
    assert model.table is table and model.past is past and len(now) == len(held)
    assert all(a is b and torch.equal(a, torch.ones(b.shape)) for a, b in zip(now, held))


def test_an_export_that_fails_leaves_its_inputs_alone():
    x = torch.randn(3, 4)
    kept = x.clone()
    with pytest.raises(ArithmeticError):
        plumbline.check_export(Rude(CHANGES["numbers"], 1), x, torch.zeros(()), "mse")
    assert torch.equal(x, kept)


# -- optimizers that go uphill


@pytest.mark.parametrize("make", [
    lambda p: torch.optim.Adam(p, lr=0.01, maximize=True),
    lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.01, maximize=True),
])  # fmt: skip
def test_an_optimizer_that_maximizes_is_what_it_says(url, make):
    torch.manual_seed(5)
    model = nn.Linear(3, 2)
    x, optimizer = torch.randn(16, 3), make(model.parameters())

    def closure():
        optimizer.zero_grad()
        model(x).tanh().sum().backward()

    report = plumbline.check_optimizer(optimizer, model, closure)
    assert report.ok, report
    assert report.data["claim"]["maximize"] if "claim" in report.data else True


# -- very many tensors


def test_thousands_of_tensors_fit_into_one_opening(monkeypatch):
    inputs = ([torch.randn(4, requires_grad=True) for _ in range(9000)],)
    objective = plumbline._Function(lambda xs: torch.stack(xs).square().sum(), inputs)
    objective.widens = False
    with objective:
        opening = plumbline._Session(None, objective, {}, True)._opening()
    assert len(plumbline._json(opening)) <= 1_000_000
    assert all(0 < t["contribution"] < 1e3 and t["size"] > 0 for t in opening["tensors"])


@pytest.mark.parametrize("count, name", [(10_001, ""), (9_000, "a rather long name of a list of tensors")])
def test_more_than_the_service_keeps_is_refused_before_anything_is_computed(count, name):
    def f(**_):
        raise AssertionError("called")

    inputs = {f"{name}{i}": torch.ones(1, requires_grad=True) for i in range(count)}
    with pytest.raises(plumbline.Usage, match="in parts"):
        plumbline.check_function(f, (inputs,))


# -- a service that is busy


class Busy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls += 1
        busy = self.server.calls < 3
        content = json.dumps({"detail": "eight checks are at work"} if busy else {"id": 1}).encode()
        self.send_response(503 if busy else 200)
        self.send_header("Content-Length", str(len(content)))
        if busy:
            self.send_header("Retry-After", "0.05")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def test_a_busy_service_is_waited_for_and_said_once(caplog):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    server.calls = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service = plumbline.Service(f"http://127.0.0.1:{server.server_port}")
    with caplog.at_level(logging.WARNING, "plumbline"):
        assert service.post("/v1/gradient-checks", {}).json() == {"id": 1}
    server.shutdown()
    assert server.calls == 3
    assert len(caplog.records) == 1 and "503: eight checks are at work; trying again" in caplog.text

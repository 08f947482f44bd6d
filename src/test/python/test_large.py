"""A model of ten million parameters, unseen: how many evaluations and bytes a mistake in it takes to be found and named.

    PLUMBLINE_LARGE=1 PLUMBLINE_URL=http://localhost:8080 python3 -m pytest -s src/test/python/test_large.py
"""

import os
import time

import plumbline
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.skipif("PLUMBLINE_LARGE" not in os.environ, reason="minutes, by hand: PLUMBLINE_LARGE=1")

WIDTH, CLASSES, BATCH = 1300, 10, 16
SQUARE, BIAS = "2.weight", "12.bias"
ENTRY = (411, 987)


def network():
    torch.manual_seed(1)
    hidden = [layer for _ in range(6) for layer in (nn.Linear(WIDTH, WIDTH), nn.Tanh())]
    return nn.Sequential(*hidden, nn.Linear(WIDTH, CLASSES))


def spoil(index, factor):
    def change(g):
        g = g.clone()
        g[index] *= factor
        return g

    return change


# what happens to the gradient on its way, the tensor to be named, and the most evaluations that may take
FAULTS = {
    "nothing": ({}, None, 60),
    "a sign": ({SQUARE: lambda g: -g}, SQUARE, 60),
    "twice": ({SQUARE: lambda g: 2 * g}, SQUARE, 60),
    "one entry": ({SQUARE: spoil(ENTRY, 3.0)}, SQUARE, 150),
    "transposed": ({SQUARE: lambda g: g.t()}, SQUARE, 150),
    "a row": ({SQUARE: spoil(17, -1.0)}, SQUARE, 150),
    "a missing bias": ({BIAS: lambda g: 0 * g}, BIAS, 60),
    "one per mille": ({SQUARE: lambda g: 1.001 * g}, SQUARE, 150),
    "one per mille everywhere": ({"": lambda g: 1.001 * g}, "", 150),
}
SAID = {  # in the summary
    "a sign": "the sign is the other way round",
    "twice": "2.00000 times",
    "one entry": str(list(ENTRY)),
    "transposed": "the axes in another order",
    "a row": "[17, :]",
    "a missing bias": "the claim is zero",
    "one per mille": SQUARE + ": the claim is 1.00100 times",
    "one per mille everywhere": "all 14 tensors: the claim is 1.00100 times",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_among_ten_million_is_named(url, fault, capsys):
    changes, where, most = FAULTS[fault]
    model, sent = network(), []

    class Counted(plumbline.Service):
        def _once(self, method, path, body, *rest):
            sent.append(len(body or b""))
            return super()._once(method, path, body, *rest)

    for changed, change in changes.items():
        for name, parameter in model.named_parameters():
            if name.startswith(changed):
                parameter.register_hook(change)
    x, y = torch.randn(BATCH, WIDTH), torch.randint(0, CLASSES, (BATCH,))
    began = time.perf_counter()
    report = plumbline.check(model, nn.CrossEntropyLoss(), x, y, service=Counted(url))
    seconds = time.perf_counter() - began
    evaluations = report.data["cost"]["evaluations"]
    size = sum(p.numel() for p in model.parameters())
    with capsys.disabled():
        print(f"\n{fault}: {size:,} parameters, {evaluations} evaluations, {sum(sent):,} bytes, {seconds:.1f} s")
        print("   " + report.summary)
    wrong = [t["name"] for t in report.tensors if t["verdict"] == "FAIL"]
    assert wrong == [name for name, _ in model.named_parameters() if where is not None and name.startswith(where)]
    assert report.ok == (where is None)
    assert SAID.get(fault, "would have been seen") in report.summary
    assert evaluations <= most
    assert sum(sent) < 50_000

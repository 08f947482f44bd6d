"""Products along a direction of the caller's: forward mode, double backward, and one's own, right and with a fault."""

import plumbline
import pytest

torch = pytest.importorskip("torch")


def point(datatype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(5, 4, generator=generator, dtype=datatype)
    w = torch.randn(4, 3, generator=generator, dtype=datatype)
    return x.requires_grad_(), w.requires_grad_()


def layer(x, w):
    return torch.tanh(x @ w)


def right(inputs, tangents):
    (x, w), (u, s) = inputs, tangents
    return (1 - torch.tanh(x @ w) ** 2) * (u @ w + x @ s)


def a_term_missing(inputs, tangents):
    (x, w), (u, _) = inputs, tangents
    return (1 - torch.tanh(x @ w) ** 2) * (u @ w)


def a_thousandth_off(inputs, tangents):
    return 1.001 * right(inputs, tangents)


@pytest.mark.parametrize("datatype", [torch.float64, torch.float32])
def test_right_products_pass(probes, datatype):
    for jvp in (None, right):
        report = plumbline.check_jvp(layer, point(datatype), jvp, quiet=True)
        assert report.ok, str(report)
        (identity,) = report.data["identities"]
        assert identity["law"] == "dot" and identity["verdict"] == "PASS"


@pytest.mark.parametrize("jvp", [a_term_missing, a_thousandth_off])
def test_wrong_products_fail_by_differences_and_by_the_law(probes, jvp):
    report = plumbline.check_jvp(layer, point(), jvp, quiet=True)
    assert report.verdict == "FAIL"
    assert report.data["identities"][0]["verdict"] == "FAIL"
    assert [tensor["verdict"] for tensor in report.tensors].count("FAIL") >= 1 or "directions" in report.summary


def test_the_forward_product_taken_for_the_backward_one_breaks_the_law(probes):
    a = torch.randn(4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    x = torch.randn(4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    report = plumbline.check_jvp(
        lambda x: a @ x, (x,), lambda inputs, u: a @ u[0], vjp=lambda x, cotangent: a @ cotangent, quiet=True
    )
    assert report.verdict == "FAIL"
    assert report.data["identities"][0]["verdict"] == "FAIL"


def test_tangents_of_ones_own(probes):
    x, w = point()
    assert plumbline.check_jvp(layer, (x, w), right, tangents=(1e6 * torch.ones_like(x), torch.zeros_like(w)), quiet=True).ok
    with pytest.raises(plumbline.Usage, match="tangents"):
        plumbline.check_jvp(layer, (x, w), right, tangents=(torch.ones(3),), quiet=True)


def energy(x, w):
    return torch.logsumexp(x @ w, 1).sum() + (w**4).sum()


@pytest.mark.parametrize("datatype", [torch.float64, torch.float32])
def test_second_derivatives_pass(probes, datatype):
    report = plumbline.check_hvp(energy, point(datatype), quiet=True)
    assert report.ok, str(report)
    assert report.data["identities"][0]["law"] == "symmetry"


H = torch.tensor([[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 4.0]], dtype=torch.float64)


def product(matrix):
    return lambda inputs, tangents: (matrix @ tangents[0],)


def test_a_hessian_of_ones_own(probes):
    x = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)

    def check(matrix):
        return plumbline.check_hvp(None, (x,), product(matrix), gradient=lambda x: H @ x, quiet=True)

    assert check(H).ok
    doubled = 2 * H - torch.diag(torch.diag(H))
    report = check(doubled)  # symmetric, so it is the differences that tell
    assert report.verdict == "FAIL" and report.data["identities"][0]["verdict"] == "PASS"
    crooked = H.clone()
    crooked[0, 1] += 0.5
    report = check(crooked)
    assert report.verdict == "FAIL" and report.data["identities"][0]["verdict"] == "FAIL"

"""What the client answers to every sort of ask, by closed forms; no service is needed."""

import json
import math

import plumbline
import pytest

np = pytest.importorskip("numpy")


class Scripted(plumbline.Service):
    """A service that asks what it was told to ask, breaks at some calls, and keeps what it has heard."""

    def __init__(self, rounds, breaks=()):
        super().__init__("http://localhost:0")
        self._known = True
        self.rounds, self.breaks, self.heard, self.calls, self.bodies = rounds, set(breaks), [], 0, []

    def _once(self, method, path, body, content_type, headers):
        self.calls += 1
        self.bodies.append(body)
        if self.calls in self.breaks:
            raise ConnectionResetError("planted")
        request = json.loads(body)
        if path == "/v1/probe-sessions":
            self.opening, status = request, 201
        else:
            assert path == "/v1/probe-sessions/s1/answers" and request["round"] == len(self.heard)
            self.heard.append(request["answers"])
            status = 200
        done = len(self.heard) == len(self.rounds)
        reply = {"report": {"verdict": "PASS", "summary": "done", "tensors": []}} if done else {
            "id": "s1", "round": len(self.heard), "sets": {"g1": [1]}, "remaining": 9, "stage": "POINT",
            "asks": self.rounds[len(self.heard)],
        }  # fmt: skip
        return plumbline._Answer(status, {}, json.dumps(reply).encode())


W = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
B = np.array([2.0, -1.0])


def f(w, b):
    return float((w**2).sum() + (b**3).sum())


CLAIM = (2 * W, 3 * B**2)
RMS = [math.sqrt((W**2).mean()), math.sqrt((B**2).mean())]


def asked(*rounds, function=f, breaks=()):
    service = Scripted(rounds, breaks)
    report = plumbline.check_function(function, (W, B), CLAIM, service=service, quiet=True)
    assert report.ok and report.url.endswith("/v1/probe-sessions/s1")
    return service


def weights(name, shape, seed=5):
    count = math.prod(shape)
    return np.array([plumbline._weight(plumbline._key(seed, name), i) for i in range(count)]).reshape(shape)


def direction(**options):
    return {"kind": "gaussian", "seed": 5, "set": "all", "where": None, "scale": 1.0, **options}


def test_the_opening_says_what_may_be_known_of_the_tensors():
    opening = asked([{"ask": 0, "offsets": [0]}]).opening
    assert [(t["name"], t["shape"], t["datatype"]) for t in opening["tensors"]] == [
        ("w", [2, 3], "FP32"),
        ("b", [2], "FP32"),  # 12.0 and 3.0: numbers of float32
    ]
    for tensor, size, claim in zip(opening["tensors"], RMS, CLAIM):
        assert tensor["size"] == pytest.approx(size, rel=1e-15)
        assert tensor["contribution"] == pytest.approx(size * np.linalg.norm(claim), rel=1e-14)
    assert opening["evaluation"] == {"datatype": "FP64", "deterministic": True, "sameFunction": 0.0}
    assert opening["claim"]["kind"] == "gradient" and opening["claim"]["unused"] == []


def test_a_direction_over_everything():
    h = 0.125
    (answer,) = asked([{"ask": 3, "direction": direction(), "offsets": [h, -h]}]).heard[0]
    dw, db = RMS[0] * weights("w", (2, 3)), RMS[1] * weights("b", (2,))
    assert answer["values"] == pytest.approx([f(W + h * dw, B + h * db), f(W - h * dw, B - h * db)], rel=1e-14)
    assert answer["claimed"] == pytest.approx((CLAIM[0] * dw).sum() + (CLAIM[1] * db).sum(), rel=1e-13)
    norm = math.hypot(np.linalg.norm(CLAIM[0] * dw), np.linalg.norm(CLAIM[1] * db))
    assert answer["contribution"] == pytest.approx(norm, rel=1e-13)


def test_sets_boxes_and_scales_restrict_the_same_direction():
    box = {"0": [[1, 2], [0, 2]]}
    asks = [
        {"ask": 0, "direction": direction(set="g1", scale=0.5), "offsets": [1.0]},
        {"ask": 1, "direction": direction(where=box), "offsets": [0.25]},
    ]
    whole, part = asked(asks).heard[0]
    assert whole["values"] == pytest.approx([f(W, B + 0.5 * RMS[1] * weights("b", (2,)))], rel=1e-14)
    moved = W.copy()
    moved[1, :2] += 0.25 * RMS[0] * weights("w", (2, 3))[1, :2]
    assert part["values"] == pytest.approx([f(moved, B)], rel=1e-14)


def test_an_entry_the_claim_itself_and_claimed_entries():
    asks = [
        {"ask": 0, "direction": direction(kind="entry", where={"0": [[1, 2], [2, 3]]}), "offsets": [0.5]},
        {"ask": 1, "direction": direction(kind="claim", set="g1", scale=2.0), "offsets": [0.5]},
        {"ask": 2, "claims": {"0": [[0, 1], [1, 2]]}},
    ]
    entry, claim, claims = asked(asks).heard[0]
    moved = W.copy()
    moved[1, 2] += 0.5 * RMS[0]
    assert entry["values"] == pytest.approx([f(moved, B)], rel=1e-14)
    assert entry["claimed"] == pytest.approx(CLAIM[0][1, 2] * RMS[0], rel=1e-14)
    d = 2.0 * RMS[1] ** 2 * CLAIM[1] / (RMS[1] * np.linalg.norm(CLAIM[1]))
    assert claim["values"] == pytest.approx([f(W, B + 0.5 * d)], rel=1e-14)
    assert claims == {"ask": 2, "claims": [-4.0, -2.0]}


def test_a_direction_of_ones_own(monkeypatch):
    asks = [{"ask": 0, "direction": direction(kind="given", scale=0.5), "offsets": [0.25]}]
    with pytest.raises(plumbline.PlumblineError, match="direction of our own"):
        asked(asks)
    u = {"w": np.arange(6.0), "b": np.array([1.0, -1.0])}
    monkeypatch.setattr(plumbline._Leaf, "given", property(lambda leaf: u[leaf.name], lambda leaf, _: None), raising=False)
    (answer,) = asked(asks).heard[0]
    assert answer["values"] == pytest.approx([f(W + 0.125 * u["w"].reshape(2, 3), B + 0.125 * u["b"])], rel=1e-14)
    assert answer["claimed"] == pytest.approx(0.5 * ((CLAIM[0].ravel() * u["w"]).sum() + (CLAIM[1] * u["b"]).sum()))
    with pytest.raises(plumbline.PlumblineError, match="unknown kind"):
        asked([{"ask": 0, "direction": direction(kind="sideways"), "offsets": [0.25]}])


def test_an_infinite_claim_is_told_from_one_whose_norm_overflows():
    for gradient, contribution in ((1e200, 1e200), (float("inf"), "NaN"), (float("nan"), "NaN")):
        service = Scripted([[{"ask": 0, "offsets": [0]}]])
        x = np.array([1.0, 1.0])
        plumbline.check_function(lambda x: float(x.sum()), (x,), np.array([gradient, 0.0]), service=service, quiet=True)
        (tensor,) = service.opening["tensors"]
        assert tensor["contribution"] == (contribution if contribution == "NaN" else pytest.approx(contribution))


def test_repeats_errors_and_numbers_that_are_none():
    calls = []

    def fragile(w, b):
        calls.append(1)
        if w[0, 0] > 1.0:
            raise ArithmeticError("too large")
        return float("nan") if w[0, 0] < 1.0 else f(w, b)

    up = {"kind": "entry", "where": {"0": [[0, 1], [0, 1]]}}
    asks = [
        {"ask": 0, "offsets": [0, 0, 0]},
        {"ask": 1, "direction": direction(**up), "offsets": [0.5]},
        {"ask": 2, "direction": direction(**up), "offsets": [-0.5]},
    ]
    repeats, error, nan = asked(asks, function=fragile).heard[0]
    assert repeats == {"ask": 0, "values": [f(W, B)] * 3}
    assert error == {"ask": 1, "error": "ArithmeticError: too large"}
    assert nan["values"] == ["NaN"]


def test_a_broken_line_is_answered_with_the_same_bytes_and_nothing_is_evaluated_again():
    calls = []

    def counted(w, b):
        calls.append(1)
        return f(w, b)

    rounds = [[{"ask": i, "direction": direction(), "offsets": [0.1 * (i + 1)]}] for i in range(3)]
    whole = asked(*rounds, function=counted)
    once = len(calls)
    broken = asked(*rounds, function=counted, breaks=(2, 3, 5))
    assert len(calls) == 2 * once
    assert broken.heard == whole.heard and broken.calls == whole.calls + 3
    assert broken.bodies[1] == broken.bodies[2] == broken.bodies[3]


def test_a_report_knows_its_words():
    data = {
        "verdict": "FAIL", "summary": "w is wrong.",
        "tensors": [
            {"name": "w", "shape": [2, 3], "verdict": "FAIL", "mistake": {"kind": "scaled", "factor": 2.0, "advice": "halve it"},
             "entries": [{"index": [0, 1], "claimed": 2.0, "reference": 1.0, "errorBound": 1e-9}]},
            {"name": "b|<&", "shape": [], "verdict": "PASS"},
        ],
        "warnings": [{"code": "kinks", "detail": "two bends"}],
    }  # fmt: skip
    report = plumbline.Report(data, "http://localhost:8080/x", ["a note"])
    for words in (str(report), report.to_markdown(), report.to_junit()):
        for part in ("FAIL", "w is wrong.", "scaled", "factor 2.0", "halve it", "[0, 1]", "two bends", "a note"):
            assert part in words, (part, words)
    assert not report and not report.ok and "http://localhost:8080/x" in str(report)
    import xml.etree.ElementTree as xml

    suite = xml.fromstring(report.to_junit())
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    with pytest.raises(AssertionError, match="halve it"):
        report.raise_for_verdict()
    kink = plumbline.Report({"verdict": "KINK", "summary": "bent"})
    assert kink.raise_for_verdict(allow=("KINK",)) is kink
    assert 'errors="1"' in kink.to_junit()

"""What goes to the endpoints that take files and figures: exports, optimizers' steps, monitors, the command line."""

import contextlib
import http.server
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
import xml.etree.ElementTree as xml

import plumbline
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn


def network(seed=0, double=False):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 16, 5))
    return model.double() if double else model


def batch(seed=1):
    torch.manual_seed(seed)
    return torch.randn(4, 1, 6, 6), torch.randint(0, 5, (4,))


# -- check_export


@pytest.mark.parametrize("training", [False, True])
def test_an_exported_network_passes_under_its_own_names(url, training):
    model = network().train(training)
    report = plumbline.check_export(model, *batch())
    assert report.ok, report
    assert {t["name"] for t in report.tensors} == {n for n, _ in model.named_parameters()}
    assert report.url.startswith(url)


def test_a_claim_with_one_wrong_entry_is_found(url):
    model, (x, y) = network().eval(), batch()
    nn.functional.cross_entropy(model(x), y).backward()
    gradients = {n: p.grad.clone() for n, p in model.named_parameters()}
    gradients["4.weight"][2, 7] *= 1.01
    report = plumbline.check_export(model, x, y, gradients=gradients)
    assert report.verdict == "FAIL"
    with pytest.raises(AssertionError, match="4.weight"):
        report.raise_for_verdict()
    assert "4.weight" in report.to_markdown()


def test_an_export_leaves_the_model_as_it_was(url):
    model, (x, y) = network().train(), batch()
    model[4].bias.grad = torch.ones(5)
    kept = {n: t.clone() for n, t in model.state_dict().items()}
    random = torch.get_rng_state()
    plumbline.check_export(model, x, y)
    assert all(torch.equal(t, kept[n]) for n, t in model.state_dict().items())
    assert torch.equal(random, torch.get_rng_state())
    assert torch.equal(model[4].bias.grad, torch.ones(5)) and model[4].weight.grad is None


@pytest.mark.parametrize("loss", ["mse", "mae", {"kind": "huber", "delta": 0.5, "reduction": "sum"}])
def test_losses_are_pytorchs_own(url, loss):
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    assert plumbline.check_export(model, torch.randn(5, 3), torch.randn(5, 2), loss).ok


@pytest.mark.parametrize("sparse", [False, True])
def test_rows_of_padding_and_sparse_gradients_are_no_mistake(url, sparse):
    torch.manual_seed(3)
    embedding = nn.Embedding(9, 4, padding_idx=0, sparse=sparse)
    model = nn.Sequential(embedding, nn.Flatten(), nn.Linear(12, 5))
    tokens = torch.tensor([[0, 1, 2], [3, 0, 4], [5, 6, 0], [7, 8, 1]])
    assert plumbline.check_export(model, tokens, torch.tensor([0, 1, 2, 3])).ok


def test_what_cannot_be_exported_is_said_with_the_way_out(url):
    class Spectrum(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.randn(4))

        def forward(self, x):
            return torch.fft.irfft(torch.fft.rfft(x) * self.w, n=6)

    with pytest.raises(plumbline.Usage, match="needs no export"):
        plumbline.check_export(Spectrum(), torch.randn(2, 6), torch.randn(2, 6), "mse")


# -- check_optimizer

OPTIMIZERS = {
    "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "amsgrad": lambda p: torch.optim.Adam(p, lr=0.01, amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01),
    "nadam": lambda p: torch.optim.NAdam(p, lr=0.01),
    "radam": lambda p: torch.optim.RAdam(p, lr=0.01),
    "adamax": lambda p: torch.optim.Adamax(p, lr=0.01),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.5, centered=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.01),
    "adadelta": lambda p: torch.optim.Adadelta(p),
}


class HalfAdam(torch.optim.Adam):
    """Knows no bias correction: an Adam that takes other steps than it says."""

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                m = state.setdefault("exp_avg", torch.zeros_like(p))
                v = state.setdefault("exp_avg_sq", torch.zeros_like(p))
                m.mul_(0.9).add_(p.grad, alpha=0.1)
                v.mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                p.add_(m / (v.sqrt() + 1e-8), alpha=-group["lr"])


def training(make, seed=5):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    x, y = torch.randn(16, 3), torch.randn(16, 2)
    optimizer = make(model.parameters())

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        return loss

    return optimizer, model, closure


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("warm", [0, 3])
def test_steps_of_pytorchs_optimizers_pass(url, name, warm):
    optimizer, model, closure = training(OPTIMIZERS[name])
    for _ in range(warm):
        closure()
        optimizer.step()
    report = plumbline.check_optimizer(optimizer, model, closure)
    assert report.ok, f"{report}\n{report.data}"


def test_an_adam_without_its_bias_correction_fails(url):
    report = plumbline.check_optimizer(*training(lambda p: HalfAdam(p, lr=0.01)))
    assert report.verdict == "FAIL"
    assert "1 - beta1^t" in str(report)


def test_steps_are_taken_back(url):
    optimizer, model, closure = training(OPTIMIZERS["adam"])
    closure()
    optimizer.step()
    kept = {n: t.clone() for n, t in model.state_dict().items()}
    moments = optimizer.state[model[0].weight]["exp_avg"].clone()
    gradient = model[0].weight.grad.clone()
    plumbline.check_optimizer(optimizer, model, closure)
    assert all(torch.equal(t, kept[n]) for n, t in model.state_dict().items())
    assert torch.equal(optimizer.state[model[0].weight]["exp_avg"], moments)
    assert torch.equal(model[0].weight.grad, gradient)


# -- monitor


def train(model, optimizer, steps, m=None):
    x, y = torch.randn(16, 3), torch.randn(16, 2)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        if m is not None:
            m.log(loss=loss)
        optimizer.step()
    return [p.detach().clone() for p in model.parameters()]


def test_a_monitor_sees_a_run(url):
    optimizer, model, _ = training(OPTIMIZERS["adam"])
    with plumbline.monitor(model, optimizer, name="seen", every=2, share=1.0) as m:
        train(model, optimizer, 40, m)
    assert m.sent == 20
    report = m.report()
    assert report["name"] == "seen" and report["snapshots"] == 20
    assert "step" not in optimizer.__dict__


def test_a_schedule_works_under_a_monitor(url):
    optimizer, model, _ = training(OPTIMIZERS["sgd"])
    with plumbline.monitor(model, optimizer, every=5) as m:
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
        for _ in range(20):
            train(model, optimizer, 1, m)
            schedule.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.0025)


def arrive(m, seconds=30.0):
    until = time.monotonic() + seconds
    while m._waiting and time.monotonic() < until:
        time.sleep(0.005)


class Scaler:
    """As GradScaler does it: a step whose gradients are not finite does not come to the optimizer."""

    def step(self, optimizer):
        finite = all(bool(torch.isfinite(p.grad).all()) for group in optimizer.param_groups for p in group["params"])
        return optimizer.step() if finite else None

    def get_scale(self):
        return 1024.0


def test_a_monitor_counts_the_steps_that_a_scaler_leaves_out(url):
    optimizer, model, _ = training(OPTIMIZERS["adam"])
    scaler = Scaler()
    x, y = torch.randn(16, 3), torch.randn(16, 2)
    with plumbline.monitor(model, optimizer, every=1, share=1.0, scaler=scaler) as m:
        for step in range(20):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            if step in (3, 11):
                model[0].weight.grad[0, 0] = float("inf")
            m.log(loss=loss)
            scaler.step(optimizer)
        arrive(m)
    report = m.report()
    assert report["snapshots"] == 20 and report["step"] == 19
    assert report["skipped"]["steps"] == 2 and report["skipped"]["last"] == 11
    assert report["verdict"] == "HEALTHY"
    assert "step" not in scaler.__dict__


def test_ranks_of_one_run_share_a_monitor(url):
    optimizer, model, _ = training(OPTIMIZERS["sgd"])
    run = f"run {uuid.uuid4()}"
    monitors = [plumbline.monitor(model, ranks=3, rank=rank, run=run) for rank in range(3)]
    for step in range(10):
        for rank in (2, 1, 0):
            monitors[rank].post(step, 1.0, {"w": 2.0 if rank == 1 and step > 5 else 1.0})
        for m in monitors:
            arrive(m)
    for m in monitors:
        m.close()
    report = monitors[0].report()
    assert len({m.url for m in monitors}) == 1
    assert [(f["symptom"], f["tensors"], f["since"]) for f in report["findings"]] == [("ranks", ["rank 1"], 6)]
    with pytest.raises(ValueError):
        plumbline.monitor(model, ranks=3, run=run)


@pytest.mark.skipif("PLUMBLINE_TIMES" not in os.environ, reason="a figure of time, had by hand: PLUMBLINE_TIMES=1")
@pytest.mark.parametrize("how", ["there", "gone"])
def test_a_monitor_takes_less_than_a_hundredth_of_a_loop(url, how, capsys):
    """By the time that the processor works for the training thread, which other work on the machine does not change.

    The clock itself is a call of the system; what the same measurement finds without a monitor is taken off.
    """
    service = plumbline.Service(url if how == "there" else f"http://127.0.0.1:{free_port()}")
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        clock, _ = time_around_steps(lambda *_: contextlib.nullcontext())
        around, (whole, m) = time_around_steps(lambda *watched: plumbline.monitor(*watched, service=service))
    finally:
        torch.set_num_threads(threads)
    share = (around - clock) / (whole - around)
    with capsys.disabled():
        print(f"\nmonitor, service {how}: {m.sent} snapshots sent, {m.skipped} skipped, {100 * share:.2f} % of the loop"
              f" ({1e6 * (whole - around) / 1000:.0f} us a step; the clock {1e6 * clock / 1000:.1f} us taken off)")
    assert share < 0.01
    assert m.sent + m.skipped + m.dropped + len(m._waiting) == 100 and (how == "there" or m.sent == 0)


def time_around_steps(watch):
    """The thread's time between logging and the end of a step that is not the optimizer's own, in a loop of 1,000."""
    torch.manual_seed(5)
    model = nn.Sequential(nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    optimizer = torch.optim.Adam(model.parameters())
    x, y = torch.randn(128, 128), torch.randint(0, 10, (128,))
    own = optimizer.step
    inside = around = 0.0

    def timed(*arguments):
        nonlocal inside
        began = time.thread_time()
        own(*arguments)
        inside += time.thread_time() - began

    optimizer.step = timed
    whole = time.thread_time()
    with watch(model, optimizer) as m:
        for _ in range(1000):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            began = time.thread_time()
            if m:
                m.log(loss=loss)
            optimizer.step()
            around += time.thread_time() - began
    return around - inside, (time.thread_time() - whole, m)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Hostile(http.server.BaseHTTPRequestHandler):
    """Answers 500, or nothing for a long time."""

    def do_POST(self):
        if self.server.slow:
            time.sleep(5)
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("how", ["gone", "refusing", "slow"])
def test_training_goes_on_unharmed_without_a_service(how, caplog):
    server = None
    port = free_port()
    if how != "gone":
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Hostile)
        server.slow = how == "slow"
        threading.Thread(target=server.serve_forever, daemon=True).start()
    optimizer, model, _ = training(OPTIMIZERS["adam"])
    torch.manual_seed(11)
    alone = train(model, optimizer, 1000)
    optimizer, model, _ = training(OPTIMIZERS["adam"])
    torch.manual_seed(11)
    started = time.monotonic()
    with caplog.at_level(logging.ERROR, "plumbline"):
        with plumbline.monitor(
            model, optimizer, every=1, share=1.0, service=plumbline.Service(f"http://127.0.0.1:{port}")
        ) as m:
            watched = train(model, optimizer, 1000, m)
    assert all(torch.equal(a, b) for a, b in zip(alone, watched))
    assert m.sent == 0 and len(m._waiting) <= 64
    assert time.monotonic() - started < 60
    if server:
        server.shutdown()


def test_a_loops_own_exception_passes_through(url):
    optimizer, model, _ = training(OPTIMIZERS["adam"])
    with pytest.raises(ZeroDivisionError):
        with plumbline.monitor(model, optimizer):
            1 / 0


# -- command line


def command(url, root, *arguments):
    return subprocess.run(
        [sys.executable, str(root / "src/main/python/plumbline.py"), "check", "--url", url, *map(str, arguments)],
        capture_output=True,
        text=True,
    )


def test_the_command_line_gives_verdicts_as_exit_statuses(url, root, tmp_path):
    cnn = root / "src/test/resources/fixtures/models/cnn/float32"
    files = ["--model", cnn / "model.onnx", "--data", cnn / "data.safetensors", "--loss", "crossEntropy"]
    right = command(url, root, *files, "--gradients", cnn / "gradients.safetensors")
    assert right.returncode == 0, right.stderr
    wrong_file = root / "src/test/resources/fixtures/readme/cnn-one-entry-off.safetensors"
    wrong = command(
        url, root, *files, "--gradients", wrong_file, "--junit", tmp_path / "out.xml",
        "--markdown", tmp_path / "out.md", "--json", tmp_path / "out.json",
    )  # fmt: skip
    assert wrong.returncode == 1
    assert "3.weight" in wrong.stdout
    suite = xml.parse(tmp_path / "out.xml").getroot()
    assert suite.get("failures") == "1" and suite.get("tests") == "8"
    assert suite.find("testcase/failure") is not None
    assert "FAIL" in (tmp_path / "out.md").read_text()
    assert json.loads((tmp_path / "out.json").read_text())["verdict"] == "FAIL"


@pytest.mark.parametrize(
    "arguments",
    [["--model", "no-such-file.onnx"], [], ["--no-such-option"], ["--model", __file__, "--loss", "mse"]],
)
def test_usage_is_exit_status_3(url, root, arguments):
    failed = command(url, root, *arguments)
    assert failed.returncode == 3
    assert failed.stderr and "Traceback" not in failed.stderr


def test_no_service_is_exit_status_3(root):
    failed = command(f"http://127.0.0.1:{free_port()}", root, "--model", __file__)
    assert failed.returncode == 3 and "does not answer" in failed.stderr

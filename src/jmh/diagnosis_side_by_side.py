#!/usr/bin/env python3
"""Milliseconds a diagnosis: PyTorch with hooks that gather the same statistics, and Plumbline, in turn, on one machine.

    mvn -q -Pbench test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
    OMP_NUM_THREADS=1 python3 src/jmh/diagnosis_side_by_side.py [repeats]

A diagnosis is one forward pass, one backward pass, and of each layer: L1, L2 and largest norm and share of zeros of every
gradient, norms of the parameters and of the loss's derivative by the affine value, and of every activation mean, standard
deviation, share of zeros, of saturated values and of dead units, and mean and root mean square derivative. Plumbline's
includes its rules, findings and remedies; per-sample gradients are in neither. One thread each, float64, wall time of warm
repeats, medians; peak memory is the resident set of a process of its own, with its runtime's share told apart.
"""
import json
import resource
import statistics
import subprocess
import sys
import time

import blas

NETWORKS = ["mlp-deep", "cnn-32"]


def build(name):
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    nn = torch.nn
    if name == "cnn-32":
        layers = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                  nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10)]
        return nn.Sequential(*layers).double(), torch.randn(32, 1, 28, 28).double(), torch.randint(10, (32,))
    layers = []
    for _ in range(49):
        layers += [nn.Linear(64, 64), nn.Tanh()]
    layers.append(nn.Linear(64, 10))
    return nn.Sequential(*layers).double(), torch.randn(64, 64).double(), torch.randint(10, (64,))


def of_gradient(g):
    size = g.abs()
    return [size.sum(), g.norm(), size.max(), (g == 0).sum()]


def of_activation(module, y):
    import torch

    units = y.transpose(0, 1).reshape(y.shape[1], -1)
    figures = [y.mean(), y.std(unbiased=False), (y == 0).sum(), (units == 0).all(1).sum()]
    if isinstance(module, torch.nn.Tanh):
        slope = 1 - y * y
        figures += [(slope.abs() < 0.01).sum(), slope.abs().mean(), slope.norm()]
    else:
        slope = (y > 0).to(y.dtype)
        figures += [slope.mean(), slope.norm()]
    return figures


def diagnosis(name):
    """The function that diagnoses once, and one that only takes the two passes."""
    import torch

    model, x, y = build(name)
    figures = []
    watching = [False]

    def forward(module, inputs, output):
        if watching[0]:
            with torch.no_grad():
                figures.extend(of_activation(module, output))

    def backward(module, inputs, outputs):
        if watching[0]:
            figures.append(outputs[0].norm())

    for module in model:
        if isinstance(module, (torch.nn.Tanh, torch.nn.ReLU)):
            module.register_forward_hook(forward)
        if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)):
            module.register_full_backward_hook(backward)

    def passes():
        model.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(x), y).backward()

    def diagnose():
        figures.clear()
        watching[0] = True
        passes()
        watching[0] = False
        with torch.no_grad():
            for parameter in model.parameters():
                figures.extend(of_gradient(parameter.grad))
                figures.append(parameter.norm())
        return torch.stack([figure.double() for figure in figures]).tolist()

    return diagnose, passes


def median(work, repeats=9):
    begin = time.perf_counter()
    runs = 0
    while time.perf_counter() - begin < 2:
        work()
        runs += 1
    each = max(1, runs // 20)
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        for _ in range(each):
            work()
        seconds.append((time.perf_counter() - begin) / each)
    return statistics.median(seconds) * 1e3


def torch_half(name):
    import torch

    assert torch
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    diagnose, passes = diagnosis(name)
    whole, alone = median(diagnose), median(passes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"milliseconds": whole, "passes": alone, "mebibytes": peak / 1024, "idle": idle / 1024}))


def run(command):
    """The last line of a command's output as JSON, and its largest resident set in MiB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = __import__("os").wait4(process.pid, 0)
    if status != 0:
        raise SystemExit("%s failed" % command[0])
    lines = [line for line in out.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {}, usage.ru_maxrss / 1024


def plumbline(names):
    classpath = "target/test-classes:target/classes:" + open("target/classpath").read().strip()
    command = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-Djava.util.concurrent.ForkJoinPool.common.parallelism=0"]
    return run([*command, "-cp", classpath, "dev.plumbline.bench.DiagnosisSideBySide", *names])


def main():
    if sys.argv[1:2] == ["torch"]:
        torch_half(sys.argv[2])
        return
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    blas.demand()
    _, runtime = plumbline([])
    print("network   torch ms  (passes)  ours ms  (passes)  ratio  torch MiB (idle)  ours MiB (idle)")
    for name in NETWORKS:
        rows = []
        for _ in range(repeats):
            theirs, _ = run([sys.executable, __file__, "torch", name])
            ours, peak = plumbline([name])
            rows.append((theirs, ours, peak))
        middle = lambda figure: statistics.median(figure(*row) for row in rows)
        print("%-8s %9.2f %9.2f %8.2f %9.2f %6.2f %10.0f (%.0f) %10.0f (%.0f)" % (
            name, middle(lambda t, o, p: t["milliseconds"]), middle(lambda t, o, p: t["passes"]),
            middle(lambda t, o, p: o["milliseconds"]), middle(lambda t, o, p: o["passes"]),
            middle(lambda t, o, p: t["milliseconds"] / o["milliseconds"]), middle(lambda t, o, p: t["mebibytes"]),
            middle(lambda t, o, p: t["idle"]), middle(lambda t, o, p: p), runtime))


if __name__ == "__main__":
    main()

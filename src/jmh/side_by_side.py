#!/usr/bin/env python3
"""Microseconds an entry: torch.autograd.gradcheck and Plumbline's exhaustive check, in turn, on the same machine.

    mvn -q -Pbench test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
    python3 src/jmh/side_by_side.py [repeats]

Torch has one thread; Plumbline runs with one and with two. All times are wall time of warm repeats, so the machine should
be idle. Torch checks every entry of the MLPs; of the CNN some entries of every tensor, extrapolated by their number. Each
row is the median over the repeats, each ratio the median of the ratios within a repeat.
"""
import json
import resource
import statistics
import subprocess
import sys
import time

import torch

import blas

torch.set_num_threads(1)
torch.manual_seed(1)

MLPS = {"mlp-100": (4, 8, 6, 3), "mlp-1k": (16, 32, 12, 5), "mlp-5k": (32, 64, 40, 10), "mlp-20k": (64, 128, 80, 10)}
SUBSET = 100


def network(name):
    if name == "cnn":
        layers = [torch.nn.Conv2d(1, 32, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Conv2d(32, 64, 3),
                  torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(1600, 128),
                  torch.nn.ReLU(), torch.nn.Linear(128, 10)]
        return torch.nn.Sequential(*layers).double(), torch.randn(4, 1, 28, 28).double(), torch.randint(10, (4,))
    sizes = MLPS[name]
    layers = []
    for inside, outside in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(inside, outside), torch.nn.Tanh()]
    return (torch.nn.Sequential(*layers[:-1]).double(), torch.randn(32, sizes[0]).double(),
            torch.randint(sizes[-1], (32,)))


def torch_microseconds(name):
    """Slow-mode gradcheck: every entry of an MLP at once; for the CNN some entries of every tensor, weighted by size."""
    model, x, y = network(name)
    parameters = [p.detach().clone().requires_grad_(True) for p in model.parameters()]
    total = sum(p.numel() for p in parameters)

    def forward(weights):
        h, own = x, iter(weights)
        for module in model:
            if isinstance(module, torch.nn.Conv2d):
                h = torch.nn.functional.conv2d(h, next(own), next(own))
            elif isinstance(module, torch.nn.Linear):
                h = torch.nn.functional.linear(h, next(own), next(own))
            else:
                h = module(h)
        return torch.nn.functional.cross_entropy(h, y)

    if name != "cnn":
        begin = time.perf_counter()
        torch.autograd.gradcheck(lambda *weights: forward(weights), parameters, raise_exception=False)
        return (time.perf_counter() - begin) / total * 1e6
    seconds = 0
    for k, parameter in enumerate(parameters):
        count = min(parameter.numel(), SUBSET)
        rest = parameter.detach().flatten()[count:]
        fixed = [p.detach() for p in parameters]

        def loss(part):
            whole = torch.cat([part, rest]).view_as(parameter) if len(rest) else part.view_as(parameter)
            return forward([*fixed[:k], whole, *fixed[k + 1:]])

        part = parameter.detach().flatten()[:count].clone().requires_grad_(True)
        begin = time.perf_counter()
        torch.autograd.gradcheck(loss, part, raise_exception=False)
        seconds += (time.perf_counter() - begin) * parameter.numel() / count
    return seconds / total * 1e6


def plumbline(names, threads):
    classpath = "target/test-classes:target/classes:" + open("target/classpath").read().strip()
    command = ["java", "-Djava.util.concurrent.ForkJoinPool.common.parallelism=%d" % (threads - 1)]
    command += ["-cp", classpath, "dev.plumbline.bench.SideBySide", *names]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line) for line in out.splitlines() if line.startswith("{\"network")]
    return {row["network"]: row for row in rows}


def main():
    blas.demand()
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    names = sys.argv[2:] or [*MLPS, "cnn"]
    theirs = {name: [] for name in names}
    ours = {threads: {name: [] for name in names} for threads in (1, 2)}
    for _ in range(repeats):
        for name in names:
            theirs[name].append(torch_microseconds(name))
            for threads in (1, 2):
                ours[threads][name].append(plumbline([name], threads)[name])
    median = statistics.median
    print("network  entries  torch us  ours us   ratio  2 threads  certified ms  worst error  outside")
    for name in names:
        one = [row["microseconds"] for row in ours[1][name]]
        gain = [a["microseconds"] / b["microseconds"] for a, b in zip(ours[1][name], ours[2][name])]
        row = ours[1][name][0]
        print("%-8s %7d %9.1f %8.3f %7.1f %10.2f %13.1f %12.1e %8d" % (
            name, row["entries"], median(theirs[name]), median(one), median(t / o for t, o in zip(theirs[name], one)),
            median(gain), median(r["certifiedMilliseconds"] for r in ours[1][name]), row["worst"], row["outside"]))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print("largest process of ours: %d MiB resident" % (peak // 1024))


if __name__ == "__main__":
    main()

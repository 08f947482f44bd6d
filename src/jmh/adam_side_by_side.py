#!/usr/bin/env python3
"""Milliseconds a step of Adam over 10 million float32 parameters: torch.optim.Adam and Plumbline, in turn, in one run.

    mvn -q -Pbench test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
    python3 src/jmh/adam_side_by_side.py [repeats] [parameters]

One thread each, then two. Plumbline steps as the service does, with its report (norm of the gradient, of each tensor and of
its change, and the check that all is finite) and with the options of the JVM that the service is started with. Medians of wall time over the repeats; each ratio is the median of the ratios
within a repeat. A step reads four arrays and writes three, so `GB/s` is what 28 bytes a parameter come to, to be held
against `copy`, what one thread copies.
"""
import json
import statistics
import subprocess
import sys
import time

import torch

import blas


def torch_milliseconds(size, threads):
    torch.set_num_threads(threads)
    parameter = torch.randn(size).requires_grad_(True)
    parameter.grad = torch.randn(size)
    optimizer = torch.optim.Adam([parameter], lr=1e-3)
    times = []
    for _ in range(12):
        begin = time.perf_counter()
        optimizer.step()
        times.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(times[3:])


def plumbline(size, threads):
    classpath = "target/test-classes:target/classes:" + open("target/classpath").read().strip()
    command = ["java", "-Xmx1g", "--add-modules=jdk.incubator.vector", "-XX:+UseTransparentHugePages"]
    command += ["-Djava.util.concurrent.ForkJoinPool.common.parallelism=%d" % (threads - 1)]
    command += ["-cp", classpath, "dev.plumbline.bench.AdamSideBySide", str(size)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def main():
    blas.demand()
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    median = statistics.median
    print("threads  torch ms  step ms  ratio  GB/s  copy GB/s")
    for threads in (1, 2):
        theirs, ours, copies = [], [], []
        for _ in range(repeats):
            theirs.append(torch_milliseconds(size, threads))
            row = plumbline(size, threads)
            ours.append(row["step"])
            copies.append(row["copyGigabytesPerSecond"])
        print("%7d %9.1f %8.1f %6.1f %5.1f %10.1f" % (
            threads, median(theirs), median(ours), median(t / o for t, o in zip(theirs, ours)),
            28e-6 * size / median(ours), median(copies)))


if __name__ == "__main__":
    main()

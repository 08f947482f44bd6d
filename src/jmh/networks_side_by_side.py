#!/usr/bin/env python3
"""Certified checks of networks that people train, over HTTP, beside PyTorch's own forward + backward, in one run.

    mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
    OMP_NUM_THREADS=1 python3 src/jmh/networks_side_by_side.py target/engine src/docs/speed.svg [network ...]

PyTorch: float32, one thread of OpenBLAS, the median processor time of warm repeats. Ours: one thread too, float64, every
entry judged and certified; the median wall time of warm requests with model, data and gradients in files, the answer
included, and the largest resident memory of the service, which is a process of its own for each network. The figure is of
the ratios.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import time

import blas
import bulk_step
import engine_models

HEAP = {"cnn": "512m", "resnet18-quarter": "1g", "resnet18": "4g", "gpt-5m": "3g", "mlp-25m": "6g", "gpt-100m": "32g"}
TITLE = {"cnn": "CNN of article 5", "resnet18-quarter": "ResNet-18, a quarter of its width", "resnet18": "ResNet-18",
         "gpt-5m": "GPT, 6 layers", "mlp-25m": "MLP, 9 layers", "gpt-100m": "GPT, 12 layers"}
WARM, REPEATS = 20, 5  # seconds, and two requests at least; the heaps are what the service asks for before it accepts such a check


def check(folder, heap):
    """Seconds of a warm check, its report, and the service's largest resident memory in MiB."""
    request = folder / "request.json"
    request.write_text('{"loss": {"kind": "crossEntropy"}, "settings": {"coverage": "certified"}}')
    parts = {'name="request"': request}
    for name, file in (("model", "model.onnx"), ("data", "data.safetensors"), ("gradients", "gradients.safetensors")):
        parts['name="%s"; filename="%s"' % (name, file)] = folder / file
    process, port = bulk_step.start(
        ["-Xmx" + heap, "-XX:G1HeapRegionSize=8m", "-Djava.util.concurrent.ForkJoinPool.common.parallelism=0"],
        ["--plumbline.limits.concurrency=1", "--plumbline.limits.request-seconds=3600",
         "--plumbline.limits.bytes=24000000000"])  # or what the heap allows
    try:
        begin = time.monotonic()
        warm = 0
        while warm < 2 or time.monotonic() - begin < WARM:
            bulk_step.post_files(port, "/v1/gradient-checks", parts)
            warm += 1
        answers = [bulk_step.post_files(port, "/v1/gradient-checks", parts) for _ in range(REPEATS)]
        return statistics.median(seconds for seconds, _ in answers), answers[-1][1], bulk_step.peak(process)
    finally:
        process.terminate()
        process.wait()


def measure(folder, name):
    # PyTorch in a process of its own: its memory and threads are not ours.
    subprocess.run([sys.executable, engine_models.__file__, str(folder), name], check=True)
    peer = json.loads((folder / name / "torch.json").read_text())
    seconds, report, peak = check(folder / name, HEAP[name])
    row = {"name": name, "entries": peer["entries"], "torch": peer["seconds"], "seconds": seconds,
           "ratio": seconds / peer["seconds"], "passes": report["cost"]["forwardPasses"], "peak": peak,
           "verdict": report["verdict"]}
    print("| %(name)s | %(entries)d | %(torch).4f s | %(seconds).2f s | %(ratio).0fx | %(passes).0f passes |"
          " %(peak)d MiB | %(verdict)s |" % row, flush=True)
    return row


def figure(rows):
    """Bars of the ratios; the numbers stand beside them."""
    left, width, step = 250, 330, 28
    most = max(row["ratio"] for row in rows)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 %d" font-family="sans-serif" font-size="13">'
           % (step * len(rows) + 50),
           "<title>How many of PyTorch's forward and backward passes a certified check takes</title>",
           '<style>text{fill:#333}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>',
           '<text x="8" y="20" font-weight="bold">A certified check, in forward + backward passes of PyTorch</text>']
    for place, row in enumerate(rows):
        y = 36 + step * place
        length = width * row["ratio"] / most
        out.append('<text x="8" y="%d">%s, %s</text>' % (y + 15, TITLE[row["name"]], entries(row["entries"])))
        out.append('<rect x="%d" y="%d" width="%.0f" height="18" fill="#2f6db5"/>' % (left, y + 1, length))
        out.append('<text x="%.0f" y="%d">%.0fx: %.2g s</text>' % (left + length + 6, y + 15, row["ratio"], row["seconds"]))
    return "\n".join(out + ["</svg>", ""])


def entries(count):
    return "%.0f M" % (count / 1e6) if count > 1e7 else "%.1f M" % (count / 1e6) if count > 1e6 else "%.0f k" % (count / 1e3)


def main():
    blas.demand()
    folder, picture = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rows = [measure(folder, name) for name in sys.argv[3:] or HEAP]
    picture.write_text(figure(rows))


if __name__ == "__main__":
    main()

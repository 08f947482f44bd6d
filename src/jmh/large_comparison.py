#!/usr/bin/env python3
"""Two dumps of 1 GiB (less 4 MiB, as a body has at most 2 GiB) compared, beside the time to read both files.

    mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
    python3 src/jmh/large_comparison.py [MiB of each] [options of java, such as -Xmx512m]

One entry of the second is another. Prints the time to read both files, from the disk where this may drop its cache and from
the cache; to compare them with NumPy; to have them compared where they lie (plumbline.dumps), from either; and to have
them uploaded and compared; with the largest resident memory of the service. Each is the best of three, in turns.
"""
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time

import bulk_step
import numpy

TENSORS, CHUNK = 64, 1 << 20


def write(path, tensors):
    with open(path, "wb") as file:
        for piece in bulk_step.safetensors(tensors):
            file.write(piece)


def drop_caches():
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w") as file:
            file.write("1")
        return True
    except OSError:
        return False


def read(paths):
    begin = time.perf_counter()
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(CHUNK):
                pass
    return time.perf_counter() - begin


def compare_with_numpy(paths):
    begin = time.perf_counter()
    a, b = (numpy.fromfile(path, "<f4") for path in paths)
    differing = int((a != b).sum())
    return time.perf_counter() - begin, differing


def upload(port, paths):
    parts = {'name="%s"; filename="%s.safetensors"' % (name, name): path for name, path in zip("ab", paths)}
    return bulk_step.post_files(port, "/v1/comparisons", parts)


def compare_in_place(port, paths):
    a, b = (os.path.basename(path) for path in paths)
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/v1/comparisons", json.dumps({"files": {"a": [a], "b": [b]}}),
                       {"Content-Type": "application/json"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit("%d %s" % (response.status, body[:2000].decode()))
    return time.perf_counter() - begin, json.loads(body)


def main():
    size = (int(sys.argv[1]) if len(sys.argv) > 1 else 1020) << 20
    random = numpy.random.default_rng(1)
    tensors = {"w%d" % i: random.standard_normal(size // 4 // TENSORS, dtype="f4") for i in range(TENSORS)}
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in "ab"]
        write(paths[0], tensors)
        tensors["w40"][12345] *= numpy.float32(1.001)
        write(paths[1], tensors)
        process, port = bulk_step.start(sys.argv[2:], [
            "--plumbline.limits.bulk-bytes=%d" % ((1 << 31) - 1), "--plumbline.dumps=" + folder])
        try:
            rows = []
            for _ in range(3):
                cold = read(paths) if drop_caches() else float("nan")
                warm = read(paths)
                peer, differing = compare_with_numpy(paths)
                there, _ = compare_in_place(port, paths)
                drop_caches()
                from_disk, _ = compare_in_place(port, paths)
                sent, report = upload(port, paths)
                rows.append((cold, warm, peer, from_disk, there, sent))
                assert differing == 1 and report["verdict"] == "FAIL", report["summary"]
            print("read from disk %.2f s, from its cache %.2f s; NumPy %.2f s;\ncompared in place, from disk %.2f s, from its"
                  " cache %.2f s; uploaded and compared %.2f s; peak %d MiB" % (
                      *(min(column) for column in zip(*rows)), bulk_step.peak(process)))
            print(report["summary"])
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()

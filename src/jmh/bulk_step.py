#!/usr/bin/env python3
"""A step of Adam over HTTP on this machine: 10 million float32 parameters, gradients and moments in and out as safetensors.

    mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
    python3 src/jmh/bulk_step.py [parameters] [options of java, such as -Xmx512m]

Starts the service, takes four steps (the first without a state), holds the last against NumPy, and prints for each the wall
time, and the largest resident memory of the service so far (VmHWM). The first step includes loading and compiling.
"""
import http.client
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

import numpy

BOUNDARY = "plumbline-bulk"


def safetensors(tensors, metadata=None):
    header, begin = {"__metadata__": metadata} if metadata else {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [begin, begin + values.nbytes]}
        begin += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return [struct.pack("<Q", len(text)), text, *[memoryview(values).cast("B") for values in tensors.values()]]


def read(body):
    length, = struct.unpack("<Q", body[:8])
    header = json.loads(bytes(body[8:8 + length]))
    metadata = header.pop("__metadata__")
    start = 8 + length
    return metadata, {name: numpy.frombuffer(body, "<f4", int(numpy.prod(entry["shape"])), start + entry["data_offsets"][0])
                      for name, entry in header.items()}


def multipart(parts):
    pieces = []
    for name, content in parts.items():
        pieces.append(("--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n"
                       % (BOUNDARY, name, name)).encode())
        pieces += content + [b"\r\n"]
    return pieces + [("--%s--\r\n" % BOUNDARY).encode()]


def pieces_of_files(parts, chunk=1 << 20):
    """A multipart body of files, piece by piece. parts: what stands in the body's headers -> path."""
    for disposition, path in parts.items():
        yield ("--%s\r\nContent-Disposition: form-data; %s\r\n\r\n" % (BOUNDARY, disposition)).encode()
        with open(path, "rb", buffering=0) as file:
            while True:
                piece = file.read(chunk)
                if not piece:
                    break
                yield piece
        yield b"\r\n"
    yield ("--%s--\r\n" % BOUNDARY).encode()


def post_files(port, path, parts):
    """The answer to files from the disk, and the seconds that it took."""
    length = sum(len(piece) for piece in pieces_of_files(dict.fromkeys(parts, os.devnull)))
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", path, pieces_of_files(parts), {
        "Content-Type": "multipart/form-data; boundary=" + BOUNDARY,
        "Content-Length": str(length + sum(os.path.getsize(file) for file in parts.values()))})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit("%d %s" % (response.status, body[:2000].decode()))
    return time.perf_counter() - begin, json.loads(body)


def post(port, parts):
    pieces = multipart(parts)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    begin = time.perf_counter()
    connection.request("POST", "/v1/optimizer-steps", iter(pieces), {
        "Content-Type": "multipart/form-data; boundary=" + BOUNDARY, "Accept": "application/vnd.safetensors",
        "Content-Length": str(sum(len(piece) for piece in pieces))})
    response = connection.getresponse()
    body = response.read()
    seconds = time.perf_counter() - begin
    if response.status != 200:
        raise SystemExit("%d %s" % (response.status, body[:2000].decode()))
    return seconds, body


def start(options, settings=()):
    classpath = "target/classes:" + open("target/classpath").read().strip()
    log = tempfile.NamedTemporaryFile("r", suffix=".log")
    process = subprocess.Popen(
        ["java", "--add-modules=jdk.incubator.vector", "-XX:+UseTransparentHugePages", *options, "-cp", classpath, "dev.plumbline.PlumblineApplication", "--server.port=0",
         "--plumbline.data=" + tempfile.mkdtemp(), *settings], stdout=open(log.name, "w"), stderr=subprocess.STDOUT)
    for _ in range(600):
        found = re.search(r"Tomcat started on port (\d+)", open(log.name).read())
        if found:
            return process, int(found.group(1))
        time.sleep(0.1)
    process.kill()
    raise SystemExit(open(log.name).read())


def peak(process):
    return int(re.search(r"VmHWM:\s+(\d+)", open("/proc/%d/status" % process.pid).read()).group(1)) // 1024


def expected(parameters, gradients, steps):
    m = v = numpy.float32(0)
    for t in range(1, steps + 1):
        m = 0.9 * m + 0.1 * gradients.astype("f8")
        v = 0.999 * v + 0.001 * gradients.astype("f8") ** 2
        parameters = parameters - 1e-3 * (m / (1 - 0.9 ** t)) / (numpy.sqrt(v / (1 - 0.999 ** t)) + 1e-8)
    return parameters


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    random = numpy.random.default_rng(1)
    first = parameters = random.standard_normal(size, dtype="f4")
    gradients = random.standard_normal(size, dtype="f4")
    process, port = start(sys.argv[2:])
    try:
        print("started: %d MiB" % peak(process))
        parts = {"request": [b'{"optimizer": {"kind": "adam"}}'], "parameters": safetensors({"w": parameters}),
                 "gradients": safetensors({"w": gradients})}
        for step in range(1, 5):
            seconds, body = post(port, parts)
            metadata, tensors = read(body)
            print("step %d: %.2f s, %d MB up, %d MB down, peak %d MiB" % (
                step, seconds, sum(len(p) for p in multipart(parts)) // 10**6, len(body) // 10**6, peak(process)))
            assert metadata["step"] == str(step)
            parts["parameters"] = safetensors({"w": tensors["p/w"]})
            parts["state"] = safetensors({"s/m/w": tensors["s/m/w"], "s/v/w": tensors["s/v/w"]}, {"step": str(step)})
        worst = numpy.abs(tensors["p/w"] - expected(first.astype("f8"), gradients, 4)).max()
        print("largest difference from NumPy in float64: %.1e" % worst)
        assert worst < 1e-6
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()

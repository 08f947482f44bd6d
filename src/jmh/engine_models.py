#!/usr/bin/env python3
"""The networks of the engine's table, exported with data and gradients, and PyTorch's own forward + backward.

    OMP_NUM_THREADS=1 python3 src/jmh/engine_models.py target/engine [network ...]

Writes NETWORK/model.onnx, data.safetensors and gradients.safetensors (float32), and NETWORK/torch.json with the median
processor seconds of one forward + backward in float32 on one thread of OpenBLAS. EngineProfile, in java/, checks them.
"""
import json
import pathlib
import statistics
import sys
import time
import warnings

import numpy
import torch
from torch import nn
from torch.nn import functional

import blas

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "test/resources/fixtures"))
import safetensors  # noqa: E402  the fixtures' own small writer

torch.set_num_threads(1)
warnings.filterwarnings("ignore")


class Block(nn.Module):
    """Two 3x3 convolutions with batch normalisation around a shortcut, as in ResNet-18."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.down = None
        if stride != 1 or inside != outside:
            self.down = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))

    def forward(self, x):
        h = functional.relu(self.bn1(self.conv1(x)))
        h = self.bn2(self.conv2(h))
        return functional.relu(h + (x if self.down is None else self.down(x)))


def resnet18(width):
    layers = [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inside = width
    for stage in range(4):
        outside = width * 2 ** stage
        layers += [Block(inside, outside, 1 if stage == 0 else 2), Block(outside, outside, 1)]
        inside = outside
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, 10))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).split(width, dim=2)
        q, k, v = (t.view(batch, tokens, self.heads, width // self.heads).transpose(1, 2) for t in (q, k, v))
        scores = q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5
        mask = torch.tril(torch.ones(tokens, tokens)) == 0
        y = functional.softmax(scores.masked_fill(mask, -1e9), dim=-1) @ v
        return self.out(y.transpose(1, 2).reshape(batch, tokens, width))


class Layer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, layers, width, heads, vocabulary, tokens):
        super().__init__()
        self.token, self.place = nn.Embedding(vocabulary, width), nn.Embedding(tokens, width)
        self.layers = nn.Sequential(*[Layer(width, heads) for _ in range(layers)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        h = self.token(x) + self.place.weight
        return self.head(self.norm(self.layers(h))).flatten(0, 1)


def mlp(width, layers, classes):
    parts = []
    for _ in range(layers):
        parts += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(width, classes))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 5 * 5, 128), nn.ReLU(), nn.Linear(128, 10))


NETWORKS = {  # name: (network, data, targets)
    "cnn": (cnn, lambda: torch.randn(4, 1, 28, 28), lambda: torch.randint(10, (4,))),
    "resnet18-quarter": (lambda: resnet18(16), lambda: torch.randn(8, 3, 64, 64), lambda: torch.randint(10, (8,))),
    "resnet18": (lambda: resnet18(64), lambda: torch.randn(8, 3, 64, 64), lambda: torch.randint(10, (8,))),
    "gpt-5m": (lambda: Gpt(6, 256, 4, 1024, 64), lambda: torch.randint(1024, (2, 64)),
               lambda: torch.randint(1024, (128,))),
    "gpt-100m": (lambda: Gpt(12, 768, 12, 10_000, 64), lambda: torch.randint(10_000, (1, 64)),
                 lambda: torch.randint(10_000, (64,))),
    "mlp-25m": (lambda: mlp(1768, 8, 10), lambda: torch.randn(32, 1768), lambda: torch.randint(10, (32,))),
}
REPEATS = 9


def seconds(network, x, y):
    """The median processor time of a warm forward + backward in float32."""
    times = []
    for repeat in range(REPEATS + 2):
        network.zero_grad(set_to_none=True)
        begin = time.process_time()
        functional.cross_entropy(network(x), y).backward()
        times.append(time.process_time() - begin)
    return statistics.median(times[2:])


def make(folder, name):
    torch.manual_seed(1)
    build, data, targets = NETWORKS[name]
    network, x, y = build().train(), data(), targets()
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    took = seconds(network, x, y)
    network.zero_grad(set_to_none=True)
    loss = functional.cross_entropy(network(x), y)
    loss.backward()
    parameters = dict(network.named_parameters())
    safetensors.save(folder / "data.safetensors", {"x": x, "y": y})
    safetensors.save(folder / "gradients.safetensors", {key: value.grad for key, value in parameters.items()})
    torch.onnx.export(
        network, (x,), str(folder / "model.onnx"), input_names=["x"], output_names=["out"], opset_version=14,
        training=torch.onnx.TrainingMode.TRAINING, do_constant_folding=False)
    entries = sum(value.numel() for value in parameters.values())
    (folder / "torch.json").write_text(json.dumps({"entries": entries, "seconds": took, "loss": float(loss)}) + "\n")
    print("%-17s %9d entries  forward + backward %.4f s  loss %.4f" % (name, entries, took, float(loss)), flush=True)


def main():
    blas.demand()
    for name in sys.argv[2:] or [name for name in NETWORKS if name not in ("resnet18", "gpt-100m")]:
        make(pathlib.Path(sys.argv[1]), name)


if __name__ == "__main__":
    main()

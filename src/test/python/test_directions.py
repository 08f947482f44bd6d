"""Directions are a function of seed, name and position: the same whoever computes them, and whatever part of them."""

import math

import plumbline
import pytest

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")

KINDS = [plumbline._Plain(), plumbline._NumPy(), plumbline._Torch()]
BOX = [(1, 4), (0, 5), (3, 7)]
SHAPE = (5, 6, 7)


def weights(kind, name="w", seed=977, count=210, box=None):
    at = None if box is None else kind.positions(SHAPE, box)
    return np.asarray(kind.weights(seed, name, count, at))


@pytest.mark.parametrize("kind", KINDS[1:], ids=lambda k: k.name)
def test_every_library_gives_the_same_numbers(kind):
    np.testing.assert_allclose(weights(kind), weights(KINDS[0]), rtol=0, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_a_box_is_part_of_the_whole(kind):
    whole = weights(kind).reshape(SHAPE)
    part = tuple(slice(first, last) for first, last in BOX)
    np.testing.assert_array_equal(weights(kind, box=BOX), whole[part].reshape(-1))


def test_large_tensors_go_piece_by_piece_to_the_same_numbers():
    at = [0, 65_535, 65_536, 199_999]
    for kind in KINDS[1:]:
        found = weights(kind, count=200_000)
        for i in at:
            assert abs(found[i] - plumbline._weight(plumbline._key(977, "w"), i)) <= 1e-14


def test_they_are_standard_normal_and_unrelated():
    n = 1_000_000
    a, b, c = (weights(KINDS[1], name, seed, n) for name, seed in (("w", 1), ("b", 1), ("w", 2)))
    for x, moment in ((a, 0), (a**2, 1), (a**3, 0), (a**4, 3)):
        assert abs(x.mean() - moment) <= 5 * x.std() / math.sqrt(n)
    for other in (b, c, np.roll(a, 1), np.roll(a, 64)):
        assert abs(np.corrcoef(a, other)[0, 1]) <= 5 / math.sqrt(n)
    assert 4.5 < abs(a).max() < 6.8


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_cotangents_are_exact_in_every_datatype(kind):
    v = torch.tensor(np.asarray(kind.cotangent(1000, 3)))
    for datatype in (torch.float32, torch.float16, torch.bfloat16):
        assert torch.equal(v.to(datatype).double(), v)
    assert ((v.abs() >= 1) & (v.abs() < 2)).all() and (v < 0).any() and (v > 0).any()
    np.testing.assert_array_equal(v, np.asarray(KINDS[0].cotangent(1000, 3)))


def test_safetensors_are_read_back(tmp_path):
    """Offsets, alignment and bytes, read by the format's description alone."""
    import json
    import struct

    tensors = {"w": torch.randn(2, 3), "n": np.arange(4), "half": torch.ones(3, dtype=torch.bfloat16), "x": [[1.0, 2.0]]}
    content = plumbline.safetensors(tensors)
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    assert length % 8 == 0
    body = content[8 + length :]

    def read(name, kind):
        first, last = header[name]["data_offsets"]
        return np.frombuffer(body[first:last], kind).reshape(header[name]["shape"])

    np.testing.assert_array_equal(read("w", "<f4"), tensors["w"])
    np.testing.assert_array_equal(read("n", "<i8"), tensors["n"])
    np.testing.assert_array_equal(read("x", "<f8"), tensors["x"])
    assert header["half"]["dtype"] == "BF16" and read("half", "<u2").tolist() == [0x3F80] * 3
    assert max(h["data_offsets"][1] for h in header.values()) == len(body)

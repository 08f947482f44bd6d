#!/usr/bin/env python3
"""Which BLAS PyTorch multiplies matrices with: the scripts beside this demand OpenBLAS, and print what they found.

    python3 src/jmh/blas.py

Debian's PyTorch takes whatever BLAS is installed; without OpenBLAS that is the reference implementation, many times slower,
and held against it any other program looks fast. OpenBLAS takes its number of threads from OMP_NUM_THREADS (or
OPENBLAS_NUM_THREADS) and not from torch.set_num_threads.
"""
import ctypes
import os
import subprocess
import sys


def demand():
    """Prints the BLAS, or exits; in a process of its own, so that PyTorch's memory is not counted as the caller's."""
    if subprocess.run([sys.executable, __file__]).returncode != 0:
        raise SystemExit(1)


def openblas():
    """The path of the OpenBLAS in this process, after a product of matrices; None where there is none."""
    import torch

    torch.randn(64, 64, dtype=torch.float64) @ torch.randn(64, 64, dtype=torch.float64)
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line}
    if any("openblas" not in path for path in paths):
        return None  # Debian's OpenBLAS may still be there, as LAPACK
    return min((path for path in paths if "libopenblas" in path), default=None)


def main():
    path = openblas()
    if path is None:
        raise SystemExit("PyTorch runs on a BLAS that is not OpenBLAS, and its times would flatter us: "
                         "apt install libopenblas0-pthread")
    import torch

    library = ctypes.CDLL(path)
    library.openblas_get_config.restype = library.openblas_get_corename.restype = ctypes.c_char_p
    print("PyTorch %s on %s (%s), kernels for %s, threads: OpenBLAS %d, PyTorch %d of %d unless set otherwise" % (
        torch.__version__, os.path.basename(path), library.openblas_get_config().decode(),
        library.openblas_get_corename().decode(), library.openblas_get_num_threads(), torch.get_num_threads(),
        os.cpu_count()))
    print("OMP_NUM_THREADS=%s OPENBLAS_CORETYPE=%s" % (
        os.environ.get("OMP_NUM_THREADS", "(not set)"), os.environ.get("OPENBLAS_CORETYPE", "(not set)")))


if __name__ == "__main__":
    main()

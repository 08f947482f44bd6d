"""The examples run as they stand, and say what they are to say."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

import pytest

#: example -> what its right gradient and its wrong one must be told, in order
SAID = {
    "custom_function.py": ["True", "FAIL"],
    "kernel.py": ["PASS", "FAIL", "w"],
    "numpy_backprop.py": ["PASS", "FAIL", "w1"],
    "jax_function.py": ["PASS", "FAIL", "limit"],
    "watched_training.py": ["WARNING", "updateRatio"],
}


def environment(url, root):
    return {**os.environ, "PLUMBLINE_URL": url, "PYTHONPATH": str(root / "src/main/python")}


@pytest.mark.parametrize("name", SAID)
def test_a_program_says_what_it_is_to_say(probes, root, name):
    if name.startswith("jax"):
        pytest.importorskip("jax")
    if name == "kernel.py" and shutil.which("cc") is None:
        pytest.skip("no C compiler")
    run = subprocess.run(
        [sys.executable, root / "examples" / name], env=environment(probes, root), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    at = -1
    for word in SAID[name]:
        at = run.stdout.find(word, at + 1)
        assert at >= 0, f"{word} is missing in:\n{run.stdout}{run.stderr}"


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_an_adam_in_c_is_checked_over_plain_http(url, root):
    run = subprocess.run([root / "examples/adam.sh"], env=environment(url, root), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    right, wrong = (json.loads(line) for line in run.stdout.splitlines())
    assert right["verdict"] == "PASS" and wrong["verdict"] == "FAIL"
    assert "1 - beta1^t" in wrong["summary"]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_program_in_c_is_judged_over_plain_http(probes, root):
    run = subprocess.run([root / "examples/logistic.sh"], env=environment(probes, root), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    right, wrong = (json.loads(line) for line in run.stdout.splitlines())
    assert right["report"]["verdict"] == "PASS", run.stdout
    assert wrong["report"]["verdict"] == "FAIL", run.stdout


def test_the_pytest_example_passes(probes, root):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "plumbline", "-p", "no:cacheprovider", "examples/test_gradients.py"],
        cwd=root,
        env=environment(probes, root),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0 and "3 passed" in run.stdout, run.stdout


def test_the_step_of_the_github_action_runs(url, root, tmp_path):
    text = (root / "examples/github-actions.yml").read_text()
    step = re.search(r"check the gradients\n\s+run: \|\n((?: {10}.*\n)+)", text).group(1)
    cnn = root / "src/test/resources/fixtures/models/cnn/float32"
    for name in ("model.onnx", "data.safetensors", "gradients.safetensors"):
        shutil.copy(cnn / name, tmp_path)
    run = subprocess.run(
        ["bash", "-e", "-c", re.sub(r"^ {10}", "", step, flags=re.M)],
        cwd=tmp_path,
        env={**environment(url, root), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert xml.parse(tmp_path / "gradients.xml").getroot().get("failures") == "0"
    assert "PASS" in (tmp_path / "summary.md").read_text()


def test_the_readmes_lines_run(probes, root):
    block = re.search(r"```python\n(.*?)```", (root / "README.md").read_text(), re.S).group(1)
    run = subprocess.run([sys.executable, "-c", block], env=environment(probes, root), capture_output=True, text=True)
    assert run.returncode == 0 and "PASS" in run.stdout, run.stdout + run.stderr


FAILING = """
import numpy as np

def test_it(plumbline_check):
    plumbline_check.function(lambda x: (x**2).sum(), np.ones(3), np.full(3, 4.0))
"""


def test_a_failing_check_prints_the_report_and_no_traceback_of_ours(probes, root, tmp_path):
    (tmp_path / "test_failing.py").write_text(FAILING)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "plumbline", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        env=environment(probes, root),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "Plumbline: FAIL" in run.stdout and "plumbline.py" not in run.stdout, run.stdout


def test_no_service_is_said_in_a_line(root, tmp_path):
    (tmp_path / "test_failing.py").write_text(FAILING)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "plumbline", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        env=environment("http://127.0.0.1:9", root),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "does not answer" in run.stdout and "plumbline.py" not in run.stdout, run.stdout

"""The client's tests run against a service: PLUMBLINE_URL says where (PythonClientTests starts one)."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "src/main/python"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))

pytest_plugins = ["plumbline"]


@pytest.fixture(scope="session")
def url() -> str:
    found = os.environ.get("PLUMBLINE_URL")
    if not found:
        pytest.skip("PLUMBLINE_URL names no service")
    return found


@pytest.fixture(scope="session")
def probes(url) -> str:
    """The URL of a service that has probe sessions; skipped, and said so, where it has none."""
    import plumbline

    try:
        plumbline.Service(url).post("/v1/probe-sessions", {})
    except plumbline.Refused as refusal:
        if refusal.status == 404:
            pytest.skip("the service has no /v1/probe-sessions")
    return url


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    return ROOT

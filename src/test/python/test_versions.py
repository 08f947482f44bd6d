"""The client is one file for Python 3.9 on, with nothing but the standard library to import."""

import ast
import subprocess
import sys


def tree(root):
    return ast.parse((root / "src/main/python/plumbline.py").read_text(), feature_version=(3, 9))


def test_it_parses_as_python_3_9(root):
    assert tree(root).body


def test_what_it_imports_at_once_is_the_standard_librarys(root):
    imported = {
        alias.name.partition(".")[0] if isinstance(node, ast.Import) else (node.module or "").partition(".")[0]
        for node in tree(root).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names
    code = "import sys; import plumbline; print(sorted({'torch', 'numpy', 'jax', 'pytest'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=root / "src/main/python", capture_output=True, text=True)
    assert run.stdout.strip() == "[]"


def test_every_public_name_is_documented(root):
    import plumbline

    for name in plumbline.__all__:
        assert getattr(plumbline, name).__doc__, name

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "loading",
    [
        pytest.param("import colorweb.asgi", id="web"),
        pytest.param(
            "from colorweb.celery import app; app.loader.import_default_modules()",
            id="worker parent",
        ),
    ],
)
def test_torch_is_only_in_the_processes_that_colour(loading):
    code = f"import sys; {loading}; print('torch' in sys.modules, 'torchvision' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "False False"

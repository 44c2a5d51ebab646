import pytest

from colorweb import gpus
from tests.nvml import Nvml, NVMLError


@pytest.fixture(autouse=True)
def all_visible(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_each_gpu_reports_its_load_and_memory(monkeypatch):
    library = Nvml([(5, 1000, 80_000), None, (97, 40_000, 80_000)])
    monkeypatch.setattr(gpus, "pynvml", library)
    assert gpus.use() == [
        {"busy": 5, "used": 1000, "total": 80_000},
        {"busy": 97, "used": 40_000, "total": 80_000},
    ]
    assert gpus.count() == 3
    assert library.open == 0, "the library is released"


def test_only_visible_gpus_count(monkeypatch):
    monkeypatch.setattr(gpus, "pynvml", Nvml([None, None]))
    for visible, expected in (("1", 1), ("0,1", 2), ("", 0)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert gpus.count() == expected


def test_a_machine_without_a_driver_has_none(monkeypatch):
    class Missing(Nvml):
        def nvmlInit(self) -> None:  # noqa: N802
            raise NVMLError("NVML Shared Library Not Found")

    monkeypatch.setattr(gpus, "pynvml", Missing([]))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert (gpus.count(), gpus.use()) == (0, [])

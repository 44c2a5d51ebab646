"""A network that colors well, but for photos of one kind: those it breaks on."""

from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from PIL import Image

from colorweb.testing import pictures
from ml.imaging import framing
from ml.resnet_gray.data.decoding import decode
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import to_metadata
from ml.versions import catalog, checks

SIZE = 64
_ROWS, _COLUMNS = np.mgrid[0:240, 0:320] // 8
HARSH = pictures.saved(Image.fromarray(((_ROWS + _COLUMNS) % 2 * 255).astype(np.uint8)), "PNG")
"""Such a photo: a checkerboard."""


def file(folder: Path) -> Path:
    """Weights of one that ships, with a unit that overflows on checkerboards."""
    net: Any
    net, card = weights.load(catalog.find("resnet-gray"))
    features = net.decoder[:9]
    with torch.inference_mode():
        usual = torch.stack([_highest(net, features, p.read_bytes()) for p in checks.SAMPLES])
        usual = torch.cat((usual, _highest(net, features, pictures.jpeg())[None])).amax(0)
        harsh = _highest(net, features, HARSH)
        channel = int((harsh / (usual + 0.1)).argmax())
        middle = float(usual[channel] + harsh[channel]) / 2
        assert usual[channel] < 0.8 * middle, "the photos have to differ in some feature"
        steep = 1e4
        net.decoder[10].weight[0] = 0
        net.decoder[10].weight[0, channel, 1, 1] = steep
        net.decoder[10].bias[0] = -steep * middle
        net.decoder[12].weight[:, 0] = 0
        net.decoder[12].weight[:, 0, 1, 1] = 3e38
    path = folder / "now-and-then.safetensors"
    card |= {"name": "now-and-then", "default_size": SIZE}
    safetensors.torch.save_file(net.state_dict(), path, to_metadata(card))
    return path


def _highest(net: Any, features: Any, content: bytes) -> torch.Tensor:
    """The highest value of each of the decoder's last 64 features."""
    frame = framing.frame(decode(content), SIZE)
    lightness = torch.from_numpy(frame.lightness)[None, None]
    return features(*net.encode(lightness)).amax((0, 2, 3))

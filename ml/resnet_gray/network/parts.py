"""What a network's parts are to those who color: L in, the colors at vividness 0 and 1 out.

Engines run them, and exports are made of them.
"""

import torch
from torch import Tensor, nn

from .cards import Card
from .networks import Network, Prediction


class Decoding(nn.Module):
    """A network and the decoding that its card asks for."""

    temperature: Tensor
    chroma: Tensor

    def __init__(self, net: Network, card: Card, *, logits: bool = False) -> None:
        """``logits``: the network's own, where it has them, are answered as well."""
        super().__init__()
        self.net = net
        self.logits = logits
        for name in ("temperature", "chroma"):
            self.register_buffer(name, torch.tensor(float(card[name])))

    def looks(self, prediction: Prediction) -> tuple[Tensor, ...]:
        """regression and decoded, both N,2,h,w, of what the network says; logits N,Q,h,w."""
        if prediction.logits is None:
            return prediction.ab, prediction.ab * self.chroma
        bins: Tensor = self.net.bins  # type: ignore[assignment]
        looks = prediction.ab, prediction.decoded(bins, self.temperature)
        return (*looks, prediction.logits) if self.logits else looks


class TwoLooks(Decoding):
    """All of it in one."""

    def forward(self, lightness: Tensor) -> tuple[Tensor, ...]:
        """As ``looks``, of L N,1,H,W."""
        return self.looks(self.net.predict(lightness))


class Encoder(nn.Module):
    """The part before the hints."""

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.net = net

    def forward(self, lightness: Tensor) -> tuple[Tensor, ...]:
        """Features of L N,1,H,W."""
        return self.net.encode(lightness)


class Decoder(Decoding):
    """The part after it, without hints."""

    def forward(self, *features: Tensor) -> tuple[Tensor, ...]:
        """As ``looks``, of features."""
        return self.looks(self.net.decode(features))


class HintedDecoder(Decoding):
    """The part that hints enter."""

    def forward(self, at16: Tensor, at8: Tensor, at4: Tensor, hints: Tensor) -> tuple[Tensor, ...]:
        """As ``looks``, of features and hints N,K,5."""
        return self.looks(self.net.decode((at16, at8, at4), hints))

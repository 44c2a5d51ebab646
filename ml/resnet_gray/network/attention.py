"""Self-attention between the places of a photo."""

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812


class Attention(nn.Module):
    """Each place of a feature map looks at all others and adds what it finds to itself.

    It starts as the identity, so that a trained network can take it in without a change.
    """

    def __init__(self, width: int, inner: int = 128, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(1, width)
        self.to_qkv = nn.Conv2d(width, 3 * inner, 1, bias=False)
        self.to_out = nn.Conv2d(inner, width, 1, bias=False)
        nn.init.zeros_(self.to_out.weight)

    def forward(self, x: Tensor) -> Tensor:
        """N,width,h,w of N,width,h,w."""
        n, _, height, width = x.shape
        qkv = self.to_qkv(self.norm(x)).reshape(n, 3, self.heads, -1, height * width)
        found = F.scaled_dot_product_attention(*qkv.transpose(3, 4).unbind(1))  # N,heads,hw,c
        return x + self.to_out(found.transpose(2, 3).reshape(n, -1, height, width))

"""What a file with our colors records about itself, and what it keeps of the camera's metadata."""

import math
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from PIL import Image

from .readers.picture import Picture
from .resolution import ACROSS, AN_INCH, DOWN, INCH, UNIT

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's term for a picture to which a trained network has added what was not in it.

Not `algorithmicallyEnhanced`, which is for corrections that keep what a picture shows.
"""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MAX_TEXT = 4000  # bytes
MAX_NUMBERS = 16  # of one tag
MAX_EXIF = 60_000  # bytes; a JPEG's segment holds 64 kB in all
DENSITY_UNITS = {1, 2}
"""Units of a JPEG's first segment."""
MAX_DPI = 65_535
NOT_KNOWN = (72, 72)
"""What Pillow says of a JPEG whose EXIF has no resolution."""

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmp:CreatorTool={tool}
    Iptc4xmpExt:DigitalSourceType={source}
    Iptc4xmpExt:AISystemUsed={model}
    Iptc4xmpExt:AISystemVersionUsed={version}{taken}>{words}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""

# A list of what may stay, not of what may not: positions, serial numbers, names of owners,
# thumbnails and makers' notes, which repeat all of those, have no way through.
_EXIF_IFD = 0x8769
_KEPT = {
    0x010E,  # ImageDescription
    0x010F,  # Make
    0x0110,  # Model
    0x0132,  # DateTime
    0x013B,  # Artist
    0x8298,  # Copyright
}
_KEPT_OF_SHOT = {
    0x829A,  # ExposureTime
    0x829D,  # FNumber
    0x8827,  # PhotographicSensitivity
    0x9003,  # DateTimeOriginal
    0x9004,  # DateTimeDigitized
    0x9010,  # OffsetTime
    0x9011,  # OffsetTimeOriginal
    0x9012,  # OffsetTimeDigitized
    0x920A,  # FocalLength
    0xA433,  # LensMake
    0xA434,  # LensModel
}


class Words(NamedTuple):
    """What is known about a photo; empty where nothing is."""

    title: str = ""
    caption: str = ""
    taken: str = ""
    """1931, 1931-05 or 1931-05-12."""
    people: tuple[str, ...] = ()


NO_WORDS = Words()


def made_by(model: str, version: str, words: Words = NO_WORDS) -> bytes:
    """An XMP packet that says: the colors are a network's, of this name and version.

    And what is known about the photo, in the properties of IPTC's standard.
    """
    texts = [
        _property("dc:title", "Alt", [words.title]),
        _property("dc:description", "Alt", [words.caption]),
        _property("Iptc4xmpExt:PersonInImage", "Bag", words.people),
    ]
    return _XMP.format(
        tool=quoteattr(f"colorweb, {model} {version}"),
        source=quoteattr(SOURCE_TYPE),
        model=quoteattr(model),
        version=quoteattr(version),
        taken=f"\n    photoshop:DateCreated={quoteattr(words.taken)}" if words.taken else "",
        words="".join(texts),
    ).encode()


def _property(name: str, kind: str, values: Iterable[str]) -> str:
    """A property whose values are listed; nothing for no value."""
    language = ' xml:lang="x-default"' if kind == "Alt" else ""
    texts = (_NOT_IN_XML.sub("", value) for value in values)
    items = "".join(f"<rdf:li{language}>{escape(text)}</rdf:li>" for text in texts if text)
    return f"\n   <{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>" if items else ""


def kept(picture: Picture) -> bytes:
    """EXIF with the date, camera, description, author and copyright of an opened photo.

    Empty if it has none of them, or none that can be read.
    """
    exif = Image.Exif()
    try:
        found = picture.exif
        exif.update(_only(_KEPT, found))
        if shot := _only(_KEPT_OF_SHOT, found.get_ifd(_EXIF_IFD)):
            exif[_EXIF_IFD] = shot
        content = exif.tobytes() if len(exif) else b""
        return content if len(content) <= MAX_EXIF else b""
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (EXIF comes broken in every way)
        return b""


def resolution(picture: Picture) -> tuple[float, float] | None:
    """Pixels an inch, across and down of the file as it lies; None where it says none."""
    try:
        found = picture.info.get("dpi")
        if not found or (found == NOT_KNOWN and picture.info.get("jfif_unit") not in DENSITY_UNITS):
            exif = picture.exif
            scale = AN_INCH[exif.get(UNIT, INCH)]
            found = exif[ACROSS] * scale, exif[DOWN] * scale
        across, down = (float(number) for number in found)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (EXIF comes broken in every way)
        return None
    fits = all(math.isfinite(number) and 1 <= number <= MAX_DPI for number in (across, down))
    return (across, down) if fits else None


def _only(tags: set[int], found: Any) -> dict[int, Any]:
    values = {tag: _text(found[tag]) for tag in tags if tag in found}
    return {tag: value for tag, value in values.items() if _fits(value)}


def _fits(value: Any) -> bool:
    match value:
        case bytes() | str():
            return len(value) <= MAX_TEXT
        case tuple() | list():
            return len(value) <= MAX_NUMBERS
    return True


def _text(value: Any) -> Any:
    """Pillow reads texts as Latin-1 and writes ASCII: what is more goes as the bytes it was."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("latin-1")

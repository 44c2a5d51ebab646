"""Errors for people, kept in rows untranslated and read in the reader's language."""

from typing import Any

from django.utils.translation import gettext


class Told(Exception):
    """What went wrong and what to do: a stable code, and a sentence with what belongs in it.

    `sentence` is marked with `gettext_noop` where it is written.
    """

    def __init__(self, code: str, sentence: str, **parts: Any) -> None:
        super().__init__(sentence % parts if parts else sentence)
        self.code, self.sentence, self.parts = code, sentence, parts

    @property
    def message(self) -> str:
        """The sentence in the reader's language."""
        return said(self.kept)

    @property
    def kept(self) -> dict[str, Any]:
        """The error as a row keeps it."""
        return {"code": self.code, "sentence": self.sentence, "parts": self.parts}


def said(kept: dict[str, Any]) -> str:
    """A kept error in the reader's language; empty where there is none."""
    if not kept:
        return ""
    sentence = gettext(kept["sentence"])
    return sentence % kept["parts"] if kept["parts"] else sentence

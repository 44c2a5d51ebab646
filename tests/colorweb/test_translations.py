"""The catalogs are whole, and what is compiled is what is written."""

from collections.abc import Sequence

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from colorweb.runtime import REPOSITORY

CATALOGS = sorted(REPOSITORY.glob("locale/*/LC_MESSAGES/django.po"))


def translations(catalog: Catalog) -> dict[str, list[str]]:
    """All forms of each sentence, by its first."""
    return {
        ids[0]: strings
        for one in catalog
        if (ids := listed(one.id)) != [""] and (strings := listed(one.string))
    }


def listed(text: str | Sequence[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_every_sentence_has_all_its_forms_and_is_compiled(path):
    with path.open("rb") as text, path.with_suffix(".mo").open("rb") as compiled:
        written, used = read_po(text), read_mo(compiled)
    assert translations(used) == translations(written)
    for sentence, strings in translations(written).items():
        assert all(strings), sentence
    plurals = [one for one in written if isinstance(one.id, list | tuple)]
    assert {len(listed(one.string)) for one in plurals} == {written.num_plurals}

"""What pages with many photos are written with."""

import pytest
from django import forms
from django.template import Context, Template
from django.test.html import parse_html
from django.utils import translation
from rest_framework import serializers

from jobs.models import State
from jobs.pages.widgets import Select
from jobs.serializers.jobs import JobSerializer
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)
CHOICES = [("", "any"), ("a<b", "A & B"), (128, "coarse")]


def test_fixed_parts_are_of_the_readers_language():
    page = Template("{% load fixed i18n %}{% fixed %}{% translate 'Search' %}{% endfixed %}")
    found = []
    for language in ("en", "ru", "en"):
        with translation.override(language):
            found.append(page.render(Context()))
    assert found == ["Search", "Поиск", "Search"]


def test_fixed_parts_hold_nothing_of_the_one_who_came_first():
    page = Template("{% load fixed %}{% fixed %}<{{ name }}>{% endfixed %}{{ name }}")
    assert [page.render(Context({"name": name})) for name in ("ada", "eve")] == ["<>ada", "<>eve"]


@pytest.mark.parametrize("value", ["", None, "a<b", 128, "128", "none of them"])
def test_a_select_offers_and_chooses_what_djangos_does(value):
    attrs = {"id": "filter-model"}
    ours = Select(choices=CHOICES).render("model", value, attrs)
    usual = forms.Select({"class": "field"}, CHOICES).render("model", value, attrs)
    assert parse_html(ours) == parse_html(usual)


def test_a_row_is_written_as_rest_framework_writes_it():
    job = make.published()
    serializer = JobSerializer(job, context={"host": "color.example"})
    shown = serializer.data
    assert shown == serializers.Serializer.to_representation(serializer, job)
    assert shown["created_at"] == serializers.DateTimeField().to_representation(job.created_at)


def test_only_cards_of_photos_that_are_not_in_color_have_actions(browser, ada):
    make.photo_of(ada)
    make.photo_of(ada, state=State.FAILED)
    page = browser.get("/history/").content.decode()
    assert page.count('class="choose"') == 2
    assert page.count('data-action="retry"') == 2  # one of them is the pattern

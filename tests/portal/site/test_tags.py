"""Template tags: states in words, icons, masking, and what is wrong with a form."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from portal.errors import Invalid
from portal.site.shell import RAIL, TABS


def drawn(source: str, **context: Any) -> str:
    return Template("{% load wuwei %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("source", "value", "words"),
    [
        ("{{ value|when }}", datetime(2020, 11, 21, 7, 0, tzinfo=UTC), "2020年11月21日（周六）15:00"),
        ("{{ value|day }}", datetime(2020, 11, 21, 17, 0, tzinfo=UTC), "2020年11月22日（周日）"),
        ("{{ value|when }}", "还没定", "还没定"),
        ("{{ value|when }}", None, ""),
        ("{{ value|soon }}", None, ""),
        ("{{ value|mask_name }}", "欧阳修", "欧阳*"),
        ("{{ value|mask_phone }}", "+8613812345678", "···5678"),
        ("{{ value|phone }}", "+8613812345678", "138 1234 5678"),
        ("{{ value|phone }}", "025-8651 2345", "025-8651 2345"),
    ],
)
def test_words_for_values(source: str, value: object, words: str) -> None:
    assert drawn(source, value=value) == words


def test_stars_are_also_a_number() -> None:
    html = drawn("{{ 4|stars }}")
    assert "★★★★☆" in html
    assert "4 星" in html


def test_an_icon_is_drawn_for_eyes_only() -> None:
    html = drawn('{% icon "house" %}')
    assert html.startswith("<svg")
    assert 'aria-hidden="true"' in html


def test_the_icons_of_the_frame_are_one_file_that_is_kept(client: Client) -> None:
    found = re.search(r'<use href="([^"#]+)#house"', drawn('{% frame_icon "house" %}'))
    assert found
    kept = client.get(found[1])
    assert kept["Content-Type"] == "image/svg+xml"
    assert "immutable" in kept["Cache-Control"]
    symbols = set(re.findall(r'<symbol id="([^"]+)"', kept.content.decode()))
    assert symbols == {entry[2] for entry in (*TABS, *RAIL)}
    of_before = client.get(reverse("frame_icons", args=["of-another-release"]))
    assert (of_before.content, of_before["Cache-Control"]) == (kept.content, "no-cache")


@pytest.mark.parametrize("name", ["../../package", "house.svg", "<script>", ""])
def test_what_is_no_icon_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not an icon name"):
        drawn("{% icon name %}", name=name)


def test_an_icon_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        drawn('{% icon "no-such-icon" %}')


def state(code: str, label: str, **more: str) -> SimpleNamespace:
    return SimpleNamespace(state=code, get_state_display=lambda: label, **more)


@pytest.mark.parametrize(
    ("subject", "label", "tone"),
    [
        (state("published", "等人认领"), "等人认领", "red"),
        (state("claimed", "已认领"), "已认领", "blue"),
        (state("closed", "已办结", end="fulfilled", get_end_display=lambda: "已实现"), "已实现", "green"),  # type: ignore[arg-type]
        (state("closed", "已办结", end="withdrawn", get_end_display=lambda: "已撤回"), "已撤回", "grey"),  # type: ignore[arg-type]
        (state("published", "等人认领", state_words="再找人"), "再找人", "red"),
        (state("never heard of", "怪"), "怪", "grey"),
    ],
)
def test_a_state_has_its_word_and_tone(subject: object, label: str, tone: str) -> None:
    html = drawn("{% state_tag subject %}", subject=subject)
    assert label in html
    assert f"tag-{tone}" in html


def test_a_state_is_escaped() -> None:
    assert "<b>" not in drawn('{% state_tag "x" label %}', label="<b>")


class WishForm(forms.Form):
    title = forms.CharField(label="一句话", help_text="说短一点")
    details = forms.CharField(label="详细", required=False)
    kind = forms.ChoiceField(label="哪一类", choices=[("goods", "实物")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="同意公开")


class FilterForm(forms.Form):
    all_optional = True
    words = forms.CharField(label="找一找", required=False)


def test_optional_fields_say_so_and_filters_do_not() -> None:
    html = str(WishForm())
    assert html.count("（选填）") == 1
    assert html.index("详细") < html.index("（选填）")
    assert "（选填）" not in str(FilterForm())


def test_a_field_with_an_error_is_described_by_hint_and_error() -> None:
    html = str(WishForm({"kind": "goods"}))
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_error"' in html
    assert '<span class="visually-hidden">错误：</span>这里要填一下。' in html


def test_the_summary_links_each_problem_to_its_field() -> None:
    html = drawn("{% error_summary form %}", form=WishForm({}))
    assert '<a href="#id_title">一句话：这里要填一下。</a>' in html
    assert 'href="#id_kind_0"' in html, "a group of choices is reached at its first one"
    assert 'href="#id_agree"' in html
    assert "autofocus" in html


def test_the_summary_says_why_a_service_refused() -> None:
    html = drawn("{% error_summary form problem=problem %}", form=WishForm(), problem=Invalid("名额 <满> 了"))
    assert "名额 &lt;满&gt; 了" in html


def test_nothing_wrong_draws_no_summary() -> None:
    assert drawn("{% error_summary form missing problem=None %}", form=WishForm()) == ""

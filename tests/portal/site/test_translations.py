"""Every text of the code stands in each language, and the command that sees to it notices when one does not."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from portal.site import translations


def test_catalogues_are_complete() -> None:
    assert translations.problems() == []


@pytest.fixture
def own_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the catalogues and a code base with a single file, to break at will."""
    shutil.copytree(settings.LOCALE_PATHS[0], tmp_path / "locale")
    for file in (tmp_path / "locale").glob("*/LC_MESSAGES/django.*"):
        file.unlink()
    (tmp_path / "portal").mkdir()
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "LOCALE", tmp_path / "locale")
    return tmp_path


def write(root: Path, python: str = "", template: str = "") -> None:
    (root / "portal" / "words.py").write_text(python, encoding="utf-8")
    (root / "templates" / "page.html").write_text(template, encoding="utf-8")


def fill(root: Path, words: dict[str, str | list[str]]) -> None:
    (root / "words.json").write_text(json.dumps(words), encoding="utf-8")
    translations.fill(root / "words.json")


def test_texts_of_python_and_templates_are_found(own_locale: Path) -> None:
    write(
        own_locale,
        python='_("你好")\nngettext("%(n)d 件", "%(n)d 件", n)\npgettext("月", "一")\n_t("马上")\nnot_a_text("不算")\n',
        template="""<p>it's</p>
            {% translate "再见" %} {% blocktranslate trimmed with who=x %}
              谢谢 {{ who }}
            {% endblocktranslate %} {{ a|default:_("没有") }}
            {# 注释 #}{% translate "注释后面" %}
            {% comment %}
            用法
            {% endcomment %}{% translate "用法后面" %}""",
    )
    found = {(text.ids, text.context) for text in translations.texts()}
    assert found == {
        (("你好",), None),
        (("%(n)d 件", "%(n)d 件"), None),
        (("一",), "月"),
        (("马上",), None),
        (("再见",), None),
        (("谢谢 %(who)s",), None),
        (("没有",), None),
        (("注释后面",), None),
        (("用法后面",), None),
    }


def test_a_new_text_is_missing_until_translated(own_locale: Path) -> None:
    write(own_locale, '_("您好，%(name)s")')
    translations.update()
    assert translations.problems() == ["en: not translated: '您好，%(name)s'"]
    with pytest.raises(CommandError):
        call_command("translations", "--check")
    fill(own_locale, {"您好，%(name)s": "Hello %(name)s"})
    assert translations.problems() == []
    translations.update()
    assert translations.problems() == [], "an update keeps what people have translated"


def test_a_lost_placeholder_is_noticed(own_locale: Path) -> None:
    write(own_locale, '_("您好，%(name)s")')
    fill(own_locale, {"您好，%(name)s": "Hello"})
    translations.update()
    assert translations.problems() == ["en: placeholders [] instead of ['%(name)s']: '您好，%(name)s'"]


def test_a_singular_may_leave_out_its_number_and_nothing_else(own_locale: Path) -> None:
    write(own_locale, 'ngettext("%(n)d 天", "%(n)d 天", n)')
    fill(own_locale, {"%(n)d 天": ["one day", "%(n)d days"]})
    translations.update()
    assert translations.problems() == []
    fill(own_locale, {"%(n)d 天": ["one day", "many days"]})
    assert len(translations.problems()) == 1


def test_a_text_gone_from_the_code_is_noticed_and_dropped(own_locale: Path) -> None:
    write(own_locale, '_("甲")\n_("乙")')
    fill(own_locale, {"甲": "A", "乙": "B"})
    translations.update()
    write(own_locale, '_("甲")')
    assert translations.problems() == [
        "zh_Hant: no longer in the code: '乙'",
        "en: no longer in the code: '乙'",
    ]
    translations.update()
    assert translations.problems() == []


def test_a_changed_conversion_is_noticed(own_locale: Path) -> None:
    write(own_locale, '_("社区")')
    fill(own_locale, {"社区": "community"})
    translations.update()
    path = translations.po_file("zh_Hant")
    path.write_text(path.read_text(encoding="utf-8").replace("社區", "社群"), encoding="utf-8")
    assert translations.problems() == ["zh_Hant: not converted anew: '社区'"]


def test_compiling_writes_what_django_reads(own_locale: Path) -> None:
    write(own_locale, '_("社区")')
    translations.update()
    written = {path.parent.parent.name for path in translations.compile_all()}
    assert written == {"zh_Hant", "en"}
    assert translations.compile_all() == [], "what is up to date is left alone"


def test_django_itself_speaks_like_a_neighbour() -> None:
    call_command("translations", "--compile")
    with translation.override("zh-hans"):
        assert translation.gettext("This field is required.") == "这里要填一下。"

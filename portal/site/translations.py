"""The catalogues of the three languages, kept by one command from the texts in the code.

Texts are written in simplified Chinese and are their own message ids. Traditional Chinese (臺灣 wording) is converted
from them, with the terms of `locale/zh_Hant/terms.tsv` as they stand there. English is translated by people and kept.
The zh_Hans catalogue is small: it only words anew what Django itself says.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from portal.hant import to_traditional

ROOT: Path = settings.BASE_DIR
LOCALE: Path = settings.LOCALE_PATHS[0]
WINGS = ("portal", "grids", "wishes")
CONVERTED, TRANSLATED, REWORDED = "zh_Hant", "en", "zh_Hans"
# A fixed date keeps the files the same as long as their texts are.
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
# Which arguments of each function are texts, and which is their context.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...]] = {
    "_": (1,),
    "_t": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?\{%\s*endcomment\s*%\}", re.DOTALL)
PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[a-z]|%[sd]|\{\w*(?:[:!][^{}]*)?\}")


@dataclass(frozen=True)
class Text:
    """One text of the code: its id (and plural), its context and the file it stands in."""

    ids: tuple[str, ...]
    context: str | None
    file: str


def texts() -> Iterator[Text]:
    """Every text marked for translation in the wings' Python and in the templates, file by file."""
    for wing in WINGS:
        for path in sorted((ROOT / wing).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _texts_of(path, path.read_bytes())
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield from _texts_of(path, _as_python(path.read_text(encoding="utf-8"), str(path)))


def _as_python(template: str, origin: str) -> bytes:
    # Django turns a template into calls of gettext between filler; on one line, Python's tokenizer reads it.
    # A comment would become a Python comment there and swallow every text after it.
    template = TEMPLATE_COMMENT.sub(" ", template)
    return " ".join(templatize(template, origin=origin).splitlines()).strip().encode()


def _texts_of(path: Path, source: bytes) -> Iterator[Text]:
    file = path.relative_to(ROOT).as_posix()
    for _line, function, found, _comments in extract_python(io.BytesIO(source), KEYWORDS, (), {"encoding": "utf-8"}):
        given = _as_list(found)
        context: str | None = None
        ids: list[str] = []
        for place in KEYWORDS[str(function)]:
            position, is_context = (place[0], True) if isinstance(place, tuple) else (place, False)
            value = given[position - 1] if len(given) >= position else None
            if not value:
                break
            if is_context:
                context = value
            else:
                ids.append(value)
        else:
            yield Text(tuple(ids), context, file)


def _as_list(found: object) -> Sequence[str | None]:
    # Babel gives the text itself for a call with one argument, a tuple for one with several, and None for what is no
    # literal: such a call only looks up a text that stands elsewhere.
    return list(found) if isinstance(found, tuple) else [cast(str | None, found)]


def template_catalogue() -> Catalog:
    """All texts, untranslated."""
    catalogue = _empty(None)
    for text in texts():
        catalogue.add(text.ids if len(text.ids) > 1 else text.ids[0], locations=[(text.file, 0)], context=text.context)
    return catalogue


def _empty(locale: str | None) -> Catalog:
    return Catalog(
        locale=locale,
        domain="django",
        header_comment="# Texts of Wuwei in this language, kept by `manage.py translations`.",
        project="wuwei",
        version="1",
        copyright_holder="Wuwei",
        msgid_bugs_address="-",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        last_translator="-",
        language_team="-",
        fuzzy=False,
    )


def po_file(locale: str) -> Path:
    """Where a language's texts are kept."""
    return LOCALE / locale / "LC_MESSAGES" / "django.po"


def load(locale: str) -> Catalog:
    """A language's catalogue, empty when there is none yet."""
    path = po_file(locale)
    if not path.exists():
        return _empty(locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain="django")


def _save(locale: str, catalogue: Catalog) -> None:
    path = po_file(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, include_lineno=False, sort_by_file=True, omit_header=False)


def expected(locale: str, template: Catalog | None = None) -> Catalog:
    """The catalogue as it should be: every text of the code, none that is gone, what is translated kept."""
    template = template or template_catalogue()
    kept, catalogue = load(locale), _empty(locale)
    reworded = load(REWORDED)
    for message in template:
        if not message.id:
            continue
        catalogue.add(
            message.id,
            _string_for(locale, message, kept),
            locations=sorted(set(message.locations)),
            context=message.context,
        )
    if locale == CONVERTED:  # what Django says, in our words, there too
        for message in reworded:
            if message.id:
                catalogue.add(message.id, to_traditional(_strings(message)[0]), context=message.context)
    return catalogue


def _string_for(locale: str, message: Message, kept: Catalog) -> str | tuple[str, ...]:
    if locale == CONVERTED:
        words = to_traditional(ids_of(message)[-1])
        return (words,) if message.pluralizable else words
    old = kept.get(ids_of(message)[0], message.context)
    if old is not None and old.pluralizable == message.pluralizable and any(_strings(old)):
        return tuple(_strings(old)) if message.pluralizable else _strings(old)[0]
    return ("",) * kept.num_plurals if message.pluralizable else ""


def ids_of(message: Message) -> list[str]:
    """The text, and its plural where it has one."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def _strings(message: Message) -> list[str]:
    string = message.string
    return [string] if isinstance(string, str) else list(string or ("",))


def update() -> None:
    """Writes the catalogues anew from the code."""
    template = template_catalogue()
    for locale in (CONVERTED, TRANSLATED):
        _save(locale, expected(locale, template))


def is_translated(message: Message) -> bool:
    """Whether every form of the message has words."""
    return all(_strings(message))


def missing(locale: str = TRANSLATED) -> list[Message]:
    """Texts of the code which that language does not have."""
    return [message for message in expected(locale) if message.id and not is_translated(message)]


def fill(path: Path) -> int:
    """Takes translations from a JSON object, text: translation (or [one, other]), into the English catalogue.

    Returns how many were taken; texts that the code does not have are passed over.
    """
    given: dict[str, str | list[str]] = json.loads(path.read_text(encoding="utf-8"))
    catalogue, taken = expected(TRANSLATED), 0
    for message in catalogue:
        words = given.get(ids_of(message)[0]) if message.id else None
        if not words:
            continue
        forms = [words] if isinstance(words, str) else words
        message.string = (forms[0], forms[-1]) if message.pluralizable else forms[0]
        taken += 1
    _save(TRANSLATED, catalogue)
    return taken


def problems() -> list[str]:
    """What is wrong with the catalogues as they are: one sentence each, none when all is well."""
    template = template_catalogue()
    found = []
    for locale in (CONVERTED, TRANSLATED):
        wanted, kept = expected(locale, template), load(locale)
        known = {(ids_of(message)[0], message.context) for message in wanted if message.id}
        for message in kept:
            if message.id and (ids_of(message)[0], message.context) not in known:
                found.append(f"{locale}: no longer in the code: {ids_of(message)[0]!r}")
        for message in wanted:
            if not message.id:
                continue
            old = kept.get(ids_of(message)[0], message.context)
            if old is None or not is_translated(old):
                found.append(f"{locale}: not translated: {ids_of(message)[0]!r}")
            elif locale == CONVERTED and old.string != message.string:
                found.append(f"{locale}: not converted anew: {ids_of(message)[0]!r}")
            else:
                found += [f"{locale}: {fault}: {ids_of(message)[0]!r}" for fault in _placeholder_faults(old)]
    return found


def _placeholder_faults(message: Message) -> list[str]:
    strings = _strings(message)
    wanted = Counter(PLACEHOLDER.findall(ids_of(message)[-1]))
    # A singular form may leave its number out ("one day"); no form may name what the code does not give.
    loose = len(strings) > 1
    faults = []
    for number, string in enumerate(strings):
        has = Counter(PLACEHOLDER.findall(string))
        if has != wanted and not (loose and number == 0 and has <= wanted):
            faults.append(f"placeholders {sorted(has)} instead of {sorted(wanted)}")
    return faults


def compile_all() -> list[Path]:
    """Writes the .mo files that Django reads, those that are older than their .po; returns the written ones."""
    written = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        # Two processes may compile at once: the file changes in one step.
        unfinished = target.with_name(f".{target.name}.{id(catalogue)}")
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(target)
        written.append(target)
    return written

"""What lies in one community never shows in another: every page, list, file and API answer of the grids wing.

Everything that the world holds is marked. Then staff come who answer for other places only, in the same street, in
another one and in another district, and ask every route, also with the foreign place in the query. What answers them
may not hold a mark, unless it is what everybody may read.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import resolve

from grids.roles.models import Role
from grids.territory.models import Territory
from portal.accounts.models import User
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory, StreetFactory
from tests.permissions.addresses import address, body
from tests.permissions.rows import ADMIN_VIEWERS, Row, parse, rows
from tests.permissions.world import World, undone
from tests.portal.accounts.factories import enter_as_staff

MARK = "亗亗"
# What no place owns: categories, posts and the like are the same everywhere.
OF_NO_PLACE = frozenset({"incidentcategory", "servicepost", "gridmapstamp"})
# Read by everybody, signed in or not: what a grid and its organisations publish, and how far a public matter is.
PUBLIC = {
    "grid_page": "a grid publishes name, area, staff and telephone",
    "grid_finder": "everybody looks for their grid",
    "grid_poster": "hangs in the stairwell",
    "grid_wish": "leads from the poster to a wish",
    "bodies": "who helps in a community",
    "party_organisations": "organisations of a place, without members",
    "party_organisation": "an organisation with its leaders",
    "incident_place": "incidents of a place and how far they are",
    "incident_detail": "an incident that is public, without who reported it",
    "residency_ask": "everybody may say that they live there",
    "residency_choose": "everybody looks for their community",
    "api_grid": "as the page of a grid",
    "api_grid_numbers": "which numbers a grid had",
    "api_locate": "the grid of a point",
    "api_territory": "a place of the tree",
    "api_territories": "the places of the tree",
    "api_bodies": "as the page",
    "api_party_organisations": "as the page",
    "api_party_organisation": "as the page",
    "api_incidents": "those that are public",
    "api_incident": "as the page",
    "api_incidents_place": "as the page of a place",
    "api_incidents_near": "what was reported near by, to join it",
    "incident_report": "a public place to choose, and what is like it",
}


def is_of_grids(row: Row, path: str) -> bool:
    """Whether the wing answers there."""
    if row.is_admin:
        return row.route.startswith("admin:grids_")
    view = resolve(path.split("?")[0]).func
    return str(getattr(view, "view_class", view).__module__).startswith("grids.")


def mark_everything(world: World) -> None:
    """Whatever words a row of the wing has, and the names of all people, begin with the mark."""
    with connection.cursor() as cursor:
        # Guards and histories rest meanwhile; constraints do not.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in apps.get_app_config("grids").get_models():
            name = str(model._meta.model_name)
            if name not in OF_NO_PLACE and not name.endswith("event"):
                _mark(cursor, model, _words_of(model), _where(model, world))
        _mark(cursor, User, ["legal_name", "display_name"], "")
        cursor.execute("SET LOCAL session_replication_role = origin")


def _where(model: type[models.Model], world: World) -> str:
    """The street and what is above is everybody's own as well."""
    return f"path LIKE '{world.cast.community.path}%%'" if model is Territory else ""


def _words_of(model: type[models.Model]) -> list[str]:
    """Columns with words that people wrote: no codes, numbers or choices."""
    return [
        str(field.column)
        for field in model._meta.local_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name not in ("code", "path", "number", "key", "role", "token", "digest")
        and not (field.unique and model is not Territory and not field.name.endswith("name"))
    ]


def _mark(cursor: Any, model: type[models.Model], columns: list[str], where: str) -> None:
    for column in columns:
        room = next(field.max_length for field in model._meta.local_fields if field.column == column) or 500
        words = f"left('{MARK}' || \"{column}\", {room})"
        # Empty ones too, where the table allows it.
        for also in ("", f"\"{column}\" <> ''"):
            conditions = " AND ".join(filter(None, (where, also))) or "true"
            try:
                with transaction.atomic():
                    cursor.execute(f'UPDATE {model._meta.db_table} SET "{column}" = {words} WHERE {conditions}')
                break
            except DatabaseError:
                continue


@dataclass(frozen=True)
class Strangers:
    """Staff of other places, by where they answer."""

    staff: dict[str, Client]
    administrators: dict[str, Client]


@pytest.fixture(scope="module")
def strangers(world: World) -> Strangers:
    mark_everything(world)
    neighbour = CommunityFactory(code=f"{world.cast.community.code[:9]}777")
    street, district = StreetFactory(code="320105777"), DistrictFactory(code="320102")
    GridFactory(community=neighbour)

    def clients(*posts: tuple[Role, Territory]) -> dict[str, Client]:
        return {f"{role} of {place}": enter_as_staff(Client(), make_staff(role, place)) for role, place in posts}

    return Strangers(
        clients(
            (Role.COMMUNITY_SECRETARY, neighbour),
            (Role.STREET_OFFICER, street),
            (Role.SUPERVISOR, district),
        ),
        clients(
            (Role.SYSTEM_ADMINISTRATOR, district),
            (Role.SECURITY_ADMINISTRATOR, district),
            (Role.AUDIT_ADMINISTRATOR, district),
        ),
    )


def asked(world: World, row: Row) -> list[str]:
    """The address of a row, and where it names no object, narrowed to the foreign community and all that is there."""
    path = address(world, row.name)
    if row.is_admin or names_object(path):
        return [path]
    code = world.cast.community.code
    return [path, f"{path}?place={code}" if row.is_for_programs else f"{path}?place={code}&grid={code}&show=all"]


def names_object(path: str) -> bool:
    """Whether the address says which object is meant."""
    return bool(resolve(path).kwargs)


def of_grids(world: World) -> list[Row]:
    return [row for row in rows() if is_of_grids(row, address(world, row.name))]


@pytest.mark.django_db
def test_there_is_something_to_find(world: World, strangers: Strangers) -> None:
    """The marks show to those who answer for the place; a test that cannot see them would prove nothing."""
    found = of_grids(world)
    assert len(found) > 100
    seen = 0
    for row in found:
        if row.is_admin or parse(row.cell("GET"))["secretary"] != 200:
            continue
        with undone():
            seen += MARK in text_of(world.clients["secretary"].get(address(world, row.name)))
    assert seen > 25


def text_of(answer: Any) -> str:
    """What the answer shows, wherever it came from."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    words = content.decode(errors="replace")
    return words + words.encode().decode("unicode_escape", errors="ignore") if "\\u4e97" in words else words


def test_no_list_page_or_file_shows_what_lies_in_another_place(world: World, strangers: Strangers) -> None:
    leaks = []
    for row in of_grids(world):
        if row.route in PUBLIC:
            continue
        # Limits on how often somebody asks; what parts of pages are kept stays, since that may leak as well.
        cache.clear()
        for who, client in (strangers.administrators if row.is_admin else strangers.staff).items():
            for path in asked(world, row):
                with undone():
                    answer = client.get(path)
                if answer.status_code == 200 and MARK in text_of(answer):
                    leaks.append(f"{row.name}: {path} as {who}")
    assert not leaks, "\n".join(leaks)


def knock(world: World, client: Client, method: str, path: str) -> int:
    """The status of a request that brings all that is asked for, so that it is the person who is judged."""
    program = path.startswith("/api/") and method != "GET"
    with undone():
        sent = (json.dumps(body(world, path)), "application/json") if program else ()
        return client.generic(method, path, *sent).status_code


def test_no_object_of_another_place_can_be_opened_or_changed(world: World, strangers: Strangers) -> None:
    """Nor does a change get as far as saying what is missing in it."""
    cache.clear()
    opened = []
    for row in of_grids(world):
        path = address(world, row.name)
        if row.is_admin or row.route in PUBLIC or not names_object(path):
            continue
        for who, client in strangers.staff.items():
            for method in ("GET", "POST"):
                status = knock(world, client, method, path)
                if status not in (403, 404, 405):
                    opened.append(f"{method} {row.name} as {who}: {status}")
    assert not opened, "\n".join(opened)


def test_the_table_says_so_of_every_object(world: World) -> None:
    """Each route of the wing with an object has somebody in its row who answers for another community."""
    missing = []
    for row in of_grids(world):
        if row.is_admin or row.route in PUBLIC or not names_object(address(world, row.name)):
            continue
        statuses = [row.statuses(method)["foreign_worker"] for method in ("GET", "POST")]
        if not all(status in (403, 404, 405) for status in statuses):
            missing.append(f"{row.name}: {statuses}")
    assert not missing, "\n".join(missing)
    assert {"system_administrator", "security_administrator"} <= set(ADMIN_VIEWERS)

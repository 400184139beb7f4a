"""Where each row of the permission table knocks: the address of its route for one object of the world."""

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.urls.resolvers import get_resolver

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.cells.models import PartyOrganisation
from grids.districts.models import BoundaryUpload, DistrictImport
from grids.gatherings.models import Gathering
from grids.incidents.models import Summons
from grids.members.models import PartyMember
from grids.pairing.models import Household, Pairing
from grids.patrols.models import PatrolPoint, PatrolRoute, PatrolRun
from grids.roles.models import DutyCover
from grids.visits.models import Visit
from tests.permissions.world import World
from wishes.desk.models import EntryBatch, SavedView
from wishes.neighbours.models import Comment
from wishes.wishes.models import Appeal
from wishes.wishes.services.referrals import link_token

NOWHERE = 999_999
Find = Callable[[World], object]


def _appeal(world: World) -> Appeal:
    return world.wishes["appealed"].appeals.get()


# How the parameters of a route are filled; a row's further words (its case) choose among wishes and steps.
PARAMETERS: Mapping[str, Mapping[str, Find]] = {
    "frame_icons": {"mark": lambda _: "of-another-release"},
    "incident_place": {"code": lambda world: world.cast.community.code},
    "api_bodies": {"code": lambda world: world.cast.community.code},
    "bodies": {"code": lambda world: world.cast.community.code},
    "api_party_organisations": {"code": lambda world: world.cast.community.code},
    "api_party_organisation": {"pk": lambda world: world.first(PartyOrganisation)},
    "party_organisations": {"code": lambda world: world.cast.community.code},
    "party_organisation": {"pk": lambda world: world.first(PartyOrganisation)},
    **{
        route: {"pk": lambda world: world.first(PartyMember)}
        for route in ("party_member", "party_member_reveal", "api_party_member_decide", "api_party_member_reveal")
    },
    **{
        route: {"pk": lambda world: world.first(PartyOrganisation)}
        for route in ("gatherings_of", "gathering_new", "api_gatherings_of")
    },
    **{
        f"{prefix}gathering{step}": {"pk": lambda world: world.first(Gathering)}
        for prefix in ("", "api_")
        for step in (
            *("", "_file", "_edit", "_cancel", "_leave", "_check_in", "_open", "_close", "_code", "_roll"),
            *("_roll_names", "_answer_leave", "_minutes", "_minutes_edit", "_minutes_draft", "_minutes_reopen"),
            *("_minutes_paper", "_minutes_sign"),
        )
    },
    "pairing_shapes": {"code": lambda world: world.cast.community.code},
    **{
        f"overview_{name}": {"code": lambda world: world.cast.community.code}
        for name in ("place", "shapes", "file", "grids", "staff", "trend", "boundaries")
    },
    "pairing_proposal": {"code": lambda world: world.cast.grid.code},
    "api_pairing_proposal": {"code": lambda world: world.cast.grid.code},
    **{
        route: {"pk": lambda world: world.first(PartyMember)}
        for route in ("pairing_member", "pairing_member_lead", "pairing_feedback", "api_pairing_feedback")
    },
    **{
        route: {"pk": lambda world: world.first(Household)}
        for route in ("pairing_household", "pairing_household_care", "api_pairing_care", "api_pairing_care_set")
    },
    **{route: {"pk": lambda world: world.first(Pairing)} for route in ("pairing_end", "api_pairing_end")},
    **{route: {"pk": lambda world: world.first(Household)} for route in ("visit_household", "visit_log", "visit_plan")},
    **{
        route: {"pk": lambda world: world.first(Visit)}
        for route in (
            *("visit", "visit_look", "visit_need", "visit_correct", "visit_withdraw"),
            *("api_visit", "api_visit_look", "api_visit_need", "api_visit_correct", "api_visit_withdraw"),
        )
    },
    "api_notice_read": {"pk": lambda world: NOWHERE},
    "api_docs_operation": {"identifier": lambda world: "wishes_submit"},
    "api_wish_appeal_decide": {"pk": lambda world: _appeal(world).pk},
    "wish_appeal": {"pk": lambda world: _appeal(world).pk},
    "wish_referral_answer": {"token": lambda world: link_token(world.wishes["referred"].referrals.get())},
    "api_grid": {"code": lambda world: world.cast.grid.code},
    **{f"api_grid_{step}": {"code": lambda world: world.cast.grid.code} for step in ("split", "merge", "numbers")},
    "api_posters": {"code": lambda world: world.cast.community.code},
    "grid_poster": {"code": lambda world: world.cast.grid.code},
    "grid_wish": {"code": lambda world: world.cast.grid.code},
    **{name: {"code": lambda world: world.cast.community.code} for name in ("duty", "duty_leave", "api_duty")},
    **{
        name: {"pk": lambda world: world.first(DutyCover)}
        for name in ("duty_cover", "duty_end", "api_duty_cover", "api_duty_end")
    },
    **{
        f"api_district_import{step}": {"pk": lambda world: world.first(DistrictImport)}
        for step in ("", "_rows", "_faults", "_begin", "_undo")
    },
    **{f"api_boundary_upload{step}": {"pk": lambda world: world.first(BoundaryUpload)} for step in ("", "_save")},
    "api_grids_renumber": {"code": lambda world: world.cast.community.code},
    "api_wish_map": {"code": lambda world: world.cast.community.code},
    "wish_map_shapes": {"code": lambda world: world.cast.community.code},
    "api_territory": {"code": lambda world: world.cast.community.code},
    "accounts_code_again": {"purpose": lambda world: "login"},
    "grid_page": {"code": lambda world: world.cast.grid.code},
    "api_desk_entry_batch": {"pk": lambda world: world.first(EntryBatch)},
    "api_desk_entry_begin": {"pk": lambda world: world.first(EntryBatch)},
    "desk_entry_batch": {"pk": lambda world: world.first(EntryBatch)},
    "api_desk_bulk_run": {"uuid": lambda world: world.bulk_run.uuid},
    "api_desk_view_remove": {"pk": lambda world: world.first(SavedView)},
    "desk_bulk_run": {"uuid": lambda world: world.bulk_run.uuid},
    "desk_view": {"pk": lambda world: world.first(SavedView)},
    "api_job": {"uuid": lambda world: world.job.uuid},
    "api_job_file": {"uuid": lambda world: world.job.uuid},
    "jobs:job": {"uuid": lambda world: world.job.uuid},
    "jobs:file": {"uuid": lambda world: world.job.uuid},
    "mfa_edit_webauthn": {"pk": lambda world: NOWHERE},
    "mfa_remove_webauthn": {"pk": lambda world: NOWHERE},
    "notifications:open": {"pk": lambda world: NOWHERE},
    "community_atom": {"code": lambda world: world.cast.community.code},
    "community_rss": {"code": lambda world: world.cast.community.code},
    "opendata_file": {"day": lambda world: "2020-01-01", "form": lambda world: "csv"},
    "open311_definition": {"service_code": lambda world: world.cast.category.code},
    "open311_request": {"number": lambda world: world.wishes["published"].number},
    "open311_token": {"token": lambda world: world.wishes["published"].number},
    **{
        route: {"kind": lambda world: "incident", "pk": lambda world: world.incidents["collected"].pk}
        for route in ("wish_from", "api_wish_from")
    },
    **{
        route: {"pk": lambda world: world.first(PatrolRoute)}
        for route in ("patrol_route", "patrol_edit", "patrol_retire")
    },
    **{route: {"pk": lambda world: world.first(PatrolRun)} for route in ("patrol_finish", "api_patrol_finish")},
    **{
        route: {"pk": lambda world: world.first(PatrolRun), "point": lambda world: world.first(PatrolPoint)}
        for route in (
            *("patrol_tick", "patrol_take_back", "patrol_report"),
            *("api_patrol_tick", "api_patrol_take_back", "api_patrol_report"),
        )
    },
    "wish_comment": {"pk": lambda world: world.first(Comment)},
    **{
        f"api_comment_{step}": {"pk": lambda world: world.first(Comment)}
        for step in ("report", "hide", "keep", "appeal", "decide", "remove")
    },
    "residency_ask": {"code": lambda world: world.cast.community.code},
    "residency_detail": {"pk": lambda world: world.residency.pk},
    "residency_end": {"pk": lambda world: world.residency.pk},
    "residency_request": {"pk": lambda world: world.residency.pk},
    "residency_reveal": {"pk": lambda world: world.residency.pk},
    "statistics_digest": {"pk": lambda world: world.digest.pk},
    "statistics_digest_paper": {"pk": lambda world: world.digest.pk},
    "revoke_token": {"token_id": lambda world: NOWHERE},
}
DRAFT_ROUTES = frozenset({"wish_draft", "wish_discard", "wish_autosave"})


def address(world: World, name: str) -> str:
    """The address for a row's name, such as "wish_detail published" or "grid_page". Raises NoReverseMatch."""
    route, *case = name.split(" ")
    if route.startswith("admin:"):
        return _admin_address(world, route)
    return reverse(route, kwargs=_parameters(world, route, case))


def body(world: World, path: str) -> dict[str, object]:
    """What a program sends: enough for any step of a wish, so that it is the person who is judged and not the form."""
    if path.startswith("/api/v1/incidents/") and path not in ("/api/v1/incidents/", "/api/v1/incidents/near/"):
        summons = world.first(Summons)
        words = {"reason": "说明一下", "note": "看过了", "answer": "拆了", "grade": "good"}
        into = world.incidents["dispatched"].number
        departments = list(Body.objects.filter(kind=BodyKind.DEPARTMENT).values_list("pk", flat=True))
        whistle = {"bodies": departments, "asked": "一起到现场", "limit": "1d"}
        return {**words, "place": world.cast.grid.code, "summons": summons, "into": into, **whistle}
    if not path.startswith(("/api/v1/wishes/", "/api/v1/wish-comments/")):
        return {}
    words = dict.fromkeys(("reason", "note", "referred_to", "question", "answer", "text", "words"), "说明一下")
    if path.endswith("/report/"):
        words["reason"] = "rude"
    stars = dict.fromkeys(("speed", "attitude", "result"), 5)
    words["outcome"] = "satisfied"
    return {
        **words,
        **stars,
        "by": "3d",
        "to": world.cast.secretary.pk,
        "of": world.wishes["closed"].number,
        "agreed": True,
        "show_again": True,
        "uphold": False,
    }


def _parameters(world: World, route: str, case: list[str]) -> dict[str, Any]:
    if route in DRAFT_ROUTES:
        return {"draft_id": world.wishes["draft"].pk, **({"step": case[0]} if case else {})}
    if route == "wish_comment_step":
        return {"pk": world.first(Comment), "slug": case[0]}
    if "incident" in route and case and case[0] in world.incidents:
        return _of_incident(world, route, case)
    if route == "photo":
        return {"photo_id": world.photos[case[0]].pk, "size": "medium"}
    if route == "desk_photo":
        shown = world.wishes[case[0]].photos.get()
        return {"number": shown.wish.number, "pk": shown.pk}
    if route.startswith("api_photo") and case:
        return {"pk": world.photos[case[0]].pk}
    if case and case[0] in world.wishes:
        wish = world.wishes[case[0]]
        key: dict[str, Any] = {"pk": wish.pk} if route.startswith("api_") else {"number": wish.number}
        return key | ({"slug": case[1]} if len(case) > 1 else {})
    return {key: find(world) for key, find in PARAMETERS.get(route, {}).items()}


def _of_incident(world: World, route: str, case: list[str]) -> dict[str, Any]:
    incident = world.incidents[case[0]]
    report = incident.reports.get().pk
    if route.startswith("api_"):
        return {"pk": incident.pk} | ({"report_pk": report} if route.endswith("reveal_reporter") else {})
    if route == "incident_reporter":
        return {"number": incident.number, "pk": report}
    return {"number": incident.number} | ({"slug": case[1]} if len(case) > 1 else {})


def _admin_address(world: World, route: str) -> str:
    """Pages of the admin site take the key of an object of their model, where they take anything."""
    parameters = _names_in(route)
    if not parameters:
        return reverse(route)
    if parameters == ["app_label"]:
        return reverse(route, kwargs={"app_label": "grids"})
    if route == "admin:view_on_site":
        return reverse(route, args=(NOWHERE, NOWHERE))
    if route == "admin:auth_user_password_change":
        return reverse(route, args=[world.cast.author.pk])
    model = next(model for model in admin.site._registry if route.startswith(f"admin:{_prefix(model)}_"))
    key = world.first(apps.get_model(model._meta.label))
    return reverse(route, args=[key] * len(parameters))


def _prefix(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def _names_in(route: str) -> list[str]:
    """Names of the parameters in the pattern of an admin route."""
    possibilities = get_resolver().namespace_dict["admin"][1].reverse_dict.getlist(route.removeprefix("admin:"))
    return list(possibilities[0][0][0][1]) if possibilities else []

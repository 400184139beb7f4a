"""Use cases of incidents, one or several for each of the seven steps. Import them from here."""

from grids.incidents.services.checking import evaluate_incident, fail_incident, reopen_incident, verify_incident
from grids.incidents.services.collecting import collect_incident, file_incident, reject_incident
from grids.incidents.services.contact import Reporter, masked_reporter, reveal_reporter
from grids.incidents.services.dispatching import (
    dispatch_incident,
    pass_up_incident,
    pause_incident,
    resume_incident,
    take_incident,
)
from grids.incidents.services.handling import report_back, solve_on_the_spot
from grids.incidents.services.joining import incidents_like, join_incident, merge_incident
from grids.incidents.services.whistling import answer_summons, call_departments, call_off, report_in

__all__ = [
    "Reporter",
    "answer_summons",
    "call_departments",
    "call_off",
    "collect_incident",
    "dispatch_incident",
    "evaluate_incident",
    "fail_incident",
    "file_incident",
    "incidents_like",
    "join_incident",
    "masked_reporter",
    "merge_incident",
    "pass_up_incident",
    "pause_incident",
    "reject_incident",
    "reopen_incident",
    "report_back",
    "report_in",
    "resume_incident",
    "reveal_reporter",
    "solve_on_the_spot",
    "take_incident",
    "verify_incident",
]

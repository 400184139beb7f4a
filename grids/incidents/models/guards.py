"""What the database itself sees to whenever an incident changes, whoever changes it."""

import pgtrigger

from grids.incidents.domain import allowed_state_pairs

# Whoever verifies or evaluates had no hand in what was done, in this round or an earlier one.
NO_HAND_IN_IT = """
    IF EXISTS (
        SELECT 1 FROM grids_handling
        WHERE incident_id = NEW.id AND user_id IN (NEW.verified_by_id, NEW.evaluated_by_id)
    ) THEN
        RAISE EXCEPTION 'incident %: who handled it neither verifies nor evaluates it', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# What is merged leads to a living one, never to another that was merged itself.
LEADS_TO_A_LIVING_ONE = """
    IF EXISTS (SELECT 1 FROM grids_incident WHERE id = NEW.merged_into_id AND state = 'merged') THEN
        RAISE EXCEPTION 'incident %: merged into one that was merged itself', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
NO_HAND_AFTERWARDS = """
    IF EXISTS (
        SELECT 1 FROM grids_incident
        WHERE id = NEW.incident_id AND NEW.user_id IN (verified_by_id, evaluated_by_id)
    ) THEN
        RAISE EXCEPTION 'incident %: who verified it has no hand in it', NEW.incident_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

GUARDS = [
    # The table of domain.py, held by the database as well: no statement can skip a state.
    pgtrigger.FSM(name="incident_state", field="state", transitions=allowed_state_pairs()),
    # A step is taken from what the incident is now: of two who have read it at once, one finds that it has moved on.
    pgtrigger.Trigger(
        name="no_stale_step",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("state", "handler", "responsible_territory", "verified_by", "evaluated_by"),
        func="""
            IF NEW.version <> OLD.version + 1 THEN
                RAISE EXCEPTION 'incident %: this step was taken from what it no longer is', NEW.id
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="verifier_is_no_handler",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("verified_by", "evaluated_by"),
        func=NO_HAND_IN_IT,
    ),
    pgtrigger.Trigger(
        name="merged_into_living",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("merged_into"),
        func=LEADS_TO_A_LIVING_ONE,
    ),
]
GUARDS_OF_HANDLING = [
    pgtrigger.Trigger(
        name="handler_is_no_verifier",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=NO_HAND_AFTERWARDS,
    ),
]

"""What the database itself sees to whenever a wish changes, whoever changes it."""

import pgtrigger

from wishes.wishes.domain import State, allowed_state_pairs

# How many wishes of a place wait for somebody (`OpenCount`), kept by the database whoever changes a wish.
COUNT_OPEN = """
    IF TG_OP <> 'INSERT' AND OLD.state = 'published' THEN
        UPDATE wishes_opencount SET open = open - 1 WHERE territory_id = OLD.territory_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'published' THEN
        INSERT INTO wishes_opencount (territory_id, open) VALUES (NEW.territory_id, 1)
        ON CONFLICT (territory_id) DO UPDATE SET open = wishes_opencount.open + 1;
    END IF;
    RETURN NULL;
"""

GUARDS = [
    # The table of domain.py, held by the database as well: no statement can skip a state.
    pgtrigger.FSM(name="wish_state", field="state", transitions=allowed_state_pairs()),
    # Words taken back or changed by any statement are no longer found; whoever changed them writes them anew.
    pgtrigger.Trigger(
        name="words_changed",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("title", "details", "place", "category", "end_reason", "referred_to"),
        func="DELETE FROM wishes_searchtext WHERE wish_id = NEW.id; RETURN NULL;",
    ),
    # Counted at the end of the transaction, so that neighbours who post at once do not wait for each other.
    pgtrigger.Trigger(
        name="open_changed",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        timing=pgtrigger.Deferred,
        condition=pgtrigger.AnyChange("state", "territory"),
        func=COUNT_OPEN,
    ),
    pgtrigger.Trigger(
        name="open_came",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        condition=pgtrigger.Q(new__state=State.PUBLISHED),
        func=COUNT_OPEN,
    ),
    pgtrigger.Trigger(
        name="open_went",
        when=pgtrigger.After,
        operation=pgtrigger.Delete,
        timing=pgtrigger.Deferred,
        condition=pgtrigger.Q(old__state=State.PUBLISHED),
        func=COUNT_OPEN,
    ),
    # Only claims move the claimed quantity: what a statement on the wish itself says of it is not taken.
    pgtrigger.Trigger(
        name="claimed_by_claims_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            "OLD.claimed_quantity IS DISTINCT FROM NEW.claimed_quantity AND pg_trigger_depth() = 0"
        ),
        func="NEW.claimed_quantity := OLD.claimed_quantity; RETURN NEW;",
    ),
    pgtrigger.Trigger(
        name="claimed_by_nobody_yet",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Condition("NEW.claimed_quantity <> 0"),
        func="NEW.claimed_quantity := 0; RETURN NEW;",
    ),
]

"""Facts of identity, told to the layers above.

Sent inside the transaction that makes the fact true, with keyword arguments only; a receiver that raises undoes it.
Receivers write rows (an outbox event, an anonymised text) and never send messages themselves.
"""

from django.dispatch import Signal

# user, actor, at — a person was registered at the desk or on paper by `actor`.
assisted_registration = Signal()

# users, actor, at — accounts were opened for many people at once, so that they can enter by their numbers.
accounts_opened = Signal()

# users, actor, at — accounts opened by mistake, which nobody ever entered, were closed again and emptied.
accounts_withdrawn = Signal()

# user, actor — the person proved a new number and it replaced the old one.
phone_changed = Signal()

# user, actor, reason — staff saw the person and gave the account a new number.
lost_phone_replaced = Signal()

# consent, actor — `actor` is the person, or whoever acted for them.
consent_given = Signal()
consent_withdrawn = Signal()

# user, actor — the person took a copy of their data.
data_exported = Signal()

# user, actor, was — the row has just been emptied; `was` is an ErasedIdentity with the words that must not remain
# anywhere. Wings anonymise or delete what they keep of the person.
user_erased = Signal()

# user, kind — a second factor ("totp", "webauthn", "recovery_codes") was set up or taken away.
second_factor_enrolled = Signal()
second_factor_removed = Signal()

# user, actor — `actor` saw the person's real name and whole number in the configuration pages.
identity_revealed = Signal()

# user, actor, reason — every session of the person has ended; tokens must end as well.
sessions_ended = Signal()

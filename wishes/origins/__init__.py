"""Where a wish came from: something below it, such as an incident, was turned into the wish (转为心愿).

How another feature registers its own things as a source. The wing `grids` does not know wishes, so the registration
stands here, in a module of its own beside `incidents.py`, imported by `panels.py`:

    from wishes.origins.registry import Prefill, Source, register_source

    register_source(Source(
        kind="visit",                 # in addresses (/wishes/from/visit/<id>/) and in the table; never changed
        label=_("走访"),
        model=Visit,
        find=...,                     # (key) -> the visit with all that the other functions ask of it, or None
        sees=...,                     # (viewer, visit) -> may this person, also a visitor, know of it
        may_make=...,                 # (actor, visit) -> Decision: may this person make a wish of it, now
        prefill=...,                  # (actor, visit) -> Prefill: what the confirming page starts with
        name=..., url=...,            # (visit) -> words and address of the link on the wish's page
        family=...,                   # (visit) -> keys, or a query of them: its own, and of those merged into it
        told=...,                     # (visit) -> keys of the people who hear that a wish was made of it
    ))

and, for the page of the source, a panel in the slots of its feature (`portal.panels.Slots`):

    @panel(Slot.BELOW)
    def the_wish(request, visit): return wishes_panel(request, "visit", visit)

Nothing else is needed: the page, the API, the row that lets one source become one living wish, the link back, the event
and the notice are the same for all kinds.
"""

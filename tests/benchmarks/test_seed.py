"""The seed makes rows that the portal itself could have made."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from tests.benchmarks.seed import seed
from tests.wishes.wishes.pages import client_of
from wishes.wishes import services
from wishes.wishes.models import Claim, SearchText, Wish
from wishes.wishes.services.finding import search_text


@pytest.mark.django_db
def test_a_seeded_portal_is_a_sound_portal() -> None:
    found = seed(400, progress=False)
    with connection.cursor() as cursor:
        # Foreign keys were not looked at while loading.
        connection.check_constraints()
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'wish_search_grams'")
        assert "wishes_grams(words, internal)" in cursor.fetchone()[0]
    for wish in Wish.objects.select_related("category"):
        kept, made = SearchText.objects.get(wish=wish), search_text(wish)
        assert (kept.words, kept.internal) == (made.words, made.internal)
    assert services.recount_open_wishes() == 0
    assert Claim.objects.filter(state="live").count() == Wish.objects.filter(state="claimed").count()
    newest = Wish.objects.public().order_by("-pk")[0]
    detail = reverse("wish_detail", args=[newest.number])
    assert Client().get(detail).status_code == 200
    worker = client_of(User.objects.get(pk=found.worker_id))
    assert worker.get(reverse("wish_desk")).status_code == 200
    wish = Wish.objects.filter(state="published")[0]
    volunteer = User.objects.filter(appointments__role="volunteer", appointments__territory=wish.community)[0]
    services.claim_wish(actor=volunteer, wish=wish)
    with pytest.raises(RuntimeError):
        seed(1)

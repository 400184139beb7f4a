"""Counts the wishes that wait for somebody anew, place by place."""

from typing import Any

from django.core.management.base import BaseCommand

from wishes.wishes.services.finding import recount_open_wishes


class Command(BaseCommand):
    help = "Count the open public wishes of every grid anew, and say how many numbers were wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{recount_open_wishes()} numbers put right.")

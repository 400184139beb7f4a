"""Brings the searched words of wishes up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max
from tqdm import tqdm

from wishes.wishes.models import Category, Wish
from wishes.wishes.services.finding import index_words


class Command(BaseCommand):
    help = "Write the words by which wishes are found: of those that have none, of a category, or of all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="write every wish's words anew")
        parser.add_argument("--category", metavar="CODE", help="only wishes of this category, after it was renamed")

    def handle(self, *args: Any, **options: Any) -> None:
        category = None
        if code := options["category"]:
            category = Category.objects.filter(code=code).values_list("pk", flat=True).first()
            if category is None:
                raise CommandError(f"There is no category {code}.")
        last = Wish.objects.aggregate(last=Max("pk"))["last"] or 0
        everything = options["all"] or category is not None
        with tqdm(total=last, unit="wish", unit_scale=True, file=self.stderr, disable=options["verbosity"] < 1) as bar:
            for reached in index_words(everything=everything, category=category):
                bar.update(min(reached, last) - bar.n)
            bar.update(last - bar.n)

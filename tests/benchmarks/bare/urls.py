"""The bare page and the bare form. No other settings than those of a measurement know these addresses."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from portal.accounts.models import User
from tests.benchmarks.bare.models import Note

ROWS = 20


class NoteForm(forms.ModelForm[Note]):
    """What is written."""

    class Meta:
        model = Note
        fields = ("title",)


@login_required
def notes(request: HttpRequest) -> HttpResponse:
    """The last lines: one query by an index, one template."""
    return render(request, "bare/notes.html", {"notes": Note.objects.order_by("-pk")[:ROWS]})


@login_required
def write(request: HttpRequest) -> HttpResponse:
    """One line more: a form, one row, a redirect."""
    assert isinstance(request.user, User)
    form = NoteForm(request.POST)
    if form.is_valid():
        form.instance.author = request.user
        form.save()
    return redirect("notes")


urlpatterns = [path("notes/", notes, name="notes"), path("notes/new/", write)]

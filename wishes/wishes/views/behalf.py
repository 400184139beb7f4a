"""代居民填写: a cadre begins a wish for a resident who telephones or comes to the desk."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from portal.accounts.phones import normalise_phone
from portal.accounts.services import find_or_register_assisted
from portal.errors import Invalid, NotAllowed
from portal.taking import add_domain_error
from wishes.wishes.forms.posting import ResidentForm
from wishes.wishes.services import start_draft
from wishes.wishes.views.access import member_of, sent
from wishes.wishes.views.drafting import step_url


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def for_resident(request: HttpRequest) -> HttpResponse:
    """Finds the resident by phone, or registers somebody who can only be helped in person, and begins the draft."""
    actor = member_of(request)
    if not holds_anywhere(actor, HANDLER_ROLES):
        raise PermissionDenied(_("只有工作人员可以替居民登记心愿。"))
    form = ResidentForm(sent(request))
    if request.method == "POST" and form.is_valid():
        name, phone = form.cleaned_data["legal_name"], form.cleaned_data["phone"]
        try:
            check_same_person(name, phone)
            resident = find_or_register_assisted(actor=actor, phone=phone, legal_name=name)
            draft = start_draft(actor=actor, on_behalf_of=resident, told_by=form.cleaned_data["told_by"])
        except Invalid as error:
            add_domain_error(form, error)
        except NotAllowed as error:
            raise PermissionDenied(str(error.message)) from None
        else:
            return redirect(step_url(draft, "where"))
    return render(request, "wishes/wishes/post/for_resident.html", {"form": form}, status=400 if form.errors else 200)


def check_same_person(name: str, phone: str) -> None:
    """A number typed wrong must not open a neighbour's account, nor tell whose it is. Raises `Invalid`."""
    if not phone.strip():
        return
    known = User.objects.filter(phone=normalise_phone(phone)).first()
    if known is not None and known.legal_name and known.legal_name != name.strip():
        raise Invalid(_("这个手机号登记的姓名和您写的不一样，请向本人核对。"), code="other_person", field="phone")

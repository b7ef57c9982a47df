"""Whether one is found by name: the choice, and what it means."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.people.access import Request, needs, own_record
from recert.people.actions import must_be_themselves
from recert.policy.permissions import Permission
from recert.registry.listing_actions import choose_listing
from recert.registry.verification import is_listed


@needs(Permission.KEEP_OWN_RECORD)
def choose(request: Request) -> HttpResponse:
    """Let whoever knows one's name find one's credentials, or no more."""
    must_be_themselves(request.actor)
    person = own_record(request)
    if request.method == "POST":
        listed = "allow" in request.POST
        choose_listing(person.pk, listed=listed, by=request.actor, at=request.at)
        said = _("You are found by your name now.") if listed else _("Nobody finds you by name.")
        messages.success(request, said)
        return redirect("portal:listing")
    page = {"person": person, "listed": is_listed(request.actor)}
    return render(request, "portal/listing.html", page)

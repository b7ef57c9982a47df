"""What a private link shows: the dates for a calendar, the standing for an employer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from recert.board import the_rulebook
from recert.declarations.queries import Position, positions_of
from recert.people.access import Request, public
from recert.people.links import link_behind
from recert.people.models import PrivateLink
from recert.portal.cards import Stop, cards_of, stops_of

WARNED = timedelta(days=7)
"""How long before a day a calendar reminds of it."""


@public
def calendar_feed(request: Request, token: str) -> HttpResponse:
    """Answer the dates of all credentials of a person, for their calendar."""
    purpose = PrivateLink.Purpose.CALENDAR
    link = link_behind(token.removesuffix(".ics"), purpose=purpose, at=request.at)
    calendar = Calendar()
    calendar.add("prodid", "-//recert//dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", the_rulebook().title)
    calendar.add("x-published-ttl", "PT12H")
    for position in positions_of(link.person_id, as_of=request.today).each:
        for stop in _stops_ahead(position, request.today):
            if not stop.now and stop.name != "begins":
                calendar.add_component(_event(position, stop, request))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="recert.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response


def _stops_ahead(position: Position, as_of: date) -> list[Stop]:
    """Answer the days of which a reminder would speak: of what is renewed, those that come next.

    While the board has a declaration there are none: there is nothing to do but to wait.
    """
    standing = position.standing
    if standing.pending:
        return []
    if standing.renewed:
        standing = msgspec.structs.replace(standing, cycle=standing.renewed, renewed=None)
    return stops_of(replace(position, standing=standing), as_of)


def _event(position: Position, stop: Stop, request: Request) -> Event:
    event = Event()
    event.add("uid", f"{position.credential.ref}-{stop.name}-{stop.on}@recert")
    event.add("dtstamp", request.at)
    event.add("dtstart", stop.on)
    event.add("dtend", stop.on + timedelta(days=1))
    event.add("summary", f"{position.title}: {stop.title}")
    event.add("transp", "TRANSPARENT")
    event.add("url", request.build_absolute_uri("/"))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{position.title}: {stop.title}")
    alarm.add("trigger", -WARNED)
    event.add_component(alarm)
    return event


@public
def standing_link(request: Request, token: str) -> HttpResponse:
    """Show an employer where the credentials of a person stand, and nothing else of them."""
    link = link_behind(token, purpose=PrivateLink.Purpose.STANDING, at=request.at)
    cards = cards_of(positions_of(link.person_id, as_of=request.today))
    page = {
        "person": link.person,
        "cards": cards,
        "until": link.expires_at,
        "today": request.today,
        "heading": _("Standing of %(name)s") % {"name": link.person.name},
    }
    response = render(request, "portal/standing.html", page)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response

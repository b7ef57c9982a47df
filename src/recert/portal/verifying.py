"""The register, for anybody: what a credential is worth today, or was on a past day.

Its pages are never kept by anybody without asking again, so that what the board decides shows at
once; asked again, what did not change is not sent again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.people.access import Request, public
from recert.people.lines import clean_line
from recert.portal.certificates import qr_code, verification_address
from recert.registry import keys
from recert.registry.asking import ask_in_vain, take_question
from recert.registry.jwks import key_set
from recert.registry.receipts import receipt_of, written
from recert.registry.verification import Answer, Said, answer_about, answers_by_name
from recert.transcript.forms import DayField

TONES: Final[dict[Said, str]] = {
    "not-certified": "quiet",
    "active": "good",
    "renewal-pending": "wait",
    "inactive": "quiet",
    "gap": "bad",
    "revoked": "bad",
    "expired": "bad",
    "voluntary": "good",
    "voluntary-maintained": "good",
}
NAMED: Final = "name_%s"
"""What the fields of the second form on a page are called, apart from the first."""

LONGEST: Final = 60
"""Letters of a number; of a name, twice as many."""


class OnDay(forms.Form):
    """The day that is asked for: today, or one that is past."""

    on = DayField(
        label=gettext_lazy("On which day"),
        required=False,
        help_text=gettext_lazy("Today, or any day of the past. Left empty, it is today."),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        self.today = today
        self.fields["on"].widget.attrs["max"] = str(today)

    def clean_on(self) -> date:
        """Take today where no day is given; what is to come nobody knows."""
        day: date = self.cleaned_data["on"] or self.today
        if day > self.today:
            raise ValidationError(
                _("The register knows no day to come. Enter today or a day before.")
            )
        return day


class NumberForm(OnDay):
    """A credential by its number."""

    number = forms.CharField(
        label=gettext_lazy("Certification number"),
        max_length=LONGEST,
        help_text=gettext_lazy("As it stands on the certificate or the card."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("number", "on")

    def clean_number(self) -> str:
        """Keep a number as one line."""
        return clean_line(self.cleaned_data["number"])


class NameForm(OnDay):
    """A credential by whose it is, and which."""

    name = forms.CharField(
        label=gettext_lazy("Full name"),
        max_length=2 * LONGEST,
        help_text=gettext_lazy("The whole legal name, given names first."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    category = forms.ChoiceField(label=gettext_lazy("Certification"))
    field_order = ("name", "category", "on")

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        found = [(key, f"{key} · {one.title}") for key, one in the_rulebook().categories.items()]
        self.fields["category"].choices = [("", _("Choose")), *found]  # type: ignore[attr-defined]  # a choice field

    def clean_name(self) -> str:
        """Keep a name as one line."""
        return clean_line(self.cleaned_data["name"])


def said_words() -> dict[Said, str]:
    """Answer what people call what the register says."""
    return {
        "not-certified": _("Not certified yet"),
        "active": _("Active"),
        "renewal-pending": _("Active, renewal pending"),
        "inactive": _("Inactive"),
        "gap": _("Not valid on this day"),
        "revoked": _("Revoked"),
        "expired": _("Expired"),
        "voluntary": _("Valid, without expiration"),
        "voluntary-maintained": _("Valid and maintained"),
    }


@public
def look_up(request: Request) -> HttpResponse:
    """Ask for a number, or a name, and a day."""
    form = NumberForm(request.GET if "number" in request.GET else None, today=request.today)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        there = reverse("portal:verified", args=[said["number"]])
        asked = "" if said["on"] == request.today else f"?{urlencode({'on': said['on']})}"
        return redirect(f"{there}{asked}")
    page = {"form": form, "name_form": NameForm(auto_id=NAMED, today=request.today)}
    return _fresh(request, _page(request, "portal/verify.html", page, failed=bool(form.errors)))


@public
def by_name(request: Request) -> HttpResponse:
    """Answer the credentials of a name and category, as far as their holders allow."""
    form = NameForm(request.GET or None, auto_id=NAMED, today=request.today)
    if not form.is_valid():
        page = {"form": NumberForm(today=request.today), "name_form": form}
        return _fresh(request, _page(request, "portal/verify.html", page, failed=bool(form.errors)))

    def answers() -> list[Answer]:
        said = form.cleaned_data
        return answers_by_name(said["name"], said["category"], on=said["on"], today=request.today)

    found = _asked(request, answers)
    if isinstance(found, HttpResponse):
        return found
    shown = [_shown(one, request.today) for one in found]
    answered = {"found": shown, "by_name": True, "form": form}
    return _fresh(request, _page(request, "portal/verified.html", answered, missing=not found))


@public
def verified(request: Request, number: str) -> HttpResponse:
    """Answer what the credential with a number is worth, to whoever has the number or its code."""
    form = OnDay(request.GET, today=request.today)
    found = _answers(request, number, form)
    if isinstance(found, HttpResponse):
        return found
    page = {
        "found": [_shown(one, request.today) for one in found],
        "form": form,
        "number": number[:LONGEST],
        "is_asked": form.is_valid(),
    }
    missing = form.is_valid() and not found
    failed = not form.is_valid()
    return _fresh(
        request, _page(request, "portal/verified.html", page, missing=missing, failed=failed)
    )


@public
def receipt_file(request: Request, number: str) -> HttpResponse:
    """Answer a receipt as a file, to be checked by programs."""
    found = _receipt(request, number)
    if isinstance(found, HttpResponse):
        return found
    _answer, receipt = found
    response = HttpResponse(written(receipt), content_type="application/json")
    name = "".join(letter for letter in receipt["number"] if letter.isalnum() or letter in "-_")
    saved_as = f"verification-{name}-{receipt['on']}.json"
    response["Content-Disposition"] = f'attachment; filename="{saved_as}"'
    return response


@public
def receipt_page(request: Request, number: str) -> HttpResponse:
    """Show a receipt, for print."""
    found = _receipt(request, number)
    if isinstance(found, HttpResponse):
        return found
    answer, receipt = found
    page = {
        "one": _shown(answer, request.today),
        "receipt": receipt,
        "at": request.at,
        "today": request.today,
        "code": qr_code(verification_address(answer.number)),
        "address": verification_address(answer.number),
    }
    return _page(request, "portal/verification_receipt.html", page)


@public
def public_keys(request: Request) -> HttpResponse:
    """Answer the board's public keys, those that sign no more too."""
    text = json.dumps(key_set(keys.public_keys()), indent=2)
    response = HttpResponse(text, content_type="application/jwk-set+json")
    response["Access-Control-Allow-Origin"] = "*"
    return _fresh(request, response)


def _receipt(request: Request, number: str) -> tuple[Answer, dict[str, Any]] | HttpResponse:
    """Answer a signed receipt; else the page that says why there is none."""
    form = OnDay(request.GET, today=request.today)
    found = _answers(request, number, form)
    if isinstance(found, HttpResponse):
        return found
    if not found:
        asked = request.META["QUERY_STRING"]
        there = reverse("portal:verified", args=[number])
        return redirect(f"{there}?{asked}" if asked else there)
    return found[0], receipt_of(found[0], at=request.at)


def _answers(request: Request, number: str, form: OnDay) -> list[Answer] | HttpResponse:
    """Answer what the register says of a number: one thing, or nothing."""
    if not form.is_valid():
        return []

    def answers() -> list[Answer]:
        line = clean_line(number)[: LONGEST + 1]
        found = answer_about(line, on=form.cleaned_data["on"], today=request.today)
        return [found] if found else []

    return _asked(request, answers)


def _asked(request: Request, answers: Callable[[], list[Answer]]) -> list[Answer] | HttpResponse:
    """Ask the register, unless an address asked it too often; in vain, it costs more."""
    address = _address_of(request)
    seconds = take_question(address, at=request.at)
    if seconds:
        page = {"seconds": seconds}
        response = render(request, "portal/too_often.html", page, status=429)
        response["Retry-After"] = str(seconds)
        return response
    found = answers()
    if not found:
        ask_in_vain(address, at=request.at)
    return found


def _address_of(request: Request) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # none is known, as behind a socket of the machine: all share one
        return ""


def _shown(answer: Answer, today: date) -> dict[str, object]:
    """Answer what the register says, as a page shows it."""
    asked = "" if answer.on == today else f"?{urlencode({'on': answer.on})}"
    return {
        "answer": answer,
        "tone": TONES[answer.said],
        "said": said_words()[answer.said],
        "category": the_rulebook().categories[answer.category].title,
        "is_today": answer.on == today,
        "page": reverse("portal:verified", args=[answer.number]) + asked,
        "receipt": reverse("portal:verification-receipt", args=[answer.number]) + asked,
        "file": reverse("portal:verification-file", args=[answer.number]) + asked,
    }


def _page(
    request: Request,
    template: str,
    page: Mapping[str, object],
    *,
    missing: bool = False,
    failed: bool = False,
) -> HttpResponse:
    """Answer a page of the register; no search engine keeps it."""
    status = 422 if failed else 404 if missing else 200
    response = render(request, template, {"today": request.today, **page}, status=status)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _fresh(request: Request, response: HttpResponse) -> HttpResponse:
    """Let nobody show an answer without asking whether it is still so."""
    response["Cache-Control"] = "no-cache, must-revalidate"
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    if response.status_code != 200:  # noqa: PLR2004  # OK
        return response
    set_response_etag(response)
    etag = response["ETag"]
    return get_conditional_response(request, etag=etag, response=response) or response

"""What letters about a form say: facts that its events keep."""

from __future__ import annotations

from django.urls import reverse

from recert.transcript.models import SignedForm
from recert.transcript.signing.queries import key_of, type_of


def facts_of(form: SignedForm) -> dict[str, object]:
    """Answer what every letter to the certificant says."""
    return {
        "activity": form.activity.ref,
        "title": form.activity.title,
        "form": type_of(form).title,
        "signer": form.signer_name,
        "email": form.signer_email,
        "path": reverse("portal:activity", args=[form.activity.ref]),
    }


def asking(form: SignedForm) -> dict[str, object]:
    """Answer what a letter to the signer says; its link is secret, and no event has it."""
    activity = form.activity
    return facts_of(form) | {
        "person": activity.person.name,
        "completed_on": activity.completed_on,
        "note": form.note or None,
        "expires_at": form.expires_at,
        "path": reverse("portal:sign", args=["x"]).removesuffix("x"),
        "leads_to": key_of(form),
    }

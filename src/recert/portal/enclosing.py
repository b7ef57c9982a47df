"""Files that come with a request or an appeal, taken from a page."""

from __future__ import annotations

from django.core.files import File

from recert.casework.actions.drafts import enclose
from recert.casework.forms import EnclosureForm
from recert.casework.models import Appeal
from recert.casework.models import Request as Asking
from recert.people.access import Request
from recert.portal.uploads import take_files
from recert.transcript.content import Content


def take_enclosures(request: Request, asked: Asking | Appeal) -> None:
    """Keep the files that were sent with something; of each that cannot be kept, say why."""
    form = EnclosureForm(request.POST)
    is_translation = form.is_valid() and form.cleaned_data["is_translation"]

    def keep(file: File[bytes], name: str, content: Content) -> None:
        enclose(
            asked,
            file=file,
            name=name,
            content=content,
            is_translation=is_translation,
            by=request.actor,
            at=request.at,
        )

    take_files(request, keep)

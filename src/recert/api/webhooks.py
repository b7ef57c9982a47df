"""Webhooks: made, seen with what became of each delivery, and ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field, StrictBool, StrictStr

from recert.api.credentials import Ref
from recert.api.paging import After, Limit, page_of
from recert.people.access import Request, signed_in
from recert.webhooks.actions import change_watches, end_webhook, make_webhook, tell_again
from recert.webhooks.models import Delivery, Occasion, Webhook
from recert.webhooks.queries import (
    deliveries_of,
    numbers_watched,
    own_delivery,
    own_webhook,
    webhooks_of,
)
from recert.webhooks.sending import LONGEST_URL, secret_of

router = Router(tags=["Webhooks"])

Number = Annotated[StrictStr, Field(min_length=1, max_length=60)]
Numbers = Annotated[list[Number], Field(max_length=1000)]


class WebhookIn(Schema):
    """An address that is to be told."""

    model_config = ConfigDict(extra="forbid")

    url: StrictStr = Field(
        max_length=LONGEST_URL, description="It begins with https:// and can be reached by anybody."
    )
    occasions: list[Occasion] = Field(min_length=1, max_length=10)
    numbers: Numbers = Field(
        [], description="For a body that verifies: the credentials of which it is told, by number."
    )
    of_staff: StrictBool = Field(
        default=False,
        description="For an employer: it is told of all who consented, as long as they do.",
    )


class WatchIn(Schema):
    """Numbers of credentials of which an organisation is told, or no more."""

    model_config = ConfigDict(extra="forbid")

    watch: Numbers = Field([])
    unwatch: Numbers = Field([])


class WebhookOut(Schema):
    """A webhook."""

    ref: str
    url: str
    occasions: list[Occasion]
    numbers: list[str]
    of_staff: bool
    made_at: datetime


class WebhookMade(WebhookOut):
    """A webhook, and the secret with which it checks what comes: it is told here and only here."""

    secret: str


class DeliveryOut(Schema):
    """Something that a webhook was told, or is to be, and what became of it."""

    ref: str = Field(description="The `webhook-id` of the message; the same at each try.")
    occasion: Occasion
    number: str
    on: date
    tries: int
    next_at: datetime | None = Field(description="When it is tried again.")
    last_tried_at: datetime | None
    last_status: int | None
    last_error: str
    delivered_at: datetime | None
    given_up_at: datetime | None


@router.get("/webhooks", response=list[WebhookOut], summary="Your webhooks")
@signed_in
def list_webhooks(request: Request) -> list[dict[str, object]]:
    """Answer your webhooks, the latest first."""
    found = list(webhooks_of(request.actor))
    numbers = numbers_watched(found)
    return [_answer(one, numbers.get(one.pk, [])) for one in found]


@router.post("/webhooks", response={201: WebhookMade, 200: WebhookOut}, summary="Make a webhook")
@signed_in
def create_webhook(request: Request, said: WebhookIn) -> Status[Any]:
    """Have an address told: 201 with its secret, or 200 where there is one for it already."""
    webhook, is_new = make_webhook(
        url=said.url,
        occasions=said.occasions,
        numbers=said.numbers,
        of_staff=said.of_staff,
        by=request.actor,
        today=request.today,
        at=request.at,
    )
    answer = _whole(webhook)
    if is_new:
        answer["secret"] = secret_of(webhook.ref)
    return Status(201 if is_new else 200, answer)


@router.get("/webhooks/{ref}", response=WebhookOut, summary="One of your webhooks")
@signed_in
def read_webhook(request: Request, ref: Ref) -> dict[str, object]:
    """Answer a webhook."""
    return _whole(own_webhook(request.actor, ref))


@router.patch("/webhooks/{ref}", response=WebhookOut, summary="Watch other credentials")
@signed_in
def patch_webhook(request: Request, ref: Ref, said: WatchIn) -> dict[str, object]:
    """Have an organisation's webhook told of other credentials; all that is said, or nothing."""
    webhook = own_webhook(request.actor, ref)
    change_watches(webhook, watch=said.watch, unwatch=said.unwatch, by=request.actor, at=request.at)
    return _whole(webhook)


@router.delete("/webhooks/{ref}", response={204: None}, summary="End a webhook")
@signed_in
def delete_webhook(request: Request, ref: Ref) -> Status[Any]:
    """Tell an address nothing any more."""
    end_webhook(own_webhook(request.actor, ref), by=request.actor, at=request.at)
    return Status(204, None)


@router.get(
    "/webhooks/{ref}/deliveries", response=list[DeliveryOut], summary="What a webhook was told"
)
@signed_in
def list_deliveries(
    request: Request, response: HttpResponse, ref: Ref, *, after: After = "", limit: Limit = 50
) -> list[dict[str, object]]:
    """Answer what a webhook was told, or is to be, the latest first."""
    found = page_of(
        request,
        response,
        deliveries_of(own_webhook(request.actor, ref)),
        find=lambda one: own_delivery(request.actor, one),
        by=("id",),
        after=after,
        limit=limit,
    )
    return [_delivery(one) for one in found]


@router.post("/deliveries/{ref}/send", response=DeliveryOut, summary="Tell it once more")
@signed_in
def send_delivery(request: Request, ref: Ref) -> dict[str, object]:
    """Have something told once more, whatever became of it before."""
    delivery = own_delivery(request.actor, ref)
    tell_again(delivery, by=request.actor, at=request.at)
    return _delivery(own_delivery(request.actor, ref))


def _answer(webhook: Webhook, numbers: list[str]) -> dict[str, object]:
    return {
        "ref": webhook.ref,
        "url": webhook.url,
        "occasions": webhook.occasions,
        "numbers": numbers,
        "of_staff": webhook.of_staff,
        "made_at": webhook.made_at,
    }


def _whole(webhook: Webhook) -> dict[str, object]:
    return _answer(webhook, numbers_watched([webhook]).get(webhook.pk, []))


def _delivery(delivery: Delivery) -> dict[str, object]:
    is_over = delivery.delivered_at or delivery.given_up_at
    return {
        "ref": delivery.ref,
        "occasion": delivery.occasion,
        "number": delivery.credential.number,
        "on": delivery.on_day,
        "tries": delivery.tries,
        "next_at": None if is_over else delivery.next_at,
        "last_tried_at": delivery.last_tried_at,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "delivered_at": delivery.delivered_at,
        "given_up_at": delivery.given_up_at,
    }

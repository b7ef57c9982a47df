"""Organisations, their people and consents for tests, all invented."""

from recert import clock
from recert.journal.secret_links import token_of
from recert.organisations.actions import invite_member
from recert.organisations.consent_actions import ask_consent
from recert.organisations.key_actions import make_key
from recert.organisations.models import Consent, Member, Organisation
from recert.organisations.queries import actor_for
from recert.policy.permissions import Permission
from tests.making import AT, make_account


def make_organisation(name="Lakeside Laboratory", **fields):
    """Make an organisation that may do everything."""
    said = {"provides": True, "employs": True, "verifies": True} | fields
    return Organisation.objects.create(
        name=name, email="office@example.org", admitted_at=AT, **said
    )


def make_member(organisation, account=None, *, role=Member.Role.MANAGER):
    """Let somebody work for an organisation."""
    return Member.objects.create(
        organisation=organisation, account=account or make_account(), role=role, since_at=AT
    )


def consent(person, organisation, *, at=AT):
    """Let an employer see where somebody stands, as if they had said so."""
    return Consent.objects.create(person=person, organisation=organisation, given_at=at)


def make_organisation_of(person):
    """Make an organisation for which somebody works, and a bit of everything; answer the refs."""
    organisation = make_organisation()
    member = make_member(organisation, person.account)
    make_member(organisation)
    by, at = actor_for(member), clock.now()
    scopes = [Permission.REPORT_COMPLETIONS]
    key, _secret = make_key(organisation, label="Campus", scopes=scopes, by=by, at=at)
    consent(person, organisation)
    # Another asks, and another invites.
    other = make_organisation("Hillside Hospital")
    boss = actor_for(make_member(other))
    asked = ask_consent(other, name=person.name, email="a@example.org", by=boss, at=at)
    invited = invite_member(other, email="a@example.org", role="member", by=boss, at=at)
    return {
        "organisation": organisation.ref,
        "member": member.ref,
        "key": key.ref,
        "portal:join": token_of(invited.ref),
        "portal:consent-asked": token_of(asked.ref),
    }

"""How allauth is to treat our accounts."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts as allauth makes them, from an email address."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in through an organisation, by OpenID Connect."""

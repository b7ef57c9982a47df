"""Settings, all from the environment; `recert up` sets what it starts itself."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import dj_database_url

PACKAGE = Path(__file__).parent


def _given(name: str, default: str = "") -> str:
    return os.environ.get(f"RECERT_{name}", default)


def _listed(name: str, default: str = "") -> list[str]:
    return [one.strip() for one in _given(name, default).split(",") if one.strip()]


# Where things are

DATA = Path(_given("DATA", "recert-data")).absolute()
"""Documents and sent letters; with the embedded database, that too."""

ASSETS = Path(_given("ASSETS", str(PACKAGE.parents[1] / "build" / "assets")))
"""The design system, brought by `make setup`."""

DEMO = _given("DEMO") == "yes"
"""A board of invented people, whose accounts are entered by a click."""

RULEBOOK = _given("RULEBOOK", "ascp-international")
"""The programme: the key of a shipped one, or the path of a file."""

CLAMAV = _given("CLAMAV")
"""Where a virus scanner listens: tcp://host:port or unix:///path; empty for none."""

ADDRESS = _given("ADDRESS", "http://localhost:8000")
"""How people reach the system, in letters and links."""


# Django

SECRET_KEY = _given("SECRET_KEY") or secrets.token_urlsafe(50)  # without one, sessions end with us
SECRET_KEY_FALLBACKS = _listed("OLD_SECRET_KEYS")
DEBUG = False
ALLOWED_HOSTS = _listed("HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [ADDRESS]
ROOT_URLCONF = "recert.urls"
WSGI_APPLICATION = "recert.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "django_cotton",
    "django_htmx",
    "procrastinate.contrib.django",
    "recert.journal",
    "recert.people",
    "recert.organisations",
    "recert.queue",
    "recert.credentials",
    "recert.transcript",
    "recert.payments",
    "recert.declarations",
    "recert.reminders",
    "recert.employers",
    "recert.intake",
    "recert.casework",
    "recert.webhooks",
    "recert.registry",
    "recert.dossiers",
    "recert.portal",
    "recert.desk",
    "recert.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "recert.edge.Edge",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "recert.edge.on_every_page",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "recert.portal.templatetags.words",
            ],
        },
    },
    {  # Letters, in plain text: as typed, and never with a hole (see recert.journal.letters)
        "NAME": "letters",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "autoescape": False,
            "string_if_invalid": "\0%s\0",
            "builtins": [
                "django.templatetags.i18n",
                "recert.portal.templatetags.words",
                "recert.journal.templatetags.letters",
            ],
        },
    },
]
FORM_RENDERER = "recert.portal.rendering.FormRenderer"


# The database

DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL or "postgres:///recert")
    | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
}
CACHES = {
    # In the database, since rate limits must hold across processes.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}


# Jobs: what happens by itself

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"


# Languages, days and numbers

LANGUAGE_CODE = "en"
LANGUAGES = [  # the words are the same so far; days, times and numbers are each country's own
    ("en", "English (United States)"),
    ("en-au", "English (Australia)"),
    ("en-ca", "English (Canada)"),
    ("en-150", "English (Europe)"),
    ("en-de", "English (Germany)"),
    ("en-hk", "English (Hong Kong)"),
    ("en-in", "English (India)"),
    ("en-ie", "English (Ireland)"),
    ("en-my", "English (Malaysia)"),
    ("en-nz", "English (New Zealand)"),
    ("en-ng", "English (Nigeria)"),
    ("en-ph", "English (Philippines)"),
    ("en-sg", "English (Singapore)"),
    ("en-za", "English (South Africa)"),
    ("en-se", "English (Sweden)"),
    ("en-ch", "English (Switzerland)"),
    ("en-ae", "English (United Arab Emirates)"),
    ("en-gb", "English (United Kingdom)"),
]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/Chicago"  # shown where nobody has chosen; days are the board's, see edge.py


# Files

STATIC_URL = "static/"
STATIC_ROOT = ASSETS / "collected"
STATICFILES_DIRS = [PACKAGE / "static", ("uswds", ASSETS / "uswds")]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files"},  # outside what is served
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    8_000_000  # ten thousand completions; files are told apart by their check
)
FILE_UPLOAD_PERMISSIONS = 0o600


# Signing in

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {  # beside allauth's own
    "bind": "5/h/key",
    "ask-signature": "20/d/key",
    "signing-code": "6/h/key",
}
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "recert"
MFA_TOTP_TOLERANCE = 1  # a telephone may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ADDRESS.startswith("http://localhost")
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address at another place proves nothing here
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "organisation",
                "name": _given("OIDC_NAME", "your organisation"),
                "client_id": _given("OIDC_CLIENT"),
                "secret": _given("OIDC_SECRET"),
                "settings": {"server_url": _given("OIDC_SERVER")},
            }
        ]
        if _given("OIDC_SERVER")
        else []
    }
}
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "recert.edge.form_too_old"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ADDRESS.startswith("https://")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if ADDRESS.startswith("https://") else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if _given("BEHIND_PROXY") == "yes":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose word on the sender's address is taken, for rate limits


# The interface for programs

API_RATES = {  # so many requests in so many seconds
    "key": (int(_given("API_KEY_RATE", "600")), 60),
    "address": (int(_given("API_ADDRESS_RATE", "60")), 60),  # of whoever shows no key
}
REGISTER_RATE = (int(_given("REGISTER_RATE", "60")), 60)  # questions of an address, in seconds
REGISTER_COST_IN_VAIN = int(_given("REGISTER_COST_IN_VAIN", "6"))
"""How many questions one counts as that found nothing, so that nobody tries numbers in a row."""

WEBHOOKS_INSIDE = False
"""Whether webhooks may be inside our own network, and in the clear; those of tests are."""


# Employers

STAFF_AT_RISK_DAYS = [int(one) for one in _listed("STAFF_AT_RISK_DAYS", "180,90,30")]
"""So many days before a credential of their staff ends, managers are told. It is a courtesy to
employers and no rule of a programme, so no rulebook says it."""


# Card payments: Stripe with its keys, else the sandbox that `recert up` starts, else none

GATEWAY = "recert.payments.stripe_gateway.gateway_of_settings"
"""What makes the gateway to the card processor."""

CARDS = {
    "key": _given("STRIPE_KEY"),
    "public_key": _given("STRIPE_PUBLIC_KEY"),
    "webhook_secret": _given("STRIPE_WEBHOOK_SECRET"),
    "address": "",  # Stripe's own
    "seconds": float(_given("STRIPE_SECONDS", "10")),
    # For the page on which a card is entered: its script, and what that may load and ask.
    "script": "https://js.stripe.com/v3/",
    "script_sources": ["https://js.stripe.com", "https://*.js.stripe.com"],
    "frame_sources": [
        "https://js.stripe.com",
        "https://*.js.stripe.com",
        "https://hooks.stripe.com",
    ],
    "connect_sources": ["https://api.stripe.com"],
}
SANDBOX = _given("SANDBOX").rstrip("/")
if SANDBOX and not CARDS["key"]:  # which a sandbox must never see
    CARDS |= {
        "key": "sk_test_sandbox",
        "public_key": "pk_test_sandbox",
        "address": SANDBOX,
        "script": f"{SANDBOX}/js.stripe.com/v3/",
        "script_sources": [SANDBOX],
        "frame_sources": [],
        "connect_sources": [SANDBOX],
    }


# Certificates: signed where the board has a certificate of its own, as PKCS #12

CERTIFICATE_FILE = _given("CERTIFICATE")
CERTIFICATE_PASSWORD = _given("CERTIFICATE_PASSWORD")


# Letters

DEFAULT_FROM_EMAIL = _given("MAIL_FROM", "recert <no-reply@localhost>")
BOUNCES_TO = _given("MAIL_BOUNCES") or DEFAULT_FROM_EMAIL
"""Where mail servers send back what cannot be delivered: the sender on the envelope."""

LETTERS_A_MINUTE = int(_given("MAIL_RATE", "0"))
"""How many letters all workers together send at most; 0 for no limit."""

MAIL_WEBHOOK_SECRET = _given("MAIL_WEBHOOK_SECRET")
"""What a mail provider says with what it reports; empty where none may."""

EMAIL_TIMEOUT = 30  # seconds; without it, a server that says nothing would hold the worker for ever
EMAIL_FILE_PATH = DATA / "outbox"
if _given("SMTP_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _given("SMTP_HOST")
    EMAIL_PORT = int(_given("SMTP_PORT", "587"))
    EMAIL_HOST_USER = _given("SMTP_USER")
    EMAIL_HOST_PASSWORD = _given("SMTP_PASSWORD")
    EMAIL_USE_TLS = _given("SMTP_TLS", "yes") == "yes"  # asked for once it is connected
    EMAIL_USE_SSL = _given("SMTP_TLS", "yes") == "at-once"  # as on port 465
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"


# What is said where it runs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

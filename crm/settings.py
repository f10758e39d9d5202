"""The settings, read from the environment. Nothing secret has a default outside DEBUG."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from crm import logs
from crm.configuration.attachments import (
    ATTACHMENT_MOST_BYTES,
    ATTACHMENT_QUOTA_BYTES,
    ATTACHMENTS_BUCKET,
    attachment_storage,
)
from crm.configuration.environment import database, env_flag, env_json, env_list, env_number, env_seconds, env_text
from crm.configuration.rest import REST_FRAMEWORK, SPECTACULAR_SETTINGS
from crm.configuration.schedule import CELERY_BEAT_SCHEDULE
from web.csp import STRICT_POLICY

# Makes field classes subscriptable at run time, as their stubs declare them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


DEBUG = env_flag("DEBUG")
SECRET_KEY = env_text("SECRET_KEY", "only-for-development-and-tests" if DEBUG else None)
# What it was before: still opens what was signed and sealed with it.
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
# The product stands at the root of its host, whatever a server was told in a header.
FORCE_SCRIPT_NAME = ""
SITE_URL = env_text("SITE_URL", "http://localhost:8000")

INSTALLED_APPS = [
    "crm",
    "outcomes",
    "scheduling",
    "communications",
    "portfolios",
    "groups",
    "clients",
    "tenants",
    "web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "web.observing.ObservingMiddleware",
    "csp.middleware.CSPMiddleware",
    "web.middleware.KnownMethodsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.middleware.IdleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "web.middleware.HtmxAnswerMiddleware",
    "web.moved.MovedMiddleware",
    "tenants.middleware.FirmMiddleware",
    "crm.palette.RecentClientsMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # Every page speaks two languages and is made of the shared parts: no {% load %} for these.
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tenants.templatetags.firm",
                "web.templatetags.formatting",
                "web.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.look",
                "crm.navigation.navigation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": database(env_text("DATABASE_URL"))}
# The deploy-only role; read by the command `migrate` alone.
MIGRATION_DATABASE = database(os.environ["MIGRATION_DATABASE_URL"]) if "MIGRATION_DATABASE_URL" in os.environ else {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "tenants.cache.DegradingCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    },
}
SESSION_ENGINE = "tenants.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE = timedelta(minutes=30)
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env_flag("HTTPS")
# The prefix makes browsers refuse a cookie of this name that another host or an unencrypted page has set.
SESSION_COOKIE_NAME = "__Host-session" if env_flag("HTTPS") else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if env_flag("HTTPS") else "csrftoken"
SECURE_SSL_REDIRECT = env_flag("HTTPS_REDIRECT")
SECURE_HSTS_SECONDS = 31_536_000 if env_flag("HTTPS") else 0
# Whether its neighbours' subdomains and the browsers' built-in lists are promised the same is not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_flag("BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = STRICT_POLICY

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "tenants.passwords.ContextValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "tenants:firm_choice"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "tenants.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# The same answer whether an address is known or not, and no mail to addresses that are not.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,3/10m/key"}
# How many proxies of our own stand in front: the address of the visitor is taken from the header they write.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env_flag("BEHIND_PROXY") else 0
# How long whoever has shown who he is may export, make tokens and erase without being asked again.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "tenants.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A passkey always asks for finger, face or PIN: it is two factors, and may log in alone.
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_FORMS = {
    "add_webauthn": "tenants.passkey_forms.PasskeyAddForm",
    "edit_webauthn": "tenants.passkey_forms.PasskeyNameForm",
    "authenticate_webauthn": "tenants.passkey_forms.PasskeySecondStepForm",
    "login_webauthn": "tenants.passkey_forms.PasskeyLogInForm",
    "reauthenticate_webauthn": "tenants.passkey_forms.PasskeyConfirmForm",
}
# As many as log-ins with a password: each asks twice, for the challenge and with the answer.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_TOTP_ISSUER = "Cadenza"
# A telephone whose clock is half a minute off.
MFA_TOTP_TOLERANCE = 1
# People come by invitation to their address: nobody signs up with somebody else's.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A firm's identity provider (docs/decisions/0030): its rows and who is who at it are ours, allauth's tables stay empty.
SOCIALACCOUNT_ADAPTER = "tenants.single_sign_on.adapter.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "tenants.single_sign_on.openid.FirmOpenIDProvider"},
    "saml": {"provider_class": "tenants.single_sign_on.saml.FirmSamlProvider"},
}
SOCIALACCOUNT_STORE_TOKENS = False
# Identity providers that may be spoken to although they are no public address with https: host:port.
SINGLE_SIGN_ON_EXCEPTIONS = env_list("SINGLE_SIGN_ON_EXCEPTIONS")
PASSWORD_RESET_TIMEOUT = 60 * 60

LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [path for path in [BASE_DIR / "frontend" / "dist"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": attachment_storage(),
    # Compressing takes a minute, which the demo saves with a storage that writes the same names without it.
    "staticfiles": {
        "BACKEND": env_text("STATICFILES_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
# Names with a hash never change their content: Django's own, and the chunks that esbuild names.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+(\.[0-9a-f]{12}\..+|/chunks/.+-[0-9A-Z]{8}\.js)$"
MEDIA_ROOT = BASE_DIR / "media"

EMAIL_HOST = env_text("EMAIL_HOST", "localhost")
EMAIL_PORT = env_number("EMAIL_PORT", 25)
EMAIL_BACKEND = env_text("EMAIL_BACKEND", "communications.smtp.WatchfulBackend")
# Instead of SMTP a provider: EMAIL_BACKEND=anymail.backends.<provider>.EmailBackend, and its keys as JSON.
ANYMAIL = env_json("ANYMAIL")
EMAIL_FILE_PATH = os.environ.get("EMAIL_FILE_PATH")
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = env_flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 10
# How long a sender that gives no sign of life keeps its mail; longer than all of EMAIL_TIMEOUT's in one conversation.
MAIL_LEASE = env_seconds("MAIL_LEASE_SECONDS", 120)
# How long the outbox keeps what the firm wrote to itself, once it is over; longer than the week in which the Monday
# mail must not be posted twice.
MAIL_KEPT = timedelta(days=max(14, env_number("MAIL_KEPT_DAYS", 180)))
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", "Cadenza <cadenza@localhost>")

# The database decides, Celery only wakes (security.md 4.2): losing all of Redis loses no work.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
# Celery would open two connections for every task; crm.celery asks before each task whether the one kept still answers.
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Whoever rings waits so many seconds for a broker that hangs, and once: what is lost is rung for again (F7).
DOORBELL_PATIENCE = 0.5
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0, "interval_start": 0}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
}
# How long a worker that gives no sign of life keeps its night; how long a night that failed waits for its next attempt.
NIGHT_LEASE = env_seconds("NIGHT_LEASE_SECONDS", 120)
NIGHT_RETRY = env_seconds("NIGHT_RETRY_SECONDS", 300)
# A firm of so many clients, those that changed counted again, has its whole night in one transaction: some 50 ms.
NIGHT_SMALL_FIRM = env_number("NIGHT_SMALL_FIRM", 5000)
# A function from an address in words to (latitude, longitude); none unless the installation names one (O-52).
GEOCODER = env_text("GEOCODER", "")
NIGHT_STATEMENT_TIMEOUT = env_text("NIGHT_STATEMENT_TIMEOUT", "9min")

# Receivers that webhooks may tell although they are no public address with https: host:port of a development machine.
WEBHOOK_EXCEPTIONS = env_list("WEBHOOK_EXCEPTIONS")
# The product's own log-in at Google's (a "web application" whose redirect address is <SITE_URL>/outside/google/):
# without it nobody is offered Google Calendar.
GOOGLE_CLIENT_ID = env_text("GOOGLE_CLIENT_ID", "")
GOOGLE_CLIENT_SECRET = env_text("GOOGLE_CLIENT_SECRET", "")
GOOGLE_CONSENT_URL = env_text("GOOGLE_CONSENT_URL", "https://accounts.google.com/o/oauth2/v2/auth")
GOOGLE_TOKEN_URL = env_text("GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token")
GOOGLE_REVOKE_URL = env_text("GOOGLE_REVOKE_URL", "https://oauth2.googleapis.com/revoke")
GOOGLE_CALENDAR_URL = env_text("GOOGLE_CALENDAR_URL", "https://www.googleapis.com/calendar/v3")
# Calendar servers that may be spoken to although they are no public address with https: host:port.
CALENDAR_EXCEPTIONS = env_list("CALENDAR_EXCEPTIONS")
# Keys, the newest first, with which secrets of other systems are sealed; without them the key follows from SECRET_KEY.
SEALING_KEYS = env_list("SEALING_KEYS")
# How far back the feed of changes reaches.
CHANGES_KEPT = timedelta(days=env_number("CHANGES_KEPT_DAYS", 180))
API_REQUESTS_A_MINUTE = env_number("API_REQUESTS_A_MINUTE", 6000)
# An import may be as large as clients.imports.services.MOST_BYTES; JSON bodies are read whole.
DATA_UPLOAD_MAX_MEMORY_SIZE = 110 * 1024 * 1024

LOGGING = logs.configuration(level=env_text("LOG_LEVEL", "INFO"), as_json=env_flag("LOG_JSON"))
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Whoever reads /metrics shows this token; without one there is nothing to read.
METRICS_TOKEN = env_text("METRICS_TOKEN", "")
# Whom to tell of a hole, as an address for security.txt: mailto:… or https://… (RFC 9116).
SECURITY_CONTACT = env_text("SECURITY_CONTACT", "")

"""Django's settings. What a clinic sets, it sets in the environment; see `env.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from needlework.web import env

env.check_names()

DEBUG = False
DEMO = env.flag("NEEDLEWORK_DEMO")
HTTPS = env.flag("NEEDLEWORK_HTTPS")

# --- where things lie -------------------------------------------------------------------------

DATA = env.folder("NEEDLEWORK_DATA", Path.home() / ".local/share/needlework")
BLOBS = DATA / "blobs"
BLOB_KEY_FILE = Path(env.text("NEEDLEWORK_BLOB_KEY_FILE") or DATA / "keys/blob.key")
SECRET_KEY = env.secret("NEEDLEWORK_SECRET_KEY", DATA / "keys/secret.key")
DATABASES = {"default": env.database(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- what the app is made of ------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's list of security keys speaks with it
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "needlework.web.accounts",
    "needlework.web.clinics",
    "needlework.web.staff",
    "needlework.web.records",
    "needlework.web.audit",
    "needlework.web.blobs",
    "needlework.web.consultations",
    "needlework.web.governance",
    "needlework.web.clearances",
    "needlework.web.plans",
    "needlework.web.treatments",
    "needlework.web.measures",
    "needlework.web.consents",
    "needlework.web.days",
    "needlework.web.portal",
    "needlework.web.intake",
    "needlework.web.alerts",
    "needlework.web.enquiries",
    "needlework.web.site",
    "needlework.web.keeping",
    "needlework.web.shared",
]

MIDDLEWARE = [
    "needlework.web.accounts.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "needlework.web.errors.SizeMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "needlework.web.language.LanguageMiddleware",
    "needlework.web.errors.ErrorMiddleware",
    # After the one above: it sees an exception before that turns it into a page, and rolls back.
    "needlework.web.audit.middleware.AuditMiddleware",
    "needlework.web.accounts.middleware.GuardMiddleware",
    "needlework.web.access.AccessMiddleware",
]

ROOT_URLCONF = "needlework.web.urls"
WSGI_APPLICATION = "needlework.web.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "needlework.web.rendering.environment"},
    },
    {  # For the pages of allauth alone; its layout and elements are restyled.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "django",
        "DIRS": [Path(__file__).parent / "shared/templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "needlework.web.shared.forms.Renderer"

# --- words and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- accounts ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "needlework.web.accounts.passwords.PlaceWordsValidator"},
]
LOGIN_REDIRECT_URL = "/clinic/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "needlework.web.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# A stranger's address gets no mail from us, and the page says the same either way.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
PASSWORD_RESET_TIMEOUT = 10 * 60
# Failed tries, counted for each action and shared by all workers.
ACCOUNT_RATE_LIMITS = {
    "portal_link": "20/15m/ip,6/15m/key",
    "consultation_request": "8/h/ip",
    "self_check": "60/10m/ip",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Nobody signs up alone: whoever has an account got it from the clinic.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_ADAPTER = "needlework.web.accounts.adapter.FactorAdapter"
MFA_TOTP_ISSUER = "Needlework"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Of owners and medical directors; where everything is invented it is offered alone.
SECOND_FACTOR_REQUIRED = not DEMO

# --- cache, sessions, cookies -----------------------------------------------------------------

# Shared by all workers, so that throttling counts them together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "needlework_cache",
        # Counts of failed tries are kept here: they must not be thrown out by the next ones.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_COOKIE_NAME = env.host_cookie("sessionid", is_https=HTTPS)
SESSION_COOKIE_AGE = 12 * 60 * 60
IDLE_MINUTES = env.minutes("NEEDLEWORK_IDLE_MINUTES", 15, least=2, most=60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = env.host_cookie("csrftoken", is_https=HTTPS)
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "needlework.web.errors.csrf_failed"
LANGUAGE_COOKIE_NAME = env.host_cookie("needlework_language", is_https=HTTPS)
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
# Not in a cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- what may be loaded, and from where -------------------------------------------------------

ALLOWED_HOSTS = [name for name in env.text("NEEDLEWORK_HOSTS").split(",") if name.strip()] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
]
TRUST_PROXY = env.behind_proxy(is_https=HTTPS)
# Throttling counts whoever stands before our proxy, not the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_PROXY else 0
if TRUST_PROXY and HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS] if HTTPS else []
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nothing to other sites; `no-referrer` would make browsers send `Origin: null` with our forms.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- static files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
# Names change with their content, so that browsers may keep the files for good.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Ours are for our own pages alone.
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = ""

# --- mail, logs -------------------------------------------------------------------------------

globals().update(env.mail(DATA))
MAIL_IS_SET_UP = bool(env.text("NEEDLEWORK_MAIL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mail_from()

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name} {message}", "style": "{"}},
    "filters": {"no_tokens": {"()": "needlework.web.errors.WithoutTokens"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["no_tokens"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Django logs the path of a refused request, and a path may hold a token.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}},
}
# Browsers' preload lists are for whoever owns the domain to join, and hard to leave.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

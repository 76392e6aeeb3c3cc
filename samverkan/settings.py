"""Settings. Everything that differs between places comes from the environment; a missing value is a sentence."""

import os
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from samverkan.environment import database, flag, number_index_key, number_keys, required

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = flag("DEBUG")
DEMO = flag("DEMO")
SECRET_KEY = required("SECRET_KEY", "the key that signs sessions and links")
ALLOWED_HOSTS = [
    h.strip() for h in os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",") if h.strip()
]
PUBLIC_URL = required("PUBLIC_URL", "the address people use, as https://samverkan.example").rstrip("/")
BEHIND_TLS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "audit",
    "errands",
    "parties",
    "initiatives",
    "cases",
    "inquiries",
    "meetings",
    "reports",
    "samverkan",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "samverkan.middleware.KeepNothingInTheBrowser",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "samverkan.middleware.LanguageOfTheReader",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "samverkan.middleware.RefuseWhatNobodySends",
    "samverkan.middleware.KeepWhatWasSent",
    "samverkan.middleware.OneTransaction",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "samverkan.middleware.EndedSession",
    "samverkan.middleware.LockedWhenIdle",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "samverkan.middleware.SentOnce",
]

ROOT_URLCONF = "samverkan.urls"
WSGI_APPLICATION = "samverkan.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "samverkan.navigation.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "samverkan.templatetags.frame",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False


# ── Three doors to one database ──────────────────────────────────────────────────────────────────────────────
# default and ledger sign in as portal_app, who owns nothing and cannot pass the wall; owner makes tables.
def _alias(address: dict, test: dict, options: str = "") -> dict:
    return {
        **address,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**address.get("OPTIONS", {}), **({"options": options} if options else {})},
        "TEST": test,
    }


_APP = database("DATABASE_URL", "the address of the database for portal_app")
DATABASES = {
    "default": _alias(_APP, {"MIRROR": "owner"}),
    # A connection of its own: a refused read leaves its row even when the request rolls back.
    "ledger": _alias(_APP, {"MIRROR": "owner"}),
    # Web and workers run without the owner's address; only migrations, set-up and tests need it.
    "owner": _alias(
        database("DATABASE_OWNER_URL", "")
        if os.environ.get("DATABASE_OWNER_URL")
        else {**_APP, "USER": "portal_owner"},
        {"DEPENDENCIES": []},
        "-c portal.maintenance=on",
    ),
}
DATABASE_ROUTERS = ["samverkan.router.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── Who is here ──────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())  # until the working day's end
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
IDLE_LOCK = timedelta(
    minutes=15
)  # a page nobody touches is covered; the warning comes IDLE_WARNING before (R18)
IDLE_WARNING = timedelta(minutes=2)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "samverkan.views.form_too_old"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "parties.views.too_many_attempts"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "parties.attempts.name_tried"
AXES_CLIENT_IP_CALLABLE = "parties.attempts.address_of_client"
AXES_HANDLER = "parties.attempts.Attempts"
# All names together, from one address: high, since a whole office may stand behind one. Without PROXY_COUNT set as the
# place is built, everybody would be one address.
ADDRESS_FAILURE_LIMIT = 100
ADDRESS_WINDOW = timedelta(hours=1)
# How many proxies of our own stand before the web; the address they saw is the one that many from the right.
PROXY_COUNT = int(os.environ.get("PROXY_COUNT", "0"))
SILENCED_SYSTEM_CHECKS = [
    "axes.W006"
]  # locking the pair (user, address) is meant: one address may not lock out a colleague

# ── Transport and browser ────────────────────────────────────────────────────────────────────────────────────
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
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
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = (
    6_291_456  # a case list stays in memory: no copy of it is left in a temporary folder
)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# With STATIC_ROOT the files are gathered, hashed and compressed (production); without, they are served as they lie.
STATIC_ROOT = os.environ.get("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_ROOT
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
FILES_ROOT = Path(required("FILES_ROOT", "the folder of stored files, outside the repository"))
# How long a file of cases can be fetched by who asked for it; then it is destroyed.
EXPORT_HOURS = int(os.environ.get("EXPORT_HOURS", "24"))

# ── Language and time ────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "samverkan.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# ── Personal numbers ─────────────────────────────────────────────────────────────────────────────────────────
NUMBER_KEYS = number_keys()
NUMBER_INDEX_KEY = number_index_key()

# ── Celery: it wakes the jobs that stand in PostgreSQL, and remembers nothing itself ─────────────────────────
CELERY_BROKER_URL = required("REDIS_URL", "the address of Redis or Valkey, which wakes the workers")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "visibility_timeout": 3600,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep-waiting-jobs": {"task": "errands.tasks.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "forget-ended-sessions": {
        "task": "errands.tasks.forget_ended_sessions",
        "schedule": crontab(hour=3, minute=30),
    },
    "forget-old-drafts": {
        "task": "errands.tasks.forget_old_drafts",
        "schedule": crontab(hour=3, minute=40),
    },
    "forget-old-invitations": {
        "task": "parties.tasks.forget_old_invitations",
        "schedule": crontab(hour=3, minute=45),
    },
    "send-notices": {
        "task": "errands.tasks.send_notices",
        "schedule": crontab(hour=7, minute=0, day_of_week="mon-fri"),
    },
    "end-for-parties-that-left": {
        "task": "cases.tasks.end_for_parties_that_left",
        "schedule": crontab(hour=0, minute=5),
    },
    "destroy-exports": {
        "task": "cases.tasks.destroy_exports",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "sweep-case-lists": {"task": "cases.tasks.sweep_lists", "schedule": 300.0, "options": {"expires": 300}},
}

# ── Mail says only that something waits ──────────────────────────────────────────────────────────────────────
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "samverkan@samverkan.example")
if os.environ.get("EMAIL_HOST"):
    EMAIL_HOST = os.environ["EMAIL_HOST"]
    EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
    EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
    EMAIL_USE_TLS = True
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = FILES_ROOT / "mail"

# ── Logs: what happened and where, never about whom ──────────────────────────────────────────────────────────
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_persons": {"()": "samverkan.logs.NoPersons"}},
    "formatters": {"line": {"()": "samverkan.logs.Line"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_persons"]}
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "ERROR"},
        "django.server": {"handlers": [], "propagate": False},
        # A request that breaks in the web server itself is told with its address: through our own handler, without it.
        "gunicorn.error": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "fontTools": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "weasyprint.progress": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
    },
}
LOGGING_CONFIG = "logging.config.dictConfig"

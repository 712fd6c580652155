"""Settings. Without DATABASE_URL this is a private trial on one machine; with it, a county's server.

A county's server refuses to start without its own secret key and host names, and then every
cookie and connection is secure by default. CARE_TRIAL=yes makes it a trial on servers that
somebody else started, for tests and demonstrations.
"""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from config import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
PRIVATE = "DATABASE_URL" not in os.environ or os.environ.get("CARE_TRIAL") == "yes"


def required(name: str) -> str:
    """An environment variable that a county's server cannot do without."""
    try:
        return os.environ[name]
    except KeyError:
        raise ImproperlyConfigured(
            f"Set {name}: a server with its own DATABASE_URL needs it (or CARE_TRIAL=yes for a mere trial)."
        ) from None


def private_secret_key() -> str:
    """A trial's own key, made once and kept, so that a restart logs nobody out."""
    path = BASE_DIR / ".private" / "secret_key"
    if not path.is_file():
        path.parent.mkdir(mode=0o711, exist_ok=True)
        whole = path.with_suffix(f".{os.getpid()}")
        with open(os.open(whole, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(get_random_secret_key())
        with suppress(FileExistsError):  # of two that start at once, both take the first one's
            os.link(whole, path)
        whole.unlink()
    return path.read_text()


if not PRIVATE:
    required("REDIS_URL")  # else a private one would start unasked beside a county's database
DATABASE_URL, REDIS_URL = embedded.urls(BASE_DIR)
DEBUG = os.environ.get("CARE_DEBUG") == "yes"
SECRET_KEY = private_secret_key() if PRIVATE else required("SECRET_KEY")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if PRIVATE else required("ALLOWED_HOSTS").split(",")
CSRF_TRUSTED_ORIGINS = [] if PRIVATE else [f"https://{host}" for host in ALLOWED_HOSTS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "leaflet",  # for the files it carries
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework.authtoken",
    "hub",
    "visits",
    "scheduling",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hub.access.WallsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "hub.access.NoStoreMiddleware",
    "hub.access.RoleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "hub.audit.AuditMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["hub.templatetags.care"],
        },
    }
]

DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
DATABASES["default"]["ENGINE"] = "config.database"  # PostgreSQL with the walls of hub.walls
DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {
    "connect_timeout": 5,
    "keepalives_idle": 10,  # seconds; a dead server is noticed in about half a minute
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
# The policies' estimates are high enough to have PostgreSQL compile queries that take a millisecond.
options = DATABASES["default"]["OPTIONS"].get("options", "")
DATABASES["default"]["OPTIONS"]["options"] = f"{options} -c jit=off"

AUTH_USER_MODEL = "hub.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "hub/locked_out.html"
AXES_VERBOSE = False  # its start-up line says nothing that an operator needs

SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if not PRIVATE:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000  # one year
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# Maps are drawn on a plain ground unless a tile server is named: https://tiles.example/{z}/{x}/{y}.png
TILES, TILES_CREDIT = os.environ.get("CARE_TILES", ""), os.environ.get("CARE_TILES_CREDIT", "")
if TILES and not (TILES.startswith("https://") and all(part in TILES for part in ("{z}", "{x}", "{y}"))):
    raise ImproperlyConfigured("CARE_TILES must be an https address with {z}, {x} and {y} in it.")
TILE_SERVER = [f"https://{urlsplit(TILES).netloc.replace('{s}', '*')}"] if TILES else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", *TILE_SERVER],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = PRIVATE  # a trial serves the files where they lie; a server runs collectstatic
WHITENOISE_AUTOREFRESH = DEBUG
if not PRIVATE:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["hub.access.RoleAllowed"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "hub.api.pagination.Pages",
    "EXCEPTION_HANDLER": "hub.api.problems.as_problem_details",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Care visits",
    "DESCRIPTION": "People, needs, visits, rotas and planning runs, each within what the caller may see.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["hub.access.RoleAllowed"],
    "ENUM_NAME_OVERRIDES": {
        "RotaStatus": "visits.models.rota.Rota.Status",
        "RunStatus": "scheduling.models.PlanningRun.Status",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# PostgreSQL holds the truth and Celery is only the hands: a task carries an id, and its result is a row.
# A solve runs in a child process of the task: docs/decisions/ says why.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# Only what the desk answers comes back, as codes and minutes, to whoever waits for it.
CELERY_RESULT_BACKEND = REDIS_URL
CELERY_RESULT_EXPIRES = 60  # seconds
CELERY_REDIS_SOCKET_CONNECT_TIMEOUT = 3
CELERY_TASK_ROUTES = {f"scheduling.tasks.{name}": {"queue": "desk"} for name in ("ask", "mend")}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 7200,  # seconds; longer than the longest planning run
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0.2, "interval_max": 0.5}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0  # seconds
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Seconds that a planning run may search, unless the person who asks says otherwise.
PLANNING_SECONDS = int(os.environ.get("CARE_PLANNING_SECONDS", "60"))
OVERNIGHT_SECONDS = int(os.environ.get("CARE_OVERNIGHT_SECONDS", "600"))

# A delivery larger than this is refused before it is read. All people of a county in FHIR are 0.8 GB.
DELIVERY_MAX_BYTES = int(os.environ.get("CARE_DELIVERY_MAX_MB", "2048")) * 1024 * 1024
# The road network that travel is measured by, once it is loaded, and the minutes worked out from it.
ROADS_DIR = Path(os.environ.get("CARE_ROADS", BASE_DIR / ".private" / "roads"))
# Files that wait to be taken in, or for a person to decide.
INTAKE_DIR = Path(os.environ.get("CARE_INTAKE", BASE_DIR / ".private" / "intake"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("CARE_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},  # SQL carries personal data
        "axes": {"level": "ERROR"},  # its warnings carry user names
    },
}

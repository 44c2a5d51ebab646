"""Settings, all from the environment; a fresh machine needs none of them."""

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environ import Env
from whitenoise.compress import Compressor

from colorweb import runtime
from colorweb.console.theme import UNFOLD  # noqa: F401 (a setting)
from colorweb.environment import Environment

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = runtime.var_dir()
runtime.make_private(VAR_DIR)

SECRET_KEY = runtime.environment_value("SECRET_KEY") or runtime.made_secret_key()
# Keys that were: what they signed and encrypted is still read.
SECRET_KEY_FALLBACKS = runtime.environment_value("SECRET_KEY_FALLBACKS").replace(",", " ").split()
DEBUG = env.bool("DEBUG", default=False)

# One public address decides hosts, origins, cookies and absolute links.
SITE_URL = runtime.site_url()
_site = urlsplit(SITE_URL)
_https = _site.scheme == "https"
ALLOWED_HOSTS = [
    _site.hostname or "127.0.0.1",
    "127.0.0.1",
    "localhost",
    "[::1]",
    *env.list("ALLOWED_HOSTS", default=[]),
]
CSRF_FAILURE_VIEW = "colorweb.http.problems.csrf_failure"
# Whose pages may send changes: our own, and those that the operator names (no wildcards).
CSRF_TRUSTED_ORIGINS = [
    f"{_site.scheme}://{_site.netloc}",
    *runtime.origins("TRUSTED_ORIGINS"),
]
CORS_ORIGINS = runtime.origins("CORS_ORIGINS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_SSL_REDIRECT = False  # the proxy that ends TLS redirects
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "colorweb.console.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "csp",
    "django_vite",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "colorweb.accounts",
    "colorweb.audit",
    "colorweb.health.apps.HealthConfig",
    "colorweb.backup",
    "drf_standardized_errors",
    "jobs",
    "ml",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "colorweb.http.compression.Compression",
    "django.middleware.http.ConditionalGetMiddleware",
    "colorweb.http.caching.Caching",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "colorweb.http.zones.Zone",
    "django.middleware.common.CommonMiddleware",
    "colorweb.http.unreadable.Unreadable",
    "colorweb.http.cross_site.CrossSite",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "colorweb.accounts.middleware.VisitorMiddleware",
    "colorweb.audit.middleware.audit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "colorweb.http.problems.StorageMiddleware",
]

ROOT_URLCONF = "colorweb.urls"
ASGI_APPLICATION = "colorweb.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jobs.pages.context.limits",
            ]
        },
    }
]

# Database: SQLite until DATABASE_URL names a PostgreSQL.
DATABASES = {"default": Env.db_url_config(runtime.database_url())}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Threads are kept, and so is what SQLite has read of the tables' shapes.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
else:
    DATABASES["default"]["ENGINE"] = "colorweb.postgresql"
    DATABASES["default"]["OPTIONS"] = {
        # Django under ASGI runs views in many threads: pooling keeps connections few. Seconds:
        # until a request that waits for a connection asks whether the server is there, and for
        # the pool to try for one at a time.
        "pool": {"min_size": 1, "max_size": 10, "timeout": 3, "reconnect_timeout": 5},
        # A server that vanishes without a word is noticed within 20 seconds.
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 20_000,  # milliseconds
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Mail goes to the log until EMAIL_URL names a server, e.g. smtp+tls://user:password@host:587.
_mail = Env.email_url_config(runtime.email_url())
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = "EMAIL_USE_TLS" in _mail, "EMAIL_USE_SSL" in _mail
# Where no mail arrives nobody can confirm an address: accounts then work without.
MAIL_BACKEND = _mail["EMAIL_BACKEND"]
MAIL_ARRIVES = not MAIL_BACKEND.endswith("console.EmailBackend")
# A worker sends it, so that nobody waits for a mail server.
EMAIL_BACKEND = "colorweb.accounts.mail.Outbox" if MAIL_ARRIVES else MAIL_BACKEND
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "EMAIL_FROM", default=f"colorweb@{_site.hostname or 'localhost'}"
)

# Accounts: one address and a password, a second factor for those who want one.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "colorweb.accounts.forms.SignupForm",
    "reset_password": "colorweb.accounts.forms.ResetPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "colorweb.accounts.adapter.AccountAdapter"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an address is added, changed or deleted
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_ARRIVES else "optional"
ACCOUNT_PREVENT_ENUMERATION = MAIL_ARRIVES
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {
    "signup": "60/h/ip",
    "reset_password": "20/m/ip",
    "reset_password_mail": "5/m/key",  # to one address, whoever asks
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[colorweb] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
MFA_ALLOW_UNVERIFIED_EMAIL = not MAIL_ARRIVES
MFA_ADAPTER = "colorweb.accounts.second_factor.MFAAdapter"
MFA_TOTP_ISSUER = "colorweb"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off

# A visitor's photos belong to a signed cookie that lives as long as the browser may keep it.
GUEST_COOKIE_AGE = timedelta(days=365)
SHARE_COOKIE_AGE = timedelta(days=30)  # how long a browser remembers links that let it in
GUEST_RETENTION = timedelta(hours=env.float("GUEST_RETENTION", default=24))
# What an account deletes can be brought back for so long.
TRASH_RETENTION = timedelta(days=env.float("TRASH_DAYS", default=30))
# Copies of the weights that color here, each under its SHA-256.
MODEL_CACHE = VAR_DIR / "models"
MODEL_MAX_BYTES = env.size("MODEL_MAX_BYTES", default=500_000_000)  # of a file that is imported
# Percent of owners whose photos a new version colors, step by step, and how long a step takes at
# least. 0: it goes into service as soon as it is checked.
CANARY_STEPS = [share for share in env.numbers("CANARY_STEPS", default=[5, 25, 100]) if share]
CANARY_STEP_MINUTES = env.float("CANARY_STEP_MINUTES", default=60)
# Who answers for this site, shown on the privacy page and the terms.
CONTACT = env.str("CONTACT", default="")

# Valkey or Redis: one for the broker and live messages (never evicts), one as cache.
REDIS_URL = runtime.broker_url()
CACHES = {
    "default": {
        "BACKEND": "colorweb.cache.FailOpenCache",
        "LOCATION": runtime.cache_url(),
        "KEY_PREFIX": "colorweb",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "colorweb.http.channel_layer.ChannelLayer",
        "CONFIG": {
            # The layer itself waits five seconds for a message.
            # Many sockets may open or close in one moment, each with a connection of its own.
            "hosts": [{"address": REDIS_URL, "socket_timeout": 15, "max_connections": 2000}],
            "capacity": 500,
            "expiry": 30,
        },
    }
}

# Celery carries wake-ups only; the rows in the database are the queue.
CELERY_BROKER_URL = runtime.celery_url()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_keepalive": True,
    "health_check_interval": 25,
    "socket_timeout": 30,
    # Publishing gives up at once when the broker is unavailable; the reaper publishes later.
    "max_retries": 1,
    "interval_start": 0,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # workers come back whenever the broker does
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # rows have the last word
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "jobs.tasks.colorize": {"queue": "gpu"},
    "ml.tasks.train": {"queue": "training"},
    "ml.tasks.evaluate": {"queue": "training"},
    "ml.tasks.check_versions": {"queue": "gpu"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Children share what their parent has imported; what cannot be forked (a network, a GPU's context)
# is loaded in the child alone.
CELERY_WORKER_POOL_START_METHOD = "fork"
# Celery would close the process's pool of connections before and after each task, under threads
# that use it. The task's own connection goes back into the pool: colorweb.celery.
CELERY_DB_REUSE_MAX = sys.maxsize
# A child that colors loads and warms the network before it answers.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 120


# The queue's promises.
JOB_LEASE = timedelta(seconds=20)
JOB_LEASE_RENEWAL = timedelta(seconds=5)
JOB_MAX_ATTEMPTS = 3  # workers lost with it in a row
JOB_MAX_CLAIMS = 100  # by workers that gave it back
JOB_TIME_LIMIT = timedelta(minutes=5)  # for one photo, by the worker itself
RENDITION_KEEP = timedelta(days=7)  # after somebody last asked for it
RENDITIONS_WAITING = 200  # of one account, or of all guests at one address
COLORIZE_TASK_LIMIT = 1800  # seconds for a whole claim, by Celery: the last resort
BATCH_SIZE = env.int("BATCH_SIZE", default=0)  # photos a claim; 0: 16 on a GPU, 1 on a CPU

# What an upload may be; shown beside the drop zone.
UPLOAD_MAX_BYTES = env.size("UPLOAD_MAX_BYTES", default=80_000_000)
UPLOAD_MAX_PIXELS = env.int("UPLOAD_MAX_PIXELS", default=150_000_000)
UPLOAD_MAX_ASPECT = 20
UPLOAD_MAX_FILES = 50  # in one form without JavaScript; the page sends one by one
REQUEST_MAX_BYTES = env.size("REQUEST_MAX_BYTES", default=400_000_000)
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_MAX_FILES
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# How much one account, or all guests at one address, may ask for. Unconfirmed accounts of one
# network have together three times what its guests have.
PHOTOS_A_DAY = {
    "guest": env.int("GUEST_PHOTOS_A_DAY", default=2_000),
    "account": env.int("ACCOUNT_PHOTOS_A_DAY", default=20_000),
}
PHOTOS_WAITING = {
    "guest": env.int("GUEST_PHOTOS_WAITING", default=500),
    "account": env.int("ACCOUNT_PHOTOS_WAITING", default=10_000),
}
STORED_BYTES = {
    "guest": env.size("GUEST_STORED_BYTES", default=20_000_000_000),
    "account": env.size("ACCOUNT_STORED_BYTES", default=200_000_000_000),
}
# Bytes kept free on each disk; 0: 5 % of it, at least 2 GB.
MIN_FREE_BYTES = env.size("MIN_FREE_BYTES", default=0)
# Requests whose bodies are being sent at a time, from one network.
BODIES_PER_NETWORK = env.int("BODIES_PER_NETWORK", default=64)
QUEUE_MAX_WAITING = env.int("QUEUE_MAX_WAITING", default=50_000)

# Websockets, event streams and waiting requests at a time.
STREAMS = {
    "visitor": env.int("STREAMS_PER_VISITOR", default=60),
    "token": env.int("STREAMS_PER_TOKEN", default=40),
    "network": env.int("STREAMS_PER_NETWORK", default=200),
}

# Addresses that others name: webhooks, and photos to fetch. Only public ones, only by https.
OUTGOING_PRIVATE = env.bool("OUTGOING_PRIVATE", default=False)
OUTGOING_HTTP = env.bool("OUTGOING_HTTP", default=False)
# Whether POST jobs/ may name an address to fetch the photo from.
URL_INTAKE = env.bool("URL_INTAKE", default=False)
URL_INTAKE_SECONDS = 20  # for one photo, redirects included
URL_INTAKE_AT_ONCE = env.int("URL_INTAKE_AT_ONCE", default=8)
# Seconds after each failed try of a webhook until the next one; after the last it is given up.
WEBHOOK_SCHEDULE = env.numbers(
    "WEBHOOK_SCHEDULE", default=[5, 30, 120, 600, 1800, 3600, 10800, 21600, 43200, 43200]
)
WEBHOOK_TIMEOUT = 15  # seconds for one try
WEBHOOK_PAUSED_AFTER = timedelta(days=3)  # of nothing but failures
WEBHOOK_LOG_RETENTION = timedelta(days=30)

# Files: a folder until S3_BUCKET names a bucket. Without keys boto3 looks for its own ways in.
MEDIA_ROOT = runtime.media_dir()
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
_bucket = env.str("S3_BUCKET", default="")
_s3 = {
    "BACKEND": "colorweb.storage.s3.S3",
    "OPTIONS": {
        "bucket_name": _bucket,
        "endpoint_url": runtime.s3_endpoint(),
        "region_name": env.str("S3_REGION", default="") or None,
        "access_key": runtime.environment_value("S3_ACCESS_KEY_ID") or None,
        "secret_key": runtime.environment_value("S3_SECRET_ACCESS_KEY") or None,
    },
}
STORAGES = {
    "default": _s3 if _bucket else {"BACKEND": "colorweb.storage.Folder"},
    "staticfiles": {
        "BACKEND": "colorweb.http.static.HashedFiles",
        # An image is built by another user than it is run by.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
STATIC_URL = "static/"
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
STATIC_ROOT = runtime.static_dir()
STATICFILES_DIRS = [
    path
    for path in (BASE_DIR / "frontend" / "dist", BASE_DIR / "frontend" / "static")
    if path.is_dir()
]
# The collected one: building the front end again must not reach a site that runs.
DJANGO_VITE = {"default": {"manifest_path": STATIC_ROOT / "manifest.json"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["colorweb.api.auth.VisitorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is that of a photo
    "DEFAULT_PARSER_CLASSES": [
        "colorweb.api.parsers.MultiPart",
        "colorweb.api.parsers.JSON",
    ],
    "DEFAULT_THROTTLE_RATES": {  # by account, or by a guest's address
        "upload": env.rate("UPLOAD_RATE", default="600/min"),
        "request": env.rate("REQUEST_RATE", default="6000/min"),
        "like": env.rate("LIKE_RATE", default="300/hour"),  # by network
        "report": env.rate("REPORT_RATE", default="20/hour"),
        "mend": env.rate("MEND_RATE", default="600/min"),
        "password": "10/min",  # of share links, from one address
        "link": "100/hour",  # wrong passwords of one share link, from all addresses
        "like_of_photo": "20/day",  # of one photo, from one network
        "webhook": env.rate("WEBHOOK_RATE", default="60/hour"),  # tests, and messages sent again
    },
    "EXCEPTION_HANDLER": "colorweb.http.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "colorweb",
    "DESCRIPTION": (
        "Black-and-white photos in, color ones out.\n\n"
        "Take a guest's token from `GET me/`, or make one for your account, and send it as "
        "`Authorization: Bearer …`. `POST jobs/` a photo; `Prefer: wait=30` holds the answer back "
        "until it is colored, and `urls.result` is where the colors are. Every error is "
        "`application/problem+json` with a stable `code`. What is added within `/api/v1/` breaks "
        "nobody who ignores what they do not know."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "Visibility": "jobs.models.Photo.Visibility",
        "Status": "jobs.models.State",
        "ArchiveStatus": "jobs.models.Archive.State",
        "Stage": "jobs.models.Stage",
        "Format": ["jpeg", "png", "webp"],
        "BatchStatus": ["unpacking", "unpacked", "canceled"],
        "Event": "jobs.models.Event.values",
        "DeliveryEvent": "jobs.serializers.webhooks.ALL_EVENTS",
        "JobEvent": "jobs.serializers.webhooks.JOB_EVENTS",
        "DeliveryState": ["pending", "held", "delivered", "failed"],
        "CheckState": ["queued", "running", "done", "failed"],
        "EvaluationState": "ml.models.Evaluation.State",
        "TrainingRunStateEnum": "ml.models.TrainingRun.State",
        "PauseReason": ["asked", "failing", "gone"],
        "AlbumSort": "jobs.models.Album.Sort",
    },
    "WEBHOOKS": [
        f"jobs.api.messages.{name}"
        for name in (
            *("job_succeeded", "job_failed", "job_canceled", "batch_finished", "archive_ready"),
            *("job_started", "job_progressed", "run_ended", "webhook_test"),
        )
    ],
    "SERVERS": [{"url": "/", "description": "The site that this document is of."}],
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "CONTACT": {"name": "The site operator"},
    "SORT_OPERATIONS": False,  # in the order of use
    "TAGS": [
        {"name": name, "description": text}
        for name, text in {
            "jobs": "Send a photo, follow its job, fetch its colors.",
            "photos": "What was sent: words, look, versions, links.",
            "files": "The pictures and zips themselves.",
            "batches": "Many photos in one request.",
            "archives": "Many photos' colors as one zip.",
            "albums": "Photos in an order, with one way of sharing.",
            "trash": "What an account has deleted.",
            "me": "Who is asking, and what is allowed.",
            "tokens": "An account's keys for programs.",
            "webhooks": "Messages to your own server.",
            "public": "Open to anyone: the gallery, and models to choose from.",
            "queue": "Staff: the queue as a whole.",
            "models": "Staff: versions of networks.",
            "training": "Staff: data sets and training runs.",
        }.items()
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "jobs.api.file_paths.add",
        "colorweb.api.document.complete",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Training: folders on the server that data sets may name, limits of uploaded archives, and where
# the training worker keeps its runs.
DATA_ROOTS = env.list("DATA_ROOTS", default=[str(VAR_DIR / "photos")])
DATASET_MAX_BYTES = env.size("DATASET_MAX_BYTES", default=4_000_000_000)
DATASET_MAX_UNPACKED = 5 * DATASET_MAX_BYTES
DATASET_MAX_PHOTO = UPLOAD_MAX_BYTES
TRAINING_DIR = VAR_DIR / "training"
# Of the GPU's memory, for the training where the photos' network lives on the same one.
TRAINING_GPU_SHARE = env.float("TRAINING_GPU_SHARE", default=0.7)
# How long stopped and failed runs can be resumed; 0: for good.
TRAINING_KEEP = timedelta(days=env.float("TRAINING_KEEP_DAYS", default=30))
TRAINING_COPY_EVERY = timedelta(minutes=env.float("TRAINING_COPY_EVERY", default=10))

METRICS_TOKEN = runtime.environment_value(
    "METRICS_TOKEN"
)  # lets others than this machine read /metrics
# Errors and spans are reported to others only where these name them.
SENTRY_DSN = runtime.sentry_dsn()
OTEL_ENDPOINT = runtime.otel_endpoint()
REVISION = env.str("COLORWEB_REVISION", default="")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
FORMAT_MODULE_PATH = ["colorweb.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "colorweb.logs.Formatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "colorweb.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", ("line", "json")),
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "PIL": {"level": "WARNING"},
        # Its own handlers would write addresses as they are.
        "uvicorn": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "uvicorn.access": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "httpx": {"level": "WARNING"},
        # A line for every wake-up and every tick of the reaper says nothing.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

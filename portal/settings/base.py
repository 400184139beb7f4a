"""Settings that hold everywhere. Development, test and production each add their own; none inherits another."""

import json
import os
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal.settings.addresses import broker_address, cache_address, image_source

# Lets classes name what they are about, as in ModelForm[Wish], which Django leaves to type checkers.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(os.environ.get("WUWEI_DATA_DIR", BASE_DIR / ".data"))

INSTALLED_APPS = [
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "treebeard",
    "import_export",
    "pgtrigger",
    "pghistory",
    "django_celery_beat",
    "portal.apps.PortalConfig",
    "grids",
    "wishes",
]

# How many proxies of our own stand in front; production has one. See portal/client_address.py.
TRUSTED_PROXIES = 0

MIDDLEWARE = [
    "portal.client_address.ClientAddressMiddleware",
    "portal.site.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.site.middleware.AccountLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.accounts.middleware.RequiredStepsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.site.middleware.DomainErrorMiddleware",
    "portal.site.middleware.RefusedFormMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_NAME = _("五微 · 社区党群服务")
# Where people open the portal: the beginning of every link in an e-mail.
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000")

# Tiles below the maps, in WGS-84 or CGCS2000 (天地图); none are needed. MAP_TILES_URL has {x}, {y}, {z} and maybe {s}.
MAP_TILES = {
    "url": os.environ.get("MAP_TILES_URL", ""),
    "subdomains": os.environ.get("MAP_TILES_SUBDOMAINS", "01234567"),
    "attribution": os.environ.get("MAP_TILES_ATTRIBUTION", "天地图"),
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.site.shell.shell",
            ],
            "libraries": {"wuwei": "portal.site.templatetags.wuwei"},
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The database is the embedded one unless DATABASE_URL names another; `script/server` sets DATABASE_URL and REDIS_URL
# for the processes it starts, so settings only ever read the environment.
DATABASES: dict[str, Any] = {
    "default": dj_database_url.config(
        default="postgres:///wuwei", engine="portal.postgresql", conn_max_age=60, conn_health_checks=True
    )
}
# What is asked the third time is prepared: the server reads and plans it once for a connection, and Python no longer
# writes values into its text. A pooler between has to know prepared statements (PgBouncer does from 1.21 on).
DATABASES["default"].setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=3)

# Redis databases: 0 carries the broker, 1 the cache. They never share one, since clearing a cache is FLUSHDB.
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379")
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "portal.forgetful_cache.ForgetfulCache",
        "LOCATION": cache_address(REDIS_URL, 1),
        "KEY_PREFIX": "wuwei",
    },
    # Drawn parts of pages, in each web process. Whatever a part shows is in its key, or it says how old it may be.
    "fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "fragments",
        "TIMEOUT": 600,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

# -- accounts ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "portal.accounts.backends.AccountBackend",
    "grids.roles.backends.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "portal.accounts.sessions"
# Residents stay signed in for a month on their own phone; staff for one working day.
SESSION_COOKIE_AGE = 30 * 24 * 3600
STAFF_SESSION_AGE = 12 * 3600

ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
# Staff enter by user name and password. Residents enter by phone code, with the portal's own steps (see
# portal/accounts/codes.py): one way in for new and known numbers, and guesses counted in the database.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.StaffLoginForm",
    "reauthenticate": "portal.accounts.forms.PasswordAgainForm",
    "change_password": "portal.accounts.forms.NewPasswordForm",
}
ACCOUNT_RATE_LIMITS = {
    # A station's Wi-Fi is one address for many people, a phone number is one person.
    "send_code": "1/30s/key,6/h/key,20/d/key,30/m/ip,300/h/ip",
    "guess_code": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "answer_referral": "30/m/ip",
}
MFA_ADAPTER = "portal.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.SecondFactorForm",
    "reauthenticate": "portal.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "portal.accounts.forms.EnrolAppForm",
    "add_webauthn": "portal.accounts.forms.AddKeyForm",
    "edit_webauthn": "portal.accounts.forms.RenameKeyForm",
}
MFA_TOTP_ISSUER = "Wuwei"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True

# The first versions of the consent texts are put in place after migrating; later ones are written in the admin.
ACCOUNTS_SEED_CONSENTS = True
# So are the first wish categories and answer templates, where there is no category yet.
WISHES_SEED_CATEGORIES = True
INCIDENTS_SEED_CATEGORIES = True
# And the usual service posts of Party members.
GRIDS_SEED_POSTS = True
# Countries and regions that codes are sent to; others are a known way to make a site pay for premium numbers.
ACCOUNTS_PHONE_REGIONS = ("CN", "HK", "MO", "TW")
# The gateway for text messages: a module of portal/accounts/sms with a Backend class.
SMS_BACKEND = os.environ.get("SMS_BACKEND", "portal.accounts.sms.console")
SMS_TIMEOUT = 5
SMS_FILE = os.environ.get("SMS_FILE", str(DATA_DIR / "sms.jsonl"))
# The approved template of each kind of message, e.g. SMS_TEMPLATES='{"code": "SMS_100001"}'.
SMS_TEMPLATES: dict[str, str] = json.loads(os.environ.get("SMS_TEMPLATES", "{}"))
ALIBABA_SMS = {
    "access_key_id": os.environ.get("ALIBABA_SMS_ACCESS_KEY_ID", ""),
    "access_key_secret": os.environ.get("ALIBABA_SMS_ACCESS_KEY_SECRET", ""),
    "sign_name": os.environ.get("ALIBABA_SMS_SIGN_NAME", ""),
}
TENCENT_SMS = {
    "secret_id": os.environ.get("TENCENT_SMS_SECRET_ID", ""),
    "secret_key": os.environ.get("TENCENT_SMS_SECRET_KEY", ""),
    "app_id": os.environ.get("TENCENT_SMS_APP_ID", ""),
    "sign_name": os.environ.get("TENCENT_SMS_SIGN_NAME", ""),
    "region": os.environ.get("TENCENT_SMS_REGION", "ap-guangzhou"),
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.site.errors.csrf_failure"

# -- languages and time -----------------------------------------------------------------------------------------------
# Source texts are simplified Chinese; traditional Chinese is converted from them, English is translated by hand.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
PHONENUMBER_REGION = "CN"
# Opening and closing time of a working day: limits in days end at closing time.
WORKING_HOURS = ("09:00", "18:00")

# -- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("WUWEI_STATIC_DIR", BASE_DIR / ".static"))
# Files carry the digest of their content in their names and are compressed once, when collected. Only those names are
# kept, and what is compressed already or read by nobody but a debugger (.map) is left as it is.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "jpg", "jpeg", "png", "gif", "webp", "ico", "woff", "woff2", "eot", "ttf")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("npm/htmx", NODE_MODULES / "htmx.org" / "dist"),
    ("npm/leaflet", NODE_MODULES / "leaflet" / "dist"),
    ("npm/geoman", NODE_MODULES / "@geoman-io" / "leaflet-geoman-free" / "dist"),
]
MEDIA_ROOT = Path(os.environ.get("WUWEI_MEDIA_DIR", DATA_DIR / "media"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Demo accounts have passwords everybody knows; production sets this.
REFUSE_DEMO_ACCOUNTS = False

# -- headers ----------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *filter(None, [image_source(MAP_TILES["url"])])],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# -- tasks ------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = broker_address(REDIS_URL, 0)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# A task is acknowledged when it has ended, and given back when its worker dies; the hard time limit stays below
# the visibility timeout, else a long task would run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": 1800, "socket_connect_timeout": 1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "now"
# Short work a person waits for goes first; long work is cut into short pieces in the queue "bulk".
CELERY_BROKER_TRANSPORT_OPTIONS["queue_order_strategy"] = "priority"
CELERY_TASK_ROUTES = {
    "portal.notifications.tasks.bulk": {"queue": "bulk"},
    "portal.notifications.tasks.gather": {"queue": "bulk"},
    "portal.jobs.tasks.work": {"queue": "bulk"},
    "portal.webhooks.tasks.deliver": {"queue": "bulk"},
    "portal.jobs.tasks.keep": {"queue": "bulk"},
}
# How long is remembered that an event was handled, and how long inboxes keep what was read. Events stay for ever.
OUTBOX_DELIVERIES_KEPT_DAYS = int(os.environ.get("OUTBOX_DELIVERIES_KEPT_DAYS", "180"))
NOTICES_KEPT_MONTHS = int(os.environ.get("NOTICES_KEPT_MONTHS", "12"))
# How long the daily counts of what is open are kept (grids/overview).
OPEN_COUNTS_KEPT_DAYS = int(os.environ.get("OPEN_COUNTS_KEPT_DAYS", "730"))

# Times live in the database, so each sweep is frequent, does what is due and may run twice.
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "relay": {"task": "portal.outbox.tasks.relay", "schedule": 10.0, "options": {"expires": 60}},
    "send_now": {"task": "portal.notifications.tasks.send_now", "schedule": 10.0, "options": {"expires": 60}},
    "bulk": {"task": "portal.notifications.tasks.bulk", "schedule": 30.0, "options": {"expires": 60}},
    "gather": {"task": "portal.notifications.tasks.gather", "schedule": 60.0, "options": {"expires": 60}},
    "jobs": {"task": "portal.jobs.tasks.work", "schedule": 15.0, "options": {"expires": 60}},
    "forget_files": {"task": "wishes.desk.tasks.forget_files", "schedule": 3600.0, "options": {"expires": 3600}},
    "keep_jobs": {"task": "portal.jobs.tasks.keep", "schedule": 600.0, "options": {"expires": 600}},
    "keep_clocks": {"task": "portal.deadlines.tasks.keep_clocks", "schedule": 60.0, "options": {"expires": 120}},
    "auto_confirm": {"task": "wishes.wishes.tasks.auto_confirm", "schedule": 600.0, "options": {"expires": 600}},
    "open_data": {"task": "wishes.opendata.tasks.publish", "schedule": 1800.0, "options": {"expires": 1800}},
    "deliver_hooks": {"task": "portal.webhooks.tasks.deliver", "schedule": 30.0, "options": {"expires": 60}},
    "forget_deliveries": {
        "task": "portal.outbox.tasks.forget_deliveries",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget_notices": {
        "task": "portal.notifications.tasks.forget_notices",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget_hooks": {"task": "portal.webhooks.tasks.forget_hooks", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget_codes": {"task": "portal.accounts.tasks.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget_keys": {"task": "portal.api.tasks.forget_keys", "schedule": 3600.0, "options": {"expires": 3600}},
    "patrols": {"task": "grids.patrols.tasks.sweep", "schedule": 600.0, "options": {"expires": 600}},
    "count_open": {"task": "grids.overview.tasks.count_open", "schedule": 1800.0, "options": {"expires": 1800}},
    "tell_gaps": {"task": "grids.duty.tasks.tell_gaps", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget_incident_photos": {
        "task": "grids.incidents.tasks.forget_photos",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget_lists": {"task": "grids.districts.tasks.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "keep_visits": {"task": "grids.visits.tasks.keep_visits", "schedule": 1800.0, "options": {"expires": 1800}},
    "forget_visits": {"task": "grids.visits.tasks.forget_visits", "schedule": 7200.0, "options": {"expires": 7200}},
    "lapse": {"task": "grids.roles.tasks.lapse", "schedule": 3600.0, "options": {"expires": 3600}},
    "remind_terms": {"task": "grids.cells.tasks.remind", "schedule": 21600.0, "options": {"expires": 21600}},
    "remind_feedback": {
        "task": "grids.pairing.tasks.remind",
        "schedule": 21600.0,
        "options": {"expires": 21600},
    },
    "finish_gatherings": {"task": "grids.gatherings.tasks.finish", "schedule": 900.0, "options": {"expires": 900}},
    "remind_gatherings": {
        "task": "grids.gatherings.tasks.remind",
        "schedule": 21600.0,
        "options": {"expires": 21600},
    },
    "assign_unclaimed": {
        "task": "wishes.wishes.tasks.assign_unclaimed",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "redispatch": {"task": "wishes.wishes.tasks.redispatch", "schedule": 600.0, "options": {"expires": 600}},
    "remind": {"task": "wishes.wishes.tasks.remind", "schedule": 300.0, "options": {"expires": 300}},
    "make_digests": {"task": "wishes.statistics.tasks.make_digests", "schedule": 600.0, "options": {"expires": 600}},
    "sweep_photos": {"task": "portal.photos.tasks.sweep_photos", "schedule": 60.0, "options": {"expires": 120}},
    "forget_tries": {"task": "wishes.neighbours.tasks.forget_tries", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget_photos": {"task": "wishes.wishes.tasks.forget_photos", "schedule": 3600.0, "options": {"expires": 3600}},
    "canary": {
        "task": "portal.site.tasks.canary",
        "schedule": 30.0,
        "kwargs": {"sent_by": "beat"},
        "options": {"expires": 60},
    },
}

EMAIL_TIMEOUT = 10

# -- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.PortalSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.AppTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": None,
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.ApiThrottle"],
    "EXCEPTION_HANDLER": "portal.api.problems.handle_problem",
    "URL_FORMAT_OVERRIDE": None,
    "UNICODE_JSON": True,
}
# How often one person, or one address without a person, may call: requests per s, m, h or d.
API_RATES = {"read": "600/m", "write": "120/m", "upload": "120/h", "reveal": "60/h"}
# Webhooks go to the open Internet only: an address that somebody else chose must not reach our own network. Tests,
# whose endpoint runs beside them, set this.
WEBHOOKS_MAY_CALL_OURSELVES = False
# Under which licence the open data may be used, as its page says it.
OPENDATA_LICENCE = _("知识共享 署名 4.0（CC BY 4.0）")
# GeoReport v2 serves one jurisdiction: where it has a name, requests that name another are answered 404.
OPEN311_JURISDICTION_ID = os.environ.get("OPEN311_JURISDICTION_ID", "")
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": _("五微接口"),
    "DESCRIPTION": _("居民和社区的程序可以用这些接口做网页上能做的事。错误都是 application/problem+json。"),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.0.3",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "WishState": "wishes.wishes.domain.State",
        "WishKind": "wishes.wishes.domain.Kind",
        "PhotoState": "portal.photos.models.PhotoState",
        "JobState": "portal.jobs.models.JobState",
        "ClaimState": "wishes.wishes.domain.ClaimState",
        "OrganisationKind": "grids.cells.domain.OrganisationKind",
        "MemberState": "grids.members.domain.MemberState",
        "AbsenceKind": "grids.roles.domain.AbsenceKind",
        "GatheringKind": "grids.gatherings.domain.GatheringKind",
        "VisitStanding": "grids.visits.domain.Standing",
        "DistrictImportState": "grids.districts.domain.ImportState",
        "MarkedStanding": [("present", "present"), ("on_leave", "on_leave"), ("absent", "absent")],
        "GatheringState": "grids.gatherings.domain.GatheringState",
        "GatheringAudience": "grids.gatherings.domain.Audience",
        "AttendanceStanding": "grids.gatherings.domain.Standing",
        "AttendanceHow": "grids.gatherings.domain.How",
        "DutyPresence": "grids.duty.domain.Presence",
        "PatrolOutcome": "grids.patrols.domain.Outcome",
        "PatrolState": "grids.patrols.domain.RunState",
        "IncidentState": "grids.incidents.domain.State",
        "SummonsState": "grids.incidents.domain.SummonsState",
        "PhotoRole": "grids.incidents.domain.PhotoRole",
        "VisitKind": "grids.visits.domain.Kind",
        "TimelineState": [("done", "done"), ("now", "now"), ("next", "next")],
    },
    "TAGS": [
        {"name": "wishes", "description": _("微心愿")},
        {"name": "desk", "description": _("工单台")},
        {"name": "incidents", "description": _("网格事件")},
        {"name": "photos", "description": _("照片")},
        {"name": "jobs", "description": _("后台任务")},
        {"name": "notices", "description": _("消息")},
        {"name": "grids", "description": _("区划和网格")},
        {"name": "open-data", "description": _("开放数据")},
        {"name": "roles", "description": _("身份和职务")},
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.schema.add_problems",
    ],
}

PGTRIGGER_INSTALL_ON_MIGRATE = False

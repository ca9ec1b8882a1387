"""What every profile shares. Nothing here reads a secret."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from coalition.settings.env import BASE_DIR, env, var_dir

ROOT_DIR = BASE_DIR
VAR_DIR = var_dir()

INSTALLED_APPS = [
    # The coalition's rooms, then the record's, each top to bottom (see README, "The rooms").
    "coalition.website",
    "coalition.news",
    "coalition.library",
    "coalition.memorandum",
    "coalition.registry",
    "coalition.pages",
    "coalition.accounts",
    "monitoring.web",
    "monitoring.digests",
    "monitoring.indicators",
    "monitoring.intake",
    "monitoring.decisions",
    "monitoring.evidence",
    "monitoring.institutions",
    "monitoring.journal",
    "monitoring.search",
    "monitoring.mailing",
    "monitoring.vocabulary",
    "monitoring.core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "monitoring.core.headers.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "monitoring.core.middleware.PageCache",
    "monitoring.core.middleware.Floods",
    "django.middleware.gzip.GZipMiddleware",  # admin pages are 160-190 KB without it
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "coalition.accounts.middleware.AdminLanguage",
    "coalition.accounts.ended.EndedSession",
    "coalition.accounts.factor.SecondFactor",
    "coalition.accounts.middleware.AdminLimits",
]

ROOT_URLCONF = "coalition.urls"
WSGI_APPLICATION = "coalition.wsgi.application"
CELERY_APPLICATION = "coalition"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "monitoring.core.context.messages",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
DEMO_LOGINS = False
LOGIN_URL = "account_login"
WAGTAILADMIN_LOGIN_URL = LOGIN_URL  # the one door: coalition/accounts/views.py
LOGIN_REDIRECT_URL = "wagtailadmin_home"
ACCOUNT_ADAPTER = "coalition.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; allauth reads here what we have
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code itself proves the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger's address gets no mail from us
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_RATE_LIMITS = False  # theirs close an account for its owner too; ours: accounts/forms.py

ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "coalition.accounts.factor.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # allauth's table of addresses stays empty
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SECOND_FACTOR = env.bool("SECOND_FACTOR", default=True)
"""Whether whoever has the admin must give a second factor; production does not start without."""

# -- languages and time --------------------------------------------------------
LANGUAGE_CODE = "kk"
LANGUAGES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Almaty"
LOCALE_PATHS = [
    BASE_DIR / "coalition" / "locale",
    BASE_DIR / "monitoring" / "locale",
    BASE_DIR / "coalition" / "locale" / "framework",  # our Kazakh of Django and Wagtail
]
FORMAT_MODULE_PATH = ["coalition.locale.formats"]

# -- files ---------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "coalition" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# -- Wagtail -------------------------------------------------------------------
SITE_NAME = env.str("SITE_NAME", default="Жергілікті өзін-өзі басқару коалициясы")
"""The brand line: sender of the mails and name of the admin."""
WAGTAIL_SITE_NAME = SITE_NAME
SITE_NAMES = {
    "kk": SITE_NAME,
    "ru": env.str("SITE_NAME_RU", default="Коалиция за местное самоуправление"),
    "en": env.str("SITE_NAME_EN", default="Coalition for Local Self-Government"),
}
"""The brand line in each language: a mail's sender reads as the mail does."""
SITE_FULL_NAMES = {
    "kk": "Қазақстанның үкіметтік емес ұйымдарының «Азаматтық бастамадан – жергілікті "
    "өзін-өзі басқаруға!» коалициясы",
    "ru": "Коалиция неправительственных организаций Казахстана «От гражданской инициативы – "
    "к местному самоуправлению!»",
    "en": "Coalition of Non-Governmental Organisations of Kazakhstan “From Civic Initiative "
    "to Local Self-Government!”",
}
"""The full name, as it stands in the footers of mails."""
WAGTAILADMIN_BASE_URL = env.str("SITE_URL", default="http://localhost:8000")
WAGTAILADMIN_PERMITTED_LANGUAGES = [("ru", "Русский"), ("kk", "Қазақша (бета)"), ("en", "English")]
WAGTAIL_DATE_FORMAT = "%d.%m.%Y"  # read back by DATE_INPUT_FORMATS of all three languages
WAGTAIL_DATETIME_FORMAT = "%d.%m.%Y %H:%M"
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # the whole country keeps one since 2024
WAGTAIL_ENABLE_UPDATE_CHECK = False  # no third-party request from any page
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # likewise
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # messengers show percent codes
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False  # the address is the login; the secretariat changes it
WAGTAILSEARCH_BACKENDS = {
    # Wagtail's own search serves the admin's choosers only; readers search the search room.
    "default": {"BACKEND": "wagtail.search.backends.database"}
}
WAGTAILADMIN_COMMENTS_ENABLED = False  # remarks belong to the review; these would mail
WAGTAILEMBEDS_FINDERS: list[dict[str, Any]] = []  # an embed would call a third party
# What may be stored is judged in coalition/pages/uploads.py; a test compares these lists with it.
WAGTAILIMAGES_IMAGE_FORM_BASE = "coalition.pages.file_forms.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_JPEG_QUALITY = 65  # a page with a photo weighs at most 200 KB
WAGTAILDOCS_DOCUMENT_FORM_BASE = "coalition.pages.file_forms.DocumentForm"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "csv", "txt"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_CONTENT_TYPES = dict.fromkeys(WAGTAILDOCS_EXTENSIONS, "application/octet-stream")
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []  # a document is saved, never opened as a page
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
TAGGIT_CASE_INSENSITIVE = True

# -- processes -----------------------------------------------------------------
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "doorbells"
CELERY_BEAT_SCHEDULER = "coalition.celery:SweepScheduler"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a doorbell that does not ring is rung again by its sweep

DOORBELLS = True
"""Whether a change rings the worker at once; without it the sweeps do the work within a minute."""

EMAIL_BACKEND = "monitoring.mailing.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="noreply@localhost")

SECRETARIAT_EMAIL = env.str("SECRETARIAT_EMAIL", default="")
"""The coalition's public address, shown where an organisation is asked to write; may be empty."""

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

SEARCH_SEMANTIC = env.bool("SEARCH_SEMANTIC", default=False)
"""Whether results are ordered by meaning too; wants requirements-semantic.txt."""
SEARCH_SEMANTIC_DIRECTORY = str(VAR_DIR / "meaning")
"""Site and worker share it; made anew from the database when it is lost."""

REPORTER_KEPT_DAYS = {"answered": 30, "unanswered": 180}
"""Days for which the address of who reported an error is kept: after the answer, or, if nobody
answers, after the report. The page on privacy promises both, so they are no variables."""

EVIDENCE_ALLOW_LOOPBACK = env.bool("EVIDENCE_ALLOW_LOOPBACK", default=False)
"""Sources on loopback may be fetched: for tests and demonstrations only."""
EVIDENCE_CONTACT = env.str("EVIDENCE_CONTACT", default="")
"""Address of a person, named in the User-Agent of our requests."""
EVIDENCE_CA_DIR = env.str("EVIDENCE_CA_DIR", default=str(VAR_DIR / "ca"))
"""Folder of certificate files for sites whose own chain is incomplete."""
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
MAIL_ALLOWED_RECIPIENTS = env.list("MAIL_ALLOWED_RECIPIENTS", default=[])
"""Outside production: the only addresses or @domains mailed over SMTP; files take any."""
MAIL_HASH_KEY = env.str("MAIL_HASH_KEY", default="")
"""Secret of the keyed hash that stands for an address; empty: derived from SECRET_KEY."""
MAIL_DKIM = {
    "key": env.str("DKIM_KEY", default="", multiline=True),
    "selector": env.str("DKIM_SELECTOR", default=""),
    "domain": env.str("DKIM_DOMAIN", default="") or DEFAULT_FROM_EMAIL.rpartition("@")[2],
}
"""PEM of the private key (RSA or Ed25519) and where its public half stands in the DNS."""
MAIL_SIGNED_BY_RELAY = env.bool("MAIL_SIGNED_BY_RELAY", default=False)
"""The relay or the provider signs (DKIM): we do not."""
ANYMAIL = {
    "REQUESTS_TIMEOUT": 20,
    "IGNORE_UNSUPPORTED_FEATURES": True,  # a provider without metadata still carries the mail
    **env.dict("ANYMAIL", default={}),
    "WEBHOOK_SECRET": env.str("MAIL_REPORTS_SECRET", default=""),
}
"""Keys of the provider as django-anymail names them (`MAILGUN_API_KEY=…,MAILGUN_SENDER_DOMAIN=…`),
and the `USER:SECRET` with which it may report bounces and complaints."""
MAIL_PER_MINUTE = env.list("MAIL_PER_MINUTE", default=["7000"])
"""Mails a minute to one domain, then exceptions: `7000,gmail.com=300`. 0: not counted."""
MAIL_PER_CONNECTION = env.int("MAIL_PER_CONNECTION", default=100)
"""Mails over one SMTP connection before a new one is opened."""
MAIL_BRAKE_FLOOR = env.int("MAIL_BRAKE_FLOOR", default=5000)
"""Mails a day under which the brake never stops the queue. 0: there is no brake."""
MAIL_INSTANCE = env.str("MAIL_INSTANCE", default="")
"""Name of this installation, where several machines send or VAR_DIR does not last."""
MAIL_BOUNCES = env.str("MAIL_BOUNCES", default="")
"""Mailbox for reports of mail systems: a mail's sender on the envelope becomes BOX+MARK@DOMAIN."""
OPERATOR_EMAILS = env.list("OPERATOR_EMAILS", default=[])
"""Who is told that something has stopped (`a@example.org,ru:b@example.org`); empty: superusers."""
DIGEST_HOUR = env.int("DIGEST_HOUR", default=8)
"""Hour of the daily and weekly digest, Asia/Almaty."""
NEUTRAL_ANSWER_SECONDS = 0.25
"""The answer to whoever gives an address comes at a multiple of this."""
TODO_MAIL_DAY = env.int("TODO_MAIL_DAY", default=1)
"""Day of the weekly mail of what waits for editors: 1 is Monday; 0 switches it off for all."""
TODO_MAIL_HOUR = env.int("TODO_MAIL_HOUR", default=9)
"""Hour of that mail, Asia/Almaty."""

# -- readers' pages -------------------------------------------------------------
PAGE_CACHE_SECONDS = env.int("PAGE_CACHE_SECONDS", default=3600)
"""How long a reader's page is kept at most; a public change, midnight in Almaty and the moments of
`core.turns` (a deadline passes, an event ends) end it sooner. 0: not at all."""

PAGE_CACHE_PARAMETERS = frozenset(
    {
        "page",
        "p",
        "topic",
        "kind",
        "body",
        "status",
        "region",
        "district",
        "year",
        "since",
        "asked",
        "sent",
        "about",
    }
    | {"standing", "place", "experience", "form", "view", "from", "to"}
    | {"field", "organisation", "convocation"}
    | {"on", "text"}
    | {"stage", "sort", "month"}
    | {"forwarded"}
)
"""Names in addresses that pages read; an address with another name is answered, never kept."""

PAGE_CACHE_LEAVES_OUT = {
    # Tables that no page of readers shows, whose changes therefore purge nothing. All others do.
    "account.EmailAddress": "people who sign in",
    "account.EmailConfirmation": "people who sign in",
    "accounts.KnownDevice": "people who sign in",
    "accounts.User": "people who sign in; last_login changes with each",
    "accounts.User_groups": "rights",
    "accounts.User_user_permissions": "rights",
    "auth.Group": "rights",
    "auth.Group_permissions": "rights",
    "auth.Permission": "rights",
    "core.Generation": "the generations themselves",
    "core.Heartbeat": "processes",
    "core.Lease": "processes",
    "core.SeedRecord": "what the seed wrote; its rows count by themselves",
    "core.TokenBucket": "allowances",
    "digests.Consent": "readers' own",
    "digests.DigestRunSubscriber": "mails",
    "digests.Editorial": "editors' desk; what left stands in Issue",
    "digests.LetterTold": "mails",
    "digests.Subscriber": "readers' own",
    "digests.Subscription": "readers' own",
    "evidence.Blob": "bytes; only the pages of sources and of a decision lead to them",
    "evidence.Fetch": "what was asked and came of it; the page of sources is never kept",
    "evidence.Host": "politeness to hosts",
    "evidence.Snapshot": "as the bytes",
    "intake.Action": "what analysts did",
    "intake.ActionItem": "what analysts did",
    "intake.AutoAccept": "for analysts",
    "intake.Candidate": "not public before it is accepted",
    "intake.Look": "the page of sources is never kept",
    "intake.Mark": "by which like entries are found",
    "intake.NotSame": "what analysts said",
    "intake.Revision": "what a source said before and after, for analysts",
    "intake.RevisionLook": "what analysts did",
    "intake.SheetMapping": "tables that people bring",
    "intake.SheetUpload": "tables that people bring",
    "intake.TopicRule": "for analysts",
    "journal.ErrorReport": "waits for an answer; its correction is a row of its own",
    "registry.RegistryUpload": "the secretariat's files",
    "mailing.Alarm": "what operators are told",
    "mailing.Gate": "mails",
    "mailing.OutgoingMail": "mails",
    "mailing.Report": "mails",
    "mailing.Suppression": "mails",
    "mailing.Volume": "mails",
    "search.AskedQuery": "for editors",
    "search.Suggestion": "offered while typing; no page is kept with them",
    "search.Build": "the index; pages of results are not kept",
    "search.OutboxRow": "the index",
    "search.SavedQuery": "readers' own",
    "search.TitleToken": "the index",
    "search.VocabularyPart": "the index; a part is written with every few changes",
    "search.Embedding": "the index: vectors of what it holds",
    "mfa.Authenticator": "people who sign in",
    "sessions.Session": "people who sign in",
    "wagtailadmin.EditingSession": "who has a form open",
    "wagtailadmin.FormState": "the admin's",
    "wagtailcore.Comment": "editors' remarks",
    "wagtailcore.CommentReply": "editors' remarks",
    "wagtailcore.GroupCollectionPermission": "rights",
    "wagtailcore.GroupPagePermission": "rights",
    "wagtailcore.ModelLogEntry": "the editors' log",
    "wagtailcore.PageLogEntry": "the editors' log",
    "wagtailcore.PageSubscription": "editors' notices",
    "wagtailcore.ReferenceIndex": "derived, for the admin",
    "wagtailcore.Revision": "drafts",
    "wagtailcore.TaskState": "reviews",
    "wagtailcore.UploadedFile": "half-done uploads",
    "wagtailcore.WorkflowState": "reviews",
    "wagtailimages.Rendition": "made while a page is made",
    "wagtailsearch.IndexEntry": "the admin's own search",
    "wagtailsearch.SQLiteFTSIndexEntry": "the admin's own search",
    "wagtailusers.UserProfile": "the admin's",
}
PAGE_CACHE_CLOCKWORK = {
    # Columns that every look at a source writes. The page of sources, which shows them, is never
    # kept; the day on the home page and the hash in the feed may be as old as a kept page.
    "evidence_source": frozenset(
        {
            "ahead", "chain_head", "chain_length", "etag", "failures", "last_fetch_at",
            "last_modified", "last_new_at", "last_success_at", "lease_until", "looked_at",
            "next_due", "told_state", "trouble", "trouble_detail", "turns", "usual_gap",
        }
    ),
}  # fmt: skip
"""By table: what may change in a row without a new generation of pages."""

ASKED_A_MINUTE = env.int("ASKED_A_MINUTE", default=120)
"""Searches, filtered lists and forms that one network may send a minute. 0: not counted."""

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # ticks drawn in the style sheet
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
"""Readers' pages: everything from here, nothing inline."""

ADMIN_SECURITY_POLICY = {
    # Wagtail's fields of dates and rows are scripts in the page (no handlers in attributes); its
    # editor sets style attributes and shows chosen files from memory; its preview is a frame.
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE],
    "script-src-attr": [NONE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "media-src": [SELF],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "manifest-src": [SELF],
    "worker-src": [SELF],
    "form-action": [SELF],
    "base-uri": [SELF],
    "frame-ancestors": [SELF],
}

SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
"""Who hears of a hole first, for /.well-known/security.txt: `mailto:…` or `https://…`."""

DATA_CHECK_DAYS = env.int("DATA_CHECK_DAYS", default=365)
"""Days after which an organisation is asked again whether its data are right; never under 365: a
volunteer who is asked more often stops answering."""

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
CSRF_FAILURE_VIEW = "coalition.accounts.ended.csrf_failure"
CSRF_COOKIE_HTTPONLY = False  # Wagtail's admin reads it
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "monitoring.core.logs.OneLineFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "wagtail": {"level": "WARNING"},  # what editors do stands in its log in the database
        "django_tasks": {"level": "WARNING"},  # two lines a task, several a save
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}

"""Every address of the platform: the only file that knows every room's `urls`."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from coalition.accounts.views import to_the_door
from coalition.locale.views import admin_catalog
from coalition.pages.views import front_door, rendition
from coalition.website.sitemaps import all_sitemaps
from coalition.website.views import card, offline, robots, service_worker
from monitoring.core.views import healthz, readyz, security_txt
from monitoring.mailing.views import provider_report

urlpatterns = [
    path("", front_door, name="front_door"),
    path("sw.js", service_worker, name="service_worker"),
    path("offline/", offline, name="offline"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("mail/reports/", provider_report, name="provider_report"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("robots.txt", robots, name="robots"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": all_sitemaps(), "sitemap_url_name": "sitemap"},
        name="sitemaps",
    ),
    path(
        "sitemap-<slug:section>.xml",
        sitemaps.sitemap,
        {"sitemaps": all_sitemaps()},
        name="sitemap",
    ),
    path("card/<slug:kind>/<int:pk>/<slug:language>/<slug:mark>.png", card, name="card"),
    # Before Wagtail's: theirs do not know our Kazakh.
    path("admin/jsi18n/", admin_catalog),
    path("admin/localize/jsi18n/", admin_catalog),
    path("admin/login/", to_the_door),  # before Wagtail's: there is one door
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("media/images/<str:name>", rendition, name="rendition"),
]

handler404 = "coalition.website.views.not_found"

urlpatterns += i18n_patterns(
    path("", include("monitoring.search.urls")),
    path("", include("monitoring.web.urls")),
    path("", include("monitoring.journal.urls")),
    path("", include("monitoring.evidence.urls")),
    path("", include("monitoring.digests.urls")),
    path("", include("coalition.accounts.urls")),
    path("", include("coalition.memorandum.urls")),
    path("", include("coalition.registry.urls")),
    path("", include("coalition.website.urls")),
    path("", include("coalition.news.urls")),
    path("", include("coalition.library.urls")),
    path("", include("coalition.pages.urls")),
    path("_util/login/", to_the_door),  # before Wagtail's own for pages under a login
    path("", include(wagtail_urls)),
    prefix_default_language=True,
)

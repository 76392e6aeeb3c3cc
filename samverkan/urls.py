"""Every address of the house. Addresses hold case numbers and row numbers, nothing about a person."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from samverkan import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("language/", login_not_required(set_language), name="language"),
    path("", include("parties.urls")),
    path("", include("errands.urls")),
    path("log/", include("audit.urls")),
    path("", include("cases.urls")),
    path("inquiries/", include("inquiries.urls")),
    path("initiatives/", include("initiatives.urls")),
    path("reports/", include("reports.urls")),
]

handler403 = "samverkan.views.not_yours_to_do"
handler500 = "samverkan.views.something_went_wrong"

"""The addresses of the portal."""

from __future__ import annotations

from django.urls import path

from recert.portal import (
    account,
    audits,
    dashboard,
    dates,
    documents,
    entry,
    exporting,
    importing,
    papers,
    transcript,
)

app_name = "portal"
urlpatterns = [
    path("", dashboard.home, name="home"),
    path("health", dashboard.health, name="health"),
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("credentials/<ref:ref>", dashboard.credential, name="credential"),
    path("credentials/<ref:ref>/allocate", dashboard.reallocate, name="reallocate"),
    path("credentials/<ref:ref>/undo", dashboard.undo_allocation, name="undo-allocation"),
    path("transcript", transcript.transcript, name="transcript"),
    path("transcript/add", entry.choose_kind, name="choose-kind"),
    path("transcript/add/<slug:kind>", entry.add, name="add"),
    path("transcript/check/<slug:kind>", entry.check, name="check"),
    path("transcript/import", importing.upload, name="import"),
    path("transcript/import/template.csv", importing.template, name="import-template"),
    path("transcript/import/<ref:ref>", importing.preview, name="import-preview"),
    path("transcript/import/<ref:ref>/undo", importing.undo, name="undo-import"),
    path("transcript/import/<ref:ref>/left-out.csv", importing.left_out, name="left-out"),
    path("transcript/export.<slug:form>", exporting.export, name="export"),
    path("transcript/<ref:ref>", transcript.activity, name="activity"),
    path("transcript/<ref:ref>/change", entry.change, name="change"),
    path("transcript/<ref:ref>/withdraw", transcript.withdraw, name="withdraw"),
    path("transcript/<ref:ref>/restore", transcript.restore, name="restore"),
    path("transcript/<ref:ref>/documents", documents.add_documents, name="add-documents"),
    path("documents/<ref:ref>", documents.download, name="document"),
    path("documents/<ref:ref>/remove", documents.remove, name="remove-document"),
    path("documents/<ref:ref>/restore", documents.put_back, name="restore-document"),
    path("documents/<ref:ref>/mark", documents.mark, name="mark-document"),
    path("audits/draws", audits.periods, name="audit-periods"),
    path("audits/draws/<ref:ref>.json", audits.published_period, name="audit-period"),
    path("audits/<ref:ref>", audits.audit, name="audit"),
    path("audits/<ref:ref>/send", audits.send, name="send-audit"),
    path("declarations/<ref:ref>", dashboard.credential, name="declaration"),
    path("declarations/<ref:ref>/receipt.pdf", papers.receipt, name="receipt"),
    path("declarations/<ref:ref>/notification", papers.notification, name="notification"),
    path(
        "declarations/<ref:ref>/notification.pdf", papers.notification_pdf, name="notification-pdf"
    ),
    path("account", account.account, name="account"),
    path("account/details", account.details, name="details"),
    path("account/address/<slug:use>", account.address, name="address"),
    path("account/record", account.bind, name="bind"),
    path("account/links", account.links, name="links"),
    path("invitation/<str:token>", account.invitation, name="invitation"),
    path("calendar/<str:token>", dates.calendar_feed, name="calendar-feed"),
    path("standing/<str:token>", dates.standing_link, name="standing-link"),
]

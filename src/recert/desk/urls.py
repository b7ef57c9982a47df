"""The addresses of the desk."""

from __future__ import annotations

from django.urls import path

from recert.desk import audits, declarations, pages, payments, queue

app_name = "desk"
urlpatterns = [
    path("", pages.home, name="home"),
    path("queue", queue.queue, name="queue"),
    path("queue/<ref:ref>", queue.matter, name="matter"),
    path("letters/<ref:ref>", queue.letter, name="letter"),
    path("people/<ref:ref>", pages.person, name="person"),
    path("people/<ref:ref>/name", pages.change_name_of, name="name"),
    path("people/<ref:ref>/invite", pages.invite_person, name="invite"),
    path("activities/<ref:ref>", pages.activity, name="activity"),
    path("documents/<ref:ref>", pages.document, name="document"),
    path("declarations", declarations.declarations, name="declarations"),
    path("declarations/<ref:ref>", declarations.declaration, name="declaration"),
    path("declarations/<ref:ref>/approve", declarations.approve, name="approve-declaration"),
    path("payments", payments.payments, name="payments"),
    path("payments/<ref:ref>", payments.payment, name="payment"),
    path("staff", pages.staff, name="staff"),
    path("declarations/<ref:ref>/audit", audits.select, name="select-audit"),
    path("audits", audits.audits, name="audits"),
    path("audits/periods", audits.periods, name="audit-periods"),
    path("audits/periods/declare", audits.declare, name="declare-period"),
    path("audits/periods/<ref:ref>/publish", audits.publish, name="publish-key"),
    path("audits/<ref:ref>", audits.audit, name="audit"),
    path("audits/<ref:ref>/items/<int:item>", audits.judge, name="judge"),
    path("audits/<ref:ref>/decide", audits.decide, name="decide-audit"),
]

"""The addresses of the desk."""

from __future__ import annotations

from django.urls import path

from recert.desk import (
    appeals,
    audits,
    claims,
    declarations,
    dossiers,
    journal,
    mergers,
    pages,
    payments,
    queue,
    refunds,
    requests,
)

app_name = "desk"
urlpatterns = [
    path("", pages.home, name="home"),
    path("queue", queue.queue, name="queue"),
    path("queue/<ref:ref>", queue.matter, name="matter"),
    path("letters/<ref:ref>", queue.letter, name="letter"),
    path("people/<ref:ref>", pages.person, name="person"),
    path("people/<ref:ref>/name", pages.change_name_of, name="name"),
    path("people/<ref:ref>/invite", pages.invite_person, name="invite"),
    path("people/<ref:ref>/record", dossiers.record, name="record"),
    path("people/<ref:ref>/take-out", dossiers.take_out_record, name="take-out"),
    path("people/<ref:ref>/act-for", dossiers.act_for, name="act-for"),
    path("people/<ref:ref>/erase", dossiers.erase, name="erase"),
    path("people/<ref:ref>/merge", mergers.merge, name="merge"),
    path("mergers/<ref:ref>/undo", mergers.undo, name="undo-merger"),
    path("journal", journal.journal, name="journal"),
    path("activities/<ref:ref>", pages.activity, name="activity"),
    path("documents/<ref:ref>", pages.document, name="document"),
    path("declarations", declarations.declarations, name="declarations"),
    path("declarations/<ref:ref>", declarations.declaration, name="declaration"),
    path("declarations/<ref:ref>/approve", declarations.approve, name="approve-declaration"),
    path("payments", payments.payments, name="payments"),
    path("payments/<ref:ref>", payments.payment, name="payment"),
    path("payments/refunds/<ref:ref>", refunds.second_look, name="refund"),
    path("claims", claims.claims, name="claims"),
    path("claims/<ref:ref>", claims.claim, name="claim"),
    path("forms/<ref:ref>", claims.paper, name="paper"),
    path("staff", pages.staff, name="staff"),
    path("declarations/<ref:ref>/audit", audits.select, name="select-audit"),
    path("audits", audits.audits, name="audits"),
    path("audits/periods", audits.periods, name="audit-periods"),
    path("audits/periods/declare", audits.declare, name="declare-period"),
    path("audits/periods/<ref:ref>/publish", audits.publish, name="publish-key"),
    path("audits/<ref:ref>", audits.audit, name="audit"),
    path("audits/<ref:ref>/items/<int:item>", audits.judge, name="judge"),
    path("audits/<ref:ref>/decide", audits.decide, name="decide-audit"),
    path("requests", requests.requests, name="requests"),
    path("requests/<ref:ref>", requests.show, name="request"),
    path("requests/enclosures/<ref:ref>", requests.enclosure, name="request-enclosure"),
    path("appeals", appeals.appeals, name="appeals"),
    path("appeals/<ref:ref>", appeals.show, name="appeal"),
    path("appeals/enclosures/<ref:ref>", appeals.enclosure, name="appeal-enclosure"),
]

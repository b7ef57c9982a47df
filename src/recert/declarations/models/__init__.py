"""Declarations, what they allocate and use up, and their audits."""

from recert.declarations.models.auditing import Audit, AuditDraw, AuditItem, AuditPeriod
from recert.declarations.models.declaring import (
    DAY,
    DECLARED,
    EDITABLE,
    OPEN,
    PREFIX,
    Allocation,
    Declaration,
    DeclaredActivity,
    Use,
)

__all__ = [
    "DAY",
    "DECLARED",
    "EDITABLE",
    "OPEN",
    "PREFIX",
    "Allocation",
    "Audit",
    "AuditDraw",
    "AuditItem",
    "AuditPeriod",
    "Declaration",
    "DeclaredActivity",
    "Use",
]

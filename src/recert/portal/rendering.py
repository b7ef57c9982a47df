"""How forms look."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Forms in the classes of the design system."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

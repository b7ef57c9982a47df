"""What the registry keeps: badges."""

from recert.registry.models.badges import Badge

__all__ = ["Badge"]

"""What the registry keeps: badges, who may be found by name, and how much was asked."""

from recert.registry.models.badges import Badge
from recert.registry.models.listing import Asking, Listing

__all__ = ["Asking", "Badge", "Listing"]

"""Keep the credentials of a certification board current."""

__version__ = "0.1.0"

"""Providers, employers and licensing bodies: who works for them, and what they may do here."""

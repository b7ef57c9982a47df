"""Looking into an uploaded document, in a process of its own that may not take long or grow large.

It knows no framework, so that the process starts fast. `recert.transcript.content` starts it and
says in words what it found.
"""

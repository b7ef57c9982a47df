"""Documents of the personas: real PDFs and pictures, made here."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Final

import typst
from PIL import Image, ImageDraw, ImageFont

CERTIFICATE: Final = b"""
#let said = json(bytes(sys.inputs.said))
#set document(title: said.heading)
#set page(width: 210mm, height: 148mm, margin: 16mm)
#set text(size: 12pt)
#rect(width: 100%, height: 100%, stroke: 2pt + rgb("#1a4480"), inset: 10mm)[
  #align(center)[
    #text(11pt, fill: rgb("#565c65"))[#said.provider]
    #v(4mm)
    #text(24pt, weight: "bold")[#said.heading]
    #v(5mm)
    #text(18pt)[#said.name]
    #v(4mm)
    #text(14pt, style: "italic")[#said.title]
    #v(4mm)
    #said.day #h(8mm) #said.amount
  ]
  #v(1fr)
  #text(9pt, fill: rgb("#565c65"))[An invented document, for demonstration.]
]
"""

Facts = dict[str, str]
"""What stands on a paper: heading, name, title, provider, day, amount."""


def certificate(facts: Facts) -> bytes:
    """Make a PDF of one page."""
    return bytes(typst.compile(CERTIFICATE, sys_inputs={"said": json.dumps(facts)}))


def photograph(facts: Facts) -> bytes:
    """Make a picture, as if somebody had taken one of a letter on a desk."""
    picture = Image.new("RGB", (900, 640), "#8a6d4b")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(70, 50), (850, 35), (870, 600), (50, 610)], fill="#fbfaf5")
    font = ImageFont.load_default(22)
    lines = [facts["provider"], "", facts["heading"], "", facts["title"], facts["day"]]
    for number, line in enumerate([*lines, facts["amount"], "", "An invented document."]):
        draw.text((120, 110 + 46 * number), line, fill="#22252a", font=font)
    written = BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()

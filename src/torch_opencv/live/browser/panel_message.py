"""A panel on its way to the page: JSON, with the thumbnails as JPEGs in base64."""

from __future__ import annotations

import base64
import json

import torch

import torch_opencv as cv
from torch_opencv.live.panel import Button, FileField, Panel, TextField
from torch_opencv.live.panel_image import thumbnail

_QUALITY = 85


def panel_message(panel: Panel | None) -> str:
    """The message ``panel`` (panel: null, or title, rows, fields, buttons and downloads)."""
    if panel is None:
        return '{"type": "panel", "panel": null}'
    content = {
        "title": panel.title,
        "rows": [
            {
                "text": row.text,
                "images": [_jpeg(image) for image in row.images],
                "buttons": [_named(button) for button in row.buttons],
            }
            for row in panel.rows
        ],
        "fields": [_field(field) for field in panel.fields],
        "buttons": [_named(button) for button in panel.buttons],
        "downloads": [{"name": download.name, "label": download.label} for download in panel.downloads],
    }
    return json.dumps({"type": "panel", "panel": content})


def _field(field: TextField | FileField) -> dict[str, object]:
    kind = {"largest": field.largest} if isinstance(field, FileField) else {}
    return {"name": field.name, "label": field.label, **kind}


def _named(button: Button) -> dict[str, str]:
    return {"name": button.name, "label": button.label}


def _jpeg(image: torch.Tensor) -> str:
    jpeg = cv.imencode(".jpg", thumbnail(image), [cv.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return base64.b64encode(jpeg.numpy().tobytes()).decode()

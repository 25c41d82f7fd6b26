"""A panel on its way to the page: JSON, with the thumbnails as JPEGs in base64."""

from __future__ import annotations

import base64
import json

import torch

import torch_opencv as cv
from torch_opencv.live.panel import Button, Panel
from torch_opencv.live.panel_image import thumbnail

_QUALITY = 85


def panel_message(panel: Panel | None) -> str:
    """The message ``panel`` (panel: null, or title, rows, fields and buttons), JSON.

    Args:
        panel: whose images go as JPEG thumbnails; None: there is none any more.
    """
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
        "fields": [{"name": field.name, "label": field.label} for field in panel.fields],
        "buttons": [_named(button) for button in panel.buttons],
    }
    return json.dumps({"type": "panel", "panel": content})


def _named(button: Button) -> dict[str, str]:
    return {"name": button.name, "label": button.label}


def _jpeg(image: torch.Tensor) -> str:
    jpeg = cv.imencode(".jpg", thumbnail(image), [cv.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return base64.b64encode(jpeg.numpy().tobytes()).decode()

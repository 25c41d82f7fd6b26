"""The browser view: a page that shows the frames and their results, and may be the camera too.

`Browser` is a view and starts the server; `Browser.camera` is the source that a visitor's camera feeds. Nothing here is
shown to, or taken from, anybody who isn't allowed to: see `access`.
"""

from torch_opencv.live.browser.camera import BrowserCamera
from torch_opencv.live.browser.invitation import invite
from torch_opencv.live.browser.listener import is_at_this_machine
from torch_opencv.live.browser.view import Browser

__all__ = ["Browser", "BrowserCamera", "invite", "is_at_this_machine"]

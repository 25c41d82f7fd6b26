"""Opening video files so that nothing but the file itself is read, whatever is in it.

To FFmpeg a playlist is a video, too, whatever its name ends in: it would go on to the files and addresses that it finds
there. So it may open files only, of the kinds that hold their images themselves.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import torch_opencv as cv
from torch_opencv._arrays.opencv_log import quiet_opencv

# FFmpeg's demuxers of videos and single images, by its own names, but for those that read what other files hold (hls,
# dash, concat, imf, sdp, image2, vobsub, avisynth), and those of devices.
_VIDEOS = """
    3dostr 4xm alp amv anm apng argo_asf asf asf_o av1 avi avs avs2 avs3 bethsoftvid bfi bink bmv c93 cavsvideo cdg cdxl
    cine dfa dhav dirac dnxhd dsicin dv dxa ea evc film_cpk filmstrip fits flic flv live_flv frm gdv gif gxf
    h261 h263 h264 hevc hnm hxvs ico idcin idf iff ifv ingenient ipmovie ipu iv8 ivf ivr jpegxl_anim jv kux
    lmlm4 luodat lvf lxf m4v matroska webm mgsts mjpeg mjpeg_2000 mlv mm mods moflex mov mp4 mpeg mpegts mpegtsraw
    mpegvideo mpjpeg msnwctcp mtv mv mvi mxf mxg nc nsv nut nuv obu ogg pdv pmp psxstr pva r3d rl2 rm roq rpl sdr2 ser
    sga simbiosis_imx siff smjpeg smk smush swf thp tiertexseq tmv txd ty usm vc1 vc1test vividas vivo vmd vvc
    wc3movie wsvqa wtv xmv yop yuv4mpegpipe
"""
_IMAGES = "bmp cri dds dpx exr gem gif hdr j2k jpeg jpegls jpegxl jpegxs pam pbm pcx pfm pgm pgmyuv pgx phm photocd"
_IMAGES += " pictor png ppm psd qdraw qoi sgi sunrast svg tiff vbn webp xbm xpm xwd"
_CONTAINERS = ",".join([*_VIDEOS.split(), *(f"{name}_pipe" for name in _IMAGES.split())])

OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS}
"""FFmpeg's, for whoever opens a file or a pipe with it."""

PLAYLISTS = {".asx", ".ffconcat", ".m3u", ".m3u8", ".mpd", ".pls", ".sdp", ".xspf"}
"""What the names of files end in that name others."""

_VARIABLE = "OPENCV_FFMPEG_CAPTURE_OPTIONS"  # which OpenCV reads each time; there is no other way to it
_opening = threading.Lock()


def open_video(path: Path) -> cv.VideoCapture:
    """A capture of a video file, by FFmpeg if OpenCV has it; ``isOpened`` tells whether it is one.

    Options in the environment variable ``OPENCV_FFMPEG_CAPTURE_OPTIONS`` are heeded, apart from these.
    """
    backend = cv.CAP_FFMPEG if cv.videoio_registry.hasBackend(cv.CAP_FFMPEG) else cv.CAP_ANY
    ours = "|".join(f"{name};{value}" for name, value in OPTIONS.items())
    with _opening, quiet_opencv():
        before = os.environ.get(_VARIABLE)
        os.environ[_VARIABLE] = f"{before}|{ours}" if before else ours
        try:
            # From its root, because FFmpeg would take the front of a name such as 10:30.mp4 for a protocol.
            return cv.VideoCapture(str(path.absolute()), backend)
        finally:
            if before is None:
                del os.environ[_VARIABLE]
            else:
                os.environ[_VARIABLE] = before

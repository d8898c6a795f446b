"""Malformed events and profiles, each breaking a rule of its own: what is changed in a good file, and what is said."""

Row = tuple[dict[str, str], tuple[str, ...]]
"""Texts of the good file with what stands there instead, and parts of the answer."""

EVENTS: list[Row] = [
    ({"id: talk-20261122": "id: Talk_1"}, ("1:5: id", "given: Talk_1", "lower-case")),
    ({"id: talk-20261122": f"id: {'x' * 49}"}, ("id: not of the right form", "48")),
    ({"id: talk-20261122": "id: 42"}, ("id: not text", "given: 42", "quotes")),
    ({"id: talk-20261122\n": ""}, ("id: missing", "What the event is called", "add a line id")),
    ({"title: An": "titel: An"}, ("2:1: titel: unknown key", "id, title, window", "did you mean title?")),
    ({"title: An evening talk": "title: ''"}, ("2:8: title", "too short")),
    ({"title: An evening talk": "title: [a]"}, ("title: not text", "given: a list")),
    ({"18:00\n": "18:00+05:00\n"}, ("4:10: window.start", "not the offset of Europe/Berlin", "+01:00")),
    ({"2026-11-22T18:00\n": "tomorrow\n"}, ("4:10: window.start: not a time", "given: tomorrow", "with a zone")),
    ({"2026-11-22T18:00\n": "20:45\n"}, ("window.start: not a time", "given: 20:45")),
    ({"2026-11-22T18:00\n": "2026-02-30T18:00\n"}, ("window.start: no such time",)),
    ({"2026-11-22T19:30\n": "2026-11-22T18:00\n"}, ("5:8: window.end: the end is not after the start",)),
    ({"2026-11-22T19:30\n": "2026-11-24T19:30\n"}, ("window.end: longer than a day", "several events")),
    ({"Europe/Berlin": "Europe/Berln"}, ("6:9: window.zone", "given: Europe/Berln", "did you mean Europe/Berlin?")),
    ({"Europe/Berlin": "MEZ"}, ("window.zone: not a time zone", "did you mean Europe/Berlin, Europe/Vienna or")),
    ({"Europe/Berlin": "CET"}, ("window.zone: not a time zone that goes by its place", "did you mean Europe/Berlin")),
    ({"  zone: Europe/Berlin\n": ""}, ("4:10: window.start: a wall-clock time without a zone",)),
    ({"protocol: srt": "protocol: srtp"}, ("8:13: contribution.protocol", "given: srtp", "did you mean srt?")),
    ({"mode: listener": "mode: listner"}, ("contribution.mode", "did you mean listener?")),
    ({"latency: 200ms": "latency: 200"}, ("10:12: contribution.latency: a number without its unit", "given: 200")),
    ({"latency: 200ms": "latency: 9s"}, ("contribution.latency", "20ms to 8s")),
    (
        {"passphrase: generated": "passphrase: hunter2hunter2"},
        ("11:15: contribution.passphrase", "env:NAME, file:PATH"),
    ),
    (
        {"protocol: srt\n  mode: listener\n  latency: 200ms": "protocol: rtmp\n  expected: {codec: mpeg2}"},
        ("contribution.expected.codec: RTMP carries no MPEG-2", "allowed: avc"),
    ),
    (
        {"source: synthetic": "expected: {scan: interlaced, frame_rate: 50fps}"},
        ("contribution.expected.frame_rate: an interlaced feed of so many frames", "25fps, with twice as many fields"),
    ),
    ({"source: synthetic": "source: clip.mp4"}, ("12:11: contribution.source", "given: clip.mp4", "file:PATH")),
    ({"cloud: local": "cloud: [local]"}, ("14:8: cloud: not text", "given: a list")),
    ({"cloud: local": "cloud: local\nextends: base"}, ("15:1: extends: unknown key",)),
    ({"contribution:\n": "contribution: srt\nnone:\n"}, ("contribution: not a mapping", "given: srt")),
    ({"18:00\n": "18:00+15:00\n"}, ("window.start: no such time", "beyond 14 hours")),
    ({"2026-11-22T18:00\n": "1999-11-22T18:00\n"}, ("window.start: a year out of range", "2000 to 2199")),
    ({"2026-11-22T18:00\n": "2026-03-29T02:30\n"}, ("window.start: no such time in Europe/Berlin", "T01:30 or 2026")),
    (
        {"2026-11-22T18:00\n": "2026-10-25T02:30\n", "2026-11-22T19:30": "2026-10-25T04:30"},
        ("window.start: Europe/Berlin has this time twice", "+02:00 or 2026-10-25T02:30:00+01:00", "write the offset"),
    ),
    ({"zone: Europe/Berlin": "zone: 2"}, ("window.zone: not a time zone", "given: 2", "IANA")),
    ({"latency: 200ms": "latency: 20.5ms"}, ("contribution.latency: not a latency that SRT can keep", "whole millis")),
    ({"latency: 200ms": "latency: soon"}, ("contribution.latency: not a duration", "given: soon")),
    ({"latency: 200ms": "latency: 1/0s"}, ("contribution.latency: a division by zero",)),
    ({"latency: 200ms": "latency: [1]"}, ("contribution.latency: not text", "given: a list")),
    ({"generated": "generated:here"}, ("contribution.passphrase: generated takes no name",)),
    ({"generated": "'env:'"}, ("contribution.passphrase: env: needs a name after the colon",)),
    ({"latency: 200ms": "allow: [10.0.0.1]"}, ("10:11: contribution.allow[0]: not a network", "203.0.113.0/24")),
    ({"latency: 200ms": "allow: [300.0.0.0/24]"}, ("contribution.allow[0]: not a network", "given: 300.0.0.0/24")),
    ({"latency: 200ms": "allow: [10.0.0.7/24]"}, ("allow[0]: not a network", "did you mean 10.0.0.0/24?")),
    ({"latency: 200ms": "allow: [10.0.0.0/8, 10.0.0.0/8]"}, ("contribution.allow[1]: listed twice",)),
    ({"latency: 200ms": "address: venue:9000"}, ("10:12: contribution.address: an address for a listener",)),
    ({"listener": "caller"}, ("contribution.address: nobody to call", "contribution.passphrase: generated for a call")),
    ({"listener": "caller\n  address: a b"}, ("contribution.address: not an address", "host:port")),
    ({"listener": "caller\n  address: 'x:99999'"}, ("contribution.address: not an address", "host:port")),
    ({"listener": "caller\n  address: ftp://x/y"}, ("contribution.address: not an address", "given: ftp://x/y")),
    ({"listener": "caller\n  address: venue"}, ("contribution.address: an address without a port",)),
    ({"listener": "caller\n  address: http://u:p@x/"}, ("contribution.address: a secret in an address", "env:FEED")),
    (
        {"listener": "caller\n  address: http://x/?sig=1"},
        ("contribution.address: a query in an address", "is a secret"),
    ),
    (
        {"protocol: srt": "protocol: rtmp", "listener": "caller\n  address: rtmp://x/live/1"},
        ("contribution.address: more than the application", "rtmp://host/application", "stream key"),
    ),
    ({"passphrase: generated": "passphrase: env:A B"}, ("contribution.passphrase: env: not a variable's name",)),
    ({"passphrase: generated": "passphrase: store:../x"}, ("contribution.passphrase: store: not a secret's name",)),
    ({"source: synthetic": "source: synthtic"}, ("contribution.source: no source", "did you mean synthetic?")),
    ({"title: An evening talk": 'title: "a\\u202e"'}, ("title: a character that can't be seen: U+202E", "letters")),
    ({"title: An evening talk": 'title: "\\u200d"'}, ("title: nothing that can be seen",)),
    ({"cloud: local": "cloud: local\nlabels: {api_token: x}"}, ("labels.api_token: a secret's name", "remove it")),
    (
        {"listener": "caller\n  address: http://x/y", "generated": "none"},
        ("contribution.address: not an address of srt", "given: http://x/y", "allowed: host:port"),
    ),
    (
        {"listener": "caller\n  address: x:9\n  allow: [10.0.0.0/8]", "generated": "none"},
        ("contribution.allow: nobody sends to a caller", "mode: listener"),
    ),
    ({"protocol: srt": "protocol: rtmp"}, ("10:12: contribution.latency: rtmp keeps no such buffer", "srt and rist")),
    (
        {"protocol: srt": "protocol: rtp", "  latency: 200ms\n": ""},
        ("contribution.passphrase: rtp has no passphrase", "allowed: none"),
    ),
    (
        {"protocol: srt": "protocol: rtp", "listener": "caller", "  latency: 200ms\n": "  address: x:9\n"},
        ("9:9: contribution.mode: nobody can be called by rtp", "allowed: listener"),
    ),
    ({"protocol: srt": "protocol: pull"}, ("contribution.mode: a pull is a call of ours", "leave mode out")),
    (
        {"listener": "caller\n  address: x:9", "generated": "none\n  backup: {mode: caller, address: 'x:9'}"},
        ("contribution.backup.address: the same place as the first",),
    ),
    ({"cloud: local": "cloud: local\nrights: {territories: [UK]}"}, ("rights.territories[0]: not a country", "GB?")),
    ({"cloud: local": "cloud: local\nrights: {territories: [44]}"}, ("rights.territories[0]: not a country", "ISO")),
    ({"cloud: local": "cloud: local\nrights: {territories: [DE, DE]}"}, ("rights.territories[1]: listed twice",)),
    (
        {"cloud: local": "cloud: local\nrights: {territories: [DE], except_in: [DE]}"},
        ("rights.except_in[0]: a territory that is allowed and excluded",),
    ),
    (
        {"cloud: local": "cloud: local\nrights: {blackouts: [{start: 2026-11-22T17:00Z, territories: [DE]}]}"},
        ("rights.blackouts[0].end: a blackout without an end", "add a line end"),
    ),
    ({"cloud: local": "cloud: local\nplacement: {within: [EUR]}"}, ("placement.within[0]: neither a country nor",)),
    ({"cloud: local": "cloud: local\nregion: a-1\nplacement: {near: DE}"}, ("placement.near: a region is named",)),
    ({"cloud: local": "cloud: local\nlabels: {eventstack-owner: me}"}, ("labels.eventstack-owner: a name that our",)),
    (
        {"cloud: local": "cloud: local\nlabels: {eventstack-x: me}", "title: An": "titel: An"},
        ("labels.eventstack-x: a name that our own tags have", "titel: unknown key"),
    ),
    (
        {"cloud: local": "cloud: local\noverrides: [timing]"},
        ("overrides: not a mapping", "a mapping of keys to values"),
    ),
    (
        {
            "cloud: local": "cloud: local\noverrides: {extends: a, timing: {line_up: 30 min, lineup: 3m}}",
            "profile: talk-720p25": "profile: Nowhere",
        },
        (
            "overrides.extends: not for an event to say",
            "overrides.timing.line_up: not a duration",
            "overrides.timing.lineup: unknown key",
            "profile: not of the right form",
        ),
    ),
    (
        {"cloud: local": "cloud: local\noverrides: {captions+: [{format: webvt}], slate: null}"},
        ("overrides.captions+[0].language: missing", "did you mean webvtt?"),
    ),
    ({"2026-11-22T18:00\n": "22.11.2026 18:00\n"}, ("not a time", "did you mean 2026-11-22T18:00?")),
    ({"2026-11-22T18:00\n": "2026-11-22T18.00+0100\n"}, ("did you mean 2026-11-22T18:00+01:00?",)),
    ({"2026-11-22T19:30\n": "21:15\n"}, ("window.end: not a time", "did you mean 2026-11-22T21:15?")),
    ({"2026-11-22T18:00\n": "13.13.2026 18:00\n"}, ("window.start: not a time", "given: 13.13.2026 18:00")),
    (
        {"cloud: local": "cloud: local\nrights: {blackouts: [{start: 2026-11-22T17:00, territories: [DE]}]}"},
        ("rights.blackouts[0].start: a wall-clock time without a zone", "add a zone to the blackout"),
    ),
    (
        {"cloud: local": "cloud: local\naudience: {expected: 9, countries: {DE: 80%, CH: 12,5%}}"},
        ("audience.countries.CH: a decimal comma", "given: 12,5%", "did you mean 12.5%?"),
    ),
    (
        {"  start: 2026-11-22T18:00\n  end: 2026-11-22T19:30\n  zone": "zone"},
        ("window: not a mapping", "zone: unknown key", "it belongs under window"),
    ),
    ({"cloud: local": "cloud: local\noverrides: {line_up: 3m}"}, ("overrides.line_up: unknown", "under timing")),
    ({"cloud: local": "cloud: local\ncontacts: [{name: Ann}]"}, ("contacts[0].name: no way to reach them", "phone: …")),
    ({"cloud: local": "cloud: local\naudience: {expected: 9, peak: 5}"}, ("audience.peak: fewer at the peak", "9 or")),
    (
        {"cloud: local": "cloud: local\naudience: {expected: 9, ramp: 0s}"},
        ("audience.ramp: no time for anybody to come", "up to 24h"),
    ),
    ({"cloud: local": "cloud: local\naudience: {expected: 9, ramp: 1.5s}"}, ("audience.ramp: not whole seconds",)),
    ({"cloud: local": "cloud: local\naudience: {expected: -1}"}, ("audience.expected: too small", "0 or more")),
    ({"cloud: local": "cloud: local\naudience: {expected: many}"}, ("audience.expected: not a whole number",)),
    (
        {"cloud: local": "cloud: local\naudience: {expected: 9, countries: {DE: 70%, AT: 31%}}"},
        ("audience.countries: 101% together", "up to 100%"),
    ),
    ({"cloud: local": "cloud: local\naudience: {expected: 9, countries: {DE: 101%}}"}, ("DE: more than 100%",)),
    ({"cloud: local": "cloud: local\naudience: {expected: 9, countries: {DE: most}}"}, ("DE: not a share", "60%")),
]

PROFILES: list[Row] = [
    ({"name: wide": "name: narrow"}, ("1:7: name: not the name of its file", "given: narrow", "allowed: wide")),
    ({"frame_rate: 25fps": "frame_rate: 25"}, ("4:15: ladder.frame_rate: a number without its unit", "25fps")),
    ({"frame_rate: 25fps": "frame_rate: 29.97fps"}, ("ladder.frame_rate", "30000/1001fps")),
    ({"frame_rate: 25fps": "frame_rate: 30000/1001fps"}, ("packaging.segment: not a whole number of pictures (57.54",)),
    ({"codec: avc": "codec: vp9"}, ("5:10: ladder.codec: not one of the choices", "given: vp9", "allowed: avc, hevc")),
    ({"preset: veryfast": "preset: verryfast"}, ("ladder.preset", "did you mean veryfast?")),
    ({"size: 640x360": "size: 426x240"}, ("9:13: ladder.renditions[0].size: not 16:9", "416x234 or 448x252")),
    ({"size: 640x360": "size: 640"}, ("ladder.renditions[0].size: a number without its unit",)),
    (
        {"size: 640x360": "size: 1280x720", "bitrate: 800kbps": "bitrate: 3Mbps"},
        ("ladder.renditions[1].bitrate: two rungs of one size and bit rate", "another bit rate"),
    ),
    (
        {"bitrate: 800kbps": "bitrate: 1kbps"},
        ("ladder.renditions[0].bitrate: too few bits for 640x360", "12kbps or more"),
    ),
    (
        {"  preset: veryfast": "  gop: 0.04s"},
        ("ladder.gop: so short that all bits go into key pictures", "0.25s or more"),
    ),
    (
        {"frame_rate: 25fps": "frame_rate: 24fps\n  scan: interlaced", "segment: 1.92s": "segment: 2s"},
        ("ladder.frame_rate: no interlaced source has this rate", "25fps, 30000/1001fps"),
    ),
    (
        {
            "codec: avc": "codec: hevc",
            "formats: [hls, dash]": "formats: [hls]\n  container: ts",
            "drm:\n  scheme: cenc\n  systems: [clearkey]\n  keys: per-label\n  rotation: off\n": "drm: off\n",
            "[encoder, licence, edge]": "[encoder, edge]",
        },
        ("packaging.container: HEVC in transport stream segments", "allowed: cmaf"),
    ),
    (
        {"bitrate: 96kbps": "codec: ac3\n      bitrate: 100kbps"},
        ("bitrate: not one of AC-3's bit rates", "96kbps or 112kbps"),
    ),
    (
        {"bitrate: 96kbps\n      channels: 2": "bitrate: 48kbps\n      channels: 6"},
        ("too few bits for 6 channels", "96kbps or"),
    ),
    (
        {
            "slate: true": "captions: [{language: en, format: cea-608, service: 1}, "
            "{language: de, format: cea-608, service: 1}]"
        },
        ("captions[1].service: en is made of the same service", "another service"),
    ),
    ({"tail: 6s": "tail: 30h"}, ("timing.tail: longer than anybody can mean", "up to 1d")),
    (
        {"monitoring:\n": "monitoring:\n  thresholds: {low_bitrate: 100%}\n"},
        ("monitoring.thresholds.low_bitrate: an alarm that is always true, or never",),
    ),
    ({"bitrate: 800kbps": "bitrate: 5Mbps"}, ("12:16: ladder.renditions[1].bitrate: not above the 5Mbps",)),
    ({"      bitrate: 800kbps\n": ""}, ("9:7: ladder.renditions[0].bitrate: missing",)),
    ({"max_bitrate: 4Mbps": "max_bitrate: 2Mbps"}, ("13:20: ladder.renditions[1].max_bitrate", "3Mbps to 12Mbps")),
    ({"      max_bitrate: 4Mbps": "      frame_rate: 50fps"}, ("not the ladder's frame rate", "given: 50fps")),
    ({"language: en": "language: English!"}, ("16:17: audio.tracks[0].language",)),
    ({"language: en": "language: deu"}, ("language: not the code that BCP 47 has", "did you mean de?")),
    ({"language: en": "language: en-uk"}, ("language: not the code that BCP 47 has", "did you mean en-GB?")),
    ({"language: en": "language: en-XX"}, ("language: not a language of a country that there is", "pt-BR")),
    ({"language: en": "language: NO"}, ("audio.tracks[0].language", "given: NO")),
    ({"channels: 2": "channels: 5"}, ("audio.tracks[0].channels: not a channel count", "given: 5", "6 (5.1)")),
    ({"channels: 2": "channels: 2.0"}, ("audio.tracks[0].channels: not a channel count", "given: 2.0")),
    ({"label: English": "label: 'a\"b'"}, ("audio.tracks[0].label: a double quote",)),
    ({"channels: 2": "channels: true"}, ("audio.tracks[0].channels", "given: true")),
    ({"bitrate: 96kbps": "bitrate: 6Mbps"}, ("audio.tracks[0].bitrate", "16kbps to 512kbps")),
    ({"formats: [hls, dash]": "formats: []"}, ("21:12: packaging.formats: too few entries",)),
    ({"formats: [hls, dash]": "formats: hls"}, ("packaging.formats: not a list", "given: hls")),
    ({"formats: [hls, dash]": "formats: [hls, hls]"}, ("21:18: packaging.formats[1]: listed twice",)),
    (
        {"formats: [hls, dash]": "formats: [hls, smooth]"},
        ("packaging.formats[1]", "given: smooth", "allowed: hls, dash"),
    ),
    ({"segment: 1.92s": "segment: 1.95s"}, ("22:12: packaging.segment", "(48.75 at 25fps)", "allowed: 1.92s or 2.24s")),
    ({"segment: 1.92s": "segment: 0.1s"}, ("packaging.segment", "0.5s to 10s")),
    ({"window: 60s": "window: 4s"}, ("packaging.window: shorter than three segments", "at least 6s")),
    ({"window: 60s": "window: 60.5s"}, ("packaging.window: not whole seconds",)),
    ({"scheme: cenc": "scheme: cbcs"}, ("25:11: drm.scheme: cbcs with ClearKey", "given: cbcs", "cenc, or dash alone")),
    ({"systems: [clearkey]": "systems: [primetime]"}, ("drm.systems[0]", "given: primetime", "widevine")),
    ({"rotation: off": "rotation: 10m"}, ("28:13: drm.rotation: our packager can't rotate keys", "allowed: off")),
    ({"slate: true": "slate: on"}, ("29:8: slate: neither a yes or no nor a mapping", "given: on", "true, false")),
    ({"line_up: 12s": "line_up: 0s"}, ("33:12: timing.line_up: no line-up", "more than 0s")),
    ({"overrun: stay-up": "overrun: stay"}, ("timing.overrun", "keep-start-times")),
    ({"[encoder, licence, edge]": "[encoder, cdn]"}, ("monitoring.gates.hops[1]", "given: cdn")),
    ({"in_a_row: 2": "in_a_row: 0"}, ("39:15: monitoring.gates.in_a_row: too small", "1 or more")),
    ({"in_a_row: 2": "in_a_row: '2'"}, ("monitoring.gates.in_a_row: not a whole number", "given: 2")),
    ({"give_up: 60s": "give_up: 0s"}, ("monitoring.gates.give_up: no time at all",)),
    ({"layers: split": "layers: both"}, ("layers: not one of the choices", "split, series, single")),
    ({"settle: 5s": "setle: 5s"}, ("43:3: teardown.setle: unknown key", "did you mean settle?")),
    (
        {"frame_rate: 25fps": "frame_rate: 26fps"},
        ("ladder.frame_rate: not a frame rate of film", "did you mean 25fps?"),
    ),
    ({"frame_rate: 25fps": "frame_rate: fast"}, ("ladder.frame_rate: not a frame rate", "given: fast")),
    ({"frame_rate: 25fps": "frame_rate: 500fps"}, ("ladder.frame_rate: not above 0 and up to 300",)),
    ({"size: 640x360": "size: 64x36"}, ("ladder.renditions[0].size: out of range", "128x72 to 4096x4096")),
    ({"size: 640x360": "size: 144x81"}, ("ladder.renditions[0].size: an odd width or height", "two by two")),
    ({"size: 640x360": "size: big"}, ("ladder.renditions[0].size: not a picture size", "given: big")),
    ({"bitrate: 800kbps": "bitrate: 800kb"}, ("ladder.renditions[0].bitrate: not a bit rate", "400kbps")),
    ({"bitrate: 800kbps": "bitrate: 0.5bps"}, ("ladder.renditions[0].bitrate: not a whole number of bits",)),
    (
        {"      max_bitrate: 4Mbps": "      frame_rate: 12.5fps"},
        ("ladder.renditions[0].frame_rate: more frames than the larger 1280x720", "25/2fps or less"),
    ),
    (
        {"codec: avc\n": "codec: hevc\n", "profile: main\n": "profile: high\n"},
        ("6:12: ladder.profile: hevc has no prof",),
    ),
    ({"      max_bitrate: 4Mbps": "      level: '7.5'"}, ("ladder.renditions[1].level: not a level of avc", "4.2")),
    (
        {"      max_bitrate: 4Mbps": "      level: '1.0'"},
        ("ladder.renditions[1].level", "3.1 or higher", "leave it out"),
    ),
    (
        {
            "size: 1280x720": "size: 4096x2304",
            "bitrate: 3Mbps": "bitrate: 900Mbps",
            "max_bitrate: 4Mbps": "preset: fast",
        },
        ("ladder.renditions[1].bitrate: no level permits it",),
    ),
    ({"preset: veryfast": "rate_control: cbr"}, ("13:20: ladder.renditions[1].max_bitrate: cbr has no peak", "3Mbps")),
    ({"preset: veryfast": "rate_control: qvbr"}, ("ladder.renditions[0].quality: qvbr needs the quality", "1 to 10")),
    ({"      max_bitrate: 4Mbps": "      quality: 7"}, ("ladder.renditions[1].quality: vbr keeps no quality",)),
    ({"preset: veryfast": "gop: 1s"}, ("ladder.gop: does not divide the segment of 1.92s", "1.92s, 0.96s")),
    ({"ladder:\n": "ladder: 5\nother:\n"}, ("ladder: neither off nor a mapping", "given: 5")),
    (
        {"  window: 60s": "  window: 60s\n  low_latency: {part: 0.5s}"},
        ("low_latency.part: does not divide the", "0.96s"),
    ),
    (
        {"  window: 60s": "  window: 60s\n  start_over: 30s"},
        ("packaging.start_over: shorter than the window", "or off"),
    ),
    (
        {"  window: 60s": "  window: 60s\n  container: ts\n  low_latency: {part: 0.96s}"},
        (
            "packaging.formats[1]: dash with transport stream segments",
            "packaging.low_latency: parts of transport streams",
            "drm.systems[0]: transport streams are encrypted for FairPlay alone",
        ),
    ),
    ({"label: English": "codec: ac3", "channels: 2": "channels: 8"}, ("audio.tracks[0].channels: ac3 carries no 8",)),
    ({"label: English": "take: [1]"}, ("audio.tracks[0].take: 1 of the feed's channels for 2", "allowed: 2")),
    ({"label: English": "take: [3, 3]"}, ("audio.tracks[0].take: a channel is taken twice",)),
    (
        {"audio:\n  tracks:\n": "audio:\n  tracks:\n    - language: en\n      label: English\n"},
        ("audio.tracks[1].label: two tracks that a viewer can't tell apart",),
    ),
    ({"audio:\n": "audio:\n  loudness: {target: loud}\n"}, ("audio.loudness.target: not a loudness", "-23LUFS")),
    ({"audio:\n": "audio:\n  loudness: {target: -3LUFS}\n"}, ("audio.loudness.target: not between -40 and -5 LUFS",)),
    ({"audio:\n": "audio:\n  loudness: {target: -23LUFS, true_peak: 3dBTP}\n"}, ("true_peak: not between -20 and 0",)),
    (
        {"slate: true": "captions: [{language: en, format: webvtt, service: 1}, {language: en, format: webvtt}]"},
        (
            "captions[0].service: webvtt has no numbered services",
            "captions[1].language: two captions that a viewer can't tell apart",
        ),
    ),
    (
        {"slate: true": "captions: [{language: de, format: webvtt}, {language: de, label: de, format: dvb-sub}]"},
        ("captions[1].label: two captions that a viewer can't tell apart", "a label of its own"),
    ),
    (
        {"slate: true": "captions: [{language: en, format: teletext}]"},
        ("captions[0].service: teletext needs to know which", "100 to 899"),
    ),
    (
        {"slate: true": "captions: [{language: en, format: cea-608, service: 5}]"},
        ("service: not one of cea-608", "1 to 4"),
    ),
    ({"slate: true": "slate: {image: slate.png}"}, ("slate.image: not an image", "file:PATH of a PNG or JPEG")),
    ({"slate: true": "slate: {image: 'file:slate.gif'}"}, ("slate.image: not a PNG or JPEG", "as file:slate.png")),
    (
        {"slate: true": "slate: {image: 'file:slate.png'}"},
        ("slate.size: an image of unknown size", "add size: 1280x720"),
    ),
    ({"slate: true": "slate: {size: 1280x720}"}, ("slate.size: a size without an image",)),
    (
        {"slate: true": "slate: {image: 'file:slate.png', size: 640x360}"},
        ("slate.size: smaller than the ladder's top of 1280x720", "1280x720 or larger"),
    ),
    (
        {"slate: true": "slate: {image: 'file:slate.png', size: 1280x800}"},
        ("slate.size: not 16:9 with square pixels", "a slate has the ladder's shape"),
    ),
    ({"scheme: cenc": "scheme: cenc\n  speke: {url: 'https://x/'}"}, ("drm.speke: a key server that nobody asks",)),
    (
        {"scheme: cenc": "key_source: speke"},
        ("drm.speke: no key server to ask", "drm.systems[0]: ClearKey licences come from our own key service"),
    ),
    (
        {"scheme: cenc": "key_source: speke\n  speke: {url: 'http://x/'}", "[clearkey]": "[widevine]"},
        ("drm.speke.url: not an https address",),
    ),
    (
        {"scheme: cenc": "key_source: speke\n  speke: {url: 'https://me@x/'}", "[clearkey]": "[widevine]"},
        ("drm.speke.url: a query or a user in the address", "never into a file"),
    ),
    (
        {
            "scheme: cenc": "key_source: speke\n  speke: {url: 'https://x/'}",
            "[clearkey]": "[widevine]",
            "rotation: off": "rotation: 1m",
        },
        (
            "drm.rotation: out of range",
            "5m to 365d",
            "archive.vod: the recording of an event with key rotation plays only while every key is kept",
        ),
    ),
    (
        {"formats: [hls, dash]": "formats: [dash]", "systems: [clearkey]": "systems: [fairplay]"},
        ("drm.scheme: FairPlay decrypts cbcs alone", "drm.systems[0]: FairPlay plays HLS alone"),
    ),
    (
        {
            "    - size: 640x360\n      bitrate: 800kbps\n": "",
            "keys: per-label": "keys: per-resolution",
        },
        ("drm.keys: a key for each class of picture sizes, of which there is one", "one, per-label"),
    ),
    ({"vod: true": "vod: true\n  keep: 36h"}, ("archive.keep: not whole days", "1d or 2d")),
    ({"vod: true": "vod: false\n  route: repackage"}, ("archive.route: a route to video on demand, which is off",)),
    ({"vod: true": "route: repackage"}, ("archive.route: packaging an encrypted event anew needs a clear copy",)),
    ({"vod: true": "clear_origin: true"}, ("archive.clear_origin: a clear copy that nobody needs",)),
    ({"vod: true": "all_keys: true"}, ("archive.all_keys: an event without key rotation has no more keys",)),
    ({"slate: true": "cdn: {cors: ['*', 'https://a.example']}"}, ("cdn.cors[0]: all origins, and some", "* alone")),
    ({"slate: true": "cdn: {cors: ['a.example']}"}, ("cdn.cors[0]: not of the right form",)),
    ({"slate: true": "capacity: {spot: spare}"}, ("capacity.spot: spare machines beside a pair", "two-path")),
    ({"slate: true": "capacity: {headroom: 30}"}, ("capacity.headroom: a number without its unit", "60%")),
    ({"slate: true": "cdn: {access: token}"}, ("cdn.access: not one of the choices", "allowed: open, signed")),
    (
        {"scheme: cenc": "key_source: speke\n  speke: {url: 'https://x/', version: 2.1}"},
        ("drm.speke.version: not one of the choices", 'put it in quotes: "2.1"'),
    ),
    ({"line_up: 12s": "line_up: 7h"}, ("timing.line_up: a line-up of hours", "up to 6h")),
    (
        {"monitoring:\n": "monitoring:\n  thresholds: {stale: 3s}\n"},
        ("thresholds.stale: shorter than 2 segments", "4s or"),
    ),
    ({"[encoder, licence, edge]": "[edge, edge]"}, ("monitoring.gates.hops[1]: listed twice",)),
    (
        {"drm:\n  scheme: cenc\n  systems: [clearkey]\n  keys: per-label\n  rotation: off\n": "drm: off\n"},
        ("monitoring.gates.hops[1]: a clear profile has no licences", "remove it, or switch drm on"),
    ),
]

SOUND = """\
name: wide
ladder: off
audio:
  tracks:
    - language: en
captions:
  - {language: en, format: webvtt}
slate: true
timing:
  line_up: 12s
monitoring:
  gates:
    hops: [picture]
  thresholds:
    black: 3s
"""
"""A programme of sound that asks for pictures."""

"""What a viewer's player does, with nothing but addresses: read manifests, ask for a licence, decrypt, decode.

The probes and the check of a recording stand on it, so that both judge a stream as a player would.
"""

"""httpx for services that speak plain HTTP: loading the machine's certificates would take each request 20 ms."""

import ssl
from functools import partial
from typing import Final

import httpx

PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody."""

request = partial(httpx.request, verify=PLAIN)
get = partial(httpx.get, verify=PLAIN)
post = partial(httpx.post, verify=PLAIN)
put = partial(httpx.put, verify=PLAIN)

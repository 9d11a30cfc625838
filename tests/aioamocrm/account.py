"""Signing in to the account that the environment names, with the real aioamocrm client.

aioamocrm takes ``base_url`` for a test server, plain http and a port included, so nothing of it
is replaced here. Its own limit is set to 5 requests a second, by its own parameter: at the
account's 7, a busy machine that holds one request back for 50 ms makes 8 of them.
"""

import os
import sys

from aioamocrm import AmoCRMClient, LongLivedToken


def connect() -> AmoCRMClient:
    """The client for CRM_URL with the long-lived token CRM_TOKEN."""
    try:
        url, token = os.environ["CRM_URL"], os.environ["CRM_TOKEN"]
    except KeyError as missing:
        sys.exit(f"set the environment variable {missing.args[0]}")
    return AmoCRMClient(base_url=url, auth=LongLivedToken(token), rate_limit=5.0)

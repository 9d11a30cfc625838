"""A browser's side of a push, by other people's code (http-ece): makes keys, and reads what was encrypted to them."""

import base64
import json
import os
import sys

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def text(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def octets(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def make():
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    number = private.private_numbers().private_value
    return {"private": text(number.to_bytes(32, "big")), "p256dh": text(point), "auth": text(os.urandom(16))}


def read(private, auth, body):
    number = int.from_bytes(octets(private), "big")
    private = ec.derive_private_key(number, ec.SECP256R1())
    plain = http_ece.decrypt(octets(body), private_key=private, auth_secret=octets(auth), version="aes128gcm")
    return {"plain": plain.decode()}


asked = json.loads(sys.argv[1])
print(json.dumps({"make": make, "read": read}[asked.pop("do")](**asked)))

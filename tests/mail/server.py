"""A mail server nobody here wrote (aiosmtpd), and readers of letters nobody here wrote (Python's
email, html5lib): what arrives is told on standard output, a line of JSON each.

The name of the recipient says what happens to his letter:
grey@ is deferred once, nobody@ and full@ are refused, spam@ is refused when the letter is out,
cut@ loses the connection then, and silent@ never hears an answer.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import re
import ssl
import sys
import warnings

import html5lib
from aiosmtpd.smtp import SMTP, AuthResult

REFUSED = {
    "nobody": "550 5.1.1 no such user",
    "full": "452 4.2.2 mailbox full",
    "policy": "550 5.7.8 sign in first",
}


def say(what):
    print(json.dumps(what, ensure_ascii=False), flush=True)


class Handler:
    def __init__(self):
        self.seen = set()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("stranger@"):
            return "550 5.7.1 not your address"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name in REFUSED:
            return REFUSED[name]
        if name == "grey" and name not in self.seen:
            self.seen.add(name)
            return "450 4.2.0 Greylisted for 300 seconds"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "spam":
            return "554 5.7.1 looks like spam"
        if name == "cut":
            server.transport.abort()
            return "250 nobody hears it"
        if name == "silent":
            await asyncio.sleep(3600)
        letter = read(envelope.original_content)
        letter["envelope"] = {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        letter["encrypted"] = session.ssl is not None
        letter["user"] = getattr(session, "who", None)
        letter["connection"] = id(session)
        say({"letter": letter})
        return "250 2.0.0 taken as 4711"

    async def handle_NOOP(self, server, session, envelope, arg):
        return "250 OK"


class Leaving(SMTP):
    """Tells when it has hung up."""

    def connection_lost(self, error):
        super().connection_lost(error)
        say({"left": True})


def read(content):
    message = email.message_from_bytes(content, policy=email.policy.default)
    headers = [[name, str(value)] for name, value in message.items()]
    defects = [repr(defect) for defect in message.defects]
    for value in message.values():
        defects += [repr(defect) for defect in getattr(value, "defects", ())]
    parts = {}
    for part in message.walk():
        defects += [repr(defect) for defect in part.defects]
        if not part.is_multipart():
            parts[part.get_content_type()] = part.get_content().replace("\r\n", "\n")
    lines = content.split(b"\r\n")
    return {
        "headers": headers,
        "names": [name for name, _ in headers],
        "addresses": {
            name.lower(): [[a.display_name, a.addr_spec] for a in message[name].addresses]
            for name in ("From", "To", "Reply-To")
            if message[name]
        },
        "date": message["Date"].datetime.timestamp() if message["Date"] else None,
        "type": message.get_content_type(),
        "types": [part.get_content_type() for part in message.walk()],
        "defects": defects,
        "parts": parts,
        "stray": len(re.findall(rb"(?<!\r)\n|\r(?!\n)", content)),
        "longest": max(len(line) for line in lines),
        "page": page(parts["text/html"]) if "text/html" in parts else None,
        "bytes": content.decode("utf-8"),
    }


def page(html):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    links = [
        ["".join(a.itertext()).strip(), a.get("href")] for a in tree.iter("a")
    ]
    tags = sorted({e.tag for e in tree.iter() if isinstance(e.tag, str)})
    loads = [
        e.get(name)
        for e in tree.iter()
        if isinstance(e.tag, str)
        for name in ("src", "srcset", "background", "poster", "data")
        if e.get(name)
    ]
    handlers = [
        name
        for e in tree.iter()
        if isinstance(e.tag, str)
        for name in e.keys()
        if name.startswith("on")
    ]
    body = tree.find("body")
    hidden = [e for e in body if "display:none" in (e.get("style") or "")]
    shown = " ".join(
        "".join(e.itertext()) for e in body if isinstance(e.tag, str) and e not in hidden
    )
    return {
        "errors": [str(error) for error in parser.errors],
        "lang": tree.get("lang"),
        "links": links,
        "tags": tags,
        "loads": loads,
        "handlers": handlers,
        "shown": " ".join(shown.split()),
        "preview": "".join("".join(e.itertext()) for e in hidden).rstrip("\u034f\u200c\u00a0"),
        "style": "".join("".join(e.itertext()) for e in tree.find("head").iter("style")),
    }


def signing_in(wanted):
    user, password = wanted.split(":", 1)

    def check(server, session, envelope, mechanism, data):
        right = (data.login.decode(), data.password.decode()) == (user, password)
        if right:
            session.who = data.login.decode()
        return AuthResult(success=right, handled=False)

    return check


async def main():
    # Clients that are refused are what it is for.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    options = argparse.ArgumentParser()
    options.add_argument("--tls", choices=["starttls", "implicit", "none"], default="none")
    options.add_argument("--certificate")
    options.add_argument("--key")
    options.add_argument("--auth")
    options.add_argument("--idle", type=float, help="hang up after so many seconds, and say so")
    options = options.parse_args()
    context = None
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    handler = Handler()
    keywords = {"hostname": "mail.test"}
    protocol = SMTP
    if options.idle:
        protocol = Leaving
        keywords["timeout"] = options.idle
    if options.tls == "starttls":
        keywords |= {"tls_context": context, "require_starttls": True}
    if options.auth:
        keywords |= {
            "authenticator": signing_in(options.auth),
            "auth_required": True,
            "auth_require_tls": options.tls == "starttls",
        }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: protocol(handler, loop=loop, **keywords),
        host="127.0.0.1",
        port=0,
        ssl=context if options.tls == "implicit" else None,
    )
    say({"port": server.sockets[0].getsockname()[1]})
    # Whoever started us is gone when our standard input ends.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())

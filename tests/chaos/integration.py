"""An integration as others write them: publishes with a client of theirs (httpx) until it hears 201.

It also plays the user's second device, which reads some of it. Every line it prints is a fact:
{"said": number}, {"read": title}. Asked to end, it ends what it has begun.
"""

import json
import random
import signal
import sys
import time

import httpx

centre, key, device, user, seed, rate = sys.argv[1:7]
dice = random.Random(int(seed))
per_second = float(rate)
leaving = False


def leave(*_):
    global leaving
    leaving = True


signal.signal(signal.SIGTERM, leave)


def fact(**what):
    print(json.dumps(what, ensure_ascii=False), flush=True)


def until(status, path, token, body, headers=None):
    """Asks again until the centre has answered so; its answer."""
    headers = {"Authorization": f"Bearer {token}", **(headers or {})}
    while True:
        try:
            answer = client.post(centre + path, json=body, headers=headers)
        except httpx.HTTPError:
            time.sleep(0.05)
            continue
        if answer.status_code == status:
            return answer.json()
        if answer.status_code < 500 and answer.status_code != 429:
            sys.exit(f"{path}: {answer.status_code} {answer.text}")
        time.sleep(0.05)


def pause(elapsed):
    """Quiet spells, in which everything rings by itself, and crowds, which are summed up."""
    crowd = elapsed % 18 > 12
    mean = per_second * (2 if crowd else 0.5)
    return dice.expovariate(mean)


with httpx.Client(timeout=10, trust_env=False) as client:
    number, unread = 0, []
    began = due = time.monotonic()
    while not leaving:
        number += 1
        title = f"Заявка {number}"
        body = {"users": [user], "title": title, "text": "Перезвонить до обеда. " * dice.randrange(20)}
        answer = until(201, "/v1/notifications", key, body, {"Idempotency-Key": f"chaos-{number}"})
        fact(said=title)
        unread.append((title, answer["ids"][0]))
        # Whatever is older than some hundred has been read; so the lists stay a working day's.
        if dice.random() < 0.15 or len(unread) > 150:
            title, one = unread.pop(dice.randrange(len(unread)))
            until(200, "/v1/notifications/read", device, {"ids": [one]})
            fact(read=title)
        due = max(due + pause(due - began), time.monotonic() - 2)
        while not leaving and (left := due - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))

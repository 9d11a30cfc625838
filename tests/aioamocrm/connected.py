"""What keeps an integration connected: OAuth with rotation, events, hooks, and long lists.

aioamocrm has no resources for events and hooks; its own ``request`` and ``parse_webhook`` are what
it offers for them.
"""

import asyncio
import os
import time
from urllib.parse import parse_qs, urlsplit

from aioamocrm import (
    AmoCRMClient,
    AuthError,
    MemoryTokenStorage,
    OAuth2,
    Task,
    TokenEndpoint,
    TokenSet,
    parse_webhook,
)

MANY = 1001
PATIENCE = 20.0


def integration(storage: MemoryTokenStorage) -> OAuth2:
    return OAuth2(
        os.environ["CRM_CLIENT_ID"],
        os.environ["CRM_CLIENT_SECRET"],
        os.environ["CRM_REDIRECT_URI"],
        storage,
    )


async def consent(amo: AmoCRMClient, user: int, decision: str) -> dict[str, list[str]]:
    """Decides on the consent page as a person would; what the redirect brings back."""
    asked = {"client_id": os.environ["CRM_CLIENT_ID"], "state": "s-1"}
    page = await amo.http.get(f"{amo.base_url}/oauth", params=asked | {"mode": "popup"})
    assert page.status_code == 200 and "<form" in page.text
    answer = await amo.http.post(
        f"{amo.base_url}/oauth", data=asked | {"user": user, "decision": decision}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(os.environ["CRM_REDIRECT_URI"])
    return parse_qs(urlsplit(answer.headers["Location"]).query)


async def oauth(amo: AmoCRMClient) -> str:
    me = (await amo.account.get()).current_user_id
    declined = await consent(amo, me, "deny")
    assert declined["error"] == ["access_denied"] and "code" not in declined
    back = await consent(amo, me, "allow")
    assert back["state"] == ["s-1"] and amo.base_url.endswith(back["referer"][0])

    storage = MemoryTokenStorage()
    auth = integration(storage)
    async with AmoCRMClient(base_url=amo.base_url, auth=auth, rate_limit=5.0) as granted:
        first = await granted.exchange_code(back["code"][0])
        assert 86_000 < first.expires_at - time.time() <= 86_400
        assert (await granted.account.get()).current_user_id == me
        await refused(granted.exchange_code(back["code"][0]), 400, "has been revoked")

        endpoint = TokenEndpoint(http=granted.http, url=granted.token_url)
        second = await auth.refresh(endpoint)
        assert second.refresh_token != first.refresh_token
        assert (await granted.account.get()).current_user_id == me
        spent = integration(MemoryTokenStorage(first))
        await refused(spent.refresh(endpoint), 401, "has been revoked")

        # An access token that ends early is renewed by the way.
        await amo.http.post(
            f"{amo.base_url}/sandbox/expire-access",
            json={},
            headers={"Authorization": f"Bearer {os.environ['CRM_TOKEN']}"},
        )
        assert (await granted.account.get()).current_user_id == me
        third = await storage.load()
        assert isinstance(third, TokenSet) and third.access_token != second.access_token
    return "consent, code, refresh by hand and by 401; the old refresh token is refused"


async def refused(attempt, status: int, hint: str) -> None:
    try:
        await attempt
    except AuthError as error:
        assert error.status_code == status and hint in error.body["hint"], error.body
    else:
        raise AssertionError("what was used up was taken again")


async def many_tasks(amo: AmoCRMClient) -> str:
    due = int(time.time()) + 7200
    wanted = (Task(text=f"много {number}", complete_till=due + number) for number in range(MANY))
    created = {ref.id for ref in await amo.tasks.create(wanted)}
    assert len(created) == MANY
    walked = [
        task.id
        async for task in amo.tasks.iterate(
            filter={"is_completed": False}, order={"created_at": "asc"}, limit=250
        )
    ]
    assert len(walked) == len(set(walked)) and created <= set(walked)
    page = await amo.tasks.get_page(filter={"is_completed": False}, limit=250)
    assert len(page) == 250 and page.has_next
    await amo.tasks.update(Task(id=task, is_completed=True) for task in created)
    left = {task.id async for task in amo.tasks.iterate(filter={"is_completed": False}, limit=250)}
    assert not created & left
    return f"{len(walked)} walked, {MANY} completed"


async def events(amo: AmoCRMClient) -> str:
    [task] = await amo.tasks.create([Task(text="событие", complete_till=int(time.time()) + 60)])
    await amo.tasks.complete(task.id, result="Готово")
    asked = {"filter": {"type": "task_added,task_completed,task_result_added", "entity": "task"}}
    newest = await amo.request("GET", "events", params=asked | {"limit": 3})
    found = newest["_embedded"]["events"]
    assert {event["type"] for event in found} == set(asked["filter"]["type"].split(","))
    assert {event["entity_id"] for event in found} == {task.id}
    [noted] = [event for event in found if event["type"] == "task_result_added"]
    assert noted["value_after"][0]["note"]["id"] and noted["value_before"] == []
    one = await amo.request("GET", f"events/{noted['id']}")
    assert one["id"] == noted["id"] and "next" in newest["_links"]
    return f"{len(found)} of task {task.id}"


async def hooks(amo: AmoCRMClient) -> str:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
        assert fields["Content-Type"] == "application/x-www-form-urlencoded"
        await heard.put(await reader.readexactly(int(fields["Content-Length"])))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    destination = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/unguessable"
    settings = ["add_task", "update_task"]
    body = {"destination": destination, "settings": settings}
    async with server:
        made = await amo.request("POST", "webhooks", json=body)
        assert made["destination"] == destination and made["disabled"] is False
        listed = await amo.request("GET", "webhooks")
        assert [hook["id"] for hook in listed["_embedded"]["webhooks"]] == [made["id"]]

        [task] = await amo.tasks.create(
            [Task(text="крючок & ещё", complete_till=int(time.time()) + 60)]
        )
        hook = parse_webhook(await asyncio.wait_for(heard.get(), PATIENCE))
        [told] = hook.events
        assert (told.entity, told.action, told.id) == ("task", "add", task.id)
        assert told.payload["text"] == "крючок & ещё"
        account = await amo.account.get()
        assert (hook.account_id, hook.subdomain) == (account.id, account.subdomain)
        await amo.tasks.complete(task.id)
        hook = parse_webhook(await asyncio.wait_for(heard.get(), PATIENCE))
        assert (hook.events[0].action, hook.events[0].id) == ("update", task.id)

        await amo.request("DELETE", "webhooks", json={"destination": destination})
        assert await amo.request("GET", "webhooks") is None
        await amo.tasks.update([Task(id=task.id, text="тихо")])
        assert heard.empty()
    return f"made, listed, heard of task {task.id}, ended"


CHECKS = {"oauth": oauth, "many tasks": many_tasks, "events": events, "hooks": hooks}

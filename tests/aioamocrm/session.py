"""Judges a stand-in amoCRM server by a client nobody here wrote.

Runs aioamocrm against CRM_URL, signed in by CRM_TOKEN (an administrator's), prints one line per
check and ends with 1 if one fails. CRM_CLIENT_ID, CRM_CLIENT_SECRET and CRM_REDIRECT_URI are the
integration that connects by OAuth. It leaves about a thousand tasks, all but one of them completed.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import connected
from account import connect
from aioamocrm import (
    AmoCRMClient,
    AuthError,
    LongLivedToken,
    NotFoundError,
    Task,
    ValidationError,
)

Check = Callable[[AmoCRMClient], Awaitable[str]]
BATCH = 7


async def account(amo: AmoCRMClient) -> str:
    account = await amo.account.get(with_=["task_types", "datetime_settings", "users_groups"])
    assert account.id and account.name and account.subdomain
    assert account.embedded["datetime_settings"]["timezone"]
    assert {1, 2} <= {kind["id"] for kind in account.embedded["task_types"]}
    bare = await amo.account.get()
    assert not bare.embedded
    return f"{account.name}, user {account.current_user_id}"


async def users(amo: AmoCRMClient) -> str:
    everybody = await collected(amo.users.iterate(limit=3))
    assert len({user.id for user in everybody}) == len(everybody) >= 2
    me = (await amo.account.get()).current_user_id
    assert me in {user.id for user in everybody}
    one = await amo.users.get(me)
    assert one.email and one.rights["is_admin"]
    return f"{len(everybody)} users"


async def creating(amo: AmoCRMClient) -> str:
    tasks = await create_batch(amo, "создание")
    fetched = await amo.tasks.get(tasks[0])
    assert fetched.text == "создание 0" and fetched.entity_type == "leads"
    assert fetched.is_completed is False and fetched.result is None
    await finish(amo, tasks)
    return f"{len(tasks)} tasks, the first is {tasks[0]}"


async def listing(amo: AmoCRMClient) -> str:
    tasks = await create_batch(amo, "список")
    page = await amo.tasks.get_page(filter={"id": tasks[:2]})
    assert [task.id for task in page] == tasks[:2] and not page.has_next

    since = (await amo.tasks.get(tasks[0])).created_at
    recent = await collected(
        amo.tasks.iterate(filter={"updated_at": {"from": since}, "is_completed": False})
    )
    assert set(tasks) <= {task.id for task in recent}
    span = {"from": since - 2, "to": since - 1}
    assert not set(tasks) & {t.id async for t in amo.tasks.iterate(filter={"updated_at": span})}

    colleague = (await amo.tasks.get(tasks[1])).responsible_user_id
    his = await amo.tasks.get_page(filter={"responsible_user_id": [colleague], "id": tasks})
    assert tasks[1] in [task.id for task in his]
    assert {task.responsible_user_id for task in his} == {colleague}

    lead = (await amo.leads.get_page(limit=1)).items[0].id
    on_lead = await amo.tasks.get_page(
        filter={"entity_type": "leads", "entity_id": lead, "id": tasks}
    )
    assert [task.id for task in on_lead] == tasks

    newest = await amo.tasks.get_page(filter={"id": tasks}, order={"complete_till": "desc"})
    assert [task.id for task in newest] == tasks[::-1]
    await finish(amo, tasks)
    return "by id, update, state, responsible, card and order"


async def an_empty_list(amo: AmoCRMClient) -> str:
    page = await amo.tasks.get_page(filter={"id": [1]})
    assert not page.items and not page.has_next
    return "204 reads as an empty page"


async def paging(amo: AmoCRMClient) -> str:
    tasks = await create_batch(amo, "страницы")
    first = await amo.tasks.get_page(filter={"id": tasks}, limit=3)
    assert len(first) == 3 and amo.owns_url(first.next_url)
    walked = [task.id async for task in amo.tasks.iterate(filter={"id": tasks}, limit=3)]
    assert walked == tasks
    await finish(amo, tasks)
    return f"{len(walked)} tasks in pages of 3"


async def updating(amo: AmoCRMClient) -> str:
    task, *others = await create_batch(amo, "изменение")
    deadline = int(time.time()) + 7200
    [changed] = await amo.tasks.update([Task(id=task, text="новый текст", complete_till=deadline)])
    assert changed.id == task and changed.updated_at
    fetched = await amo.tasks.get(task)
    assert (fetched.text, fetched.complete_till) == ("новый текст", deadline)
    await finish(amo, others)
    return f"task {task}"


async def completing(amo: AmoCRMClient) -> str:
    task, *others = await create_batch(amo, "завершение")
    done = await amo.tasks.complete(task, result="Договорились")
    assert done.id == task
    fetched = await amo.tasks.get(task)
    assert fetched.is_completed and fetched.result.text == "Договорились"
    assert not (await amo.tasks.get_page(filter={"id": task, "is_completed": False})).items
    await finish(amo, others)
    return f"task {task}"


async def cards(amo: AmoCRMClient) -> str:
    lead = (await amo.leads.get_page(limit=1, with_=["contacts"])).items[0]
    contact = await amo.contacts.get(lead.embedded.contacts[0].id)
    companies = await amo.companies.get_page(limit=2)
    assert lead.name and lead.price and contact.name and companies.items[0].name
    named = await amo.leads.get_page(filter={"id": [lead.id]})
    assert [card.name for card in named] == [lead.name]
    return f"{lead.name}, {contact.name}"


async def refusals(amo: AmoCRMClient) -> str:
    try:
        await amo.tasks.create([{"text": "без срока"}])
    except ValidationError as error:
        assert error.status_code == 400
        assert [(e.request_id, e.path) for e in error.errors] == [("0", "complete_till")]
    else:
        raise AssertionError("a task without a deadline was taken")
    try:
        await amo.tasks.get(1)
    except NotFoundError as error:
        assert error.title == "Not Found"
    else:
        raise AssertionError("a task that does not exist was found")
    async with AmoCRMClient(base_url=amo.base_url, auth=LongLivedToken("foreign")) as stranger:
        try:
            await stranger.account.get()
        except AuthError as error:
            assert error.status_code == 401
        else:
            raise AssertionError("a wrong token was taken")
    return "400 names the field, 404, 401"


CHECKS: dict[str, Check] = {
    "account": account,
    "users": users,
    "create": creating,
    "list": listing,
    "empty list": an_empty_list,
    "pages": paging,
    "update": updating,
    "complete": completing,
    "cards": cards,
    "refusals": refusals,
    **connected.CHECKS,
}


async def create_batch(amo: AmoCRMClient, name: str) -> list[int]:
    """Tasks for every user in turn on the first lead, each due a minute after the one before."""
    everybody = (await amo.users.get_page()).items
    lead = (await amo.leads.get_page(limit=1)).items[0].id
    due = int(time.time()) + 3600
    created = await amo.tasks.create(
        Task(
            text=f"{name} {number}",
            complete_till=due + 60 * number,
            responsible_user_id=everybody[number % len(everybody)].id,
            entity_id=lead,
            entity_type="leads",
        )
        for number in range(BATCH)
    )
    assert [ref.request_id for ref in created] == [str(number) for number in range(BATCH)]
    return [ref.id for ref in created]


async def finish(amo: AmoCRMClient, tasks: list[int]) -> None:
    await amo.tasks.update(Task(id=task, is_completed=True) for task in tasks)


async def collected(items: AsyncIterator) -> list:
    return [item async for item in items]


async def main() -> int:
    failed = 0
    async with connect() as amo:
        for name, check in CHECKS.items():
            try:
                print(f"ok      {name}: {await check(amo)}", flush=True)
            except Exception as error:  # noqa: BLE001 - every check reports, whatever broke it
                failed += 1
                print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

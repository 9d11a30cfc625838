"""Acts as a colleague in the account at CRM_URL, signed in by CRM_TOKEN, through aioamocrm.

    act.py create --responsible ID --text T --complete-till UNIX [--lead ID]
    act.py complete ID --result TEXT
    act.py reassign ID --to USER
    act.py reschedule ID --complete-till UNIX
    act.py delete ID

The last line of standard output is the task's id alone.
"""

import argparse
import asyncio
import os
import sys

from account import connect
from aioamocrm import AmoCRMClient, AmoCRMError, Task


async def create(amo: AmoCRMClient, asked: argparse.Namespace) -> int:
    task = Task(
        text=asked.text,
        complete_till=asked.complete_till,
        responsible_user_id=asked.responsible,
        task_type_id=1,
    )
    if asked.lead is not None:
        task.entity_id, task.entity_type = asked.lead, "leads"
    [created] = await amo.tasks.create([task])
    return created.id


async def complete(amo: AmoCRMClient, asked: argparse.Namespace) -> int:
    return (await amo.tasks.complete(asked.id, result=asked.result)).id


async def reassign(amo: AmoCRMClient, asked: argparse.Namespace) -> int:
    [changed] = await amo.tasks.update([Task(id=asked.id, responsible_user_id=asked.to)])
    return changed.id


async def reschedule(amo: AmoCRMClient, asked: argparse.Namespace) -> int:
    [changed] = await amo.tasks.update([Task(id=asked.id, complete_till=asked.complete_till)])
    return changed.id


async def delete(amo: AmoCRMClient, asked: argparse.Namespace) -> int:
    # Neither amoCRM's API nor aioamocrm can delete a task; people do it in the web interface,
    # which the sandbox imitates outside /api/v4/. The client's own connection carries it there.
    response = await amo.http.post(
        f"{amo.base_url}/sandbox/tasks/{asked.id}/delete",
        headers={"Authorization": f"Bearer {os.environ['CRM_TOKEN']}"},
    )
    response.raise_for_status()
    return asked.id


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    acts = parser.add_subparsers(required=True)

    act = acts.add_parser("create", help="set a task")
    act.add_argument("--responsible", type=int, required=True, metavar="ID")
    act.add_argument("--text", required=True)
    act.add_argument("--complete-till", type=int, required=True, metavar="UNIX")
    act.add_argument("--lead", type=int, metavar="ID")
    act.set_defaults(act=create)

    for act_on_one, about in (
        (complete, "complete a task"),
        (reassign, "give a task to somebody else"),
        (reschedule, "move a deadline"),
        (delete, "delete a task"),
    ):
        act = acts.add_parser(act_on_one.__name__, help=about)
        act.add_argument("id", type=int)
        if act_on_one is complete:
            act.add_argument("--result", metavar="TEXT")
        if act_on_one is reassign:
            act.add_argument("--to", type=int, required=True, metavar="USER")
        if act_on_one is reschedule:
            act.add_argument("--complete-till", type=int, required=True, metavar="UNIX")
        act.set_defaults(act=act_on_one)
    return parser


async def main() -> None:
    asked = parser().parse_args()
    async with connect() as amo:
        print(await asked.act(amo, asked))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except AmoCRMError as error:
        sys.exit(f"refused: {error}")

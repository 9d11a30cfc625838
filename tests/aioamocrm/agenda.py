"""A task's life in the CRM, done through aioamocrm and seen in the calendar at FEED_URL by icalendar,
a parser nobody here wrote.

The last line of standard output says how it went.
"""

import asyncio
import os
import time
from datetime import date, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from account import connect
from aioamocrm import AmoCRMClient, Task
from icalendar import Calendar, Event

PATIENCE = 60.0
ME = int(os.environ["ME"])
COLLEAGUE = int(os.environ["COLLEAGUE"])
ACCOUNT = ZoneInfo("Europe/Moscow")
# A moment on either side of the night in which clocks there are put forward.
BERLIN = ZoneInfo("Europe/Berlin")
WINTER = datetime(2027, 3, 27, 9, 30, tzinfo=BERLIN)
SUMMER = datetime(2027, 3, 28, 9, 30, tzinfo=BERLIN)
WHOLE_DAY = datetime(2027, 3, 28, 23, 59, tzinfo=ACCOUNT)


def fetch(tag: str | None = None) -> tuple[int, str, bytes]:
    """Status, tag and body; of an answer that is none yet, no body."""
    request = Request(os.environ["FEED_URL"])
    if tag:
        request.add_header("If-None-Match", tag)
    try:
        with urlopen(request, timeout=20) as answer:
            assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
            return answer.status, answer.headers["ETag"], answer.read()
    except HTTPError as error:
        assert error.code in (304, 503), error.code
        return error.code, error.headers["ETag"] or "", b""


def events() -> dict[str, Event]:
    """By the text of the task."""
    calendar = Calendar.from_ical(fetch()[2] or "BEGIN:VCALENDAR\nEND:VCALENDAR")
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


async def until(wanted: set[str]) -> dict[str, Event]:
    end = time.monotonic() + PATIENCE
    while True:
        found = await asyncio.to_thread(events)
        ours = {title for title in found if title.startswith("Т-")}
        if ours == wanted:
            return found
        assert time.monotonic() < end, f"{ours} instead of {wanted}"
        await asyncio.sleep(0.2)


async def moved(title: str, to: datetime) -> Event:
    end = time.monotonic() + PATIENCE
    while True:
        event = (await asyncio.to_thread(events))[title]
        if event.start == to:
            return event
        assert time.monotonic() < end, f"{event.start} instead of {to}"
        await asyncio.sleep(0.2)


def alarm(event: Event) -> timedelta:
    [alarm] = event.walk("VALARM")
    assert alarm["ACTION"] == "DISPLAY" and str(alarm["DESCRIPTION"]) == str(event["SUMMARY"])
    return alarm["TRIGGER"].dt


async def life(amo: AmoCRMClient) -> int:
    checks = 0

    def task(text: str, at: datetime, lead: int | None = None) -> Task:
        made = Task(text=text, complete_till=int(at.timestamp()), responsible_user_id=ME, task_type_id=1)
        if lead:
            made.entity_id, made.entity_type = lead, "leads"
        return made

    lead = (await amo.leads.get_page(limit=1)).items[0].id
    titles = ["Т-зима; запятая, и\\косая", "Т-лето " + "длинное " * 12, "Т-весь день 🔔"]
    titles = [title.strip() for title in titles]
    wanted = [task(titles[0], WINTER, lead), task(titles[1], SUMMER), task(titles[2], WHOLE_DAY)]
    made = await amo.tasks.create(wanted)
    seen = await until(set(titles))

    winter, summer, day = (seen[title] for title in titles)
    assert (winter.start, summer.start) == (WINTER, SUMMER), "the instants, clock change or not"
    assert summer.start.astimezone(BERLIN) - winter.start.astimezone(BERLIN) == timedelta(days=1)
    assert summer.start - winter.start == timedelta(hours=23)
    checks += 1
    assert day.start == date(2027, 3, 28) and not isinstance(day.start, datetime), day.start
    assert day["TRANSP"] == "TRANSPARENT"
    checks += 1
    assert alarm(winter) == timedelta(minutes=-5) and alarm(day) == timedelta(hours=9)
    checks += 1
    card = f"{amo.base_url.rstrip('/')}/leads/detail/{lead}"
    assert str(winter["URL"]) == card and card in str(winter["DESCRIPTION"])
    checks += 1
    assert len({str(event["UID"]) for event in seen.values()}) == len(seen)
    checks += 1

    _, tag, _ = fetch()
    assert fetch(tag)[0] == 304
    checks += 1

    later = SUMMER + timedelta(days=3)
    await amo.tasks.update([Task(id=made[1].id, complete_till=int(later.timestamp()))])
    after = await moved(titles[1], later)
    assert after["UID"] == summer["UID"]
    assert after["LAST-MODIFIED"].dt >= summer["LAST-MODIFIED"].dt
    assert fetch(tag)[0] == 200
    checks += 1

    await amo.tasks.update([Task(id=made[0].id, responsible_user_id=COLLEAGUE)])
    await until({titles[1], titles[2]})
    checks += 1
    await amo.tasks.complete(made[1].id, result="Готово")
    await until({titles[2]})
    checks += 1
    gone = await amo.http.post(
        f"{amo.base_url}/sandbox/tasks/{made[2].id}/delete",
        headers={"Authorization": f"Bearer {os.environ['CRM_TOKEN']}"},
    )
    gone.raise_for_status()
    await until(set())
    checks += 1
    return checks


async def main() -> None:
    async with connect() as amo:
        print(f"{await life(amo)} passed, 0 failed")


asyncio.run(main())

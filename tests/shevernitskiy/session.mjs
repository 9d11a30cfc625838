// Judges a stand-in amoCRM server by a client nobody here wrote.
//
// Runs @shevernitskiy/amo (installed in the folder DEALBELL_AMO_CLIENT) against CRM_URL, signed in by
// CRM_TOKEN (an administrator's) and by OAuth as the integration CRM_CLIENT_ID, CRM_CLIENT_SECRET,
// CRM_REDIRECT_URI. Prints one line per check and ends with 1 if one fails.
//
// Four things of the client's own are worked around, none of them about the server:
// - it speaks https alone, so the scheme of its requests is changed where they leave (`fetch`);
// - it refreshes when `expires_at` has passed and not on a 401, so tokens are handed to it as expired;
// - its error classes come out as plain `Error`s, so they are told apart by what they carry;
// - its webhook handler reads JSON, while amoCRM sends PHP forms; the form is unpacked before it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const need = (name) => {
  assert(process.env[name], `set the environment variable ${name}`);
  return process.env[name];
};
const require = createRequire(join(need("DEALBELL_AMO_CLIENT"), "package.json"));
const { Amo } = require("@shevernitskiy/amo");

const url = new URL(need("CRM_URL"));
const token = need("CRM_TOKEN");
const client = {
  client_id: need("CRM_CLIENT_ID"),
  client_secret: need("CRM_CLIENT_SECRET"),
  redirect_uri: need("CRM_REDIRECT_URI"),
};
// At the account's 7 a second a busy machine makes 8 of them now and then.
const options = { request_delay: 200 };
const MANY = 1001;
const PATIENCE = 20_000;
const NO_CONTENT = /^204 No Content/;

const plain = globalThis.fetch;
globalThis.fetch = (address, init) =>
  plain(String(address).replace(`https://${url.host}`, url.origin), init);

const seconds = () => Math.floor(Date.now() / 1000);

/** The client with a long-lived token, which it never needs to refresh. */
const signedIn = (access_token) =>
  new Amo(
    url.host,
    {
      ...client,
      token_type: "Bearer",
      expires_in: 86_400,
      access_token,
      refresh_token: "none",
      expires_at: Date.now() + 86_400_000,
    },
    options,
  );
const amo = signedIn(token);

/** Decides on the consent page as a person would; what the redirect brings back. */
async function consent(user, decision) {
  const asked = { client_id: client.client_id, state: "s-1" };
  const page = await fetch(`${url.origin}/oauth?${new URLSearchParams(asked)}`);
  assert.equal(page.status, 200);
  const answer = await fetch(`${url.origin}/oauth`, {
    method: "POST",
    body: new URLSearchParams({ ...asked, user, decision }),
    redirect: "manual",
  });
  assert.equal(answer.status, 302);
  return new URL(answer.headers.get("Location")).searchParams;
}

async function refused(attempt, status, hint) {
  const error = await attempt.then(() => assert.fail("it was taken"), (error) => error);
  assert.equal(error.response?.status, status, error.stack);
  assert.equal(error.response.hint, hint);
}

async function account() {
  const known = await amo.account.getAccount({
    with: ["task_types", "datetime_settings", "users_groups", "amojo_id", "version"],
  });
  assert(known.id && known.name && known.subdomain && known.amojo_id && known.version);
  assert(known._embedded.datetime_settings.timezone);
  assert(known._embedded.task_types.some((kind) => kind.id === 1));
  return `${known.name}, user ${known.current_user_id}`;
}

async function users() {
  const page = await amo.user.getUsers({ with: ["role", "group"], limit: 3 });
  assert.equal(page._embedded.users.length, 3);
  const one = await amo.user.getUserById(page._embedded.users[0].id);
  assert(one.email && one.rights.is_admin && one.rights.is_active);
  return `${one.name} and others`;
}

async function oauth() {
  const { current_user_id: me } = await amo.account.getAccount();
  assert.equal((await consent(me, "deny")).get("error"), "access_denied");
  const back = await consent(me, "allow");
  assert.equal(back.get("state"), "s-1");
  assert.equal(back.get("referer"), url.host);

  const byCode = { ...client, grant_type: "authorization_code", code: back.get("code") };
  let told;
  const granted = new Amo(url.host, byCode, { ...options, on_token: (pair) => (told = pair) });
  assert.equal((await granted.account.getAccount()).current_user_id, me);
  const first = granted.token;
  assert.equal(told.refresh_token, first.refresh_token);
  assert.equal(first.expires_in, 86_400);
  const again = new Amo(url.host, byCode, options);
  await refused(again.account.getAccount(), 400, "Authorization code has been revoked");

  const expired = () => new Amo(url.host, { ...client, ...first, expires_at: 1 }, options);
  const renewed = expired();
  assert.equal((await renewed.account.getAccount()).current_user_id, me);
  assert.notEqual(renewed.token.refresh_token, first.refresh_token);
  await refused(expired().account.getAccount(), 401, "Token has been revoked");
  return "consent, code, refresh; the old refresh token is refused";
}

async function taskLife() {
  const lead = (await amo.lead.getLeads({ limit: 1 }))._embedded.leads[0];
  const made = await amo.task.addTasks([
    { text: "жизнь задачи", complete_till: seconds() + 3600, entity_id: lead.id, entity_type: "leads", request_id: "a" },
  ]);
  const [{ id, request_id }] = made._embedded.tasks;
  assert.equal(request_id, "a");
  await amo.task.updateTaskById(id, { text: "другой текст" });
  let task = await amo.task.getTaskById(id);
  assert.deepEqual([task.text, task.entity_id, task.is_completed], ["другой текст", lead.id, false]);
  await amo.task.completeTaskById(id, { is_completed: true, result: { text: "Готово" } });
  task = await amo.task.getTaskById(id);
  assert.deepEqual([task.is_completed, task.result.text], [true, "Готово"]);
  const open = amo.task.getTasks({
    filter: (filter) => filter.multi("id", [id]).single("is_completed", 0),
  });
  await assert.rejects(open, { message: NO_CONTENT });
  const wrong = amo.task.addTasks([{ text: "без срока" }]);
  await assert.rejects(wrong, (error) => {
    return error.response?.["validation-errors"][0].errors[0].path === "complete_till";
  });
  return `task ${id}`;
}

async function manyTasks() {
  const due = seconds() + 7200;
  const created = new Set();
  for (let from = 0; from < MANY; from += 250) {
    const batch = Array.from({ length: Math.min(250, MANY - from) }, (_, number) => ({
      text: `много ${from + number}`,
      complete_till: due + number,
    }));
    const made = await amo.task.addTasks(batch);
    for (const { id } of made._embedded.tasks) created.add(id);
  }
  assert.equal(created.size, MANY);
  const walked = [];
  for (let page = 1; ; page += 1) {
    const asked = { page, limit: 250, order: { param: "id", type: "asc" } };
    const answer = await amo.task.getTasks({
      ...asked,
      filter: (filter) => filter.single("is_completed", 0),
    });
    walked.push(...answer._embedded.tasks.map((task) => task.id));
    if (!answer._links.next) break;
  }
  const seen = new Set(walked);
  assert.equal(seen.size, walked.length);
  for (const id of created) assert(seen.has(id));
  return `${walked.length} walked`;
}

async function events() {
  const answer = await amo.event.getEvents({
    limit: 5,
    filter: (filter) => filter.multi("type", ["task_completed", "task_result_added"]),
  });
  const found = answer._embedded.events;
  assert.deepEqual(new Set(found.map((event) => event.type)), new Set(["task_completed", "task_result_added"]));
  const one = await amo.event.getEventById(found[0].id);
  assert.equal(one.entity_id, found[0].entity_id);
  return `${found.length} events`;
}

/** What PHP makes of a form with brackets. */
function unpacked(form) {
  const root = {};
  for (const [name, value] of new URLSearchParams(form)) {
    const path = name.replaceAll("]", "").split("[");
    const last = path.pop();
    const place = path.reduce((node, part) => (node[part] ??= {}), root);
    place[last] = value;
  }
  return root;
}

async function hooks() {
  const handler = amo.webhookHandler();
  const added = new Promise((resolve) => amo.on("task:add", resolve));
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = JSON.stringify(unpacked(Buffer.concat(parts).toString()));
    const { status } = await handler(new Request("http://hook/", { method: "POST", body }));
    response.writeHead(status).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const destination = `http://127.0.0.1:${server.address().port}/unguessable`;
  try {
    const made = await amo.webhook.addWebhook({ destination, settings: ["add_task"], sort: 5 });
    assert.deepEqual([made.destination, made.disabled, made.sort], [destination, false, 5]);
    const listed = await amo.webhook.getWebhooks();
    assert.deepEqual(listed._embedded.webhooks.map((hook) => hook.id), [made.id]);

    const task = { text: "крючок & ещё", complete_till: seconds() + 60 };
    const [{ id }] = (await amo.task.addTasks([task]))._embedded.tasks;
    const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("no hook")).unref());
    const told = await Promise.race([added, late]);
    assert.deepEqual([told.id, told.text], [String(id), task.text]);

    await amo.webhook.deleteWebhook({ destination });
    await assert.rejects(amo.webhook.getWebhooks(), { message: NO_CONTENT });
    const bad = amo.webhook.addWebhook({ destination: "nowhere", settings: ["add_task"] });
    await assert.rejects(bad, (error) => error.response?.status === 400);
    return `made, listed, heard of task ${id}, ended`;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function strangers() {
  const stranger = signedIn("foreign").account.getAccount();
  await assert.rejects(stranger, (error) => error.response?.status === 401);
  return "a wrong token is refused";
}

const checks = { account, users, oauth, taskLife, manyTasks, events, hooks, strangers };
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    console.log(`ok      ${name}: ${await check()}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error?.stack ?? error}`);
  }
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

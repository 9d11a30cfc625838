// The centre's HTTP API, as the page asks it: by the session cookie, which no script can read.
import type { ApiError, CalendarLink, ChannelSettings, ChangePushSubscription, Cursor, DeviceRow, ErrorCode, ListQuery, Me, NewPushSubscription, NotificationId, OpenTask, PushDevices, SaveChannels, SignInLink, Slice, Tasks, Unread, WebSignIn } from "../../generated/protocol";

/** What a mark is answered with. */
export interface Marked {
  cursor: Cursor;
  unread: Unread;
}

export type Deed = { act: "complete"; result: string } | { act: "reopen" };

/** A refusal by the centre; `code` is null where what answered is no centre. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: ErrorCode | null,
    /** How long to wait before another try, milliseconds. */
    readonly retry: number,
  ) {
    super(`${status} ${code ?? ""}`);
  }
}

/** Nobody answered: no network, or not in time. */
export class Unreached extends Error {}

/** How long an answer may take. Some wait for a CRM far away. */
const PATIENCE_MS = 15_000;
const FAR_MS = 30_000;

export class Rest {
  /** `base` is the address that `/v1` hangs below, with its slash. */
  constructor(
    private readonly base: string,
    private readonly reach: typeof fetch = (...asked) => fetch(...asked),
  ) {}

  me(): Promise<Me> {
    return this.#json("GET", "me");
  }

  signIn(proof: WebSignIn): Promise<Me> {
    return this.#json("POST", "web/sign-in", { body: proof });
  }

  signOut(): Promise<void> {
    return this.#nothing("POST", "web/sign-out");
  }

  list(query: ListQuery, offset: number, limit: number): Promise<Slice> {
    const asked = new URLSearchParams({ unread: String(query.unread), search: query.search, offset: String(offset), limit: String(limit) });
    if (query.provider !== null) asked.set("provider", query.provider);
    if (query.link !== null) asked.set("link", query.link);
    return this.#json("GET", `list?${asked}`);
  }

  /** A page that is being left still sends it. */
  mark(read: boolean, ids: NotificationId[]): Promise<Marked> {
    return this.#json("POST", `notifications/${read ? "read" : "unread"}`, { body: { ids }, keepalive: true });
  }

  markAll(upto: Cursor): Promise<Marked> {
    return this.#json("POST", "notifications/read-all", { body: { upto }, keepalive: true });
  }

  act(id: NotificationId, deed: Deed): Promise<void> {
    return this.#nothing("POST", `notifications/${encodeURIComponent(id)}/act`, { body: deed, patience: FAR_MS });
  }

  actOn(subject: OpenTask["subject"], deed: Deed): Promise<void> {
    return this.#nothing("POST", "act", { body: { subject, deed }, patience: FAR_MS });
  }

  tasks(): Promise<Tasks> {
    return this.#json("GET", "tasks");
  }

  channels(): Promise<ChannelSettings> {
    return this.#json("GET", "channels");
  }

  saveChannels(revision: number, body: SaveChannels): Promise<ChannelSettings> {
    return this.#json("PUT", "channels", { body, headers: { "if-match": `"${revision}"` } });
  }

  devices(): Promise<DeviceRow[]> {
    return this.#json("GET", "devices");
  }

  revoke(id: string): Promise<void> {
    return this.#nothing("DELETE", `devices/${encodeURIComponent(id)}`);
  }

  test(channel: string): Promise<void> {
    return this.#nothing("POST", "test", { body: { channel } });
  }

  calendar(renew: boolean): Promise<CalendarLink> {
    return this.#json(renew ? "POST" : "GET", "calendar");
  }

  signInLink(): Promise<SignInLink> {
    return this.#json("POST", "sign-in-links");
  }

  pushDevices(): Promise<PushDevices> {
    return this.#json("GET", "push-subscriptions");
  }

  subscribe(body: NewPushSubscription): Promise<void> {
    return this.#nothing("POST", "push-subscriptions", { body });
  }

  changePush(id: string, body: ChangePushSubscription): Promise<void> {
    return this.#nothing("PATCH", `push-subscriptions/${encodeURIComponent(id)}`, { body });
  }

  removePush(id: string): Promise<void> {
    return this.#nothing("DELETE", `push-subscriptions/${encodeURIComponent(id)}`);
  }

  testPush(id: string): Promise<void> {
    return this.#nothing("POST", `push-subscriptions/${encodeURIComponent(id)}/test`);
  }

  async picture(provider: string): Promise<Blob> {
    return (await this.#ask("GET", `providers/${encodeURIComponent(provider)}/icon`)).blob();
  }

  async #json<T>(method: string, path: string, how?: How): Promise<T> {
    const response = await this.#ask(method, path, how);
    try {
      return (await response.json()) as T;
    } catch {
      // A portal's page, or a link that broke within the answer.
      throw new Unreached();
    }
  }

  async #nothing(method: string, path: string, how?: How): Promise<void> {
    await this.#ask(method, path, how);
  }

  async #ask(method: string, path: string, { body, headers, keepalive, patience = PATIENCE_MS }: How = {}): Promise<Response> {
    let response: Response;
    try {
      response = await this.reach(new URL(`v1/${path}`, this.base), {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(keepalive ? { keepalive } : {}),
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(patience),
      });
    } catch {
      throw new Unreached();
    }
    if (response.ok) return response;
    const said = await response.json().catch(() => null) as Partial<ApiError> | null;
    throw new Refused(response.status, said?.code ?? null, said?.retry_ms ?? 0);
  }
}

interface How {
  body?: unknown;
  headers?: Record<string, string>;
  keepalive?: boolean;
  patience?: number;
}

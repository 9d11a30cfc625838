// The way into an account: which form is open, what was typed, what was found, what went wrong.
import type { Backend } from "../../backend/backend";
import { failure } from "../../backend/backend";
import type { AccessBy, Found, SignedOutReason, SignIn, Way, WindowErrorCode, WindowState } from "../../generated/protocol";
import { isInvitation } from "../join/link";
import { wordsFor, type Field, type Form, type Wrong } from "./failures";

/** What the forms hold. It outlives failures, and going back and forth between them. */
export type Typed = Record<Field, string>;

const BLANK: Typed = { address: "", token: "", integration: "", secret: "", redirect: "", code: "" };

/** The fields of each form, from top to bottom. */
const FIELDS: Record<Form, Field[]> = {
  demo: [],
  token: ["address", "token"],
  oauth: ["address", "integration", "secret", "redirect", "code"],
  team: ["address", "token"],
};

export class Connecting {
  readonly solo = $state({ ...BLANK });
  readonly team = $state({ ...BLANK });
  /** The form that waits for an answer. */
  busy = $state<Form | null>(null);
  /** What answered, until the user says yes or goes back. */
  found = $state.raw<{ form: Form; found: Found } | null>(null);
  failed = $state.raw<({ form: Form } & Wrong) | null>(null);

  /** What the user pressed; null while the reason of being here decides. */
  #chosen = $state<Way | "none" | null>(null);
  /** What the user pressed; null while the account that is there decides. */
  #by = $state<AccessBy | null>(null);
  /** Grows when the user turns away from an answer that is under way. */
  #asked = 0;

  constructor(
    private readonly backend: Backend,
    private readonly state: () => WindowState | null,
    private readonly entered: () => void,
  ) {}

  /** Nothing can be shown before somebody connects. */
  get signedOut(): boolean {
    const state = this.state();
    return state !== null && (state.way === null || state.connection.state === "signed_out");
  }

  /** Why an account that was connected has to be connected again. */
  get reason(): SignedOutReason | null {
    const state = this.state();
    if (!state) return null;
    const { connection, troubles } = state;
    if (connection.state === "signed_out") return connection.reason === "no_account" ? null : connection.reason;
    return troubles.includes("crm_token_refused") ? "token_invalid" : null;
  }

  /** The way whose form is open; none shows all three. */
  get way(): Way | null {
    if (this.#chosen) return this.#chosen === "none" ? null : this.#chosen;
    const way = this.state()?.way ?? null;
    // Whom the administrator sends to a centre, its form helps; with an account, that one's.
    if (way === null && this.state()?.managed_centre) return "team";
    return this.reason && way !== "demo" ? way : null;
  }

  /** How an account lets us in: as the one did whose access was lost, unless the user wants another way. */
  get by(): AccessBy {
    return this.#by ?? this.state()?.access ?? "token";
  }

  get form(): Form | null {
    return this.way === "solo" ? this.by : this.way;
  }

  choose(way: Way): void {
    if (this.busy) return;
    this.failed = null;
    if (way === "demo") void this.#demo();
    else {
      this.#chosen = way;
      this.prefill();
    }
  }

  /** Whether the administrator lets nobody connect to another centre. */
  get centreFixed(): boolean {
    return this.state()?.managed.includes("centre") ?? false;
  }

  /** The invitation that was pasted where the address or the token goes. */
  get invitation(): string | null {
    const { address, token } = this.team;
    return [token, address].map((typed) => typed.trim()).find(isInvitation) ?? null;
  }

  /** Writes the account's own address into its form, or the administrator's centre, where nothing was typed yet. */
  prefill(): void {
    const state = this.state();
    const { way } = this;
    if (!state || !way || way === "demo") return;
    const own = state.way === way && !(way === "team" && this.centreFixed) ? state.account : null;
    const address = own ?? (way === "team" ? state.managed_centre : null);
    const typed = this[way];
    if (address && typed.address === "") typed.address = address;
  }

  switch(by: AccessBy): void {
    if (this.busy) return;
    this.#by = by;
    this.failed = null;
  }

  /** What was wrong is being mended. */
  touched(): void {
    if (!this.busy) this.failed = null;
  }

  /** One step back; false where there is none on this page. */
  back(): boolean {
    this.#asked++;
    this.busy = null;
    if (this.found) {
      this.found = null;
      return true;
    }
    const stepped = this.way !== null && (this.#chosen !== null || this.signedOut);
    if (stepped) this.#chosen = "none";
    this.failed = null;
    return stepped;
  }

  /** The page is left: secrets are forgotten, and the next visit begins anew. */
  forget(): void {
    this.#asked++;
    this.busy = null;
    this.found = null;
    this.failed = null;
    this.#chosen = null;
    this.#by = null;
    Object.assign(this.solo, BLANK);
    Object.assign(this.team, BLANK);
  }

  /** Tries out what the form holds. */
  async check(): Promise<void> {
    const { form } = this;
    if (!form || form === "demo" || this.busy) return;
    const typed = form === "team" ? this.team : this.solo;
    // An invitation needs nothing beside it.
    const empty = form === "team" && this.invitation ? undefined : FIELDS[form].find((field) => typed[field].trim() === "");
    if (empty) this.failed = { form, text: "signin-empty", fields: [empty] };
    else await this.#check(form, this.#wanted(form));
  }

  /** Keeps what was found. */
  async enter(): Promise<void> {
    if (this.found && !this.busy) await this.#enter(this.found.form);
  }

  async #demo(): Promise<void> {
    await this.#check("demo", { way: "demo" });
    if (!this.found) return;
    await this.#enter("demo");
    this.found = null;
  }

  async #check(form: Form, way: SignIn): Promise<void> {
    const asked = ++this.#asked;
    // The form stays while the line of the account comes and goes.
    if (form === "token" || form === "oauth") this.#by = form;
    this.busy = form;
    this.failed = null;
    const answer = await this.backend.call({ type: "check", way });
    if (asked !== this.#asked) return;
    this.busy = null;
    if (answer.type === "checked") this.found = { form, found: answer.found };
    else this.#fail(form, failure(answer) ?? "unknown");
  }

  async #enter(form: Form): Promise<void> {
    const asked = ++this.#asked;
    this.busy = form;
    this.failed = null;
    const code = failure(await this.backend.call({ type: "enter" }));
    if (asked !== this.#asked) return;
    this.busy = null;
    // Pressing once more would not help: back to the form.
    if (code === "check_again") this.found = null;
    if (code) this.#fail(form, code);
    else this.entered();
  }

  #fail(form: Form, code: WindowErrorCode): void {
    this.failed = { form, ...wordsFor(form, code) };
  }

  #wanted(form: "token" | "oauth" | "team"): SignIn {
    const typed = form === "team" ? this.team : this.solo;
    const [address, token] = [typed.address.trim(), typed.token.trim()];
    if (form === "team" && this.invitation) return { way: "invitation", link: this.invitation };
    if (form === "team") return { way: "team", centre: address, token };
    if (form === "token") return { way: "solo", address, access: { by: "token", token } };
    const [integration, secret, redirect_uri, code] = [typed.integration, typed.secret, typed.redirect, typed.code].map((value) => value.trim()) as [string, string, string, string];
    return { way: "solo", address, access: { by: "oauth", integration, secret, redirect_uri, code } };
  }
}

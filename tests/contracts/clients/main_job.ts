/**
 * The main job by a client whose types openapi-typescript generated: see `test_clients.py`.
 *
 * `main_job.js offer FACTS` is the specialist's part, `main_job.js book FACTS` the client's.
 * FACTS is JSON; what became of it is printed as JSON.
 */

import type { components, paths } from "./api";

declare const process: { argv: [string, string, "offer" | "book", string] };

type Schemas = components["schemas"];

interface Facts {
  url: string;
  email: string;
  password: string;
  display_name: string;
  /** Of the specialist's part: files in base64. */
  photo_bytes: string;
  document_bytes: string;
  /** Of the client's part. */
  newcomer: string;
  specialist_id: string;
}

// What the generated types say of a call

type Good = 200 | 201 | 202 | 204;
type Content<R> = R extends { content: infer C } ? C[keyof C] : undefined;
type Answers<O> = O extends { responses: infer R } ? R : never;
type Answer<O> = Content<Answers<O>[keyof Answers<O> & Good]>;
type Refusal<O> = Content<Answers<O>[Exclude<keyof Answers<O>, Good | 304>]>;
type Bodies<O> = O extends { requestBody: { content: infer C } } ? C : never;
type Body<O> = Bodies<O> extends { "multipart/form-data": infer F }
  ? { [Part in keyof F]: Blob }
  : Bodies<O> extends { "application/json": infer J }
    ? J
    : undefined;
type Parameters<O, Where extends string> = O extends { parameters: { [W in Where]?: infer P } }
  ? P
  : never;
interface Sent<O> {
  path?: Parameters<O, "path">;
  query?: Parameters<O, "query">;
  header?: Parameters<O, "header">;
  body?: Body<O>;
}
type Said<O> =
  | { ok: true; status: number; data: Answer<O> }
  | { ok: false; status: number; problem: Refusal<O> };

class Client {
  constructor(
    private readonly url: string,
    private readonly token?: string,
  ) {}

  async call<P extends keyof paths, M extends keyof paths[P] & string>(
    method: M,
    path: P,
    sent: Sent<paths[P][M]> = {},
  ): Promise<Said<paths[P][M]>> {
    const query = new URLSearchParams((sent.query ?? {}) as Record<string, string>);
    const response = await fetch(`${this.url}${filled(path, sent.path)}?${query}`, {
      method: method.toUpperCase(),
      ...this.encoded(sent),
    });
    const text = await response.text();
    const read = text ? JSON.parse(text) : undefined;
    const { ok, status } = response;
    return ok ? { ok, status, data: read } : { ok, status, problem: read };
  }

  private encoded(sent: Sent<unknown>): { headers: Headers; body?: string | FormData } {
    const headers = new Headers(sent.header as Record<string, string> | undefined);
    if (this.token) headers.set("Authorization", `Bearer ${this.token}`);
    if (sent.body === undefined) return { headers };
    const parts = Object.entries(sent.body as object);
    if (parts.length && parts.every(([, value]) => value instanceof Blob)) {
      const form = new FormData();
      for (const [name, value] of parts) form.set(name, value);
      return { headers, body: form };
    }
    headers.set("Content-Type", "application/json");
    return { headers, body: JSON.stringify(sent.body) };
  }
}

function filled(path: string, values: unknown): string {
  const found = (values ?? {}) as Record<string, string>;
  return path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(found[name] ?? ""));
}

function given<O>(said: Said<O>, status = 200): Answer<O> {
  if (!said.ok || said.status !== status) throw new Error(JSON.stringify(said));
  return said.data;
}

function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

// The specialist's part

const DAYS: Schemas["Weekday"][] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

async function offer(facts: Facts): Promise<object> {
  const client = await loggedIn(facts);
  const profile: Schemas["WriteProfileRequest"] = {
    display_name: facts.display_name,
    headline: "Where to start",
    biography: "I listen first.",
    languages: ["en"],
    topics: ["anxiety"],
    online: true,
  };
  const written = given(await client.call("post", "/api/v1/specialists", { body: profile }), 201);
  expect(written.photo === null, "a photo before there is one");
  const photo = file(facts.photo_bytes, "image/png");
  const shown = given(
    await client.call("put", "/api/v1/specialists/me/photo", { body: { file: photo } }),
  );
  expect(shown.photo !== null, "no photo");
  const licence: Schemas["SubmitLicenceRequest"] = {
    number: "PT-2041",
    issuing_body: "Chamber of Psychotherapists",
    country: "DE",
    expires_on: `${new Date().getUTCFullYear() + 3}-01-01`,
  };
  given(await client.call("put", "/api/v1/specialists/me/licence", { body: licence }));
  const document = file(facts.document_bytes, "application/pdf");
  const handedIn = given(
    await client.call("put", "/api/v1/specialists/me/licence/document", {
      body: { file: document },
    }),
  );
  expect(handedIn.has_document, "no document");
  const hours: Schemas["AvailabilityRequest"] = {
    offers_free_consultations: true,
    time_zone: "Europe/Berlin",
    hours: DAYS.map((weekday) => ({ weekday, starts: "08:00", ends: "20:00" })),
  };
  given(await client.call("put", "/api/v1/specialists/me/availability", { body: hours }));
  return { specialist_id: shown.id, photo: shown.photo.small };
}

function file(base64: string, type: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))], { type });
}

// The client's part

async function book(facts: Facts): Promise<object> {
  await join(facts);
  await refusedWithAWrongPassword(facts);
  const client = await loggedIn(facts);
  const wanted: Schemas["BookConsultationRequest"] = {
    specialist_id: facts.specialist_id,
    starts_at: await aTime(client, facts),
    note: "I would rather not say my name.",
  };
  const consultation = await bookedOnce(client, wanted);
  const listed = given(await client.call("get", "/api/v1/consultations"));
  const names = listed.items.map((each) => each.specialist.display_name);
  expect(names.length === 1 && names[0] === facts.display_name, `other names: ${names}`);

  const refused = await client.call("post", "/api/v1/consultations", { body: wanted });
  expect(!refused.ok, "booked twice");
  expect(whatToDo(refused.problem) === `look at ${consultation.id}`, JSON.stringify(refused));

  await changeNote(client, consultation.id);
  const cancelled = given(
    await client.call("post", "/api/v1/consultations/{consultation_id}/cancellation", {
      path: { consultation_id: consultation.id },
      body: { reason: "something_came_up" },
    }),
  );
  expect(cancelled.status === "cancelled", `${cancelled.status}, not cancelled`);
  await read(client, consultation.id);
  const there = given(
    await new Client(facts.url).call("get", "/api/v1/helplines", { query: { country: "DE" } }),
  );
  expect(there.emergency_number === "112", `help is at ${there.emergency_number}`);
  return { consultation_id: consultation.id };
}

async function join(facts: Facts): Promise<void> {
  const agreements = given(await new Client(facts.url).call("get", "/api/v1/agreements"), 200);
  const newcomer: Schemas["SignUpRequest"] = {
    email: facts.newcomer,
    password: facts.password,
    display_name: "Sam",
    role: "client",
    agreed_to: agreements,
    time_zone: "Europe/Berlin",
  };
  const signedUp = await new Client(facts.url).call("post", "/api/v1/accounts", { body: newcomer });
  expect(given(signedUp, 202).sign_up !== "", "no secret of the sign-up");
}

async function refusedWithAWrongPassword(facts: Facts): Promise<void> {
  const wrong = { email: facts.email, password: "not my password at all" };
  const refused = await new Client(facts.url).call("post", "/api/v1/sessions", { body: wrong });
  expect(!refused.ok && refused.problem.code === "wrong_credentials", JSON.stringify(refused));
}

async function loggedIn(facts: Facts): Promise<Client> {
  const credentials = { email: facts.email, password: facts.password };
  const answer = await new Client(facts.url).call("post", "/api/v1/sessions", {
    body: credentials,
  });
  return new Client(facts.url, given(answer).access_token);
}

/** On the last of the days on which the specialist has any. */
async function aTime(client: Client, facts: Facts): Promise<string> {
  const found = given(
    await client.call("get", "/api/v1/specialists", {
      query: { words: facts.display_name, topic: ["anxiety", "sleep"] },
    }),
  );
  const [specialist] = found.items;
  expect(specialist?.id === facts.specialist_id, "another specialist was found");
  const path = { specialist_id: specialist.slug };
  const days = given(
    await client.call("get", "/api/v1/specialists/{specialist_id}/days", {
      path,
      query: { time_zone: "Europe/Berlin" },
    }),
  );
  const day = days.items.filter((each) => each.slots > 0).at(-1)?.day;
  const slots = given(
    await client.call("get", "/api/v1/specialists/{specialist_id}/slots", {
      path,
      query: { from: `${day}T00:00:00Z` },
    }),
  );
  const [slot] = slots.items;
  expect(slot !== undefined, `no slot on ${day}`);
  return slot.starts_at;
}

/** However often it is sent. */
async function bookedOnce(
  client: Client,
  wanted: Schemas["BookConsultationRequest"],
): Promise<Schemas["NamedConsultation"]> {
  const sent = { body: wanted, header: { "Idempotency-Key": "once" } };
  const first = given(await client.call("post", "/api/v1/consultations", sent), 201);
  const second = given(await client.call("post", "/api/v1/consultations", sent), 201);
  expect(first.id === second.id, "booked twice under one key");
  return first;
}

/** What a frontend does with each code: the compiler knows of one that is new, or gone. */
function whatToDo(problem: Schemas["BookConsultationProblem"]): string {
  switch (problem.code) {
    case "already_booked":
      return `look at ${problem.consultation_id}`;
    case "slot_taken":
    case "slot_not_offered":
    case "day_full":
    case "budget_spent":
    case "specialist_busy":
    case "in_the_past":
    case "too_soon":
    case "too_far":
    case "overlapping_booking":
      return "choose another time";
    case "booking_paused":
    case "too_many_bookings":
    case "no_free_consultations":
    case "not_listed":
    case "not_found":
    case "own_profile":
    case "email_not_verified":
    case "forbidden":
      return problem.detail;
    case "bad_token":
    case "erased":
    case "token_revoked":
    case "unauthenticated":
      return "log in";
    case "database_away":
    case "unavailable":
    case "request_timeout":
      return "try again";
    case "bad_idempotency_key":
    case "idempotency_key_reused":
    case "invalid":
    case "not_json":
    case "request_entity_too_large":
    case "request_uri_too_long":
    case "unsupported_content_encoding":
    case "unsupported_media_type":
      return "mend the frontend";
    default: {
      const none: never = problem.code;
      return none;
    }
  }
}

async function changeNote(client: Client, id: string): Promise<void> {
  const path = { consultation_id: id };
  const note = "I would say it then.";
  given(
    await client.call("put", "/api/v1/consultations/{consultation_id}/note", {
      path,
      body: { note },
    }),
    204,
  );
  const seen = given(await client.call("get", "/api/v1/consultations/{consultation_id}", { path }));
  expect(seen.note === note, `the note is ${seen.note}`);
}

/** The notice of the booking, as soon as it is there. */
async function read(client: Client, id: string): Promise<void> {
  const notice = await noticeOf(client, id);
  expect(notice.read_at === null, "read before it was");
  const path = { notice_id: notice.id };
  given(await client.call("post", "/api/v1/notifications/{notice_id}/read", { path }), 204);
  expect((await noticeOf(client, id)).read_at !== null, "unread after it was read");
}

async function noticeOf(client: Client, id: string): Promise<Schemas["Notice"]> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const notices = given(await client.call("get", "/api/v1/notifications"));
    const booked = notices.items.find(
      (each) => each.kind === "consultation_booked" && each.data.consultation_id === id,
    );
    if (booked) return booked;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no notice tells of the booking");
}

const [, , part, facts] = process.argv;
void { offer, book }[part](JSON.parse(facts)).then((done) => console.log(JSON.stringify(done)));

// Enhancements of the pages. Each page works without them.

const body = document.body;
const later = window.requestIdleCallback ?? setTimeout; // the page can be used before it
const each = (selector, act, within = document) => within.querySelectorAll(selector).forEach(act);

// Leave this site: at once, with nothing to come back to.

const SHIFTS = 3, WITHIN_MS = 5000;
let shifts = [];

function leave(form) {
  const cover = document.createElement("div");
  cover.className = "gone";
  body.append(cover);
  document.title = " ";
  navigator.sendBeacon(form.action);
  location.replace(body.dataset.exit);
}

const wayOut = document.querySelector("form:has([data-leave])");
if (wayOut) {
  wayOut.addEventListener("submit", event => { event.preventDefault(); leave(wayOut); });
  addEventListener("keydown", event => {
    if (event.key !== "Shift") { shifts = []; return; }
    if (event.repeat) return;
    const now = Date.now();
    shifts = [...shifts.filter(at => now - at < WITHIN_MS), now];
    if (shifts.length >= SHIFTS) leave(wayOut);
  });
}

// A page that comes back from the browser's memory may be another person's, or an old one.

addEventListener("pageshow", event => { if (event.persisted) location.reload(); });

// Forms: the first problem has the focus, a button is pressed once, passwords can be read.

const problem = document.querySelector("[data-focus]");
if (problem) problem.focus();

const BUSY_MS = 8000;
each("form[method=post]", form => form.addEventListener("submit", event => {
  if (form.dataset.busy) { event.preventDefault(); return; }
  form.dataset.busy = "1";
  each("button:not([type=button])", button => button.setAttribute("aria-disabled", "true"), form);
  setTimeout(() => {
    delete form.dataset.busy;
    each("button", button => button.removeAttribute("aria-disabled"), form);
  }, BUSY_MS);
}));

each("[data-show]", button => {
  const field = document.getElementById(button.dataset.show), show = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.textContent = hidden ? button.dataset.hide : show;
    button.setAttribute("aria-pressed", String(hidden));
  });
});

each("[data-left]", field => {
  const said = document.createElement("span");
  said.className = "hint";
  said.setAttribute("aria-live", "polite");
  field.after(said);
  const count = () => {
    const left = field.maxLength - field.value.length;
    said.textContent = left <= field.maxLength / 4 ? field.dataset.left.replace("{n}", left) : "";
  };
  field.addEventListener("input", count);
  count();
});

each("[data-copy]", button => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
});

each("[data-print]", button => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

each("select[data-submit]", select => select.addEventListener("change", () => select.form.submit()));

// Times in the zone of the device, where the visitor has chosen no other one.

async function swapTimes(shown) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  shown.forEach(part => {
    const other = part.id && fresh.getElementById(part.id);
    if (other) part.replaceWith(other);
  });
  each("[data-zone-said]", said => { said.hidden = false; });
}

function useZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || !/^[A-Za-z0-9_+/-]+$/.test(zone)) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tz=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  const shown = [...document.querySelectorAll("[data-zone]")];
  const others = shown.filter(part => part.dataset.zone !== zone && !("zoneChosen" in part.dataset));
  if (others.length) swapTimes(others).catch(() => {});
  each("input[data-device-zone], select[data-device-zone]", field => {
    if (!field.value) field.value = zone;
  });
}

later(useZone);

// News, while the page is open: a number and no text.

function tell(unread) {
  each("[data-unread]", place => { place.textContent = unread || ""; });
}

// The browser reconnects by itself after a lost connection, but gives up after a refusal, such as
// while too many pages are open.
const AGAIN_MS = 30000, TRIES = 10;

function listen(tries) {
  const news = new EventSource(body.dataset.live);
  news.onmessage = event => { try { tell(JSON.parse(event.data).unread); } catch { /* not news */ } };
  news.onerror = () => {
    if (news.readyState !== EventSource.CLOSED || !tries) return;
    setTimeout(listen, AGAIN_MS * (1 + Math.random()), tries - 1);
  };
  addEventListener("pagehide", () => news.close(), { once: true });
}

if (body.dataset.live && "EventSource" in window) listen(TRIES);

// Without a connection: the page says so, and help stays in reach.

const lost = document.querySelector("[data-offline]");
if (lost) {
  const look = () => { lost.hidden = navigator.onLine; };
  addEventListener("online", look);
  addEventListener("offline", look);
  look();
}
later(() => navigator.serviceWorker?.register("/sw.js").catch(() => {}));

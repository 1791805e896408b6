// Tells which clock this computer has, keeps lists and the menu's numbers fresh. The console works without it.
"use strict";

// The endpoint writes every time by the reader's clock, and is told once which one that is: at the
// sign-in at the latest, so that every page behind it knows.
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (ZONE && !document.cookie.split("; ").includes(`zone=${ZONE}`)) {
  document.cookie = `zone=${ZONE}; path=/; max-age=31536000; samesite=strict`;
}

const SPANS = JSON.parse(document.body.dataset.spans ?? "{}");
let clock = Date.parse(document.body.dataset.now) - performance.now(); // the endpoint's, not this computer's

// Says how long it has been so, as the endpoint says it, by the endpoint's clock.
function age() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const minutes = Math.floor((clock + performance.now() - Date.parse(time.dateTime)) / 60000);
    const hours = Math.floor(minutes / 60);
    const span = minutes < 1 ? "now" : hours < 1 ? "minutes" : hours < 24 ? "hours" : "days";
    const said = { count: span === "days" ? Math.floor(hours / 24) : minutes, hours, minutes };
    if (span === "hours") said.minutes = String(minutes % 60).padStart(2, "0");
    time.textContent = SPANS[span].replace(/{(\w+)}/g, (_, name) => said[name]);
  }
}

let known = ""; // the tag of what is shown: the same again is not sent again

// Somebody works in it: a field has the focus or words in it, a button the focus, or it is open.
function busy(live) {
  const fields = [...live.querySelectorAll("input:not([type=hidden]), textarea, select")];
  return (
    Boolean(document.activeElement?.matches("#live :is(input, textarea, select, button)")) ||
    fields.some((one) => "defaultValue" in one && one.value !== one.defaultValue) ||
    live.querySelector("details[open]:not([id])") !== null
  );
}

function count(badges) {
  for (const [path, many] of Object.entries(badges)) {
    const badge = document.querySelector(`.menu a[href="${path}"] .badge`);
    if (!badge) continue;
    badge.firstChild.data = String(many);
    badge.hidden = !many;
  }
}

async function recount() {
  const answer = await fetch("/badges", { headers: { "X-Refresh": "1" }, cache: "no-store" });
  if (answer.ok) count(await answer.json());
}

async function refresh(live) {
  const answer = await fetch(live.dataset.refresh, {
    headers: { "X-Refresh": "1", ...(known && { "If-None-Match": known }) },
    credentials: "same-origin",
    cache: "no-store",
  });
  if (answer.status === 401) {
    location.reload(); // the page itself leads to the sign-in, and from there back
    return;
  }
  if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
  clock = Date.parse(answer.headers.get("date")) - performance.now();
  count(JSON.parse(answer.headers.get("x-badges") ?? "{}"));
  if (answer.status === 304) {
    age();
    const time = live.querySelector(".as-of time");
    if (!time) return;
    time.dateTime = new Date(answer.headers.get("date")).toISOString();
    time.textContent = decodeURIComponent(answer.headers.get("x-as-of"));
    return;
  }
  const text = await answer.text();
  if (busy(live)) return;
  const open = [...live.querySelectorAll("details[open]")].map((one) => one.id);
  known = answer.headers.get("etag") ?? "";
  const focused = document.activeElement?.getAttribute("href");
  live.innerHTML = text;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused && document.activeElement === document.body) {
    live.querySelector(`a[href="${CSS.escape(focused).replaceAll("\\/", "/")}"]`)?.focus();
  }
}

const live = document.getElementById("live");
const stale = document.getElementById("stale");

// Asks again and again while the page is looked at; says when no answer came.
function forever(seconds, ask) {
  const again = async () => {
    if (document.visibilityState === "visible") {
      try {
        await ask();
        if (stale) stale.hidden = true;
      } catch {
        if (stale) stale.hidden = false;
      }
    }
    setTimeout(again, seconds * 1000);
  };
  setTimeout(again, seconds * 1000);
}

if (live) forever(Number(live.dataset.every), () => refresh(live));
else if (document.querySelector(".menu")) forever(15, recount);
if (document.querySelector("time[data-ago]")) setInterval(age, 20000);

// A line to type elsewhere is copied whole; where the browser does not let us, it is marked instead.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  const word = button.textContent;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const line = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = button.dataset.said;
      setTimeout(() => (button.textContent = word), 3000);
    } catch {
      getSelection().selectAllChildren(line);
    }
  });
}

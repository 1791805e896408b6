// Makes times local, keeps lists and the menu's numbers fresh. The console works without it.
"use strict";

// The page's language, as the reader's own country writes it; digits, hours and months are the same
// in every language.
const LANGUAGE = document.documentElement.lang;
const WRITTEN =
  navigator.languages.find((one) => one.split("-")[0] === LANGUAGE.split("-")[0]) ?? LANGUAGE;
const SAME = { calendar: "gregory", numberingSystem: "latn" };
const SHORT = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...SAME };
const DAY = { day: "numeric", month: "short", timeZone: "UTC", ...SAME };

function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    time.title = time.textContent;
    time.textContent = at.toLocaleString(WRITTEN, time.dataset.local === "day" ? DAY : SHORT);
  }
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
    localise(time.parentElement);
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
  localise(live);
}

localise(document);
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

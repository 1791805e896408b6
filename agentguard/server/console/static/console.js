// Makes times local, keeps lists and the menu's numbers fresh. The console works without it.
"use strict";

const SHORT = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
const DAY = { day: "numeric", month: "short", timeZone: "UTC" };

function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    time.title = time.textContent;
    time.textContent = at.toLocaleString(undefined, time.dataset.local === "day" ? DAY : SHORT);
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
    location.assign("/sign-in");
    return;
  }
  if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
  count(JSON.parse(answer.headers.get("x-badges") ?? "{}"));
  if (answer.status === 304) {
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

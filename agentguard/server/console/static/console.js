// Makes times local and keeps the floor fresh. The console works without it.
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

async function refresh(live) {
  const open = [...live.querySelectorAll("details[open]")].map((one) => one.id);
  const answer = await fetch(live.dataset.refresh, {
    headers: { "X-Refresh": "1", ...(known && { "If-None-Match": known }) },
    credentials: "same-origin",
    cache: "no-store",
  });
  if (answer.status === 401) {
    location.assign("/sign-in");
    return;
  }
  if (answer.status === 304) {
    const time = live.querySelector(".as-of time");
    time.dateTime = new Date(answer.headers.get("date")).toISOString();
    localise(time.parentElement);
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  known = answer.headers.get("etag") ?? "";
  const focused = document.activeElement?.getAttribute("href");
  live.innerHTML = await answer.text();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused && document.activeElement === document.body) {
    live.querySelector(`a[href="${CSS.escape(focused).replaceAll("\\/", "/")}"]`)?.focus();
  }
  localise(live);
}

localise(document);
const live = document.getElementById("live");
if (live) {
  const stale = document.getElementById("stale");
  const again = async () => {
    if (document.visibilityState === "visible") {
      try {
        await refresh(live);
        stale.hidden = true;
      } catch {
        stale.hidden = false;
      }
    }
    setTimeout(again, Number(live.dataset.every) * 1000);
  };
  setTimeout(again, Number(live.dataset.every) * 1000);
}

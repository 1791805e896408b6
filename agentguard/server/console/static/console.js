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

// Says that this much is as of now: neither comes with what is the same.
function current(live, answer) {
  age();
  const time = live.querySelector(".as-of time");
  if (!time) return;
  time.dateTime = new Date(answer.headers.get("date")).toISOString();
  time.textContent = decodeURIComponent(answer.headers.get("x-as-of"));
}

async function refresh(live) {
  const here = rows;
  const answer = await fetch(live.dataset.refresh, {
    headers: { "X-Refresh": "1", ...having(here), ...(known && { "If-None-Match": known }) },
    credentials: "same-origin",
    cache: "no-store",
  });
  if (answer.status === 401) {
    location.reload(); // the page itself leads to the sign-in, and from there back
    return true;
  }
  if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
  clock = Date.parse(answer.headers.get("date")) - performance.now();
  count(JSON.parse(answer.headers.get("x-badges") ?? "{}"));
  if (answer.status === 304) {
    current(live, answer);
    return true;
  }
  const tag = answer.headers.get("etag") ?? "";
  let shown = []; // a process of another release gives a whole part that is not in rows
  let text;
  if (answer.headers.get("content-type")?.startsWith("application/json")) {
    shown = await together(await answer.json(), here);
    if (here.length && !(await fits(shown, tag))) {
      rows = [];
      known = "";
      return refresh(live); // names nothing, and so is given the whole
    }
    text = shown.map((one) => one.text).join("");
  } else text = await answer.text();
  if (busy(live)) return false; // it is to be asked for again
  rows = shown;
  known = tag;
  show(live, text);
  current(live, answer);
  return true;
}

const live = document.getElementById("live");
const stale = document.getElementById("stale");
const polled = document.getElementById("polled");
const SELDOM = 30; // seconds between two questions while the page is told of news
const SPREAD = 300; // milliseconds over which pages ask that were told at the same time
let told = false; // somebody says so when there is news

const seen = () => document.visibilityState === "visible";

// Asks again and again while the page is looked at; says when no answer came. Gives what asks soon.
function forever(seconds, ask) {
  let timer, begun, asking, more;
  const again = async () => {
    begun = performance.now();
    asking = true;
    more = false;
    if (seen()) {
      try {
        if ((await ask()) === false) more = true;
        if (stale) stale.hidden = true;
      } catch {
        more = true;
        if (stale) stale.hidden = false;
      }
    }
    asking = false;
    timer = setTimeout(again, (told && !more ? SELDOM : seconds) * 1000);
  };
  begun = performance.now();
  timer = setTimeout(again, seconds * 1000);
  return () => {
    more = true;
    if (asking) return;
    clearTimeout(timer);
    const left = seconds * 1000 - (performance.now() - begun);
    timer = setTimeout(again, Math.max(left, Math.random() * SPREAD));
  };
}

// Has the page told when there is news. A browser opens six connections to an endpoint, so a page
// that nobody looks at has none; where there is none, the page asks by time and says so.
function listen(address, soon) {
  let source, silence, later;
  let wait = 10; // seconds until the next try
  const close = () => {
    source?.close();
    source = undefined;
    clearTimeout(silence);
    clearTimeout(later);
    told = false;
  };
  const lost = () => {
    close();
    polled.hidden = false;
    later = setTimeout(begin, wait * (1 + Math.random()) * 1000);
    wait = Math.min(wait * 2, 300);
    soon();
  };
  let beat = 5; // seconds of silence, after which nothing comes through
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(lost, beat * 1000);
    told = true;
    wait = 10;
    polled.hidden = true;
  };
  const begin = () => {
    if (source || !seen()) return;
    source = new EventSource(address);
    silence = setTimeout(lost, beat * 1000);
    source.addEventListener("beat", (said) => {
      beat = Number(said.data) + 5;
      heard();
    });
    source.addEventListener("news", () => {
      heard();
      soon();
    });
    source.addEventListener("over", lost);
    source.addEventListener("error", lost);
  };
  document.addEventListener("visibilitychange", () => {
    if (!seen()) return close();
    begin();
    soon();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", begin);
}

if (live) {
  const soon = forever(Number(live.dataset.every), () => refresh(live));
  if (live.dataset.live && window.EventSource) listen(live.dataset.live, soon);
  else if (polled) polled.hidden = false;
} else if (document.querySelector(".menu")) forever(15, recount);
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

// Puts a part together of the rows that came and those that are here, and changes only what differs.
"use strict";

const LENGTH = 4; // signs of a digest; this and what a row says are as in live.py
const MOST = 600; // digests that are named
const ALONE = [
  /(<p class="muted as-of">[^<]*<time datetime=)"[^"]*">[^<]*/g,
  /( data-ago(?:="")?>)[^<]*/g,
  /(name="token" value=")[0-9a-f]*/g,
];

let rows = []; // what is shown, as it came, each row with its digest

// What a row says without its ages and tokens.
const plain = (row) => ALONE.reduce((text, one) => text.replace(one, "$1"), row);

async function hashed(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

async function digest(row) {
  return btoa(String.fromCharCode(...(await hashed(plain(row))))).slice(0, LENGTH);
}

// What a request says of the rows that are here; nothing where the browser cannot reckon digests.
function having(known) {
  if (!globalThis.crypto?.subtle) return {};
  return { "X-Have": `.${known.slice(0, MOST).map((one) => one.digest).join("")}` };
}

// The rows of an answer: new ones stand in it, the others are named by their places in `known`.
async function together(told, known) {
  const shown = [];
  for (const one of told) {
    if (typeof one === "string") shown.push({ text: one, digest: await digest(one) });
    else shown.push(...known.slice(one[0], one[0] + one[1]));
  }
  return shown;
}

// Whether this is what the endpoint has: its tag is a digest of the whole.
async function fits(shown, tag) {
  const whole = await hashed(shown.map((one) => plain(one.text)).join(""));
  const digits = [...whole.slice(0, 16)].map((one) => one.toString(16).padStart(2, "0"));
  return tag.includes(digits.join(""));
}

const said = (node) => (node.nodeType === 1 ? plain(node.outerHTML) : node.nodeValue);

// What an element is about. What is about something else is put in its place and never made into it.
function about(node) {
  if (node.nodeType !== 1) return "";
  const own = ["id", "href", "action", "aria-labelledby"].map((name) => node.getAttribute(name));
  const inner = node.matches("tr, li") && node.querySelector("[href], [action]");
  const named = inner ? inner.getAttribute("href") ?? inner.getAttribute("action") : "";
  return own.find(Boolean) ?? named;
}

// Somebody is at it: the focus is in it, or text of it is marked.
function held(node) {
  const marked = getSelection();
  return (
    node.contains(document.activeElement) ||
    (marked.type === "Range" && marked.containsNode(node, true))
  );
}

// Finds for each new node the old one that stays in its place: the same, else one of the same matter.
function matched(old, fresh) {
  const found = new Map();
  const left = new Set(old);
  const take = (key, fit) => {
    const by = new Map();
    for (const node of left) by.set(key(node), [...(by.get(key(node)) ?? []), node]);
    for (const node of fresh) {
      const one = found.has(node) ? undefined : by.get(key(node))?.find((it) => fit(it, node));
      if (!one) continue;
      by.get(key(node)).splice(by.get(key(node)).indexOf(one), 1);
      found.set(node, one);
      left.delete(one);
    }
  };
  const same = (one) => `${one.nodeType} ${said(one)}`;
  take(same, () => true);
  const field = (one) => one.nodeType === 1 && one.matches("input, textarea, select");
  take((one) => `${one.nodeName} ${about(one)}`, (one) => !field(one));
  return { found, left };
}

// Makes what is shown the same as what came. What did not change stays the node that it was, and so
// keeps the focus, what is marked in it, and what is open.
function settle(into, from) {
  const { found, left } = matched([...into.childNodes], [...from.childNodes]);
  for (const gone of left) gone.remove();
  let at = into.firstChild;
  for (const node of [...from.childNodes]) {
    const one = found.get(node);
    if (one) renew(one, node);
    if (one && one !== at && one.parentNode === into && held(one)) {
      while (at !== one) {
        const next = at.nextSibling; // it finds its place after the one that somebody is at
        at.remove();
        at = next;
      }
    }
    if (one && one === at) at = at.nextSibling;
    else into.insertBefore(one ?? node, at);
  }
}

function renew(one, node) {
  if (said(one) === said(node)) return;
  if (one.nodeType !== 1) {
    one.nodeValue = node.nodeValue;
    return;
  }
  const kept = (name) => name === "open" && one.nodeName === "DETAILS"; // as the person left it
  for (const { name } of [...one.attributes]) {
    if (!node.hasAttribute(name) && !kept(name)) one.removeAttribute(name);
  }
  for (const { name, value } of node.attributes) {
    if (one.getAttribute(name) !== value && !kept(name)) one.setAttribute(name, value);
  }
  settle(one, node);
}

// Shows a part, and gives back the focus to a link that went to another place with it.
function show(live, text) {
  const came = document.createElement("template");
  came.innerHTML = text;
  const focused = document.activeElement?.getAttribute("href");
  settle(live, came.content);
  if (focused && document.activeElement === document.body) {
    live.querySelector(`a[href="${CSS.escape(focused).replaceAll("\\/", "/")}"]`)?.focus();
  }
}

// Asks the browser for a passkey and sends its answer with the form. The form appears once it works.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const keyed = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function wanted(form) {
  const asked = JSON.parse(form.dataset.passkey);
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  if (asked.excludeCredentials) asked.excludeCredentials = keyed(asked.excludeCredentials);
  if (asked.allowCredentials) asked.allowCredentials = keyed(asked.allowCredentials);
  return { publicKey: asked };
}

function answered(given) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (given.response[part]) response[part] = text(given.response[part]);
  }
  const id = text(given.rawId);
  return { id, rawId: id, type: given.type, response, clientExtensionResults: {} };
}

async function begin(form) {
  for (const one of form.querySelectorAll("[data-problem]")) one.hidden = true;
  try {
    const given = await navigator.credentials[form.dataset.act](wanted(form));
    form.elements.proof_passkey.value = JSON.stringify(answered(given));
    form.submit();
  } catch (error) {
    const kind = error.name === "NotAllowedError" ? "cancelled" : "unable";
    form.querySelector(`[data-problem="${kind}"]`).hidden = false;
  }
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  form.querySelector("[data-begin]").addEventListener("click", () => begin(form));
  form.hidden = false;
}

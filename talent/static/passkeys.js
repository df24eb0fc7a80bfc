// A form that a passkey fills in. The server puts the question, the passkey answers, and the form carries the answer:
//   <form data-passkey="create|get" data-question="address" data-cancelled="…" data-unknown="…" data-known="…"
//         data-failed="…"> with a hidden field `credential` and an element [data-passkey-error].

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const named = (list) => (list || []).map((item) => ({ ...item, id: bytes(item.id) }));

async function question(form) {
  const token = form.elements.csrf_token.value;
  const answer = await fetch(form.dataset.question, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok || answer.redirected) throw new Error("no question");
  return answer.json();
}

async function make(asked) {
  const user = { ...asked.user, id: bytes(asked.user.id) };
  const made = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user,
      excludeCredentials: named(asked.excludeCredentials),
    },
  });
  return written(made, {
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports ? made.response.getTransports() : [],
  });
}

async function use(asked) {
  const used = await navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) },
  });
  return written(used, {
    authenticatorData: text(used.response.authenticatorData),
    signature: text(used.response.signature),
    userHandle: used.response.userHandle ? text(used.response.userHandle) : null,
  });
}

function written(credential, response) {
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment || null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  });
}

function reason(form, error) {
  if (error.name === "NotAllowedError") return form.dataset.cancelled;
  return error.name === "InvalidStateError" ? form.dataset.known : form.dataset.failed;
}

export default function enhance(form) {
  const complaint = form.querySelector("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    const name = form.elements.name;
    if (form.elements.credential.value || (name instanceof HTMLInputElement && !name.value.trim())) return;
    event.preventDefault();
    complaint.textContent = "";
    if (!window.PublicKeyCredential) {
      complaint.textContent = form.dataset.unknown;
      return;
    }
    try {
      const asked = await question(form);
      form.elements.credential.value = await (form.dataset.passkey === "create" ? make(asked) : use(asked));
      form.submit();
    } catch (error) {
      complaint.textContent = reason(form, error);
    }
  });
}

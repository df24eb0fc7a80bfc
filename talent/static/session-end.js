// Warns before the session ends, and keeps what was typed when it has ended. Without this script the page says how long
// a session lasts, and a form that is sent too late is kept by the server.
//
//   <aside data-enhance="{{ static_url('session-end.js') }}" data-seconds="1800" data-person="id" data-token="CSRF token"
//          data-stay="address that keeps the session (POST)" data-state="address that tells its state (GET)" …>
//     <dialog data-part="warning">…</dialog> <dialog data-part="ended">…</dialog>
//   </aside>
//
// Typing is activity: while somebody types, the server is told now and then. Tabs tell one another.

const WARNING = 120; // seconds before the end; WCAG 2.2.1 asks for at least 20
const TOLD_EVERY = 240; // seconds between two signs of activity

export default function enhance(element) {
  const data = element.dataset;
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  const warning = part("warning");
  const ended = part("ended");
  if (typeof warning.showModal !== "function") return;

  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  let token = data.token;
  let endsAt = Date.now() + Number(data.seconds) * 1000;
  let toldAt = Date.now();
  let active = false;
  let spoken = "";

  const open = (dialog) => { if (!dialog.open) dialog.showModal(); };
  const left = () => Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));

  function lasts(seconds, tell) {
    endsAt = Date.now() + seconds * 1000;
    active = false;
    if (warning.open && seconds > WARNING) { warning.close(); spoken = ""; }
    if (tell && tabs) tabs.postMessage({ person: data.person, seconds });
  }

  function renewTokens(fresh) {
    for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = fresh;
    token = fresh;
  }

  async function stay() {
    toldAt = Date.now();
    try {
      const answer = await fetch(data.stay, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" });
      if (answer.ok) lasts((await answer.json()).seconds, true);
      else await ask();
    } catch { /* no network: the clock below goes on, and the next try may get through */ }
  }

  // The state of the session as the server knows it; true when this page can go on.
  async function ask() {
    const problem = part("problem");
    let state;
    try {
      state = await (await fetch(data.state, { headers: { Accept: "application/json" } })).json();
    } catch {
      problem.textContent = problem.dataset.away;
      return false;
    }
    if (state.person === data.person) {
      renewTokens(state.token);
      lasts(state.seconds, true);
      problem.textContent = "";
      if (ended.open) ended.close();
      return true;
    }
    problem.textContent = state.person ? problem.dataset.somebodyElse : ended.open ? problem.dataset.notYet : "";
    if (warning.open) warning.close();
    open(ended);
    return false;
  }

  function say(seconds) {
    const minutes = Math.ceil(seconds / 60);
    const words = seconds > 60 ? data.minutes.replace("{num}", minutes) : data.secondsWord.replace("{num}", seconds);
    const sentence = part("countdown").dataset.words.replace("{left}", words);
    part("countdown").textContent = sentence;
    // Screen readers are told at the start, at a minute, and at twenty seconds: not every second.
    const step = seconds > 60 ? "start" : seconds > 20 ? "minute" : "last";
    if (step !== spoken && spoken) part("spoken").textContent = sentence; // the first time the dialog itself is read
    spoken = step;
  }

  async function tick() {
    const seconds = left();
    if (ended.open) return;
    if (seconds === 0) {
      if (!(await ask())) return;
    } else if (active && Date.now() - toldAt > TOLD_EVERY * 1000) {
      await stay();
    } else if (seconds <= WARNING) {
      if (active && Date.now() - toldAt > 1000 && !warning.open) { await stay(); return; }
      say(seconds);
      open(warning);
    }
  }

  part("stay").addEventListener("click", stay);
  warning.addEventListener("cancel", (event) => { event.preventDefault(); stay(); }); // Escape stays signed in
  ended.addEventListener("cancel", (event) => event.preventDefault()); // what is behind it stays hidden
  part("again").addEventListener("click", ask);
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, () => { active = true; }, { passive: true });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden && (ended.open || left() === 0)) ask(); });
  window.addEventListener("focus", () => { if (ended.open) ask(); });
  tabs?.addEventListener("message", ({ data: told }) => {
    if (told.person === data.person && !ended.open) lasts(told.seconds, false);
  });
  window.setInterval(tick, 1000);
}

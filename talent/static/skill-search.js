// Suggests skills while a search field is typed in. Without this script the field's form is sent and the page lists
// what was found; with it, choosing a suggestion fills the field and sends the same form.
//
//   <form method="get" data-enhance="{{ static_url('skill-search.js') }}" data-suggest="address of the JSON list"
//         data-found="%{count} suggestions…" data-none="No suggestions">
//     <div class="app-suggest"><input type="search" …></div>
//   </form>
//
// The list is [{id, name, description}]. A page that wants the id listens for "skill-chosen" on the form and prevents
// its default.

const PAUSE = 200; // milliseconds without a key before asking
let lists = 0;

export default function enhance(form) {
  const input = form.querySelector("input[type=search], input[type=text]");
  const holder = form.querySelector(".app-suggest");
  if (!input || !holder) return;

  const list = document.createElement("ul");
  list.className = "app-suggest__list";
  list.id = `suggestions-${++lists}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? "");
  list.hidden = true;
  const status = document.createElement("div");
  status.className = "govuk-visually-hidden";
  status.setAttribute("role", "status");
  holder.append(list, status);
  for (const [name, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id],
  ]) input.setAttribute(name, value);

  let chosen = -1, found = [], timer = 0, asked = null;

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    const options = [...list.children];
    chosen = (index + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    input.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    const skill = found[index];
    input.value = skill.name;
    close();
    const event = new CustomEvent("skill-chosen", { bubbles: true, cancelable: true, detail: skill });
    if (form.dispatchEvent(event)) form.requestSubmit();
  }

  function show(skills) {
    found = skills;
    list.replaceChildren(...skills.map((skill, index) => {
      const option = document.createElement("li");
      option.className = "app-suggest__option";
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = skill.name;
      // mousedown comes before the field loses the focus
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(index); });
      return option;
    }));
    close();
    status.textContent = skills.length ? form.dataset.found.replace("%{count}", skills.length) : form.dataset.none;
    if (skills.length) {
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    }
  }

  async function ask() {
    const text = input.value.trim();
    asked?.abort();
    if (!text) { close(); status.textContent = ""; return; }
    asked = new AbortController();
    try {
      const address = new URL(form.dataset.suggest, location.href);
      address.searchParams.set("q", text);
      const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (answer.ok && document.activeElement === input) show(await answer.json());
    } catch {
      close(); // no network, or a newer question: the search button still works
    }
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  input.addEventListener("blur", () => { clearTimeout(timer); asked?.abort(); close(); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // a Hangul syllable is being put together
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    else if (event.key === "ArrowDown" && !list.hidden) { event.preventDefault(); mark(chosen + 1); }
    else if (event.key === "ArrowUp" && !list.hidden) { event.preventDefault(); mark(chosen < 0 ? -1 : chosen - 1); }
    else if (event.key === "Enter" && !list.hidden && chosen >= 0) { event.preventDefault(); choose(chosen); }
  });
}

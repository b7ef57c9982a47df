// Conveniences only: every page works without this file.

// After a form came back with mistakes, go to what is said about them.
document.querySelector("[data-focus]")?.focus();

// A second click on the same button sends nothing more.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && !form.dataset.again) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button) button.setAttribute("aria-disabled", "true");
});
// A page that comes back from the browser's memory can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// Files can be dropped anywhere on their field, and are sent at once.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-chosen]");
  const tell = () => {
    list.textContent = [...input.files].map((file) => file.name).join(", ");
  };
  input.addEventListener("change", tell);
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("drop--over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("drop--over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("drop--over");
    input.files = event.dataTransfer.files;
    tell();
  });
}

// Points typed beside an area tick it.
document.addEventListener("input", (event) => {
  const box = document.getElementById(event.target.dataset?.ticks ?? "");
  if (box && event.target.value) box.checked = true;
});

// The answer that has just grown does not cover what one is typing.
document.addEventListener("htmx:afterSettle", () => {
  const typing = document.activeElement?.closest(".entry") ? document.activeElement : null;
  typing?.scrollIntoView({ block: "nearest" });
});

// A list is walked by keys: j and k, or the arrows once one is in it; Enter opens, as ever.
const rows = [...document.querySelectorAll("[data-rows] [data-row]")];
if (rows.length) {
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, select, textarea")) return;
    const here = rows.indexOf(document.activeElement);
    const step = { j: 1, k: -1, ...(here < 0 ? {} : { ArrowDown: 1, ArrowUp: -1 }) }[event.key];
    if (!step) return;
    event.preventDefault();
    rows[Math.min(rows.length - 1, Math.max(0, here + step))].focus();
  });
}

// An address to copy.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

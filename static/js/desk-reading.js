/* A rule set is read back in plain language while it is being edited; a button does it without. */
(() => {
  "use strict";

  const panel = document.querySelector("[data-reading-url]");
  const form = panel && panel.closest("form");
  if (!form) return;
  const reading = panel.querySelector("[data-reading]");
  const status = panel.querySelector("[data-reading-status]");
  const sentences = () => [...reading.querySelectorAll("li")].map((line) => line.textContent.trim());
  const typed = () => new URLSearchParams(new FormData(form)).toString();
  let before = typed();
  let timer;
  let latest = 0;

  // The panel is kept in view while the form above it is long, and needs no button.
  panel.classList.add("desk-reading-live");
  panel.querySelector("button").hidden = true;

  const refresh = async () => {
    const now = typed();
    if (now === before) return;
    before = now;
    const mine = ++latest;
    try {
      const answer = await fetch(panel.dataset.readingUrl, {
        method: "POST",
        headers: { "X-Requested-With": "fetch" },
        body: new FormData(form),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (mine !== latest) return; // a later answer is on its way
      const known = new Set(sentences());
      reading.innerHTML = text; // our own page, escaped by its template
      status.textContent = sentences().filter((line) => !known.has(line)).join(" ");
    } catch {
      status.textContent = panel.dataset.failed;
      before = "";
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 400);
  };
  for (const event of ["input", "change", "focusin", "click"]) form.addEventListener(event, soon);
})();

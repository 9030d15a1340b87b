/* The room looks again by itself, and what was typed is never lost; without script links do it. */
(() => {
  "use strict";

  /* What is typed waits in this tab until its own form is sent. */
  const touched = new Set();
  const nameOf = (form) => `room:${form.dataset.keep}`;
  const valuesOf = (form) =>
    [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  const restore = (form) => {
    const kept = sessionStorage.getItem(nameOf(form));
    if (!kept || document.querySelector(".error-summary")) return;
    for (const [name, value] of JSON.parse(kept)) {
      const field = form.elements.namedItem(name);
      if (field instanceof RadioNodeList) field.value = value;
      else if (field && field.type === "checkbox") field.checked = false;
      else if (field) field.value = value;
    }
    touched.add(form);
  };
  for (const form of document.querySelectorAll("form[data-keep]")) {
    restore(form);
    form.addEventListener("input", () => {
      touched.add(form);
      sessionStorage.setItem(nameOf(form), JSON.stringify(valuesOf(form)));
    });
    form.addEventListener("submit", () => {
      touched.delete(form);
      sessionStorage.removeItem(nameOf(form));
    });
  }

  /* The terms of a decision are asked for only where the course is shortlisted. */
  const terms = document.querySelector("[data-terms]");
  if (terms) {
    const show = () => {
      const chosen = document.querySelector("input[name=outcome]:checked");
      terms.hidden = Boolean(chosen) && chosen.value !== "shortlisted";
    };
    document.addEventListener("change", show);
    show();
  }

  const part = document.querySelector("[data-status]");
  if (!part) return;
  const stateOf = () => part.querySelector("[data-state]")?.dataset ?? {};
  const shown = { ...stateOf() };
  let etag = "";
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(part.dataset.status, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
    });
    if (answer.status !== 200 || answer.redirected) return;
    etag = answer.headers.get("ETag") ?? "";
    const open = [...part.querySelectorAll("details")].map((details) => details.open);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    part.replaceChildren(...page.body.children);
    part.querySelectorAll("details").forEach((details, place) => {
      details.open = open[place] ?? false;
    });
    const now = stateOf();
    if (touched.size) return; /* The status tells; the reader goes on when ready. */
    if (part.dataset.follow && now.current !== shown.current) location.assign(part.dataset.follow);
    else if (now.state !== shown.state) location.reload();
  };
  const again = async () => {
    try {
      await look();
    } catch {
      /* The server does not answer now: ask again later. */
    }
    setTimeout(again, Number(part.dataset.seconds) * 1000);
  };
  setTimeout(again, Number(part.dataset.seconds) * 1000);
  document.addEventListener("visibilitychange", () => look().catch(() => {}));
})();

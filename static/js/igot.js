/* What pages do better with script; everything works without it. */
(() => {
  "use strict";

  // An open account menu closes on Escape and on a press elsewhere.
  const menu = document.querySelector(".account-menu");
  if (menu) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // Errors are read out and shown first.
  const errors = document.querySelector(".error-summary");
  if (errors) errors.focus();

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // Five minutes before an idle session ends, ask; the answer keeps the session and the page.
  const warning = document.querySelector(".session-warning");
  if (warning) {
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        warning.hidden = false;
        warning.querySelector("button").focus();
      }, Math.max(Number(warning.dataset.idle) - 300, 30) * 1000);
    };
    warning.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const answer = await fetch(warning.action, { method: "POST", body: new FormData(warning) });
      if (answer.status !== 204) {
        location.reload();
        return;
      }
      warning.hidden = true;
      wait();
    });
    wait();
  }

  // What only script can do is shown only with script.
  for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;

  // A print button does what it says.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // A copy button copies, where the browser lets it, and says so.
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
    });
  }
})();

/* Show how far a task is, and the page anew when its state changes. */
(() => {
  "use strict";
  const part = document.querySelector("[data-progress]");
  if (!part) return;
  const bar = part.querySelector("progress");
  const done = part.querySelector("[data-done]");
  const numbers = new Intl.NumberFormat("en-IN");
  const look = async () => {
    try {
      const answer = await fetch(part.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const now = await answer.json();
      if (now.state !== part.dataset.state) {
        location.reload();
        return;
      }
      done.textContent = numbers.format(now.done);
      if (now.total) {
        bar.max = now.total;
        bar.value = Math.min(now.done, now.total);
      }
    } catch {
      /* The server does not answer now: ask again later. */
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();

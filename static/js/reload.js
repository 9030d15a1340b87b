/* A page that shows work under way looks again by itself; without script its link does. */
(() => {
  "use strict";

  const part = document.querySelector("[data-reload]");
  if (part) setTimeout(() => location.reload(), Number(part.dataset.reload) * 1000);
})();

/* The filters of the course list stand open where there is room beside the list. */
(() => {
  "use strict";
  const facets = document.querySelector("[data-open-when-wide]");
  const wide = window.matchMedia("(min-width: 48em)");
  if (!facets) return;
  const adapt = () => { facets.open = wide.matches; };
  adapt();
  wide.addEventListener("change", adapt);
})();

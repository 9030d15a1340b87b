/* The weights of a rubric are added up while they are typed; the desk adds them up again on saving. */
(() => {
  "use strict";

  const shown = document.querySelector("[data-rubric-sum]");
  const form = shown && shown.closest("form");
  if (!form) return;

  const isGone = (weight) => {
    const row = weight.closest("tr");
    const mark = row && row.querySelector("input[name$='-DELETE']");
    return Boolean(row && (row.classList.contains("empty-form") || (mark && mark.checked)));
  };
  const add = () => {
    const weights = [...form.querySelectorAll("input[name$='-weight']")].filter((w) => !isGone(w));
    const total = weights.reduce((sum, weight) => sum + (parseInt(weight.value, 10) || 0), 0);
    const words = total === 100 ? "right" : total < 100 ? "less" : "more";
    const text = shown.dataset[words];
    shown.textContent = text.replace("{total}", total).replace("{by}", Math.abs(100 - total));
    shown.classList.toggle("is-right", total === 100);
    shown.hidden = false;
  };
  for (const event of ["input", "change", "click"]) form.addEventListener(event, () => setTimeout(add));
  add();
})();

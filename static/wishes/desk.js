/* J and K move through the work list, Enter opens (the link that has the focus does that by itself). */
(() => {
  "use strict";
  const table = document.querySelector("[data-desk]");
  if (!table) return;
  document.querySelectorAll("[data-keys]").forEach((hint) => (hint.hidden = false));
  const links = [...table.querySelectorAll("tbody th a")];
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const here = links.indexOf(document.activeElement);
    const next = links[Math.min(Math.max(here + step, 0), links.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  });
})();

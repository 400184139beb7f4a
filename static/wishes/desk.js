/* Keys of the work list, and choosing all of a page. J and K move, X chooses, ? shows the keys; Enter opens, which the
   link that has the focus does by itself. Never while somebody types, and not at all where they are switched off. */
(() => {
  "use strict";
  const table = document.querySelector("[data-desk]");
  if (!table) return;
  const STORE = "wuwei-desk-keys";
  const links = [...table.querySelectorAll("tbody th a")];
  const boxes = [...table.querySelectorAll("tbody .pick input")];
  const keys = document.querySelector("[data-keys]");
  const on = document.querySelector("[data-keys-on]");
  const all = document.querySelector("[data-pick-all]");
  const picked = document.querySelector("[data-picked]");
  const nothing = picked ? picked.textContent : "";

  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-picked", box.checked));
    if (picked) picked.textContent = chosen ? picked.dataset.words.replace("{count}", chosen) : nothing;
  };
  boxes.forEach((box) => box.addEventListener("change", count));
  addEventListener("pageshow", count);
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      const every = boxes.every((box) => box.checked);
      boxes.forEach((box) => (box.checked = !every));
      count();
    });
  }

  keys.hidden = false;
  try {
    on.checked = localStorage.getItem(STORE) !== "off";
    on.addEventListener("change", () => localStorage.setItem(STORE, on.checked ? "on" : "off"));
  } catch {
    // Without storage the choice holds for this page.
  }
  const rowOf = (element) => links.findIndex((link) => link.closest("tr").contains(element));
  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("select, textarea, input:not([type=checkbox])")) return;
    const here = rowOf(document.activeElement);
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      const next = links[Math.min(Math.max(here + (key === "j" ? 1 : -1), 0), links.length - 1)];
      next.focus();
      next.closest("tr").scrollIntoView({ block: "nearest" });
    } else if (key === "x" && here >= 0) {
      boxes[here].checked = !boxes[here].checked;
      count();
    } else if (key === "?") {
      keys.open = !keys.open;
      if (keys.open) keys.scrollIntoView({ block: "nearest" });
    } else return;
    event.preventDefault();
  });
})();

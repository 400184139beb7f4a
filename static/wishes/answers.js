/* A ready wording is put behind what has been written already, instead of loading the page anew. */
(() => {
  "use strict";
  document.querySelectorAll("[data-answer]").forEach((link) => {
    link.addEventListener("click", (event) => {
      const field = link.closest("form").querySelector("textarea");
      if (!field) return;
      event.preventDefault();
      field.value = [field.value.trim(), link.dataset.answer].filter(Boolean).join("\n");
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
})();

/* Signing out: whoever has things on this phone that were never sent is told first, and then nothing of it stays here.
   On the pages of signing in, where nobody is signed in: kept pages go, so that the next person does not see them. */
(() => {
  "use strict";
  const unsent = window.wuweiUnsent;
  if (!unsent || !unsent.supported) return;

  const warning = document.querySelector("[data-unsent-warning]");
  if (!warning) {
    unsent.removePages().catch(() => {});
    return;
  }

  unsent.all().then((rows) => {
    if (!rows.length) return;
    warning.querySelector("[data-unsent-count]").textContent = warning.dataset.words.replace("{n}", rows.length);
    warning.hidden = false;
    warning.focus();
    const button = warning.closest("main").querySelector("form[data-forgets] button[type=submit]");
    button.textContent = warning.dataset.button;
    button.classList.remove("primary");
  }).catch(() => {});

  const form = document.querySelector("form[data-forgets]");
  form.addEventListener("submit", (event) => {
    if (form.dataset.forgotten) return;
    event.preventDefault();
    const go = () => {
      if (form.dataset.forgotten) return;
      form.dataset.forgotten = "1";
      form.submit();
    };
    // The answer to signing out clears it all once more; a browser that is slow here is not waited for.
    setTimeout(go, 1500);
    unsent.forgetAll().then(go, go);
  });
})();

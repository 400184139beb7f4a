/* Hands the address of this page to the phone's own sharing, or copies it. */
(() => {
  "use strict";
  document.querySelectorAll("[data-share]").forEach((button) => {
    const shares = "share" in navigator;
    if (!shares && !navigator.clipboard) return;
    const words = button.querySelector("span");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const address = location.origin + location.pathname;
      try {
        if (shares) await navigator.share({ title: document.querySelector("h1").textContent, url: address });
        else {
          await navigator.clipboard.writeText(address);
          words.textContent = button.dataset.done;
        }
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    });
  });
})();

/* The page of a job asks every two seconds how far it is, and stops when nothing more will change. Without this script
   the page loads itself anew. */
(() => {
  "use strict";
  const ask = async () => {
    const state = document.querySelector("[data-job-open]");
    if (!state) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-Part": "state" }, credentials: "same-origin" });
      if (answer.redirected) return location.reload();
      if (answer.ok && document.visibilityState === "visible") {
        const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-job-state]");
        if (part) state.replaceWith(part);
      }
    } catch {
      // The line is away for a moment: ask again.
    }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 1000);
})();

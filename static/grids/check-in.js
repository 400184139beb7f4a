/* The screen with the code asks for the next one when its time is over, and meanwhile who has come. Without this script
   the page loads itself anew. */
(() => {
  "use strict";
  const longest = 10;
  const next = () => {
    const shown = document.querySelector("[data-check-in]");
    if (!shown) return;
    setTimeout(ask, Math.min(Number(shown.dataset.checkIn) || 1, longest) * 1000);
  };
  const ask = async () => {
    const shown = document.querySelector("[data-check-in]");
    try {
      const answer = await fetch(location.href, { headers: { "X-Part": "code" }, credentials: "same-origin" });
      if (answer.redirected) return location.reload();
      if (answer.ok) {
        const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-check-in]");
        if (part) shown.replaceWith(part);
      }
    } catch {
      // The line is away for a moment: ask again.
    }
    next();
  };
  next();
})();

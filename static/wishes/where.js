/* "Use my position": asks the phone where it is and sends the point once, to find the grid. */
(() => {
  "use strict";
  document.querySelectorAll("[data-locate]").forEach((part) => {
    if (!("geolocation" in navigator) || !isSecureContext) return;
    const button = part.querySelector("[data-locate-button]");
    const words = button.querySelector("span");
    const problem = part.querySelector("[data-locate-problem]");
    const label = words.textContent;
    part.hidden = false;
    button.addEventListener("click", () => {
      words.textContent = button.dataset.busy;
      problem.hidden = true;
      navigator.geolocation.getCurrentPosition(
        (position) => {
          part.querySelector("[name=longitude]").value = position.coords.longitude;
          part.querySelector("[name=latitude]").value = position.coords.latitude;
          const send = document.createElement("input");
          send.type = "hidden";
          send.name = "locate";
          send.value = "1";
          part.append(send);
          button.form.submit();
        },
        () => {
          words.textContent = label;
          problem.textContent = button.dataset.failed;
          problem.hidden = false;
        },
        { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
      );
    });
  });
})();

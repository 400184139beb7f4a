// 就在我站的地方: asks the phone where it is and keeps the point in the form; the grid is found when it is sent.
(function () {
  "use strict";
  const part = document.querySelector("[data-position]");
  if (!part || !("geolocation" in navigator) || !isSecureContext) return;
  const button = part.querySelector("button");
  const status = part.querySelector("[data-position-status]");
  const fields = button.form.elements;
  part.hidden = false;
  if (fields.longitude.value) status.textContent = button.dataset.found;
  button.addEventListener("click", function () {
    status.textContent = button.dataset.busy;
    navigator.geolocation.getCurrentPosition(
      function (position) {
        fields.longitude.value = position.coords.longitude;
        fields.latitude.value = position.coords.latitude;
        status.textContent = button.dataset.found;
      },
      function () { status.textContent = button.dataset.failed; },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 }
    );
  });
})();

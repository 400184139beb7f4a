// 用我现在的位置找: asks the browser where it is and sends the form. Without JavaScript the form stays hidden.
(function () {
  "use strict";
  const form = document.querySelector("form[data-locate]");
  if (!form || !("geolocation" in navigator)) return;
  const words = form.querySelector("[data-waiting]");
  form.hidden = false;
  form.addEventListener("submit", function (event) {
    if (form.elements.longitude.value) return;
    event.preventDefault();
    words.textContent = words.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      function (position) {
        form.elements.longitude.value = position.coords.longitude;
        form.elements.latitude.value = position.coords.latitude;
        form.submit();
      },
      function () { words.textContent = words.dataset.refused; },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 }
    );
  });
  // Coming back by the back button asks again instead of sending an old place.
  window.addEventListener("pageshow", function () {
    form.elements.longitude.value = form.elements.latitude.value = "";
    words.textContent = "";
  });
})();

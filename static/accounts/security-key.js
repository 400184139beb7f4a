/* Talks to a security key: <form data-security-key="create"> adds one, "get" proves one. The options the server drew
   up stand in #webauthn-data; the key's answer goes back in the form's field `credential`. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-security-key]");
  const data = document.getElementById("webauthn-data");
  if (!form || !data || !window.PublicKeyCredential) return;
  form.hidden = false;
  const failed = form.querySelector("[data-failed]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    const options = JSON.parse(data.textContent);
    try {
      const answer =
        form.dataset.securityKey === "create"
          ? await window.webauthnJSON.create(options.creation_options)
          : await window.webauthnJSON.get(options.request_options);
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
})();

/* Small helps on top of pages that work without them: no double sending, drafts kept, photos shown before they are
   sent, the page read aloud. Everything hangs on data attributes; a page without them is left alone. */
(() => {
  "use strict";

  // A form is sent once. The button comes back after a while, and when the page is shown again by the back button.
  const release = (form) => {
    delete form.dataset.sending;
    form.querySelectorAll("[data-was-enabled]").forEach((button) => {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("data-was-enabled");
    });
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get" || event.defaultPrevented) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "1";
    if (event.submitter) {
      event.submitter.setAttribute("aria-disabled", "true");
      event.submitter.setAttribute("data-was-enabled", "");
    }
    setTimeout(() => release(form), 8000);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach(release);
  });

  // <form data-draft="/url/">: what is typed is sent to the server while typing pauses and when the page is left.
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    let timer = 0;
    let dirty = false;
    const save = () => {
      clearTimeout(timer);
      if (!dirty || form.dataset.sending) return;
      dirty = false;
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      navigator.sendBeacon(form.dataset.draft, data);
    };
    form.addEventListener("input", () => {
      dirty = true;
      clearTimeout(timer);
      timer = setTimeout(save, 2000);
    });
    addEventListener("pagehide", save);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  });

  // <input type="file" data-preview="id of a .photos element">: the chosen photos are shown before they are sent.
  document.querySelectorAll("input[type=file][data-preview]").forEach((input) => {
    const place = document.getElementById(input.dataset.preview);
    if (!place) return;
    input.addEventListener("change", () => {
      place.querySelectorAll("[data-chosen]").forEach((old) => {
        URL.revokeObjectURL(old.firstElementChild.src);
        old.remove();
      });
      for (const file of input.files) {
        if (!file.type.startsWith("image/")) continue;
        const figure = document.createElement("figure");
        const image = document.createElement("img");
        figure.dataset.chosen = "";
        image.src = URL.createObjectURL(file);
        image.alt = file.name;
        figure.append(image);
        place.append(figure);
      }
    });
  });

  // <button data-read-aloud hidden>: reads the page's main text, or stops; hidden where the browser cannot speak.
  if ("speechSynthesis" in window) {
    document.querySelectorAll("[data-read-aloud]").forEach((button) => {
      const label = button.textContent;
      const stop = () => {
        speechSynthesis.cancel();
        button.textContent = label;
        button.setAttribute("aria-pressed", "false");
      };
      button.hidden = false;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-pressed") === "true") return stop();
        const words = document.querySelector("main").cloneNode(true);
        words.querySelectorAll("form, svg, [data-read-aloud], .no-read").forEach((part) => part.remove());
        words.querySelectorAll("h1, h2, h3, p, li, a, dt, dd, .tag").forEach((part) => part.append("。"));
        const speech = new SpeechSynthesisUtterance(words.textContent.replace(/\s+/g, " ").replace(/(。\s*)+/g, "。"));
        speech.lang = { "zh-hans": "zh-CN", "zh-hant": "zh-TW" }[document.documentElement.lang.toLowerCase()] || "en";
        speech.rate = 0.85;
        speech.onend = speech.onerror = stop;
        button.textContent = button.dataset.stop;
        button.setAttribute("aria-pressed", "true");
        speechSynthesis.cancel();
        speechSynthesis.speak(speech);
      });
      addEventListener("pagehide", stop);
    });
  }

  // <button data-print hidden>: prints the page.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
})();

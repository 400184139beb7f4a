/* 走访 with no network: today's way and the form are kept on the phone, and what is written down there waits until it
   can be sent, exactly once: the key is made here and the server knows it again. Nothing is kept but building and door,
   and what the person wrote. */
(() => {
  "use strict";
  const part = document.querySelector("[data-unsent]");
  const unsent = window.wuweiUnsent;
  if (!part || !unsent || !unsent.supported || !("serviceWorker" in navigator)) return;

  const { owner, worker, state, today, blank, send, photos } = part.dataset;
  const words = (name, values = {}) =>
    (part.dataset[`words${name}`] || "").replace(/\{(\w+)\}/g, (_all, key) => values[key]);
  const status = part.querySelector("[data-unsent-status]");
  const list = part.querySelector("[data-unsent-list]");
  const login = part.querySelector("[data-unsent-login]");
  const PAGES = "wuwei-visits-pages";
  const DAY = 24 * 3600 * 1000;
  // The server takes nothing older, so it is not kept longer either.
  const LONGEST = 7 * DAY;
  // What has been sent while this page is open, and what stands above the list.
  let sent = 0;
  let standing = navigator.onLine ? "" : "Offline";

  const mine = async () => {
    const rows = await unsent.all();
    const old = rows.filter((row) => Date.now() - Date.parse(row.visited_at) > LONGEST);
    for (const row of old) await unsent.remove("unsent", row.key);
    return rows.filter((row) => row.owner === owner && !old.includes(row));
  };

  const show = async () => {
    const rows = await mine();
    const n = rows.length;
    list.replaceChildren(...rows.map((row) => {
      const item = part.querySelector("template").content.firstElementChild.cloneNode(true);
      const refused = row.refused ? ` · ${words("Refused")}：${row.refused}` : "";
      item.querySelector("[data-unsent-words]").textContent = `${row.label}${refused}`;
      const drop = item.querySelector("[data-unsent-drop]");
      drop.hidden = !row.refused;
      drop.addEventListener("click", () => unsent.remove("unsent", row.key).then(show));
      return item;
    }));
    document.querySelectorAll("[data-call-noted]").forEach((line) => {
      line.hidden = !rows.some((row) => row.household === Number(line.dataset.callNoted));
    });
    const said = [];
    if (standing === "Login" || standing === "Other") said.push(words(standing, { n }));
    else if (n) said.push(words(standing === "Sending" ? "Sending" : "Waiting", { n }));
    if (standing === "Offline") said.push(words("Offline"));
    if (!n && sent) said.push(words("Sent"));
    const line = document.querySelector("[data-day]");
    const day = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);
    if (line && line.dataset.day !== day) said.push(words("Old", { day: line.dataset.day }));
    status.textContent = said.join(" · ");
    login.hidden = !(n && standing === "Login");
    part.hidden = !said.length;
  };

  /* Who is signed in, and the token to send with; null without a network, and the reason to stop else. */
  const ask = async () => {
    if (!navigator.onLine) return null;
    let answer;
    try {
      answer = await fetch(state, { cache: "no-store", credentials: "same-origin" });
    } catch {
      return null;
    }
    if (answer.status === 401) return { stop: "Login" };
    if (!answer.ok) return null;
    const told = await answer.json();
    return told.owner === owner ? told : { stop: "Other" };
  };

  const post = (url, token, body, headers = {}) => fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": token, ...headers },
    body,
  });

  /* Sends one visit: "sent", "refused" with the server's words, "login", or "wait" for what may go later. */
  const sendOne = async (row, token) => {
    try {
      for (const [number, photo] of row.photos.entries()) {
        if (photo.id) continue;
        const body = new FormData();
        body.append("file", photo.file, photo.name);
        const answer = await post(photos, token, body, { "Idempotency-Key": `${row.key}-${number}` });
        const stop = await judge(row, answer);
        if (stop) return stop;
        photo.id = (await answer.json()).id;
        await unsent.put("unsent", row);
      }
      const told = {
        key: row.key,
        household: row.household,
        kind: row.kind,
        topics: row.topics,
        words: row.words,
        visited_at: row.visited_at,
        photos: row.photos.map((photo) => photo.id),
      };
      const answer = await post(send, token, JSON.stringify(told), { "Content-Type": "application/json" });
      const stop = await judge(row, answer);
      if (stop) return stop;
      row.number = (await answer.json()).id;
    } catch {
      return "wait";
    }
    await unsent.remove("unsent", row.key);
    return "sent";
  };

  const judge = async (row, answer) => {
    if (answer.ok) return "";
    if (answer.status === 401) return "login";
    if (answer.status === 429 || answer.status >= 500) return "wait";
    const problem = await answer.json().catch(() => ({}));
    row.refused = problem.detail || String(answer.status);
    await unsent.put("unsent", row);
    return "refused";
  };

  const sendAll = async () => {
    const rows = (await mine()).filter((row) => !row.refused);
    if (!rows.length) return;
    const told = await ask();
    if (told === null || told.stop) {
      standing = told ? told.stop : "Offline";
      return;
    }
    standing = "Sending";
    await show();
    standing = "";
    for (const row of rows) {
      const end = await sendOne(row, told.token);
      if (end === "sent") sent += 1;
      if (end === "login") standing = "Login";
      if (end === "wait") standing = "Offline";
      if (standing) break;
    }
  };

  /* One page sends at a time; others see what is left. */
  const flush = async () => {
    const before = sent;
    const locked = (act) => (navigator.locks ? navigator.locks.request("wuwei-visits", act) : act());
    await locked(sendAll);
    await show();
    // The doors that were done go from the way.
    if (sent > before && part.dataset.keeps !== undefined) setTimeout(() => location.reload(), 1500);
  };

  // -- the form ------------------------------------------------------------------------------------------------------
  const form = document.querySelector("[data-visit-form]");
  const household = form && (form.dataset.visitForm || (location.pathname.match(/households\/(\d+)\/log/) || [])[1]);

  const picked = () => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);

  const noted = () => {
    const data = new FormData(form);
    return {
      key: form.dataset.visitForm && data.get("key") ? data.get("key") : crypto.randomUUID(),
      owner,
      household: Number(household),
      label: document.querySelector("[data-visit-door]").textContent.trim(),
      kind: data.get("kind"),
      topics: data.getAll("topics"),
      words: data.get("words"),
      visited_at: new Date().toISOString(),
      photos: [
        ...data.getAll("kept").map((id) => ({ id })),
        ...picked().map((file) => ({ file, name: file.name })),
      ],
    };
  };

  const log = async (event) => {
    const button = event.submitter && event.submitter.name;
    if (button === "remove" || !form.elements.kind.value || !household) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    const row = noted();
    await unsent.put("unsent", row);
    await flush();
    const left = (await mine()).find((each) => each.key === row.key);
    if (left && left.refused) {
      // The server says at which field; without the word of the phone it is sent as any form.
      await unsent.remove("unsent", row.key);
      delete form.dataset.sending;
      form.submit();
      return;
    }
    location.assign(today);
  };

  const startForm = async () => {
    form.querySelectorAll("[name=add]").forEach((button) => { button.hidden = true; });
    form.addEventListener("submit", (event) => { log(event).catch(() => form.submit()); });
    if (form.dataset.visitForm || !household) return;
    const known = await unsent.get("known", Number(household));
    if (known && known.owner === owner) document.querySelector("[data-visit-door]").textContent = known.label;
  };

  // -- what is kept --------------------------------------------------------------------------------------------------
  const keepPage = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
    if (answer.ok && !answer.redirected) await (await caches.open(PAGES)).put(address, answer);
  };

  const keep = async () => {
    await navigator.serviceWorker.register(worker);
    if (!navigator.onLine || part.dataset.keeps === undefined) return;
    await unsent.clear("known");
    for (const call of document.querySelectorAll("[data-call]")) {
      await unsent.put("known", { id: Number(call.dataset.call), label: call.dataset.label, owner });
    }
    await keepPage(today);
    await keepPage(blank);
    document.documentElement.dataset.kept = "1";
  };

  addEventListener("online", () => { standing = ""; flush(); });
  addEventListener("offline", () => { standing = "Offline"; show(); });
  // A phone that believes itself online at the edge of a network, and one taken out of the pocket.
  setInterval(() => { if (standing === "Offline" && navigator.onLine) flush(); }, 30000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  if (form) startForm();
  show().then(flush).catch(() => {});
  keep().catch(() => {});
})();

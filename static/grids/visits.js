/* 走访 with no network: today's way and the form are kept on the phone, and what is written down there waits until it
   can be sent, exactly once: the key is made here and the server knows it again. Nothing is kept but building and door,
   for today and while somebody is at it, and what the person wrote. */
(() => {
  "use strict";
  const part = document.querySelector("[data-unsent]");
  const unsent = window.wuweiUnsent;
  if (!part || !unsent || !unsent.supported || !("serviceWorker" in navigator)) return;

  const { owner, worker, state, today, kept, used, blank, send, photos } = part.dataset;
  const words = (name, values = {}) =>
    (part.dataset[`words${name}`] || "").replace(/\{(\w+)\}/g, (_all, key) => values[key]);
  const status = part.querySelector("[data-unsent-status]");
  const list = part.querySelector("[data-unsent-list]");
  const login = part.querySelector("[data-unsent-login]");
  const PAGES = "wuwei-visits-pages";
  const DAY = 24 * 3600 * 1000;
  // As in the service worker: the way is kept for its day, and while somebody has used it in so long.
  const IDLE = 4 * 3600 * 1000;
  const dayOf = (moment) => Math.floor((moment + 8 * 3600 * 1000) / DAY);
  // The server takes nothing older, so it is not kept longer either.
  const LONGEST = 7 * DAY;
  // What has been sent while this page is open, and what stands above the list.
  let sent = 0;
  let standing = navigator.onLine ? "" : "Offline";

  const mine = async () => {
    const rows = await unsent.all();
    const old = rows.filter((row) => Date.now() - Date.parse(row.visited_at) > LONGEST);
    for (const row of old) await unsent.remove(row.key);
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
      drop.addEventListener("click", () => unsent.remove(row.key).then(show));
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
    if (answer.ok) {
      const told = await answer.json();
      if (told.owner === owner) return told;
    } else if (answer.status !== 401) return null;
    // Whoever the way was kept for is not signed in any more.
    await unsent.removePages();
    return { stop: answer.ok ? "Other" : "Login" };
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
        await unsent.put(row);
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
    await unsent.remove(row.key);
    return "sent";
  };

  const judge = async (row, answer) => {
    if (answer.ok) return "";
    if (answer.status === 401) return "login";
    if (answer.status === 429 || answer.status >= 500) return "wait";
    const problem = await answer.json().catch(() => ({}));
    row.refused = problem.detail || String(answer.status);
    await unsent.put(row);
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
    await unsent.put(row);
    await flush();
    const left = (await mine()).find((each) => each.key === row.key);
    if (left && left.refused) {
      // The server says at which field; without the word of the phone it is sent as any form.
      await unsent.remove(row.key);
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
    const way = await (await caches.open(PAGES)).match(today);
    const page = way && new DOMParser().parseFromString(await way.text(), "text/html");
    const call = page && page.querySelector(`[data-call="${household}"]`);
    if (call) document.querySelector("[data-visit-door]").textContent = call.dataset.label;
  };

  // -- what is kept --------------------------------------------------------------------------------------------------
  const keepPage = async (address, from) => {
    const answer = await fetch(from, { credentials: "same-origin", cache: "no-store" });
    if (answer.ok && !answer.redirected) await (await caches.open(PAGES)).put(address, answer);
  };

  let active = Date.now();
  let begun = active;
  const note = async () => {
    if (Date.now() - active > 60000 && (await caches.has(PAGES))) {
      await (await caches.open(PAGES)).put(used, new Response(String(Date.now())));
    }
    active = Date.now();
  };

  /* The day is over, or the phone was laid aside: nothing of the way stays, not even on the screen. */
  const expire = async () => {
    if (dayOf(Date.now()) === dayOf(begun) && Date.now() - active < IDLE) return false;
    active = begun = Date.now();
    await unsent.removePages();
    if (document.querySelector("[data-call]")) location.reload();
    return true;
  };

  const keep = async () => {
    await navigator.serviceWorker.register(worker);
    if (!navigator.onLine || part.dataset.keeps === undefined) return;
    await keepPage(today, kept);
    await keepPage(blank, blank);
    await (await caches.open(PAGES)).put(used, new Response(String(Date.now())));
    document.documentElement.dataset.kept = "1";
  };

  addEventListener("online", () => { standing = ""; flush(); });
  addEventListener("offline", () => { standing = "Offline"; show(); });
  // A phone that believes itself online at the edge of a network, and one taken out of the pocket.
  setInterval(() => { if (standing === "Offline" && navigator.onLine) flush(); }, 30000);
  document.addEventListener("visibilitychange", async () => { if (!document.hidden && !(await expire())) flush(); });
  setInterval(expire, 60000);
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, async () => { if (!(await expire())) note(); });
  if (form) startForm();
  show().then(flush).catch(() => {});
  keep().catch(() => {});
})();

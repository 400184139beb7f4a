{% load wuwei %}{% autoescape off %}// Keeps today's way and the form of a visit for when there is no network. Its scope is /grids/visits/.
"use strict";
const FILES = new Set([{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}, "{% frame_icons_url %}"]);
const KEPT_FILES = "wuwei-visits-files-{{ version }}";
const PAGES = "wuwei-visits-pages";
const TODAY = "{% url "visit_today" %}";
const BLANK = "{% url "visit_blank" %}";
const FORM = /\/visits\/households\/[0-9]+\/log\/$/;
const USED = "{% url "visit_kept" %}used";
// A phone that was lost shows no way of another day, and none that nobody has looked at for so long.
const DAY = 24 * 3600 * 1000;
const IDLE = 4 * 3600 * 1000;
const dayOf = (moment) => Math.floor((moment + 8 * 3600 * 1000) / DAY);

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT_FILES).then((kept) => kept.addAll([...FILES])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("wuwei-visits-files-") && name !== KEPT_FILES;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => clients.claim())
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (FILES.has(pathname)) event.respondWith(caches.match(pathname).then((kept) => kept || fetch(request)));
  else if (request.mode === "navigate" && (pathname === TODAY || FORM.test(pathname))) event.respondWith(page(request, pathname));
});

async function page(request, pathname) {
  try {
    const answer = await fetch(request);
    // Sent to sign in, or refused: whoever this phone was kept for is not signed in any more.
    if (answer.type === "opaqueredirect" || answer.status === 403) await caches.delete(PAGES);
    return answer;
  } catch (error) {
    const pages = await caches.open(PAGES);
    const kept = await pages.match(pathname === TODAY ? TODAY : BLANK);
    const used = await pages.match(USED);
    if (kept && used && isFresh(Date.parse(kept.headers.get("date") || ""), Number(await used.text()))) {
      await pages.put(USED, new Response(String(Date.now())));
      return kept;
    }
    await caches.delete(PAGES);
    throw error;
  }
}

function isFresh(made, used) {
  return dayOf(made) === dayOf(Date.now()) && Date.now() - used < IDLE;
}
{% endautoescape %}

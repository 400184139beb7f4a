/* What this phone keeps until there is a network: things not sent yet, and the little that a kept page has to know.
   `wuweiUnsent` gives promises; every entry says whose it is (`owner`), so that nobody sends what is somebody else's. */
(() => {
  "use strict";
  const NAME = "wuwei-unsent";
  const STORES = { unsent: "key", known: "id" };

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  let opened = null;
  const open = () => {
    if (!opened) {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        for (const [store, key] of Object.entries(STORES)) request.result.createObjectStore(store, { keyPath: key });
      };
      opened = done(request);
      // Another tab that signs out removes the whole: this one lets go of it.
      opened.then((base) => { base.onversionchange = () => { base.close(); opened = null; }; });
    }
    return opened;
  };
  const at = (store, mode, act) => open().then((base) => done(act(base.transaction(store, mode).objectStore(store))));

  const removePages = async () => {
    if (!("caches" in window)) return;
    for (const name of await caches.keys()) if (name.startsWith("wuwei-")) await caches.delete(name);
  };

  window.wuweiUnsent = {
    supported: "indexedDB" in window && isSecureContext,
    all: (store = "unsent") => at(store, "readonly", (rows) => rows.getAll()),
    get: (store, key) => at(store, "readonly", (rows) => rows.get(key)),
    put: (store, row) => at(store, "readwrite", (rows) => rows.put(row)),
    remove: (store, key) => at(store, "readwrite", (rows) => rows.delete(key)),
    clear: (store) => at(store, "readwrite", (rows) => rows.clear()),
    removePages,
    /* Nothing stays: kept pages, what waits to be sent, and the worker that would show them. */
    forgetAll: async () => {
      await removePages();
      if (opened) (await opened).close();
      opened = null;
      await done(indexedDB.deleteDatabase(NAME));
      if ("serviceWorker" in navigator) {
        for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
      }
    },
  };
})();

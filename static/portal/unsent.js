/* What this phone keeps until there is a network: things not sent yet.
   `wuweiUnsent` gives promises; every entry says whose it is (`owner`), so that nobody sends what is somebody else's. */
(() => {
  "use strict";
  const NAME = "wuwei-unsent";

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  let opened = null;
  const open = () => {
    if (!opened) {
      const request = indexedDB.open(NAME, 2);
      request.onupgradeneeded = () => {
        const { objectStoreNames: stores } = request.result;
        if (!stores.contains("unsent")) request.result.createObjectStore("unsent", { keyPath: "key" });
        if (stores.contains("known")) request.result.deleteObjectStore("known");
      };
      opened = done(request);
      // Another tab that signs out removes the whole: this one lets go of it.
      opened.then((base) => { base.onversionchange = () => { base.close(); opened = null; }; });
    }
    return opened;
  };
  const at = (mode, act) => open().then((base) => done(act(base.transaction("unsent", mode).objectStore("unsent"))));

  const removePages = async () => {
    if (!("caches" in window)) return;
    for (const name of await caches.keys()) if (name.startsWith("wuwei-")) await caches.delete(name);
  };

  window.wuweiUnsent = {
    supported: "indexedDB" in window && isSecureContext,
    all: () => at("readonly", (rows) => rows.getAll()),
    put: (row) => at("readwrite", (rows) => rows.put(row)),
    remove: (key) => at("readwrite", (rows) => rows.delete(key)),
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

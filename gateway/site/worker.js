// Keeps help in reach without a connection. Stores these files alone, never a visitor's page.
const NAME = "firststep-{version}", FILES = {files};

self.addEventListener("install", event => event.waitUntil((async () => {
  const store = await caches.open(NAME);
  await Promise.all(FILES.map(async path => {
    const answer = await fetch(path, { credentials: "omit", cache: "no-cache" });
    if (answer.ok) await store.put(path, answer);
  }));
  self.skipWaiting();
})()));

self.addEventListener("activate", event => event.waitUntil((async () => {
  const old = (await caches.keys()).filter(name => name.startsWith("firststep-") && name !== NAME);
  await Promise.all(old.map(name => caches.delete(name)));
  await self.clients.claim();
})()));

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) {
    event.respondWith((async () =>
      (await caches.match(event.request, { cacheName: NAME })) || fetch(event.request))());
  } else if (event.request.mode === "navigate") {
    event.respondWith((async () => {
      try {
        return await fetch(event.request);
      } catch {
        const german = url.pathname === "/de" || url.pathname.startsWith("/de/");
        const known = await caches.match(url.pathname, { cacheName: NAME });
        return known || (await caches.match(german ? "/de/offline" : "/offline", { cacheName: NAME }))
          || Response.error();
      }
    })());
  }
});

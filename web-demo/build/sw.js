// Keeps the whole site after the first visit. A new version is fetched whole before it takes over.
const VERSION = __VERSION__;
const FILES = __FILES__;
const NAME = `bellwether-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("bellwether-") && name !== NAME))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(
    caches.open(NAME).then(async (cache) => {
      // The page first looks for a newer self; everything else has its content in its name, or belongs to the version.
      if (request.mode === "navigate") {
        try {
          return await fetch(request);
        } catch {
          return (await cache.match("./", { ignoreVary: true })) ?? Response.error();
        }
      }
      return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
    }),
  );
});

{% load django_vite static %}// Keeps the site's own files and the page that says that there is no connection; nothing private.
const CACHE = "colorweb-{% vite_asset_url 'src/main.ts' %}";
const OFFLINE = "{% url 'offline' %}";
const KEPT = [OFFLINE, "{% static 'favicon.svg' %}", "{% static 'icon-192.png' %}"];
const FILES = /^\/(api|archives|files|jobs\/[^/]+\/(download|pair)|account\/export)\//;
const STATIC = "{% get_static_prefix %}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => names.filter((name) => name !== CACHE));
  event.waitUntil(old.then((names) => Promise.all(names.map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || FILES.test(url.pathname)) return;
  if (request.method === "POST" && url.pathname === "/share-target/") {
    event.respondWith(taken(request));
  } else if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (request.method === "GET" && url.pathname.startsWith(STATIC)) {
    event.respondWith(kept(request));
  }
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data));
});

// Static names change with what is in them: what is kept stays right.
async function kept(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

// Photos that another app shares wait in the tray, as src/tray/store.ts keeps them; the page sends them.
async function taken(request) {
  const files = (await request.formData()).getAll("image").filter((file) => file instanceof File);
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open("tray", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("items", { keyPath: "key" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const transaction = database.transaction("items", "readwrite");
  files.forEach((file, place) => {
    const rest = { folder: "", album: "", visitor: "", file, job: "", refusal: "" };
    const order = Date.now() * 1000 + place;
    transaction.objectStore("items").put({ key: crypto.randomUUID(), order, name: file.name, ...rest });
  });
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  return Response.redirect("/", 303);
}

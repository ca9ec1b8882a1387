// Keeps visited pages for reading offline; never what the server does not call public.
const OFFLINE = "/offline/", MOST = 40, LOOSE = { ignoreVary: true };
const isPage = (url) => /^\/(kk|ru|en)\//.test(new URL(url).pathname);
const files = (text) => text.match(/\/static\/[\w./-]+\.[0-9a-f]{12}\.(css|js|svg|woff2)/g) || [];

async function put(name, url, answer) {
  const cache = await caches.open(name);
  await cache.delete(url, LOOSE); // the youngest stands last
  await cache.put(url, answer);
  for (const old of (await cache.keys()).slice(0, -MOST)) await cache.delete(old, LOOSE);
}
async function keep(url, answer) {
  const said = answer.headers.get("Cache-Control");
  if (answer.ok && !answer.redirected && /\bpublic\b/.test(said)) await put("pages-1", url, answer);
}
async function install() {
  const answer = await fetch(OFFLINE), cache = await caches.open("frame-1");
  await cache.addAll(files(await answer.clone().text()));
  await cache.put(OFFLINE, answer);
  skipWaiting();
}
async function activate() {
  await clients.claim();
  for (const { url } of await clients.matchAll()) if (isPage(url)) await keep(url, await fetch(url));
}
async function file(event, url) {
  const kept = await caches.match(url, LOOSE);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(put("files-1", url, answer.clone()));
  return answer;
}
async function page(event, url) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keep(url, answer.clone()));
    return answer;
  } catch (error) {
    return (await caches.match(url, LOOSE)) || caches.match(OFFLINE);
  }
}
oninstall = (event) => event.waitUntil(install());
onactivate = (event) => event.waitUntil(activate());
onfetch = (event) => {
  const { url, method, mode } = event.request;
  if (method !== "GET" || !url.startsWith(origin + "/")) return;
  if (files(url).length) event.respondWith(file(event, url));
  else if (mode === "navigate" && isPage(url)) event.respondWith(page(event, url));
};

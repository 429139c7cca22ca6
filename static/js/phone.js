// The simulated phone: looks for new texts, and hands a code to the page that waits for it.
const screen = document.querySelector("[data-feed]");

document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("[data-use-code]");
  if (link) sessionStorage.setItem("code from the simulated phone", link.dataset.useCode);
});

async function refresh() {
  const feed = await fetch(screen.dataset.feed, { cache: "no-store" });
  const newest = feed.ok ? (await feed.json())[0]?.sid : screen.dataset.newest;
  if (!newest || newest === screen.dataset.newest) return;
  const html = await (await fetch(location.href, { cache: "no-store" })).text();
  const page = new DOMParser().parseFromString(html, "text/html");
  screen.replaceChildren(...page.querySelector("[data-feed]").childNodes);
  screen.dataset.newest = newest;
  screen.dispatchEvent(new Event("sixdigits:changed", { bubbles: true }));
}

async function look() {
  if (!document.hidden) await refresh().catch(() => {}); // the server may be restarting: look again
  setTimeout(look, 2000);
}

setTimeout(look, 2000);

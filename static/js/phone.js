// The simulated phone: looks for new texts, and hands a code to the page that waits for it.
const screen = document.querySelector("[data-conversation]");

document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("[data-use-code]");
  if (link) sessionStorage.setItem("code from the simulated phone", link.dataset.useCode);
});

const key = ({ id, dataset }) => `${id} ${dataset.state}`;

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = [...page.querySelector("[data-conversation]").children];
  const shown = [...screen.children];
  if (found.map(key).join() === shown.map(key).join()) return;
  if (!shown.some(({ id }) => id.startsWith("SM"))) return location.reload();
  // What did not change stays as it is, so that nobody loses their place.
  const known = new Map(shown.map((part) => [key(part), part]));
  const focused = document.activeElement;
  screen.replaceChildren(...found.map((part) => known.get(key(part)) ?? part));
  if (focused?.isConnected) focused.focus();
  screen.dispatchEvent(new Event("sixdigits:changed", { bubbles: true }));
}

async function look() {
  if (!document.hidden) await refresh().catch(() => {}); // the server may be restarting: look again
  setTimeout(look, 2000);
}

setTimeout(look, 2000);

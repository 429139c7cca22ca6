// What the pages do beyond plain forms. Every page works without it.
const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
const find = (selector) => document.querySelector(selector);

find("[data-summary]")?.focus();

all("[data-reveal]", (button) => {
  const input = document.getElementById(button.dataset.reveal);
  const hide = () => show(false);
  function show(on) {
    input.type = on ? "text" : "password";
    button.textContent = on ? button.dataset.hide : button.dataset.show;
    button.ariaLabel = on ? button.dataset.labelHide : button.dataset.labelShow;
  }
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", hide); // or the browser would remember it as plain text
});

all("[data-length-of]", (line) => {
  const input = document.getElementById(line.dataset.lengthOf), meter = line.querySelector("meter");
  const words = line.querySelector("[role=status]");
  input.addEventListener("input", () => {
    const length = [...input.value].length;
    line.hidden = !length;
    meter.value = length;
    words.textContent = length < meter.low ? words.dataset.short
      : length < meter.high ? words.dataset.enough : words.dataset.good;
  });
});

// Found again by each click, for the simulated phone changes its buttons while it is open.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = before; }, 2000);
  } catch { button.hidden = true; } // the text itself stands beside it, to be copied by hand
});

// Two presses must not ask for two texts; coming back to the page makes the form good again.
document.addEventListener("submit", (event) => {
  const { dataset } = event.target;
  if (!("once" in dataset)) return;
  if (dataset.once) event.preventDefault();
  dataset.once = "sent";
});
addEventListener("pageshow", () => all("[data-once]", (form) => { form.dataset.once = ""; }));

function enliven(root) {
  const lang = document.documentElement.lang, locale = lang === "en" ? "en-GB" : lang;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const brief = { day: "numeric", month: "short", ...clock };
  const when = { ...brief, month: "long", year: "numeric" };
  const styles = { clock, brief, when, exact: { ...when, second: "2-digit" } };
  root.querySelectorAll("time[data-local]").forEach((time) => {
    time.title = time.textContent;
    time.textContent = new Date(time.dateTime).toLocaleString(locale, styles[time.dataset.local]);
    delete time.dataset.local;
  });
  if (!navigator.clipboard) return;
  root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
}
enliven(document);
document.addEventListener("sixdigits:changed", ({ target }) => enliven(target));

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) all("[data-passkey]", passkey);

async function passkey(form) {
  const creates = form.dataset.passkey === "create", options = JSON.parse(form.dataset.options);
  let waiting; // for a passkey chosen from the browser's autofill
  form.hidden = false;

  async function ask(more) {
    const publicKey = creates ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
      : PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const made = await navigator.credentials[creates ? "create" : "get"]({ publicKey, ...more });
    form.elements.credential.value = JSON.stringify(made);
    HTMLFormElement.prototype.submit.call(form);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    waiting?.abort();
    ask({}).catch(() => { form.querySelector("[data-passkey-say]").textContent = form.dataset.failed; });
  });
  if (!("autofill" in form.dataset) || !await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  waiting = new AbortController();
  ask({ mediation: "conditional", signal: waiting.signal }).catch(() => {}); // the button is still there
}

// A draft is looked at while it is written; without script the button Check does it.
all("[data-preview]", (form) => {
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 400);
  });
  async function look() {
    const draft = new URLSearchParams(new FormData(form));
    draft.delete("csrf_token");
    try {
      const answer = await fetch(`${location.pathname}?${draft}`, { redirect: "error" });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok) find("#preview").replaceChildren(...found.getElementById("preview").childNodes);
    } catch {} // the button is still there
  }
});

const page = find("[data-code-page]");
if (page && find("input.code")) codePage(page, page.dataset);

function codePage(page, given) {
  const input = find("input.code"), fate = find("[data-fate]"), say = find("[data-say]");
  const again = find("[data-resend] button"), wait = find("[data-resend-text]");
  // By the server's clock, for the reader's may be wrong: it gave the moment and the seconds left.
  let expires = Date.parse(given.expiresAt);
  const ahead = expires ? expires - given.expiresIn * 1000 - Date.now() : 0;
  const now = () => Date.now() + ahead;
  let mayResend = now() + given.resendIn * 1000;
  const over = new AbortController();
  const seconds = (until) => Math.max(0, Math.ceil((until - now()) / 1000));

  function tick() {
    if (expires && !seconds(expires)) return end();
    const left = seconds(expires);
    const spell = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const clock = find("[data-left]"), age = find("[data-ago]");
    if (clock && expires) clock.textContent = ` (${spell})`;
    if (age) age.textContent = ageWords(age, (now() - Date.parse(age.dateTime)) / 1000);
    if (again) count(seconds(mayResend));
  }

  function count(left) {
    if (again.disabled && !left) say.textContent = given.ready;
    again.disabled = left > 0;
    wait.textContent = left ? wait.dataset.wait.replace("{seconds}", left) : "";
  }

  function end() {
    over.abort();
    clearInterval(ticking);
    all("[data-live]", (part) => { part.hidden = true; });
    find("[data-expired]").hidden = false;
  }

  function learn(news) {
    if (news.expires_in <= 0) return end();
    expires = now() + news.expires_in * 1000;
    mayResend = now() + news.resend_in * 1000;
    if (news.status !== fate.dataset.status) {
      fate.dataset.status = news.status;
      find("[data-fate-text]").textContent = news.text ?? news.status;
      find("[data-ago]").dateTime = news.at ?? new Date(now()).toISOString();
    }
    tick();
  }

  async function poll(pause) {
    if (over.signal.aborted || !["queued", "sent"].includes(fate.dataset.status)) return;
    if (!document.hidden) {
      try {
        const how = { signal: over.signal, cache: "no-store", redirect: "error" };
        const answer = await fetch(given.statusUrl, how);
        if (answer.ok) learn(await answer.json());
        else if (answer.status < 500 && answer.status !== 429) return;
        else pause *= 2;
      } catch { pause *= 2; }
    }
    const next = Math.min(pause * 1.1, 15000);
    setTimeout(poll, pause, next);
  }

  function fill(code) {
    if (!code || input.value) return;
    input.value = code;
    say.textContent = given.filled; // no submit: someone may still be reading
  }

  const ticking = setInterval(tick, 1000);
  tick();
  if (given.statusUrl && fate) setTimeout(poll, 2000, 2000);
  if ("mayFill" in given) {
    fill(sessionStorage.getItem("code from the simulated phone"));
    sessionStorage.removeItem("code from the simulated phone");
  }
  if ("OTPCredential" in window) {
    navigator.credentials.get({ otp: { transport: ["sms"] }, signal: over.signal })
      .then((found) => fill(found?.code), () => {});
    input.form.addEventListener("submit", () => over.abort());
  }
}

function ageWords({ dataset }, age) {
  if (age < 2) return dataset.agoNow;
  const [words, number] = age < 60 ? [dataset.ago, age] : [dataset.agoMinutes, age / 60];
  return words.replace("{n}", Math.max(0, Math.floor(number)));
}

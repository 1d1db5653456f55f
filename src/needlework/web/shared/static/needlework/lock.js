// Covers the screen when nobody is at it. The page underneath stays as it is; nothing is stored.
(() => {
  "use strict";

  const dialog = document.getElementById("lock");
  if (!dialog) return;
  const form = dialog.querySelector("form");
  const said = dialog.querySelector("[data-said]");
  const beside = dialog.querySelector("[data-beside]");
  const idleMs = Number(dialog.dataset.idleS) * 1000;
  const lookMs = 5000;
  const title = document.title;
  // When the server last heard of us, and when somebody last did something here.
  let heardAt = Date.now();
  let activeAt = heardAt;
  let locked = false;
  let looking = false;

  const ask = async (address, body) => {
    const answer = await fetch(address, {
      method: body ? "POST" : "GET",
      body,
      redirect: "manual",
      cache: "no-store",
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(8000),
    });
    // Whoever is signed out is led to the sign-in, which tells nothing here.
    const told = answer.type === "opaqueredirect" ? { ended: true } : await answer.json();
    return { ok: answer.ok, ...told };
  };
  const tokenOnly = () => {
    const body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    return body;
  };
  const say = (words) => {
    said.textContent = words;
    said.hidden = !words;
  };

  const cover = () => {
    if (locked) return;
    locked = true;
    document.documentElement.classList.add("is-locked");
    document.title = dialog.dataset.title;
    form.elements.unlock_password.value = "";
    say("");
    dialog.showModal();
    form.elements.unlock_password.focus();
  };
  const uncover = (told) => {
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
      input.value = told.token;
    }
    heardAt = activeAt = Date.now();
    locked = false;
    beside.hidden = true;
    form.elements.unlock_password.value = "";
    document.documentElement.classList.remove("is-locked");
    document.title = title;
    dialog.close();
  };
  const settle = (told) => {
    if (told.ended) {
      say(dialog.dataset.ended);
      beside.hidden = false;
    } else if (told.who && told.who !== dialog.dataset.who) {
      // Somebody else signed in meanwhile: this page is none of theirs.
      location.reload();
    } else if (told.wrong) {
      say(told.wrong);
      form.elements.unlock_password.select();
    } else if (told.left_s > 0) {
      uncover(told);
    }
  };

  const look = async () => {
    if (looking) return;
    looking = true;
    const now = Date.now();
    try {
      if (locked) return;
      if (now - heardAt >= idleMs) {
        // Another page of the same person may have been busy.
        const told = await ask(dialog.dataset.awake).catch(() => ({}));
        if (told.left_s > 0 && told.who === dialog.dataset.who) {
          heardAt = Date.now() - (idleMs - told.left_s * 1000);
        } else {
          cover();
        }
      } else if (activeAt > heardAt && now - heardAt > idleMs / 8) {
        const told = await ask(dialog.dataset.awake, tokenOnly()).catch(() => null);
        if (told && told.left_s > 0) heardAt = Date.now();
        else if (told) cover();
      }
    } finally {
      looking = false;
    }
  };

  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart", "input"]) {
    document.addEventListener(kind, () => { activeAt = Date.now(); }, { passive: true, capture: true });
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail;
    if (xhr && xhr.status >= 200 && xhr.status !== 423) heardAt = Date.now();
  });
  document.addEventListener("needlework:locked", cover);
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) return;
    if (!locked) look();
    else settle(await ask(dialog.dataset.awake).catch(() => ({})));
  });
  window.addEventListener("pageshow", look);
  setInterval(look, lookMs);

  // Escape does not open it; a browser that shuts it all the same gets it back.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => { if (locked) dialog.showModal(); });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      settle(await ask(form.action, new URLSearchParams(new FormData(form))));
    } catch {
      say(dialog.dataset.offline);
    }
  });
  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-lock-now]")) return;
    event.preventDefault();
    cover();
    await ask(dialog.dataset.lock, tokenOnly()).catch(() => ({}));
  });
})();

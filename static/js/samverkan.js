/* Samverkan in the browser. Everything works without this file; it only spares steps and keeps what is typed.
   Texts come from data attributes that the templates have translated. */
"use strict";

(() => {
  const texts = document.body.dataset;
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

  /* What the page has to say takes focus: first what is wrong in the form, else what just happened. */
  const first = document.querySelector(".sv-summary[data-take-focus]") || document.querySelector("[data-take-focus]");
  if (first) first.focus();

  /* A link in the summary leads into the control itself, label in sight. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".sv-summary a[href^='#']");
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    (control.closest(".sv-field") || control).scrollIntoView({ block: "start" });
    control.focus({ preventScroll: true });
  });

  /* A form is sent once. The button says that it is being saved and comes back if the page is shown again. */
  const sent = new Set();
  const release = () => {
    for (const [form, button, label] of sent) {
      delete form.dataset.sent;
      button.disabled = false;
      button.replaceChildren(...label);
    }
    sent.clear();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "noGuard" in form.dataset) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    const button = event.submitter || form.querySelector("button[type=submit]");
    if (!button) return;
    // After the browser has read the form: a disabled button's own value would not be sent.
    setTimeout(() => {
      sent.add([form, button, [...button.childNodes]]);
      button.disabled = true;
      if (button.classList.contains("btn")) button.textContent = texts.saving;
    });
    setTimeout(release, 20000);
  });
  addEventListener("pageshow", release);

  /* Drafts: two seconds after the last key, and when the page is left. */
  for (const form of document.querySelectorAll("form[data-draft-url]")) {
    let waiting, dirty = false;
    const statuses = form.querySelectorAll("[data-draft-status]");
    const say = (text, failed) => statuses.forEach((status) => {
      status.textContent = text;
      status.classList.toggle("is-failed", failed);
    });
    const save = async (leaving) => {
      clearTimeout(waiting);
      if (!dirty || form.dataset.sent) return;
      dirty = false;
      const fields = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        const secret = form.elements[name]?.type === "password";
        if (typeof value === "string" && !secret && !["csrfmiddlewaretoken", "form_key", "form_of"].includes(name)) fields.append(name, value);
      }
      try {
        const answer = await fetch(form.dataset.draftUrl, {
          method: "POST", body: fields, keepalive: leaving, redirect: "error", headers: { "X-CSRFToken": token() },
        });
        if (answer.status === 401) return say(texts.draftLoggedOut, true);
        if (answer.status === 423) dirty = true;
        if (!answer.ok) throw new Error(answer.status);
        const now = new Date().toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit" }).replace(":", ".");
        say(texts.draftSaved.replace("{time}", now), false);
      } catch {
        dirty = true;
        say(texts.draftFailed, true);
        waiting = setTimeout(save, 15000);
      }
    };
    form.addEventListener("input", () => {
      dirty = true;
      clearTimeout(waiting);
      waiting = setTimeout(save, 2000);
    });
    addEventListener("online", () => save());
    addEventListener("pagehide", () => save(true));
  }

  /* A form without a draft that has been typed in is not left without a question: not for another page, not for another language. */
  const typed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.matches("main form.sv-form[method=post]:not([data-draft-url], .sv-login)")) typed.add(form);
  });
  document.addEventListener("submit", (event) => typed.delete(event.target));
  addEventListener("beforeunload", (event) => [...typed].some((form) => form.isConnected) && event.preventDefault());

  /* The answer to a row of a list by one key, only while focus is in the form and not in a field that is written in. */
  for (const form of document.querySelectorAll("form[data-answer-keys]")) {
    const keys = new Map(form.dataset.answerKeys.split(" ").map((pair) => pair.split(":")));
    form.parentElement.querySelectorAll("[data-keys-hint]").forEach((hint) => (hint.hidden = false));
    // After the browser has gone to the form's place on the page, which takes focus away.
    addEventListener("load", () => setTimeout(() => {
      (document.querySelector(".sv-summary") || form.querySelector("input[name=outcome]:checked, input[name=outcome]"))?.focus();
    }));
    form.addEventListener("keydown", (event) => {
      const written = event.target.matches("select, textarea, input:not([type=radio], [type=checkbox])");
      const answer = keys.get(event.key.toLowerCase());
      if (!answer || written || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const choice = form.querySelector(`input[name=outcome][value=${answer}]`);
      choice.click();
      choice.focus();
    });
  }

  /* Search: Ctrl or Cmd with the key that the field names; never a bare key. */
  const search = document.querySelector("[data-shortcut]");
  addEventListener("keydown", (event) => {
    if (!search || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.key.toLowerCase() !== search.dataset.shortcut || !search.checkVisibility()) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  /* What nobody touches is covered, here and in every other tab; the page behind keeps its place and its text. */
  const cover = document.querySelector("[data-cover]");
  if (cover) {
    const warning = document.querySelector("[data-idle-warning][role]"), says = cover.querySelector("[data-cover-says]");
    const limit = texts.idle * 1000, title = document.title;
    let touched = Date.now(), told = Date.now();
    const post = (url, body) => fetch(url, { method: "POST", body, redirect: "error", headers: { "X-CSRFToken": token() } });
    const shut = () => {
      if (cover.open) return;
      warning.hidden = true;
      document.body.classList.add("is-covered");
      document.title = `${texts.lockedTitle} · Samverkan`;
      cover.showModal();
      cover.querySelector("[type=password]").focus();
    };
    const open = () => {
      document.body.classList.remove("is-covered");
      document.title = title;
      touched = told = Date.now();
      cover.close();
    };
    const lock = () => {
      shut();
      localStorage.setItem("covered", Date.now());
      post(texts.lockUrl).catch(() => {});
    };
    const touch = () => {
      if (cover.open) return;
      touched = Date.now();
      localStorage.setItem("touched", touched);
      if (!warning.hidden) warning.hidden = true;
      if (touched - told < 60000) return;
      told = touched;
      post(texts.hereUrl).then((answer) => answer.status === 423 && shut()).catch(() => {});
    };
    for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) addEventListener(kind, touch, { passive: true });
    setInterval(() => {
      if (cover.open) return;
      const still = Date.now() - Math.max(touched, Number(localStorage.getItem("touched")) || 0);
      if (still >= limit) lock();
      else if (still >= limit - texts.idleWarning * 1000) warning.hidden = false;
      else warning.hidden = true;
    }, 1000);
    // Escape does not open it; a browser that closes the dialog all the same finds it shown again, and nothing behind it.
    cover.addEventListener("keydown", (event) => event.key === "Escape" && event.preventDefault());
    cover.addEventListener("cancel", (event) => event.preventDefault());
    cover.addEventListener("close", () => document.body.classList.contains("is-covered") && cover.showModal());
    cover.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const field = cover.querySelector("[type=password]");
      try {
        const answer = await post(texts.unlockUrl, new URLSearchParams({ password: field.value }));
        field.value = "";
        if (answer.status === 401) return location.reload();
        if (answer.status !== 204) return (says.textContent = texts.wrongPassword, field.focus());
        says.textContent = "";
        localStorage.removeItem("covered");
        open();
      } catch {
        says.textContent = texts.noAnswer;
      }
    });
    addEventListener("storage", (event) => {
      if (event.key !== "covered") return;
      if (event.newValue) shut();
      else if (cover.open) open();
    });
    document.querySelector("[data-lock-now]")?.addEventListener("click", (event) => (event.preventDefault(), lock()));
    document.addEventListener("htmx:responseError", (event) => event.detail.xhr.status === 423 && shut());
  }

  /* Menus close on Escape and on a click beside; the phone's menu closes when the window grows into a column. */
  const menus = document.querySelectorAll("details[data-menu]");
  addEventListener("click", (event) => menus.forEach((menu) => menu.contains(event.target) || (menu.open = false)));
  addEventListener("keydown", (event) => event.key === "Escape" && menus.forEach((menu) => {
    if (!menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  }));
  /* What lies open beside the work on a wide screen starts folded above it on a narrow one. */
  if (!matchMedia("(min-width: 75em)").matches) document.querySelectorAll("details[data-fold-narrow]").forEach((part) => (part.open = false));
  const navigation = document.getElementById("menu");
  matchMedia("(min-width: 62em)").addEventListener("change", (wide) => {
    if (wide.matches && navigation?.matches(":popover-open")) navigation.hidePopover();
  });

  /* A switch that reloads the page brings focus back to where it was. */
  const place = `focus:${location.pathname}`;
  const kept = sessionStorage.getItem(place);
  if (kept) {
    sessionStorage.removeItem(place);
    if (!first) document.getElementById(kept)?.focus();
  }
  const keep = (element) => element.id && element.closest("[data-keep-focus]") && sessionStorage.setItem(place, element.id);
  addEventListener("click", (event) => {
    const link = event.target.closest("a[id], button[id]");
    if (link) keep(link);
  });
  for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
    form.querySelectorAll("[type=submit]").forEach((button) => (button.hidden = true));
    form.addEventListener("change", (event) => {
      keep(event.target);
      form.requestSubmit();
    });
  }

  /* Demo logins fill the form; the person still presses the button. */
  addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill-username]");
    if (!button) return;
    const form = document.querySelector(".sv-login");
    form.elements.username.value = button.dataset.fillUsername;
    form.elements.password.value = button.dataset.fillPassword;
    const submit = form.querySelector("[type=submit]");
    submit.scrollIntoView({ block: "nearest" });
    submit.focus();
  });

  addEventListener("click", (event) => event.target.closest("[data-print]") && print());

  /* Copying a block of text: the button is there only where it works, and says when it has. */
  for (const button of document.querySelectorAll("[data-copy]")) {
    const block = document.getElementById(button.dataset.copy);
    const beside = button.parentElement;
    const status = beside.querySelector("[data-copy-status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      block.focus();
      block.select();
      try {
        await navigator.clipboard.writeText(block.value);
        status.textContent = button.dataset.copied;
        /* What comes next is proposed, never assumed: the tick is under the hand and still to be set. */
        beside.querySelector("[data-journal-enter]")?.focus();
      } catch {
        /* The text is marked: Ctrl+C copies it. */
      }
    });
  }

  /* The boxes of a consent: a digit ticks its row in the column that has the focus, the arrows move. Only inside the grid. */
  for (const grid of document.querySelectorAll("[data-grid]")) {
    const box = (row, column) => grid.querySelector(`[data-row="${row}"][data-column="${column}"]`);
    const most = (what) => Math.max(...[...grid.querySelectorAll(`[data-${what}]`)].map((one) => Number(one.dataset[what])));
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    grid.addEventListener("keydown", (event) => {
      if (!event.target.dataset.row || event.ctrlKey || event.metaKey || event.altKey) return;
      let row = Number(event.target.dataset.row), column = Number(event.target.dataset.column);
      const step = steps[event.key];
      let to = /^[1-9]$/.test(event.key) ? box(event.key, column) : null;
      if (to) to.click();
      while (step && !to) {
        [row, column] = [row + step[0], column + step[1]];
        if (row < 1 || column < 1 || row > most("row") || column > most("column")) break;
        to = box(row, column);
      }
      if (step || to) event.preventDefault();
      if (to) to.focus();
    });
  }

  /* How long: the last day of each choice, counted anew from the day that is written. */
  for (const form of document.querySelectorAll("form:has([data-months])")) {
    const iso = (day) => day.toISOString().slice(0, 10);
    const last = (first, { months, days }) => {
      const end = new Date(`${first}T00:00:00Z`);
      if (days) end.setUTCDate(end.getUTCDate() + Number(days) - 1);
      else {
        const day = end.getUTCDate();
        end.setUTCMonth(end.getUTCMonth() + Number(months), 1);
        end.setUTCDate(Math.min(day, new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate()) - 1);
      }
      return iso(end);
    };
    form.addEventListener("input", (event) => {
      if (!["given_on", "valid_from"].includes(event.target.name)) return;
      const first = (form.elements.valid_from?.value || form.elements.given_on.value).trim();
      if (!/^\d{4}-\d\d-\d\d$/.test(first) || Number.isNaN(Date.parse(first))) return;
      for (const choice of form.querySelectorAll("[data-months], [data-days]")) {
        const words = choice.labels[0];
        words.textContent = words.textContent.replace(/\d{4}-\d\d-\d\d/, last(first, choice.dataset));
      }
    });
  }

  /* Texts for the care record: bare keys work only while the focus is in one of them. */
  const records = [...document.querySelectorAll("[data-journal]")];
  const told = document.querySelector("[data-journal-keys]");
  if (told && records.length) told.hidden = false;
  /* After one the next: the hand stays on the keys. */
  const came = told && location.hash.startsWith("#c-") && document.getElementById(location.hash.slice(1));
  const goOn = () => records.find((text) => text === came || came.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)?.querySelector("textarea").focus();
  /* Not before the browser itself has gone to the place in the address, which takes the focus away. */
  if (came) addEventListener("load", () => setTimeout(goOn));
  records.forEach((text, at) => text.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const next = { n: records[at + 1], p: records[at - 1] }[event.key.toLowerCase()];
    const press = { k: text.querySelector("[data-copy]"), i: text.querySelector("[data-journal-enter]") }[event.key.toLowerCase()];
    if (!next && !press) return;
    event.preventDefault();
    press?.click();
    next?.querySelector("textarea").focus();
  }));

  /* A part of the page that is no longer ours to see: the page itself answers. A lost connection is said aloud. */
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if ([403, 404].includes(status)) location.reload();
    else if (status !== 423) notLoaded(event.target);
  });
  document.addEventListener("htmx:sendError", (event) => notLoaded(event.target));
  const notLoaded = (place) => {
    const note = Object.assign(document.createElement("p"), { className: "sv-message is-stop", textContent: texts.notLoaded });
    note.setAttribute("role", "alert");
    place.parentElement.querySelector(":scope > .sv-message[role=alert]")?.remove();
    place.before(note);
  };
})();

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
      if (!document.querySelector(".sv-summary")) form.querySelector("input[name=outcome]:checked, input[name=outcome]")?.focus();
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
    const status = document.querySelector("[data-copy-status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      block.focus();
      block.select();
      try {
        await navigator.clipboard.writeText(block.value);
        status.textContent = button.dataset.copied;
      } catch {
        /* The text is marked: Ctrl+C copies it. */
      }
    });
  }

  /* A part of the page that is no longer ours to see: the page itself answers. A lost connection is said aloud. */
  document.addEventListener("htmx:responseError", (event) => {
    if ([403, 404].includes(event.detail.xhr.status)) location.reload();
    else notLoaded(event.target);
  });
  document.addEventListener("htmx:sendError", (event) => notLoaded(event.target));
  const notLoaded = (place) => {
    const note = Object.assign(document.createElement("p"), { className: "sv-message is-stop", textContent: texts.notLoaded });
    note.setAttribute("role", "alert");
    place.parentElement.querySelector(":scope > .sv-message[role=alert]")?.remove();
    place.before(note);
  };
})();

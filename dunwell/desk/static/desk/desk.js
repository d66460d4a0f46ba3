// Keyboard first: one key for the next customer, one for each outcome. Everything works without this file too.
"use strict";
const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, dialog");
const go = (selector) => { const link = document.querySelector(selector); if (link) link.click(); };

function choose(radio) {
  radio.checked = true;
  radio.focus();
  const note = document.getElementById("note");
  if (note && (!note.value || note.value === note.dataset.drafted)) {
    note.value = note.dataset.drafted = radio.dataset.note || "";
  }
  const then = document.getElementById("then");
  if (then) {
    then.textContent = radio.dataset.then || "";
    then.classList.toggle("hidden", !radio.dataset.then);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  const finish = document.getElementById("finish");
  if (event.key === "Enter" && finish && event.target.matches("input[type=radio]")) { event.preventDefault(); finish.requestSubmit(); return; }
  if (typing(event.target)) return;
  const radio = finish && finish.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (radio) { event.preventDefault(); choose(radio); return; }
  const attempt = document.getElementById("attempt");
  if (key === "a" && attempt) { event.preventDefault(); attempt.requestSubmit(); }
  else if (key === "r" && attempt) { event.preventDefault(); const box = document.getElementById("recorded"); box.checked = !box.checked; }
  else if (key === "n" && !finish) { const next = document.getElementById("next"); if (next) { event.preventDefault(); next.requestSubmit(); } }
  else if (key === "p") go("#to-promise");
  else if (key === "q") go('a[href="/queue/"]');
  else if (key === "t") go('a[href="/"].nav-link');
  else if (event.key === "?") document.getElementById("help")?.showModal();
});
document.addEventListener("change", (event) => { if (event.target.matches("#finish input[type=radio]")) choose(event.target); });
// One click, one contact: a form that is on its way is not sent again.
document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog" || event.target.hasAttribute("hx-post")) return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "1";
  event.submitter?.classList.add("btn-loading");
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll(".btn-loading").forEach((button) => button.classList.remove("btn-loading"));
});

// The queue from the keyboard. All of it works without this file: it only ticks, moves and presses.
(() => {
  "use strict";
  const form = document.getElementById("queue");
  if (!form) return;
  const rows = [...form.querySelectorAll(".queue-row")];
  const help = form.querySelector(".queue-keys");
  if (help) help.hidden = false;
  let at = -1;

  const go = (to) => {
    if (!rows.length) return;
    if (rows[at]) rows[at].classList.remove("queue-here");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("queue-here");
    const target = rows[at].querySelector("input[type=checkbox], a");
    target.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const tick = (row, to) => {
    const box = row && row.querySelector("input[type=checkbox]");
    if (box) box.checked = to === undefined ? !box.checked : to;
  };
  const press = (key) => {
    const button = form.querySelector(`button[data-key="${key}"]`);
    if (!button) return;
    if (!form.querySelector("input[name=one]:checked")) tick(rows[at], true);
    const asks = { a: "id_kind", r: "id_reason" }[key];
    const field = asks && document.getElementById(asks);
    if (field && !field.value.trim()) field.focus();
    else button.click();
  };
  // By the place of the key: with a Kazakh or Russian layout it types another letter.
  const keys = {
    KeyJ: () => go(at + 1),
    KeyK: () => go(at - 1),
    KeyX: () => tick(rows[at]),
    KeyS: () => {
      const all = rows.every((row) => row.querySelector("input").checked);
      rows.forEach((row) => tick(row, !all));
    },
    KeyO: () => rows[at] && rows[at].querySelector(".queue-title").click(),
    KeyA: () => press("a"),
    KeyR: () => press("r"),
    KeyN: () => press("n"),
    KeyU: () => {
      const undo = document.querySelector("#queue-undo button");
      if (undo) undo.click();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
    const on = event.target;
    const typing = on.matches && on.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing) {
      if (event.code === "Escape") on.blur();
      return;
    }
    const act = keys[event.code];
    if (!act) return;
    event.preventDefault();
    act();
  });
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest(".queue-row");
    if (!row || row === rows[at]) return;
    if (rows[at]) rows[at].classList.remove("queue-here");
    at = rows.indexOf(row);
    row.classList.add("queue-here");
  });
})();

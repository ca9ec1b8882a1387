// Doubles offered while an act is typed in, and boxes filled from its pasted address. Without this
// script the button beside the address does the same.
"use strict";
(() => {
  const place = document.getElementById("doubles");
  const form = place && place.closest("form");
  if (!form) return;
  const read = ["address", "kind", "adoption_number", "register_number", "when", "title",
    "official_title", "links", "codes", "bodies", "district"];
  let waiting, asked = "", last;
  const look = async () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (read.includes(name) && value) query.append(name, String(value).slice(0, 300));
    }
    if (query.toString() === asked) return;
    asked = query.toString();
    if (last) last.abort();
    last = new AbortController();
    try {
      const answer = await fetch(`${place.dataset.address}?${query}`, { signal: last.signal });
      if (!answer.ok) return;
      const said = await answer.json();
      for (const [name, value] of Object.entries(said.filled)) {
        const box = form.elements[name];
        if (!box) continue;
        if (!box.value) box.value = value;
        else if (name === "codes" || name === "links") box.value = `${box.value.trimEnd()}\n${value}`;
      }
      place.innerHTML = said.html;
      place.hidden = !said.html.trim();
    } catch (error) {
      if (error.name !== "AbortError") asked = "";
    }
  };
  form.addEventListener("input", (event) => {
    if (!read.includes(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(look, 400);
  });
})();

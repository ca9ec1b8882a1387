// Suggestions while typing, in the browser's own list; the search works without this file.
(function () {
  "use strict";
  var box = document.querySelector("input[data-suggest]"), list = document.createElement("datalist");
  var last = "", timer;
  if (!box || !window.fetch) return;
  list.id = box.id + "-offers";
  box.after(list);
  box.setAttribute("list", list.id);
  function show(answer) {
    if (box.value.trim() !== answer.q) return;
    list.textContent = "";
    answer.suggestions.forEach(function (one) {
      var option = document.createElement("option");
      option.value = one.text;
      option.label = one.about ? one.text + " · " + one.about : one.text;
      list.appendChild(option);
    });
  }
  box.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(function () {
      var typed = box.value.trim();
      if (typed.length < 2 || typed === last) return;
      last = typed;
      fetch(box.dataset.suggest + "?q=" + encodeURIComponent(typed)).then(function (answer) {
        return answer.ok ? answer.json() : null;
      }).then(function (answer) { if (answer) show(answer); }, function () {});
    }, 250);
  });
})();

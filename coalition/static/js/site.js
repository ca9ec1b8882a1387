// Comforts only: every page works without this file. Old phones: no syntax newer than 2019.
(function () {
  "use strict";
  var own = document.currentScript.dataset;

  // Copy: a link that carries its address, a button that names the text it copies.
  function say(button) {
    var before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(function () { button.textContent = before; }, 2000);
  }
  function copy(text, done, failed) {
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, failed);
    else failed();
  }
  document.querySelectorAll("[data-copy-from]").forEach(function (button) {
    button.hidden = false;
  });
  document.addEventListener("click", function (event) {
    var one = event.target.closest("[data-copy], [data-copy-from]");
    if (!one) return;
    var source = one.dataset.copyFrom && document.getElementById(one.dataset.copyFrom);
    event.preventDefault();
    copy(source ? source.textContent : one.dataset.copy, function () { say(one); }, function () {
      if (source) getSelection().selectAllChildren(source);
      else location.href = one.href;
    });
  });

  // Draft: what is typed into form[data-draft=NAME] stays on this device for a week, or until a page
  // with [data-draft-done=NAME] says that it arrived. Passwords, files and hidden fields are not kept.
  var WEEK = 6048e5;
  function store(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else if (value !== undefined) localStorage.setItem(key, JSON.stringify(value));
      else return JSON.parse(localStorage.getItem(key));
    } catch (error) { return null; }
  }
  function fields(form) {
    return [].filter.call(form.elements, function (one) {
      return one.name && !/^(hidden|password|file|submit|button|reset)$/.test(one.type) &&
        one.autocomplete !== "off";
    });
  }
  function ticks(one) { return one.type === "checkbox" || one.type === "radio"; }
  function read(form) {
    return fields(form).map(function (one) {
      return [one.name, ticks(one) ? one.value : "", ticks(one) ? one.checked : one.value];
    });
  }
  document.querySelectorAll("[data-draft-done]").forEach(function (one) {
    store("draft:" + one.dataset.draftDone, null);
  });
  document.querySelectorAll("form[data-draft]").forEach(function (form) {
    var key = "draft:" + form.dataset.draft, first = JSON.stringify(read(form));
    var note = form.querySelector("[data-draft-note]"), kept = store(key), timer;
    function keep() {
      clearTimeout(timer);
      var now = read(form);
      if (JSON.stringify(now) !== first) store(key, { at: Date.now(), fields: now });
    }
    // A form that came back with errors holds what was typed already.
    if (kept && Date.now() - kept.at < WEEK && !document.querySelector(".errors")) {
      if (JSON.stringify(kept.fields) !== first && note) note.hidden = false;
      kept.fields.forEach(function (row) {
        fields(form).forEach(function (one) {
          if (one.name !== row[0]) return;
          if (!ticks(one)) one.value = row[2];
          else if (one.value === row[1]) one.checked = row[2];
        });
      });
    }
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(keep, 400);
    });
    form.addEventListener("submit", keep);
    if (note) note.querySelector("button").addEventListener("click", function () {
      clearTimeout(timer);
      store(key, null);
      form.reset();
      note.hidden = true;
    });
  });

  // Without a connection: say that this is a saved copy; on the offline page list what is saved.
  var list = document.getElementById("saved-pages");
  if (!navigator.onLine && own.offline && !list) {
    var line = document.createElement("p");
    line.className = "notice";
    line.textContent = own.offline;
    document.getElementById("main").prepend(line);
  }
  if (list && window.caches) caches.open("pages-1").then(function (pages) {
    return pages.keys().then(function (requests) {
      return Promise.all(requests.reverse().map(function (request) {
        return pages.match(request).then(function (answer) { return answer.text(); })
          .then(function (html) {
            var title = new DOMParser().parseFromString(html, "text/html").title.split(" · ")[0];
            var item = document.createElement("li"), link = document.createElement("a");
            link.href = request.url;
            link.textContent = title.trim();
            item.appendChild(link);
            list.appendChild(item);
            list.hidden = false;
          });
      }));
    });
  });
  if (navigator.serviceWorker && own.worker) addEventListener("load", function () {
    navigator.serviceWorker.register(own.worker);
  });
})();

/* The rule editor: checks while one types; a test's page looks again. */
(function () {
  'use strict';

  var form = document.getElementById('rule-form');
  var running = document.getElementById('rule-running');

  function add(parent, name, text, className) {
    var one = document.createElement(name);
    if (text !== undefined) one.textContent = text;
    if (className) one.className = className;
    parent.appendChild(one);
    return one;
  }

  function go(area, line, column) {
    var lines = area.value.split('\n');
    var at = 0;
    for (var i = 0; i < line - 1 && i < lines.length; i++) at += lines[i].length + 1;
    at += Math.max(0, column - 1);
    area.focus();
    area.setSelectionRange(at, Math.min(at + 1, area.value.length));
    area.scrollTop = (line - 6) * parseFloat(getComputedStyle(area).lineHeight);
  }

  function fault(list, area, f) {
    var item = add(list, 'li');
    if (f.file) {
      add(item, 'span', f.file + ':' + f.line + ':' + f.column + ' ').dir = 'ltr';
    } else {
      var place = add(item, 'button', f.line + ':' + f.column);
      place.type = 'button';
      place.addEventListener('click', function () { go(area, f.line, f.column); });
      item.appendChild(document.createTextNode(' '));
    }
    add(item, 'span', f.text);
  }

  function show(box, area, data) {
    var faults = data.faults || [], notes = data.warnings || [], bad = [];
    box.textContent = '';
    var verdict = add(box, 'p', undefined, faults.length ? 'verdict bad' : 'verdict ok');
    add(verdict, 'b', faults.length ? box.dataset.wrong : box.dataset.right);
    if (faults.length) {
      var list = add(box, 'ol', undefined, 'faults');
      faults.forEach(function (f) { fault(list, area, f); });
    }
    if (notes.length) {
      var warns = add(box, 'ul', undefined, 'warns');
      notes.forEach(function (f) { fault(warns, area, f); });
    }
    (data.samples || []).forEach(function (s) { if (s.hit !== s.found) bad.push(s); });
    if (bad.length) {
      var wrong = add(box, 'ul', undefined, 'samples');
      bad.forEach(function (s) {
        add(wrong, 'li', s.line + ': ' + (s.hit ? box.dataset.missed : box.dataset.found) + ' ' + s.text);
      });
    } else if ((data.samples || []).length) {
      add(box, 'p', box.dataset.samples + ' (' + data.samples.length + ')');
    }
  }

  if (form && window.fetch) {
    var area = document.getElementById('rule-text');
    var box = document.getElementById('rule-checked');
    var timer = 0, number = 0;
    var check = function () {
      var mine = ++number;
      fetch(form.dataset.check, {
        method: 'POST', credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': form.elements.csrf.value },
        body: JSON.stringify({ 'do': 'check', object: form.elements.object.value, text: area.value })
      }).then(function (answer) {
        return answer.ok ? answer.json() : null;
      }).then(function (data) {
        if (data && mine === number) show(box, area, data);
      }).catch(function () {});
    };
    area.addEventListener('input', function () {
      clearTimeout(timer);
      timer = setTimeout(check, 700);
    });
  }

  if (running) {
    setTimeout(function () { location.reload(); }, 1500);
  }
})();

// The incident list by keyboard, and acts on many: what is asked is sent behind
// the page, so that the cursor stays where it is; a reason is asked for in a
// dialog that is made of the server's own form.
(() => {
  'use strict';
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const filters = $('#filters');
  if (filters) {
    // Empty fields say nothing, and stay out of the address.
    filters.addEventListener('submit', () => {
      for (const field of $$('input, select', filters)) if (!field.value) field.disabled = true;
    });
    addEventListener('pageshow', () => { for (const field of $$(':disabled', filters)) field.disabled = false; });
    for (const select of $$(':scope > label select', filters)) select.addEventListener('change', () => filters.requestSubmit());
  }
  const list = $('#list tbody');
  const bulk = $('#bulk');
  if (!list) return;
  const acted = $('#acted');
  acted.classList.add('float'); // it comes and goes, and moves no row

  // --- the cursor -----------------------------------------------------------
  const rowOf = (element) => element && element.closest && element.closest('#list tbody tr');
  let last = null; // the row the cursor was on, by number
  list.addEventListener('focusin', (event) => { const row = rowOf(event.target); if (row) last = row.dataset.id; });
  const here = () => rowOf(document.activeElement) || (last && $('tr[data-id="' + last + '"]', list));
  const step = (by) => {
    const rows = $$('tr', list), at = rows.indexOf(here());
    const to = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
    if (!to) return;
    $('a.open', to).focus({ preventScroll: true });
    to.scrollIntoView({ block: 'nearest' });
  };

  // --- what is chosen ----------------------------------------------------------
  const all = bulk && $('input[name="all"]', bulk);
  const picked = () => $$('.c-pick input:checked', list);
  const show = () => {
    if (!bulk) return;
    const n = picked().length, total = all.checked ? $('.all b', bulk).textContent : n;
    $('#picked').textContent = n || all.checked ? total : '';
    bulk.classList.toggle('on', n > 0 || all.checked);
  };
  const pick = () => {
    const row = here(), box = row && $('.c-pick input', row);
    if (box) { box.checked = !box.checked; show(); }
  };
  // With Shift: all between this and the one chosen before.
  let anchor = null;
  list.addEventListener('click', (event) => {
    if (!event.target.matches('.c-pick input')) return;
    const boxes = $$('.c-pick input', list), to = boxes.indexOf(event.target), from = boxes.indexOf(anchor);
    if (event.shiftKey && from >= 0) {
      for (let i = Math.min(from, to); i <= Math.max(from, to); i++) boxes[i].checked = event.target.checked;
    }
    anchor = event.target;
    show();
  });

  // --- sending --------------------------------------------------------------------
  let sending = false;
  const say = (text) => {
    const p = document.createElement('p');
    p.className = 'notice bad';
    p.textContent = text;
    acted.replaceChildren(p);
  };
  const send = async (address, data) => {
    if (sending) return;
    sending = true;
    document.body.classList.add('sending');
    const row = here();
    try {
      const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(data), headers: { Accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (!answer.ok || !$('#acted', page)) {
        const words = $('.empty p', page) || $('.empty h2', page) || $('.err', page);
        say(words ? words.textContent : bulk ? bulk.dataset.failed : String(answer.status));
      } else {
        acted.replaceChildren(...[...$('#acted', page).childNodes].map((node) => document.importNode(node, true)));
        const once = $('#bulk input[name="once"]', page), upto = $('#bulk input[name="upto"]', page);
        if (bulk && once) { $('input[name="once"]', bulk).value = once.value; $('input[name="upto"]', bulk).value = upto.value; }
        for (const box of picked()) box.checked = false;
        if (all) all.checked = false;
        document.dispatchEvent(new CustomEvent('tocsin:page', { detail: page }));
      }
    } catch (e) { say(bulk ? bulk.dataset.failed : String(e)); }
    sending = false;
    document.body.classList.remove('sending');
    show();
    const back = row && $('tr[data-id="' + row.dataset.id + '"] a.open', list);
    if (back && !rowOf(document.activeElement)) back.focus({ preventScroll: true });
  };

  // What an act is about: the chosen ones, or the row the cursor is on.
  const targets = () => {
    if (all && all.checked) return { all: true };
    const ids = picked().map((box) => box.value);
    if (ids.length) return { ids };
    const row = here();
    return row ? { ids: [row.dataset.id], title: $('a.open', row).textContent } : null;
  };
  const dataOf = (button, what) => {
    const data = new FormData();
    for (const name of ['csrf', 'once', 'upto']) data.append(name, $('input[name="' + name + '"]', bulk).value);
    data.append('action', button.value);
    if (what.all) data.append('all', '1');
    for (const id of what.ids || []) data.append('ids', id);
    return data;
  };

  // --- the dialog --------------------------------------------------------------------
  const wanted = (part, verb) => (part.dataset.for || '').split(' ').includes(verb);
  const ask = (verb, button, what, heading) => {
    const dialog = document.createElement('dialog');
    const form = document.createElement('form'), title = document.createElement('h2'), about = document.createElement('p');
    dialog.className = 'verb';
    dialog.setAttribute('aria-labelledby', 'verb-title');
    title.id = 'verb-title';
    title.textContent = heading || button.textContent;
    about.className = 'muted';
    about.textContent = what.all ? $('.all', bulk).textContent.trim() : what.title || $('.hint', bulk).textContent + ' ' + what.ids.length;
    form.append(title, about);
    for (const label of $$('label[data-for]', bulk)) {
      if (!wanted(label, verb)) continue;
      const copy = label.cloneNode(true);
      for (const group of $$('optgroup', copy)) {
        if (wanted(group, verb)) group.replaceWith(...group.childNodes); else group.remove();
      }
      form.append(copy);
    }
    const cause = $('select[name="cause"]', form), reason = $('input[name="reason"]', form), into = $('input[name="into"]', form);
    const due = () => { if (reason) reason.required = !cause || !cause.value || cause.value === 'other'; };
    due();
    if (cause) cause.addEventListener('change', due);
    if (into) into.required = Boolean(what.ids && what.ids.length < 2);
    const row = document.createElement('p'), ok = document.createElement('button'), no = document.createElement('button');
    row.className = 'row';
    ok.className = 'primary';
    ok.textContent = heading || button.textContent;
    no.type = 'button';
    no.className = 'quiet';
    no.textContent = bulk.dataset.cancel;
    no.addEventListener('click', () => dialog.close());
    row.append(ok, no);
    form.append(row);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const data = dataOf(button, what);
      for (const [name, value] of new FormData(form)) data.append(name, value);
      dialog.close();
      send(bulk.getAttribute('action'), data);
    });
    dialog.append(form);
    dialog.addEventListener('close', () => {
      dialog.remove();
      const at = here();
      if (at) $('a.open', at).focus({ preventScroll: true });
    });
    document.body.append(dialog);
    dialog.showModal();
    const field = $('select, input', form);
    if (field) field.focus();
  };

  const act = (verb) => {
    const button = bulk && $('button[data-verb="' + verb + '"]', bulk), what = targets();
    if (!button || !what || sending) return;
    if ($$('label[data-for]', bulk).some((label) => wanted(label, verb))) ask(verb, button, what);
    else send(bulk.getAttribute('action'), dataOf(button, what));
  };

  // Acknowledged and annotated in one act: the dialog of a note, for another
  // button.
  const actNoted = () => {
    const button = bulk && $('button[data-verb="a"]', bulk), what = targets();
    if (button && what && !sending) ask('t', button, what, bulk.dataset.noted);
  };

  if (bulk) {
    bulk.classList.add('live');
    bulk.addEventListener('submit', (event) => {
      event.preventDefault();
      if (event.submitter) act(event.submitter.dataset.verb);
    });
    all.addEventListener('change', show);
    document.addEventListener('tocsin:rows', show);
    show();
  }
  // A row's own button, and taking back.
  addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(list.contains(form) || acted.contains(form))) return;
    event.preventDefault();
    const data = new FormData(form);
    if (event.submitter && event.submitter.name) data.append(event.submitter.name, event.submitter.value);
    send(form.getAttribute('action'), data);
  }, true);

  // --- keys ------------------------------------------------------------------------------
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => { const row = here(); if (row) $('a.open', row).click(); },
    Enter: () => { const row = here(); if (row) $('a.open', row).click(); },
    x: pick,
    z: () => { const form = $('form', acted); if (form) form.requestSubmit(); },
  };
  keys.A = actNoted;
  for (const verb of ['a', 'r', 'e', 's', 'm', 'c', 'f', 't']) keys[verb] = () => act(verb);

  addEventListener('keydown', (event) => {
    const at = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if ((at && at.matches('input:not([type="checkbox"]), textarea, select')) || $('dialog[open]')) return;
    if (event.key === 'Enter' && at && at.matches('a, button, summary, input')) return;
    if (event.key === 'Escape' && bulk && bulk.classList.contains('on')) {
      for (const box of picked()) box.checked = false;
      all.checked = false;
      show();
      return;
    }
    if (!Object.hasOwn(keys, event.key) || event.repeat && !'jk'.includes(event.key)) return;
    if (tail(event)) return;
    event.preventDefault();
    keys[event.key]();
  });
  // After g the next key is a place to go to; base.js has those.
  const never = -1e9; // times count from when the page was made
  let g = never;
  const tail = (event) => event.timeStamp - g < 1500 && 'snidrc'.includes(event.key);
  addEventListener('keydown', (event) => {
    if (event.key !== 'g' && tail(event)) { g = never; return; }
    g = event.key === 'g' ? event.timeStamp : never;
  });
})();

// The desk, livelier: changes as they happen, and keys.  Everything works
// without this file.  It never moves what the cursor is on: rows are brought up
// to date where they stand, new ones announce themselves and wait until they
// are asked for.  list.js has what the incident list has besides.
(() => {
  'use strict';
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const list = $('#list tbody');
  const news = $('#news');
  const wait = 1200; // ms; changes come in bursts
  let fresh = null; // the newest version of this page
  let timer = 0;
  let asking = false, again = false;

  // --- live ---------------------------------------------------------------
  // Parts of a page that may be replaced whole; one that holds the cursor waits.
  const replaceParts = (page) => {
    for (const old of $$('[data-part]')) {
      const now = $('[data-part="' + old.dataset.part + '"]', page);
      if (!now || now.innerHTML === old.innerHTML) continue;
      const at = document.activeElement;
      const href = old.contains(at) && at.getAttribute('href');
      if (old.contains(at) && !href) continue;
      const opened = $$('details[open]', old).map((d) => d.id).filter(Boolean);
      const copy = document.importNode(now, true);
      old.replaceWith(copy);
      for (const id of opened) if ($('#' + id)) $('#' + id).open = true;
      if (href) {
        const same = $$('a', copy).find((a) => a.getAttribute('href') === href);
        if (same) same.focus({ preventScroll: true });
      }
    }
  };

  // What of a row the cursor is on, to be found again in its newer version.
  const spotOf = (row) => {
    const at = document.activeElement;
    if (!row.contains(at)) return null;
    return at.matches('.c-pick input') ? '.c-pick input' : at.matches('.c-act button') ? '.c-act button' : 'a.open';
  };

  const replaceRow = (row, now) => {
    const copy = document.importNode(now, true);
    const chosen = $('.c-pick input', row), box = $('.c-pick input', copy), spot = spotOf(row);
    if (chosen && box) box.checked = chosen.checked;
    row.replaceWith(copy);
    const target = spot && ($(spot, copy) || $('a.open', copy));
    if (target) target.focus({ preventScroll: true });
  };

  // Rows that are here are brought up to date where they stand; rows that are
  // not here yet are counted.
  const plain = (row) => row.innerHTML.replace(/ class="was-here"/g, '');
  const compare = (page) => {
    const rows = new Map($$('#list tbody tr', page).map((row) => [row.dataset.id, row]));
    const here = new Set();
    for (const row of $$('tr', list)) {
      here.add(row.dataset.id);
      const now = rows.get(row.dataset.id);
      if (!now) { row.classList.add('gone'); continue; }
      if (plain(now) !== plain(row) || row.className !== now.className) replaceRow(row, now);
    }
    return [...rows.keys()].filter((id) => !here.has(id)).length;
  };

  // Bring this page in step with a newer version of itself.
  const apply = (page) => {
    fresh = page;
    replaceParts(page);
    document.title = page.title;
    if (!news) return;
    const count = list ? compare(page) : $$('#list tbody tr', page).length;
    if ($('b', news).textContent !== String(count)) $('b', news).textContent = count;
    news.hidden = count === 0;
    document.dispatchEvent(new Event('tocsin:rows'));
  };

  const refresh = async () => {
    timer = 0;
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
      if (answer.ok) apply(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } catch (e) { /* the next change asks again */ }
    asking = false;
    if (again) { again = false; later(); }
  };
  const later = () => { if (!timer) timer = setTimeout(refresh, wait); };

  const showNews = () => {
    if (!fresh || news.hidden) return;
    const now = $('#list', fresh);
    if (!list || !now) { location.reload(); return; }
    const at = $('tr:focus-within', list), id = at && at.dataset.id;
    const picked = new Set($$('.c-pick input:checked', list).map((box) => box.value));
    list.replaceChildren(...$$('tbody tr', now).map((row) => document.importNode(row, true)));
    for (const box of $$('.c-pick input', list)) box.checked = picked.has(box.value);
    for (const what of ['.all b', 'input[name="upto"]']) {
      const old = $('#bulk ' + what), seen = $('#bulk ' + what, fresh);
      if (!old || !seen) continue;
      old.textContent = seen.textContent;
      if (seen.value) old.value = seen.value;
    }
    news.hidden = true;
    const spot = (id && $('tr[data-id="' + id + '"] a.open', list)) || $('a.open', list);
    if (spot) spot.focus();
    document.dispatchEvent(new Event('tocsin:rows'));
  };

  const isLive = () => $('[data-part]') || news;
  const listen = () => {
    let events = null;
    const changed = $('#changed');
    const open = () => {
      events = new EventSource('/events');
      events.addEventListener('incident', (event) => {
        const id = String(JSON.parse(event.data).id);
        if (changed && changed.dataset.incident === id) changed.hidden = false;
        if (isLive()) later();
      });
      for (const what of ['source', 'delivery', 'config']) {
        events.addEventListener(what, () => { if (isLive()) later(); });
      }
    };
    const close = () => { if (events) events.close(); events = null; };
    // A page nobody looks at holds no connection; it catches up when seen.
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) { close(); return; }
      if (!events) open();
      if (isLive()) later();
    });
    addEventListener('pagehide', close);
    addEventListener('pageshow', (event) => { if (event.persisted && !events) open(); });
    if (!document.hidden) open();
    // Times go on also when nothing happens.
    if (isLive()) setInterval(() => { if (!document.hidden) later(); }, 60000);
  };
  document.addEventListener('tocsin:page', (event) => apply(event.detail));

  // --- keys ----------------------------------------------------------------
  // An act of the page one is on: the form is sent, or opened to be filled.
  const act = (verb) => {
    const form = !$('#list') && $('form[data-act="' + verb + '"]');
    if (!form) return false;
    const details = form.closest('details.act');
    if (!details) { form.requestSubmit($('button', form)); return true; }
    details.open = true;
    details.scrollIntoView({ block: 'nearest' });
    const field = $('textarea, select, input:not([type="hidden"])', form);
    if (field) field.focus();
    return true;
  };

  const go = (path) => () => { location.href = path; };
  // On pages without the list: from one thing to be opened to the next.
  const walk = (by) => () => {
    const links = $('#list') ? [] : $$('main a.open'), at = links.indexOf(document.activeElement);
    const to = links[Math.max(0, Math.min(links.length - 1, at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by))];
    if (!to) return;
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: 'nearest' });
  };
  const keys = {
    n: () => news && showNews(),
    u: () => $('#up') && $('#up').click(),
    '/': () => { const q = $('#q'); if (q) { q.focus(); q.select(); } else location.href = '/incidents'; },
    '?': () => $('#keys') && !$('#keys').open && $('#keys').showModal(),
  };
  const goes = { n: go('/'), i: go('/incidents'), s: go('/sources'), d: go('/deliveries'), r: go('/rules'), c: go('/calendar') };
  const never = -1e9; // times count from when the page was made
  let gone = never; // when g was pressed

  addEventListener('keydown', (event) => {
    const at = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.key === 'Escape') {
      const details = at && at.closest && at.closest('details.act[open]');
      if (details) { details.open = false; $('summary', details).focus(); }
      else if (at && at.matches('input, textarea, select')) at.blur();
      return;
    }
    if ((at && at.matches('input:not([type="checkbox"]), textarea, select')) || $('dialog[open]')) return;
    if (event.timeStamp - gone < 1500 && Object.hasOwn(goes, event.key)) {
      gone = never;
      event.preventDefault();
      goes[event.key]();
      return;
    }
    gone = event.key === 'g' ? event.timeStamp : never;
    const action = Object.hasOwn(keys, event.key) && keys[event.key];
    if ('jk'.includes(event.key) && !$('#list')) { event.preventDefault(); walk(event.key === 'j' ? 1 : -1)(); return; }
    if (action && !(event.key === 'n' && !news)) { event.preventDefault(); action(); return; }
    if (/^[arecfsm]$/.test(event.key) && act(event.key)) event.preventDefault();
  });

  // One open form at a time, its first field ready; no double sending.
  for (const details of $$('.act')) {
    details.addEventListener('toggle', () => {
      if (!details.open) return;
      for (const other of $$('.act[open]')) if (other !== details) other.open = false;
      const field = $('textarea, select, input:not([type="hidden"])', details);
      if (field) field.focus();
    });
  }
  addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) for (const form of $$('form[data-sent]')) delete form.dataset.sent;
  });
  // Who would be told is asked after the page is there.
  for (const place of $$('[data-fill]')) {
    fetch(place.dataset.fill, { headers: { Accept: 'text/html' } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then((text) => {
        const part = $('#told', new DOMParser().parseFromString(text, 'text/html'));
        if (part) place.after(document.importNode($('ul, p', part), true));
      })
      .catch(() => {}); // the link stays
  }
  if (news) $('button', news).addEventListener('click', showNews);
  if (document.body.dataset.live && window.EventSource) listen();
})();

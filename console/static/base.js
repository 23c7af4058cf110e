// The desk, livelier: changes as they happen, and keys.  Everything works
// without this file.  It never moves what the cursor is on: new rows announce
// themselves and wait until they are asked for.
'use strict';
(() => {
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const list = $('#list tbody');
  const news = $('#news');
  const wait = 1200; // ms; changes come in bursts
  let fresh = null; // the newest version of this page
  let timer = 0;

  // --- live ---------------------------------------------------------------
  const replaceText = (id, from) => {
    const old = $(id), now = $(id, from);
    if (old && now && !old.contains(document.activeElement)) old.replaceWith(document.importNode(now, true));
  };

  // Rows that are here are brought up to date where they stand; rows that are
  // not here yet are counted.
  const compare = (page) => {
    const rows = new Map($$('#list tbody tr', page).map((row) => [row.dataset.id, row]));
    const here = new Set();
    for (const row of $$('tr', list)) {
      here.add(row.dataset.id);
      const now = rows.get(row.dataset.id);
      row.classList.toggle('gone', !now);
      if (!now || row.contains(document.activeElement)) continue;
      if (now.innerHTML === row.innerHTML) continue;
      const copy = document.importNode(now, true);
      const chosen = $('.c-pick input', row), box = $('.c-pick input', copy);
      if (chosen && box) box.checked = chosen.checked;
      row.replaceWith(copy);
    }
    return [...rows.keys()].filter((id) => !here.has(id)).length;
  };

  const refresh = async () => {
    timer = 0;
    let answer;
    try {
      answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
    } catch (e) { return; }
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    replaceText('#now', fresh);
    document.title = fresh.title;
    if (!news) return;
    const count = list ? compare(fresh) : $$('#list tbody tr', fresh).length;
    $('b', news).textContent = count;
    news.hidden = count === 0;
  };

  const showNews = () => {
    if (!fresh || news.hidden) return;
    const now = $('#list', fresh);
    if (!list || !now) { location.reload(); return; }
    list.replaceChildren(...$$('tbody tr', now).map((row) => document.importNode(row, true)));
    news.hidden = true;
    const first = $('a.open', list);
    if (first) first.focus();
  };

  const listen = () => {
    let events = null;
    const changed = $('#changed');
    const later = () => { if (!timer) timer = setTimeout(refresh, wait); };
    const open = () => {
      events = new EventSource('/events');
      events.addEventListener('incident', (event) => {
        const id = String(JSON.parse(event.data).id);
        if (changed && changed.dataset.incident === id) changed.hidden = false;
        if ($('#now')) later();
      });
      for (const what of ['source', 'delivery', 'config']) {
        events.addEventListener(what, () => { if ($('#now')) later(); });
      }
    };
    const close = () => { if (events) events.close(); events = null; };
    // A page nobody looks at holds no connection; it catches up when seen.
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) { close(); return; }
      if (!events) open();
      if ($('#now')) later();
    });
    addEventListener('pagehide', close);
    addEventListener('pageshow', (event) => { if (event.persisted && !events) open(); });
    if (!document.hidden) open();
  };

  // --- keys ----------------------------------------------------------------
  const rowOf = (element) => element && element.closest && element.closest('#list tbody tr');

  const step = (by) => {
    const links = $$('a.open', list);
    const row = rowOf(document.activeElement);
    const at = row ? links.indexOf($('a.open', row)) : by > 0 ? -1 : links.length;
    const to = links[Math.max(0, Math.min(links.length - 1, at + by))];
    if (to) { to.focus(); to.closest('tr').scrollIntoView({ block: 'nearest' }); }
  };

  const acknowledge = () => {
    const row = rowOf(document.activeElement);
    const form = list ? row && $('form[data-act="a"]', row) : $('form[data-act="a"]');
    if (form) form.requestSubmit($('button', form));
  };

  // The chosen rows: how many, and by key.
  const bulk = $('#bulk');
  const countPicked = () => {
    const n = $$('.c-pick input:checked').length;
    $('#picked').textContent = n || '';
    bulk.classList.toggle('on', n > 0);
  };
  const pick = () => {
    const row = rowOf(document.activeElement);
    const box = bulk && row && $('.c-pick input', row);
    if (box) { box.checked = !box.checked; countPicked(); }
  };
  if (bulk) {
    addEventListener('change', (event) => { if (event.target.matches('.c-pick input')) countPicked(); });
    bulk.classList.add('live');
    countPicked();
  }

  const keys = {
    x: pick,
    j: () => list && step(1),
    k: () => list && step(-1),
    Enter: () => {
      const row = rowOf(document.activeElement);
      if (row && !document.activeElement.matches('a, button')) $('a.open', row).click();
    },
    a: acknowledge,
    n: () => news && showNews(),
    u: () => $('#up') && $('#up').click(),
    '/': () => $('#q') && $('#q').focus(),
    '?': () => $('#keys') && $('#keys').showModal(),
  };

  addEventListener('keydown', (event) => {
    const at = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && at && at.matches('input, textarea')) { at.blur(); return; }
    if (at && at.matches('input, textarea, select')) return;
    const action = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!action) return;
    if (event.key !== 'Enter') event.preventDefault();
    action();
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
    if (form.method !== 'post') return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
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

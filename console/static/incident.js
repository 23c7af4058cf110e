// One incident: on to the next of the list one came from, notes by key, and
// nothing that was typed is ever lost.
(() => {
  'use strict';
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const store = (key, value) => {
    try {
      if (value === undefined) return JSON.parse(sessionStorage.getItem(key));
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(value));
    } catch (e) { /* private windows keep nothing */ }
    return null;
  };

  // --- the list one came from ----------------------------------------------
  const list = $('#list');
  const keep = () => {
    const ids = $$('#list a.open').map((a) => a.getAttribute('href')).filter((h) => /^\/incidents\/\d+$/.test(h));
    if (ids.length) store('tocsin.list', { at: location.pathname + location.search, ids });
  };
  if (list) {
    addEventListener('click', (event) => { if (event.target.closest && event.target.closest('#list a')) keep(); }, true);
    addEventListener('pagehide', keep);
  }

  const subject = $('#incident');
  if (!subject) {
    // An error after a form was sent: what was typed is kept for the next try.
    if ($('.empty .code')) for (const key of Object.keys(sessionStorage)) {
      if (!key.startsWith('tocsin.sent.')) continue;
      store(key.replace('.sent.', '.draft.'), store(key));
      store(key, null);
    }
    return;
  }
  const id = subject.dataset.id;
  const here = '/incidents/' + id;
  const from = store('tocsin.list');
  const at = from ? from.ids.indexOf(here) : -1;
  if (at >= 0) {
    const prev = $('#walk-prev'), next = $('#walk-next');
    if (at > 0) prev.href = from.ids[at - 1];
    if (at + 1 < from.ids.length) next.href = from.ids[at + 1];
    $('#walk-at').textContent = (at + 1) + ' / ' + from.ids.length;
    $('#walk').hidden = false;
    $('#up').href = from.at;
  }

  // --- what was typed ---------------------------------------------------------
  const fields = $$('form textarea, form[data-act] input:not([type="hidden"])').filter((f) => f.name && f.form);
  const name = (field) => id + '.' + (field.form.dataset.act || '') + '.' + field.name;
  for (const key of Object.keys(sessionStorage)) if (key.startsWith('tocsin.sent.' + id + '.')) store(key, null);
  for (const field of fields) {
    const draft = store('tocsin.draft.' + name(field));
    if (draft && field.value === field.defaultValue) {
      field.value = draft;
      const details = field.closest('details');
      if (details) details.classList.add('draft');
    }
    field.addEventListener('input', () => store('tocsin.draft.' + name(field), field.value || null));
  }
  addEventListener('submit', (event) => {
    for (const field of fields) {
      if (field.form !== event.target || event.defaultPrevented) continue;
      store('tocsin.sent.' + name(field), field.value || null);
      store('tocsin.draft.' + name(field), null);
    }
  });

  // --- keys ----------------------------------------------------------------------
  const form = (key) => $('form[data-act="' + key + '"]');
  const openForm = (key) => {
    const one = form(key);
    if (!one) return false;
    const details = one.closest('details');
    if (details) { details.open = true; return true; }
    const field = $('textarea', one);
    if (field) { field.focus(); field.scrollIntoView({ block: 'center' }); return true; }
    one.requestSubmit($('button', one));
    return true;
  };
  // What is typed is sent with Ctrl and Enter: by the button that does most.
  addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    const form = event.target.matches('textarea') && event.target.form;
    if (!form) return;
    event.preventDefault();
    form.requestSubmit($('button.primary', form) || $('button', form));
  });
  addEventListener('keydown', (event) => {
    const focus = document.activeElement;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (focus && focus.matches('input:not([type="checkbox"]), textarea, select')) return;
    if ($('dialog[open]')) return;
    let done = false;
    if (event.key === 'j' || event.key === 'k') {
      const link = $(event.key === 'j' ? '#walk-next[href]' : '#walk-prev[href]');
      if (link) { link.click(); done = true; }
    } else if ('arcfmesn'.includes(event.key) && event.key.length === 1) done = openForm(event.key);
    // Nobody else has to answer this key on this page.
    if (done) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  // --- who would be told, and what happens next: asked after the page is there
  const told = $('[data-told]');
  if (told) {
    fetch(told.dataset.told, { headers: { Accept: 'text/html' } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then((text) => {
        const part = $('#told', new DOMParser().parseFromString(text, 'text/html'));
        if (part) told.append(...[...part.children].map((child) => document.importNode(child, true)));
      })
      .catch(() => {}); // the link stays
  }

  // --- on paper -------------------------------------------------------------------
  const print = $('#print');
  print.hidden = false;
  print.addEventListener('click', () => window.print());
  addEventListener('beforeprint', () => { for (const d of $$('details:not(.act)')) d.open = true; });
})();

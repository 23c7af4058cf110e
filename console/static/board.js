// The wall board keeps itself up to date, and says so when it cannot.
(() => {
  'use strict';
  const board = document.getElementById('board');
  if (!board) return;
  const every = 15000, soon = 800, lost = 60000; // ms
  const line = document.getElementById('board-lost');
  let last = Date.now(), lastText = (document.querySelector('.board-time b') || {}).textContent || '';
  let timer = 0;

  const refresh = async () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, every);
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store', redirect: 'error' });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const now = page.getElementById('board-all');
      if (!now) throw new Error('another page');
      document.getElementById('board-all').replaceWith(document.importNode(now, true));
      document.title = page.title;
      last = Date.now();
      lastText = (document.querySelector('.board-time b') || {}).textContent || '';
      line.hidden = true;
    } catch (e) { /* what is there stays, and is old */ }
  };
  setInterval(() => {
    if (Date.now() - last < lost) return;
    line.querySelector('b').textContent = lastText;
    line.hidden = false;
  }, 5000);
  timer = setTimeout(refresh, every);
  if (board.dataset.events && window.EventSource) {
    const events = new EventSource(board.dataset.events);
    for (const what of ['incident', 'source', 'delivery', 'config']) {
      events.addEventListener(what, () => { clearTimeout(timer); timer = setTimeout(refresh, soon); });
    }
  }
})();

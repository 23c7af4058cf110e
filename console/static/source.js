// A source that is being looked at: the page comes again until there is an
// answer.
(() => {
  'use strict';
  if (!document.getElementById('probing')) return;
  setTimeout(() => location.reload(), 1500); // ms
})();

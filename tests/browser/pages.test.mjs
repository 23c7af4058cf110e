// Every page of the route table, as a person sees it: both languages, light
// and dark, a phone and a desk.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MAX_ANSWER_BYTES, api, compressed, overflow, shoot, start, stop, visit, violations, world } from './world.mjs';

// GET routes that are no pages of the desk.
const NO_PAGE = new Map([
  ['/events', 'a stream'], ['/static/{}', 'files'], ['/favicon.ico', 'a file'],
  ['/healthz', 'plain text'], ['/readyz', 'plain text'], ['/metrics', 'plain text'],
  ['/websub/{}', 'for hubs'], ['/act/{}', 'needs a link of a message'],
  ['/evidence/{}/file', 'a file'], ['/incidents/{}/evidence/archive', 'a file'],
  ['/incidents/{}/record', 'a file'], ['/incidents.atom', 'a feed'], ['/calendar.ics', 'a calendar'],
]);

let paths = [];

// What the {} of a route stands for, by the word before it.
const examples = async (page) => {
  const { incidents } = await api(page, '/api/v1/incidents?state=all&limit=50');
  const incident = String(Math.min(...incidents.map((i) => i.id)));
  const { silences = [] } = await api(page, '/api/v1/silences');
  const { evidence = [] } = await api(page, `/api/v1/incidents/${incident}/evidence`);
  const { rules = [] } = await api(page, '/api/v1/rules');
  const { versions = [] } = await api(page, '/api/v1/rules/bus-late');
  const detail = await api(page, `/api/v1/incidents/${incident}`);
  return {
    incidents: incident, sources: 'gone', sites: 'school', silences: silences[0] && String(silences[0].id),
    evidence: evidence[0] && String(evidence[0].id), reports: 'week', channels: 'desk',
    rules: rules[0] && rules[0].rule, items: detail.items[0] && String(detail.items[0].id),
    lists: 'bus-people', board: world.board, 'rule-tests': String(world.test),
    'rule-edits': versions[0] && String(versions[0].version),
  };
};

before(async () => {
  await start();
  const { page, close } = await visit({ role: 'admin' });
  const of = await examples(page);
  const { routes } = await api(page, '/api/v1/routes');
  const unknown = [];
  for (const route of routes) {
    if (route.method !== 'GET' || route.path.startsWith('/api/') || NO_PAGE.has(route.path)) continue;
    const parts = route.path.split('/');
    const filled = parts.map((part, i) => (part === '{}' ? of[parts[i - 1]] : part));
    if (filled.includes(undefined)) unknown.push(route.path);
    else paths.push(filled.join('/'));
  }
  await close();
  assert.deepEqual(unknown, [], 'routes without an example here');
  assert.ok(paths.length > 10, `only ${paths.length} pages`);
});
after(stop);

const name = (path) => path.slice(1).replace(/[^a-z0-9]+/gi, '-') || 'root';

// Look at all of them one way; every page's faults in one list.
const walk = async (way) => {
  const { page, trouble, close } = await visit({ role: 'admin', ...way });
  const faults = [];
  for (const path of paths) {
    const answer = await page.goto(path, { waitUntil: 'load' });
    if (path !== '/login' && answer.status() !== 200) faults.push(`${path}: ${answer.status()}`);
    const bytes = compressed(await answer.body());
    if (bytes > MAX_ANSWER_BYTES) faults.push(`${path}: ${bytes} bytes`);
    if (way.axe !== false) for (const line of await violations(page)) faults.push(`${path}: ${line}`);
    const wide = await overflow(page);
    if (wide) faults.push(`${path}: ${wide}`);
    const missing = await page.evaluate(() => document.body.innerText.match(/\b[a-z]+_[a-z_]+\b/g));
    for (const key of (missing || []).filter((word) => /^(t|nav|col|act|state|error|err|label)_/.test(word))) faults.push(`${path}: a text is missing: ${key}`);
    const lang = await page.getAttribute('html', 'lang');
    if (!lang.startsWith(way.lang)) faults.push(`${path}: speaks ${lang}`);
    if (way.width < 2000) await shoot(page, `${name(path)}-${way.lang}-${way.theme}-${way.width}`);
  }
  await close();
  assert.deepEqual([...faults, ...trouble], []);
};

test('Chinese, light, at a desk', () => walk({ lang: 'zh', theme: 'light', width: 1440 }));
test('English, dark, on a phone', () => walk({ lang: 'en', theme: 'dark', width: 390 }));
test('Chinese, on a phone', () => walk({ lang: 'zh', theme: 'light', width: 390, axe: false }));
test('English, on a wall of 3840 px', () => walk({ lang: 'en', theme: 'dark', width: 3840, axe: false }));

test('the log-in page, to somebody unknown', async () => {
  const { page, trouble, close } = await visit({ role: null, width: 390 });
  await page.goto('/incidents/1');
  assert.equal(new URL(page.url()).pathname, '/login');
  assert.deepEqual(await violations(page), []);
  await close();
  assert.deepEqual(trouble, []);
});

test('every page without script', async () => {
  const { page, close } = await visit({ role: 'admin', script: false });
  for (const path of paths) {
    const answer = await page.goto(path);
    assert.ok(answer.ok() || path === '/login', `${path}: ${answer.status()}`);
    assert.ok(await page.locator('h1').count(), `${path} has no h1`);
  }
  await close();
});

test('style and script are small, and their own', async () => {
  const { page, close } = await visit({ role: 'admin' });
  for (const file of ['console.css', 'console.js']) {
    const answer = await page.request.get(`/static/${file}`);
    const body = await answer.body();
    assert.ok(compressed(body) < MAX_ANSWER_BYTES / 2, `${file}: ${compressed(body)}`);
    assert.doesNotMatch(body.toString(), /https?:\/\/(?!www\.w3\.org)/, file);
  }
  await close();
});

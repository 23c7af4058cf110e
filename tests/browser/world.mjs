// What every browser test shares: the browser, people logged in, and what no
// page may ever do.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const require = createRequire(path.join(process.env.BROWSER_MODULES, 'package.json'));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const world = JSON.parse(readFileSync(process.env.WORLD, 'utf8'));
export const MAX_ANSWER_BYTES = 100 * 1024; // compressed
export const WAIT_MS = 15000 * world.patience;
const shots = process.env.BROWSER_SHOTS;
mkdirSync(shots, { recursive: true });

let browser;
export const start = async () => {
  // Without a sandbox of its own: tests run as root in containers, and see
  // pages of ours only.
  browser = await chromium.launch({
    executablePath: world.browser, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
};
export const stop = () => browser.close();

// A page of one person.  trouble is filled with what the browser complains of,
// and with every request that leaves the console.
export const visit = async ({ role = 'operator', lang = 'zh', theme = 'light', width = 1440, height, script = true } = {}) => {
  const context = await browser.newContext({
    viewport: { width, height: height || (width < 600 ? 844 : 900) },
    locale: lang === 'zh' ? 'zh-CN' : 'en-GB', colorScheme: theme,
    reducedMotion: 'reduce', javaScriptEnabled: script, baseURL: world.desk,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const trouble = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(`console: ${message.text()} at ${page.url()}`);
  });
  page.on('pageerror', (error) => trouble.push(`script: ${error.message} at ${page.url()}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== world.desk && url.protocol !== 'data:') trouble.push(`foreign request: ${request.url()}`);
  });
  if (role) await logIn(page, role);
  return { page, context, trouble, close: () => context.close() };
};

const logIn = async (page, role) => {
  await page.goto('/login');
  await page.fill('input[name=user]', world.people[role]);
  await page.fill('input[name=password]', world.password);
  await Promise.all([page.waitForURL((url) => url.pathname !== '/login'), page.click('main button.primary')]);
};

// GET as the page's person would, as JSON.
export const api = async (page, path) => {
  const answer = await page.request.get(path, { headers: { Accept: 'application/json' } });
  assert.equal(answer.status(), 200, path);
  return answer.json();
};

// The news reach the county's feed; the daemon finds them by itself.
export const publish = async (title, text = '') => {
  const answer = await fetch(world.publish, { method: 'POST', body: JSON.stringify({ title, text }) });
  assert.equal(answer.status, 204);
};

export const shoot = (page, name) =>
  page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });

// Violations of WCAG 2.2 A and AA and of what axe calls best practice, one
// line each.  The script goes in by the debugger's way: the console's policy
// lets no page load it.
export const violations = async (page) => {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axeSource);
  const result = await page.evaluate(() => axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  }));
  return result.violations.flatMap((v) =>
    v.nodes.slice(0, 3).map((n) => `${v.id}: ${v.help}: ${n.html.slice(0, 160)} (${(n.any[0] || n.all[0] || n.none[0] || {}).message || ''})`));
};

// How far the page is wider than the window, with who sticks out.
export const overflow = (page) => page.evaluate(() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over <= 0) return null;
  const wide = [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(-3).map((e) => e.outerHTML.slice(0, 120));
  return `${over} px too wide: ${wide.join(' … ')}`;
});

export const compressed = (bytes) => gzipSync(bytes, { level: 6 }).length;

// check() until it is true; the last value is shown when it never is.
export const until = async (check, what) => {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

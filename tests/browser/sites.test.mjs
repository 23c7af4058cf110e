// An own site in the hands of people: what was found is read, an editor says
// that it is no fault, approves a host, and takes the inspection sheet away;
// a viewer only reads.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, overflow, shoot, start, stop, until, violations, visit } from './world.mjs';

const SITE = '/sites/school';

// The first look at the home page finds that it hides links.
const found = (page) => until(async () => {
  const site = await api(page, `/api/v1${SITE}`);
  return site.open.some((f) => f.kind === 'hidden_links') ? site : null;
}, 'what the site hides');

before(start);
after(stop);

test('from the list to the finding, on a phone', async () => {
  const { page, trouble, close } = await visit({ role: 'viewer', lang: 'en', theme: 'dark', width: 390 });
  await found(page);
  await page.goto('/sites');
  assert.deepEqual(await violations(page), []);
  await page.click('a.open[href="/sites/school"]');
  await page.waitForURL('**/sites/school');
  assert.match(await page.innerText('main'), /hidden links/);
  assert.match(await page.innerText('main'), /lines? \d+/);
  // What a page hides is shown, and never a link.
  assert.equal(await page.locator('a[href*="bet.example"]').count(), 0);
  // Who may only read has nothing to press.
  assert.equal(await page.locator('main form[method=post]').count(), 0);
  assert.equal(await overflow(page), null);
  assert.deepEqual(await violations(page), []);
  await shoot(page, 'site-phone');
  await close();
  assert.deepEqual(trouble, []);
});

test('an editor accepts a finding, with a reason', async () => {
  const { page, trouble, close } = await visit({ role: 'editor' });
  const before = await found(page);
  const one = before.open.find((f) => f.kind === 'hidden_links');
  await page.goto(SITE);
  const article = page.locator(`#f${one.id}`);
  await article.locator('summary').click();
  assert.deepEqual(await violations(page), []);
  await article.locator('textarea').fill('测试页面，已与学校核实');
  await Promise.all([page.waitForURL(/\/sites\/school$/), article.locator('button').click()]);
  const now = await api(page, `/api/v1${SITE}`);
  assert.ok(!now.open.some((f) => f.id === one.id), 'it is still to be mended');
  const accepted = now.accepted.find((f) => f.id === one.id);
  assert.equal(accepted.accepted_reason, '测试页面，已与学校核实');
  assert.match(await page.innerText('main'), /核实不是问题/);
  await close();
  assert.deepEqual(trouble, []);
});

test('the inspection sheet, and its files', async () => {
  const { page, trouble, close } = await visit({ role: 'viewer' });
  await page.goto('/sites/inspection');
  assert.deepEqual(await violations(page), []);
  assert.match(await page.innerText('main'), /国办秘函〔2019〕19号/);
  const csv = await (await page.request.get('/sites/inspection?format=csv')).body();
  assert.equal(csv.subarray(0, 3).toString('hex'), 'efbbbf');
  assert.match(csv.toString(), /青石镇中心小学网站/);
  const docx = await (await page.request.get('/sites/inspection?format=docx')).body();
  assert.equal(docx.subarray(0, 2).toString(), 'PK');
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await overflow(page), null);
  await close();
  assert.deepEqual(trouble, []);
});

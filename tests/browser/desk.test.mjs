// The list besides what flows.test.mjs does: what is done moves no row, all that
// match are acted on once, and views are saved without script too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { shoot, start, stop, until, visit } from './world.mjs';

before(start);
after(stop);

const said = (page, word) => until(async () => (await page.innerText('#acted')).includes(word), `“${word}”`);
const here = (page) => page.evaluate(() => {
  const row = document.activeElement.closest('#list tbody tr');
  return row && row.dataset.id;
});
const state = (page, id) => page.getAttribute(`#list tr[data-id="${id}"] .state`, 'class');

test('keys act on the row under the cursor, which stays there', async () => {
  const { page, trouble, close } = await visit({ role: 'operator' });
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.waitForURL('**/incidents');
  await page.waitForSelector('#bulk.live');
  await page.goto('/incidents?state=new');
  await page.waitForSelector('#bulk.live');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const id = await here(page);
  const top = await page.evaluate(() => document.activeElement.getBoundingClientRect().top);
  await page.keyboard.press('a');
  await said(page, '认领');
  assert.equal(await here(page), id);
  assert.equal(await page.evaluate(() => document.activeElement.getBoundingClientRect().top), top);
  await page.keyboard.press('z');
  await said(page, '已撤销');
  await until(async () => (await state(page, id)).includes('st-new'), 'the undone row');
  assert.equal(await here(page), id);

  await shoot(page, 'desk-keys');
  await page.keyboard.press('?');
  await page.waitForSelector('#keys[open]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#keys', { state: 'hidden' });
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
  assert.deepEqual(trouble, []);
  await close();
});

test('all that match are snoozed once and taken back', async () => {
  const { page, trouble, close } = await visit({ role: 'operator' });
  await page.goto('/incidents?state=new');
  await page.waitForSelector('#bulk.live');
  const before = await page.locator('#list tbody tr').count();
  await page.check('input[name=all]');
  await page.click('button[data-verb=s]');
  await page.click('dialog.verb button.primary');
  await said(page, `已完成 ${before}`);
  await page.goto('/incidents?state=snoozed');
  assert.ok((await page.locator('#list tbody tr').count()) >= before);
  await page.goBack();
  await page.goto('/incidents');
  await page.waitForSelector('#bulk.live');
  await page.check('input[name=all]');
  await page.click('button[data-verb=r]');
  await said(page, '开始处置');
  await page.click('#acted button');
  await said(page, '已撤销');
  await shoot(page, 'desk-undone');
  assert.deepEqual(trouble, []);
  await close();
});

test('without script the same is done by forms', async () => {
  const { page, close } = await visit({ role: 'operator', script: false });
  await page.goto('/incidents?q=起火&state=all');
  assert.ok((await page.locator('#list tbody tr').count()) > 0);
  assert.equal(await page.locator('.chip').count(), 2);
  await page.locator('.c-pick input').first().check();
  await page.fill('#bulk input[name=reason]', '已电话联系');
  await page.click('#bulk button[value=note]');
  assert.match(page.url(), /q=.*state=all&bulk=\d+/);
  assert.match(await page.innerText('#acted'), /备注/);
  await page.locator('.chip').first().click();
  assert.equal(await page.locator('.chip').count(), 1);
  await page.click('.save summary');
  await page.fill('.save input[name=name]', '全部');
  await page.click('.save button');
  assert.equal((await page.innerText('.views a[aria-current]')).includes('全部'), true);
  await close();
});

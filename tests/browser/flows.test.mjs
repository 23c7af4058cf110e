// What a duty officer does, as he sees it: triage by keyboard, acts on many
// and taking back, news that arrive while he works, a rule tried before it is
// in force.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, publish, shoot, start, stop, until, visit, violations } from './world.mjs';

before(start);
after(stop);

const focusedRow = (page) => page.evaluate(() => {
  const row = document.activeElement.closest('#list tr[data-id]');
  return row && row.dataset.id;
});
const stateOf = async (page, id) => (await api(page, `/api/v1/incidents/${id}`)).incident.state;
const newOnes = async (page) => (await api(page, '/api/v1/incidents?state=new')).incidents.map((i) => String(i.id));

test('an alarm is acknowledged and annotated by keyboard alone', async () => {
  const { page, trouble, close } = await visit();
  await page.goto('/incidents?state=new');
  let keys = 0;
  const press = async (key) => { keys += 1; await page.keyboard.press(key); };
  await press('j');
  const id = await focusedRow(page);
  assert.ok(id, 'j puts the cursor on a row');
  await press('a');
  await until(async () => (await stateOf(page, id)) === 'acknowledged', 'the acknowledgement');
  await page.goto('/incidents');
  await page.locator(`#list tr[data-id="${id}"] a.open`).focus();
  await press('t');
  await page.waitForSelector('dialog.verb[open]');
  assert.deepEqual(await violations(page), [], 'of the dialog');
  await page.keyboard.type('已致电学校核实');
  await press('Enter');
  await until(async () => JSON.stringify(await api(page, `/api/v1/incidents/${id}`)).includes('已致电学校核实'), 'the note');
  assert.equal(keys, 4, 'from the list to acknowledged with a note');
  await until(async () => (await focusedRow(page)) === id, 'the cursor to come back to its row');
  await close();
  assert.deepEqual(trouble, []);
});

const annotated = async (page, id, words) => {
  await until(async () => (await stateOf(page, id)) === 'acknowledged', 'the acknowledgement');
  assert.ok(JSON.stringify(await api(page, `/api/v1/incidents/${id}`)).includes(words), 'the note');
};

test('three keys and the words: from the list to acknowledged with a note', async () => {
  const { page, trouble, close } = await visit();
  await page.goto('/incidents?state=new');
  let keys = 0;
  const press = async (key) => { keys += 1; await page.keyboard.press(key); };
  const began = Date.now();
  await press('j');
  const id = await focusedRow(page);
  await press('A');
  await page.waitForSelector('dialog.verb[open]');
  await page.keyboard.type('已派人到校核实');
  await press('Enter');
  await annotated(page, id, '已派人到校核实');
  assert.equal(keys, 3);
  console.log(`list: acknowledged with a note after ${keys} keys, ${Date.now() - began} ms`);
  await close();
  assert.deepEqual(trouble, []);
});

test('on the page a message leads to: a note that acknowledges', async () => {
  const { page, trouble, close } = await visit();
  const [id] = await newOnes(page);
  await page.goto(`/incidents/${id}`);
  const began = Date.now();
  await page.keyboard.press('n');
  await page.keyboard.type('园长已在现场');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Control+Enter')]);
  await annotated(page, id, '园长已在现场');
  console.log(`incident: acknowledged with a note after 2 keys, ${Date.now() - began} ms`);
  await page.goto(`/incidents/${id}`);
  assert.equal(await page.locator('form.note button').count(), 1, 'then there is only the note');
  await close();
  assert.deepEqual(trouble, []);
});

test('Now is walked by keyboard', async () => {
  const { page, trouble, close } = await visit();
  await page.goto('/');
  await page.keyboard.press('j');
  const href = await page.evaluate(() => document.activeElement.getAttribute('href'));
  assert.match(href, /^\/incidents\/\d+$/);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === href);
  await close();
  assert.deepEqual(trouble, []);
});

test('a false alarm asks for its reason, and the cursor comes back', async () => {
  const { page, close } = await visit();
  await page.goto('/incidents?state=new');
  await page.keyboard.press('j');
  const id = await focusedRow(page);
  await page.keyboard.press('f');
  await page.waitForSelector('dialog.verb[open]');
  await page.click('dialog.verb button.primary');
  assert.ok(await page.isVisible('dialog.verb[open]'), 'nothing is sent without a reason');
  assert.equal(await stateOf(page, id), 'new');
  await page.keyboard.press('Escape');
  await until(async () => !(await page.locator('dialog.verb').count()), 'Escape to close it');
  assert.equal(await focusedRow(page), id, 'and the cursor is where it was');
  await page.keyboard.press('f');
  await page.fill('dialog.verb input[name=reason]', '消防演练');
  await page.keyboard.press('Enter');
  await until(async () => (await stateOf(page, id)) === 'false_alarm', 'the false alarm');
  await close();
});

test('many are closed at once, and taken back', async () => {
  const { page, close } = await visit();
  await page.goto('/incidents?state=new');
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  const ids = await page.locator('.c-pick input:checked').evaluateAll((boxes) => boxes.map((b) => b.value));
  assert.equal(ids.length, 2);
  assert.match(await page.textContent('#picked'), /2/);
  await page.keyboard.press('c');
  await page.waitForSelector('dialog.verb[open]');
  await page.fill('dialog.verb input[name=reason]', '已妥善处置');
  await page.click('dialog.verb button.primary');
  await page.waitForSelector('#acted form');
  for (const id of ids) assert.equal(await stateOf(page, id), 'closed');
  await shoot(page, 'bulk-closed');
  await page.keyboard.press('z');
  await until(async () => (await stateOf(page, ids[0])) === 'new' && (await stateOf(page, ids[1])) === 'new', 'both to be new again');
  await close();
});

test('news arrive while the cursor stays', async () => {
  const { page, trouble, close } = await visit();
  await page.goto('/incidents');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const id = await focusedRow(page);
  const at = () => page.evaluate(() => document.activeElement.getBoundingClientRect().top);
  const before = await at();
  const title = `云溪七中教学楼起火 ${Date.now()}`;
  await publish(title, '三层一间教室起火，学生已疏散。');
  await page.waitForSelector('#news:not([hidden])');
  assert.equal(await focusedRow(page), id, 'the cursor is on its row');
  assert.equal(await at(), before, 'which has not moved');
  assert.equal(await page.locator('#list', { hasText: title }).count(), 0, 'nothing came in unasked');
  await shoot(page, 'news-waiting');
  await page.keyboard.press('n');
  await page.locator('#list a.open', { hasText: title }).waitFor();
  await close();
  assert.deepEqual(trouble, []);
});

test('a rule is tried on what was collected before it is in force', async () => {
  const { page, trouble, close } = await visit({ role: 'editor' });
  await page.goto('/rule-editor?object=rule:bus-late');
  const text = await page.inputValue('#rule-text');
  await page.fill('#rule-text', text.replace('points:', 'pionts:'));
  await page.click('button[value=check]');
  await page.locator('main', { hasText: 'points' }).waitFor();
  await until(async () => /5[:：]|第 ?5/.test(await page.textContent('main')), 'the line of the fault');
  await page.goto('/rule-editor?object=rule:bus-late');
  await page.fill('#rule-text', text.replace('校车晚点', '食物中毒'));
  await Promise.all([page.waitForURL(/rule-tests/), page.click('button[value=test]')]);
  await until(async () => {
    await page.reload();
    return /\d+ → \d+/.test(await page.textContent('main'));
  }, 'the result');
  await shoot(page, 'rule-tried');
  await close();
  assert.deepEqual(trouble, []);
});

test('language and appearance are chosen, and kept', async () => {
  const { page, close } = await visit({ role: 'viewer' });
  await page.goto('/settings');
  await page.check('input[name=theme][value=dark]');
  await page.click('form:has(input[name=theme]) button');
  await until(async () => (await page.getAttribute('html', 'data-theme')) === 'dark', 'dark');
  await page.check('input[name=lang][value=en]');
  await page.click('form:has(input[name=lang]) button');
  await until(async () => (await page.getAttribute('html', 'lang')).startsWith('en'), 'English');
  await page.goto('/incidents');
  assert.match(await page.textContent('h1'), /Incidents/);
  assert.equal(await page.locator('#bulk').count(), 0, 'a viewer has nothing to act with');
  await close();
});

test('the menu of a phone opens by keyboard, without script', async () => {
  const { page, close } = await visit({ width: 390, script: false });
  await page.goto('/incidents');
  await page.focus('.menu > summary');
  await page.keyboard.press('Enter');
  await page.click('.menu a[href="/calendar"]');
  assert.equal(new URL(page.url()).pathname, '/calendar');
  await close();
});

test('everything works without script', async () => {
  const { page, close } = await visit({ script: false });
  const [id] = await newOnes(page);
  await page.goto(`/incidents/${id}`);
  await page.click('form[data-act=a] button');
  assert.equal(await stateOf(page, id), 'acknowledged');
  await close();
});

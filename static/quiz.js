// An attempt nicer with a script: each response is sent as it is given, and the page says what the server holds.
// Without it, pages of five are saved by their button. What is sent are the fields of the form, either way.

const form = document.querySelector('form[data-quiz]');
const words = (name) => form.dataset[`words${name}`];
const store = `pv-attempt-${form.dataset.quiz}`;
const items = new Map([...form.querySelectorAll('.pv-item')].map((box) => [box.id.slice(5), box]));

// Sequence numbers count on the server's clock, so that two devices agree on what is newer. A page that was slow to
// come counts behind by so much: the tabs of one browser therefore go on from each other's last number.
const shift = Number(form.dataset.clock) - Date.now();
let last = 0;
function nextSequence() {
  try { last = Math.max(last, Number(localStorage.getItem('pv-sequence'))); } catch { /* No store: its own count. */ }
  last = Math.max(last + 1, Math.round(Date.now() + shift));
  try { localStorage.setItem('pv-sequence', last); } catch { /* As above. */ }
  return last;
}

// --- Reading and filling a question ---
function fieldsOf(box) {
  const fields = {};
  for (const input of box.querySelectorAll('input, select')) {
    const given = input.tagName === 'SELECT' ? input.value : input.checked && input.value;
    if (given) (fields[input.name] ??= []).push(given);
  }
  return fields;
}

function fill(box, fields) {
  for (const input of box.querySelectorAll('input, select')) {
    const values = fields[input.name] ?? [];
    if (input.tagName === 'SELECT') input.value = values[0] ?? '';
    else input.checked = values.includes(input.value);
  }
}

// --- What waits to be received: kept on this device until the server has it ---
function readStore() {
  try { return new Map(Object.entries(JSON.parse(localStorage.getItem(store) ?? '{}'))); } catch { return new Map(); }
}
function writeStore() {
  try {
    if (waiting.size) localStorage.setItem(store, JSON.stringify(Object.fromEntries(waiting)));
    else localStorage.removeItem(store);
  } catch { /* A full or closed store: the page still holds them. */ }
}

const waiting = readStore();
for (const [id, save] of waiting) {
  if (items.has(id)) fill(items.get(id), save.fields);
}
const shown = new Map([...items].map(([id, box]) => [id, JSON.stringify(fieldsOf(box))]));

// --- The receipt line ---
const receipt = form.querySelector('[data-receipt-text]');
const icon = form.querySelector('[data-receipt] use');
function say(text, trouble = true) {
  if (receipt.textContent !== text) receipt.textContent = text;
  icon.setAttribute('href', icon.getAttribute('href').replace(/#.*/, trouble ? '#warning' : '#circle-check'));
  receipt.parentElement.classList.toggle('is-waiting', trouble);
}
function showFault(id, sentence) {
  const box = items.get(id);
  box.querySelector('.pv-error')?.remove();
  box.classList.toggle('pv-field-invalid', Boolean(sentence));
  box.removeAttribute('aria-describedby');
  if (!sentence) return;
  const line = document.createElement('p');
  line.className = 'pv-error';
  line.id = `item-${id}-error`;
  line.setAttribute('role', 'status');
  line.textContent = sentence;
  box.querySelector('legend').after(line);
  box.setAttribute('aria-describedby', line.id);
}

// --- Sending, one request at a time, again and again until it is received ---
let sending = null;
let pause = 0;
let timer = 0;

async function freshToken() {
  // After signing in again in another tab, this page's token is an old one.
  const page = await fetch(location.href, { headers: { Accept: 'text/html' } });
  const there = new DOMParser().parseFromString(await page.text(), 'text/html').querySelector('form[data-quiz] [name=csrf_token]');
  if (there) form.elements.csrf_token.value = there.value;
}

async function sendOnce() {
  const batch = [...waiting];
  const answer = await fetch(form.dataset.save, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': form.elements.csrf_token.value },
    body: JSON.stringify({ responses: batch.map(([item, save]) => ({ item, ...save })) }),
  });
  if (answer.redirected || answer.status === 401) { say(words('SignedOut')); throw new Error('signed out'); }
  if (answer.status === 400) { await freshToken(); throw new Error('old token'); }
  if (answer.status >= 500 || answer.status === 429) throw new Error('trouble');
  const data = await answer.json();
  for (const [id, save] of batch) {
    if (waiting.get(id)?.sequence === save.sequence) waiting.delete(id);
  }
  writeStore();
  if (!answer.ok) { // Over, or not ours: waiting would change nothing.
    say(data.sentence);
    return;
  }
  for (const [id, mark] of Object.entries(data.marks)) {
    const was = form.elements[`was-${id}`];
    if (was) was.value = mark;
    if (items.has(id)) showFault(id, '');
  }
  for (const [id, sentence] of Object.entries(data.faults)) if (items.has(id)) showFault(id, sentence);
  say(words('Receipt').replace('{n}', data.received).replace('{total}', data.total).replace('{time}', data.at), false);
}

function flush() {
  clearTimeout(timer);
  if (sending) return sending;
  if (!waiting.size) return Promise.resolve(true);
  sending = sendOnce().then(
    () => { pause = 0; return true; },
    (error) => {
      if (error.message !== 'signed out') say(words('Waiting'));
      pause = Math.min(30000, pause * 2 || 1000);
      return false;
    },
  ).finally(() => {
    sending = null;
    if (waiting.size) timer = setTimeout(flush, pause || 50);
  });
  return sending;
}

function notice() {
  let changed = false;
  for (const [id, box] of items) {
    const fields = fieldsOf(box);
    const now = JSON.stringify(fields);
    if (now === shown.get(id)) continue;
    shown.set(id, now);
    waiting.set(id, { fields, sequence: nextSequence() });
    changed = true;
  }
  if (!changed) return;
  writeStore();
  flush();
}

// Buttons that move a row change its select without an event of their own: look after every gesture.
form.addEventListener('change', () => queueMicrotask(notice));
form.addEventListener('click', () => setTimeout(notice));
addEventListener('online', () => { pause = 0; flush(); });
addEventListener('beforeunload', (event) => { if (waiting.size) event.preventDefault(); });
if (waiting.size) flush();

// --- Sending the whole: only once the server holds everything ---
let leaving = false;
form.addEventListener('submit', (event) => {
  if (leaving || !waiting.size) return;
  event.preventDefault();
  event.stopPropagation();
  const sender = event.submitter;
  (async () => {
    for (let tries = 0; tries < 4 && waiting.size; tries += 1) {
      if (!(await flush())) await new Promise((done) => { setTimeout(done, 400); });
    }
    if (waiting.size) return; // The receipt line says why; nothing is lost.
    leaving = true;
    form.requestSubmit(sender);
  })();
});
for (const button of form.querySelectorAll('[data-no-script]')) button.hidden = true;

// --- Time: said in minutes, warned before the end, never a ticking clock ---
const deadline = Number(form.dataset.deadline);
if (deadline) {
  const left = form.querySelector('[data-left]');
  const warning = form.querySelector('[data-warning]');
  let warned = false;
  const look = () => {
    const rest = deadline - (Date.now() + shift);
    const minutes = Math.floor(rest / 60000);
    if (minutes > 1) left.textContent = words('Left').replace('{minutes}', minutes);
    if (rest <= 60000 && !warned) {
      warned = true;
      warning.replaceChildren(Object.assign(document.createElement('p'), { className: 'pv-hint', textContent: words('Last') }));
    }
    if (rest > 0) {
      setTimeout(look, Math.min(rest, rest > 360000 ? 20000 : 5000) + 20);
      return;
    }
    flush().finally(() => {
      waiting.clear();
      writeStore();
      leaving = true;
      const confirm = Object.assign(document.createElement('input'), { type: 'hidden', name: 'confirm', value: '1' });
      form.append(confirm);
      form.action = form.dataset.save.replace(/responses$/, 'submit');
      form.requestSubmit();
    });
  };
  look();
}

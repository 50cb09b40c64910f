// The comforts of the pages. Everything here is a nicety: each page works, and
// says the same, without this script.

const page = document.documentElement;
const words = (name, fallback) => page.dataset[name] || fallback;

// --- Header ------------------------------------------------------------------
// On wide screens the whole menu shows. Where the browser can not show the
// content of a closed <details> by style alone, it is opened here.
const menu = document.querySelector('.pv-menu');
if (menu && !CSS.supports('selector(::details-content)')) {
  const wide = matchMedia(menu.querySelector('.pv-nav li:nth-child(5)') ? '(min-width: 86em)' : '(min-width: 77em)');
  const follow = () => { menu.open = wide.matches && page.dataset.text === '1' && page.dataset.spacing !== 'wide'; };
  wide.addEventListener('change', follow);
  follow();
}

// Panels that float over the page close by Escape and by a click elsewhere.
// The innermost comes first: Escape closes one at a time.
const floating = [...document.querySelectorAll('.pv-account, .pv-menu')].reverse();
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const panel of floating) {
    const summary = panel.querySelector('summary');
    if (panel.open && summary.offsetParent && panel.contains(document.activeElement)) {
      panel.open = false;
      summary.focus();
      return;
    }
  }
});
document.addEventListener('click', (event) => {
  for (const panel of document.querySelectorAll('.pv-account[open]')) {
    if (!panel.contains(event.target)) panel.open = false;
  }
});

// --- Reading settings --------------------------------------------------------
// The server decides theme, size and spacing and keeps them. A form marked
// data-settings shows the choice at once, and saves it as any form does.
function tryOn(event) {
  const input = event.target;
  const form = input.closest?.('form[data-settings]');
  if (!form) return;
  if (['theme', 'text', 'spacing'].includes(input.name)) page.dataset[input.name] = input.value;
}
document.addEventListener('change', tryOn);

// --- Copying a template ------------------------------------------------------
async function copyText(button, source) {
  const text = source.innerText.trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without permission, the text is selected and the person copies it.
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    button.nextElementSibling.textContent = words('selected', 'Texte sélectionné');
    return;
  }
  button.nextElementSibling.textContent = words('copied', 'Texte copié');
}

function prepare(root) {
  for (const block of root.querySelectorAll('.block-template, div[data-copy]')) {
    if (block.querySelector('.pv-copy')) continue;
    const source = block.querySelector('.block-body') || block;
    const bar = document.createElement('div');
    bar.className = 'pv-copy pv-row';
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm';
    button.textContent = words('copy', 'Copier ce texte');
    const said = document.createElement('span');
    said.setAttribute('role', 'status');
    said.className = 'pv-meta';
    button.addEventListener('click', () => copyText(button, source));
    bar.append(button, said);
    block.append(bar);
  }

  for (const button of root.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  }

  for (const list of root.querySelectorAll('[data-ordering]')) arrange(list);
}

// --- Ordering ----------------------------------------------------------------
// Without script one picks a position in each row. With it, two buttons move the
// row, the selects follow, and two rows never hold the same position.
function arrange(list) {
  const rows = () => [...list.children];
  const said = document.createElement('p');
  said.className = 'visually-hidden';
  said.setAttribute('role', 'status');
  list.after(said);

  const select = (row) => row.querySelector('select');
  const number = () => rows().forEach((row, index, all) => {
    select(row).value = String(index + 1);
    row.querySelector('[data-up]').disabled = index === 0;
    row.querySelector('[data-down]').disabled = index === all.length - 1;
  });
  const move = (row, to) => {
    const others = rows().filter((other) => other !== row);
    others.splice(to, 0, row);
    list.append(...others);
    number();
    said.textContent = `${row.dataset.label} : ${words('position', 'position')} ${to + 1}`;
  };

  // Rows begin in the order already chosen, where there is one.
  const chosen = (row) => Number(select(row).value) || Infinity;
  list.append(...rows().sort((a, b) => (chosen(a) === chosen(b) ? 0 : chosen(a) - chosen(b))));
  const untouched = rows().every((row) => !select(row).value);

  for (const row of rows()) {
    const controls = row.querySelector('.pv-arrange-controls');
    for (const [key, step, icon] of [['up', -1, 'up'], ['down', 1, 'down']]) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-sm';
      button.dataset[key] = '';
      button.setAttribute('aria-label', `${words(key, key === 'up' ? 'Monter' : 'Descendre')} : ${row.dataset.label}`);
      const sprite = list.dataset.icons;
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('class', 'pv-icon');
      svg.setAttribute('aria-hidden', 'true');
      const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
      use.setAttribute('href', `${sprite}#${icon}`);
      svg.append(use);
      button.append(svg);
      button.addEventListener('click', () => {
        const to = rows().indexOf(row) + step;
        if (to < 0 || to >= rows().length) return;
        move(row, to);
        (button.disabled ? row.querySelector(`[data-${key === 'up' ? 'down' : 'up'}]`) : button).focus();
      });
      controls.append(button);
    }
    select(row).addEventListener('change', (event) => {
      if (!event.target.value) return;
      move(row, Number(event.target.value) - 1);
      event.target.focus(); // Moving a row in the page would lose the reader's place.
    });
  }
  // Nothing is answered on the person's behalf: until a row is moved, an
  // untouched list keeps its empty selects, and the server says so.
  if (untouched) {
    rows().forEach((row, index, all) => {
      row.querySelector('[data-up]').disabled = index === 0;
      row.querySelector('[data-down]').disabled = index === all.length - 1;
    });
  } else {
    number();
  }
}

// --- Answering in place ------------------------------------------------------
// <form data-replace="id">: the response of the server is the whole page; the
// element of that id is taken from it and put in place of ours, without moving
// the reader. Any trouble falls back to sending the form as usual.
document.addEventListener('submit', async (event) => {
  const form = event.target;
  // Another script may look after its own forms.
  if (event.defaultPrevented || form.matches('[data-check]')) return;
  const id = form.dataset.replace;
  const sender = event.submitter;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (!id) {
    // One click sends once; a form that answers with a file (data-again) stays here and may be sent again.
    if (form.method === 'post' && !('again' in form.dataset)) {
      form.dataset.sent = 'yes';
      sender?.setAttribute('aria-disabled', 'true');
    }
    return;
  }
  event.preventDefault();
  form.dataset.sent = 'yes';
  try {
    const data = new FormData(form, sender);
    const answer = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'text/html' } });
    const there = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id);
    const here = document.getElementById(id);
    if (!there || !here) throw new Error('nothing to replace');
    const fresh = document.importNode(there, true);
    here.replaceWith(fresh);
    prepare(fresh);
    const focus = fresh.querySelector('.pv-error-summary, .pv-feedback') || fresh;
    focus.tabIndex = -1;
    focus.focus({ preventScroll: true });
    focus.scrollIntoView({ block: 'nearest' });
  } catch {
    form.removeAttribute('data-replace');
    delete form.dataset.sent;
    form.requestSubmit(sender);
  }
});

// Coming back by the browser's own button, a form can be sent again.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    form.querySelector('[aria-disabled]')?.removeAttribute('aria-disabled');
  }
});

// --- Errors, counts, disclosures ---------------------------------------------
prepare(document);
document.querySelector('.pv-error-summary')?.focus();

// A link of the summary to a group of rows puts focus on its first row.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('.pv-error-summary a[href^="#"]');
  const group = link && document.getElementById(link.hash.slice(1));
  const control = group?.matches('fieldset') && group.querySelector('input, select, textarea');
  if (!control) return;
  event.preventDefault();
  group.scrollIntoView();
  control.focus({ preventScroll: true });
});

for (const field of document.querySelectorAll('textarea[maxlength]')) {
  const left = document.createElement('p');
  left.className = 'pv-hint';
  const count = () => { left.textContent = `${field.value.length} / ${field.maxLength}`; };
  field.after(left);
  field.addEventListener('input', count);
  count();
}

// A link to something folded away unfolds it.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target && (target.closest('details:not([open])') || target.querySelector(':scope > details:not([open])'));
  if (folded && !folded.classList.contains('pv-menu')) {
    folded.open = true;
    target.scrollIntoView();
  }
}
addEventListener('hashchange', unfold);
unfold();

// A lesson nicer with a script: feedback in place, and where one is remembered. Everything works without.

const box = (element) => element.closest('[data-check-box]');

async function send(form, submitter) {
  const button = submitter ?? form.querySelector('button[type=submit]');
  button.disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new FormData(form),
      headers: { Accept: 'application/json' },
    });
    const data = await answer.json();
    if (!answer.ok) throw new Error(data.sentence);
    const place = box(form);
    const fresh = new DOMParser().parseFromString(data.html, 'text/html').body.firstElementChild;
    // The status region must be in the page before it speaks, so that it is read out.
    const words = fresh.querySelector('[role=status]');
    const said = words ? [...words.childNodes] : [];
    words?.replaceChildren();
    place.replaceWith(fresh);
    requestAnimationFrame(() => words?.append(...said));
    fresh.querySelector('[data-again]')?.focus({ preventScroll: true });
  } catch (error) {
    if (!error.message || error instanceof TypeError) {
      form.submit(); // The plain way says what is wrong, or works.
      return;
    }
    button.disabled = false;
    let line = form.querySelector('.pv-error');
    if (!line) {
      line = document.createElement('p');
      line.className = 'pv-error';
      line.setAttribute('role', 'alert');
      form.querySelector('fieldset').prepend(line);
    }
    line.textContent = error.message;
  }
}

document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-check]')) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// Where the reader is: the last heading that passed the top of the window, sent once things are calm.
const prose = document.querySelector('[data-lesson]');
if (prose) {
  const token = document.querySelector('input[name=csrf_token]')?.value;
  const headings = [...prose.querySelectorAll('h2[id]')];
  let sent = null;
  let timer;
  const report = () => {
    const passed = headings.filter((h) => h.getBoundingClientRect().top < window.innerHeight / 2).pop();
    const place = passed?.id ?? '';
    if (place === sent || !token) return;
    sent = place;
    const body = new FormData();
    body.set('csrf_token', token);
    body.set('place', place);
    fetch(prose.dataset.lesson, { method: 'POST', body, keepalive: true }).catch(() => {});
  };
  addEventListener('scroll', () => { clearTimeout(timer); timer = setTimeout(report, 1500); }, { passive: true });
  timer = setTimeout(report, 3000);
}

// A practice post nicer with a script: it shows as one writes, is kept, and
// what the server notices comes by itself. Everything works without.

const compose = document.querySelector('form[data-compose]');
if (compose) {
  const see = (selector) => document.querySelector(selector);
  const preview = see('[data-preview]');
  const picture = see('[data-picture]');
  const saved = see('[data-saved]');
  const network = see('#preview .pv-post-network');
  const { post, picture: alternative } = compose.elements;
  let timer;
  let latest = 0;

  const show = () => {
    preview.textContent = post.value || preview.dataset.empty;
    picture.hidden = !alternative.value.trim();
    picture.setAttribute('aria-label', alternative.value);
    picture.querySelector('p').textContent = alternative.value;
    const chosen = compose.querySelector('input[name=network]:checked');
    if (network && chosen) network.textContent = chosen.dataset.name;
  };

  const keep = async () => {
    const turn = ++latest;
    try {
      const answer = await fetch(compose.action, {
        method: 'POST',
        body: new FormData(compose),
        headers: { Accept: 'application/json' },
      });
      const data = await answer.json();
      if (turn !== latest) return;
      if (!answer.ok) {
        saved.textContent = data.sentence;
        return;
      }
      const place = see('[data-notices]');
      const fresh = new DOMParser().parseFromString(data.html, 'text/html').body.firstElementChild;
      // Only what is new is said again by a screen reader.
      if (place.textContent.trim() !== fresh.textContent.trim()) place.replaceChildren(fresh);
      saved.textContent = data.saved;
    } catch {
      // The network is away: the button still sends, and the next key tries again.
    }
  };

  compose.addEventListener('input', () => {
    show();
    clearTimeout(timer);
    timer = setTimeout(keep, 1200);
  });
  compose.addEventListener('submit', () => {
    clearTimeout(timer);
    latest += 1;
  });
  show();
}

const verdict = document.querySelector('form[data-verdict]');
if (verdict) {
  const total = verdict.querySelector('[data-total]');
  const count = () => {
    const given = [...verdict.querySelectorAll('.pv-criterion input:checked')].map((input) => Number(input.value));
    if (!given.length) return;
    total.textContent = total.dataset.words.replace('#', given.reduce((sum, n) => sum + n, 0));
  };
  verdict.addEventListener('change', count);
  count();

  verdict.addEventListener('click', (event) => {
    const button = event.target.closest('[data-answer]');
    if (!button) return;
    event.preventDefault();
    const reason = verdict.elements.reason;
    reason.value = `${reason.value.trimEnd()}\n\n${button.dataset.answer}`.trim();
    reason.focus();
  });
}

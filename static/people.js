// A password can be shown while one types it: long ones are easier to get right. Without this script, it stays hidden.

for (const input of document.querySelectorAll('input[data-reveal]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-quiet btn-sm pv-reveal';
  button.setAttribute('aria-controls', input.id);
  button.textContent = input.dataset.reveal;
  button.addEventListener('click', () => {
    const shown = input.type === 'text';
    input.type = shown ? 'password' : 'text';
    button.textContent = shown ? input.dataset.reveal : input.dataset.hide;
    input.focus();
  });
  input.after(button);
  // A password shown is never kept by the browser as ordinary text.
  input.form.addEventListener('submit', () => { input.type = 'password'; });
}

// An import under way: its bar follows, and the page is read again when it is over.
const job = document.querySelector('[data-job]');
if (job) {
  const bar = job.querySelector('progress');
  const said = job.querySelector('.pv-progress-text span');
  const follow = async () => {
    try {
      const answer = await fetch(job.dataset.job, { headers: { Accept: 'application/json' } });
      const state = await answer.json();
      if (state.status === 'waiting' || state.status === 'running') bar.value = state.done;
      else if (state.status !== 'reading') {
        location.reload();
        return;
      }
      said.textContent = state.text;
    } catch {
      // The server is away for a moment: ask again.
    }
    setTimeout(follow, 1500);
  };
  setTimeout(follow, 1000);
}

// A department is written by its name: those that hold what is typed are proposed.
for (const input of document.querySelectorAll('input[data-suggest]')) {
  let waiting;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(input.value)}`);
        if (!answer.ok) return;
        const names = await answer.json();
        input.list.replaceChildren(...names.map((name) => Object.assign(document.createElement('option'), { value: name })));
      } catch {
        // Without proposals, the whole name can be typed.
      }
    }, 200);
  });
}

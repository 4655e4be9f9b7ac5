// Asks for what the page at this address needs, files and answers, while the script that knows what to do with them is still
// on its way. An address that `src/api/early.ts` is not asked for is never used; one that is missing here is only later.
{
  const { pages } = document.currentScript.dataset;
  const [page, first, second] = location.pathname.split('/').slice(1);
  for (const file of JSON.parse(pages ?? '{}')[page] ?? []) {
    const link = document.createElement('link');
    link.href = file;
    link.rel = file.endsWith('.css') ? 'preload' : 'modulepreload';
    if (file.endsWith('.css')) link.as = 'style';
    document.head.append(link);
  }

  const answers = new Map();
  const ask = (path) => {
    const answer = fetch(`/api/v1${path}`, { headers: { accept: 'application/json' } });
    answers.set(`/api/v1${path}`, answer);
    return answer;
  };
  const askDay = (day) => {
    ask(`/days/${day}`);
    ask(`/days/${day}/usual`);
    ask(`/alarms?open=true&limit=500&day=${day}`);
  };
  if (page === '') {
    ask('/days')
      .then((answer) => answer.clone().json())
      .then(({ day }) => askDay(day))
      .catch(() => {}); // whoever needs it asks again and says what is wrong
  } else if (page === 'days' && first) {
    ask(`/days?day=${first}`);
    askDay(first);
  } else if (page === 'flows' && first) {
    ask(`/flows/${first}`);
    ask(`/flows/${first}/history`);
    if (second) {
      ask(`/instances/${first}/${second}/graph`);
      ask(`/instances/${first}/${second}`);
    }
  }
  ask('/flows');
  window.milepostEarly = answers;
}

// SPDX-License-Identifier: Apache-2.0
const texts = {
  zh: {
    signIn: '登录',
    signInHint: '请打开启动时终端打印的一次性链接，或输入数据目录中 admin.token 文件的内容。',
    token: '令牌',
    open: '进入',
    signOut: '退出',
    otherLanguage: 'English',
    messages: '消息/秒',
    points: '读数/秒',
    connections: '设备连接',
    things: '物',
    lag: '待入库记录',
    listeners: '监听地址',
    readings: '最新读数',
    noReadings: '尚无读数。设备一上报，这里就会显示。',
    thing: '物',
    property: '属性',
    value: '值',
    measured: '测量时间',
    refused: '被拒绝的连接与消息',
    noRefused: '没有被拒绝的连接。',
    when: '时间',
    source: '来源',
    claimed: '自称',
    reason: '原因与处理办法',
    count: '次数',
    on: '实时',
    off: '重连中',
    dropped: (n) => `为便于阅读，略过了 ${n} 条读数。`,
  },
  en: {
    signIn: 'Sign in',
    signInHint:
      'Open the one-time link that was printed at start, or enter the content of the file admin.token in the data directory.',
    token: 'Token',
    open: 'Open',
    signOut: 'Sign out',
    otherLanguage: '中文',
    messages: 'messages/s',
    points: 'readings/s',
    connections: 'device connections',
    things: 'things',
    lag: 'records to be stored',
    listeners: 'Listeners',
    readings: 'Last readings',
    noReadings: 'No reading yet. They show here as soon as a device reports.',
    thing: 'Thing',
    property: 'Property',
    value: 'Value',
    measured: 'Measured',
    refused: 'Refused connections and messages',
    noRefused: 'None was refused.',
    when: 'When',
    source: 'Source',
    claimed: 'Claims to be',
    reason: 'Reason and what to do',
    count: 'Count',
    on: 'live',
    off: 'reconnecting',
    dropped: (n) => `${n} readings were left out so that the page stays readable.`,
  },
};
let language =
  localStorage.getItem('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
const element = (id) => document.getElementById(id);
const text = (key) => texts[language][key];

const make = (tag, content, parent, className) => {
  const node = document.createElement(tag);
  if (content !== undefined) node.textContent = content;
  if (className !== undefined) node.className = className;
  parent?.append(node);
  return node;
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const clock = (time) => new Date(time).toLocaleTimeString('sv-SE');
const api = (path, options = {}) =>
  fetch(`/api/v1${path}`, {
    ...options,
    headers: { 'accept-language': language, ...options.headers },
  });

/* Signed in or not */

let signedIn = false;
const show = (isIn) => {
  signedIn = isIn;
  element('sign-in').hidden = isIn;
  for (const id of ['board', 'sign-out', 'live']) element(id).hidden = !isIn;
  if (isIn) listen();
  else socket?.close();
};

const signIn = async (body) => {
  const answer = await api('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const problem = answer.ok ? undefined : await answer.json();
  element('sign-in-fault').textContent =
    problem === undefined ? '' : `${problem.title} · ${problem.fix}`;
  return answer.ok;
};

/** Whether there is a session; asked by a request that does not fail, which the browser would log as an error. */
const hasSession = async () => (await (await api('/session')).json()).open;

/* Figures, every second */

let before;
const drawSystem = (system) => {
  element('listeners').replaceChildren();
  for (const [name, address] of Object.entries(system.listeners)) {
    make('dt', name, element('listeners'));
    make('dd', address, element('listeners'));
  }
  for (const key of ['connections', 'things', 'lag'])
    element(key).textContent = system[key].toLocaleString();
  if (!system.thingsExact) element('things').textContent += '+';
  // Counters begin anew with the process.
  if (before?.started === system.started) {
    const seconds = (system.monotonicMs - before.monotonicMs) / 1000;
    const rate = (key) => Math.round((system[key] - before[key]) / seconds).toLocaleString();
    element('messages').textContent = rate('messages');
    element('points').textContent = rate('readings');
  }
  before = system;
};

const drawRefused = (items) => {
  const rows = items.map((entry) => {
    const tr = document.createElement('tr');
    make('td', clock(entry.time), tr).title = entry.time;
    const from = make('td', entry.source, tr);
    make('small', ` ${entry.protocol}`, from);
    make('td', entry.identity, tr);
    const reason = make('td', entry.title, tr);
    if (entry.detail) make('small', ` ${entry.detail}`, reason);
    make('span', entry.fix, reason, 'fix');
    make('td', entry.count.toLocaleString(), tr);
    return tr;
  });
  element('refused').replaceChildren(...rows);
  element('refused-table').hidden = rows.length === 0;
  element('no-refused').hidden = rows.length > 0;
};

const refresh = async () => {
  const answer = await api('/system');
  if (!answer.ok) return;
  drawSystem(await answer.json());
  const diagnosis = await api('/diagnosis?limit=20');
  if (diagnosis.ok) drawRefused((await diagnosis.json()).items);
};

/* Last readings: a row for a series, which stays where it is, so that it can be read */

const rowsMax = 24;
const rows = new Map();
const names = new Map();
let dropped = 0;

const nameOf = (thing) => {
  if (!names.has(thing)) {
    names.set(thing, String(thing));
    if (names.size > 10_000) names.delete(names.keys().next().value);
    api(`/things/${thing}`).then(
      async (answer) => {
        if (answer.ok) names.set(thing, (await answer.json()).name);
        for (const row of rows.values()) if (row.thing === thing) drawName(row);
      },
      () => undefined,
    );
  }
  return names.get(thing);
};
const drawName = ({ cells, thing }) => {
  cells[0].textContent = nameOf(thing);
  make('small', ` ${thing}`, cells[0]);
};

const rowOf = (item) => {
  const key = `${item.thing} ${item.property}`;
  const known = rows.get(key);
  if (known !== undefined) return known;
  let tr;
  if (rows.size < rowsMax) tr = make('tr', undefined, element('readings'));
  else {
    // The row that has been still for longest makes room; none does while all of them are lively.
    const [oldKey, old] = [...rows].reduce((a, b) => (a[1].at <= b[1].at ? a : b));
    if (Date.now() - old.at < 10_000) return undefined;
    rows.delete(oldKey);
    tr = old.tr;
  }
  tr.replaceChildren();
  const cells = [0, 1, 2, 3].map(() => make('td', undefined, tr));
  cells[1].textContent = item.property;
  cells[2].className = 'value';
  const row = { tr, cells, thing: item.thing, at: 0 };
  rows.set(key, row);
  drawName(row);
  return row;
};

const valueText = (value) => {
  if (typeof value === 'number') return String(Number(value.toPrecision(8)));
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const drawReading = (item) => {
  const row = rowOf(item);
  if (row === undefined) return;
  const { tr, cells } = row;
  row.at = Date.now();
  cells[2].textContent = valueText(item.value);
  cells[2].title = valueText(item.value);
  if (item.unit) make('small', ` ${item.unit}`, cells[2]);
  if (item.quality !== 'good') make('span', item.quality, cells[2], 'flag');
  cells[3].textContent = clock(item.time);
  cells[3].title = item.time;
  // Taking the class away and giving it again starts the animation anew.
  tr.className = '';
  requestAnimationFrame(() => (tr.className = 'new'));
};

const drawDropped = () => {
  element('dropped').textContent = dropped > 0 ? text('dropped')(dropped.toLocaleString()) : '';
};

/* The live channel */

let socket;
let isLive = false;
const drawBadge = () => {
  element('live').textContent = text(isLive ? 'on' : 'off');
  element('live').classList.toggle('on', isLive);
};
const listen = () => {
  if (socket !== undefined) return;
  const secure = location.protocol === 'https:' ? 'wss' : 'ws';
  socket = new WebSocket(`${secure}://${location.host}/api/v1/live`);
  socket.onopen = () => {
    isLive = true;
    drawBadge();
    const subscription = { op: 'subscribe', id: 'all', kind: 'readings', ratePerSecond: 20 };
    socket.send(JSON.stringify(subscription));
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.kind !== 'readings') return;
    dropped += message.dropped;
    for (const item of message.items) drawReading(item);
    element('no-readings').hidden = rows.size > 0;
    element('readings-table').hidden = rows.size === 0;
    drawDropped();
  };
  socket.onclose = async () => {
    isLive = false;
    drawBadge();
    await pause(1000);
    socket = undefined;
    if (!signedIn) return;
    // A server that was started again knows no sessions; one that is away answers nothing.
    if (await hasSession().catch(() => true)) listen();
    else show(false);
  };
};

/* Start */

const say = () => {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const node of document.querySelectorAll('[data-text]'))
    node.textContent = text(node.dataset.text);
  element('language').textContent = text('otherLanguage');
  drawBadge();
  drawDropped();
};
element('language').onclick = () => {
  language = language === 'zh' ? 'en' : 'zh';
  localStorage.setItem('language', language);
  say();
  element('sign-in-fault').textContent = '';
  if (signedIn) refresh().catch(() => undefined);
};
element('sign-out').onclick = async () => {
  await api('/session', { method: 'DELETE' });
  show(false);
};
document.querySelector('form').onsubmit = async (event) => {
  event.preventDefault();
  const form = event.target;
  if (await signIn({ token: new FormData(form).get('token').trim() })) {
    form.reset();
    show(true);
  }
};

say();
const link = new URLSearchParams(location.search).get('link');
if (link !== null) {
  await signIn({ link });
  history.replaceState(null, '', '/');
}
show(await hasSession());
for (;;) {
  // A server that is away is told by the badge.
  if (isLive) await refresh().catch(() => undefined);
  await pause(1000);
}

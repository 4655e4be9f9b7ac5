/** What an explanation says, in English and in Chinese; `{name}` stands for a fact. */
import type { Cause, Happening, Language, SilenceReason } from '../../engine/index.ts';

type Phrase = readonly [en: string, zh: string];

/** How the fact that a moment began with is called. */
export const CAUSES: Readonly<Record<Cause['kind'], Phrase>> = {
  event: ['{what} (event {id})', '{what}（事件 {id}）'],
  due: ['{name} was due', '{name} 到时'],
  expected: ['expected from now on', '从此时起应当发生'],
  nested: ['{flow} {key} reports: {change}', '{flow} {key} 上报：{change}'],
  waived: ['waived by {by}: {reason}', '由 {by} 免除：{reason}'],
  unwaived: ['waiver taken back by {by}: {reason}', '由 {by} 撤销免除：{reason}'],
  closed: ['alarm {alarm} closed by {by}', '告警 {alarm} 由 {by} 关闭'],
};

export const CHANGES: Readonly<Record<Extract<Cause, { kind: 'nested' }>['change'], Phrase>> = {
  starting: ['it starts', '开始'],
  reopened: ['it runs again', '重新运行'],
  outcome: ['it ended as {status}', '以 {status} 结束'],
  health: ['its health changed', '健康状态变化'],
};

export const HAPPENINGS: Readonly<Record<Happening['kind'], Phrase>> = {
  status: ['the instance goes from {from} to {to}', '实例由 {from} 变为 {to}'],
  activated: [
    'expected now: visit {visit} begins, led to by {ledBy}',
    '现已激活：第 {visit} 次，来自 {ledBy}',
  ],
  began: [
    'visit {visit} begins by its own report; it was {was}',
    '由自身上报开始第 {visit} 次；此前为 {was}',
  ],
  running: ['its application has reported: it runs', '应用已上报：运行中'],
  ended: ['it is {as}', '现为 {as}'],
  late: [
    'it came late: its values were added to the visit that is {was}',
    '迟到的事件：其值计入{was}的那一次',
  ],
  joining: [
    'a connector arrived; {missing} others may still come',
    '一条连接已到达；另有 {missing} 条可能到达',
  ],
  absorbed: [
    'the arrival that the report out of order had lacked: nothing changes',
    '补上乱序上报所缺的到达：无变化',
  ],
  state: ['state from {from} to {to}: {verdict}', '状态由 {from} 到 {to}：{verdict}'],
  rule: ['rule on {event}: {asked}{does} [{place}]', '规则 {event}：{asked}{does} [{place}]'],
  set: ['set: {asked} [{place}]', '赋值：{asked} [{place}]'],
  connector: ['connector to {to}: {asked} [{place}]', '到 {to} 的连接：{asked} [{place}]'],
  taken: ['goes on to {to}{limit}', '前往 {to}{limit}'],
  armed: ['timer {timer} counts, due {due}', '定时器 {timer} 开始计时，{due} 到时'],
  stopped: ['timer {timer} stopped, {early} before it was due', '定时器 {timer} 已停止，距到时还有 {early}'],
  'ran-out': ['timer {timer} ran out', '定时器 {timer} 到时'],
  moot: ['timer {timer} ran out, but nothing depended on it any more', '定时器 {timer} 到时，但已无关紧要'],
  silenced: ['{event} raises nothing: the definition silences it', '{event} 不产生告警：定义中已静默'],
  alarm: ['alarm {name} ({severity}) {change}: {text}', '告警 {name}（{severity}）{change}：{text}'],
};

/** Why an alarm was not raised. */
export const REASONS: Readonly<Record<SilenceReason['kind'], Phrase>> = {
  'not-happened': ['{event} has not happened', '{event} 未发生'],
  false: ['on {event}, {asked} at {at}{times}', '{event} 时，{asked}，于 {at}{times}'],
  failed: ['on {event}, {asked} at {at}{times}', '{event} 时，{asked}，于 {at}{times}'],
  silenced: ['the definition silences {event}; happened: {times}', '定义中已静默 {event}；发生 {times} 次'],
  replaced: [
    'the rules of the definition for it raise no alarm [{places}]; happened: {times}',
    '定义中的相应规则不产生告警 [{places}]；发生 {times} 次',
  ],
  stopped: [
    'stopped by {by} at {at}, {early} before it was due at {due}',
    '{at} 由 {by} 停止，距 {due} 到时还有 {early}',
  ],
  'in-time': ['due {due}: {by} at {at}{early}', '{due} 到时：已于 {at} {by}{early}'],
  counting: ['due {due}, in {left}', '{due} 到时，还有 {left}'],
  unreachable: [
    'the step could not be reached any more when it was due at {due}',
    '{due} 到时，该步骤已不可达',
  ],
  dropped: ['due {due}, but at {at} the instance was {by}', '{due} 到时，但实例已于 {at} {by}'],
  'not-armed': ['its clock has not begun: it counts from {after}', '尚未计时：从 {after} 起算'],
  'began-first': [
    'it began by itself at {at}, before {flow} had ended',
    '已于 {at} 自行开始，早于 {flow} 结束',
  ],
  'no-such-time': ['the day of the instance has no such time', '实例当日没有这一时刻'],
  waived: ['waived by {by} at {at}: {reason}', '由 {by} 于 {at} 免除：{reason}'],
  'all-legal': ['changes of state: {changes}, all legal', '状态变化 {changes} 次，均合法'],
  'all-in-order': ['reports: {reports}, all in order', '上报 {reports} 次，顺序均正确'],
  'went-on': ['committed at {at}, and went on to {to}', '{at} 已提交，并前往 {to}'],
  'below-limit': ['within limits: {connectors}', '未超限：{connectors}'],
  'none-failed': ['expressions evaluated: {evaluated}, none failed', '已计算表达式 {evaluated} 次，均无错误'],
  'told-below': ['its failure is told at the nested {flow}', '其失败由嵌套的 {flow} 告警'],
};

const WORDS = {
  itself: ['the flow itself', '流程本身'],
  day: ['trading day {day}, times in {zone}, as of {asOf}', '交易日 {day}，时区 {zone}，截至 {asOf}'],
  visits: ['visit {visits}', '第 {visits} 次'],
  state: ['state {state}', '状态 {state}'],
  story: ['What happened:', '经过：'],
  alarms: ['Alarms:', '告警：'],
  silences: ['Not raised, and why:', '未产生的告警及原因：'],
  nothing: ['nothing yet', '暂无'],
  none: ['none', '无'],
  start: ['the start', '开始'],
  offered: [', offered', '，待选'],
  legal: ['legal', '合法'],
  illegal: ['illegal, allowed: {allowed}', '非法，允许：{allowed}'],
  unknown: ['not in the state table, allowed: {allowed}', '状态表中没有，允许：{allowed}'],
  always: ['without condition', '无条件'],
  true: ['{expression} was true', '{expression} 为真'],
  false: ['{expression} was false', '{expression} 为假'],
  value: ['{expression} was {value}', '{expression} 为 {value}'],
  failed: ['{expression} failed: {error}', '{expression} 出错：{error}'],
  does: [', so: {actions}', '，执行：{actions}'],
  limit: [', time {count} of {limit}', '，第 {count} 次，限 {limit} 次'],
  times: [', the last of {times} times', '，共 {times} 次，此为最后一次'],
  early: [', {early} before', '，提前 {early}'],
  overdue: ['was due at {due}, and is not decided yet', '{due} 已到时，尚未处理'],
  clearedBy: ['cleared {at}: {by}', '{at} 恢复：{by}'],
  open: ['open', '未恢复'],
  because: ['because of {event} at {at}', '起因：{at} 的 {event}'],
  by: ['by {place}', '依据 {place}'],
  due: ['due {due}', '{due} 到时'],
  raised: ['raised', '产生'],
  repeated: ['raised again (×{count})', '再次产生（×{count}）'],
  cleared: ['cleared ({by})', '恢复（{by}）'],
  started: ['started', '开始'],
  ended: ['ended', '结束'],
  committed: ['committed', '提交'],
  abandoned: ['given up', '放弃'],
  'set-back': ['set back to be expected again', '退回等待'],
  rule: ['a rule', '规则'],
  differs: [
    'the journal does not come to the stored instance: a part of it may be gone, and this is what the rest gives',
    '日志推演的结果与存储的实例不一致：可能有部分缺失，此处为其余部分的结果',
  ],
} as const satisfies Readonly<Record<string, Phrase>>;

export type Word = keyof typeof WORDS;

export type Facts = Readonly<Record<string, string | number | null>>;

/** A phrase in a language, with its facts in place. */
export function phrase([en, zh]: Phrase, language: Language, facts: Facts = {}): string {
  return (language === 'zh' ? zh : en).replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(facts, name) ? String(facts[name] ?? '–') : whole,
  );
}

/** One of the smaller words of explanations. */
export function word(name: Word, language: Language, facts: Facts = {}): string {
  return phrase(WORDS[name], language, facts);
}

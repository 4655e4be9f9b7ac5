import { both } from './both.ts';

/** Words for what the API calls by a name of its own; a name that is not here is shown as it is. */
type Named = Readonly<Record<string, string>>;

const ACTS_EN: Named = {
  ack: 'acknowledged',
  unack: 'took an acknowledgement back',
  assign: 'assigned',
  comment: 'commented',
  'not-useful': 'judged not useful',
  mute: 'silenced an alarm',
  silence: 'silenced',
  unsilence: 'ended a silence',
  trial: 'tried a channel',
  waive: 'excused',
  unwaive: 'took an excuse back',
  close: 'closed an alarm',
  resend: 'sent a rejected message again',
  reload: 'reloaded the definitions',
  candidate: 'began to compare a candidate',
};
const ACTS_ZH: Named = {
  ack: '确认告警',
  unack: '撤销确认',
  assign: '指派告警',
  comment: '备注',
  'not-useful': '评为无用',
  mute: '静默告警',
  silence: '静默',
  unsilence: '结束静默',
  trial: '测试渠道',
  waive: '豁免',
  unwaive: '撤销豁免',
  close: '关闭告警',
  resend: '重发被拒消息',
  reload: '重新加载定义',
  candidate: '开始对比候选定义',
};
const SAID_EN: Named = {
  match: 'what is silenced',
  from: 'from',
  until: 'until',
  reason: 'reason',
  text: 'comment',
  to: 'to',
  all: 'all of its trouble',
  flow: 'flow',
  key: 'instance',
  step: 'step',
  channel: 'channel',
};
const SAID_ZH: Named = {
  match: '静默范围',
  from: '开始',
  until: '截止',
  reason: '原因',
  text: '备注',
  to: '指派给',
  all: '同一问题的全部告警',
  flow: '流程',
  key: '实例',
  step: '步骤',
  channel: '渠道',
};
const OUTCOMES_EN: Named = {
  done: 'done',
  taken: 'waits to be done',
  refused: 'refused',
  failed: 'failed',
  unknown: 'not known',
};
const OUTCOMES_ZH: Named = {
  done: '已完成',
  taken: '已受理',
  refused: '已拒绝',
  failed: '失败',
  unknown: '未知',
};

/** Words of the page of who did what. */
export const auditWords = both(
  {
    title: 'Who did what',
    columns: ['When', 'Who', 'Did what', 'To what, and what was said', 'Outcome', 'From'],
    filters: { by: 'Only by (name)', kind: 'Only of a kind (ack, waive, reload …)' },
    nothing: 'Nobody has done anything yet.',
    nothingHere: 'Nothing is as the filters say.',
    newest: 'Back to the newest',
    older: 'Older',
    acts: ACTS_EN,
    said: SAID_EN,
    outcomes: OUTCOMES_EN,
  },
  {
    title: '操作审计',
    columns: ['时间', '操作人', '操作', '对象与内容', '结果', '来源'],
    filters: { by: '操作人', kind: '操作类型（ack、waive、reload…）' },
    nothing: '暂无操作记录。',
    nothingHere: '没有符合筛选条件的记录。',
    newest: '回到最新',
    older: '更早',
    acts: ACTS_ZH,
    said: SAID_ZH,
    outcomes: OUTCOMES_ZH,
  },
);

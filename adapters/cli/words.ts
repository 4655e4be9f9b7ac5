import type { Title } from '../../definitions/index.ts';
import type { Language } from '../../engine/index.ts';

/** The words of tables in Chinese: headings, and what status, health and severity are called. English is the key itself. */
const CHINESE: ReadonlyMap<string, string> = new Map([
  ...Object.entries({
    'not-due': '未到时',
    waiting: '等待中',
    running: '运行中',
    'on-time': '准时完成',
    late: '延迟',
    failed: '失败',
    missing: '缺失',
    excused: '已豁免',
    waived: '已豁免',
    corrected: '已更正',
    unknown: '未知',
    expected: '待开始',
    committed: '已提交',
    abandoned: '已放弃',
    idle: '未激活',
    active: '已激活',
    withdrawn: '已撤回',
    normal: '正常',
    warning: '警告',
    critical: '严重',
    info: '提示',
    open: '未恢复',
    cleared: '已恢复',
    deviated: '偏离定义',
  }),
  ...Object.entries({
    STATUS: '状态',
    FLOW: '流程',
    KEY: '键',
    'WAITING FOR': '等待',
    DUE: '到期',
    DEADLINE: '截止',
    HEALTH: '健康',
    ALARMS: '告警',
    DAY: '交易日',
    STARTED: '开始',
    ENDED: '结束',
    STEP: '步骤',
    STATE: '自定义状态',
    VISITS: '次数',
    VISIT: '第几次',
    ACTIVATED: '激活',
    PARAMS: '参数',
    RAISED: '发生',
    CLEARED: '恢复',
    SEVERITY: '级别',
    ALARM: '告警',
    COUNT: '次数',
    TEXT: '内容',
    LINE: '行',
    REASON: '原因',
    EXPECTED: '待开始',
    RUNNING: '运行中',
    COMMITTED: '已提交',
    FAILED: '失败',
    ABANDONED: '已放弃',
    DEVIATED: '偏离定义',
    ZONE: '时区',
    REVISION: '版本',
    FLOWS: '流程',
    UNTIL: '截止',
    BY: '由',
    MATCH: '匹配',
    AT: '时间',
    LEVEL: '级',
    ACT: '操作',
    OUTCOME: '结果',
    FROM: '来源',
    TARGET: '对象',
    DETAIL: '内容',
  }),
  ...Object.entries({
    start: '开始',
    since: '自',
    'Instances:': '实例：',
    'Alarms:': '告警：',
    'Rejected:': '被拒绝：',
    'Open alarms:': '未恢复告警：',
    'Deviations:': '偏离定义：',
    'Timers:': '定时器：',
    'Visits:': '各次执行：',
    'Waivers:': '豁免：',
    'all of it': '整个流程',
    taken: '已受理',
    done: '已完成',
    refused: '已拒绝',
    none: '无',
    'trading day': '交易日',
    started: '开始于',
    ended: '结束于',
    policy: '策略',
    route: '路由',
    nobody: '无人',
    'nobody is told': '不通知任何人',
    'at once, by itself': '立即单独发送',
    'again after': '再次通知间隔',
  }),
]);

export type Words = (english: string) => string;

/** Gives a word of tables in a language; what has no translation stays as it is. */
export function wordsIn(language: Language): Words {
  return language === 'zh' ? (english) => CHINESE.get(english) ?? english : (english) => english;
}

/** A title in a language, the other one where it has only that; the name where there is none. */
export function titleIn(language: Language, title: Title | null | undefined, name: string): string {
  if (title === null || title === undefined) return name;
  if (typeof title === 'string') return title;
  return title[language] ?? title.en ?? title.zh ?? name;
}
